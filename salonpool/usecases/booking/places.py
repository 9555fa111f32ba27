"""A freed place is held for one guest who waits, then for the next: offered, taken, let go, run out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, lock, retried, transaction
from salonpool.domain.availability import Opening
from salonpool.domain.booking import BookingStatus, CancelCause, Length, SlotTaken
from salonpool.domain.course import Span
from salonpool.domain.links import digest
from salonpool.domain.local_time import from_minutes
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.domain.spans import overlaps
from salonpool.domain.waitlist import (
    OFFERS_A_DAY,
    InLine,
    Past,
    Place,
    WaitlistStatus,
    asking_order,
    kept_until,
    may_offer,
    starts_asked_for,
)
from salonpool.models import Booking, BookingItem, Customer, WaitlistEntry
from salonpool.queries import waitlist
from salonpool.queries.availability import find_openings_at_salons
from salonpool.queries.salons import SalonRow, ServiceRow, get_salon_by_id, list_services
from salonpool.queries.visits import Visit, visit_of
from salonpool.queries.waitlist import EntryRow
from salonpool.usecases import audit
from salonpool.usecases.booking import bookings
from salonpool.usecases.booking.booked import Booked, answer_of, lock_booking
from salonpool.usecases.booking.commit import Wanted, commit, free, lock_places
from salonpool.usecases.booking.waitlist_texts import drop_question, text_place
from salonpool.usecases.texts.texting import Texting

TRIES = 3  # other guests may be quicker; the next pass looks afresh


@dataclass(frozen=True, slots=True)
class _Choice:
    """A place that suits an entry."""

    visit: Visit
    opening: Opening

    @property
    def place(self) -> Place:
        return Place(self.opening.stylist_id, (self.opening.start, self.opening.ends))


def offer_freed(now: datetime, texting: Texting) -> int:
    """Hold what is free for those who wait for it, and text them. Returns how many places were held.

    One search for each salon somebody waits at, over all their windows. Each place is a real booking in state
    held, made by the one commit: nothing is promised that is not kept, and it may run twice at once.
    """
    salon_ids = waitlist.list_salon_ids(now)
    db.session.rollback()
    return sum(_offer_at(salon_id, now, texting) for salon_id in salon_ids)


@retried
def take(booking_id: int, *, now: datetime, texting: Texting) -> Booked:
    """The guest books the place. One that ran out is tried again: free -> theirs, taken -> SlotTaken.

    Taking it again changes nothing. Raises Missing for a booking that is no such place, Refusal not_open.
    """
    found = db.session.execute(
        sa.select(WaitlistEntry, Customer.phone)
        .join(Booking, Booking.waitlist_entry_id == WaitlistEntry.id)
        .join(Customer, Customer.id == Booking.customer_id)
        .where(Booking.id == booking_id)
    ).one_or_none()
    if found is None:
        raise Missing
    entry, phone = found
    entry_id, language, guest = entry.id, entry.language, bookings.Guest(phone or "", entry.guest_name)
    try:
        bookings.confirm(
            booking_id=booking_id, guest=guest, key=None, language=language, now=now, texting=texting
        )
    except Refusal:
        if not _is_theirs(booking_id):
            raise
    with transaction() as session:
        _close(session, entry_id, now)
        booking = lock_booking(session, booking_id)
        return answer_of(session, booking, get_salon_by_id(booking.salon_id, language))


@retried
def let_go(booking_id: int, *, now: datetime) -> int:
    """The guest does not want the place: the next is asked, they stay on the list. Returns the entry's id.

    Saying it again changes nothing, nor does it when the hold has run out. Raises Missing for a booking that
    is no such place, Refusal not_open when it is booked already.
    """
    found = db.session.execute(
        sa.select(Booking.salon_id, Booking.waitlist_entry_id).where(
            Booking.id == booking_id, Booking.waitlist_entry_id.is_not(None)
        )
    ).one_or_none()
    if found is None:
        raise Missing
    with transaction() as session:
        lock_places(session, found.salon_id, [])
        entry = session.get_one(WaitlistEntry, found.waitlist_entry_id, with_for_update=True)
        booking = lock_booking(session, booking_id)
        if waitlist.is_taken(booking):
            raise Refusal("not_open", status=booking.status)
        if booking.status == BookingStatus.HELD:
            release(session, booking, CancelCause.GUEST, now, actor="guest")
            if entry.status == WaitlistStatus.OFFERED:
                entry.status = WaitlistStatus.WAITING
        return entry.id


def release(session: Session, booking: Booking, cause: CancelCause, now: datetime, *, actor: str) -> None:
    """Give a held place back, so that the next may be asked; its text does not leave any more."""
    before = {"status": booking.status}
    booking.status, booking.cancel_cause, booking.cancelled_at = BookingStatus.CANCELLED, cause, now
    free(session, booking.id)
    drop_question(session, booking.id)
    _audit(session, now, actor, "let_go", booking, before)


def _is_theirs(booking_id: int) -> bool:
    booking = db.session.get_one(Booking, booking_id)
    return waitlist.is_taken(booking) and booking.status != BookingStatus.CANCELLED


def _close(session: Session, entry_id: int, now: datetime) -> None:
    """The entry has what it waited for; another place held for it meanwhile goes back."""
    session.execute(
        sa.update(WaitlistEntry)
        .where(WaitlistEntry.id == entry_id, WaitlistEntry.status != WaitlistStatus.BOOKED)
        .values(status=WaitlistStatus.BOOKED, ended_at=now)
    )
    others = sa.select(Booking).where(
        Booking.waitlist_entry_id == entry_id, Booking.status == BookingStatus.HELD
    )
    for booking in session.scalars(others.with_for_update()).all():
        release(session, booking, CancelCause.GUEST, now, actor="guest")


def _offer_at(salon_id: int, now: datetime, texting: Texting) -> int:
    line = waitlist.list_line(salon_id, now)
    if not line or waitlist.has_unread_answer(salon_id, now):
        db.session.rollback()
        return 0
    asked = list(_in_order(get_salon_by_id(salon_id, "en"), line, now))
    db.session.rollback()
    held: list[Place] = []
    for entry, choices in asked:
        tried = (choice for choice in choices if not any(choice.place.meets(place) for place in held))
        for choice in [choice for choice, _ in zip(tried, range(TRIES), strict=False)]:
            if _hold(entry, choice, now, texting):
                held.append(choice.place)
                break
    return len(held)


def _in_order(
    salon: SalonRow, line: list[EntryRow], now: datetime
) -> Iterator[tuple[EntryRow, list[_Choice]]]:
    """The entries in the salon's order of asking, each with the places that suit it, the soonest first."""
    found = _search(salon, line, now)
    first, until = starts_asked_for(now, salon.tz)
    past = waitlist.list_past(salon.id, until, now)
    own = waitlist.list_own_times([entry.customer_id for entry in line], now)
    by_id = {entry.id: entry for entry in line}
    in_line = [
        InLine(entry.id, entry.joined_at, found[entry.id][0].visit.minutes, _price_minor(found[entry.id]))
        for entry in line
        if found.get(entry.id)
    ]
    for each in asking_order(in_line, waitlist.get_order(salon.id)):
        entry = by_id[each.entry_id]
        suit = (choice for choice in found[entry.id] if _suits(entry, choice, past, own[entry.customer_id]))
        yield entry, sorted(suit, key=lambda choice: choice.opening)


