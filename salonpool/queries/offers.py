"""Offers as the asked stylist sees them. Who may look is decided in access.py."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.local_time import DAY, local_day, minutes_between
from salonpool.domain.message import MessageStatus
from salonpool.domain.money import Money, pay_between
from salonpool.domain.offer import QUESTIONS, OfferStatus
from salonpool.domain.refusal import Missing
from salonpool.domain.shift import WORKING_STATES, AssignmentSource
from salonpool.domain.travel import walk_minutes
from salonpool.models import Assignment, Message, Network, Offer, Salon, Shift, Skill, Stylist
from salonpool.queries.naming import name_of
from salonpool.queries.salons import SalonRow, get_salon_by_id

WEEK = 7 * DAY
# What a stored status means to the person it was made to; an open one may still be past its deadline.
STATES = {
    OfferStatus.OFFERED: "open",
    OfferStatus.ACCEPTED: "yours",
    OfferStatus.SUPERSEDED: "taken",
    OfferStatus.EXPIRED: "expired",
    OfferStatus.WITHDRAWN: "withdrawn",
    OfferStatus.DECLINED: "declined",
}


@dataclass(frozen=True, slots=True)
class Walk:
    """The way on foot; `from_name` is the home salon, None when it is from the person's own position."""

    minutes: int
    from_name: str | None


@dataclass(frozen=True, slots=True)
class OfferPage:
    """One offer: where, when, for how much, until when.

    `state`: open, yours, taken, expired, withdrawn or declined.
    """

    id: int
    stylist_id: int
    stylist_name: str
    salon: SalonRow
    state: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    hourly_pay: Money
    pay: Money
    skill_name: str
    asked_at: datetime
    answer_by: datetime
    urgent: bool
    walk: Walk | None
    agreed_week_minutes: int
    max_week_minutes: int


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer waiting for an answer, in a list."""

    id: int
    link_version: int
    shift_id: int
    salon_slug: str
    salon_name: str
    starts_at: datetime
    ends_at: datetime
    skill_name: str
    pay: Money
    hourly_pay: Money
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A shift a stylist holds. `pay` of pool work only; `pooled` = not the weekly rota."""

    assignment_id: int
    starts_at: datetime
    ends_at: datetime
    salon_name: str
    address: str
    pay: Money | None
    pooled: bool


def get_offer(offer_id: int, now: datetime, language: str) -> OfferPage:
    """The offer as it is at `now`, worded in `language`. Raises Missing. Ask access.py for the id first."""
    found = db.session.execute(
        sa.select(Offer, Shift, Stylist, Skill)
        .join(Shift, Shift.id == Offer.shift_id)
        .join(Stylist, Stylist.id == Offer.stylist_id)
        .join(Skill, Skill.id == Shift.skill_id)
        .where(Offer.id == offer_id)
    ).one_or_none()
    if found is None:
        raise Missing
    offer, shift, stylist, skill = found
    salon = get_salon_by_id(shift.salon_id, language)
    hourly_pay = Money(offer.hourly_pay_minor, salon.currency)
    return OfferPage(
        id=offer.id,
        stylist_id=stylist.id,
        stylist_name=stylist.name,
        salon=salon,
        state=_state(offer, now),
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        minutes=minutes_between(shift.starts_at, shift.ends_at),
        hourly_pay=hourly_pay,
        pay=pay_between(hourly_pay, shift.starts_at, shift.ends_at),
        skill_name=name_of(skill, language),
        asked_at=offer.offered_at,
        answer_by=offer.expires_at,
        urgent=local_day(offer.offered_at, salon.tz) == local_day(shift.starts_at, salon.tz),
        walk=_walk(stylist, salon.id, language),
        agreed_week_minutes=_agreed_week_minutes(stylist.id, shift, salon),
        max_week_minutes=stylist.max_week_minutes,
    )


