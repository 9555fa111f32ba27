"""Guests who book from outside, so many a second, whatever state the server is in, and try again.

Open loop: who comes does not wait for those before. What is not answered, or answered 503 or 429, is asked
again for a while, with the same key.
"""

import http.client
import itertools
import json
import queue
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlsplit

from bench.contests import Contest, Ground, prepare

API = "/api/v1"
GUESTS = 48  # how many may be waiting for an answer at once
TIMEOUT_SECONDS = 15.0
PATIENCE_SECONDS = 40.0
LOOKS, LOOKERS = "looks", 5  # beside every fifth guest comes somebody who only looks
RETRY_SECONDS = 0.5
AGAIN = frozenset({0, 429, 503})
FINE = frozenset({200, 201, 202, 409, 429, 503})
# A salon as the contests use them has 36 places a day for 80 days.
PLACES_OF_A_SALON = 2800


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request came to; status 0: no answer. `at` is monotonic, when it was asked."""

    status: int
    body: Any
    seconds: float
    at: float


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A booking the guest was told of."""

    id: int
    key: str
    phone: str
    at: float


@dataclass
class Bookers:
    """The guests of one run; `rate` a second while its block lasts, and so many as are called by hand."""

    url: str
    grounds: Sequence[Ground]
    rate: float = 0.0
    name: str = "guest"
    acknowledged: list[Acknowledged] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    given_up: int = 0
    _guests: Iterator[int] = field(default_factory=itertools.count)
    _places: Iterator[int] = field(default_factory=itertools.count)
    _changing: threading.Lock = field(default_factory=threading.Lock)
    _coming: "queue.SimpleQueue[str | None]" = field(default_factory=queue.SimpleQueue)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._threads = [threading.Thread(target=self._serve) for _ in range(GUESTS)]
        self._threads.append(threading.Thread(target=self._come))
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Nobody comes any more; whoever is here goes on until answered or out of patience."""
        self._over.set()
        for thread in reversed(self._threads):
            thread.join()

    def book(self, key: str, number: str = "") -> Acknowledged | None:
        """One guest, in one step or by a hold, in turns; another place when somebody has this one, which may
        be a hold of our own whose answer was lost. `number`: the guest's phone, otherwise a new one. None:
        out of patience."""
        until = time.monotonic() + PATIENCE_SECONDS
        tries, in_one = 0, next(self._guests) % 2 == 0
        while time.monotonic() < until:
            tries += 1
            ground, stylist, start, phone = self._place()
            phone = number or phone
            ask = self._in_one_step if in_one else self._by_hold
            answer = ask(ground.wish(start, stylist), phone, f"{key}-{tries}", until)
            if answer.status in {200, 201}:
                found = Acknowledged(answer.body["id"], key, phone, time.monotonic())
                with self._changing:
                    self.acknowledged.append(found)
                return found
        with self._changing:
            self.given_up += 1
        return None

    def look(self) -> Answer:
        """Somebody reads a salon's page."""
        return self._ask("GET", f"/s/{self.grounds[0].slug}", None, {})

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Answer:
        """One request on a connection of its own."""
        words = {"Content-Type": "application/json", **(headers or {})}
        return self._ask("POST", path, json.dumps(body), words)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        began = time.monotonic()
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
            said = json.loads(content) if "json" in (response.getheader("Content-Type") or "") else None
            status = response.status
        except (OSError, http.client.HTTPException):
            status, said = 0, None
        finally:
            connection.close()
        answer = Answer(status, said, time.monotonic() - began, began)
        with self._changing:
            self.answers.append(answer)
        return answer

    def new_phone(self) -> str:
        """A number nobody has used."""
        with self._changing:
            return self.grounds[0].phone()

    def statuses(self, since: float = 0.0) -> Counter[int]:
        """How often each status was answered to what was asked from then on (monotonic)."""
        return Counter(answer.status for answer in self.answers if answer.at >= since)

    def _in_one_step(self, wish: dict[str, Any], phone: str, key: str, until: float) -> Answer:
        body = wish | {"customer": {"phone": phone}}
        return self._patiently(f"{API}/bookings", body, {"Idempotency-Key": key}, until)

    def _by_hold(self, wish: dict[str, Any], phone: str, key: str, until: float) -> Answer:
        held = self._patiently(f"{API}/holds", wish, {}, until)
        if held.status != 201:
            return held
        headers = {"Authorization": f"Bearer {held.body['hold_token']}", "Idempotency-Key": key}
        path = f"{API}/holds/{held.body['id']}/confirm"
        return self._patiently(path, {"customer": {"phone": phone}}, headers, until)

    def _patiently(self, path: str, body: Any, headers: dict[str, str], until: float) -> Answer:
        while True:
            answer = self.post(path, body, headers)
            if answer.status not in AGAIN or time.monotonic() >= until:
                return answer
            time.sleep(RETRY_SECONDS)

    def _place(self) -> tuple[Ground, int, datetime, str]:
        """A place and a number nobody here has asked for."""
        with self._changing:
            ground = self.grounds[next(self._places) % len(self.grounds)]
            stylist, start = ground.place()
            return ground, stylist, start, ground.phone()

    def _come(self) -> None:
        number, began = 0, time.monotonic()
        while self.rate and not self._over.wait(max(0.0, began + number / self.rate - time.monotonic())):
            number += 1
            self._coming.put(f"{self.name}-{number}")
            if number % LOOKERS == 0:
                self._coming.put(LOOKS)
        for _ in range(GUESTS):
            self._coming.put(None)

    def _serve(self) -> None:
        while (key := self._coming.get()) is not None:
            if key == LOOKS:
                self.look()
            else:
                self.book(key)


def open_salons(network_id: int, name: str, bookings: int) -> list[Ground]:
    """Salons enough for so many bookings, some of whose places are lost to holds nobody heard of."""
    count = 1 + 2 * bookings // PLACES_OF_A_SALON
    kind = Contest("bookings", lambda *_: iter(()))
    return [prepare(network_id, f"{name}-{number}", kind) for number in range(count)]


def wall(monotonic: float) -> float:
    """The time of day (seconds since the epoch) of a monotonic instant."""
    return time.time() - time.monotonic() + monotonic


def instant(text: str) -> float:
    """Seconds since the epoch of an ISO 8601 instant."""
    return datetime.fromisoformat(text).timestamp()
