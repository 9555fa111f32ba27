"""Names are shortened by what a reader sees as one character."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salonpool.messaging.clipping import ZWJ, clusters, name


@pytest.mark.parametrize(
    "one",
    [
        "a",
        "好",
        "é",
        "e\u0323\u0302",
        "👍🏽",
        "👩\u200d👩\u200d👧\u200d👦",
        "🇹🇼",
        "❤\ufe0f",
        "\u1112\u1161\u11ab",
        "🏴\U000e0067\U000e0062\U000e007f",
    ],
)
def test_a_visible_character_stays_whole(one):
    assert clusters(one + "x" + one) == [one, "x", one]


def test_three_flags_are_three():
    assert clusters("🇹🇼🇯🇵🇫🇷") == ["🇹🇼", "🇯🇵", "🇫🇷"]


def test_a_cut_name_is_marked_in_the_alphabet_of_its_language():
    assert name("Riverside Hair", "en").shown(6) == "Rivers.."
    assert name("木棉造型工作室", "zh-Hant").shown(4) == "木棉造型…"


def test_a_name_cut_to_almost_nothing_carries_no_mark():
    assert name("木棉造型工作室", "zh-Hant").shown(2) == "木棉"


def test_a_whole_name_is_not_marked():
    assert name("木棉", "zh-Hant").shown(2) == "木棉"


def test_a_cut_does_not_end_in_a_space():
    assert name("Kapok Studio", "en").shown(6) == "Kapok.."


@pytest.mark.parametrize(
    ("typed", "in_english"),
    [
        ("青禾髮室 Qinghe Hair", "Qinghe Hair"),
        ("青禾髮室", "青禾髮室"),
        ("青禾 No", "青禾 No"),
        ("Zoë Łuk", "Zoë Łuk"),
        ("Mia’s “Cut” – Co", 'Mia\'s "Cut" - Co'),
    ],
)
def test_in_english_the_latin_words_and_plain_signs_are_used(typed, in_english):
    chosen = name(typed, "en")
    assert chosen.shown(len(chosen.clusters)) == in_english


def test_in_chinese_a_name_stays_as_typed():
    chosen = name("青禾髮室 Qinghe’s", "zh-Hant")
    assert chosen.shown(len(chosen.clusters)) == "青禾髮室 Qinghe’s"


def test_line_breaks_and_invisible_characters_go():
    chosen = name(" Mia\n\u202eA\u200b\ud800\u2028B ", "en")
    assert chosen.shown(len(chosen.clusters)) == "Mia A B"


def test_a_pile_of_marks_no_script_uses_is_left_out():
    chosen = name("ab" + "\u0301" * 200 + "c", "en")
    assert chosen.shown(len(chosen.clusters)) == "ac"


@given(st.text(max_size=60))
def test_clusters_lose_nothing_and_never_begin_with_a_mark(text):
    found = clusters(text)
    assert "".join(found) == text
    assert not any(unicodedata.category(cluster[0]) in {"Mn", "Mc", "Me"} for cluster in found[1:])
    assert not any(cluster.endswith(ZWJ) for cluster in found[:-1])
