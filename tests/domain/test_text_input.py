"""Names and notes: cleaned or refused, never changed in meaning."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salonpool.domain.refusal import InvalidInput
from salonpool.domain.text_input import NAME_MAX, NOTE_MAX, REASON_MAX, name, note, reason


@pytest.mark.parametrize(
    "typed", ["林太太", "O'Brien-Ng", "José", "نور", "म\u200dन", "👩\u200d🦰 Ann", "<script>", "=1+1"]
)
def test_names_are_kept_as_typed(typed: str) -> None:
    assert name(typed) == typed


def test_blanks_around_a_name_go_and_letters_are_composed() -> None:
    assert name(" \u3000林太太\u00a0\n") == "林太太"
    assert name("Jose\u0301") == "José"


@pytest.mark.parametrize("typed", [None, "", "   ", "\u3000\n\t", "\u200d\u200c", "\u2003"])
def test_a_name_nobody_can_see_is_none(typed: str | None) -> None:
    assert name(typed) is None


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x07", "\x1f", "\x7f", "\x85", "\n", "\t", "\u200b", "\u200e", "\u202e", "\u2066", "\u2060",
     "\ufeff", "\u061c", "\u00ad", "\u180e", "\U000e0041", "\u2028", "\u2029", "\ud800"],
)  # fmt: skip
def test_controls_and_what_turns_or_hides_letters_are_refused_in_names(character: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        name(f"Ann{character}Li", field="customer.name")
    assert (refused.value.code, refused.value.field) == ("unprintable", "customer.name")
    assert refused.value.values["position"] == 4


@pytest.mark.parametrize("typed", ["\x1fAnn", "Ann\x00", "Ann\x0b"])
def test_a_control_at_the_edge_is_refused_too(typed: str) -> None:
    with pytest.raises(InvalidInput):
        name(typed)


def test_a_reason_is_one_line_of_two_hundred_characters() -> None:
    assert reason(" She offered it herself. ") == "She offered it herself."
    assert reason("髮" * REASON_MAX) == "髮" * REASON_MAX
    with pytest.raises(InvalidInput) as long:
        reason("髮" * (REASON_MAX + 1))
    with pytest.raises(InvalidInput) as lines:
        reason("one\ntwo")
    assert (long.value.code, lines.value.code) == ("too_long", "unprintable")
    assert reason("\u3000") is None


def test_notes_keep_lines_tabs_and_directions() -> None:
    text = "Line one\nline\ttwo\r\nנור \u200f(RTL)\u2028end"
    assert note(text) == text
    assert note(" \n ") is None
    assert note("\u200b\u200e") is None


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1b", "\x7f", "\ud83d"])
def test_controls_are_refused_in_notes(character: str) -> None:
    with pytest.raises(InvalidInput):
        note(f"a{character}b")


def test_length_is_counted_in_characters_not_bytes() -> None:
    assert name("髮" * NAME_MAX) == "髮" * NAME_MAX
    assert note("🙂" * NOTE_MAX) == "🙂" * NOTE_MAX
    for clean, limit in ((name, NAME_MAX), (note, NOTE_MAX)):
        with pytest.raises(InvalidInput) as refused:
            clean("髮" * (limit + 1))
        assert (refused.value.code, refused.value.values["limit"]) == ("too_long", limit)


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing_more(typed: str) -> None:
    for clean in (name, note):
        try:
            once = clean(typed)
        except InvalidInput:
            continue
        assert clean(once) == once
        assert once is None or unicodedata.is_normalized("NFC", once)
