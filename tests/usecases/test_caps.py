"""What a stranger may take, whatever they try: places, bookings of one number, texts."""

import itertools
import re
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import SlotTaken, Wish
from salonpool.domain.caps import CAPS
from salonpool.domain.refusal import Refusal
from salonpool.models import AuditEntry, Booking, Message, Occupancy
from salonpool.usecases import limits, phone_codes
from salonpool.usecases.booking import bookings, cancellations
from salonpool.usecases.booking.booked import Booked
from salonpool.usecases.booking.bookings import Guest
from salonpool.usecases.booking.caps import Asker
from tests import builders as b

ADDRESS = "192.0.2.7"
PHONE = "+886912345678"
ONE = Asker(ADDRESS)
HOURS = ("10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00", "17:00", "18:00")
MOST = {cap.name: cap.most for cap in CAPS}


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Two salons, each with one stylist on Mondays and Tuesdays, who cuts in an hour."""
    network = b.a_network()
    made = {"texting": app.extensions["salonpool.texting"], "network": network, "cut": {}, "wen": {}}
    for slug in ("qinghe", "kapok"):
        salon = b.a_salon(network, slug=slug)
        made["wen"][slug] = b.a_stylist(network, home=salon)
        b.a_rota(made["wen"][slug], salon)
        made["cut"][slug] = b.a_service(salon)
    return SimpleNamespace(**made, keys=itertools.count())


def _asked(shop: SimpleNamespace, clock: str, slug: str, days: int, now: Any) -> dict[str, Any]:
    return {
        "salon_slug": slug, "wish": Wish((shop.cut[slug],)), "language": "en", "now": now,
        "starts_at": b.at(clock) + timedelta(days=days), "texting": shop.texting,
    }  # fmt: skip


def _book(
    shop: SimpleNamespace, clock: str = "14:00", *, slug: str = "qinghe", days: int = 0,
    phone: str = PHONE, asker: Asker | None = ONE, now: Any = b.NOW, key: str = "",
) -> Booked:  # fmt: skip
    asked = _asked(shop, clock, slug, days, now)
    key = key or f"key-{next(shop.keys)}"
    return bookings.book(**asked, guest=Guest(phone, "林太太"), key=key, asker=asker)


def _hold(
    shop: SimpleNamespace, clock: str = "14:00", *, slug: str = "qinghe", days: int = 0,
    asker: Asker | None = ONE, now: Any = b.NOW,
) -> Booked:  # fmt: skip
    return bookings.hold(**_asked(shop, clock, slug, days, now), asker=asker)


def _outcome(call: Any, *args: Any, **values: Any) -> str:
    try:
        return type(call(*args, **values)).__name__
    except Refusal as refusal:
        return refusal.code


def _code(shop: SimpleNamespace, phone: str = PHONE, now: Any = b.NOW) -> str:
    phone_codes.send(phone, address=ADDRESS, language="en", now=now, texting=shop.texting)
    text = db.session.scalars(sa.select(Message).where(Message.text_id == "C9").order_by(Message.id.desc()))
    found = re.search(r"\d{6}", text.first().body)  # type: ignore[union-attr]
    db.session.rollback()
    assert found
    return found[0]


def _with_code(shop: SimpleNamespace, code: str, phone: str = PHONE) -> Asker:
    tried = phone_codes.try_code(phone, code, address=ADDRESS, now=b.NOW, texting=shop.texting)
    return Asker(ADDRESS, gave_code=True, code_id=tried)


def _count(model: Any, **having: Any) -> int:
    db.session.rollback()
    found = db.session.scalar(sa.select(sa.func.count()).select_from(model).filter_by(**having))
    return found or 0


def _filled(shop: SimpleNamespace) -> None:
    """The number has three visits ahead: two at the first salon, one at the other."""
    _book(shop, "10:00")
    _book(shop, "11:00")
    _book(shop, "10:00", slug="kapok")


def test_five_hundred_tries_from_one_address_hold_no_more_than_the_cap(shop: SimpleNamespace) -> None:
    tries = itertools.cycle(itertools.product(("qinghe", "kapok"), (0, 1), HOURS))
    seen = Counter(
        _outcome(_hold, shop, clock, slug=slug, days=days)
        for slug, days, clock in itertools.islice(tries, 500)
    )
    assert seen["Booked"] == MOST["hold/address/10"] == _count(Booking, status="held")
    assert set(seen) == {"Booked", "slot_taken", "too_many_places"}
    assert _outcome(_hold, shop, "18:00", slug="kapok", days=1, asker=Asker("198.51.100.9")) == "Booked"


def test_five_hundred_tries_with_ever_other_numbers_book_no_more_than_the_cap(shop: SimpleNamespace) -> None:
    seen: Counter[str] = Counter()
    tries = itertools.cycle(itertools.product(range(0, 56, 7), ("qinghe", "kapok"), HOURS))
    for number, (days, slug, clock) in enumerate(itertools.islice(tries, 500)):
        phone = f"+88691{number:07d}"
        seen[_outcome(_book, shop, clock, days=days, slug=slug, phone=phone)] += 1
    assert seen["Booked"] == MOST["booking/address/1440"] == _count(Booking)
    assert set(seen) == {"Booked", "slot_taken", "too_many_places"}
    assert _count(Message) == 40


def test_the_shared_wifi_of_a_full_salon_is_let_through(shop: SimpleNamespace) -> None:
    """Six guests book at the till within ten minutes, each holding another time twice before."""
    times = iter(itertools.product(("qinghe", "kapok"), (0, 1), HOURS))
    for guest in range(6):
        for _ in range(3):
            slug, days, clock = next(times)
            held = _hold(shop, clock, slug=slug, days=days)
        bookings.confirm(
            booking_id=held.id, guest=Guest(f"+88691234500{guest}"), key=None, language="en", now=b.NOW,
            texting=shop.texting, asker=ONE,
        )  # fmt: skip
    assert _count(Booking, status="confirmed") == 6


def test_what_could_not_be_taken_does_not_count(shop: SimpleNamespace) -> None:
    _hold(shop)
    for _ in range(100):
        with pytest.raises(SlotTaken):
            _hold(shop)
    assert _outcome(_hold, shop, "15:00") == "Booked"


def test_a_browser_holds_one_place_and_may_take_the_same_again(shop: SimpleNamespace) -> None:
    first = _hold(shop)
    again = _hold(shop, asker=Asker(ADDRESS, hold_id=first.id))
    other = _hold(shop, "14:30", asker=Asker(ADDRESS, hold_id=again.id))
    elsewhere = _hold(shop, slug="kapok", asker=Asker(ADDRESS, hold_id=other.id))
    db.session.rollback()
    status = {row.id: (row.status, row.cancel_cause) for row in db.session.scalars(sa.select(Booking))}
    gone = ("cancelled", "guest")
    assert status == {first.id: gone, again.id: gone, other.id: gone, elsewhere.id: ("held", None)}
    assert set(
        db.session.scalars(sa.select(Occupancy.booking_id).where(Occupancy.booking_id.is_not(None)))
    ) == {elsewhere.id}
    assert db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all().count("let_go") == 3


def test_a_hold_that_cannot_be_changed_for_another_stays(shop: SimpleNamespace) -> None:
    _book(shop, "16:00", asker=None)
    first = _hold(shop)
    with pytest.raises(SlotTaken):
        _hold(shop, "16:00", asker=Asker(ADDRESS, hold_id=first.id))
    assert _count(Booking, id=first.id, status="held") == 1


def test_what_became_a_booking_is_not_let_go(shop: SimpleNamespace) -> None:
    booked = _book(shop)
    _hold(shop, "15:00", asker=Asker(ADDRESS, hold_id=booked.id))
    _hold(shop, "16:00", asker=Asker(ADDRESS, hold_id=10**12))
    assert _count(Booking, id=booked.id, status="confirmed") == 1


def test_a_number_with_three_visits_ahead_is_asked_for_a_code(shop: SimpleNamespace) -> None:
    _filled(shop)
    with pytest.raises(Refusal) as refused:
        _book(shop, "12:00")
    assert (refused.value.code, refused.value.field) == ("phone_unproved", "customer.phone")
    assert _count(Booking) == 3
    assert _outcome(_book, shop, "12:00", asker=_with_code(shop, _code(shop))) == "Booked"
    assert _outcome(_book, shop, "12:00", phone="+886987654321", slug="kapok") == "Booked"


def test_who_proved_the_number_before_needs_no_code_and_only_that_number(shop: SimpleNamespace) -> None:
    _filled(shop)
    assert _outcome(_book, shop, "12:00", asker=Asker(ADDRESS, "+886987654321")) == "phone_unproved"
    assert _outcome(_book, shop, "12:00", asker=Asker(ADDRESS, PHONE)) == "Booked"


def test_a_code_books_once_is_kept_when_the_place_is_gone_and_a_retry_needs_none(
    shop: SimpleNamespace,
) -> None:
    _filled(shop)
    _book(shop, "12:00", slug="kapok", asker=None, phone="+886987654321")
    code = _code(shop)
    assert _outcome(_book, shop, "12:00", slug="kapok", asker=_with_code(shop, code)) == "slot_taken"
    made = _book(shop, "13:00", slug="kapok", asker=_with_code(shop, code), key="mine")
    assert _book(shop, "13:00", slug="kapok", asker=_with_code(shop, code), key="mine") == made
    assert _outcome(_book, shop, "12:00", asker=_with_code(shop, code)) == "code_wrong"
    assert _count(Booking) == 5


def test_a_code_of_another_number_or_a_wrong_one_books_nothing(shop: SimpleNamespace) -> None:
    _filled(shop)
    _book(shop, "15:00", phone="+886987654321")
    other = _with_code(shop, _code(shop, "+886987654321"), "+886987654321")
    assert other.code_id is not None
    assert _outcome(_book, shop, "12:00", asker=other) == "code_wrong"
    assert _outcome(_book, shop, "12:00", asker=_with_code(shop, "000000")) == "code_wrong"
    assert _count(Booking) == 4


def test_three_visits_ahead_at_one_salon_are_the_end_with_a_code_too(shop: SimpleNamespace) -> None:
    for clock in ("10:00", "11:00", "12:00"):
        _book(shop, clock)
    with pytest.raises(Refusal) as refused:
        _book(shop, "13:00", asker=Asker(ADDRESS, PHONE))
    assert (refused.value.code, refused.value.values) == ("too_many_open", {"limit": 3})
    assert _count(Booking) == 3
    assert _outcome(_book, shop, "13:00", slug="kapok", asker=Asker(ADDRESS, PHONE)) == "Booked"


def test_what_is_past_or_cancelled_or_a_series_does_not_fill_it(shop: SimpleNamespace) -> None:
    made = [_book(shop, clock) for clock in ("10:00", "11:00", "12:00")]
    cancellations.cancel(booking_id=made[2].id, now=b.NOW - timedelta(days=1), texting=shop.texting)
    assert _outcome(_book, shop, "13:00") == "Booked"
    with transaction() as session:
        session.execute(sa.update(Booking).where(Booking.id != made[0].id).values(series_id=made[1].id))
    assert _outcome(_book, shop, "14:00") == "Booked"
    assert _outcome(_book, shop, "15:00") == "too_many_open"
    after = b.at("15:30")
    assert _outcome(_book, shop, "10:00", days=1, now=after) == "Booked"


def test_a_desk_books_without_these_caps(shop: SimpleNamespace) -> None:
    for clock in HOURS:
        _book(shop, clock, asker=None)
    assert _count(Booking) == 9


def test_a_text_more_than_its_number_may_have_is_left_out_and_the_booking_says_so(
    shop: SimpleNamespace,
) -> None:
    made = []
    for days in range(7, 56, 7):
        made.append(_book(shop, days=days, asker=None))
        cancellations.cancel(booking_id=made[-1].id, now=b.NOW, texting=shop.texting)
    assert _count(Message) == 12
    assert _count(Booking, no_sms_reason="capped") == 1
    later = b.NOW + timedelta(hours=1)
    _book(shop, days=70, asker=None, now=later)
    assert _count(Message) == 13
    assert _count(Booking, no_sms_reason="capped") == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "192.168.1.20", "::1", "fd00::7"])
def test_an_address_that_may_be_a_proxys_is_not_counted_for_bookings(address: str) -> None:
    assert limits.is_our_own(address)


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::1", "nonsense", None])
def test_any_other_address_is_somebodys(address: str | None) -> None:
    assert not limits.is_our_own(address)
