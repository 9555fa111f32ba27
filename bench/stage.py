"""A demo network with the odd states of every page beside it: taken, refused, late, expired, closed."""

import itertools
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from salonpool import clock
from salonpool.database import db, transaction
from salonpool.demo import network as demo_network
from salonpool.demo.network import EMPTY_OWNER
from salonpool.domain.booking import Wish
from salonpool.domain.closure import LocalSpan
from salonpool.domain.demo import CAST, NETWORK_SLUG, Part
from salonpool.domain.links import digest
from salonpool.domain.local_time import DAY, at_local, local_day
from salonpool.domain.phone import mobile_number
from salonpool.domain.series import Repeat
from salonpool.models import (
    Account,
    AskedMove,
    Booking,
    Card,
    Counter,
    Customer,
    Message,
    Offer,
    Salon,
    Shift,
    Stylist,
)
from salonpool.queries import availability, salons
from salonpool.queries.visits import visit_of
from salonpool.usecases import sign_ins
from salonpool.usecases.booking import bookings, cancellations, series
from salonpool.usecases.salons import closures
from salonpool.usecases.texts.texting import Texting
from tests import builders

LINK_HOST = "salon.test"  # written into the example's texts, so the server that shows them must know it too
SETTINGS = {"DEMO": "1", "SMS_LINK_HOST": LINK_HOST}
ALL_DAYS = (0, 1, 2, 3, 4, 5, 6)
SUNDAYS_OFF = ALL_DAYS[:-1]
LANE = {"slug": "lane", "name": "巷口髮廊", "name_en": "Corner Lane Hair", "address": "範例路 1 號"}
STRICT = {"slug": "strict", "name": "早鳥髮廊", "name_en": "Early Bird Hair", "cut_off_minutes": 30 * 24 * 60}
DEAR = {
    "slug": "dear",
    "name": "準時髮廊",
    "name_en": "On Time Hair",
    "free_minutes": 30 * 24 * 60,
    "late_fee_minor": 30000,
}
ASKS = {"slug": "asks", "name": "回覆髮廊", "name_en": "Answering Hair", "approve_minutes": 120}
NOBODY = {"slug": "nobody", "name": "空椅髮廊", "name_en": "Empty Chair Hair"}
CUT = "剪"


