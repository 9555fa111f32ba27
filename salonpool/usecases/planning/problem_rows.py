"""The rows a planning problem is written from: a fixed number of queries, whatever the number of people."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.domain.course import StationKind
from salonpool.domain.labour.packs import book, code_for
from salonpool.domain.labour.rules import Pack
from salonpool.domain.offer import OfferStatus
from salonpool.domain.shift import WORKING_STATES, AssignmentSource, AssignmentStatus
from salonpool.models import (
    Assignment,
    Availability,
    Network,
    Offer,
    OptOut,
    Salon,
    Shift,
    Skill,
    StandingYes,
    Station,
    Stylist,
    StylistSkill,
    TimeOff,
)
from salonpool.queries.offers import never_asked

Packs = Mapping[int | None, tuple[Pack, ...]]
Worked = tuple[datetime, datetime, int]
OfStylist = TypeVar("OfStylist", StylistSkill, Availability, TimeOff, StandingYes)


@dataclass(frozen=True, slots=True)
class Rows:
    """What was read. Mappings without a value for a stylist or shift mean none."""

    salons: Sequence[Salon]
    chairs: Mapping[int, int]
    shifts: Sequence[Shift]
    stylists: Sequence[Stylist]
    skill_codes: Mapping[int, str]
    skills: Mapping[int, list[StylistSkill]]
    available: Mapping[int, list[Availability]]
    time_off: Mapping[int, list[TimeOff]]
    standing: Mapping[int, list[StandingYes]]
    worked: Mapping[int, list[Worked]]
    filled: Counter[int]
    live: Counter[int]
    live_stylists: frozenset[int]
    no_text: frozenset[int]
    asked: Mapping[int, set[int]]


def read_rows(
    session: Session,
    network_id: int,
    shifts: Sequence[Shift],
    stylists: Sequence[Stylist],
    since: datetime,
    until: datetime,
) -> Rows:
    """Everything about these shifts and people between two instants.

    Shifts and people were read before: what changes from now on raises their version, so a plan made from a
    mixture of old and new rows is dropped when it is published.
    """
    shift_ids = [shift.id for shift in shifts]
    ids = [stylist.id for stylist in stylists]
    live = _live(session, network_id)
    salons = sa.select(Salon).where(Salon.network_id == network_id).order_by(Salon.id)
    return Rows(
        salons=session.scalars(salons).all(),
        chairs=_chairs(session, network_id),
        shifts=shifts,
        stylists=stylists,
        skill_codes=_skill_codes(session, network_id),
        skills=_by_stylist(session, StylistSkill, ids),
        available=_by_stylist(session, Availability, ids),
        time_off=_by_stylist(session, TimeOff, ids, TimeOff.ends_at > since, TimeOff.starts_at < until),
        standing=_by_stylist(session, StandingYes, ids, StandingYes.ended_at.is_(None)),
        worked=_worked(session, ids, since, until),
        filled=_filled(session, shift_ids),
        live=Counter(shift_id for shift_id, _ in live),
        live_stylists=frozenset(stylist_id for _, stylist_id in live),
        no_text=_no_text(session, ids),
        asked=_asked(session, shift_ids),
    )


def read_packs(session: Session, network: Network, first: date, last: date) -> Packs:
    """The law of each salon's people on the days from `first` to `last`; under None, of people without one.

    A law that begins in between holds for all these days: the planner has one set of caps for a person.
    """
    chosen: dict[int | None, str | None] = {None: None}
    for salon_id, code in session.execute(
        sa.select(Salon.id, Salon.labour_pack).where(Salon.network_id == network.id)
    ):
        chosen[salon_id] = code
    codes = {
        salon_id: code_for(network.region, code, network.labour_pack) for salon_id, code in chosen.items()
    }
    return {salon_id: book(code).between(first, last) if code else () for salon_id, code in codes.items()}


def list_beside(session: Session, shift: Shift) -> Sequence[Stylist]:
    """Whoever works at the shift's salon during it."""
    works = sa.select(Assignment.stylist_id).where(
        Assignment.salon_id == shift.salon_id,
        Assignment.starts_at < shift.ends_at,
        Assignment.ends_at > shift.starts_at,
        Assignment.status.in_(WORKING_STATES),
    )
    return session.scalars(sa.select(Stylist).where(Stylist.id.in_(works)).order_by(Stylist.id)).all()


