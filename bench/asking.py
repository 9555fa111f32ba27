"""One question put to a server again and again, and what each answer cost it."""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench import processor
from bench.volley import TIMEOUT_SECONDS, Request

NOT_FOUND = 404
FLAT = 1.2


@dataclass(frozen=True)
class Server:
    """Where to ask, and whose processor time counts."""

    url: str
    pids: Callable[[], list[int]]


@dataclass
class Question:
    """A question may take several calls (`calls` yields them for ever); costs are per question, in ms.

    `proof` is in every answer that says something: an empty one would be cheap. `most_…` are the bars;
    `smaller` is the same question to a smaller database, `ours` the one a peer is compared with.
    """

    name: str
    server: Server
    calls: Iterator[Sequence[Request]]
    proof: bytes
    times: int
    status: int = 200
    bookings: int = 0
    most_hellos: float | None = None
    most_statements: int | None = None
    most_ms: float | None = None
    smaller: "Question | None" = None
    ours: "Question | None" = None
    statements: int | None = None
    trouble: str = ""
    cost: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    used: processor.Time = field(default_factory=processor.Time)

    def measure(self) -> None:
        """Ask `times` times over one connection, after one uncounted; never again after a wrong answer."""
        if self.trouble:
            return
        connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=TIMEOUT_SECONDS)
        with closing(connection):
            self._ask(connection)
            pids = self.server.pids()
            before = processor.spent(pids)
            for _ in range(self.times):
                began = time.perf_counter()
                self._ask(connection)
                self.seconds.append(time.perf_counter() - began)
            used = processor.spent(pids) - before
        self.used += used
        self.cost.append(used.ran / self.times * 1000)

    def _ask(self, connection: http.client.HTTPConnection) -> None:
        for call in next(self.calls):
            body = None if call.body is None else json.dumps(call.body)
            headers = {"Content-Type": "application/json"} if body else {}
            connection.request(call.method, call.path, body, headers | call.headers)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != self.status:
                self.trouble = "MISSING" if answer.status == NOT_FOUND else f"ANSWERED {answer.status}"
            elif self.proof not in content:
                self.trouble = "EMPTY ANSWER"

    def times_of(self, other: "Question") -> float:
        """How many times as much as another question, in the middle of the rounds; 0 if never measured."""
        return statistics.median([a / b for a, b in zip(self.cost, other.cost, strict=False)] or [0.0])

    def faults(self, hello: "Question", *, timed: bool) -> list[str]:
        """The bars that do not hold; those of time only where `timed`."""
        if self.trouble:
            return [self.trouble]
        found = []
        if self.most_statements is not None and (self.statements or 0) > self.most_statements:
            found.append(f"STATEMENTS > {self.most_statements}")
        if timed and self.most_hellos is not None and self.times_of(hello) > self.most_hellos:
            found.append(f"COST > {self.most_hellos:g} hellos")
        if timed and self.most_ms is not None and statistics.median(self.cost) > self.most_ms:
            found.append(f"COST > {self.most_ms:g} ms")
        if timed and self.smaller is not None and self.times_of(self.smaller) > FLAT:
            found.append(f"GROWS > {FLAT:g}x")
        return found
