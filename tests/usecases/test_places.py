"""A freed place goes to one guest who waits: held, told, taken, let go, run out, then to the next."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import SlotTaken
from salonpool.domain.phone import for_reading
from salonpool.domain.refusal import Missing, Refusal
from salonpool.messaging.capabilities import Capabilities
from salonpool.models import Booking, Card, InboundMessage, Message, Occupancy, Salon
from salonpool.usecases.booking import places, waitlist
from salonpool.usecases.texts import inbound, opt_outs
from salonpool.usecases.texts.texting import Texting
from tests import builders as b
from tests.usecases import waiting as w
from tests.usecases.contenders import race

SECOND_PHONE, SECOND = "0912 000 002", "+886912000002"


@pytest.fixture
def shop(app: Any) -> Any:
    """A salon whose 14:00 is taken."""
    shop = w.a_shop()
    shop.taken = w.book(shop)
    return shop


def _taken_up() -> int:
    db.session.rollback()
    held = sa.select(sa.func.count(Occupancy.id)).where(Occupancy.booking_id.is_not(None))
    return db.session.scalar(held) or 0


def _body(text_id: str) -> str:
    db.session.rollback()
    return db.session.scalars(sa.select(Message.body).where(Message.text_id == text_id)).one()


def test_nothing_is_offered_while_the_place_is_taken(shop):
    entry_id = w.join(shop)
    assert w.offer() == 0
    assert (w.entry(entry_id).status, w.texts_to()) == ("waiting", [])


def test_a_freed_place_is_held_and_told(shop):
    entry_id = w.join(shop, name="林太太")
    w.cancel(shop.taken)
    assert w.offer() == 1
    place = w.held_for(entry_id)
    assert (place.status, place.starts_at, place.stylist_id) == ("held", b.at("14:00"), shop.wen)
    assert place.held_until == b.NOW + 19 * w.MINUTE
    assert (w.entry(entry_id).status, w.entry(entry_id).offered) == ("offered", 1)
    assert _taken_up() == 2
    path = w.texting().links.booking_path(place.id, 1)
    assert w.texts_to() == ["C8"]
    assert _body("C8") == (
        "Qinghe: Mon 19 Oct 14:00 is free for Cut, held for you until 09:19. Reply 1 to book it. "
        + w.texting().links.text_url(path)
    )


def test_where_nobody_can_reply_the_text_carries_the_link(shop):
    w.join(shop)
    w.cancel(shop.taken)
    places.offer_freed(b.NOW, Texting(w.texting().links, Capabilities(two_way=False)))
    assert w.texts_to() == ["C8L"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_links_are_refused_each_text_names_the_salons_number_instead(shop):
    texting = Texting(w.texting().links, Capabilities(links=False))
    w.join(shop)
    w.cancel(shop.taken)
    with transaction() as session:
        session.execute(sa.delete(Message))
    places.offer_freed(b.NOW, texting)
    for sid in ("SM1", "SM2"):
        text = inbound.receive(sid, w.E164, "1", {}, b.NOW + w.MINUTE)
        inbound.handle(text, b.NOW + w.MINUTE, texting)
    db.session.rollback()
    texts = db.session.execute(sa.select(Message.text_id, Message.body).order_by(Message.id)).all()
    assert [text.text_id for text in texts] == ["C8", "C1", "C8B"]
    number = for_reading(db.session.get_one(Salon, shop.salon).phone, "TW")
    for text in texts:
        assert number in text.body
        assert texting.links.host not in text.body


def test_a_held_place_can_be_booked_by_nobody_else(shop):
    w.join(shop)
    w.cancel(shop.taken)
    w.offer()
    with pytest.raises(SlotTaken):
        w.book(shop, phone="0987 654 322")


def test_running_twice_offers_once(shop):
    entry_id = w.join(shop)
    w.cancel(shop.taken)
    assert (w.offer(), w.offer(), w.offer(b.NOW + w.MINUTE)) == (1, 0, 0)
    assert w.entry(entry_id).offered == 1
    assert w.texts_to() == ["C8"]


def test_taking_the_place_books_it_and_ends_the_wait(shop):
    entry_id = w.join(shop, name="林太太")
    w.cancel(shop.taken)
    w.offer()
    place = w.held_for(entry_id).id
    places.take(place, now=b.NOW + w.MINUTE, texting=w.texting())
    places.take(place, now=b.NOW + w.MINUTE, texting=w.texting())
    booked = w.held_for(entry_id)
    assert (booked.id, booked.status, booked.held_until) == (place, "confirmed", None)
    assert (w.entry(entry_id).status, w.entry(entry_id).ended_at) == ("booked", b.NOW + w.MINUTE)
    assert w.texts_to() == ["C8", "C1"]
    assert "林太太" in db.session.scalars(sa.select(Card.name)).all()


def test_where_the_salon_approves_first_a_taken_place_waits_for_its_word(app):
    shop = w.a_shop(approve_minutes=120)
    entry_id = w.join(shop)
    assert w.offer() == 1
    place = w.held_for(entry_id).id
    places.take(place, now=b.NOW, texting=w.texting())
    places.take(place, now=b.NOW, texting=w.texting())
    assert (w.held_for(entry_id).status, w.entry(entry_id).status) == ("pending", "booked")
    assert w.texts_to() == ["C8", "C1P"]
    with pytest.raises(Refusal):
        places.let_go(place, now=b.NOW)


def test_a_place_let_go_goes_to_the_next_and_never_back(shop):
    first, second = w.join(shop), w.join(shop, SECOND_PHONE, now=b.NOW + w.MINUTE)
    w.cancel(shop.taken)
    assert w.offer() == 1
    places.let_go(w.held_for(first).id, now=b.NOW + w.MINUTE)
    places.let_go(w.held_for(first).id, now=b.NOW + w.MINUTE)
    assert (w.entry(first).status, _taken_up()) == ("waiting", 0)
    assert w.offer(b.NOW + w.MINUTE) == 1
    assert w.held_for(second).status == "held"
    places.let_go(w.held_for(second).id, now=b.NOW + 2 * w.MINUTE)
    assert w.offer(b.NOW + 2 * w.MINUTE) == 0
    assert w.texts_to() == ["C8"]


def test_a_place_nobody_answers_goes_to_the_next_and_never_back(shop):
    first, second = w.join(shop), w.join(shop, SECOND_PHONE, now=b.NOW + w.MINUTE)
    w.cancel(shop.taken)
    w.offer()
    over = w.held_for(first).held_until
    assert w.offer(over - timedelta(seconds=1)) == 0
    assert w.offer(over) == 1
    assert (w.entry(first).status, w.entry(second).status) == ("waiting", "offered")
    assert w.offer(w.held_for(second).held_until) == 0
    assert w.texts_to() == ["C8"]


def test_a_place_that_three_let_go_is_left_to_everybody(shop):
    entries = [w.join(shop, f"0912 000 00{n}", now=b.NOW + n * w.MINUTE) for n in (1, 2, 3, 4)]
    w.cancel(shop.taken)
    for entry_id in entries[:3]:
        assert w.offer() == 1
        places.let_go(w.held_for(entry_id).id, now=b.NOW)
    assert w.offer() == 0
    w.cancel(w.book(shop, phone="0987 654 399"), b.NOW + w.MINUTE)
    assert w.offer(b.NOW + w.MINUTE) == 1, "somebody booked it and gave it up: a new place"
    assert w.held_for(entries[3]).status == "held"


def test_a_guest_is_offered_three_places_a_day(shop):
    entry_id = w.join(shop, windows=(w.window("10:00", "19:00", b.TODAY + w.DAY),))
    starts = set()
    for _ in range(3):
        assert w.offer() == 1
        starts.add(w.held_for(entry_id).starts_at)
        places.let_go(w.held_for(entry_id).id, now=b.NOW)
    assert len(starts) == 3
    assert w.offer() == 0
    assert w.offer(b.NOW + w.DAY) == 1


def test_a_guest_has_one_place_held_at_a_time(shop):
    w.join(shop, windows=(w.window("15:00", "16:00"),))
    w.join(shop, windows=(w.window("17:00", "18:00"),))
    assert (w.offer(), w.offer()) == (1, 0)


def test_a_guest_who_has_a_booking_then_is_not_asked_about_it(shop):
    sister = w.a_shop(network=shop.network, slug="sister")
    w.link(shop.salon, sister.salon)
    w.book(shop, "16:00", phone=w.PHONE)
    windows = (w.window("15:15", "16:15"), w.window("17:00", "17:15"))
    entry_id = w.join(shop, windows=windows, sister_slugs=("sister",))
    assert w.offer() == 1
    assert w.held_for(entry_id).starts_at == b.at("17:00")


def test_whoever_sent_stop_is_passed_over_and_no_place_is_held_for_them(shop):
    w.join(shop)
    second = w.join(shop, SECOND_PHONE, now=b.NOW + w.MINUTE)
    w.cancel(shop.taken)
    with transaction() as session:
        opt_outs.opt_out(session, w.E164, b.NOW)
    assert w.offer() == 1
    assert w.held_for(second).status == "held"


def test_no_place_is_held_when_its_text_cannot_be_written(shop, monkeypatch):
    entry_id = w.join(shop)
    w.cancel(shop.taken)
    monkeypatch.setattr(places, "text_place", lambda *_: None)
    assert w.offer() == 0
    assert (w.held_for(entry_id), w.entry(entry_id).status, _taken_up()) == (None, "waiting", 0)


def test_a_start_too_near_is_offered_to_nobody(shop):
    entry_id = w.join(shop)
    w.cancel(shop.taken)
    assert w.offer(b.at("13:31")) == 0
    assert w.offer(b.at("13:30")) == 1
    assert w.held_for(entry_id).held_until == b.at("13:40")


def test_nobody_is_asked_at_night_unless_it_starts_within_twelve_hours(shop):
    tomorrow = b.TODAY + w.DAY
    noon = w.join(shop, windows=(w.window("12:00", "12:15", tomorrow),))
    assert w.offer(b.at("23:00")) == 0
    assert w.offer(b.at("09:00", tomorrow)) == 1
    places.let_go(w.held_for(noon).id, now=b.at("09:00", tomorrow))
    w.join(shop, SECOND_PHONE, windows=(w.window("10:00", "10:15", tomorrow),))
    assert w.offer(b.at("23:00")) == 1


@pytest.mark.parametrize(
    ("order", "wins"), [("first_come", "first"), ("best_fit", "longest"), ("value", "dearest")]
)
def test_the_salon_chooses_who_is_asked_first(shop, order, wins):
    b.a_service(shop.salon, code="long", segments=((120, True),), price_minor=90000)
    b.a_service(shop.salon, code="dear", segments=((30, True),), price_minor=500000)
    with transaction() as session:
        session.execute(sa.update(Salon).where(Salon.id == shop.salon).values(waitlist_order=order))
    w.book(shop, "15:00", phone="0987 654 322")
    entries = {}
    for number, (name, code) in enumerate([("first", "cut"), ("longest", "long"), ("dearest", "dear")]):
        joined_at = b.NOW + number * w.MINUTE
        entries[name] = w.join(shop, f"0912 000 01{number}", codes=(code,), now=joined_at)
    w.book(shop, "16:00", phone="0987 654 323")
    with transaction() as session:  # 14:00 and the hour after it become free together
        freed = sa.select(Booking.id).where(Booking.starts_at < b.at("16:00"))
        session.execute(sa.delete(Occupancy).where(Occupancy.booking_id.in_(freed)))
        session.execute(
            sa.update(Booking).where(Booking.starts_at < b.at("16:00")).values(status="cancelled")
        )
    assert w.offer() == 1
    assert [name for name, entry_id in entries.items() if w.held_for(entry_id)] == [wins]


def test_a_guest_waits_for_any_of_several_stylists_and_no_other(shop):
    mia = b.a_stylist(shop.network, home=shop.salon)
    b.a_rota(mia, shop.salon)
    kai = b.a_stylist(shop.network, home=shop.salon)
    b.a_rota(kai, shop.salon, weekdays=(1,))
    entry_id = w.join(shop, stylist_ids=(mia, kai), windows=(w.window("10:00", "19:00", b.TODAY + w.DAY),))
    assert w.offer() == 1
    assert w.held_for(entry_id).stylist_id in {mia, kai}
    assert w.held_for(entry_id).stylist_named


def test_a_place_at_a_sister_salon_is_offered_by_its_own_services(shop):
    sister = w.a_shop(network=shop.network, slug="sister")
    w.link(shop.salon, sister.salon)
    entry_id = w.join(shop, sister_slugs=("sister",))
    assert w.offer() == 1
    assert w.held_for(entry_id).salon_id == sister.salon


def test_a_salon_without_the_service_has_nothing_to_offer(shop):
    b.a_service(shop.salon, code="perm", length="long")
    sister = w.a_shop(network=shop.network, slug="sister")
    w.link(shop.salon, sister.salon)
    w.join(shop, codes=("perm:long",), sister_slugs=("sister",))
    assert w.offer() == 0
    b.a_service(sister.salon, code="perm")
    assert w.offer() == 1, "one price for all lengths suits any"


def test_several_free_places_go_to_several_guests_in_one_pass(shop):
    second = w.book(shop, "16:00", phone="0987 654 322")
    entries = [
        w.join(shop, f"0912 000 00{n}", windows=(w.window("14:00", "14:15"), w.window("16:00", "16:15")))
        for n in (1, 2, 3)
    ]
    w.cancel(shop.taken)
    w.cancel(second)
    assert w.offer() == 2
    assert [w.entry(entry_id).status for entry_id in entries] == ["offered", "offered", "waiting"]


def test_new_hours_are_offered_too(shop):
    sunday = b.TODAY + 6 * w.DAY
    entry_id = w.join(shop, windows=(w.window("10:00", "12:00", sunday),))
    assert w.offer() == 0
    b.a_rota(shop.wen, shop.salon, weekdays=(6,))
    assert w.offer() == 1
    assert w.held_for(entry_id).starts_at == b.at("10:00", sunday)


def test_a_place_that_ran_out_can_still_be_taken_while_it_is_free(shop):
    entry_id = w.join(shop)
    w.cancel(shop.taken)
    w.offer()
    place = w.held_for(entry_id)
    late = place.held_until + w.MINUTE
    w.offer(late)
    places.take(place.id, now=late, texting=w.texting())
    assert (w.held_for(entry_id).status, w.entry(entry_id).status) == ("confirmed", "booked")


def test_a_place_that_went_to_the_next_is_refused_to_the_first(shop):
    first, second = w.join(shop), w.join(shop, SECOND_PHONE, now=b.NOW + w.MINUTE)
    w.cancel(shop.taken)
    w.offer()
    place = w.held_for(first)
    assert w.offer(place.held_until) == 1
    with pytest.raises(SlotTaken):
        places.take(place.id, now=place.held_until, texting=w.texting())
    assert (w.entry(first).status, w.entry(second).status) == ("waiting", "offered")
    assert _taken_up() == 2


def test_taking_an_old_place_gives_a_newer_one_back(shop):
    entry_id = w.join(shop, windows=(w.window("14:00", "14:15"), w.window("16:00", "16:15")))
    second = w.book(shop, "16:00", phone="0987 654 322")
    w.cancel(shop.taken)
    w.offer()
    place = w.held_for(entry_id)
    w.cancel(second)
    assert w.offer(place.held_until) == 1
    places.take(place.id, now=place.held_until, texting=w.texting())
    assert w.held_for(entry_id).status == "cancelled"
    assert (w.entry(entry_id).status, _taken_up()) == ("booked", 2)


def test_a_booked_place_cannot_be_let_go(shop):
    entry_id = w.join(shop)
    w.cancel(shop.taken)
    w.offer()
    place = w.held_for(entry_id).id
    places.take(place, now=b.NOW, texting=w.texting())
    with pytest.raises(Refusal):
        places.let_go(place, now=b.NOW)
    assert w.held_for(entry_id).status == "confirmed"


def test_an_ordinary_booking_is_no_place_of_the_waitlist(shop):
    with pytest.raises(Missing):
        places.take(shop.taken, now=b.NOW, texting=w.texting())
    with pytest.raises(Missing):
        places.let_go(shop.taken, now=b.NOW)


def test_an_answer_in_time_that_nobody_has_read_keeps_the_place_from_the_next(shop):
    first, second = w.join(shop), w.join(shop, SECOND_PHONE, now=b.NOW + w.MINUTE)
    w.cancel(shop.taken)
    w.offer()
    over = w.held_for(first).held_until
    b.add(InboundMessage(sid="SM1", sender=w.E164, body="1", raw={}, received_at=over - timedelta(seconds=1)))
    assert w.offer(over) == 0
    assert w.offer(over + 2 * w.MINUTE) == 1, "a text that nobody can read must not block the salon"
    assert w.entry(second).status == "offered"


@pytest.mark.parametrize("_round", range(3))
def test_two_clocks_at_once_offer_a_place_once(app, shop, _round):
    entries = [w.join(shop), w.join(shop, SECOND_PHONE, now=b.NOW + w.MINUTE)]
    w.cancel(shop.taken)
    texting = w.texting()
    made = race(app, *[lambda: places.offer_freed(b.NOW, texting)] * 3)
    assert sum(made) == 1
    assert sorted(w.entry(entry_id).status for entry_id in entries) == ["offered", "waiting"]
    assert w.texts_to() + w.texts_to(SECOND) == ["C8"]
    assert _taken_up() == 2


@pytest.mark.parametrize("_round", range(3))
def test_of_the_clock_and_a_guest_at_once_one_gets_the_place(app, shop, _round):
    entry_id = w.join(shop)
    w.cancel(shop.taken)
    texting = w.texting()
    made, booked = race(
        app,
        lambda: places.offer_freed(b.NOW, texting),
        lambda: w.book(shop, phone="0987 654 322"),
    )
    if booked == "slot_taken":
        assert (made, w.held_for(entry_id).status, w.texts_to()) == (1, "held", ["C8"])
    else:
        assert (made, w.held_for(entry_id), w.texts_to()) == (0, None, [])
    assert _taken_up() == 2


@pytest.mark.parametrize("_round", range(3))
def test_two_lists_of_one_guest_at_once_hold_one_place(app, shop, _round):
    sister = w.a_shop(network=shop.network)
    for where, clock in ((shop, "16:00"), (sister, "17:00")):
        w.join(where, windows=(w.window(clock, "18:00"),))
    texting = w.texting()
    made = race(app, *[lambda: places.offer_freed(b.NOW, texting)] * 2)
    assert sum(made) == 1
    assert w.texts_to() == ["C8"]


@pytest.mark.parametrize("_round", range(3))
def test_of_taking_and_leaving_at_once_one_counts(app, shop, _round):
    entry_id = w.join(shop)
    w.cancel(shop.taken)
    w.offer()
    place, texting = w.held_for(entry_id).id, w.texting()
    took, _ = race(
        app,
        lambda: places.take(place, now=b.NOW, texting=texting),
        lambda: waitlist.leave(entry_id, now=b.NOW),
    )
    status = w.held_for(entry_id).status
    assert status == ("cancelled" if isinstance(took, str) else "confirmed")
    assert _taken_up() == (0 if isinstance(took, str) else 2)
    waitlist.sweep(b.NOW)
    assert w.entry(entry_id).status == ("left" if isinstance(took, str) else "booked")


@pytest.mark.parametrize("_round", range(3))
def test_of_the_first_too_late_and_the_next_at_once_one_gets_the_place(app, shop, _round):
    first = w.join(shop)
    w.join(shop, SECOND_PHONE, now=b.NOW + w.MINUTE)
    w.cancel(shop.taken)
    w.offer()
    place, texting = w.held_for(first), w.texting()
    place_id, late = place.id, place.held_until
    took, made = race(
        app,
        lambda: places.take(place_id, now=late, texting=texting),
        lambda: places.offer_freed(late, texting),
    )
    assert (took == "slot_taken", made) in {(True, 1), (False, 0)}
    assert _taken_up() == 2


def test_a_waitlist_of_hundreds_is_asked_with_few_statements(shop):
    for n in range(30):
        w.join(shop, f"0912 1{n:02} 001")
    db.session.rollback()
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert places.offer_freed(b.NOW, w.texting()) == 0
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len([statement for statement in seen if statement.startswith("SELECT")]) <= 14
