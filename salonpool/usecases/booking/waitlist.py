"""Put a guest on the waitlist, take one off, and close what is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, retried, transaction, wake
from salonpool.domain.booking import BookingStatus, CancelCause, Wish
from salonpool.domain.caps import Kind, Per
from salonpool.domain.links import digest
from salonpool.domain.message import MessageStatus
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.domain.text_input import name as clean_name
from salonpool.domain.waitlist import (
    MAX_OPEN,
    MAX_STYLISTS,
    OPEN_STATES,
    QUESTIONS,
    WaitlistStatus,
    Window,
    clean_windows,
)
from salonpool.models import Booking, Message, WaitlistEntry, WaitlistSalon, WaitlistWindow
from salonpool.queries import waitlist_pages
from salonpool.queries.salons import SalonRow, get_salon, list_services
from salonpool.queries.sisters import list_sisters
from salonpool.queries.visits import get_visit
from salonpool.queries.waitlist import was_taken
from salonpool.usecases import audit, limits
from salonpool.usecases.booking import customers
from salonpool.usecases.booking.booked import lock_booking
from salonpool.usecases.booking.commit import lock_places
from salonpool.usecases.booking.places import release, services_for
from salonpool.usecases.texts.texting import Texting

SWEEP_AT_ONCE = 200
# Long enough for a button pressed twice or an answer that was lost; later a stranger might know the number.
AGAIN_WITHIN = timedelta(minutes=10)
SETTLED = (WaitlistStatus.BOOKED, WaitlistStatus.WAITING, WaitlistStatus.EXPIRED)
NEVER_ARRIVED = (MessageStatus.FAILED, MessageStatus.UNDELIVERED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a guest waits for, as typed; the use case checks it.

    `codes`: services of the salon's catalogue, `code` or `code:length`. `sister_slugs`: other salons that
    would do. No `stylist_ids`: anyone. The visit is to start in one of `windows`, aware instants.
    """

    salon_slug: str
    codes: tuple[str, ...]
    windows: tuple[Window, ...]
    phone: str
    name: str | None = None
    stylist_ids: tuple[int, ...] = ()
    sister_slugs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """The entry, and the version of its link."""

    entry_id: int
    link_version: int


@retried
def join(
    wanted: Waiting, *, language: str, now: datetime, texting: Texting, address: str | None = None
) -> Joined:
    """Put a guest on the waitlist. Joining for the same thing again gives the entry there is, if that was
    just now and no place was held for it yet: nobody has proved the number, and its link takes the place.

    A phone has at most 3 open entries. Raises InvalidInput, Missing, Refusal: waits_already, too_many_waits,
    too_many_tries.
    """
    salon = get_salon(wanted.salon_slug, language)
    phone = texting.guest_phone(wanted.phone, salon.region)
    name = clean_name(wanted.name, field="name")
    windows = clean_windows(wanted.windows, now)
    salons = [salon, *_sisters(salon, wanted, language)]
    _check_services(salon, wanted.codes, language)
    _check_stylists(salons, wanted.stylist_ids, now)
    with transaction() as session:
        customer_id = customers.find_or_add(session, salon, phone, name, language, now).customer_id
        kept = _same(session, customer_id, wanted, salons, windows, now)
        if kept is not None:
            return _again(kept, now)
        _check_open(session, customer_id)
        entry = WaitlistEntry(
            network_id=salon.network_id,
            customer_id=customer_id,
            status=WaitlistStatus.WAITING,
            codes=list(wanted.codes),
            stylist_ids=sorted(set(wanted.stylist_ids)),
            guest_name=name,
            language=language,
            created_at=now,
            link_version=1,
        )
        _add(session, entry, salons, windows)
        entry.link_digest = digest(texting.links.waitlist_token(entry.id, entry.link_version))
        _audit(session, now, "guest", "join", entry.id, WaitlistStatus.WAITING)
        wake("waitlist", entry.id)
        who = {Per.PHONE: phone, **limits.at_address(address)}
        limits.take(session, Kind.WAIT, who, now, scale=texting.limits_scale)
        return Joined(entry.id, entry.link_version)