def _price_minor(choices: list[_Choice]) -> int:
    return choices[0].visit.price.amount_minor


def _suits(entry: EntryRow, choice: _Choice, past: list[Past], own: list[Span]) -> bool:
    return not overlaps(own, choice.place.span) and may_offer(entry.id, choice.place, past)


def _search(salon: SalonRow, line: list[EntryRow], now: datetime) -> dict[int, list[_Choice]]:
    """What is free at the salon in each entry's windows: one search for all of them."""
    services = list_services(salon, "en")
    visits: dict[tuple[tuple[int, ...], int | None], Visit] = {}
    wanted: dict[int, list[tuple[tuple[int, ...], int | None]]] = {}
    for entry in line:
        chosen = services_for(services, entry.codes)
        for stylist_id in (entry.stylist_ids or (None,)) if chosen else ():
            key = tuple(service.id for service in chosen), stylist_id
            visits.setdefault(key, visit_of(salon, chosen, stylist_id))
            wanted.setdefault(entry.id, []).append(key)
    first, until = starts_asked_for(now, salon.tz)
    windows = [window for entry in line for window in entry.windows]
    first, until = max(first, min(a for a, _ in windows)), min(until, max(b for _, b in windows))
    openings = dict(
        zip(visits, find_openings_at_salons(list(visits.values()), first, until, now), strict=True)
    )
    return {
        entry.id: [
            _Choice(visits[key], opening)
            for key in wanted.get(entry.id, ())
            for opening in openings[key]
            if entry.waits_for(from_minutes(opening.start))
        ]
        for entry in line
    }


