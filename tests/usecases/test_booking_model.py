"""Any order of booking, holding, confirming, cancelling and waiting agrees with a model of a few lines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.domain.local_time import from_minutes
from salonpool.domain.refusal import Refusal
from salonpool.models import (
    Booking,
    BookingItem,
    IdempotencyKey,
    Message,
    Occupancy,
    Segment,
)
from salonpool.queries.availability import find_openings
from salonpool.queries.salons import get_salon_by_id
from salonpool.queries.visits import get_visit
from salonpool.usecases.booking import bookings, cancellations
from salonpool.usecases.booking.booked import Booked
from salonpool.usecases.booking.bookings import Guest
from tests import builders as b

GUEST = Guest("0912 345 678")
OPENS, CLOSES = b.at("10:00"), b.at("13:00")
QUARTER = timedelta(minutes=15)
STARTS = [OPENS + QUARTER * n for n in range(12)]
# Minutes of hands-on work, counted from the start, and the length with the chair.
SERVICES = {"cut": ([(0, 45)], 45), "colour": ([(0, 15), (45, 60)], 60)}


@dataclass(frozen=True)
class Kept:
    """What the model knows of a booking: who, which chair, and until when if it is only held."""

    service: str
    starts_at: datetime
    stylist: int
    named: bool
    chair: str
    status: str
    held_until: datetime | None

    def counts(self, now: datetime) -> bool:
        """Does it take up its place?"""
        return self.status == "confirmed" or (self.held_until is not None and now < self.held_until)

    def spans(self) -> Iterator[tuple[str, datetime, datetime]]:
        """The rows it must have."""
        hands, length = SERVICES[self.service]
        for first, last in hands:
            yield f"stylist:{self.stylist}", *(self.starts_at + timedelta(minutes=m) for m in (first, last))
        yield self.chair, self.starts_at, self.starts_at + timedelta(minutes=length)


def _attempt(use_case: Callable[[], Booked]) -> Booked | str:
    """What was done, or the code of the refusal."""
    try:
        return use_case()
    except Refusal as refusal:
        return refusal.code


class Diary(RuleBasedStateMachine):
    """The real use cases on SQLite beside a dictionary."""

    numbers = Bundle("numbers")
    shop: SimpleNamespace

    def __init__(self) -> None:
        super().__init__()
        _empty()
        self.now = b.NOW + timedelta(minutes=30)
        self.kept: dict[int, Kept] = {}
        self.keys = 0

    def _free(self, service: str, starts_at: datetime, stylist: int, but: int | None = None) -> set[str]:
        """Chairs the stylist could use then; none if their hands are busy or the shift is over."""
        hands, length = SERVICES[service]
        if starts_at <= self.now or starts_at + timedelta(minutes=length) > CLOSES:
            return set()
        counted = [k for number, k in self.kept.items() if number != but and k.counts(self.now)]
        taken = [span for kept in counted for span in kept.spans()]

        def is_free(resource: str, first: int, last: int) -> bool:
            a, z = (starts_at + timedelta(minutes=m) for m in (first, last))
            return not any(r == resource and x < z and a < y for r, x, y in taken)

        if not all(is_free(f"stylist:{stylist}", *span) for span in hands):
            return set()
        return {chair for chair in self.shop.chairs if is_free(chair, 0, length)}

    def _who(
        self, service: str, starts_at: datetime, stylist: int | None, but: int | None = None
    ) -> set[int]:
        wanted = self.shop.stylists if stylist is None else [stylist]
        return {who for who in wanted if self._free(service, starts_at, who, but)}

    def _keep(self, booked: Booked, service: str, starts_at: datetime, stylist: int | None) -> None:
        """The place given must have been free in the model; expired holds in the way are gone."""
        chair = db.session.scalars(
            sa.select(Occupancy.resource).where(
                Occupancy.booking_id == booked.id, Occupancy.resource.like("chair:%")
            )
        ).one()
        assert chair in self._free(service, starts_at, booked.stylist_id, booked.id)
        held_until = self.now + timedelta(minutes=5) if booked.status == "held" else None
        self.kept[booked.id] = Kept(
            service,
            starts_at,
            booked.stylist_id,
            stylist is not None,
            chair,
            str(booked.status),
            held_until,
        )

    def _ask(self, held: bool, service: str, starts_at: datetime, stylist: int | None) -> Any:
        self.keys += 1
        common = {
            "salon_slug": "model", "wish": Wish((self.shop.services[service],), stylist),
            "starts_at": starts_at, "language": "en", "now": self.now, "texting": self.shop.texting,
        }  # fmt: skip
        possible = self._who(service, starts_at, stylist)
        if held:
            done = _attempt(lambda: bookings.hold(**common))
        else:
            done = _attempt(lambda: bookings.book(guest=GUEST, key=str(self.keys), **common))
        if isinstance(done, str):
            assert done == ("in_the_past" if starts_at <= self.now else "slot_taken")
            assert not possible
            return multiple()
        assert done.stylist_id in possible
        self._keep(done, service, starts_at, stylist)
        return done.id

    WISH = {
        "service": st.sampled_from(sorted(SERVICES)),
        "starts_at": st.sampled_from([STARTS[n] for n in (2, 0, 3, 5, 9)]),
        "who": st.sampled_from([None, 0, 1]),
    }

    @rule(target=numbers, held=st.sampled_from([True, False]), **WISH)
    def ask_for_a_time(self, held: bool, service: str, starts_at: datetime, who: int | None) -> Any:
        """Book or hold."""
        return self._ask(held, service, starts_at, None if who is None else self.shop.stylists[who])

    @rule(number=numbers)
    def confirm(self, number: int) -> None:
        """Confirm a hold, in time or late."""
        kept = self.kept[number]
        late = kept.status == "held" and not kept.counts(self.now)
        possible = self._who(kept.service, kept.starts_at, kept.stylist if kept.named else None, number)
        done = _attempt(
            lambda: bookings.confirm(
                booking_id=number,
                guest=GUEST,
                key=None,
                language="en",
                now=self.now,
                texting=self.shop.texting,
            )
        )
        if kept.status != "held":
            assert done == "already_confirmed"
        elif not late:
            assert isinstance(done, Booked)
            self.kept[number] = replace(kept, status="confirmed", held_until=None)
        elif isinstance(done, str):
            assert done == ("in_the_past" if kept.starts_at <= self.now else "slot_taken")
            assert not possible
        else:
            assert (
                done.stylist_id == kept.stylist if kept.stylist in possible else done.stylist_id in possible
            )
            self._keep(done, kept.service, kept.starts_at, kept.stylist if kept.named else None)

    @rule(number=numbers)
    def cancel(self, number: int) -> None:
        """Cancel what is open, up to its start."""
        kept = self.kept[number]
        done = _attempt(
            lambda: cancellations.cancel(booking_id=number, now=self.now, texting=self.shop.texting)
        )
        if isinstance(done, Booked):
            assert kept.status in {"confirmed", "cancelled"}
            self.kept[number] = replace(kept, status="cancelled", held_until=None)
        elif kept.status == "confirmed":
            assert (done, kept.starts_at < self.now) == ("past_cut_off", True)
        else:
            assert (done, kept.status) == ("not_open", "held")

    # Preconditions keep the few short runs from being spent on waiting and tidying where nothing is held.
    @precondition(lambda self: self._holds(live=True))
    @rule(minutes=st.sampled_from([5, 4, 1, 45]))
    def wait(self, minutes: int) -> None:
        """Let time pass."""
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self._holds(live=False))
    @rule()
    def sweep(self) -> None:
        """Tidy up, which nobody may notice."""
        bookings.sweep_expired_holds(self.now)

    def _holds(self, *, live: bool) -> list[Kept]:
        return [k for k in self.kept.values() if k.status == "held" and k.counts(self.now) == live]

    @invariant()
    def rows_are_those_of_the_bookings_that_count(self) -> None:
        """Stored states and occupancy; an expired hold may still have its rows, until somebody needs them."""
        db.session.rollback()
        rows = db.session.execute(
            sa.select(Occupancy.booking_id, Occupancy.resource, Occupancy.starts_at, Occupancy.ends_at).where(
                Occupancy.booking_id.is_not(None)
            )
        )
        found: dict[int, set[Any]] = {}
        for number, *span in rows:
            found.setdefault(number, set()).add(tuple(span))
        stored = {row.id: row.status for row in db.session.scalars(sa.select(Booking))}
        for number, kept in self.kept.items():
            if kept.counts(self.now):
                assert (stored[number], found[number]) == (kept.status, set(kept.spans()))
            else:
                assert stored[number] == "cancelled" or (stored[number], kept.status) == ("held", "held")
                assert (number in found) == (stored[number] == "held")
        assert stored.keys() == self.kept.keys()

    @invariant()
    def the_search_offers_what_the_model_has_free(self) -> None:
        """For both services and anyone."""
        for service, service_id in self.shop.services.items():
            salon = get_salon_by_id(self.shop.salon, "en")
            visit = get_visit(salon, Wish((service_id,)), "en")
            found = find_openings(visit, OPENS, CLOSES, self.now)
            assert {(from_minutes(o.start), o.stylist_id) for o in found} == {
                (at, who) for at in STARTS for who in self._who(service, at, None)
            }
        db.session.rollback()


def _empty() -> None:
    """Forget every booking, so that the next run begins with an empty diary."""
    db.session.rollback()
    with transaction() as session:
        session.execute(sa.delete(Occupancy).where(Occupancy.booking_id.is_not(None)))
        for table in (Segment, BookingItem, Message, IdempotencyKey, Booking):
            session.execute(sa.delete(table))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_history_agrees_with_the_model(app: Any) -> None:
    network = b.a_network()
    salon = b.a_salon(network, slug="model", chairs=2, cut_off_minutes=0)
    stylists = [b.a_stylist(network, home=salon, skills=("cut", "colour")) for _ in range(2)]
    for stylist in stylists:
        b.a_rota(stylist, salon, weekdays=(0,), starts="10:00", ends="13:00")
    services = {
        "cut": b.a_service(salon, segments=((45, True),)),
        "colour": b.a_service(
            salon, code="colour", skill="colour", segments=((15, True), (30, False), (15, True))
        ),
    }
    chairs = [f"chair:{n}" for n in (1, 2)]
    Diary.shop = SimpleNamespace(
        salon=salon, stylists=stylists, services=services, chairs=chairs,
        texting=app.extensions["salonpool.texting"],
    )  # fmt: skip
    run_state_machine_as_test(
        Diary,
        settings=settings(
            max_examples=60,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
