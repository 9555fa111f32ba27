"""Give a seat to somebody who said yes by phone.

Two grades of rules: law, skill and physics stop it, whoever asks. What is only policy, an owner or the
office may set aside for a reason. The audit trail keeps for ever who did and which rules; the reason is on
the assignment.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, retried, transaction
from salonpool.domain import text_input
from salonpool.domain.offer import OfferGone, OfferStatus
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.domain.shift import OPEN_STATES, WORKING_STATES, AssignmentSource, ShiftStatus
from salonpool.models import Assignment, Offer, Shift, Stylist
from salonpool.queries.access import AccountRow, get_staffed_shift_id
from salonpool.queries.by_hand import OVERRIDE, PersonRow, list_people
from salonpool.solver.eligibility import Eligibility
from salonpool.solver.measures import Measures
from salonpool.solver.rules import POLICY
from salonpool.solver.terms import Terms
from salonpool.usecases import audit
from salonpool.usecases.planning.problems import Reading, read_people, read_person
from salonpool.usecases.pool import seats
from salonpool.usecases.pool.offer_texts import Scene
from salonpool.usecases.texts.texting import Texting


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps somebody from a shift: a rule of the solver, instead of `excluded` its reason.

    `is_law`: nobody may set it aside.
    """

    rule: str
    is_law: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody the shift might be given to, and everything in the way; nothing is a can."""

    person: PersonRow
    obstacles: tuple[Obstacle, ...]

    @property
    def is_barred(self) -> bool:
        """May nobody give it to them?"""
        return any(obstacle.is_law for obstacle in self.obstacles)

    @property
    def policy(self) -> tuple[str, ...]:
        """The rules somebody has to set aside."""
        return tuple(obstacle.rule for obstacle in self.obstacles if not obstacle.is_law)


def list_candidates(account: AccountRow, shift_id: int, now: datetime, language: str) -> list[Candidate]:
    """Everybody the shift might be given to, best first: who can, who could for a reason, who cannot.

    Among equals by the planner's price of the assignment. A fixed number of reads, whatever the number of
    people. Raises Missing for a shift of somebody else, no_free_seat, not_looking.
    """
    shift_id = get_staffed_shift_id(account, shift_id)
    session = db.session()
    _check_open(session, session.get_one(Shift, shift_id), now)
    own, law = read_people(session, shift_id, now)
    judge = _Judge(own, law, _declined(session, shift_id))
    found = [Candidate(person, judge.obstacles(person.id)) for person in list_people(shift_id, language)]
    return sorted(
        found, key=lambda one: (one.is_barred, len(one.obstacles), judge.price(one.person.id), one.person.id)
    )


def get_candidate(
    account: AccountRow, shift_id: int, stylist_id: int, now: datetime, language: str
) -> Candidate:
    """One of them. Raises as list_candidates, and Missing for somebody who is not among them."""
    shift_id = get_staffed_shift_id(account, shift_id)
    session = db.session()
    people = list_people(shift_id, language, stylist_id=stylist_id)
    if not people:
        raise Missing
    _check_open(session, session.get_one(Shift, shift_id), now)
    return Candidate(people[0], _obstacles(session, shift_id, stylist_id, now))


@retried
def give(
    account: AccountRow,
    shift_id: int,
    stylist_id: int,
    *,
    set_aside: Collection[str] = (),
    reason: str | None = None,
    now: datetime,
    texting: Texting,
) -> int:
    """Note a yes by phone: the stylist holds a seat. Returns the assignment's id; again, the same.

    1. The account must be one that staffs the shift (access.py), the stylist one who can be asked about it.
    2. Lock as an accepted offer does; only now read what is true.
    3. The shift must look for people still.
    4. Law in the way refuses. Policy needs a `reason`, and each rule to be among those `set_aside`, so that
       nobody signs what they were not shown.
    5. Write and tell as after any yes; an offer of theirs that waits is accepted. Keep what was set aside.

    Raises Missing; no_free_seat, not_looking, never_allowed, agree_anew; InvalidInput for the reason.
    """
    why = text_input.reason(reason)
    with transaction() as session:
        shift = seats.lock_seat(session, get_staffed_shift_id(account, shift_id), stylist_id)
        held = _held(session, shift_id, stylist_id)
        if held is not None:
            return held
        if not list_people(shift_id, account.language, stylist_id=stylist_id):
            raise Missing
        _check_open(session, shift, now)
        policy = _check(_obstacles(session, shift_id, stylist_id, now), set_aside, why)
        assignment = _give(session, shift, stylist_id, now, texting, actor=f"account:{account.id}")
        if policy:
            assignment.override_reason = why
            audit.record(
                session, now, actor=f"account:{account.id}", action=OVERRIDE, subject="assignment",
                subject_id=assignment.id,
                after={"shift_id": shift_id, "stylist_id": stylist_id, "rules": policy},
            )  # fmt: skip
        return assignment.id


class _Judge:
    """The one eligibility function, asked twice: with everybody's own numbers, and by the law alone."""

    def __init__(self, own: Reading, law: Reading, declined: frozenset[int]) -> None:
        self._own, self._law = Eligibility(own.problem), Eligibility(law.problem)
        self._terms = Terms(own.problem, Measures(own.problem))
        # A claim counts no earlier answer; who said no and is given it all the same is a matter of policy.
        refused_by = tuple(str(stylist_id) for stylist_id in sorted(declined))
        self._shift = replace(own.problem.shifts[0], refused_by=refused_by)

    def obstacles(self, stylist_id: int) -> tuple[Obstacle, ...]:
        person = str(stylist_id)
        broken = self._own.reasons(self._own.problem.stylists_by_id[person], self._shift)
        if not broken:
            return ()
        law = set(self._law.reasons(self._law.problem.stylists_by_id[person], self._shift)) - POLICY
        return tuple(
            Obstacle(self._shift.excluded[person] if rule == "excluded" else rule, rule in law)
            for rule in broken
        )

    def price(self, stylist_id: int) -> tuple[int, ...]:
        return self._terms.added(self._own.problem.stylists_by_id[str(stylist_id)], self._shift, 0)


