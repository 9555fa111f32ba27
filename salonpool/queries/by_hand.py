"""Who can be given a posted shift by hand, and who was, by whom and in spite of what. Doors: access.py."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.local_time import MINUTE, local_day
from salonpool.domain.refusal import Missing
from salonpool.domain.shift import WORKING_STATES, AssignmentSource
from salonpool.models import Account, Assignment, AuditEntry, Network, Offer, OptOut, Salon, Shift, Stylist

OVERRIDE = "override"  # of an assignment, in the audit trail: policy was set aside, which and by whom


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody of the pool or of the shift's own salon; `salon_name` is their home salon, None without one
    or at home. `gets_texts`: has a number that has not sent STOP. `offer`: the state of theirs for the shift.
    """

    id: int
    name: str
    salon_name: str | None
    gets_texts: bool
    offer: str | None


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A seat given by hand: by whom, and which rules of policy that person set aside for what reason.

    The reason is None once it was forgotten. `gets_texts`: as of a PersonRow.
    """

    assignment_id: int
    stylist_id: int
    stylist_name: str
    gets_texts: bool
    by: str
    rules: tuple[str, ...]
    reason: str | None


def list_people(shift_id: int, language: str, *, stylist_id: int | None = None) -> list[PersonRow]:
    """Everybody who can be asked about the shift on its day and does not hold it already, by name; of them
    the one stylist, if given. Raises Missing."""
    shift = db.session.get(Shift, shift_id)
    if shift is None:
        raise Missing
    one = [] if stylist_id is None else [Stylist.id == stylist_id]
    rows = db.session.execute(
        sa.select(Stylist.id, Stylist.name, Salon, _gets_texts(), Offer.status)
        .outerjoin(Salon, Salon.id == Stylist.home_salon_id)
        .outerjoin(Offer, sa.and_(Offer.stylist_id == Stylist.id, Offer.shift_id == shift_id))
        .where(_belongs(shift), ~_holds(shift_id), *one)
        .order_by(Stylist.name, Stylist.id)
    )
    return [
        PersonRow(found, name, _salon_name(home, shift, language), bool(gets_texts), offer)
        for found, name, home, gets_texts, offer in rows
    ]


def list_given(shift_id: int) -> list[GivenRow]:
    """Seats of the shift that were given by hand and are still held, oldest first."""
    trail = db.session.execute(
        sa.select(Assignment, Stylist.name, _gets_texts(), AuditEntry)
        .join(Stylist, Stylist.id == Assignment.stylist_id)
        .join(AuditEntry, sa.and_(AuditEntry.subject == "assignment", AuditEntry.subject_id == Assignment.id))
        .where(
            Assignment.shift_id == shift_id,
            Assignment.source == AssignmentSource.BY_HAND,
            Assignment.status.in_(WORKING_STATES),
            AuditEntry.action.in_(("assign", OVERRIDE)),
        )
        .order_by(Assignment.id, AuditEntry.id)
    ).all()
    newest = {held.id: (held, name, gets_texts, entry) for held, name, gets_texts, entry in trail}
    names = _account_names({entry.actor for *_, entry in newest.values()})
    return [
        GivenRow(
            assignment_id=held.id,
            stylist_id=held.stylist_id,
            stylist_name=name,
            gets_texts=bool(gets_texts),
            by=names.get(entry.actor, ""),
            rules=tuple((entry.after or {}).get("rules", ())),
            reason=held.override_reason,
        )
        for held, name, gets_texts, entry in newest.values()
    ]


def _belongs(shift: Shift) -> sa.ColumnElement[bool]:
    """In the pool, or own staff of the salon, from the shift's first day to its last."""
    tz = ZoneInfo(db.session.get_one(Network, shift.network_id).zone)
    first_on, last_on = local_day(shift.starts_at, tz), local_day(shift.ends_at - MINUTE, tz)
    return sa.and_(
        Stylist.network_id == shift.network_id,
        sa.or_(Stylist.pooled, Stylist.home_salon_id == shift.salon_id),
        Stylist.joined_on <= first_on,
        sa.or_(Stylist.left_on.is_(None), Stylist.left_on >= last_on),
    )


def _holds(shift_id: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Assignment.shift_id == shift_id,
        Assignment.stylist_id == Stylist.id,
        Assignment.status.in_(WORKING_STATES),
    )


def _gets_texts() -> sa.ColumnElement[bool]:
    return sa.and_(Stylist.phone.is_not(None), Stylist.phone.not_in(sa.select(OptOut.phone)))


def _salon_name(home: Salon | None, shift: Shift, language: str) -> str | None:
    if home is None or home.id == shift.salon_id:
        return None
    return home.name_en if language == "en" else home.name


def _account_names(actors: set[str]) -> dict[str, str]:
    """{"account:7": name}."""
    ids = [int(number) for kind, _, number in (actor.partition(":") for actor in actors) if kind == "account"]
    rows = db.session.execute(sa.select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {f"account:{account_id}": name for account_id, name in rows}
