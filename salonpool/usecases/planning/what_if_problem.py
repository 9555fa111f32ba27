"""The problem behind a question about one shift: what people are being asked for lies open, with its holder.

A planning run leaves seats alone that somebody is being asked for. Here they are in the problem, so that the
planner can say what it would take to give one to somebody else; nothing of it is ever published.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.domain.local_time import DAY
from salonpool.domain.offer import OfferStatus
from salonpool.domain.refusal import Missing
from salonpool.domain.shift import OPEN_STATES, WORKING_STATES, ShiftSource, ShiftStatus
from salonpool.models import Assignment, Offer, Shift, Stylist
from salonpool.queries.offers import never_asked
from salonpool.solver.eligibility import Eligibility
from salonpool.solver.problem import Problem
from salonpool.solver.problem import Shift as Seat
from salonpool.usecases.planning.problem_rows import Rows, Worked
from salonpool.usecases.planning.problems import HORIZON_DAYS, Reading, read_network, seat_id, shift_of

COULD_BE_ASKED = OPEN_STATES | {ShiftStatus.FILLED}


@dataclass(frozen=True, slots=True)
class Question:
    """May `stylist` have `seat`?

    In `problem` it is nobody's; the other seats have their holders, pinned where somebody said yes to the
    same shift. `as_it_is` is the same but that whoever has `seat` keeps it: what differs between their best
    plans is the pair's doing. `said_yes`: somebody said yes to `seat`.
    """

    problem: Problem
    as_it_is: Problem
    seat: str
    stylist: str
    said_yes: bool


@dataclass(frozen=True, slots=True)
class _Held:
    """`work`: who said yes to the shift, and their interval; `asked`: every live offer of the network."""

    work: dict[int, Worked]
    asked: list[tuple[int, int]]


def read_question(session: Session, shift_id: int, stylist_id: int, now: datetime) -> Question:
    """All there is to know about giving a posted shift ahead to somebody of the pool. Raises Missing."""
    shift = find_shift_ahead(session, shift_id, now)
    if shift is None:
        raise Missing
    reading, held = _laid_open(session, shift, now)
    if str(stylist_id) not in reading.problem.stylists_by_id:
        raise Missing
    problem = _with_holders(reading.problem, shift.id, held)
    seats = [seat for seat in problem.shifts if shift_of(seat.id) == shift.id]
    # A free seat, or the one of the person asked last, or else one that somebody said yes to.
    given = min(reversed(seats), key=lambda seat: (seat.holder is not None, seat.pinned))
    return Question(
        problem=_kept(_with_seat(problem, replace(given, holder=None, pinned=False))),
        as_it_is=_kept(_with_seat(problem, replace(given, pinned=given.holder is not None))),
        seat=given.id,
        stylist=str(stylist_id),
        said_yes=given.pinned,
    )


def list_fitting_people(session: Session, shift_id: int, now: datetime) -> list[int]:
    """Stylists of the pool whom the shift suits by itself, and who were not asked; none once it has begun."""
    shift = find_shift_ahead(session, shift_id, now)
    if shift is None:
        return []
    reading, _ = _laid_open(session, shift, now)
    known = _known(session, [shift.id])
    return [
        stylist_id
        for fitting, stylist_id in _fitting(reading.problem)
        if fitting == shift.id and (fitting, stylist_id) not in known
    ]


def list_fitting_shifts(session: Session, stylist_id: int, now: datetime) -> list[int]:
    """Posted shifts of the planner's days that suit the stylist by themselves, and that they were not asked
    for, in order of time."""
    stylist = session.get(Stylist, stylist_id)
    if stylist is None or not stylist.pooled:
        return []
    ahead = sa.select(Shift.id).where(
        Shift.network_id == stylist.network_id,
        Shift.source == ShiftSource.POST,
        Shift.status.in_(COULD_BE_ASKED),
        Shift.starts_at > now,
        Shift.starts_at < now + (HORIZON_DAYS + 1) * DAY,
    )
    ids = session.scalars(ahead.order_by(Shift.starts_at, Shift.id)).all()
    reading = read_network(
        session, stylist.network_id, now, also=ids, only=stylist.id,
        seen=lambda rows: replace(rows, live=Counter(), live_stylists=frozenset(), filled=Counter()),
    )  # fmt: skip
    fitting = set(_fitting(reading.problem)) - _known(session, ids)
    return [found for found in ids if (found, stylist_id) in fitting]


def find_shift_ahead(session: Session, shift_id: int, now: datetime) -> Shift | None:
    """The posted shift, unless it has begun or is not to be worked any more."""
    return session.scalar(
        sa.select(Shift).where(
            Shift.id == shift_id,
            Shift.source == ShiftSource.POST,
            Shift.status.in_(COULD_BE_ASKED),
            Shift.starts_at > now,
        )
    )


def _laid_open(session: Session, shift: Shift, now: datetime) -> tuple[Reading, _Held]:
    """The network as if nobody were being asked and nobody had said yes to the shift; and who was and did."""
    held = _held(session, shift)

    def undone(rows: Rows) -> Rows:
        worked = {
            stylist_id: [interval for interval in intervals if interval != held.work.get(stylist_id)]
            for stylist_id, intervals in rows.worked.items()
        }
        filled = Counter({other: count for other, count in rows.filled.items() if other != shift.id})
        return replace(_unasked(rows, held.asked), worked=worked, filled=filled)

    days = max(HORIZON_DAYS, (shift.starts_at - now).days + 2)
    return read_network(session, shift.network_id, now, days=days, also=[shift.id], seen=undone), held


def _held(session: Session, shift: Shift) -> _Held:
    work = session.execute(
        sa.select(Assignment.stylist_id, Assignment.starts_at, Assignment.ends_at, Assignment.salon_id)
        .where(Assignment.shift_id == shift.id, Assignment.status.in_(WORKING_STATES))
        .order_by(Assignment.id)
    )
    asked = session.execute(
        sa.select(Offer.shift_id, Offer.stylist_id)
        .where(Offer.network_id == shift.network_id, Offer.status == OfferStatus.OFFERED)
        .order_by(Offer.wave, Offer.rank, Offer.id)
    )
    return _Held(
        {stylist_id: (starts_at, ends_at, salon_id) for stylist_id, starts_at, ends_at, salon_id in work},
        [(shift_id, stylist_id) for shift_id, stylist_id in asked],
    )


def _unasked(rows: Rows, asked: Sequence[tuple[int, int]]) -> Rows:
    """As if these had not been asked; who was asked before them still was."""
    before = {
        shift_id: {person for person in people if (shift_id, person) not in asked}
        for shift_id, people in rows.asked.items()
    }
    return replace(rows, live=Counter(), live_stylists=frozenset(), asked=before)


def _with_holders(problem: Problem, shift_id: int, held: _Held) -> Problem:
    """The seats with who has each: who said yes to the shift, for good, then those asked, the best first.

    Whoever is asked without a seat left for them owes that answer first, as in a planning run.
    """
    waiting: dict[int, list[str]] = {}
    for asked_for, stylist_id in [*((shift_id, one) for one in held.work), *held.asked]:
        if str(stylist_id) in problem.stylists_by_id:
            waiting.setdefault(asked_for, []).append(str(stylist_id))
    seats = []
    for seat in problem.shifts:
        people = waiting.get(shift_of(seat.id), [])
        holder = people.pop(0) if people else None
        said_yes = shift_of(seat.id) == shift_id and holder is not None and int(holder) in held.work
        seats.append(replace(seat, holder=holder, pinned=said_yes))
    owing = {person: shift for shift, people in waiting.items() for person in people}
    return replace(problem, shifts=tuple(_without(seat, owing) for seat in seats))


def _kept(problem: Problem) -> Problem:
    """Whoever could not be asked for their seat today keeps it, as that is no fault of the pair's."""
    eligibility, people = Eligibility(problem), problem.stylists_by_id
    return replace(
        problem,
        shifts=tuple(
            replace(seat, pinned=True)
            if seat.holder is not None and eligibility.why_not(people[seat.holder], seat) is not None
            else seat
            for seat in problem.shifts
        ),
    )


