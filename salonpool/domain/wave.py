"""Who gets a seat at once and who is asked, when several open shifts share one pool of people."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OpenShift:
    """A shift with `seats` that nobody holds or is being asked for; `wave` people may be asked per seat,
    0 while nobody may be woken.

    `chosen` are the plan's people for those seats, `ranked` everybody who may work it, best first,
    `said_yes` those of them who gave a standing yes for such a shift.
    """

    shift_id: int
    priority: int
    starts_at: datetime
    seats: int
    wave: int
    chosen: tuple[int, ...]
    ranked: tuple[int, ...]
    said_yes: frozenset[int] = frozenset()


@dataclass(slots=True)
class Hand:
    """What one shift gets in this round: people who hold a seat at once, and people to ask, in rank order."""

    shift: OpenShift
    assigned: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    @property
    def open_seats(self) -> int:
        """Seats still free after those assigned."""
        return self.shift.seats - len(self.assigned)

    @property
    def room(self) -> int:
        """How many more may be asked."""
        return max(0, self.open_seats) * self.shift.wave - len(self.asked)


def deal(shifts: Iterable[OpenShift]) -> list[Hand]:
    """One hand per shift, the most pressing first. Nobody is asked twice, or asked and assigned, at once.

    1. The plan's people who gave a standing yes hold their seat at once; the plan keeps them apart.
    2. Of those a wave would ask, one who gave a standing yes gets the seat, unless wanted elsewhere.
    3. The plan's other people are asked for the shift the plan wants them for.
    4. The shift that asks the fewest for each seat asks its next best person, until the waves are full.
    """
    hands = [Hand(shift) for shift in sorted(shifts, key=lambda s: (s.priority, s.starts_at, s.shift_id))]
    for hand in hands:
        hand.assigned += [person for person in hand.shift.chosen if person in hand.shift.said_yes]
    taken = {person for hand in hands for person in hand.assigned}
    wanted = {person for hand in hands for person in hand.shift.chosen}
    for hand in hands:
        _assign_from_wave(hand, taken, wanted)
    for hand in hands:
        for person in hand.shift.chosen:
            _ask(hand, person, taken)
    asking = [hand for hand in hands if hand.room > 0]
    while asking:
        hand = min(asking, key=lambda hand: len(hand.asked) / hand.open_seats)
        if not _ask_next(hand, taken):
            asking.remove(hand)
    for hand in hands:
        hand.asked.sort(key=hand.shift.ranked.index)
    return hands


def _assign_from_wave(hand: Hand, taken: set[int], wanted: set[int]) -> None:
    free = [person for person in hand.shift.ranked if person not in taken]
    for person in free[: hand.shift.wave * hand.shift.seats]:
        elsewhere = person in wanted and person not in hand.shift.chosen
        if hand.open_seats > 0 and person in hand.shift.said_yes and not elsewhere:
            hand.assigned.append(person)
            taken.add(person)


def _ask(hand: Hand, person: int, taken: set[int]) -> bool:
    if person in taken or hand.room <= 0:
        return False
    hand.asked.append(person)
    taken.add(person)
    return True


def _ask_next(hand: Hand, taken: set[int]) -> bool:
    return any(_ask(hand, person, taken) for person in hand.shift.ranked if person not in taken)
