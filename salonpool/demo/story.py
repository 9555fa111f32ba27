"""What is going on in the network just now: every beat is a use case, asked for by one of its people."""

from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from salonpool.database import db
from salonpool.demo.people import SAT, SUN
from salonpool.demo.rows import TZ, World
from salonpool.domain.booking import Length, SlotTaken, Wish
from salonpool.domain.demo import CAST, GUEST_SALON_SLUG, Part, phone_of
from salonpool.domain.local_time import DAY, at_local, local_day
from salonpool.domain.money import Money
from salonpool.domain.offer import OfferStatus
from salonpool.models import Assignment, Booking, BookingItem, Decision, Offer, Service
from salonpool.usecases import sign_ins
from salonpool.usecases.booking import bookings, waitlist
from salonpool.usecases.planning import planning
from salonpool.usecases.pool import offers, shifts
from salonpool.usecases.texts.texting import Texting

QINGHE_CLOSED_ON = 0  # Monday
NIGHT_OWL_OWNER = phone_of(26)
NEW_GUEST, NEW_GUEST_KEY = "0900 000 720", "demo-new-guest"
WAITING_GUEST = "0900 000 721"
PLAN_SECONDS = 10.0
PLANS_MOST = 5  # a clock that runs beside us may plan in between


class StoryStuck(Exception):
    """A beat could not be told: the planner asked nobody where somebody must be asked."""


class Story:
    """Tells the beats one after the other, all at one instant."""

    def __init__(self, world: World, now: datetime, system_now: datetime, texting: Texting) -> None:
        self.world = world
        self.now = now
        self.system_now = system_now
        self.texting = texting
        self.today = local_day(now, TZ)

    def tell(self) -> None:
        """A visiting stylist with a guest, and another who waits for that hour; a shift asked for, one Mia is
        asked for, one nobody can take."""
        visiting = self._fill_a_shift()
        self._book_with(visiting)
        self._wait_for(visiting)
        owner = CAST[Part.OWNER].phone
        urgent = self._post(
            NIGHT_OWL_OWNER, "night-owl", self.today, "18:00", "22:00", "cut", 390, priority=1
        )
        asked = self._ask(urgent)
        self._decline(asked[-1])
        for_mia = self._post(owner, GUEST_SALON_SLUG, self._next(SUN), "12:00", "17:00", "colour", 400)
        too_cheap = self._post(owner, GUEST_SALON_SLUG, self._next(SAT), "14:00", "18:00", "perm", 200)
        self._ask(for_mia)
        self._explain(too_cheap)

    def _fill_a_shift(self) -> Assignment:
        """陳姐 posts a day, the planner asks, the best of those asked says yes."""
        day = self.today + DAY
        if day.weekday() == QINGHE_CLOSED_ON:
            day += DAY
        shift_id = self._post(CAST[Part.OWNER].phone, GUEST_SALON_SLUG, day, "11:00", "17:00", "cut", 390)
        first = self._ask(shift_id)[0]
        offers.accept(
            first.id,
            stylist_id=first.stylist_id,
            now=self.now,
            texting=self.texting,
            actor=f"stylist:{first.stylist_id}",
        )
        found = db.session.scalars(sa.select(Assignment).where(Assignment.shift_id == shift_id)).one()
        db.session.rollback()
        return found

    def _book_with(self, visiting: Assignment) -> None:
        """A new guest takes the first free hour of the visiting stylist."""
        service_id = next(s.service_id for s in self.world.menus[GUEST_SALON_SLUG] if len(s.steps) == 1)
        starts_at, ends_at, stylist_id = visiting.starts_at, visiting.ends_at, visiting.stylist_id
        while starts_at < ends_at:
            try:
                bookings.book(
                    salon_slug=GUEST_SALON_SLUG,
                    wish=Wish((service_id,), stylist_id),
                    starts_at=starts_at,
                    guest=bookings.Guest(NEW_GUEST, "葉小姐"),
                    key=NEW_GUEST_KEY,
                    language="zh-Hant",
                    now=self.now,
                    texting=self.texting,
                )
            except SlotTaken:  # every chair is taken then
                starts_at += timedelta(minutes=30)
            else:
                return
        raise StoryStuck("no chair for the visiting stylist's guest")

    def _wait_for(self, visiting: Assignment) -> None:
        """Somebody would like the hour just booked; it frees when the new guest cancels by link."""
        row = db.session.execute(
            sa.select(Booking.starts_at, Booking.ends_at, Service.code, Service.length)
            .join(BookingItem, BookingItem.booking_id == Booking.id)
            .join(Service, Service.id == BookingItem.service_id)
            .where(Booking.client_ref == NEW_GUEST_KEY)
        ).one()
        db.session.rollback()
        waiting = waitlist.Waiting(
            salon_slug=GUEST_SALON_SLUG,
            codes=(row.code if row.length == Length.ANY else f"{row.code}:{row.length}",),
            windows=((row.starts_at, row.ends_at),),
            phone=WAITING_GUEST,
            name="何先生",
            stylist_ids=(visiting.stylist_id,),
        )
        waitlist.join(waiting, language="zh-Hant", now=self.now, texting=self.texting)

    def _post(
        self,
        owner_phone: str,
        salon: str,
        day: date,
        starts: str,
        ends: str,
        skill: str,
        pay: int,
        *,
        priority: int = 2,
    ) -> int:
        """The owner signs in and posts; pay in NT$ an hour."""
        account_id = self.world.accounts[owner_phone]
        link = sign_ins.make_sign_in_link(account_id, self.now, self.texting)
        account = sign_ins.use(link.rsplit("/", 1)[1], self.now)
        return shifts.post(
            account,
            salon,
            starts_at=at_local(day, time.fromisoformat(starts), TZ),
            ends_at=at_local(day, time.fromisoformat(ends), TZ),
            skill=skill,
            hourly_pay=Money(pay * 100, "TWD"),
            priority=priority,
            now=self.now,
        ).id

    def _ask(self, shift_id: int) -> list[Offer]:
        """Plan until somebody is asked for the shift; the live offers, the best first."""
        for _ in range(PLANS_MOST):
            live = db.session.scalars(
                sa.select(Offer)
                .where(Offer.shift_id == shift_id, Offer.status == OfferStatus.OFFERED)
                .order_by(Offer.rank)
            ).all()
            db.session.rollback()
            if live:
                return list(live)
            self._plan()
        raise StoryStuck(f"nobody was asked for shift {shift_id}")

    def _explain(self, shift_id: int) -> None:
        """Plan until it is written down why nobody can be asked."""
        for _ in range(PLANS_MOST):
            found = db.session.scalar(
                sa.select(Decision.id)
                .where(Decision.shift_id == shift_id, Decision.kind == "unfilled")
                .limit(1)
            )
            db.session.rollback()
            if found is not None:
                return
            self._plan()
        raise StoryStuck(f"nothing says why shift {shift_id} is open")

    def _decline(self, offer: Offer) -> None:
        offers.decline(
            offer.id,
            stylist_id=offer.stylist_id,
            now=self.now,
            texting=self.texting,
            actor=f"stylist:{offer.stylist_id}",
        )

    def _plan(self) -> None:
        planning.run_now(
            self.world.network_id, self.now, self.system_now, self.texting, time_limit_seconds=PLAN_SECONDS
        )

    def _next(self, weekday: int) -> date:
        """The next such weekday after today."""
        return self.today + timedelta(days=(weekday - self.today.weekday() - 1) % 7 + 1)