def services_for(services: Iterable[ServiceRow], codes: Iterable[str]) -> list[ServiceRow]:
    """A salon's services for `code` or `code:length`; a salon with one price for all lengths suits any.

    Empty when the salon lacks one of them.
    """
    by_code = {(service.code, service.length): service for service in services}
    chosen = []
    for each in codes:
        code, length = code_and_length(each)
        service = by_code.get((code, length)) or by_code.get((code, Length.ANY))
        if service is None:
            return []
        chosen.append(service)
    return chosen


def code_of(service: ServiceRow) -> str:
    """How an entry names a service: `code`, or `code:length` where it has a price for each length."""
    return service.code if service.length == Length.ANY else f"{service.code}:{service.length}"


def code_and_length(code: str) -> tuple[str, str]:
    """The two parts of such a name; without a length it is any."""
    found, _, length = code.partition(":")
    return found, length or Length.ANY


@retried
def _hold(entry: EntryRow, choice: _Choice, now: datetime, texting: Texting) -> bool:
    """Hold the place for the entry and text it; False when either is no longer to be had."""
    wanted = Wanted(choice.visit, from_minutes(choice.opening.start))
    held_until = kept_until(now, wanted.starts_at)
    if held_until is None:
        return False
    try:
        with transaction() as session:
            booking = Booking(
                status=BookingStatus.HELD,
                held_until=held_until,
                stylist_id=choice.opening.stylist_id,
                customer_id=entry.customer_id,
                waitlist_entry_id=entry.id,
                language=entry.language,
                created_at=now,
                link_version=1,
            )
            commit(session, booking, wanted, now)
            row = _still_waiting(session, entry, now)
            row.status, row.offered = WaitlistStatus.OFFERED, row.offered + 1
            booking.link_digest = digest(texting.links.booking_token(booking.id, booking.link_version))
            items = sa.update(BookingItem).where(BookingItem.booking_id == booking.id)
            session.execute(items.values(guest_name=row.guest_name))
            _audit(session, now, "clock", "offer_place", booking, None)
            salon = get_salon_by_id(booking.salon_id, entry.language)
            if text_place(session, booking, salon, held_until, now, texting) is None:
                raise SlotTaken  # nobody would know of it
    except (SlotTaken, InvalidInput):
        return False
    return True


def _still_waiting(session: Session, entry: EntryRow, now: datetime) -> WaitlistEntry:
    """The entry, locked, if it may still be asked. Raises SlotTaken: the place is for somebody else."""
    lock(session, f"waitlist:{entry.customer_id}")
    row = session.get_one(WaitlistEntry, entry.id, with_for_update=True, populate_existing=True)
    has_place = session.scalar(sa.select(waitlist.has_place(entry.customer_id)))
    asked = session.scalar(sa.select(waitlist.asked_today(entry.customer_id, now))) or 0
    # The hold just written is among those counted.
    if row.status != WaitlistStatus.WAITING or has_place or asked > OFFERS_A_DAY:
        raise SlotTaken
    return row


def _audit(
    session: Session, now: datetime, actor: str, action: str, booking: Booking, before: dict[str, str] | None
) -> None:
    audit.record(
        session,
        now,
        actor=actor,
        action=action,
        subject="booking",
        subject_id=booking.id,
        before=before,
        after={"status": booking.status, "waitlist_entry_id": booking.waitlist_entry_id},
    )
