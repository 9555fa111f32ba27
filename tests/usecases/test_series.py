"""Visits that repeat: all or none, the same wall time, one text, given up one by one or from one on."""

import threading
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.domain.closure import LocalSpan
from salonpool.domain.local_time import at_local
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.domain.series import Repeat, SeriesTaken, starts_of
from salonpool.models import AuditEntry, Booking, Message, Occupancy, Salon
from salonpool.usecases.booking import approvals, at_desk, bookings, cancellations, series
from salonpool.usecases.booking.booked import Booked
from salonpool.usecases.booking.caps import Asker
from salonpool.usecases.booking.settling import Guest
from salonpool.usecases.salons import closures
from tests import builders as b

WEEK = timedelta(weeks=1)
GUEST = Guest("0912 345 678", "林太太")


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """A salon of one chair; its stylist works on Mondays."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe", chairs=1)
    wen = b.a_stylist(network, home=salon, name="Wen")
    b.a_rota(wen, salon, weekdays=(0,))
    return SimpleNamespace(
        app=app, network=network, salon=salon, wen=wen, cut=b.a_service(salon),
        texting=app.extensions["salonpool.texting"],
    )  # fmt: skip


def _series(shop: SimpleNamespace, clock: str = "14:00", times: int = 4, **changes: Any) -> list[Booked]:
    values: dict[str, Any] = {
        "salon_slug": "qinghe", "wish": Wish((shop.cut,)), "starts_at": b.at(clock), "now": b.NOW,
        "repeat": Repeat(changes.pop("weeks", 2), times), "guest": GUEST, "key": f"series {clock}",
        "language": "en", "texting": shop.texting,
    }  # fmt: skip
    return series.book_series(**values | changes)


def _book(shop: SimpleNamespace, starts_at: datetime, phone: str = "0922 345 678") -> Booked:
    return bookings.book(
        salon_slug="qinghe", wish=Wish((shop.cut,)), starts_at=starts_at, guest=Guest(phone),
        key=f"one {starts_at}", language="en", now=b.NOW, texting=shop.texting,
    )  # fmt: skip


def _rows() -> list[Booking]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Booking).order_by(Booking.starts_at)))


def _texts() -> list[str]:
    rows = sa.select(Message.body).where(Message.status == "pending").order_by(Message.id)
    return list(db.session.scalars(rows))


def test_every_visit_of_a_series_is_booked_and_told_in_one_text(shop: SimpleNamespace) -> None:
    made = _series(shop)
    rows = _rows()
    assert [row.starts_at for row in rows] == [b.at("14:00") + n * 2 * WEEK for n in range(4)]
    assert {row.series_id for row in rows} == {made[0].id}
    assert [row.id for row in rows] == [one.id for one in made]
    [text] = _texts()
    assert text.startswith("Qinghe: booked 4 visits from Mon 19 Oct 14:00, Cut with Wen.")
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "book")) == 4


def test_a_retry_gets_the_same_series_and_another_body_none(shop: SimpleNamespace) -> None:
    assert _series(shop) == _series(shop)
    assert len(_rows()) == 4
    with pytest.raises(InvalidInput, match="idempotency_key_reused"):
        _series(shop, times=3)


def test_when_one_date_is_taken_none_is_booked_and_the_others_near_it_are_named(
    shop: SimpleNamespace,
) -> None:
    second, fourth = b.at("14:00") + 2 * WEEK, b.at("14:00") + 6 * WEEK
    _book(shop, second)
    closed_on = b.TODAY + 6 * WEEK
    closures.close(
        salon_ids=[shop.salon], span=LocalSpan(closed_on, closed_on, time(12)), reason=None,
        actor="account:1", now=b.NOW,
    )  # fmt: skip
    before = len(_rows())
    with pytest.raises(SeriesTaken) as refused:
        _series(shop)
    assert refused.value.values["dates"] == "2026-11-02 14:00, 2026-11-30 14:00"
    taken, closed = refused.value.dates
    assert (taken.starts_at, taken.refusal.code) == (second, "slot_taken")
    assert [start.starts_at - second for start in taken.nearest] == [
        -timedelta(minutes=75), -timedelta(minutes=60), timedelta(minutes=60),
    ]  # fmt: skip
    assert (closed.starts_at, closed.refusal.code) == (fourth, "closed")
    assert {start.starts_at.astimezone(b.TAIPEI).hour for start in closed.nearest} <= {10, 11}
    assert len(_rows()) == before
    assert not [text for text in _texts() if "visits" in text]


def test_dates_nobody_works_on_or_too_far_ahead_are_named_too(shop: SimpleNamespace) -> None:
    with pytest.raises(SeriesTaken) as refused:
        _series(shop, times=4, weeks=9)  # rotas are filled 90 days ahead, bookings end after 180
    codes = [unfit.refusal.code for unfit in refused.value.dates]
    assert codes == ["outside_hours", "too_far_ahead"]
    assert _rows() == []


@pytest.mark.parametrize(
    ("starts_at", "code"),
    [("9999-12-31T20:00+00:00", "too_far_ahead"), ("0001-01-01T00:00-12:00", "in_the_past")],
)
def test_a_series_from_the_ends_of_the_calendar_is_refused(
    shop: SimpleNamespace, starts_at: str, code: str
) -> None:
    with pytest.raises(InvalidInput, match=code):
        _series(shop, starts_at=datetime.fromisoformat(starts_at))
    assert _rows() == []


@pytest.mark.parametrize(
    ("weeks", "times", "field"),
    [(0, 2, "every_weeks"), (13, 2, "every_weeks"), (1, 1, "times"), (1, 13, "times")],
)
def test_a_series_has_bounds(shop: SimpleNamespace, weeks: int, times: int, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _series(shop, times=times, weeks=weeks)
    assert refused.value.field == f"repeat.{field}"


@pytest.mark.parametrize("day", [date(2026, 10, 18), date(2027, 3, 21)])
def test_the_wall_time_stays_when_the_clocks_change(app: Any, day: date) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    network = b.a_network()
    salon = b.a_salon(network, slug="berlin", zone="Europe/Berlin")
    now = at_local(day, time(8), berlin)
    b.a_rota(b.a_stylist(network, home=salon), salon, weekdays=(0,), now=now)
    monday = day + timedelta(days=1)
    made = series.book_series(
        salon_slug="berlin", wish=Wish((b.a_service(salon),)), starts_at=at_local(monday, time(14), berlin),
        repeat=Repeat(1, 2), guest=GUEST, key="k", language="en", now=now,
        texting=app.extensions["salonpool.texting"],
    )  # fmt: skip
    starts = [datetime.fromisoformat(one.starts_at) for one in made]
    assert [start.astimezone(berlin).time() for start in starts] == [time(14), time(14)]
    assert abs(starts[1] - starts[0] - WEEK) == timedelta(hours=1)


def test_a_time_the_clocks_skip_on_one_of_the_days_is_refused() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2027, 3, 21, 1, 30, tzinfo=UTC)  # a week before, 02:30
    with pytest.raises(InvalidInput) as refused:
        starts_of(start, Repeat(1, 2), berlin)
    assert refused.value.code == "time_skipped"


def test_of_two_who_want_the_same_series_one_gets_all_of_it(shop: SimpleNamespace) -> None:
    go, results = threading.Barrier(2), []

    def want(number: int) -> None:
        with shop.app.app_context():
            go.wait(20)
            try:
                results.append(len(_series(shop, key=f"race {number}", times=6, weeks=1)))
            except SeriesTaken as refused:
                results.append(-len(refused.dates))

    threads = [threading.Thread(target=want, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(results) == [-6, 6]
    assert len(_rows()) == 6


def test_a_series_counts_as_one_visit_of_a_number(shop: SimpleNamespace) -> None:
    for hour in ("10:00", "12:00", "14:00"):
        made = _series(shop, hour, asker=Asker("203.0.113.7"))
    assert len(made) == 4
    with pytest.raises(Refusal, match="too_many_open"):
        _series(shop, "16:00", asker=Asker("203.0.113.7"))
    assert len(_rows()) == 12


def test_one_visit_can_be_given_up_and_the_others_stay(shop: SimpleNamespace) -> None:
    made = _series(shop)
    cancellations.cancel(booking_id=made[1].id, now=b.NOW, texting=shop.texting)
    assert [row.status for row in _rows()] == ["confirmed", "cancelled", "confirmed", "confirmed"]


def test_this_and_later_visits_are_given_up_in_one_text(shop: SimpleNamespace) -> None:
    made = _series(shop)
    with transaction() as session:
        session.execute(sa.delete(Message))
    given_up = series.cancel_later(booking_id=made[1].id, now=b.NOW, texting=shop.texting)
    assert [one.id for one in given_up] == [one.id for one in made[1:]]
    assert [row.status for row in _rows()] == ["confirmed", "cancelled", "cancelled", "cancelled"]
    [text] = _texts()
    assert text.startswith("Qinghe: your 3 visits from Mon 2 Nov 14:00 on are cancelled, no charge.")
    taken = sa.select(sa.func.count()).where(Occupancy.booking_id.in_([one.id for one in given_up]))
    assert db.session.scalar(taken) == 0
    assert series.cancel_later(booking_id=made[1].id, now=b.NOW, texting=shop.texting) == []
    assert _book(shop, b.at("14:00") + 4 * WEEK).status == "confirmed"


def test_giving_up_later_visits_keeps_to_the_rules_for_the_first(shop: SimpleNamespace) -> None:
    with transaction() as session:
        salon = session.get_one(Salon, shop.salon)
        salon.cut_off_minutes, salon.free_minutes, salon.late_fee_minor = 60, 300, 20000
    made = _series(shop)
    late = b.at("14:00") - timedelta(minutes=59)
    with pytest.raises(Refusal, match="past_cut_off"):
        series.cancel_later(booking_id=made[0].id, now=late, texting=shop.texting)
    with pytest.raises(Refusal, match="fee_changed"):
        series.cancel_later(
            booking_id=made[0].id, now=late - timedelta(minutes=5), texting=shop.texting, agreed_fee_minor=0
        )
    assert {row.status for row in _rows()} == {"confirmed"}
    at = late - timedelta(minutes=5)
    series.cancel_later(booking_id=made[0].id, now=at, texting=shop.texting, agreed_fee_minor=20000)
    assert [row.fee_minor for row in _rows()] == [20000, 0, 0, 0]


def test_giving_up_several_visits_late_costs_the_sum_and_the_text_says_so(shop: SimpleNamespace) -> None:
    with transaction() as session:
        salon = session.get_one(Salon, shop.salon)
        salon.free_minutes, salon.late_fee_minor = 20 * 24 * 60, 20000  # the first two are too near by now
    made = _series(shop)
    given_up = series.cancel_later(
        booking_id=made[0].id, now=b.NOW, texting=shop.texting, agreed_fee_minor=40000
    )
    assert [one.fee_minor for one in given_up] == [20000, 20000, 0, 0]
    assert "your 4 visits from Mon 19 Oct 14:00 on are cancelled, the fee is $400." in _texts()[-1]


def test_a_booking_without_a_series_is_its_own(shop: SimpleNamespace) -> None:
    made = _book(shop, b.at("14:00"))
    [one] = series.cancel_later(booking_id=made.id, now=b.NOW, texting=shop.texting)
    assert one.status == "cancelled"
    with pytest.raises(Missing):
        series.cancel_later(booking_id=999, now=b.NOW, texting=shop.texting)


@pytest.mark.parametrize(("word", "status"), [("approve", "confirmed"), ("decline", "cancelled")])
def test_a_salon_that_approves_first_answers_a_series_as_a_whole(
    shop: SimpleNamespace, word: str, status: str
) -> None:
    with transaction() as session:
        session.get_one(Salon, shop.salon).approve_minutes = 120
    made = _series(shop)
    assert {row.status for row in _rows()} == {"pending"}
    assert "Not booked yet" in _texts()[0]
    answer = {"booking_id": made[2].id, "account_id": 1, "now": b.NOW, "texting": shop.texting}
    getattr(approvals, word)(**answer)
    assert {row.status for row in _rows()} == {status}
    [text] = _texts()
    assert ("booked 4 visits" if status == "confirmed" else "sorry, we cannot do Mon 19 Oct") in text


def test_a_salons_silence_turns_down_a_series_once(shop: SimpleNamespace) -> None:
    with transaction() as session:
        session.get_one(Salon, shop.salon).approve_minutes = 120
    _series(shop)
    assert approvals.sweep_unanswered(b.NOW + timedelta(hours=2), shop.texting) == 1
    assert {row.status for row in _rows()} == {"cancelled"}
    assert len(_texts()) == 1


def test_a_salon_gives_up_this_and_later_visits_with_one_text(shop: SimpleNamespace) -> None:
    made = _series(shop)
    who = {"account_id": 1, "now": b.NOW, "texting": shop.texting}
    at_desk.cancel(booking_id=made[2].id, **who, and_later=True)
    assert [row.status for row in _rows()] == ["confirmed", "confirmed", "cancelled", "cancelled"]
    assert [text for text in _texts() if "sorry" in text][0].startswith(
        "Qinghe: sorry, we cannot do Mon 16 Nov 14:00"
    )
