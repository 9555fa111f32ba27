"""Posted shifts as the desk sees them: who works, who was asked, why a seat is free. Doors: access.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.local_time import minutes_between
from salonpool.domain.message import MessageStatus
from salonpool.domain.money import Money, pay_between
from salonpool.domain.offer import QUESTIONS, OfferStatus, ask_at
from salonpool.domain.refusal import Missing
from salonpool.domain.shift import OPEN_STATES, WORKING_STATES, ShiftSource
from salonpool.models import Assignment, Decision, Message, Network, Offer, Salon, Shift, Skill, Stylist
from salonpool.queries.naming import name_of
from salonpool.queries.offers import never_asked
from salonpool.queries.salons import SalonRow, get_salon_by_id


@dataclass(frozen=True, slots=True)
class SkillRow:
    """A skill a shift can ask for; `code` is what use cases take."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A posted shift in a list."""

    id: int
    salon_slug: str
    starts_at: datetime
    ends_at: datetime
    skill_code: str
    skill_name: str
    seats: int
    filled: int
    status: str
    priority: int
    hourly_pay: Money
    version: int

    @property
    def minutes(self) -> int:
        """Length in minutes."""
        return minutes_between(self.starts_at, self.ends_at)

    @property
    def pay(self) -> Money:
        """What one person earns with the whole shift."""
        return pay_between(self.hourly_pay, self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class HolderRow:
    """Somebody who works the shift; `salon_name` is their home salon, None without one or at home."""

    id: int
    stylist_name: str
    salon_name: str | None


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody who was asked. `state` is the offer's, or queued while its question has not left."""

    stylist_name: str
    salon_name: str | None
    asked_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that was tried: a key of start_minutes, max_hourly_cost (minor units an hour),
    max_travel_minutes, skill (a code) or split_at (ISO instant), and how many people it would bring.

    Sometimes several of these, and later_start_minutes, earlier_end_minutes, ask_again (docs/planner.md).
    """

    change: Mapping[str, Any]
    fits: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Why seats stay free: of `pool` people, how many each rule of `funnel` removed, in its fixed order.

    `decision_id` is the planner's word it comes from; `sole` = people who lack one thing only.
    """

    decision_id: int
    pool: int
    funnel: tuple[tuple[str, int], ...]
    sole: tuple[tuple[str, int], ...]
    remedies: tuple[Remedy, ...]
    asked: int
    declined: int
    waiting: int

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """How many people are left after each rule, widest first, beginning with ("pool", all)."""
        left, steps = self.pool, [("pool", self.pool)]
        for rule, removed in self.funnel:
            left -= removed
            steps.append((rule, left))
        return tuple(steps)


@dataclass(frozen=True, slots=True)
class ShiftPage:
    """One posted shift with everything the owner may know of it.

    `asks_at` is when people may be asked, if not at once; `replaced_by` are the shifts posted in its place.
    """

    shift: ShiftRow
    salon: SalonRow
    people: tuple[HolderRow, ...]
    asks: tuple[Ask, ...]
    asks_at: datetime | None
    gap: Gap | None
    replaced_by: tuple[int, ...]


def get_shift(shift_id: int, now: datetime, language: str) -> ShiftPage:
    """The shift as it is at `now`. Raises Missing. Ask access.py for the id first."""
    found = _list([Shift.id == shift_id], language)
    if not found:
        raise Missing
    shift = found[0]
    row = db.session.get_one(Shift, shift_id)
    salon = get_salon_by_id(row.salon_id, language)
    asks_at = ask_at(now, row.starts_at, salon.tz, posted_at=row.created_at)
    return ShiftPage(
        shift=shift,
        salon=salon,
        people=_people(shift_id, salon.id, language),
        asks=_asks(shift_id, salon.id, language),
        asks_at=asks_at if asks_at > now else None,
        gap=_gap(shift_id) if shift.status in OPEN_STATES or shift.filled < shift.seats else None,
        replaced_by=_replacing(shift_id),
    )


def find_remedy(shift_id: int, decision_id: int, number: int) -> Remedy | None:
    """The remedy of that number, from 0, in what a run found out about the shift; an older run's, too."""
    found = db.session.get(Decision, decision_id)
    if found is None or found.shift_id != shift_id or found.kind != "unfilled":
        return None
    known = _remedies(found.detail)
    return known[number] if 0 <= number < len(known) else None


def list_between(
    salon_ids: Sequence[int], starts_at: datetime, ends_at: datetime, language: str
) -> list[ShiftRow]:
    """Posted shifts of these salons that start within the span, in order of time."""
    within = [Shift.salon_id.in_(salon_ids), Shift.starts_at >= starts_at, Shift.starts_at < ends_at]
    return _list(within, language)


def list_open(
    salon_ids: Sequence[int], starts_at: datetime, ends_at: datetime, language: str
) -> list[ShiftRow]:
    """Those of list_between that still look for people."""
    return [row for row in list_between(salon_ids, starts_at, ends_at, language) if row.status in OPEN_STATES]


def list_skills(network_id: int, language: str) -> list[SkillRow]:
    """The network's skills, in the order they were added."""
    skills = db.session.scalars(sa.select(Skill).where(Skill.network_id == network_id).order_by(Skill.id))
    return [SkillRow(skill.id, skill.code, name_of(skill, language)) for skill in skills]


def names(shift_ids: Sequence[int], stylist_ids: Sequence[int]) -> tuple[dict[int, ShiftRow], dict[int, str]]:
    """Shifts and stylists' names by id, for a report."""
    rows = {row.id: row for row in _list([Shift.id.in_(shift_ids)], "en")}
    people = db.session.execute(sa.select(Stylist.id, Stylist.name).where(Stylist.id.in_(stylist_ids)))
    return rows, {row.id: row.name for row in people}


def _list(conditions: Sequence[sa.ColumnElement[bool]], language: str) -> list[ShiftRow]:
    filled = (
        sa.select(sa.func.count())
        .where(Assignment.shift_id == Shift.id, Assignment.status.in_(WORKING_STATES))
        .correlate(Shift)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Shift, Salon.slug, Skill, Network.currency, filled)
        .join(Salon, Salon.id == Shift.salon_id)
        .join(Skill, Skill.id == Shift.skill_id)
        .join(Network, Network.id == Shift.network_id)
        .where(Shift.source == ShiftSource.POST, *conditions)
        .order_by(Shift.starts_at, Shift.id)
    )
    return [
        ShiftRow(
            id=shift.id,
            salon_slug=slug,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            skill_code=skill.code,
            skill_name=name_of(skill, language),
            seats=shift.seats,
            filled=held,
            status=shift.status,
            priority=shift.priority,
            hourly_pay=Money(shift.hourly_pay_minor, currency),
            version=shift.version,
        )
        for shift, slug, skill, currency, held in rows
    ]


