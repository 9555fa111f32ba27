"""How a service and a whole visit are called, in each language."""

import pytest

from salonpool.queries.naming import LENGTHS, length_name, service_name, visit_name

CUT_AND_COLOUR = [(0, "Cut"), (0, "Colour (long hair)")]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Colour (short hair)"), ("zh-Hant", "Colour（短髮）"), ("zh-Hans", "Colour（短发）")],
)
def test_a_service_says_the_hair_length_it_is_for(language: str, said: str) -> None:
    assert service_name("Colour", "short", language) == said
    assert service_name("Colour", "any", language) == "Colour"


def test_every_length_has_its_own_word_in_every_language() -> None:
    said = [length_name(length, language) for language in LENGTHS for length in ("short", "medium", "long")]
    assert all(said)
    assert len(set(said)) == len(said)


def test_a_visit_of_one_is_its_services_in_a_line() -> None:
    assert visit_name(CUT_AND_COLOUR, "en") == "Cut + Colour (long hair)"
    assert visit_name(CUT_AND_COLOUR, "en", "+") == "Cut+Colour (long hair)"


def test_what_all_have_is_said_once_and_for_how_many() -> None:
    both = CUT_AND_COLOUR + [(1, name) for _, name in CUT_AND_COLOUR]
    assert visit_name(both, "en") == "Cut + Colour (long hair), 2 people"
    assert visit_name(both, "zh-Hant") == "Cut + Colour (long hair)，2 人"


def test_guests_who_have_different_things_are_told_apart() -> None:
    assert visit_name([*CUT_AND_COLOUR, (1, "Perm")], "en") == "Cut + Colour (long hair); Perm, 2 people"
    assert visit_name([*CUT_AND_COLOUR, (1, "Perm")], "zh-Hans") == "Cut + Colour (long hair)；Perm，2 人"
