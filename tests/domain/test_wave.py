"""Who gets a seat at once, and who is asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

from salonpool.domain.travel import walk_minutes
from salonpool.domain.wave import Hand, OpenShift, deal

NOW = datetime(2026, 10, 19, 4, 0, tzinfo=UTC)


def _shift(shift_id: int, ranked: tuple[int, ...], **changes: Any) -> OpenShift:
    values = {
        "priority": 2,
        "starts_at": NOW + timedelta(days=3),
        "seats": 1,
        "wave": 3,
        "chosen": ranked[:1],
    }
    return OpenShift(shift_id=shift_id, ranked=ranked, **values | changes)


def _asked(hands: list[Hand]) -> dict[int, list[int]]:
    return {hand.shift.shift_id: hand.asked for hand in hands}


def test_one_shift_asks_its_best_people_in_rank_order() -> None:
    assert _asked(deal([_shift(1, (5, 4, 3, 2))])) == {1: [5, 4, 3]}


def test_a_shift_of_two_seats_asks_twice_as_many() -> None:
    hands = deal([_shift(1, (1, 2, 3, 4, 5, 6, 7), seats=2, chosen=(1, 2))])
    assert _asked(hands) == {1: [1, 2, 3, 4, 5, 6]}


def test_two_shifts_share_people_fairly_and_each_asks_the_one_the_plan_wants() -> None:
    hands = deal([_shift(1, (1, 2, 3, 4)), _shift(2, (1, 2, 3, 4), chosen=(2,))])
    assert _asked(hands) == {1: [1, 3], 2: [2, 4]}


def test_the_more_pressing_shift_comes_first_when_people_are_scarce() -> None:
    hands = deal([_shift(1, (7,), chosen=()), _shift(2, (7,), priority=1, chosen=())])
    assert [hand.shift.shift_id for hand in hands] == [2, 1]
    assert _asked(hands) == {2: [7], 1: []}


def test_nobody_has_two_live_offers() -> None:
    people = tuple(range(1, 8))
    hands = deal([_shift(n, people, chosen=(n,)) for n in (1, 2, 3)])
    asked = [person for hand in hands for person in hand.asked]
    assert sorted(asked) == list(people)


def test_a_standing_yes_holds_the_seat_and_nobody_is_asked() -> None:
    (hand,) = deal([_shift(1, (1, 2, 3), said_yes=frozenset({1}))])
    assert (hand.assigned, hand.asked) == ([1], [])


def test_a_standing_yes_in_the_wave_holds_the_seat_too() -> None:
    (hand,) = deal([_shift(1, (1, 2, 3), said_yes=frozenset({3}))])
    assert (hand.assigned, hand.asked) == ([3], [])


def test_a_standing_yes_far_down_the_ranking_waits_behind_the_better_ones() -> None:
    (hand,) = deal([_shift(1, (1, 2, 3, 4), said_yes=frozenset({4}))])
    assert (hand.assigned, hand.asked) == ([], [1, 2, 3])


def test_whom_the_plan_wants_elsewhere_is_not_assigned_here() -> None:
    hands = deal(
        [_shift(1, (1, 2), said_yes=frozenset({2})), _shift(2, (2,), starts_at=NOW + timedelta(days=4))]
    )
    assert [hand.assigned for hand in hands] == [[], []]
    assert _asked(hands) == {1: [1], 2: [2]}


def test_the_plan_may_give_one_person_two_shifts_with_standing_yeses() -> None:
    yes = frozenset({1})
    hands = deal([_shift(1, (1,), said_yes=yes), _shift(2, (1,), said_yes=yes)])
    assert [hand.assigned for hand in hands] == [[1], [1]]


def test_a_seat_left_beside_a_standing_yes_is_asked_for() -> None:
    (hand,) = deal([_shift(1, (1, 2, 3, 4, 5), seats=2, chosen=(1, 2), said_yes=frozenset({1}))])
    assert (hand.assigned, hand.asked) == ([1], [2, 3, 4])


def test_at_night_a_shift_keeps_only_whom_the_plan_gives_it_and_leaves_the_others_to_urgent_ones() -> None:
    asleep = _shift(1, (1, 2, 3), seats=2, priority=1, wave=0, chosen=(1, 2), said_yes=frozenset({1, 3}))
    urgent = _shift(2, (2, 3), chosen=())
    hands = deal([asleep, urgent])
    assert [hand.assigned for hand in hands] == [[1], []]
    assert _asked(hands) == {1: [], 2: [2, 3]}


def test_walks_are_rounded_up_and_far_places_have_none() -> None:
    assert walk_minutes((0, 0), (0.3, 0.4)) == 8
    assert walk_minutes((0, 0), (0, 0)) == 1
    assert walk_minutes((0, 0), (2.1, 0)) is None