def _without(seat: Seat, owing: Mapping[str, int]) -> Seat:
    """The seat without people who owe another shift an answer."""
    busy = {person: "live_offer" for person, shift in owing.items() if shift != shift_of(seat.id)}
    return replace(seat, excluded={**busy, **seat.excluded})


def _with_seat(problem: Problem, changed: Seat) -> Problem:
    seats = tuple(changed if seat.id == changed.id else seat for seat in problem.shifts)
    return replace(problem, shifts=seats)


def _fitting(problem: Problem) -> Iterator[tuple[int, int]]:
    """(shift, stylist) of every pair that no rule forbids, whatever else anybody works."""
    eligibility = Eligibility(problem)
    for seat in problem.shifts:
        for stylist in problem.stylists if seat.id == seat_id(shift_of(seat.id), 1) else ():
            if not eligibility.alone(stylist, seat):
                yield shift_of(seat.id), int(stylist.id)


def _known(session: Session, shift_ids: Sequence[int]) -> set[tuple[int, int]]:
    """(shift, stylist) of everybody who was asked for these shifts or works them."""
    asked = sa.select(Offer.shift_id, Offer.stylist_id).where(Offer.shift_id.in_(shift_ids), ~never_asked())
    works = sa.select(Assignment.shift_id, Assignment.stylist_id).where(
        Assignment.shift_id.in_(shift_ids), Assignment.status.in_(WORKING_STATES)
    )
    return {(row[0], row[1]) for statement in (asked, works) for row in session.execute(statement)}
