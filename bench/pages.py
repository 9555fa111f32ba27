"""What a request costs: processor time of free times, the booking page and a booking, in bare hellos.

python -m bench.pages [--database sqlite|postgresql|both] [--short] [--seed N]

All are asked in turns within one run, of gunicorn as `make run` starts it, over 20 salons with 2,000 and
with 100,000 bookings; beside them django-appointment with one of these salons. What counts is processor time
of the server (and of PostgreSQL for it): unlike seconds, it repeats on a machine that has other work.
Bars: a salon's day or week at most 6 hellos, its month, page and a booking at most 8; at most 6 statements to
read; 50 times the bookings at most 1.2 times the cost; 20 salons x 14 days at most 15 ms. Else exit 1.
"""

import argparse
import itertools
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from flask import Flask
from sqlalchemy import event

from bench import busy_salons, peer, processor
from bench.asking import Question, Server
from bench.table import percentile, show
from bench.volley import Request
from salonpool import clock
from salonpool.app import create_app
from salonpool.database import db
from salonpool.domain.local_time import DAY, local_day
from tests import builders, databases, live

ACROSS = "20 salons, 14 days"
MOST_STATEMENTS = 6
CHEAP, DEAR = 6.0, 8.0
ACROSS_MS = 15.0
BUSY_MACHINE = 0.2
STARTS = b'"starts_at"'


@dataclass(frozen=True)
class Size:
    """How much is asked of how much: bookings in the two databases, rounds, and questions in each."""

    few: int
    many: int
    rounds: int
    times: int
    with_peer: bool


FULL = Size(few=2_000, many=100_000, rounds=12, times=40, with_peer=True)
SHORT = Size(few=1_500, many=3_000, rounds=2, times=5, with_peer=False)


@dataclass
class Outcome:
    """All questions, the hello they are counted in, and why the peer was not asked, if so."""

    hello: Question
    questions: list[Question] = field(default_factory=list)
    not_run: str = ""

    def faults(self, *, timed: bool) -> dict[str, list[str]]:
        """The bars that do not hold, by question; `timed` False leaves those of time out."""
        found = {q.name: q.faults(self.hello, timed=timed) for q in [self.hello, *self.questions]}
        return {name: faults for name, faults in found.items() if faults}


@dataclass(frozen=True)
class Ground:
    """A database of busy salons, and a server on it."""

    url: str
    server: Server
    places: list[busy_salons.Place]
    bookings: int


def main() -> None:
    """Run on the databases asked for; exit 1 unless all bars hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", choices=[*databases.KINDS, "both"], default="both")
    parser.add_argument("--short", action="store_true", help="small and quick; no bar of time")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    kinds = databases.KINDS if options.database == "both" else (options.database,)
    size = SHORT if options.short else FULL
    outcomes = [run(kind, size, options.seed) for kind in kinds]
    sys.exit(1 if any(outcome.faults(timed=not options.short) for outcome in outcomes) else 0)


def run(kind: databases.Kind, size: Size, seed: int) -> Outcome:
    """Ask everything in turns on one kind of database; prints the table."""
    today = local_day(clock.system_now(), builders.TAIPEI)
    visits = busy_salons.invent(size.many, today, seed)
    with ExitStack() as stack:
        few, many = (
            stack.enter_context(_ground(kind, visits if n == size.many else visits[:n]))
            for n in (size.few, size.many)
        )
        hello = stack.enter_context(live.server("sqlite://", app="bench.hello:app"))
        outcome = Outcome(Question("hello", _server(hello), _always("/"), b"hello", 3 * size.times))
        outcome.questions = [*_reads(few, many, today, size), _commit(many, today, size)]
        _count_statements(many.url, [q for q in outcome.questions if q.server is many.server])
        if size.with_peer:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            try:
                running = stack.enter_context(peer.server(folder, visits))
                outcome.questions += _of_peer(_server(running), outcome.questions, today)
            except peer.NotAvailable as reason:
                outcome.not_run = f"NOT RUN: {reason}"
        for _ in range(size.rounds):
            for question in [outcome.hello, *outcome.questions]:
                question.measure()
    _show(kind, outcome, timed=size is FULL)
    return outcome


@contextmanager
def _ground(kind: databases.Kind, visits: Sequence[busy_salons.Visit]) -> Iterator[Ground]:
    with databases.fresh(kind) as url, _app(url).app_context():
        places = busy_salons.write(visits)
        busy_salons.tidy(db.engine)
        db.session.remove()
        engine = db.engine
        with live.server(url, settings={"LIMITS_SCALE": "1000"}) as running:  # one address asks for everybody
            yield Ground(url, _server(running, lambda: processor.backends(engine)), places, len(visits))
        engine.dispose()


def _server(running: live.Live, more: Any = list) -> Server:
    return Server(running.url, lambda: processor.family(running.web.popen.pid) + more())


def _reads(few: Ground, many: Ground, today: date, size: Size) -> Iterator[Question]:
    """The first salon's day, week, month and page, of both databases, and the search across salons."""
    tomorrow = today + DAY
    for name, days, bar in (("day", 1, CHEAP), ("week", 7, CHEAP), ("month", 31, DEAR)):
        path = f"/api/v1/salons/{{slug}}/slots?service={{service}}&from={tomorrow}&days={days}"
        yield from _both(f"a salon's {name}", few, many, path, STARTS, size, bar)
    yield from _both("booking page", few, many, f"/s/{{slug}}?on={tomorrow}", b'name="starts_at"', size, DEAR)
    across = _always(f"/api/v1/slots?service=cut-0&from={tomorrow}&days=14")
    yield Question(
        ACROSS, many.server, across, STARTS, size.times, bookings=many.bookings,
        most_ms=ACROSS_MS, most_statements=MOST_STATEMENTS,
    )  # fmt: skip


