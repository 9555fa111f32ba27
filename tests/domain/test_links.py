"""Link tokens: short, derivable, different for every version."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from salonpool.domain.links import ALPHABET, TOKEN_LENGTH, Links, digest, looks_like_token

LINKS = Links.from_secret("a secret", host="s.test", public_url="https://salon.test/")


@given(
    st.sampled_from(["booking", "hold", "offer", "sign_in"]), st.integers(1, 2**63 - 1), st.integers(1, 1000)
)
def test_a_token_has_eleven_base62_characters_and_is_the_same_each_time(
    kind: str, subject_id: int, version: int
) -> None:
    token = LINKS.token(kind, subject_id, version)
    assert len(token) == TOKEN_LENGTH == 11
    assert set(token) <= set(ALPHABET)
    assert looks_like_token(token)
    assert token == LINKS.token(kind, subject_id, version)


def test_kind_id_version_and_secret_each_change_the_token() -> None:
    other = Links.from_secret("another secret", host="s.test", public_url="https://salon.test")
    tokens = [
        LINKS.token("booking", 12, 1),
        LINKS.token("booking", 12, 2),
        LINKS.token("booking", 1, 12),
        LINKS.token("hold", 12, 1),
        other.token("booking", 12, 1),
    ]
    assert len(set(tokens)) == len(tokens)


def test_many_tokens_do_not_collide_and_use_the_whole_alphabet() -> None:
    tokens = {LINKS.token(kind, number, 1) for kind in ("booking", "offer") for number in range(10_000)}
    assert len(tokens) == 20_000
    assert {character for token in tokens for character in token} == set(ALPHABET)
    assert {token[0] for token in tokens} == {token[-1] for token in tokens} == set(ALPHABET)


def test_only_a_digest_of_the_token_is_stored() -> None:
    token = LINKS.token("booking", 12, 1)
    assert len(digest(token)) == 64
    assert token not in digest(token)


def test_noise_is_told_from_tokens_without_a_query() -> None:
    token = LINKS.token("booking", 12, 1)
    noise = (
        "",
        token[:-1],
        token + "a",
        "../../etc/p",
        "' OR 1=1 --",
        "ａｂｃｄｅｆｇｈｉｊｋ",
        "\u0661" * 11,
    )
    assert not any(looks_like_token(text) for text in noise)


def test_texts_show_the_short_host_and_pages_the_whole_address() -> None:
    assert LINKS.text_url("/b/abc") == "s.test/b/abc"
    assert LINKS.url("/b/abc") == "https://salon.test/b/abc"


def test_a_path_ends_in_the_token_it_is_opened_by() -> None:
    assert LINKS.booking_path(12, 2) == f"/b/{LINKS.token('booking', 12, 2)}"
    assert LINKS.offer_path(5, 1) == f"/o/{LINKS.token('offer', 5, 1)}"
    first, second = (datetime(2026, 10, 19, 1, tzinfo=UTC) + timedelta(seconds=n) for n in (0, 1))
    assert LINKS.sign_in_path(4, first) == f"/in/{LINKS.sign_in_token(4, first)}"
    # A row's id may come again after the row was deleted; its link may not.
    assert LINKS.sign_in_token(4, first) != LINKS.sign_in_token(4, second)
    assert LINKS.hold_token(12) != LINKS.booking_token(12, 1)