def _replacing(shift_id: int) -> tuple[int, ...]:
    newer = sa.select(Shift.id).where(Shift.replaces_shift_id == shift_id).order_by(Shift.starts_at)
    return tuple(db.session.scalars(newer))


def _people(shift_id: int, salon_id: int, language: str) -> tuple[HolderRow, ...]:
    rows = db.session.execute(
        sa.select(Stylist.id, Stylist.name, Salon)
        .join(Assignment, Assignment.stylist_id == Stylist.id)
        .outerjoin(Salon, Salon.id == Stylist.home_salon_id)
        .where(Assignment.shift_id == shift_id, Assignment.status.in_(WORKING_STATES))
        .order_by(Assignment.id)
    )
    return tuple(
        HolderRow(stylist_id, name, _from(home, salon_id, language)) for stylist_id, name, home in rows
    )


def _asks(shift_id: int, salon_id: int, language: str) -> tuple[Ask, ...]:
    rows = db.session.execute(
        sa.select(Offer, Stylist.name, Salon, _question_waits())
        .join(Stylist, Stylist.id == Offer.stylist_id)
        .outerjoin(Salon, Salon.id == Stylist.home_salon_id)
        .where(Offer.shift_id == shift_id, ~never_asked())
        .order_by(Offer.offered_at, Offer.wave, Offer.rank)
    )
    return tuple(
        Ask(
            stylist_name=name,
            salon_name=_from(home, salon_id, language),
            asked_at=offer.offered_at,
            answer_by=offer.expires_at,
            answered_at=offer.answered_at,
            state="queued" if offer.status == OfferStatus.OFFERED and waits else offer.status,
        )
        for offer, name, home, waits in rows
    )


def _question_waits() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Message.offer_id == Offer.id,
        Message.text_id.in_(QUESTIONS),
        Message.status == MessageStatus.PENDING,
    )


def _from(home: Salon | None, salon_id: int, language: str) -> str | None:
    if home is None or home.id == salon_id:
        return None
    return home.name_en if language == "en" else home.name


def _gap(shift_id: int) -> Gap | None:
    """What the newest run found out about the shift's free seats, if it could not fill them."""
    last = db.session.scalar(
        sa.select(Decision).where(Decision.shift_id == shift_id).order_by(Decision.id.desc()).limit(1)
    )
    if last is None or last.kind != "unfilled":
        return None
    detail = last.detail
    return Gap(
        decision_id=last.id,
        pool=detail["pool"],
        funnel=tuple(detail["funnel"].items()),
        sole=tuple(detail["sole"].items()),
        remedies=_remedies(detail),
        asked=detail["asked"],
        declined=detail["declined"],
        waiting=detail["waiting"],
    )


def _remedies(detail: Mapping[str, Any]) -> tuple[Remedy, ...]:
    return tuple(Remedy(remedy["change"], remedy["fills"]) for remedy in detail["remedies"])