def _both(
    name: str, few: Ground, many: Ground, path: str, proof: bytes, size: Size, bar: float
) -> Iterator[Question]:
    smaller = None
    for ground in (few, many):
        place = ground.places[0]
        calls = _always(path.format(slug=place.slug, service=place.service_ids[0]))
        smaller = Question(
            name, ground.server, calls, proof, size.times, bookings=ground.bookings,
            most_hellos=bar, most_statements=MOST_STATEMENTS, smaller=smaller,
        )  # fmt: skip
        yield smaller


def _commit(ground: Ground, today: date, size: Size) -> Question:
    """Bookings of anyone free, each by a new guest, at the salons nobody else asks about."""
    bookings = itertools.chain.from_iterable(
        _bookings(ground, place, today, 1000 * n) for n, place in enumerate(ground.places[1:])
    )
    return Question(
        "a booking", ground.server, bookings, b"manage_token", size.times, status=201,
        bookings=ground.bookings, most_hellos=DEAR,
    )  # fmt: skip


def _bookings(ground: Ground, place: busy_salons.Place, today: date, first: int) -> Iterator[list[Request]]:
    """One booking in each free hour of the salon: an hour apart, so that none is in another's way."""
    path = f"/api/v1/salons/{place.slug}/slots"
    wanted = {"service": place.service_ids[0], "from": str(today + DAY), "days": 31}
    slots = httpx.get(ground.server.url + path, params=wanted, trust_env=False).json()["slots"]
    free_from = clock.system_now()
    for number, slot in enumerate(slots, first):
        starts_at = datetime.fromisoformat(slot["starts_at"])
        if starts_at < free_from:
            continue
        free_from = starts_at + timedelta(hours=1)
        customer = {"phone": f"+886912{number:06d}", "name": f"Guest {number}"}
        wish = {"salon": place.slug, "services": [place.service_ids[0]], "starts_at": slot["starts_at"]}
        key = {"Idempotency-Key": f"pages-{number}"}
        yield [Request("/api/v1/bookings", wish | {"customer": customer}, key)]


def _of_peer(server: Server, ours: Sequence[Question], today: date) -> Iterator[Question]:
    """The peer answers for one stylist and day at a time, and only to a script (X-Requested-With)."""
    script = {"X-Requested-With": "XMLHttpRequest"}
    latest = {question.name: question for question in ours}
    for name, days, times in (("a salon's day", 1, 6), ("a salon's week", 7, 1)):
        calls = [
            Request(f"/ajax/available_slots/?selected_date={day}&staff_member={n}&service_id=1", None, script)
            for day in (today + (1 + d) * DAY for d in range(days))
            for n in range(1, busy_salons.STYLISTS + 1)
        ]
        peer_name = f"django-appointment: {name}, {len(calls)} calls"
        yield Question(
            peer_name, server, itertools.repeat(calls), b"available_slots", times, ours=latest[name]
        )
    yield Question(
        "django-appointment: booking page", server, _always("/request/1/"), b"Stylist 4", 10,
        ours=latest["booking page"],
    )  # fmt: skip


def _always(path: str) -> Iterator[list[Request]]:
    return itertools.repeat([Request(path)])


def _count_statements(url: str, questions: Sequence[Question]) -> None:
    """Ask each question once in this process and count what reaches the database, BEGIN aside."""
    seen: list[str] = []
    app = _app(url)
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda c, cursor, sql, *more: seen.append(sql))
    for question in questions:
        [call] = next(question.calls)
        seen.clear()
        app.test_client().open(call.path, method=call.method, json=call.body, headers=call.headers)
        question.statements = sum(not sql.startswith("BEGIN") for sql in seen)
    with app.app_context():
        db.engine.dispose()


def _app(url: str) -> Flask:
    return create_app(databases.config_for(url))


def _show(kind: str, outcome: Outcome, *, timed: bool) -> None:
    everything = [outcome.hello, *outcome.questions]
    used = sum((question.used for question in everything), processor.Time())
    show(
        f"pages on {kind}, 1 worker",
        ["question", "bookings", "CPU ms: median [range]", "hellos", "beside", "ms", "statements", "bars"],
        [_row(question, outcome.hello, timed) for question in everything],
    )
    if outcome.not_run:
        print(outcome.not_run)
    share = used.share_waited()
    noise = "OVER-LOADED, times are worth little: " if share > BUSY_MACHINE else ""
    print(f"{noise}the servers waited for a processor {share:.0%} of their time")


def _row(question: Question, hello: Question, timed: bool) -> list[Any]:
    count = f"{question.bookings:,}" if question.bookings else ""
    statements = "" if question.statements is None else question.statements
    bars = ", ".join(question.faults(hello, timed=timed)) or "ok"
    if not question.cost:
        return [question.name, count, "", "", "", "", statements, bars]
    low, middle, high = min(question.cost), statistics.median(question.cost), max(question.cost)
    hellos = f"{question.times_of(hello):.1f}"
    p50 = f"{percentile(question.seconds, 0.5) * 1000:.1f}"
    return [question.name, count, f"{middle:.2f} [{low:.2f}-{high:.2f}]", hellos, _beside(question), p50,
            statements, bars]  # fmt: skip


def _beside(question: Question) -> str:
    if question.smaller is not None:
        return f"{question.times_of(question.smaller):.2f}x {question.smaller.bookings:,}"
    return f"{question.times_of(question.ours):.0f}x ours" if question.ours is not None else ""


if __name__ == "__main__":
    main()