def list_open_offers(stylist_id: int, now: datetime, language: str) -> list[OfferRow]:
    """Offers waiting for this stylist's answer, the next deadline first."""
    rows = db.session.execute(
        sa.select(Offer, Shift, Salon, Skill, Network.currency)
        .join(Shift, Shift.id == Offer.shift_id)
        .join(Salon, Salon.id == Shift.salon_id)
        .join(Skill, Skill.id == Shift.skill_id)
        .join(Network, Network.id == Offer.network_id)
        .where(Offer.stylist_id == stylist_id, Offer.status == OfferStatus.OFFERED, Offer.expires_at > now)
        .order_by(Offer.expires_at, Offer.id)
    )
    return [
        OfferRow(
            id=offer.id,
            link_version=offer.link_version,
            shift_id=shift.id,
            salon_slug=salon.slug,
            salon_name=salon.name_en if language == "en" else salon.name,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            skill_name=name_of(skill, language),
            pay=pay_between(Money(offer.hourly_pay_minor, currency), shift.starts_at, shift.ends_at),
            hourly_pay=Money(offer.hourly_pay_minor, currency),
            answer_by=offer.expires_at,
        )
        for offer, shift, salon, skill, currency in rows
    ]


def list_work(stylist_id: int, now: datetime, until: datetime, language: str) -> list[WorkRow]:
    """The shifts a stylist holds that end after `now` and start before `until`, in order of time."""
    rows = db.session.execute(
        sa.select(Assignment, Salon, Network.currency)
        .join(Salon, Salon.id == Assignment.salon_id)
        .join(Network, Network.id == Assignment.network_id)
        .where(
            Assignment.stylist_id == stylist_id,
            Assignment.ends_at > now,
            Assignment.starts_at < until,
            Assignment.status.in_(WORKING_STATES),
        )
        .order_by(Assignment.starts_at)
    )
    return [
        WorkRow(
            assignment_id=held.id,
            starts_at=held.starts_at,
            ends_at=held.ends_at,
            salon_name=salon.name_en if language == "en" else salon.name,
            address=salon.address,
            pay=None if held.source == AssignmentSource.ROTA else _pay(held, currency),
            pooled=held.source != AssignmentSource.ROTA,
        )
        for held, salon, currency in rows
    ]


def never_asked() -> sa.ColumnElement[bool]:
    """Of an Offer's row: did it run out before its question left? Then it was no silence."""
    newest = (
        sa.select(Message.status)
        .where(Message.offer_id == Offer.id, Message.text_id.in_(QUESTIONS))
        .order_by(Message.id.desc())
        .limit(1)
        .correlate(Offer)
        .scalar_subquery()
    )
    dropped = sa.func.coalesce(newest, "") == MessageStatus.EXPIRED
    return sa.and_(Offer.status == OfferStatus.EXPIRED, dropped)


def _state(offer: Offer, now: datetime) -> str:
    state = STATES[OfferStatus(offer.status)]
    return "expired" if state == "open" and now >= offer.expires_at else state


def _walk(stylist: Stylist, salon_id: int, language: str) -> Walk | None:
    """On foot from the home salon or the person's own position; None at home or when nobody would walk."""
    if stylist.home_salon_id == salon_id:
        return None
    there = db.session.get_one(Salon, salon_id)
    home = db.session.get(Salon, stylist.home_salon_id) if stylist.home_salon_id else None
    here = (home.x_km, home.y_km) if home else (stylist.x_km, stylist.y_km)
    minutes = walk_minutes(here, (there.x_km, there.y_km))
    if minutes is None:
        return None
    name = None if home is None else home.name_en if language == "en" else home.name
    return Walk(minutes, name)


def _agreed_week_minutes(stylist_id: int, shift: Shift, salon: SalonRow) -> int:
    """Minutes the stylist works in the week (Monday to Sunday) of the shift, without it."""
    day = local_day(shift.starts_at, salon.tz)
    week = day.isocalendar()[:2]
    spans = db.session.execute(
        sa.select(Assignment.starts_at, Assignment.ends_at).where(
            Assignment.stylist_id == stylist_id,
            Assignment.shift_id != shift.id,
            Assignment.starts_at > shift.starts_at - WEEK,
            Assignment.starts_at < shift.starts_at + WEEK,
            Assignment.status.in_(WORKING_STATES),
        )
    )
    return sum(
        minutes_between(starts_at, ends_at)
        for starts_at, ends_at in spans
        if local_day(starts_at, salon.tz).isocalendar()[:2] == week
    )


def _pay(held: Assignment, currency: str) -> Money:
    return pay_between(Money(held.hourly_pay_minor, currency), held.starts_at, held.ends_at)
