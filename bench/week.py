"""The main job once, over HTTP only: book, post a shift, get asked by text, say yes, book that time, cancel.

python -m bench.week [--database sqlite|postgresql|both] [--short]

A stand-in takes the texts; a web server and a clock run on a fresh example network. Bar: every step works and
every text arrives exactly once. Else exit 1. --short is the same walk, there is nothing to leave out.
"""

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx

from bench.table import show
from tests import databases, live
from tests.twilio_stand_in import AUTH_TOKEN, StandIn, signed

SECRET = "a key for this bench only, long enough"
PATIENCE_SECONDS = 90.0
POLL_SECONDS = 0.1
COMMAND_SECONDS = 180.0
GUEST_SALON, SHIFT_SALON = "riverside", "qinghe"
STARTS, ENDS = (
    "11:30",
    "16:30",
)  # hours that no other shift of the example has, so its texts are known by them
HOURLY_PAY = {"amount_minor": 45000, "currency": "TWD"}
Found = TypeVar("Found")


class StepFailed(Exception):
    """A step did not come to what it should; the message says what was seen instead."""


@dataclass
class Outcome:
    """The steps that were walked, with their seconds, and what stopped the walk, if anything."""

    steps: list[tuple[str, float, str]] = field(default_factory=list)
    trouble: str = ""

    def held(self) -> bool:
        """Did every step work?"""
        return bool(self.steps) and not self.trouble


@contextmanager
def standing(kind: databases.Kind) -> Iterator[tuple[live.Live, StandIn, dict[str, Any]]]:
    """A web server and a clock on a fresh example network, a stand-in for Twilio, and who may sign in."""
    with databases.fresh(kind) as database_url, StandIn() as texts, tempfile.TemporaryDirectory() as folder:
        settings = {
            "DEMO": "1",
            "SECRET_KEY": SECRET,
            "TWILIO_API_BASE": texts.base,
            "TWILIO_ACCOUNT_SID": texts.account_sid,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        }
        handout = Path(folder) / "demo.json"
        _build({"DATABASE_URL": database_url, **settings}, handout)
        with live.server(database_url, jobs=1, settings=settings) as running:
            yield running, texts, json.loads(handout.read_text())


def run(kind: databases.Kind) -> Outcome:
    """The walk on one kind of database; what went wrong is in the outcome."""
    outcome = Outcome()
    began = time.monotonic()
    with standing(kind) as (running, texts, handout):
        outcome.steps.append(("example network, server, clock, stand-in", time.monotonic() - began, ""))
        with httpx.Client(base_url=running.url, timeout=30, trust_env=False) as http:
            try:
                Walk(http, texts, handout, outcome).walk()
            except (StepFailed, httpx.HTTPError) as failed:
                logs = running.web.log()[-2000:] + "".join(job.log()[-4000:] for job in running.jobs)
                outcome.trouble = f"{type(failed).__name__}: {failed}\n{logs}"
    return outcome


