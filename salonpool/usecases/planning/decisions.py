"""From a roster to what is done about it: who gets a seat, who is asked, and what is said about the rest.

Pure: values in, values out. usecases/planning/publish.py carries it out.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from salonpool.domain.offer import ask_at, wave_size
from salonpool.domain.wave import Hand, OpenShift, deal
from salonpool.solver.changes import shaped
from salonpool.solver.eligibility import Eligibility
from salonpool.solver.explain import remedies, unfilled
from salonpool.solver.problem import Problem
from salonpool.solver.roster import Remedy, Roster, Solution, Unfilled
from salonpool.usecases.planning.problems import OpenSeats, Reading, seat_id, shift_of

# A shift moved by a remedy leaves at least so long to find somebody.
LEAST_NOTICE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Gap:
    """Seats the plan could not fill. `funnel` = people removed by the first rule each breaks, out of `pool`,
    the excluded ones by the reason of problems.py; `sole` = those who lack one thing only, by the same names;
    `waiting` = people who could work it but owe another shift an answer first."""

    shift_id: int
    seats: int
    pool: int
    funnel: Mapping[str, int]
    sole: Mapping[str, int]
    remedies: tuple[dict[str, Any], ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Decisions:
    """What to do about each open shift, the most pressing first, and the gaps by shift."""

    hands: tuple[Hand, ...]
    gaps: Mapping[int, Gap]


def decide(reading: Reading, solution: Solution, now: datetime) -> Decisions:
    """Deal the open seats out to the people of the plan and those ranked behind them."""
    chosen: dict[int, list[int]] = {}
    for item in solution.roster.assignments:
        chosen.setdefault(shift_of(item.shift), []).append(int(item.stylist))
    hands = deal(
        _open_shift(opening, chosen.get(opening.shift_id, []), solution, now)
        for opening in reading.open_seats
    )
    return Decisions(tuple(hands), _gaps(reading, solution.roster, hands, now))


def _open_shift(opening: OpenSeats, chosen: list[int], solution: Solution, now: datetime) -> OpenShift:
    # Seats of one shift are alike, so the first one's ranking is everybody's.
    wakes_nobody = ask_at(now, opening.starts_at, opening.tz, posted_at=opening.posted_at) <= now
    ranked = [int(person) for person in solution.ranked.get(seat_id(opening.shift_id, 1), ())]
    return OpenShift(
        shift_id=opening.shift_id,
        priority=opening.priority,
        starts_at=opening.starts_at,
        seats=opening.seats,
        wave=wave_size(opening.starts_at - now) if wakes_nobody else 0,
        chosen=tuple(chosen),
        ranked=(*(person for person in chosen if person not in ranked), *ranked),
        said_yes=opening.said_yes,
    )


def _gaps(reading: Reading, roster: Roster, hands: list[Hand], now: datetime) -> dict[int, Gap]:
    holders = {item.shift: item.stylist for item in roster.assignments}
    left = {hand.shift.shift_id: len(hand.shift.ranked) for hand in hands}
    counts = Counter(shift_of(item.shift) for item in roster.unfilled)
    gaps: dict[int, Gap] = {}
    for item in _tried(reading.problem, holders, roster):
        shift_id = shift_of(item.shift)
        if shift_id in gaps:
            continue
        sole = _lacking_one_thing(item, reading)
        gaps[shift_id] = Gap(
            shift_id=shift_id,
            seats=counts[shift_id],
            pool=len(reading.problem.stylists) - reading.bystanders,
            funnel=_of_the_pool(item, reading),
            sole=sole,
            remedies=tuple(
                _in_words(remedy, reading) for remedy in _still_possible(item, reading, holders, now)
            ),
            waiting=left.get(shift_id, 0) + sole.get("live_offer", 0),
        )
    return gaps


def _tried(problem: Problem, holders: Mapping[str, str], roster: Roster) -> list[Unfilled]:
    """What stays open, also explained where the planner had no time left for that."""
    left = {item.shift for item in roster.unfilled if not item.is_tried}
    late = {item.shift: item for item in unfilled(problem, holders, among=left)} if left else {}
    return [late.get(item.shift, item) for item in roster.unfilled]


def _of_the_pool(item: Unfilled, reading: Reading) -> dict[str, int]:
    """Without the people who are there only because they take up chairs; those have no skill."""
    counts: dict[str, int] = {}
    for rule, count in item.funnel.items():
        if rule == "excluded":
            counts |= _excluded(reading.problem, item.shift)
        else:
            counts[rule] = count - (reading.bystanders if rule == "skill" else 0)
    return {rule: count for rule, count in counts.items() if count > 0}


def _excluded(problem: Problem, seat: str) -> dict[str, int]:
    """How many people are kept from the seat first by each reason to exclude them."""
    eligibility, shift = Eligibility(problem), problem.shifts_by_id[seat]
    first = [
        reason
        for person, reason in shift.excluded.items()
        if eligibility.why_not(problem.stylists_by_id[person], shift) == "excluded"
    ]
    return dict(sorted(Counter(first).items()))


def _lacking_one_thing(item: Unfilled, reading: Reading) -> dict[str, int]:
    excluded = reading.problem.shifts_by_id[item.shift].excluded
    counts: Counter[str] = Counter()
    for rule, people in item.sole.items():
        counts.update(excluded[person] if rule == "excluded" else rule for person in people)
    return dict(counts)


def _still_possible(
    item: Unfilled, reading: Reading, holders: Mapping[str, str], now: datetime
) -> tuple[Remedy, ...]:
    """The remedies, tried anew when one of them begins too soon, as the planner knows the days, not the
    time."""
    problem = reading.problem
    shift = problem.shifts_by_id[item.shift]
    earliest = int((now + LEAST_NOTICE - reading.starts_at).total_seconds()) // 60
    starts = {
        shaped(shift, remedy.change).start for remedy in item.remedies if not isinstance(remedy.change, str)
    }
    if all(start >= earliest for start in starts - {shift.start}):
        return item.remedies
    return remedies(problem, holders, item.shift, earliest=earliest)


def _in_words(remedy: Remedy, reading: Reading) -> dict[str, Any]:
    """A remedy whose minutes are instants, because the reader does not know the problem's origin."""
    change = dict(remedy.change) if not isinstance(remedy.change, str) else {"kind": remedy.change}
    if "split_at" in change:
        at = reading.starts_at + timedelta(minutes=int(change["split_at"]))
        change["split_at"] = at.isoformat()
    return {"change": change, "fills": remedy.fills}
