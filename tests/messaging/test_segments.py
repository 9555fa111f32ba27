"""Segments are counted as networks bill them."""

import pytest

from salonpool.messaging.segments import fits_one, is_gsm, segments, width


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("好" * 70, 1),
        ("好" * 71, 2),
        ("好" * 134, 2),
        ("好" * 135, 3),
        ("a" * 69 + "好", 1),
        ("a" * 70 + "好", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_of_texts_at_the_edges(text, expected):
    assert segments(text) == expected
    assert fits_one(text) is (expected <= 1)


def test_an_escape_pair_is_not_split_between_two_segments():
    assert segments("a" * 152 + "€" + "a" * 152) == 3


def test_an_emoji_is_not_split_between_two_segments():
    assert segments("好" * 66 + "😀" + "好" * 66) == 3


def test_typographic_quotes_and_dashes_are_not_gsm():
    assert [is_gsm(sign) for sign in "'\"-’“–…`"] == [True, True, True, False, False, False, False, False]


def test_extension_characters_cost_two():
    assert width("a{}") == 5


def test_a_provider_may_take_less_of_a_text_outside_gsm():
    assert [fits_one("好" * 65, 65), fits_one("好" * 66, 65), fits_one("a" * 160, 65)] == [True, False, True]
