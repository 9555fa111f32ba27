"""The same visit every few weeks: booked all or none, given up one by one or from one on."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salonpool.database import db, retried, transaction
from salonpool.domain.booking import (
    OPEN_STATES,
    BookingStatus,
    SlotTaken,
    Wish,
    check_change,
    check_start,
)
from salonpool.domain.links import digest
from salonpool.domain.refusal import Missing, Refusal
from salonpool.domain.series import Repeat, SeriesTaken, Unfit, starts_of
from salonpool.models import Booking
from salonpool.queries.salons import SalonRow, get_salon, get_salon_by_id
from salonpool.queries.visits import get_visit
from salonpool.usecases import idempotency
from salonpool.usecases.booking import caps
from salonpool.usecases.booking.booked import GUEST, Booked, Served, answer_of, lock_booking, record
from salonpool.usecases.booking.bookings import checked_wish, new_rows
from salonpool.usecases.booking.cancellations import check_agreed, fee_of, give_up
from salonpool.usecases.booking.caps import Asker
from salonpool.usecases.booking.commit import (
    NotAll,
    Wanted,
    commit_all,
    lock_for,
    lock_places,
    nearest_starts,
)
from salonpool.usecases.booking.settling import Guest, checked, settle
from salonpool.usecases.booking.texts import (
    text_asked,
    text_cancelled,
    text_series,
    text_series_cancelled,
)
from salonpool.usecases.texts.texting import Texting


@dataclass(frozen=True, slots=True)
class _Order:
    """A series as asked for, checked and ready to be committed."""

    visits: Sequence[Wanted]
    guest: Guest
    key: str
    body_digest: str
    language: str
    actor: str
    asker: Asker | None

    @property
    def salon(self) -> SalonRow:
        """Where."""
        return self.visits[0].salon


@retried
def book_series(
    *,
    salon_slug: str,
    wish: Wish,
    starts_at: datetime,
    repeat: Repeat,
    guest: Guest,
    key: str | None,
    language: str,
    now: datetime,
    texting: Texting,
    actor: str = GUEST,
    asker: Asker | None = None,
) -> list[Booked]:
    """Every visit of the series in order, one text for all; `key` makes a retry harmless.

    Raises SeriesTaken, naming the dates that do not fit and what is free near them; InvalidInput; Missing;
    for a stranger (`asker`) caps.admit()'s, for whom a series counts as one visit.
    """
    key = idempotency.check(key)
    check_start(starts_at, now)  # weeks after the ends of the calendar are no dates
    visit = get_visit(get_salon(salon_slug, language), checked_wish(wish), language)
    guest = checked(guest, visit.salon, texting, actor=actor)
    asked = [salon_slug, asdict(wish), starts_at.isoformat(), asdict(repeat), asdict(guest), actor]
    order = _Order(
        visits=[Wanted(visit, start, guest.name) for start in starts_of(starts_at, repeat, visit.salon.tz)],
        guest=guest,
        key=key,
        body_digest=digest(json.dumps(asked, ensure_ascii=False)),
        language=language,
        actor=actor,
        asker=asker,
    )
    try:
        with transaction() as session:
            return _make(session, order, now, texting)
    except NotAll as some:
        # After the rollback, so that nobody waits for these searches behind our locks.
        unfit = [_unfit(order.visits[n], refusal, now) for n, refusal in sorted(some.refused.items())]
        raise SeriesTaken(unfit, visit.salon.tz) from some


@retried
def cancel_later(
    *, booking_id: int, now: datetime, texting: Texting, agreed_fee_minor: int | None = None
) -> list[Booked]:
    """The guest gives up this visit and all later ones of its series, by the rules for one; one text for all.

    Raises Refusal: not_open, past_cut_off, fee_changed; Missing. Nothing is left to give up: an empty list.
    """
    found = db.session.get(Booking, booking_id, populate_existing=True)
    if found is None:
        raise Missing
    salon_id = found.salon_id
    with transaction() as session:
        lock_places(session, salon_id, [])
        this = lock_booking(session, booking_id)
        rows = [lock_booking(session, row_id) for row_id in later_ids(session, this)]
        rows = [row for row in rows if row.status in OPEN_STATES]
        if not rows:
            return []
        salon = get_salon_by_id(salon_id, rows[0].language)
        check_change(BookingStatus(rows[0].status), rows[0].starts_at, salon.cut_off_minutes, now)
        fees = [fee_of(row, salon, now) for row in rows]
        check_agreed(sum(fees), agreed_fee_minor)
        for row, fee in zip(rows, fees, strict=True):
            give_up(session, row, salon, fee, now)
        session.flush()
        if len(rows) == 1:
            text_cancelled(session, rows[0], salon, now, texting)
        else:
            text_series_cancelled(session, rows[0], len(rows), sum(fees), salon, now, texting)
        return [answer_of(session, row, salon) for row in rows]


def later_ids(session: Session, booking: Booking) -> list[int]:
    """The booking and those of its series that begin later; the booking alone without a series."""
    if booking.series_id is None:
        return [booking.id]
    return list(
        session.scalars(
            sa.select(Booking.id)
            .where(Booking.series_id == booking.series_id, Booking.starts_at >= booking.starts_at)
            .order_by(Booking.starts_at)
        )
    )


def _make(session: Session, order: _Order, now: datetime, texting: Texting) -> list[Booked]:
    lock_for(session, order.visits, now, idempotency.lock_name("series", order.key))
    if kept := idempotency.replay_booking(session, "series", order.key, order.body_digest):
        return [Booked(**one) for one in kept["visits"]]
    rows = new_rows(session, BookingStatus.CONFIRMED, order.language, now, len(order.visits))
    rows[0].client_ref = order.key
    for row, wanted in zip(rows, order.visits, strict=True):
        row.series_id = rows[0].id
        settle(session, row, wanted, order.guest, now, texting, actor=order.actor)
    places = commit_all(session, list(zip(rows, order.visits, strict=True)), now, has_locks=True)
    for row in rows:
        record(session, now, order.actor, "book", row, None)
    if rows[0].status == BookingStatus.PENDING:
        text_asked(session, rows[0], order.salon, now, texting)
    else:
        text_series(session, rows[0], len(rows), order.salon, now, texting)
    made = [
        answer_of(session, row, order.salon, served=Served.of(wanted.visit, found, order.language))
        for row, wanted, found in zip(rows, order.visits, places, strict=True)
    ]
    kept_answer: dict[str, Any] = {"visits": [asdict(one) for one in made]}
    idempotency.keep(session, "series", order.key, order.body_digest, rows[0].id, kept_answer, now)
    caps.admit(session, order.asker, rows[0], order.guest.phone, now, texting)
    return made


def _unfit(wanted: Wanted, refusal: Refusal, now: datetime) -> Unfit:
    nearest = nearest_starts(wanted, now) if isinstance(refusal, SlotTaken) or refusal.code in _NEAR else ()
    return Unfit(wanted.starts_at, refusal, tuple(nearest))


_NEAR = {"closed", "outside_hours"}
