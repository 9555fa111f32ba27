"""Taking back a seat that was given by hand: once, told to everybody who heard of it, and looked for anew."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, current_app

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.domain.refusal import Missing
from salonpool.models import Assignment, AuditEntry, Booking, Message, Occupancy, Shift, Stylist
from salonpool.queries.access import AccountRow
from salonpool.queries.endangered import list_booked_with, list_endangered
from salonpool.usecases.booking import bookings
from salonpool.usecases.booking.bookings import Guest
from salonpool.usecases.pool import by_hand
from salonpool.usecases.pool.take_back import take_back
from tests.builders import (
    a_network,
    a_pooled_stylist,
    a_salon,
    a_service,
    a_shift,
    a_standing_yes,
    an_account,
    an_offer,
    at,
)
from tests.usecases import pool
from tests.usecases.contenders import race
from tests.usecases.house import LATER, THURSDAY, House, account_of, an_office, open_house, refusal_code

pytestmark = pytest.mark.usefixtures("app")
STILL_LATER = LATER + timedelta(minutes=1)


@dataclass(frozen=True)
class Given(House):
    """The house, and Mia, who was given its shift."""

    mia: int
    held: int

    def take_back(self, account: AccountRow | None = None, **changes: Any) -> None:
        asked: dict[str, Any] = {"now": STILL_LATER, "texting": pool.texting(), **changes}
        held = asked.pop("held", self.held)
        take_back(account or self.owner, asked.pop("shift", self.shift), held, **asked)


@pytest.fixture
def house() -> Given:
    house = open_house()
    mia = a_pooled_stylist(house.network, name="Mia")
    return Given(house.network, house.salon, house.owner_id, house.shift, mia, house.give(mia))


def _sent(text_id: str) -> None:
    """The texts of a kind have left."""
    with transaction() as session:
        session.execute(sa.update(Message).where(Message.text_id == text_id).values(status="sent"))


def _trail() -> list[AuditEntry]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "take_back")))


def _unchanged(house: Given) -> bool:
    kept = pool.holders(house.shift) == [house.mia] and pool.shift(house.shift).status == "filled"
    rows = db.session.scalars(sa.select(Occupancy.assignment_id)).all()
    return kept and house.held in rows and not _trail() and not pool.texts("S6") and not pool.open_requests()


def _book(service: int, starts: str = "15:00", phone: str = "0912 345 678") -> int:
    return bookings.book(
        salon_slug="qinghe", wish=Wish((service,)), starts_at=at(starts, THURSDAY), language="en",
        guest=Guest(phone), key=f"key-{starts}", now=LATER,
        texting=current_app.extensions["salonpool.texting"],
    ).id  # fmt: skip


def test_the_seat_is_free_again_the_person_told_and_others_asked(house: Given) -> None:
    partner = an_account(house.network, owns=(house.salon,))
    _sent("S4")
    house.take_back()
    assert pool.holders(house.shift) == []
    assert db.session.get_one(Assignment, house.held).status == "cancelled"
    assert db.session.scalars(sa.select(Occupancy.resource)).all() == []
    assert (pool.shift(house.shift).status, pool.shift(house.shift).version) == ("posted", 3)
    assert db.session.get_one(Stylist, house.mia).version == 3
    (text,) = pool.texts("S6")
    assert (text.event_id, text.to) == (
        f"assignment:{house.held}:taken_back", db.session.get_one(Stylist, house.mia).phone,
    )  # fmt: skip
    (told,) = pool.texts("O3T")
    assert told.event_id == f"shift:{house.shift}:taken_back:{house.held}:{partner}"
    (entry,) = _trail()
    assert (entry.actor, entry.subject_id) == (f"account:{house.owner_id}", house.held)
    assert (entry.before, entry.after) == (
        {"status": "active"},
        {"status": "cancelled", "shift_id": house.shift, "stylist_id": house.mia},
    )
    assert [run.cause for run in pool.open_requests()] == ["taken_back"]


def test_a_double_tap_takes_it_back_once(house: Given) -> None:
    house.take_back()
    house.take_back()
    assert (len(_trail()), len(pool.texts("S6"))) == (1, 1)
    assert pool.shift(house.shift).version == 3


def test_a_late_second_tap_leaves_the_seat_to_whoever_has_it_by_then(house: Given) -> None:
    house.take_back()
    _sent("S6")
    again = house.give(house.mia, now=STILL_LATER)
    assert again != house.held
    house.take_back()
    assert pool.holders(house.shift) == [house.mia]
    house.take_back(held=again)
    assert pool.holders(house.shift) == []
    assert len(pool.texts("S6")) == 2


def test_what_told_of_the_yes_and_has_not_left_stays_here(house: Given) -> None:
    shift, other = a_shift(house.salon, "09:00", "12:00"), a_pooled_stylist(house.network)
    office = an_office(house.network)
    held = by_hand.give(office, shift, other, now=LATER, texting=pool.texting())
    house.take_back(office, shift=shift, held=held)
    assert [text.status for text in pool.texts("S4")] == ["pending", "expired"]
    assert [text.status for text in pool.texts("O3")] == ["expired"]
    assert (len(pool.texts("S6")), pool.texts("O3T")) == (1, [])


def test_an_owner_who_heard_of_the_yes_or_noted_it_hears_that_the_office_took_it_back(house: Given) -> None:
    house.take_back(an_office(house.network))
    assert [text.event_id for text in pool.texts("O3T")] == [
        f"shift:{house.shift}:taken_back:{house.held}:{house.owner_id}"
    ]


def test_the_offer_they_had_accepted_is_withdrawn_and_a_second_yes_to_it_is_none(house: Given) -> None:
    shift, asked = a_shift(house.salon, "09:00", "12:00"), a_pooled_stylist(house.network)
    offer = an_offer(shift, asked)
    held = by_hand.give(house.owner, shift, asked, now=LATER, texting=pool.texting())
    house.take_back(shift=shift, held=held)
    assert pool.offer_of(shift, asked).status == "withdrawn"
    assert refusal_code(lambda: pool.accept(offer, asked)) == "withdrawn"
    assert pool.holders(shift) == []


def test_others_who_are_asked_for_a_second_seat_stay_asked(house: Given) -> None:
    with transaction() as session:
        session.get_one(Shift, house.shift).seats = 2
    an_offer(house.shift, a_pooled_stylist(house.network))
    house.take_back()
    assert pool.shift(house.shift).status == "offering"


def test_once_the_shift_has_begun_who_works_it_stays(house: Given) -> None:
    begins = pool.shift(house.shift).starts_at
    assert refusal_code(lambda: house.take_back(now=begins)) == "shift_begun"
    assert _unchanged(house)
    house.take_back(now=begins - timedelta(minutes=1))
    assert pool.holders(house.shift) == []


def test_guests_booked_then_stay_booked_if_they_were_seen_and_are_in_danger(house: Given) -> None:
    service = a_service(house.salon)
    first, second = _book(service), _book(service, "16:00", "0912 345 679")
    hours = (at("14:00", THURSDAY), at("18:00", THURSDAY))
    assert list_booked_with(house.mia, house.salon, *hours, STILL_LATER) == [first, second]
    assert list_booked_with(house.mia, house.salon, hours[0], at("16:00", THURSDAY), STILL_LATER) == [first]
    db.session.rollback()
    for knowing in ([], [first], [second, 999_999]):
        assert refusal_code(lambda: house.take_back(knowing=knowing)) == "agree_anew"  # noqa: B023
        assert _unchanged(house)
    house.take_back(knowing=[first, second])
    db.session.rollback()
    assert db.session.get_one(Booking, first).status == "confirmed"
    in_danger = list_endangered(house.salon, *hours, STILL_LATER)
    assert [(one.booking_id, one.danger) for one in in_danger] == [(first, "off_duty"), (second, "off_duty")]


def test_the_planner_gives_the_shift_to_others_not_to_them_again(house: Given) -> None:
    a_standing_yes(house.mia, house.salon, THURSDAY.weekday(), "10:00", "20:00")
    house.take_back()
    pool.plan(house.network, STILL_LATER)
    assert (pool.holders(house.shift), pool.asked(house.shift)) == ([], [])
    other = a_pooled_stylist(house.network)
    pool.plan(house.network, STILL_LATER)
    assert pool.asked(house.shift) == [other]


def test_only_who_staffs_the_shift_takes_back_and_only_what_was_given_by_hand(house: Given) -> None:
    rival = account_of(an_account(house.network, owns=(a_salon(house.network),)))
    stylist = account_of(an_account(house.network, stylist=house.mia))
    for account in (rival, stylist, an_office(a_network())):
        with pytest.raises(Missing):
            house.take_back(account)
    other = a_shift(house.salon, "09:00", "12:00")
    by_offer = pool.accept(an_offer(other, asked := a_pooled_stylist(house.network)), asked).assignment_id
    for shift, held in (
        (other, house.held),
        (other, by_offer),
        (house.shift, 999_999),
        (999_999, house.held),
    ):
        with pytest.raises(Missing):
            house.take_back(shift=shift, held=held)
    assert pool.holders(other) == [asked]
    assert pool.holders(house.shift) == [house.mia]
    assert _trail() == []


def test_two_who_take_it_back_at_once_take_it_back_once(app: Flask, house: Given) -> None:
    office = an_office(house.network)
    assert race(app, house.take_back, lambda: house.take_back(office)) == [None, None]
    assert pool.holders(house.shift) == []
    assert (len(_trail()), len(pool.texts("S6"))) == (1, 1)


def test_a_guest_who_books_at_that_moment_is_seen_or_finds_nobody(app: Flask, house: Given) -> None:
    service = a_service(house.salon)
    taken, booked = race(app, house.take_back, lambda: _book(service))
    if taken == "agree_anew":
        assert pool.holders(house.shift) == [house.mia]
        assert isinstance(booked, int)
    else:
        assert pool.holders(house.shift) == []
        assert isinstance(booked, str)


def test_the_seat_taken_back_and_given_to_another_at_once_has_at_most_one_holder(
    app: Flask, house: Given
) -> None:
    other = a_pooled_stylist(house.network)
    taken, given = race(app, house.take_back, lambda: house.give(other, now=STILL_LATER))
    assert taken is None
    assert pool.holders(house.shift) == ([] if given == "no_free_seat" else [other])
    assert pool.shift(house.shift).status == ("posted" if given == "no_free_seat" else "filled")