@retried
def leave(entry_id: int, *, now: datetime) -> None:
    """Take a guest off the list; a place held for them goes to the next. What has ended stays as it is."""
    salon_id = db.session.scalar(
        sa.select(Booking.salon_id).where(
            Booking.waitlist_entry_id == entry_id, Booking.status == BookingStatus.HELD
        )
    )
    with transaction() as session:
        if salon_id is not None:
            lock_places(session, salon_id, [])
        # Only under this lock is it certain that no place is being held meanwhile.
        entry = session.get(WaitlistEntry, entry_id, with_for_update=True)
        if entry is None:
            raise Missing
        if entry.status not in OPEN_STATES:
            return
        held = sa.select(Booking).where(
            Booking.waitlist_entry_id == entry_id, Booking.status == BookingStatus.HELD
        )
        for booking in session.scalars(held.with_for_update()).all():
            release(session, booking, CancelCause.GUEST, now, actor="guest")
        entry.status, entry.ended_at = WaitlistStatus.LEFT, now
        _audit(session, now, "guest", "leave", entry_id, WaitlistStatus.LEFT)


@retried
def sweep(now: datetime) -> int:
    """Close what is over: places that ran out or whose text was refused, entries past their last window.

    Returns how many entries changed, at most 200 of each kind. Writes nothing when nothing is over.
    """
    untold = list(db.session.scalars(_untold().limit(SWEEP_AT_ONCE)))
    over = sa.or_(*(_is(status, now) for status in SETTLED))
    if not untold and not db.session.scalar(sa.select(sa.exists().where(over))):
        db.session.rollback()
        return 0
    with transaction() as session:
        for booking_id in untold:
            booking = lock_booking(session, booking_id)
            if booking.status == BookingStatus.HELD:
                release(session, booking, CancelCause.HOLD_EXPIRED, now, actor="clock")
        return sum(_settle(session, status, now) for status in SETTLED)


def _sisters(salon: SalonRow, wanted: Waiting, language: str) -> list[SalonRow]:
    known = {sister.slug: sister for sister in list_sisters(salon, language)}
    slugs = list(dict.fromkeys(wanted.sister_slugs))
    if any(slug not in known for slug in slugs):
        raise InvalidInput("unknown_choice", field="sisters")
    return [known[slug] for slug in slugs]


def _check_services(salon: SalonRow, codes: Sequence[str], language: str) -> None:
    """Each once, sold at the salon, and one that can be booked by itself first. Raises InvalidInput."""
    if not codes:
        raise InvalidInput("missing", field="service", example="cut")
    services = services_for(list_services(salon, language), codes)
    if not services or len(set(codes)) < len(codes):
        raise InvalidInput("unknown_choice", field="service")
    get_visit(salon, Wish(tuple(service.id for service in services)), language)


def _check_stylists(salons: Sequence[SalonRow], stylist_ids: Sequence[int], now: datetime) -> None:
    known = waitlist_pages.list_stylist_ids([salon.id for salon in salons], now) if stylist_ids else set()
    if len(set(stylist_ids)) > MAX_STYLISTS or not known.issuperset(stylist_ids):
        raise InvalidInput("unknown_choice", field="stylist")


def _check_open(session: Session, customer_id: int) -> None:
    waiting = session.scalar(
        sa.select(sa.func.count(WaitlistEntry.id)).where(
            WaitlistEntry.customer_id == customer_id, WaitlistEntry.status.in_(OPEN_STATES)
        )
    )
    if (waiting or 0) >= MAX_OPEN:
        raise Refusal("too_many_waits", limit=MAX_OPEN)


def _again(kept: WaitlistEntry, now: datetime) -> Joined:
    if kept.offered or now > kept.created_at + AGAIN_WITHIN:
        raise Refusal("waits_already")
    return Joined(kept.id, kept.link_version)


