"""Codes that prove a phone: how they are made, typed and kept."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from salonpool.domain.phone_code import EXAMPLE, code_digest, is_code, new_code, read_code
from salonpool.domain.refusal import InvalidInput

NOW = datetime(2026, 10, 19, 1, 0, tzinfo=UTC)
PHONE = "+886912345678"


def test_a_code_is_six_digits_and_every_digit_comes_in_every_place() -> None:
    codes = [new_code() for _ in range(2000)]
    assert all(len(code) == 6 and code.isascii() and code.isdigit() for code in codes)
    for place in range(6):
        assert set(Counter(code[place] for code in codes)) == set("0123456789")


@pytest.mark.parametrize("typed", ["482913", " 482 913 ", "482-913", "４８２９１３", "482\u3000913"])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert read_code(typed) == "482913"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "code_missing"),
        (" \u3000", "code_missing"),
        ("48291", "code_unreadable"),
        ("4829134", "code_unreadable"),
        ("48291a", "code_unreadable"),
        ("٤٨٢٩١٣", "code_unreadable"),
        ("+82913", "code_unreadable"),
        (" " * 30 + "482913", "code_unreadable"),
    ],
)
def test_what_is_no_code_is_refused_with_an_example(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_code(typed)
    assert (refused.value.code, refused.value.field) == (code, "code")
    assert read_code(refused.value.values["example"]) == EXAMPLE


def test_the_digest_is_of_one_number_one_instant_one_code_and_one_key() -> None:
    kept = code_digest(b"key", PHONE, NOW, "482913")
    assert "482913" not in kept
    assert is_code(b"key", PHONE, NOW, "482913", kept)
    assert not is_code(b"key", PHONE, NOW, "482914", kept)
    assert not is_code(b"key", "+886912345679", NOW, "482913", kept)
    assert not is_code(b"key", PHONE, NOW + timedelta(seconds=1), "482913", kept)
    assert not is_code(b"other", PHONE, NOW, "482913", kept)
