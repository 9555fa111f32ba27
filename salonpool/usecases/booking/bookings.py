"""Book, hold and confirm a visit."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import retried, transaction
from salonpool.domain.booking import (
    HOLD,
    BookingStatus,
    CancelCause,
    SlotTaken,
    Wish,
    check_start,
)
from salonpool.domain.links import digest
from salonpool.domain.refusal import Refusal
from salonpool.domain.text_input import name as clean_name
from salonpool.models import Booking
from salonpool.queries.salons import SalonRow, get_salon
from salonpool.queries.visits import get_visit
from salonpool.usecases import idempotency
from salonpool.usecases.booking import caps
from salonpool.usecases.booking.booked import (
    GUEST,
    Booked,
    Served,
    answer_of,
    lock_booking,
    read_served,
    record,
)
from salonpool.usecases.booking.caps import Asker
from salonpool.usecases.booking.commit import (
    Wanted,
    commit,
    held_too_long,
    keep_place,
    lock_for,
    lock_places,
    nearest_starts,
    release_holds,
)
from salonpool.usecases.booking.settling import Guest as Guest
from salonpool.usecases.booking.settling import checked, settle, tell, write_name
from salonpool.usecases.booking.stored import stored_wish
from salonpool.usecases.rows import next_ids
from salonpool.usecases.texts.texting import Texting

SWEEP_AT_ONCE = 200
# Built once: building a statement costs more than running it.
_EXPIRED = held_too_long(sa.select(Booking.id).limit(SWEEP_AT_ONCE))


@retried
def book(
    *,
    salon_slug: str,
    wish: Wish,
    starts_at: datetime,
    guest: Guest,
    key: str | None,
    language: str,
    now: datetime,
    texting: Texting,
    actor: str = GUEST,
    asker: Asker | None = None,
) -> Booked:
    """A booking in one step, pending where the salon approves first; the guest is texted. `key` makes a retry
    harmless. A desk (`actor` account:ID) needs no phone and no approval.

    Raises SlotTaken with the nearest openings, InvalidInput, Missing; to a stranger (`asker`) as caps.admit.
    """
    key = idempotency.check(key)
    visit = get_visit(get_salon(salon_slug, language), checked_wish(wish), language)
    guest = checked(guest, visit.salon, texting, actor=actor)
    wanted = Wanted(visit, starts_at, guest.name)
    asked = [salon_slug, asdict(wish), starts_at.isoformat(), asdict(guest)] + [actor] * (actor != GUEST)
    body_digest = digest(json.dumps(asked, ensure_ascii=False))

    def make(session: Session) -> Booked:
        lock_for(session, [wanted], now, idempotency.lock_name("book", key))
        if kept := idempotency.replay_booking(session, "book", key, body_digest):
            return Booked(**kept)
        [booking] = new_rows(session, BookingStatus.CONFIRMED, language, now)
        booking.client_ref = key
        settle(session, booking, wanted, guest, now, texting, actor=actor)
        found = commit(session, booking, wanted, now, has_locks=True)
        served = Served.of(visit, found, language, guest.phone)
        booked = _enter(session, booking, wanted.salon, served, now, texting, actor=actor)
        idempotency.keep(session, "book", key, body_digest, booking.id, asdict(booked), now)
        caps.admit(session, asker, booking, guest.phone, now, texting)
        return booked

    return _or_nearest(make, wanted, now)


@retried
def hold(
    *,
    salon_slug: str,
    wish: Wish,
    starts_at: datetime,
    language: str,
    now: datetime,
    texting: Texting,
    asker: Asker | None = None,
) -> Booked:
    """Keep a place for 5 minutes while the guest types a phone number. Raises as book().

    What the `asker`'s browser held before is free again.
    """
    wanted = Wanted(get_visit(get_salon(salon_slug, language), checked_wish(wish), language), starts_at)

    def make(session: Session) -> Booked:
        caps.make_way(session, asker, wanted.salon.id, now)
        [booking] = new_rows(session, BookingStatus.HELD, language, now)
        booking.held_until = now + HOLD
        booking.hold_digest = digest(texting.links.hold_token(booking.id))
        served = Served.of(wanted.visit, commit(session, booking, wanted, now), language)
        record(session, now, GUEST, "hold", booking, None)
        held = answer_of(session, booking, wanted.salon, served=served)
        caps.admit_hold(session, asker, now, texting)
        return held

    return _or_nearest(make, wanted, now)


@retried
def confirm(
    *,
    booking_id: int,
    guest: Guest,
    key: str | None,
    language: str,
    now: datetime,
    texting: Texting,
    asker: Asker | None = None,
) -> Booked:
    """Turn a hold into a booking. An expired hold is committed again on the same row: free -> confirmed,
    taken -> SlotTaken. A hold that is already a booking: Refusal already_confirmed, unless `key` replays it.
    Raises InvalidInput when the time has begun meanwhile.
    """
    if key is not None:
        idempotency.check(key)
    wanted = stored_wish(booking_id, language)
    guest = checked(guest, wanted.salon, texting)
    body_digest = digest(json.dumps([booking_id, asdict(guest)], ensure_ascii=False))

    def make(session: Session) -> Booked:
        if key is not None and (kept := idempotency.replay(session, "confirm", key, body_digest)):
            return Booked(**kept)
        lock_places(session, wanted.salon.id, [])
        booking = lock_booking(session, booking_id)
        before = {"status": booking.status}
        _take(session, booking, wanted, now)
        booking.language = language
        keep_place(session, booking.id)
        settle(session, booking, wanted, guest, now, texting)
        write_name(session, booking.id, guest.name)
        booked = _enter(session, booking, wanted.salon, read_served(booking), now, texting, before=before)
        if key is not None:
            idempotency.keep(session, "confirm", key, body_digest, booking.id, asdict(booked), now)
        caps.admit(session, asker, booking, guest.phone, now, texting)
        return booked

    return _or_nearest(make, wanted, now)


def sweep_expired_holds(now: datetime) -> int:
    """Tidy up: cancel holds past their time. Search and commit ignore them anyway."""
    with transaction() as session:
        return release_holds(session, _EXPIRED, {}, now)


def checked_wish(wish: Wish) -> Wish:
    """The wish with clean names. Raises InvalidInput."""
    companions = (replace(c, name=clean_name(c.name, field="companions.name")) for c in wish.companions)
    return replace(wish, companions=tuple(companions))


def _or_nearest(make: Callable[[Session], Booked], wanted: Wanted, now: datetime) -> Booked:
    try:
        with transaction() as session:
            return make(session)
    except SlotTaken as taken:
        # After the rollback, so that nobody waits for this search behind our locks.
        raise SlotTaken(nearest_starts(wanted, now)) from taken


def _take(session: Session, booking: Booking, wanted: Wanted, now: datetime) -> None:
    """Make sure the hold still has its place."""
    expired = booking.status == BookingStatus.CANCELLED and booking.cancel_cause == CancelCause.HOLD_EXPIRED
    if booking.status == BookingStatus.HELD and booking.held_until is not None and now < booking.held_until:
        check_start(wanted.starts_at, now)  # a hold may outlast the start by some minutes
        return
    if booking.status != BookingStatus.HELD and not expired:
        is_booking = booking.confirmed_at or booking.status == BookingStatus.PENDING
        raise Refusal("already_confirmed" if is_booking else "not_open", status=booking.status)
    commit(session, booking, wanted, now)


def _enter(
    session: Session,
    booking: Booking,
    salon: SalonRow,
    served: Served,
    now: datetime,
    texting: Texting,
    *,
    actor: str = GUEST,
    before: dict[str, Any] | None = None,
) -> Booked:
    """Note what has become a booking, tell the guest, and answer."""
    record(session, now, actor, "book", booking, before)
    tell(session, booking, salon, served, now, texting)
    return answer_of(session, booking, salon, served=served)


def new_rows(
    session: Session, status: BookingStatus, language: str, now: datetime, count: int = 1
) -> list[Booking]:
    """Bookings to be committed, with their ids already: the digests of their links are written with them."""
    return [
        Booking(id=booking_id, status=status, language=language, created_at=now, link_version=1)
        for booking_id in next_ids(session, Booking, count)
    ]