class Stage:
    """What the scenes need: addresses with real ids and tokens, made by use cases wherever one exists.

    Only inside an app context of an app on the same database and key as the server that is looked at.
    """

    def __init__(self, app: Flask) -> None:
        self.texting: Texting = app.extensions["salonpool.texting"]
        self.zone = builders.TAIPEI
        self._guests = itertools.count(100)
        if demo_network.find_state() != "whole":
            demo_network.build(self.texting)
        self.network = builders.a_network()
        self.lane, self.strict, self.dear, self.asks, self.nobody = (
            builders.a_salon(self.network, **salon) for salon in (LANE, STRICT, DEAR, ASKS, NOBODY)
        )
        for salon in (self.lane, self.strict, self.dear, self.asks, self.nobody):
            builders.a_service(salon, code=CUT, skill=CUT)
        self._with_rota("阿哲", self.lane, SUNDAYS_OFF)
        self._with_rota("小雯", self.strict, ALL_DAYS)
        self._with_rota("陳姐", self.asks, ALL_DAYS)
        closed = LocalSpan(self.closed_day(), self.closed_day())
        closures.close(salon_ids=[self.lane], span=closed, reason="颱風", actor="command", now=self.now)
        self._with_rota("Mia", self.dear, ALL_DAYS)
        idle = builders.a_pooled_stylist(self.network, name="小蔡", skills=(CUT,))
        self.accounts = {
            "owner": self._account(CAST[Part.OWNER].phone),
            "stylist": self._account(CAST[Part.STYLIST].phone),
            "newcomer": self._account(EMPTY_OWNER),
            "office": self._account(CAST[Part.OFFICE].phone),
            "idle": builders.an_account(self.network, stylist=idle, name="小蔡"),
        }
        self.shifts = {status: self._shift(status) for status in ("posted", "cancelled", "unfilled")}

    @property
    def now(self) -> datetime:
        """The time people see."""
        return clock.now()

    @property
    def today(self) -> date:
        """The day at the salons."""
        return local_day(self.now, self.zone)

    def sunday(self) -> date:
        """The next day after tomorrow on which nobody works at the lane's salon."""
        return self.today + (2 + (4 - self.today.weekday()) % 7) * DAY

    def quiet_day(self) -> date:
        """A working day at the lane's salon that other scenes, which take the soonest times, do not fill."""
        return self.sunday() + 8 * DAY

    def sign_in(self, who: str) -> str:
        """The path of a fresh sign-in link."""
        link = sign_ins.make_sign_in_link(self.accounts[who], self.now, self.texting)
        return "/in/" + link.rsplit("/", 1)[1]

    def use(self, path: str) -> str:
        """Spend a sign-in link, as if on another phone."""
        sign_ins.use(path.rsplit("/", 1)[1], self.now)
        return path

    def hold(self, slug: str = "lane") -> str:
        """The address that asks for the phone number."""
        held = bookings.hold(**self._wish(slug))
        return f"/s/{slug}/confirm?hold={self.texting.links.hold_token(held.id)}"

    def lose(self, path: str) -> None:
        """The hold of that address has run out, and somebody else has its time."""
        held = db.session.scalars(
            sa.select(Booking).where(Booking.hold_digest == digest(path.partition("hold=")[2]))
        ).one()
        held_id, starts_at = held.id, held.starts_at
        bookings.sweep_expired_holds(self.now + timedelta(minutes=6))
        assert db.session.get_one(Booking, held_id).status == "cancelled"
        self.take(starts_at.isoformat())

    def choice(self, slug: str, *chosen: tuple[str, str]) -> str:
        """The booking page's address with services chosen by code and length."""
        services = salons.list_services(salons.get_salon(slug, "zh-Hant"), "zh-Hant")
        ids = {(service.code, str(service.length)): service.id for service in services}
        db.session.rollback()
        return f"/s/{slug}?" + "&".join(f"service={ids[one]}" for one in chosen)

    def closed_day(self) -> date:
        """A day on which the lane's salon is closed, for a reason."""
        return self.today + 3 * DAY

    def take(self, starts_at: str) -> None:
        """Somebody else takes that time."""
        bookings.hold(**self._wish("lane") | {"starts_at": datetime.fromisoformat(starts_at)})

    def book(self, slug: str = "lane", status: str = "", *, hours_ago: int = 0) -> str:
        """A booking's address; states no page of this version leads to are written as rows."""
        number = next(self._guests)
        guest = bookings.Guest(f"0912 345 {number}", "林小姐")
        made = bookings.book(**self._wish(slug), guest=guest, key=f"stage-{number}")
        changes: dict[str, Any] = {"status": status} if status else {}
        if hours_ago:
            row = db.session.get_one(Booking, made.id)
            starts_at = self.now - timedelta(hours=hours_ago)
            changes |= {"starts_at": starts_at, "ends_at": starts_at + (row.ends_at - row.starts_at)}
        if changes:
            self._update(Booking, made.id, changes)
        return self.texting.links.booking_path(made.id, made.link_version)

    def regular(self, visits: int) -> str:
        """The number of a guest with that many visits ahead, one of them at the lane's salon."""
        number = next(self._guests)
        phone = f"0912 345 {number}"
        for visit in range(visits):
            guest = bookings.Guest(phone, "林小姐" if visit else "林先生")
            wish = self._wish("strict" if visit else "lane")
            bookings.book(**wish, guest=guest, key=f"stage-{number}-{visit}")
        return phone

    def age_visits(self, phone: str) -> None:
        """What that number has ahead was booked two months ago."""
        theirs = sa.select(Customer.id).where(Customer.phone == mobile_number(phone, "TW"))
        long_ago = sa.update(Booking).where(Booking.customer_id.in_(theirs))
        with transaction() as session:
            session.execute(long_ago.values(created_at=self.now - 60 * DAY))

    def code(self) -> str:
        """The code of the last text that has one."""
        last = sa.select(Message.body).where(Message.text_id == "C9").order_by(Message.id.desc()).limit(1)
        body = db.session.scalar(last) or ""
        db.session.rollback()
        return "".join(character for character in body if character.isdigit())[:6]

    def desk_booking(self, status: str = "confirmed", *, days_ahead: int = 1) -> str:
        """A booking at the owner's salon, by its address at the desk."""
        number = next(self._guests)
        guest = bookings.Guest(f"0912 345 {number}", "林小姐")
        wish = self._wish(CAST[Part.OWNER].salon_slug, days_ahead)
        made = bookings.book(**wish, guest=guest, key=f"stage-{number}")
        values: dict[str, Any] = {"status": status}
        if status == "pending":
            values |= {"answer_by": self.now + timedelta(hours=1), "confirmed_at": None}
        self._update(Booking, made.id, values)
        return f"/desk/booking/{made.id}"

    def asking(self, *, at_desk: bool = False) -> str:
        """A booking whose guest asks for another time, by its link or its address at the desk."""
        slug = CAST[Part.OWNER].salon_slug if at_desk else "asks"
        path = self.book(slug)
        booking_id = self._booking_id(path)
        starts_at = db.session.get_one(Booking, booking_id).starts_at
        db.session.rollback()
        self._update(Booking, booking_id, {"status": "confirmed", "answer_by": None})
        with transaction() as session:
            session.add(
                AskedMove(
                    booking_id=booking_id, sequence=0, starts_at=starts_at + DAY, fee_minor=0,
                    answer_by=self.now + timedelta(hours=1),
                )
            )  # fmt: skip
        return f"/desk/booking/{booking_id}" if at_desk else path

    def desk_series(self) -> str:
        """The first visit of a series at the owner's salon, by its address at the desk."""
        number = next(self._guests)
        wish = self._wish(CAST[Part.OWNER].salon_slug, 30)
        made = series.book_series(
            **wish, repeat=Repeat(1, 2), guest=bookings.Guest(f"0912 345 {number}"), key=f"stage-{number}"
        )
        return f"/desk/booking/{made[0].id}"

    def series(self) -> str:
        """The address of the first visit of a series."""
        number = next(self._guests)
        made = series.book_series(
            **self._wish("lane"), repeat=Repeat(1, 2), guest=bookings.Guest(f"0912 345 {number}"),
            key=f"stage-{number}",
        )  # fmt: skip
        return self.texting.links.booking_path(made[0].id, made[0].link_version)

    def waiting(self) -> str:
        """The desk's first page, when a booking waits for its yes."""
        self.desk_booking("pending")
        return "/desk"

    def answered(self, url: str) -> None:
        """The salon's time to answer a booking is over."""
        self._update(Booking, int(url.rsplit("/", 1)[1]), {"answer_by": self.now})

    def close(self) -> str:
        """The owner's salon is closed on a day far ahead that somebody had booked."""
        booking_id = int(self.desk_booking(days_ahead=60).rsplit("/", 1)[1])
        day = local_day(db.session.get_one(Booking, booking_id).starts_at, self.zone)
        salon_id = db.session.get_one(Booking, booking_id).salon_id
        db.session.rollback()
        closures.close(
            salon_ids=[salon_id], span=LocalSpan(day, day), reason="春節", actor="command", now=self.now
        )
        return "/desk/closures"

    def cancel(self, path: str) -> str:
        """Cancel a booking by its address."""
        cancellations.cancel(booking_id=self._booking_id(path), now=self.now, texting=self.texting)
        return path

    def finish(self, path: str) -> None:
        """The visit of a booking is over."""
        self._update(Booking, self._booking_id(path), {"status": "completed"})

    def offer(self, status: str = "offered", *, fits: bool = True) -> str:
        """An offer's address; `fits=False`: its person works elsewhere at that time."""
        person = builders.a_pooled_stylist(self.network, home=self.strict, skills=(CUT,), name="阿凱")
        if not fits:
            builders.a_rota(person, self.strict, weekdays=ALL_DAYS, now=self.now)
        shift = builders.a_shift(self.lane, day=self.today + 2 * DAY, skill=CUT)
        times = {"offered_at": self.now, "expires_at": self.now + timedelta(hours=2)}
        offer = builders.an_offer(shift, person, status=status, **times)
        links = self.texting.links
        self._update(Offer, offer, {"link_digest": digest(links.offer_token(offer, 1))})
        return links.offer_path(offer, 1)

    def desk_shift(self, status: str) -> str:
        """A shift of the owner's: of the example's story, or one made for the state."""
        found = self.shifts.get(status) or db.session.scalar(
            sa.select(Shift.id)
            .join(Salon, Salon.id == Shift.salon_id)
            .where(Shift.source == "post", Shift.status == status, Salon.slug == CAST[Part.OWNER].salon_slug)
            .order_by(Shift.id)
        )
        db.session.rollback()
        assert found, f"the example has no {status} shift at the owner's salon"
        return f"/desk/shift/{found}"

    def past_day(self) -> date:
        """A day at the owner's salon when somebody did not come."""
        starts_at = db.session.scalar(
            sa.select(sa.func.max(Booking.starts_at))
            .join(Salon, Salon.id == Booking.salon_id)
            .where(Salon.slug == CAST[Part.OWNER].salon_slug, Booking.status == "no_show")
        )
        db.session.rollback()
        return local_day(starts_at, self.zone) if starts_at else self.today - DAY

    def forgive(self) -> None:
        """Forget who tried too often."""
        with transaction() as session:
            session.execute(sa.delete(Counter))

    def names(self) -> set[str]:
        """Everything people are called, which no page translates."""
        columns = (Stylist.name, Account.name, Salon.name, Card.name)
        found = {
            name for column in columns for name in db.session.scalars(sa.select(column).distinct()) if name
        }
        db.session.rollback()
        return found

    def _booking_id(self, path: str) -> int:
        found = db.session.scalar(sa.select(Booking.id).where(Booking.link_digest == digest(path[3:])))
        db.session.rollback()
        assert found, path
        return found

    def _days(self, ahead: int) -> tuple[datetime, datetime]:
        return self.now + ahead * DAY, self.now + (ahead + 19) * DAY

    def _wish(self, slug: str, days_ahead: int = 1) -> dict[str, Any]:
        salon = salons.get_salon(slug, "zh-Hant")
        service = salons.list_services(salon, "zh-Hant")[0]
        visit = visit_of(salon, (service,))
        soonest = availability.find_openings(visit, *self._days(days_ahead), self.now)[0]
        starts_at = availability.free_starts([soonest], visit)[0].starts_at
        db.session.rollback()
        return {
            "salon_slug": slug, "wish": Wish((service.id,)), "starts_at": starts_at,
            "language": "zh-Hant", "now": self.now, "texting": self.texting,
        }  # fmt: skip

    def _with_rota(self, name: str, salon: int, weekdays: tuple[int, ...]) -> None:
        stylist = builders.a_stylist(self.network, home=salon, skills=(CUT,), name=name)
        builders.a_rota(stylist, salon, weekdays=weekdays, now=self.now)

    def _shift(self, status: str) -> int:
        salon = db.session.scalar(sa.select(Salon.id).where(Salon.slug == CAST[Part.OWNER].salon_slug)) or 0
        starts_at = at_local(self.today + 9 * DAY, datetime.min.time().replace(hour=12), self.zone)
        hours = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3)}
        return builders.a_shift(salon, status=status, created_at=self.now, **hours)

    def _account(self, phone: str) -> int:
        found = db.session.scalar(sa.select(Account.id).where(Account.phone == phone))
        db.session.rollback()
        assert found, f"{NETWORK_SLUG} has no account with {phone}"
        return found

    def _update(self, model: Any, row_id: int, values: dict[str, Any]) -> None:
        with transaction() as session:
            session.execute(sa.update(model).where(model.id == row_id).values(**values))