def _worked(session: Session, ids: list[int], since: datetime, until: datetime) -> dict[int, list[Worked]]:
    rows = session.execute(
        sa.select(Assignment.stylist_id, Assignment.starts_at, Assignment.ends_at, Assignment.salon_id)
        .where(
            Assignment.stylist_id.in_(ids),
            Assignment.starts_at < until,
            Assignment.ends_at > since,
            Assignment.status.in_(WORKING_STATES),
        )
        .order_by(Assignment.starts_at)
    )
    worked: dict[int, list[Worked]] = defaultdict(list)
    for stylist_id, starts_at, ends_at, salon_id in rows:
        worked[stylist_id].append((starts_at, ends_at, salon_id))
    return worked


def _chairs(session: Session, network_id: int) -> dict[int, int]:
    counted = session.execute(
        sa.select(Station.salon_id, sa.func.count())
        .join(Salon, Salon.id == Station.salon_id)
        .where(Salon.network_id == network_id, Station.kind == StationKind.CHAIR)
        .group_by(Station.salon_id)
    )
    return {row[0]: row[1] for row in counted}


def _skill_codes(session: Session, network_id: int) -> dict[int, str]:
    rows = session.execute(sa.select(Skill.id, Skill.code).where(Skill.network_id == network_id))
    return {row[0]: row[1] for row in rows}


def _filled(session: Session, shift_ids: list[int]) -> Counter[int]:
    return Counter(
        session.scalars(
            sa.select(Assignment.shift_id).where(
                Assignment.shift_id.in_(shift_ids), Assignment.status.in_(WORKING_STATES)
            )
        )
    )


def _live(session: Session, network_id: int) -> list[tuple[int, int]]:
    """(shift, stylist) of every offer without an answer."""
    rows = session.execute(
        sa.select(Offer.shift_id, Offer.stylist_id).where(
            Offer.network_id == network_id, Offer.status == OfferStatus.OFFERED
        )
    )
    return [(shift_id, stylist_id) for shift_id, stylist_id in rows]


def _no_text(session: Session, ids: list[int]) -> frozenset[int]:
    """Who has no number, or has sent STOP."""
    stopped = Stylist.phone.in_(sa.select(OptOut.phone))
    return frozenset(
        session.scalars(
            sa.select(Stylist.id).where(Stylist.id.in_(ids), sa.or_(Stylist.phone.is_(None), stopped))
        )
    )


def _asked(session: Session, shift_ids: list[int]) -> dict[int, set[int]]:
    """Everybody who was asked for the shift, or was given it and taken off it: nobody is asked twice."""
    asked: dict[int, set[int]] = defaultdict(set)
    taken_off = sa.select(Assignment.shift_id, Assignment.stylist_id).where(
        Assignment.shift_id.in_(shift_ids),
        Assignment.source == AssignmentSource.BY_HAND,
        Assignment.status == AssignmentStatus.CANCELLED,
    )
    offered = sa.select(Offer.shift_id, Offer.stylist_id).where(Offer.shift_id.in_(shift_ids), ~never_asked())
    for shift_id, stylist_id in session.execute(offered.union(taken_off)):
        asked[shift_id].add(stylist_id)
    return asked


def _by_stylist(
    session: Session, model: type[OfStylist], ids: list[int], *conditions: sa.ColumnElement[bool]
) -> dict[int, list[OfStylist]]:
    grouped: dict[int, list[OfStylist]] = defaultdict(list)
    for row in session.scalars(sa.select(model).where(model.stylist_id.in_(ids), *conditions)):
        grouped[row.stylist_id].append(row)
    return grouped