def _same(
    session: Session,
    customer_id: int,
    wanted: Waiting,
    salons: Sequence[SalonRow],
    windows: Sequence[Window],
    now: datetime,
) -> WaitlistEntry | None:
    """The open entry for just this, as far as its windows are not over."""
    entries = session.scalars(
        sa.select(WaitlistEntry)
        .where(WaitlistEntry.customer_id == customer_id, WaitlistEntry.status.in_(OPEN_STATES))
        .order_by(WaitlistEntry.id)
    ).all()
    asked = (list(wanted.codes), sorted(set(wanted.stylist_ids)), {salon.id for salon in salons}, [*windows])
    for entry in entries:
        salon_ids = session.scalars(
            sa.select(WaitlistSalon.salon_id).where(WaitlistSalon.entry_id == entry.id)
        )
        spans = session.execute(
            sa.select(WaitlistWindow.starts_at, WaitlistWindow.ends_at).where(
                WaitlistWindow.entry_id == entry.id
            )
        )
        ahead = sorted((max(first, now), last) for first, last in spans if last > now)
        if (entry.codes, entry.stylist_ids, set(salon_ids), ahead) == asked:
            return entry
    return None


def _add(
    session: Session, entry: WaitlistEntry, salons: Sequence[SalonRow], windows: Sequence[Window]
) -> None:
    session.add(entry)
    session.flush()
    for salon in salons:
        session.add(WaitlistSalon(network_id=entry.network_id, entry_id=entry.id, salon_id=salon.id))
    for starts_at, ends_at in windows:
        session.add(WaitlistWindow(entry_id=entry.id, starts_at=starts_at, ends_at=ends_at))


def _is(status: WaitlistStatus, now: datetime) -> sa.ColumnElement[bool]:
    """What makes an open entry become this."""
    booked = sa.exists().where(Booking.waitlist_entry_id == WaitlistEntry.id, was_taken())
    held = sa.exists().where(
        Booking.waitlist_entry_id == WaitlistEntry.id,
        Booking.status == BookingStatus.HELD,
        Booking.held_until > now,
    )
    ahead = sa.exists().where(WaitlistWindow.entry_id == WaitlistEntry.id, WaitlistWindow.ends_at > now)
    if status is WaitlistStatus.BOOKED:
        return sa.and_(WaitlistEntry.status.in_(OPEN_STATES), booked)
    if status is WaitlistStatus.WAITING:
        return sa.and_(WaitlistEntry.status == WaitlistStatus.OFFERED, ~booked, ~held)
    return sa.and_(WaitlistEntry.status == WaitlistStatus.WAITING, ~booked, ~ahead)


def _untold() -> sa.Select[int]:
    """Places held for somebody whom the text did not and will not reach."""
    refused = sa.exists().where(
        Message.booking_id == Booking.id,
        Message.text_id.in_(QUESTIONS),
        Message.status.in_(NEVER_ARRIVED),
    )
    return (
        sa.select(Booking.id)
        .where(Booking.waitlist_entry_id.is_not(None), Booking.status == BookingStatus.HELD, refused)
        .order_by(Booking.id)
    )


def _settle(session: Session, status: WaitlistStatus, now: datetime) -> int:
    """Compare and set: whoever answered meanwhile keeps what they answered."""
    ended_at = None if status is WaitlistStatus.WAITING else now
    some = sa.select(WaitlistEntry.id).where(_is(status, now)).order_by(WaitlistEntry.id)
    changed = session.scalars(
        sa.update(WaitlistEntry)
        .where(WaitlistEntry.id.in_(some.limit(SWEEP_AT_ONCE)), _is(status, now))
        .values(status=status, ended_at=ended_at)
        .returning(WaitlistEntry.id),
        execution_options={"synchronize_session": False},
    ).all()
    for entry_id in changed:
        _audit(session, now, "clock", "settle", entry_id, status)
    return len(changed)


def _audit(
    session: Session, now: datetime, actor: str, action: str, entry_id: int, status: WaitlistStatus
) -> None:
    audit.record(
        session,
        now,
        actor=actor,
        action=action,
        subject="waitlist_entry",
        subject_id=entry_id,
        after={"status": status},
    )
