"""A program that uses the API well: it knows real ids, free times and the tokens it was given."""

import itertools
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from salonpool import clock
from salonpool.database import db, transaction
from salonpool.demo import handout
from salonpool.demo.people import SUN
from salonpool.domain.demo import CAST, Part
from salonpool.domain.local_time import DAY
from salonpool.domain.offer import OfferStatus
from salonpool.models import Account, Counter, Offer, Salon
from salonpool.usecases.booking import places
from tests import builders

API = "/api/v1"
WEEKS = 20
TRIES = 50
# Well-formed, and where sums of times end.
EDGES = {
    "starts_at": ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    "ends_at": ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    "from": ("0001-01-01", "9999-12-31"),
}
SHIFT_DAYS = range(3, 170)
SKILL = "cut"  # the stylist of the example has it
PAY = {"amount_minor": 42000, "currency": "TWD"}


class NothingLeft(Exception):
    """Every salon is booked out: take fewer cases, or a larger example."""


class Caller:
    """Knows one example network; asks it over HTTP for whatever it can."""

    def __init__(self, app: Flask, chance: random.Random) -> None:
        self.app = app
        self.chance = chance
        self.http = app.test_client()
        with app.app_context():
            self.handout = handout.write_out(clock.now(), app.extensions["salonpool.texting"])
            self.stylist_id = db.session.scalar(
                sa.select(Account.stylist_id).where(Account.phone == CAST[Part.STYLIST].phone)
            )
            self.salon_id = db.session.scalar(
                sa.select(Salon.id).where(Salon.slug == CAST[Part.OWNER].salon_slug)
            )
            db.session.rollback()
        self._numbers = itertools.count()
        self._slots = self._free_slots()
        self._tried: set[int] = set()
        self._kept: dict[str, tuple[int | None, str]] = {}
        self.openers: dict[str, Callable[[], tuple[int | None, str]]] = {
            "hold_token": lambda: self._made("holds", "hold_token"),
            "manage_token": lambda: self._made("bookings", "manage_token"),
            "manage_token place": self._place,
            "wait_token": self._waiting,
            "staff_token": lambda: (None, self.handout["accounts"]["owner"]["token"]),
            "staff_token offers": lambda: (self._offer(), self.handout["accounts"]["stylist"]["token"]),
        }

    def open(self, token: str, path: str) -> tuple[int | None, str]:
        """An id for the path and the token that opens it; the same until it is used()."""
        name = f"{token} offers" if path.startswith(f"{API}/offers") else token
        name = f"{token} place" if path.endswith(("/take", "/let-go")) else name
        if name not in self._kept:
            self._kept[name] = self.openers[name]()
        return self._kept[name]

    def used(self) -> None:
        """What was opened is answered for now; next time something new is opened."""
        self._kept.clear()

    def forgive(self) -> None:
        """Forget who tried too often, or every later answer is a 429."""
        with self.app.app_context(), transaction() as session:
            session.execute(sa.delete(Counter))

    def known(self, path: str) -> dict[str, Any]:
        """Values that fit together, by the names the API gives them."""
        if path == f"{API}/shifts":
            return self._wanted_shift()
        slot, wish = next(self._slots)
        phone = (
            f"0912{next(self._numbers):06d}"  # each a guest of their own: a number may have few visits ahead
        )
        return {
            **wish,
            "slug": wish["salon"],
            "near": wish["salon"],
            "service": [self.code_of(wish)] if path == f"{API}/slots" else wish["services"],
            "starts_at": slot["starts_at"],
            "stylist": slot["stylist"]["id"],
            "stylists": [slot["stylist"]["id"]],
            "windows": [{"starts_at": slot["starts_at"], "ends_at": slot["ends_at"]}],
            "from": slot["starts_at"][:10],
            "days": 1 + next(self._numbers) % 7,
            "customer": {"phone": phone},
            "phone": phone,
            "Idempotency-Key": self._new_key(),
        }

    def code_of(self, wish: dict[str, Any]) -> str:
        """The code of the service wished for."""
        services = self.handout["services"][wish["salon"]]
        return str(next(service["code"] for service in services if service["id"] in wish["services"]))

    def _wanted_shift(self) -> dict[str, Any]:
        starts_at = self._noon()
        return {
            "salon": CAST[Part.OWNER].salon_slug,
            "skill": SKILL,
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=3)).isoformat(),
            "hourly_pay": PAY,
            "Idempotency-Key": self._new_key(),
        }

    def _new_key(self) -> str:
        return f"key {next(self._numbers)}"

    def _noon(self, weekday: int | None = None) -> datetime:
        """Noon of some day to come; the stylist of the example can be asked for on Sundays."""
        with self.app.app_context():
            noon = clock.now().replace(hour=4, minute=0, second=0, microsecond=0)  # at UTC+8
            db.session.rollback()
        days = [noon + days * DAY for days in SHIFT_DAYS]
        return self.chance.choice([day for day in days if weekday in {None, day.weekday()}])

    def _offer(self) -> int:
        """The stylist's live offer, of which there is one at most; a new one once it was answered."""
        starts_at = self._noon(SUN)
        with self.app.app_context():
            now = clock.now()
            live = sa.select(Offer.id).where(
                Offer.stylist_id == self.stylist_id,
                Offer.status == OfferStatus.OFFERED,
                Offer.expires_at > now,
            )
            found = db.session.scalar(live)
            db.session.rollback()
            if found is not None and found not in self._tried:
                self._tried.add(found)
                return found
        if found is not None:  # a no that leaves it open: not now, because of other work
            headers = {"Authorization": f"Bearer {self.handout['accounts']['stylist']['token']}"}
            self.http.post(f"{API}/offers/{found}/decline", headers=headers)
        with self.app.app_context():
            hours = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3), "created_at": now}
            shift = builders.a_shift(self.salon_id, skill=SKILL, **hours)
            asked = {"offered_at": now, "expires_at": now + timedelta(hours=2)}
            made = builders.an_offer(shift, self.stylist_id, **asked)
        self._tried.add(made)
        return made

    def _made(self, noun: str, token: str) -> tuple[int, str]:
        """Book or hold the next place that is free."""
        for _ in range(TRIES):
            known = self.known(f"{API}/{noun}")
            names = ["salon", "services", "starts_at", "stylist"]
            body = {name: known[name] for name in names + ["customer"] * (noun == "bookings")}
            headers = {"Idempotency-Key": known["Idempotency-Key"]}
            answer = self.http.post(f"{API}/{noun}", json=body, headers=headers)
            if answer.status_code == 201:
                made: dict[str, Any] = answer.get_json()
                return made["id"], made[token]
        raise NothingLeft

    def _waiting(self) -> tuple[int, str]:
        """An entry of the waitlist."""
        known = self.known(f"{API}/waitlist")
        names = ("salon", "services", "stylists", "windows", "customer")
        made = self.http.post(f"{API}/waitlist", json={name: known[name] for name in names}).get_json()
        return made["id"], made["wait_token"]

    def _place(self) -> tuple[int, str]:
        """A place that is held for somebody who waits."""
        for _ in range(TRIES):
            entry_id, token = self._waiting()
            with self.app.app_context():
                places.offer_freed(clock.now(), self.app.extensions["salonpool.texting"])
            headers = {"Authorization": f"Bearer {token}"}
            place = self.http.get(f"{API}/waitlist/{entry_id}", headers=headers).get_json()["place"]
            if place:
                return place["id"], place["manage_token"]
        raise NothingLeft

    def _free_slots(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Free places, over and over while there are any: most are only asked about and stay free."""
        with self.app.app_context():
            first = clock.now() + 2 * DAY
            db.session.rollback()
        while True:
            found = 0
            for slot in self._once_over(first):
                found += 1
                yield slot
            if not found:
                raise NothingLeft

    def _once_over(self, first: datetime) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Free places that do not overlap, week after week, of one service at a time so that they fit."""
        for slug, services in self.handout["services"].items():
            for service in services:
                wish = {"salon": slug, "services": [service["id"]]}
                for week in range(WEEKS):
                    day = (first + 7 * week * DAY).date()
                    query = f"service={service['id']}&from={day}&days=7"
                    found = self.http.get(f"{API}/salons/{slug}/slots?{query}").get_json()
                    for slot in _apart(found["slots"]):
                        yield slot, wish


def _apart(slots: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    busy_until: dict[int, str] = {}
    for slot in slots:
        stylist = slot["stylist"]["id"]
        if busy_until.get(stylist, "") <= slot["starts_at"]:
            busy_until[stylist] = slot["ends_at"]
            yield slot
