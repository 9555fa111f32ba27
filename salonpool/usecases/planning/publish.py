"""Publish a plan, all or nothing: seats for standing yeses, offers to the rest, reasons for what stays open.

A part whose stylist or shift has changed since the plan was read is dropped, and a new run is requested.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import lock
from salonpool.domain.links import digest
from salonpool.domain.offer import OfferGone, OfferStatus, deadline
from salonpool.domain.shift import OPEN_STATES, AssignmentSource
from salonpool.domain.wave import Hand
from salonpool.models import Decision, Offer, Shift, Stylist
from salonpool.queries.offers import never_asked
from salonpool.usecases import audit
from salonpool.usecases.planning import plan_requests
from salonpool.usecases.planning.decisions import Decisions, Gap
from salonpool.usecases.planning.problems import Reading
from salonpool.usecases.pool import seats
from salonpool.usecases.pool.offer_texts import Scene
from salonpool.usecases.texts.texting import Texting


@dataclass(slots=True)
class Published:
    """What was done, as (shift, stylist) pairs; `dropped` names no stylist when the shift itself moved."""

    assigned: list[tuple[int, int]] = field(default_factory=list)
    offered: list[tuple[int, int]] = field(default_factory=list)
    unfilled: list[Gap] = field(default_factory=list)
    dropped: list[tuple[int, int | None]] = field(default_factory=list)


def publish(
    session: Session, run_id: int, reading: Reading, decisions: Decisions, now: datetime, texting: Texting
) -> Published:
    """Carry out the decisions in the caller's transaction.

    1. Lock the salons' staffing and everybody the plan names, then the shifts' rows, in one fixed order.
    2. Look again at the versions that were read, and at who is being asked by now.
    3. Shift by shift: assign, ask, or write down why nobody could be.
    4. When something was dropped, request the next run.
    """
    hands = decisions.hands
    people = {person for hand in hands for person in (*hand.assigned, *hand.asked)}
    salons = {opening.salon_id for opening in reading.open_seats}
    lock(session, *map(seats.staffing_key, salons), *(f"stylist:{person}" for person in people))
    shifts = {
        shift_id: seats.lock_shift(session, shift_id)
        for shift_id in sorted(hand.shift.shift_id for hand in hands)
    }
    publisher = _Publisher(session, run_id, now, texting, _moved(session, reading, people))
    for hand in hands:
        shift = shifts[hand.shift.shift_id]
        if shift.version != reading.shift_versions[shift.id] or shift.status not in OPEN_STATES:
            publisher.drop(shift.id, None)
        else:
            publisher.carry_out(shift, hand, decisions.gaps.get(shift.id))
    if publisher.done.dropped:
        plan_requests.request(session, reading.network_id, "dropped", now)
    return publisher.done


def _moved(session: Session, reading: Reading, people: Iterable[int]) -> set[int]:
    """People who changed since the plan was read, or who are being asked by now."""
    versions: Mapping[int, int] = reading.stylist_versions
    ids = sorted(people)
    rows = session.execute(sa.select(Stylist.id, Stylist.version).where(Stylist.id.in_(ids)))
    same = {stylist_id for stylist_id, version in rows if versions[stylist_id] == version}
    asked = session.scalars(
        sa.select(Offer.stylist_id).where(Offer.stylist_id.in_(ids), Offer.status == OfferStatus.OFFERED)
    )
    return (set(ids) - same) | set(asked)


@dataclass(slots=True)
class _Publisher:
    session: Session
    run_id: int
    now: datetime
    texting: Texting
    moved: set[int]
    done: Published = field(default_factory=Published)

    def carry_out(self, shift: Shift, hand: Hand, gap: Gap | None) -> None:
        scene = Scene.of(self.session, shift, self.texting)
        for person in hand.assigned:
            self._assign(scene, person)
        wave = 1 + (
            self.session.scalar(sa.select(sa.func.max(Offer.wave)).where(Offer.shift_id == shift.id)) or 0
        )
        asked = 0
        for person in hand.asked:
            asked += self._ask(scene, person, wave, hand.shift.ranked.index(person) + 1)
        if asked:
            seats.settle(self.session, shift, self.now)
        if gap is not None and not hand.assigned and not hand.asked:
            self._leave_open(scene, gap)

    def drop(self, shift_id: int, person: int | None) -> None:
        self.done.dropped.append((shift_id, person))
        self._decision(shift_id, "dropped", person, {})

    def _assign(self, scene: Scene, person: int) -> None:
        if person in self.moved:
            self.drop(scene.shift.id, person)
            return
        stylist = self.session.get_one(Stylist, person)
        try:
            seats.fill(
                self.session, scene, stylist, AssignmentSource.STANDING_YES, self.now,
                actor=f"stylist:{person}",
            )  # fmt: skip
        except OfferGone:
            self.drop(scene.shift.id, person)
            return
        self.done.assigned.append((scene.shift.id, person))
        self._decision(scene.shift.id, "assigned", person, {})

    def _ask(self, scene: Scene, person: int, wave: int, rank: int) -> bool:
        shift = scene.shift
        if person in self.moved:
            self.drop(shift.id, person)
            return False
        offer = self._offer(shift, person)
        offer.planning_run_id, offer.wave, offer.rank = self.run_id, wave, rank
        offer.status, offer.hourly_pay_minor = OfferStatus.OFFERED, shift.hourly_pay_minor
        offer.offered_at, offer.expires_at = self.now, deadline(self.now, shift.starts_at)
        self.session.add(offer)
        self.session.flush()
        offer.link_digest = digest(self.texting.links.offer_token(offer.id, offer.link_version))
        scene.ask(offer, self.session.get_one(Stylist, person), self.now)
        audit.record(
            self.session, self.now, actor="clock", action="offer", subject="offer", subject_id=offer.id,
            after={"shift_id": shift.id, "stylist_id": person, "expires_at": offer.expires_at.isoformat()},
        )  # fmt: skip
        self.done.offered.append((shift.id, person))
        self._decision(shift.id, "offered", person, {"wave": wave, "rank": rank})
        return True

    def _offer(self, shift: Shift, person: int) -> Offer:
        """A new one, or the one whose question never left: a stylist has one offer for a shift."""
        unheard = self.session.scalar(
            sa.select(Offer).where(Offer.shift_id == shift.id, Offer.stylist_id == person)
        )
        return unheard or Offer(network_id=shift.network_id, shift_id=shift.id, stylist_id=person)

    def _leave_open(self, scene: Scene, gap: Gap) -> None:
        """Note why nobody could be asked; tell the owners, once for each lot of people asked in vain."""
        self.done.unfilled.append(gap)
        shift = scene.shift
        answers = self.session.scalars(
            sa.select(Offer.status).where(Offer.shift_id == shift.id, ~never_asked())
        ).all()
        asked, declined = len(answers), sum(1 for status in answers if status == OfferStatus.DECLINED)
        told = self._told(shift.id)
        tell = not gap.waiting and told != asked
        detail = {
            "seats": gap.seats,
            "pool": gap.pool,
            "funnel": dict(gap.funnel),
            "sole": dict(gap.sole),
            "remedies": list(gap.remedies),
            "waiting": gap.waiting,
            "asked": asked,
            "declined": declined,
            "told": asked if tell else told,
        }
        before = self._last(shift.id)
        if before is None or before.kind != "unfilled" or before.detail != detail:
            self._decision(shift.id, "unfilled", None, detail)
        if tell:
            scene.still_open(self.run_id, asked, declined, self.now)

    def _told(self, shift_id: int) -> int | None:
        """How many had been asked when the owners were last told that the shift is still open."""
        last = self.session.scalar(
            sa.select(Decision)
            .where(Decision.shift_id == shift_id, Decision.kind == "unfilled")
            .order_by(Decision.id.desc())
            .limit(1)
        )
        told: int | None = last.detail.get("told") if last else None
        return told

    def _last(self, shift_id: int) -> Decision | None:
        return self.session.scalar(
            sa.select(Decision).where(Decision.shift_id == shift_id).order_by(Decision.id.desc()).limit(1)
        )

    def _decision(self, shift_id: int, kind: str, person: int | None, detail: dict[str, Any]) -> None:
        self.session.add(
            Decision(
                planning_run_id=self.run_id, shift_id=shift_id, kind=kind, stylist_id=person, detail=detail
            )
        )