def _obstacles(session: Session, shift_id: int, stylist_id: int, now: datetime) -> tuple[Obstacle, ...]:
    own = read_person(session, stylist_id, shift_id, now)
    law = read_person(session, stylist_id, shift_id, now, law_only=True)
    return _Judge(own, law, _declined(session, shift_id)).obstacles(stylist_id)


def _declined(session: Session, shift_id: int) -> frozenset[int]:
    said_no = sa.select(Offer.stylist_id).where(
        Offer.shift_id == shift_id, Offer.status == OfferStatus.DECLINED
    )
    return frozenset(session.scalars(said_no))


def _check(obstacles: tuple[Obstacle, ...], set_aside: Collection[str], why: str | None) -> list[str]:
    """The rules of policy that are set aside. Raises Refusal."""
    if any(obstacle.is_law for obstacle in obstacles):
        raise Refusal("never_allowed")
    policy = [obstacle.rule for obstacle in obstacles]
    if not set(policy) <= set(set_aside):
        raise Refusal("agree_anew")
    if policy and why is None:
        raise InvalidInput("reason_missing", field="reason")
    return policy


def _check_open(session: Session, shift: Shift, now: datetime) -> None:
    """Does the shift look for somebody? Raises Refusal no_free_seat or not_looking."""
    if shift.status == ShiftStatus.FILLED:
        raise Refusal("no_free_seat")
    if shift.status not in OPEN_STATES or shift.starts_at <= now:
        raise Refusal("not_looking")
    if seats.open_seats(session, shift) <= 0:
        raise Refusal("no_free_seat")


def _held(session: Session, shift_id: int, stylist_id: int) -> int | None:
    return session.scalar(
        sa.select(Assignment.id).where(
            Assignment.shift_id == shift_id,
            Assignment.stylist_id == stylist_id,
            Assignment.status.in_(WORKING_STATES),
        )
    )


def _give(
    session: Session, shift: Shift, stylist_id: int, now: datetime, texting: Texting, *, actor: str
) -> Assignment:
    offer = session.scalar(
        sa.select(Offer).where(
            Offer.shift_id == shift.id,
            Offer.stylist_id == stylist_id,
            Offer.status == OfferStatus.OFFERED,
        )
    )
    stylist = session.get_one(Stylist, stylist_id)
    scene = Scene.of(session, shift, texting)
    try:
        assignment = seats.give(
            session, scene, stylist, AssignmentSource.BY_HAND, now, actor=actor, offer=offer
        )
    except OfferGone:
        raise Refusal("never_allowed") from None
    if offer is not None:
        audit.record(
            session, now, actor=actor, action="accept", subject="offer", subject_id=offer.id,
            before={"status": OfferStatus.OFFERED}, after={"status": offer.status, "shift_id": shift.id},
        )  # fmt: skip
    return assignment