class Walk:
    """One guest, one owner and one stylist, each doing their part."""

    def __init__(self, http: httpx.Client, texts: StandIn, handout: dict[str, Any], outcome: Outcome) -> None:
        self.http = http
        self.texts = texts
        self.outcome = outcome
        self.zone = ZoneInfo(handout["zone"])
        self.guest = handout["guest"]["phone"]
        self.owner = handout["accounts"]["owner"]
        self.pooled = {person["phone"]: person["id"] for person in handout["pooled"]}
        self.services = {
            salon: next(service["id"] for service in handout["services"][salon] if service["code"] == "cut")
            for salon in (GUEST_SALON, SHIFT_SALON)
        }

    def walk(self) -> None:
        """Every step in order. Raises StepFailed."""
        self._step("jump to the next 10:00 salon time", self._jump)
        slots = self._slots(GUEST_SALON, days=7)
        booked = self._step(
            "book by API, with an idempotency key", lambda: self._book(slots[len(slots) // 2], "1")
        )
        self._step("its text arrives (C1)", lambda: self._arrives(self.guest, booked["manage_token"]))
        day = self._local(slots[0]["starts_at"]) + timedelta(days=3)
        hours = f"{STARTS}-{ENDS}"
        shift = self._step("post a shift as the owner", lambda: self._post(day))
        offer = self._step("the planner asks, by text (S2/S3)", lambda: self._offer(hours))
        stylist, stylist_id = offer["to"], self.pooled[offer["to"]]
        self._step("reply 1 to the signed webhook", lambda: self._reply(stylist, stylist_id, day))
        free = self._step("the new time can be booked", lambda: self._bookable(stylist_id, day))
        self._step("yours, says a text (S4)", lambda: self._arrives(stylist, hours, nth=2))
        link = f"/desk/shift/{shift['id']}"
        self._step("filled, says a text to the owner (O3)", lambda: self._arrives(self.owner["phone"], link))
        visit = self._step("book the new time with that stylist", lambda: self._book(free, "2", stylist_id))
        self._step("its text arrives (C1)", lambda: self._arrives(self.guest, visit["manage_token"]))
        self._step("cancel by its link's token", lambda: self._cancel(visit))
        self._step("cancelled, says a text (C4)", lambda: self._arrives(self.guest, f"/s/{SHIFT_SALON}"))
        self._step("every text came once", self._once)

    def _step(self, name: str, do: Callable[[], Found]) -> Found:
        began = time.monotonic()
        try:
            found = do()
        except StepFailed as failed:
            self.outcome.steps.append((name, time.monotonic() - began, "FAILED"))
            raise StepFailed(f"{name}: {failed}") from failed
        self.outcome.steps.append((name, time.monotonic() - began, "ok"))
        return found

    def _jump(self) -> None:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.http.get("/demo/phones").text)
        if token is None:
            raise StepFailed("no form on /demo/phones")
        form = {"csrf_token": token[1], "jump": "next_10"}
        self._expect(303, self.http.post("/demo/clock", data=form))

    def _slots(
        self, salon: str, *, days: int, day: datetime | None = None, **more: int
    ) -> list[dict[str, Any]]:
        first = day or datetime.now(self.zone)
        params = {"service": self.services[salon], "from": first.date().isoformat(), "days": days, **more}
        answer = self._expect(200, self.http.get(f"/api/v1/salons/{salon}/slots", params=params))
        slots: list[dict[str, Any]] = answer["slots"]
        return slots

    def _book(self, slot: dict[str, Any], key: str, stylist_id: int | None = None) -> dict[str, Any]:
        """Twice with one key: the second answer is the first again."""
        salon = SHIFT_SALON if stylist_id else GUEST_SALON
        body = {
            "salon": salon,
            "services": [self.services[salon]],
            "starts_at": slot["starts_at"],
            "customer": {"phone": self.guest, "name": "Bench"},
            **({"stylist": stylist_id} if stylist_id else {}),
        }
        headers = {"Idempotency-Key": f"bench-week-{key}", "Accept-Language": "en"}
        answers = [
            self._expect(201, self.http.post("/api/v1/bookings", json=body, headers=headers)) for _ in "ab"
        ]
        if answers[0] != answers[1] or (stylist_id and answers[0]["stylist"]["id"] != stylist_id):
            raise StepFailed(f"unlike answers {answers}")
        return answers[0]

    def _post(self, day: datetime) -> dict[str, Any]:
        body = {
            "salon": SHIFT_SALON,
            "starts_at": self._at(day, STARTS),
            "ends_at": self._at(day, ENDS),
            "skill": "cut",
            "hourly_pay": HOURLY_PAY,
        }
        headers = {"Authorization": f"Bearer {self.owner['token']}"}
        return self._expect(201, self.http.post("/api/v1/shifts", json=body, headers=headers))

    def _offer(self, hours: str) -> dict[str, Any]:
        def find() -> dict[str, Any] | None:
            asked = (m for m in self.texts.messages if m["to"] in self.pooled and hours in m["body"])
            return next(asked, None)

        return _until(find, "nobody of the pool was asked by text")

    def _reply(self, stylist: str, stylist_id: int, day: datetime) -> None:
        if self._slots(SHIFT_SALON, days=1, day=day, stylist=stylist_id):
            raise StepFailed("the stylist was on sale before the yes")
        form = {"MessageSid": f"SM{time.time_ns():032x}", "From": stylist, "To": "+15005550006", "Body": "1"}
        url = f"{self.http.base_url}/sms/twilio/inbound".replace("//sms", "/sms")
        answer = self.http.post(url, data=form, headers={"X-Twilio-Signature": signed(url, form)})
        if answer.status_code != 200:
            raise StepFailed(f"{answer.status_code} {answer.text[:200]}")

    def _bookable(self, stylist_id: int, day: datetime) -> dict[str, Any]:
        def find() -> dict[str, Any] | None:
            slots = self._slots(SHIFT_SALON, days=1, day=day, stylist=stylist_id)
            return slots[0] if slots else None

        return _until(find, "the new assignment is not on sale")

    def _cancel(self, visit: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {visit['manage_token']}"}
        answer = self._expect(200, self.http.post(f"/api/v1/bookings/{visit['id']}/cancel", headers=headers))
        if answer["status"] != "cancelled":
            raise StepFailed(f"status {answer['status']}")

    def _arrives(self, to: str, words: str, *, nth: int = 1) -> None:
        """The nth text to that number with those words is there, and none after it."""

        def find() -> bool:
            return self._count(to, words) >= nth

        _until(find, f"no text to {to} with {words!r}")
        if self._count(to, words) != nth:
            raise StepFailed(f"{self._count(to, words)} texts to {to} with {words!r}")

    def _count(self, to: str, words: str) -> int:
        return sum(1 for m in self.texts.messages if m["to"] == to and words in m["body"])

    def _once(self) -> None:
        counts = Counter((m["to"], m["body"]) for m in self.texts.messages)
        twice = [pair for pair, number in counts.items() if number > 1]
        if twice:
            raise StepFailed(f"sent twice: {twice}")

    def _expect(self, status: int, answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code != status:
            raise StepFailed(f"{answer.status_code} instead of {status}: {answer.text[:300]}")
        found: dict[str, Any] = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
        return found

    def _local(self, instant: str) -> datetime:
        return datetime.fromisoformat(instant).astimezone(self.zone)

    def _at(self, day: datetime, clock: str) -> str:
        hour, minute = clock.split(":")
        return day.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0).isoformat()


def _build(settings: dict[str, str], handout: Path) -> None:
    """`flask demo`, as a newcomer would."""
    process = live.start("demo", ["flask", "--app", "wsgi", "demo", "--json-out", str(handout)], settings)
    try:
        if process.popen.wait(COMMAND_SECONDS) != 0:
            raise RuntimeError(process.log())
    finally:
        process.stop()


def _until(find: Callable[[], Found | None], otherwise: str) -> Found:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := find():
            return found
        time.sleep(POLL_SECONDS)
    raise StepFailed(f"{otherwise} within {PATIENCE_SECONDS:g} s")


def main() -> None:
    """Walk on the databases asked for; exit 1 unless every step works."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", choices=[*databases.KINDS, "both"], default="both")
    parser.add_argument("--short", action="store_true", help="the same")
    options = parser.parse_args()
    held = True
    for kind in databases.KINDS if options.database == "both" else (options.database,):
        outcome = run(kind)
        rows = [(name, f"{seconds:.2f}", result) for name, seconds, result in outcome.steps]
        show(f"a week's loop on {kind}", ("step", "seconds", ""), rows)
        if outcome.trouble:
            print(outcome.trouble, file=sys.stderr)
        held = held and outcome.held()
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
