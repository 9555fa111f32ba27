"""Who sits where: a place is found while one is left, those who sit stay, nobody moves without need."""

from collections import Counter
from dataclasses import replace

from hypothesis import event, given, settings
from hypothesis import strategies as st

from salonpool.domain.course import Span
from salonpool.domain.seating import Seated, Seating, Stations, seat
from salonpool.domain.spans import overlaps
from tests.domain.boards import minutes
from tests.thorough import examples

NOW = 100
SPAN = st.tuples(st.integers(0, 60), st.integers(1, 40)).map(
    lambda p: (NOW + p[0] - 20, NOW + p[0] - 20 + p[1])
)
AHEAD = st.tuples(st.integers(1, 60), st.integers(1, 40)).map(lambda p: (NOW + p[0], NOW + p[0] + p[1]))


@st.composite
def _rooms(draw: st.DrawFn) -> tuple[tuple[int, ...], list[Seated]]:
    """Units and guests on them, none over another; those who have begun by NOW stay where they are."""
    units = tuple(draw(st.permutations([7, 8, 9]))[: draw(st.integers(1, 3))])
    seated: list[Seated] = []
    for row, span in enumerate(draw(st.lists(SPAN, max_size=9))):
        for unit in units:
            if not overlaps([other.span for other in seated if other.unit == unit], span):
                seated.append(Seated(row, unit, span, span[0] > NOW))
                break
    return units, draw(st.permutations(seated))


def _suffices(units: tuple[int, ...], spans: list[Span]) -> bool:
    often = Counter(minute for a, b in spans for minute in range(a, b))
    return all(count <= len(units) for count in often.values())


def _afterwards(seated: list[Seated], wanted: list[Span], seating: Seating) -> list[tuple[int, Span]]:
    """Everybody's unit and span once the seating is carried out."""
    moved = [(seating.moves.get(other.row, other.unit), other.span) for other in seated]
    return moved + list(zip(seating.units, wanted, strict=True))


@settings(max_examples=examples(200))
@given(_rooms(), st.lists(AHEAD, min_size=1, max_size=4))
def test_a_place_is_found_when_at_no_minute_more_are_needed_than_there_are(
    room: tuple[tuple[int, ...], list[Seated]], wanted: list[Span]
) -> None:
    units, seated = room
    seating = seat(units, seated, wanted)
    assert (seating is not None) == _suffices(units, [*(other.span for other in seated), *wanted])
    event("too few" if seating is None else "moved" if seating.moves else "beside")


@settings(max_examples=examples(200))
@given(_rooms(), st.lists(AHEAD, min_size=1, max_size=4))
def test_nobody_shares_a_unit_and_who_has_begun_stays(
    room: tuple[tuple[int, ...], list[Seated]], wanted: list[Span]
) -> None:
    units, seated = room
    seating = seat(units, seated, wanted)
    if seating is None:
        return
    taken: Counter[tuple[int, int]] = Counter()
    for unit, span in _afterwards(seated, wanted, seating):
        assert unit in units
        taken.update((unit, minute) for minute in minutes([span]))
    assert set(taken.values()) <= {1}
    movable = {other.row: other.unit for other in seated if other.movable}
    assert seating.moves.keys() <= movable.keys()
    assert all(unit != movable[row] for row, unit in seating.moves.items())


@settings(max_examples=examples(150))
@given(_rooms(), AHEAD)
def test_nobody_moves_when_there_is_room_without(
    room: tuple[tuple[int, ...], list[Seated]], wanted: Span
) -> None:
    units, seated = room
    free = [
        unit for unit in units if not overlaps([other.span for other in seated if other.unit == unit], wanted)
    ]
    seating = seat(units, seated, [wanted])
    if free:
        assert seating == Seating((free[0],), {})
    elif seating is not None:
        assert seating.moves


def test_a_guest_ahead_moves_to_make_room() -> None:
    seated = [Seated(1, 7, (110, 140), True), Seated(2, 8, (140, 170), True)]
    assert seat((7, 8), seated, [(110, 170)]) == Seating((8,), {2: 7})


def test_who_has_begun_does_not_move_even_if_that_leaves_others_to() -> None:
    begun = Seated(1, 8, (90, 140), False)
    seated = [begun, Seated(2, 7, (140, 170), True)]
    assert seat((7, 8), seated, [(110, 170)]) == Seating((7,), {2: 8})
    assert seat((7, 8), [begun, Seated(2, 7, (139, 170), True)], [(110, 170)]) is None


def test_who_sits_on_a_unit_that_is_gone_finds_another() -> None:
    gone = [Seated(1, 7, (110, 140), True), Seated(2, 99, (150, 170), True)]
    seating = seat((7, 8), gone, [(110, 120)])
    assert seating == Seating((8,), {})
    assert seat((7,), [replace(gone[1], span=(110, 120))], [(120, 130)]) == Seating((7,), {})


@given(st.lists(AHEAD, max_size=8), st.integers(0, 3), st.integers(1, 4))
def test_a_kind_is_full_where_fewer_are_free_than_wanted(taken: list[Span], units: int, wanted: int) -> None:
    stations = Stations(tuple(range(units)), tuple(taken))
    full = stations.full(wanted)
    for minute in range(NOW, NOW + 101):
        free = units - sum(a <= minute < b for a, b in taken)
        assert (free < wanted) == overlaps(full, (minute, minute + 1))
