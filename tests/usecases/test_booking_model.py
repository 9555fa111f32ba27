"""Whatever the order of bookings, holds, moves, cancellations and waits, a model of a few lines agrees."""

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
    initialize,
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
from salonpool.usecases.booking import bookings, cancellations, moves
from salonpool.usecases.booking.booked import Booked
from salonpool.usecases.booking.bookings import Guest
from tests import builders as b
from tests.thorough import examples

GUEST = Guest("0912 345 678")
OPENS, CLOSES = b.at("10:00"), b.at("13:00")
CHAIRS = 2  # fewer than stylists, so that guests are moved from one to another
QUARTER = timedelta(minutes=15)
STARTS = [OPENS + QUARTER * n for n in range(12)]
# Minutes of hands-on work, counted from the start, and the length with the chair.
SERVICES = {"cut": ([(0, 45)], 45), "colour": ([(0, 15), (45, 60)], 60)}


@dataclass(frozen=True)
class Kept:
    """What the model knows of a booking: who and when, and until when if it is only held."""

    service: str
    starts_at: datetime
    stylist: int
    named: bool
    status: str
    held_until: datetime | None

    def counts(self, now: datetime) -> bool:
        """Does it take up its place?"""
        return self.status == "confirmed" or (self.held_until is not None and now < self.held_until)

    @property
    def sits(self) -> tuple[datetime, datetime]:
        """When it needs a chair; which of them is not the guest's affair."""
        return self.starts_at, self.starts_at + timedelta(minutes=SERVICES[self.service][1])

    def hands(self) -> Iterator[tuple[str, datetime, datetime]]:
        """The rows that the stylist must have."""
        for span in SERVICES[self.service][0]:
            yield f"stylist:{self.stylist}", *(self.starts_at + timedelta(minutes=m) for m in span)


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
        self.now = b.NOW + timedelta(minutes=55)
        self.kept: dict[int, Kept] = {}
        self.chairs: dict[int, str] = {}
        self.keys = 0

    def _is_free(self, asked: Kept, but: int | None) -> bool:
        """Is the stylist free when needed, and does nobody at any minute have to stand?"""
        if asked.starts_at <= self.now or asked.sits[1] > CLOSES:
            return False
        others = [k for number, k in self.kept.items() if number != but and k.counts(self.now)]
        bound = [span for other in others for span in other.hands()]
        if any(r == resource and a < y and x < z for resource, a, z in asked.hands() for r, x, y in bound):
            return False
        minutes = [asked.starts_at + timedelta(minutes=m) for m in range(SERVICES[asked.service][1])]
        return all(sum(o.sits[0] <= minute < o.sits[1] for o in others) < CHAIRS for minute in minutes)

    def _who(
        self, service: str, starts_at: datetime, stylist: int | None, but: int | None = None
    ) -> set[int]:
        """The stylists who could do it then; `but` is the booking that asks."""
        wanted = self.shop.stylists if stylist is None else [stylist]
        asked = [Kept(service, starts_at, who, False, "confirmed", None) for who in wanted]
        return {kept.stylist for kept in asked if self._is_free(kept, but)}

    def _keep(self, booked: Booked, service: str, starts_at: datetime, named: bool) -> None:
        held_until = self.now + timedelta(minutes=5) if booked.status == "held" else None
        status = str(booked.status)
        self.kept[booked.id] = Kept(service, starts_at, booked.stylist_id, named, status, held_until)
        self.chairs.pop(booked.id, None)

    def _again(self, number: int, starts_at: datetime, done: Booked | str, possible: set[int]) -> None:
        """A booking that was committed once more, or refused."""
        kept = self.kept[number]
        if isinstance(done, str):
            assert done == ("in_the_past" if starts_at <= self.now else "slot_taken")
            assert not possible
        else:
            assert done.stylist_id in ({kept.stylist} & possible or possible)
            self._keep(done, kept.service, starts_at, kept.named)

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
        self._keep(done, service, starts_at, stylist is not None)
        return done.id

    WISH = {
        "service": st.sampled_from(sorted(SERVICES)),
        "starts_at": st.sampled_from([STARTS[n] for n in (2, 0, 3, 5, 9)]),
        "who": st.sampled_from([None, 0, 1, 2]),
    }

    @initialize(
        target=numbers,
        asked=st.lists(st.tuples(WISH["service"], st.sampled_from(STARTS[:8])), min_size=3, max_size=6),
    )
    def begin_with_a_full_book(self, asked: list[tuple[str, datetime]]) -> Any:
        """Chairs taken here and there, so that later guests find room only if others move."""
        for service, starts_at in asked:
            self._ask(False, service, starts_at, None)
        return multiple(*self.kept)

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
        elif not late and kept.starts_at <= self.now:
            assert done == "in_the_past"  # a hold may outlast the start by some minutes
        elif not late:
            assert isinstance(done, Booked)
            self.kept[number] = replace(kept, status="confirmed", held_until=None)
        else:
            self._again(number, kept.starts_at, done, possible)

    @rule(number=numbers, starts_at=WISH["starts_at"])
    def move(self, number: int, starts_at: datetime) -> None:
        """Another time for what is open, up to its start."""
        kept = self.kept[number]
        possible = self._who(kept.service, starts_at, kept.stylist if kept.named else None, number)
        done = _attempt(
            lambda: moves.move(
                booking_id=number,
                starts_at=starts_at,
                actor="guest",
                now=self.now,
                texting=self.shop.texting,
            )
        )
        if kept.status != "confirmed":
            assert done == "not_open"
        elif starts_at == kept.starts_at:
            assert isinstance(done, Booked)
            assert done.stylist_id == kept.stylist
        elif kept.starts_at < self.now:
            assert done == "past_cut_off"
        else:
            self._again(number, starts_at, done, possible)

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

    # Preconditions keep the few short runs from being spent on waiting and tidying where nothing changes.
    @precondition(lambda self: self._holds(live=True) or self.now <= OPENS)
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
        hands: dict[int, set[Any]] = {}
        seats: dict[int, tuple[str, Any]] = {}
        for number, resource, *span in rows:
            if resource in self.shop.chairs:
                assert number not in seats
                seats[number] = (resource, tuple(span))
            else:
                hands.setdefault(number, set()).add((resource, *span))
        stored = {row.id: row.status for row in db.session.scalars(sa.select(Booking))}
        for number, kept in self.kept.items():
            if kept.counts(self.now):
                assert (stored[number], hands[number]) == (kept.status, set(kept.hands()))
                assert seats[number][1] == kept.sits
            else:
                assert stored[number] == "cancelled" or (stored[number], kept.status) == ("held", "held")
                assert (number in hands, number in seats) == (stored[number] == "held",) * 2
        assert stored.keys() == self.kept.keys()
        self._chairs_are_kept({number: chair for number, (chair, _) in seats.items()})

    def _chairs_are_kept(self, chairs: dict[int, str]) -> None:
        """Nobody shares a chair (the database sees to that), and nobody is asked to get up."""
        for number, chair in self.chairs.items():
            if number in chairs and self.kept[number].starts_at <= self.now:
                assert chairs[number] == chair
        self.chairs = chairs

    @invariant()
    def the_search_offers_what_the_model_has_free(self) -> None:
        """For both services and anyone."""
        for service, visit in self.shop.visits.items():
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
    salon = b.a_salon(network, slug="model", chairs=CHAIRS, cut_off_minutes=0)
    stylists = [b.a_stylist(network, home=salon, skills=("cut", "colour")) for _ in range(3)]
    for stylist in stylists:
        b.a_rota(stylist, salon, weekdays=(0,), starts="10:00", ends="13:00")
    services = {
        "cut": b.a_service(salon, segments=((45, True),)),
        "colour": b.a_service(
            salon, code="colour", skill="colour", segments=((15, True), (30, False), (15, True))
        ),
    }
    chairs = [f"chair:{n}" for n in range(1, CHAIRS + 1)]
    row = get_salon_by_id(salon, "en")
    Diary.shop = SimpleNamespace(
        stylists=stylists, services=services, chairs=chairs,
        visits={name: get_visit(row, Wish((service,)), "en") for name, service in services.items()},
        texting=app.extensions["salonpool.texting"],
    )  # fmt: skip
    run_state_machine_as_test(
        Diary,
        settings=settings(
            max_examples=examples(50),
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
