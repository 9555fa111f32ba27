"""Reminders: once for each visit that lies ahead, in the words of the moment, by day."""

import itertools
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool import clock
from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.domain.demo import NETWORK_SLUG
from salonpool.jobs.clock import LEASE
from salonpool.jobs.timetable import SWEEPS, Timetable
from salonpool.messaging.capabilities import Capabilities
from salonpool.messaging.simulator import SimulatorGateway
from salonpool.models import Booking, BookingItem, ClockJob, Customer, Message, Network, OptOut
from salonpool.queries import reminders as queries
from salonpool.queries.reminders import list_due, list_missed
from salonpool.usecases import demo_clock, leases
from salonpool.usecases.booking import bookings, cancellations, moves, reminders
from salonpool.usecases.booking.bookings import Guest
from salonpool.usecases.booking.reminders import Reminded
from salonpool.usecases.texts import outbox
from tests import builders as b
from tests.usecases.contenders import race
from tests.usecases.pool import texting

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEDNESDAY = b.TODAY + 2 * DAY
NOON = b.at("12:00", b.TODAY + DAY)  # of the day before
_numbers = itertools.count(1)


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """A salon with a cut of an hour and somebody who does it, on duty on Wednesdays."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe")
    wen = b.a_stylist(network, home=salon, name="Wen")
    b.a_rota(wen, salon, weekdays=(2,))
    return SimpleNamespace(app=app, network=network, salon=salon, wen=wen, cut=b.a_service(salon))


def _visits(shop: SimpleNamespace, starts: list[datetime], **changes: Any) -> list[int]:
    """Visits as they stand in the tables, each of a guest of its own."""
    with transaction() as session:
        ids = []
        for starts_at in starts:
            phone = changes.get("phone", f"+886911{next(_numbers):06d}")
            guest = Customer(network_id=shop.network, phone=phone, language="en", created_at=b.NOW)
            session.add(guest)
            session.flush()
            ids.append(_visit(session, shop, starts_at, guest.id, changes))
        return ids


def _visit(session: Any, shop: SimpleNamespace, starts_at: datetime, guest_id: int, changes: Any) -> int:
    row = {
        "status": "confirmed",
        "price_minor": 80000,
        "currency": "TWD",
        "language": "en",
        "created_at": starts_at - 9 * DAY,
    } | {name: value for name, value in changes.items() if name != "phone"}
    booking = Booking(
        network_id=shop.network, salon_id=shop.salon, stylist_id=shop.wen, customer_id=guest_id,
        starts_at=starts_at, ends_at=starts_at + HOUR, **row,
    )  # fmt: skip
    session.add(booking)
    session.flush()
    session.add(
        BookingItem(
            salon_id=shop.salon, booking_id=booking.id, service_id=shop.cut, stylist_id=shop.wen,
            position=0, price_minor=80000,
        )
    )  # fmt: skip
    return booking.id


def _book(clock_time: str = "14:00", *, now: datetime = b.NOW, phone: str = "0912 345 678") -> int:
    return bookings.book(
        salon_slug="qinghe", wish=Wish((_only_service(),)), starts_at=b.at(clock_time, WEDNESDAY),
        guest=Guest(phone), key=f"{clock_time} {phone}", language="en", now=now, texting=texting(),
    ).id  # fmt: skip


def _only_service() -> int:
    return int(db.session.execute(sa.text("SELECT id FROM service")).scalar_one())


def _reminders() -> list[Message]:
    db.session.rollback()
    rows = sa.select(Message).where(Message.text_id.in_(["C2", "C2L"])).order_by(Message.id)
    return list(db.session.scalars(rows))


def _ran(at: datetime) -> None:
    """The job was last done then."""
    with transaction() as session:
        session.add(ClockJob(name="reminders", due_at=at, fencing=1, done_at=at))


def _sweep(now: datetime) -> tuple[int, int]:
    done = reminders.sweep(now, texting())
    return done.reminded, done.missed


def test_a_guest_is_reminded_once_at_noon_of_the_day_before(shop):
    booking_id = _book()
    assert _sweep(NOON - MINUTE) == (0, 0)
    assert _sweep(NOON) == (1, 0)
    assert _sweep(NOON + MINUTE) == (0, 0)
    [text] = _reminders()
    path = texting().links.booking_path(booking_id, 1)
    assert text.body == (
        f"Qinghe: see you Wed 21 Oct 14:00, Cut with Wen. Reply 1 if you will come, 2 to give it up. "
        f"Change: {texting().links.text_url(path)}"
    )
    assert (text.status, text.to, text.due_at) == ("pending", "+886912345678", NOON)
    assert (text.booking_id, text.salon_id, text.expires_at) == (booking_id, shop.salon, NOON + 9 * HOUR)


def test_where_nobody_can_reply_the_link_is_asked_to_be_used(shop):
    _book()
    reminders.sweep(NOON, texting(capabilities=Capabilities(two_way=False)))
    assert [(text.text_id, "Reply" in text.body) for text in _reminders()] == [("C2L", False)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_links_are_refused_the_salons_number_is_given(shop):
    _book()
    reminders.sweep(NOON, texting(capabilities=Capabilities(links=False)))
    [text] = _reminders()
    assert text.body.endswith("Reply 1 if you will come, 2 to give it up. Change? 02 2591 2345")


def test_who_books_late_is_reminded_at_the_next_sensible_time_or_not_at_all(shop):
    at_noon_past_one, less_than_a_day_ahead = NOON + MINUTE, NOON + 3 * HOUR
    _book("14:00", now=at_noon_past_one)
    _book("15:00", now=less_than_a_day_ahead - MINUTE, phone="0912 345 679")
    _book("13:00", now=less_than_a_day_ahead - HOUR, phone="0912 345 670")
    assert _sweep(NOON + 6 * HOUR - MINUTE) == (0, 0)
    assert _sweep(NOON + 6 * HOUR) == (2, 0)
    assert {text.to for text in _reminders()} == {"+886912345678", "+886912345679"}


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "pending"},
        {"status": "held", "held_until": NOON + HOUR},
        {"status": "cancelled"},
        {"status": "checked_in"},
        {"will_come_at": b.NOW},
        {"no_sms_reason": "capped"},
        {"phone": None},
        {"confirmed_at": NOON + 3 * HOUR},
        {"moved_at": NOON + 3 * HOUR},
    ],
    ids=lambda changes: " ".join(changes),
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_is_reminded_of_what_does_not_stand_or_was_just_settled_or_confirmed(shop, changes):
    _visits(shop, [b.at("14:00", WEDNESDAY)], **changes)
    assert _sweep(NOON + 7 * HOUR) == (0, 0)


def test_who_has_opted_out_is_not_reminded_and_does_not_keep_the_sweep_busy(shop):
    _visits(shop, [b.at("14:00", WEDNESDAY)], phone="+886911999999")
    b.add(OptOut(phone="+886911999999", opted_out_at=b.NOW))
    assert list_due(NOON) == []
    assert _sweep(NOON) == (0, 0)


def test_a_cancelled_visit_drops_the_reminder_that_waits(shop):
    booking_id = _book()
    _sweep(NOON)
    cancellations.cancel(booking_id=booking_id, now=NOON + MINUTE, texting=texting())
    assert [text.status for text in _reminders()] == ["expired"]


def test_a_moved_visit_is_reminded_of_again_but_nobody_more_than_twice(shop):
    b.a_rota(shop.wen, shop.salon, weekdays=(3, 4))
    booking_id = _book()
    _sweep(NOON)
    _send(NOON)
    for days, at in ((1, NOON + HOUR), (2, NOON + DAY + HOUR)):
        moves.move(
            booking_id=booking_id, starts_at=b.at("14:00", WEDNESDAY + days * DAY), actor="account:1",
            now=at, texting=texting(),
        )  # fmt: skip
        assert _sweep(at + 2 * HOUR) == (0, 0)
        _sweep(NOON + days * DAY)
        _send(NOON + days * DAY)
    bodies = [text.body[:27] for text in _reminders()]
    assert bodies == ["Qinghe: see you Wed 21 Oct ", "Qinghe: see you Thu 22 Oct "]


def _send(now: datetime) -> None:
    outbox.send_due(now, now, SimulatorGateway())


def test_one_number_is_reminded_once_of_what_it_booked_for_the_same_time(shop):
    starts_at = b.at("14:00", WEDNESDAY)
    [first] = _visits(shop, [starts_at])
    with transaction() as session:
        guest_id = session.get_one(Booking, first).customer_id
        _visit(session, shop, starts_at, guest_id, {})
        _visit(session, shop, starts_at + HOUR, guest_id, {})
    assert _sweep(NOON) == (2, 0)
    assert [text.body[16:33] for text in _reminders()] == ["Wed 21 Oct 14:00,", "Wed 21 Oct 15:00,"]


def test_what_was_due_while_the_clock_stood_still_is_made_up_for_by_day(shop):
    late, early = b.at("14:00", WEDNESDAY), b.at("08:30", WEDNESDAY)
    _visits(shop, [early, late])
    _ran(NOON - HOUR)
    assert list_due(b.at("23:00", b.TODAY + DAY)) == []
    assert _sweep(b.at("23:00", b.TODAY + DAY)) == (0, 0)
    _ran(b.at("08:00", WEDNESDAY))
    assert _sweep(b.at("08:59", WEDNESDAY)) == (0, 1)
    _ran(b.at("08:59", WEDNESDAY))
    assert _sweep(b.at("09:00", WEDNESDAY)) == (1, 0)
    assert [(text.status, text.sent_at) for text in _reminders()] == [("expired", None), ("pending", None)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_however_many_visits_there_were_only_those_of_two_days_are_read(shop):
    asked: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        asked.append((f"EXPLAIN QUERY PLAN {statement}", values))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    list_due(NOON)
    list_missed(NOON, NOON + MINUTE)
    sa.event.remove(db.engine, "before_cursor_execute", note)
    for statement, values in asked[-2:]:
        plan = str(db.session.connection().exec_driver_sql(statement, values).all())
        assert "(salon_id=? AND starts_at>? AND starts_at<?)" in plan
        assert "SCAN" not in plan


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_text_that_found_no_way_out_until_the_evening_is_written_anew_in_the_morning(shop):
    _visits(shop, [b.at("10:30", WEDNESDAY), b.at("08:30", WEDNESDAY)])
    night, morning = b.at("21:00", b.TODAY + DAY), b.at("09:00", WEDNESDAY)
    assert _sweep(NOON) == (2, 0)
    _send(night)
    assert [text.status for text in _reminders()] == ["expired", "expired"]
    _ran(night)
    assert (_sweep(morning - MINUTE), _sweep(morning), _sweep(morning + MINUTE)) == ((0, 0), (1, 0), (0, 0))
    assert [text.status for text in _reminders()] == ["expired", "expired", "pending"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_visit_that_cannot_be_put_into_words_keeps_no_other_guest_from_being_reminded(shop, caplog):
    [broken] = _visits(shop, [b.at("10:00", WEDNESDAY)], language="fr")
    _visits(shop, [b.at("14:00", WEDNESDAY)])
    assert _sweep(NOON) == (1, 0)
    assert [record.booking for record in caplog.records if record.levelname == "ERROR"] == [broken]


@pytest.mark.parametrize("change", ["given up", "confirmed", "moved", "nothing"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_happens_to_a_visit_after_it_was_listed_counts(shop, monkeypatch, change):
    [booking_id] = _visits(shop, [b.at("14:00", WEDNESDAY)])
    listed = list_due(NOON)
    assert [due.booking_id for due in listed] == [booking_id]
    values = {
        "given up": {"status": "cancelled"},
        "confirmed": {"will_come_at": NOON},
        "moved": {
            "moved_at": NOON,
            "starts_at": b.at("15:00", WEDNESDAY),
            "ends_at": b.at("16:00", WEDNESDAY),
        },
        "nothing": {"note": "by the window"},
    }[change]
    with transaction() as session:
        session.execute(sa.update(Booking).values(**values))
    monkeypatch.setattr(queries, "list_due", lambda now: listed)
    assert _sweep(NOON) == (1 if change == "nothing" else 0, 0)


def test_two_sweeps_at_once_remind_each_guest_once(app, shop):
    _visits(shop, [b.at("14:00", WEDNESDAY) + n * HOUR for n in range(6)])
    db.session.remove()
    done = race(app, *[lambda: reminders.sweep(NOON, texting())] * 2)
    assert sum(one.reminded for one in done if isinstance(one, Reminded)) == 6
    assert len(_reminders()) == 6


@pytest.mark.parametrize("settings", [{"demo": True}])
def test_26_hours_later_each_of_300_visits_that_lies_ahead_has_one_reminder_and_no_past_one(
    shop, monkeypatch
):
    with transaction() as session:
        session.execute(sa.update(Network).values(slug=NETWORK_SLUG))
    morning = NOON - HOUR
    monkeypatch.setattr(clock, "system_now", lambda: morning)
    ids = _visits(shop, [b.at("09:00", WEDNESDAY) + n * 2 * MINUTE for n in range(300)])
    timetable = Timetable(tuple(entry for entry in SWEEPS if entry.name == "reminders"))
    fencing = leases.acquire(LEASE, "me", morning)
    timetable.run_due(lambda: fencing)
    assert _reminders() == []
    demo_clock.jump(26 * HOUR, morning)
    for _ in range(2):
        timetable.run_due(lambda: fencing)
    _send(clock.now())
    begun = [n * 2 <= 4 * 60 for n in range(300)]
    told = {text.booking_id: text.status for text in _reminders()}
    assert len(_reminders()) == 300
    assert [told[booking_id] for booking_id in ids] == ["expired" if over else "sent" for over in begun]
