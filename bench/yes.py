"""Two people say yes to the same shift at the same instant: does one win, and is the other told?

python -m bench.yes [--database sqlite|postgresql|both] [--rounds N] [--short]

Every offer is made by one real planning run and texted through the simulator. Then, shift by shift, two
answers meet: link and link (a form each, POST /o/TOKEN/accept), or link and reply (the text "1", stored and
then handled by another process). Bars: one winner each round, who alone holds the seat; the other hears
"taken", by page (409) or by text. Else exit 1.
"""

import argparse
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as wall_time
from typing import IO, Any
from zoneinfo import ZoneInfo

import httpx
import sqlalchemy as sa

from bench.table import percentile, show
from salonpool import clock
from salonpool.app import create_app
from salonpool.database import db, transaction
from salonpool.domain.local_time import at_local
from salonpool.models import Assignment, Availability, Message, Offer, Shift, Skill, Stylist, StylistSkill
from salonpool.usecases.planning import planning
from salonpool.usecases.texts import inbound, outbox
from tests import builders, databases, live

ROUNDS, SHORT_ROUNDS = 200, 6
KINDS = ("link/link", "link/reply")
WORKERS = 2
PLAN_SECONDS = 120.0
AHEAD_SECONDS = 0.02  # from arming both answers to the shared instant
FIRST_DAY, DAYS = 2, 11
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Duel:
    """One shift, and the two people who are being asked for it."""

    shift_id: int
    people: tuple["Asked", "Asked"]


@dataclass(frozen=True)
class Asked:
    """Somebody with a live offer."""

    stylist_id: int
    phone: str
    offer_id: int
    token: str


@dataclass
class Tally:
    """What the rounds of one kind came to."""

    rounds: int = 0
    one_winner: int = 0
    other_told: int = 0
    first_won: int = 0
    seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """All rounds on one database; `doubles` = seats with more than one holder, or people in two places."""

    tallies: dict[str, Tally]
    doubles: int

    def holds(self, rounds: int) -> bool:
        """Did every round have one winner and a loser who was told?"""
        return self.doubles == 0 and all(
            tally.rounds == tally.one_winner == tally.other_told == rounds for tally in self.tallies.values()
        )


def main() -> None:
    """Run on the databases asked for; exit 1 unless the bars hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", choices=[*databases.KINDS, "both"], default="both")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of each kind")
    parser.add_argument("--short", action="store_true", help="a few rounds of each kind")
    parser.add_argument("--replier", metavar="DATABASE_URL", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.replier:
        reply(options.replier, sys.stdin, sys.stdout)
        return
    rounds = SHORT_ROUNDS if options.short else options.rounds
    kinds = databases.KINDS if options.database == "both" else (options.database,)
    outcomes = [run(kind, rounds) for kind in kinds]
    sys.exit(0 if all(outcome.holds(rounds) for outcome in outcomes) else 1)


def run(kind: databases.Kind, rounds: int) -> Outcome:
    """All rounds on one database; prints the table."""
    with databases.fresh(kind) as url:
        app = create_app(databases.config_for(url))
        with app.app_context():
            duels = prepare(app.extensions["salonpool.texting"], rounds * len(KINDS))
            gateway = app.extensions["salonpool.gateway"]()
            outbox.send_due(clock.now(), clock.system_now(), gateway, limit=4 * len(duels))
            db.session.remove()
            with live.server(url, workers=WORKERS) as server, Arena(server.url, url) as arena:
                tallies = {
                    name: contest(arena, duels[n * rounds : (n + 1) * rounds], by_reply=name == "link/reply")
                    for n, name in enumerate(KINDS)
                }
            doubles = count_doubles()
            db.session.remove()
            db.engine.dispose()
    _show(kind, tallies, doubles, rounds)
    return Outcome(tallies, doubles)


def prepare(texting: Any, count: int) -> list[Duel]:
    """A network where it is noon, a shift for every round, two people who alone have the skill it needs."""
    now = clock.now()
    zone = f"Etc/GMT{(now.hour - 12):+d}"  # POSIX sign: GMT-8 is east of Greenwich
    network = builders.a_network(zone=zone)
    salon = builders.a_salon(network, chairs=0, zone=zone)
    today = now.astimezone(ZoneInfo(zone)).date()
    with transaction() as session:
        skills = [_skill(network, n) for n in range(count)]
        session.add_all(skills)
        people = [_stylist(network, salon, n) for n in range(2 * count)]
        session.add_all(people)
        session.flush()
        shifts = [
            _shift(network, salon, skill.id, n, today, ZoneInfo(zone)) for n, skill in enumerate(skills)
        ]
        session.add_all(shifts)
        for number, person in enumerate(people):
            has = {"network_id": network, "stylist_id": person.id, "skill_id": skills[number // 2].id}
            session.add(StylistSkill(**has, valid_from=date(2020, 1, 1)))
            for weekday in range(7):
                hours = {"starts": wall_time(0), "ends": wall_time(0)}
                session.add(Availability(stylist_id=person.id, weekday=weekday, **hours))
        session.flush()
        shift_ids = [shift.id for shift in shifts]
    report = planning.run_now(
        network, clock.now(), clock.system_now(), texting, time_limit_seconds=PLAN_SECONDS
    )
    assert len(report.offered) == 2 * count, f"{len(report.offered)} offers: {report.status} {report.reason}"
    return [_duel(texting, shift_id) for shift_id in shift_ids]


def contest(arena: "Arena", duels: Sequence[Duel], *, by_reply: bool) -> Tally:
    """Let the two answers of every duel meet, then look at what is true."""
    tally = Tally()
    for duel in duels:
        first, second = duel.people
        other = arena.reply(second) if by_reply else arena.link(1, second)
        told = arena.meet(arena.link(0, first), other, tally.seconds)
        won = ["accepted" in answer for answer in told]
        holders = _holders(duel.shift_id)
        texted = [_texted_taken(person) for person in duel.people]
        db.session.rollback()  # a reader left open would keep SQLite's writers waiting
        tally.rounds += 1
        if sum(won) == 1 and holders == [duel.people[won.index(True)].stylist_id]:
            tally.one_winner += 1
            tally.first_won += won[0]
            tally.other_told += "taken" in told[won.index(False)] and texted[won.index(False)]
    return tally


class Arena:
    """Two browsers and a process that handles replies; each answer is armed, then fired on the instant."""

    def __init__(self, url: str, database_url: str) -> None:
        self._stack = ExitStack()
        self._url, self._database_url = url, database_url
        self._browsers: list[httpx.Client] = []
        self._csrf: dict[int, str] = {}
        self._replier: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Arena":
        self._browsers = [
            self._stack.enter_context(httpx.Client(base_url=self._url, timeout=60, trust_env=False))
            for _ in range(2)
        ]
        self._replier = subprocess.Popen(
            [sys.executable, "-m", "bench.yes", "--replier", self._database_url],
            cwd=live.ROOT, env=live.environment({}), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._replier.stdout is not None
        assert self._replier.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        if self._replier is not None:
            self._replier.communicate()

    def link(self, browser: int, asked: Asked) -> Callable[[float], str]:
        """Open the offer's page, and be ready to press Take this shift."""
        client = self._browsers[browser]
        page = client.get(f"/o/{asked.token}")
        found = CSRF.search(page.text)
        assert found is not None, page.text[:500]
        form = {"csrf_token": found[1]}

        def press(instant: float) -> str:
            _wait_until(instant)
            answer = client.post(f"/o/{asked.token}/accept", data=form)
            return {303: "accepted", 409: "taken"}.get(answer.status_code, str(answer.status_code))

        return press

    def reply(self, asked: Asked) -> Callable[[float], str]:
        """Store a text "1" as the webhook does, and be ready to have it handled by the other process."""
        sid = f"SM{asked.offer_id:032d}"
        inbound_id = inbound.receive(sid, asked.phone, "1", {}, clock.now())
        db.session.remove()

        def handled(instant: float) -> str:
            assert self._replier is not None
            assert self._replier.stdin is not None
            assert self._replier.stdout is not None
            self._replier.stdin.write(json.dumps([inbound_id, instant]) + "\n")
            self._replier.stdin.flush()
            return self._replier.stdout.readline().strip()

        return handled

    def meet(
        self, one: Callable[[float], str], other: Callable[[float], str], seconds: list[float]
    ) -> tuple[str, str]:
        """Fire both at one instant a little ahead; what each was answered."""
        answers = ["", ""]
        instant = time.time() + AHEAD_SECONDS

        def fire(number: int, answer: Callable[[float], str]) -> None:
            answers[number] = answer(instant)
            seconds.append(time.time() - instant)

        threads = [threading.Thread(target=fire, args=pair) for pair in enumerate((one, other))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers[0], answers[1]


def reply(database_url: str, orders: IO[str], answers: IO[str]) -> None:
    """The other process: handle each stored text at the instant it is told; say what became of it."""
    app = create_app(databases.config_for(database_url))
    with app.app_context():
        db.session.execute(sa.text("SELECT 1"))
        db.session.remove()
        print("ready", file=answers, flush=True)
        for order in orders:
            inbound_id, instant = json.loads(order)
            _wait_until(instant)
            outcome = inbound.handle(inbound_id, clock.now(), app.extensions["salonpool.texting"])
            db.session.remove()
            print(outcome, file=answers, flush=True)


def count_doubles() -> int:
    """Seats with more than one holder, and stylists with more than one assignment; none may exist."""
    db.session.rollback()
    doubled = 0
    for column in (Assignment.shift_id, Assignment.stylist_id):
        more = sa.select(column).group_by(column).having(sa.func.count() > 1).subquery()
        doubled += db.session.scalar(sa.select(sa.func.count()).select_from(more)) or 0
    return doubled


def _wait_until(instant: float) -> None:
    """Sleep most of the way, then watch the clock: a sleep alone may end a millisecond late."""
    time.sleep(max(0.0, instant - time.time() - 0.005))
    while time.time() < instant:
        pass


def _holders(shift_id: int) -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Assignment.stylist_id).where(Assignment.shift_id == shift_id)))


def _texted_taken(asked: Asked) -> bool:
    told = sa.select(Message.id).where(
        Message.to == asked.phone, Message.text_id == "S5", Message.offer_id == asked.offer_id
    )
    return len(db.session.scalars(told).all()) == 1


def _duel(texting: Any, shift_id: int) -> Duel:
    rows = db.session.execute(
        sa.select(Offer, Stylist.phone)
        .join(Stylist, Stylist.id == Offer.stylist_id)
        .where(Offer.shift_id == shift_id)
        .order_by(Offer.id)
    ).all()
    first, second = (
        Asked(offer.stylist_id, phone or "", offer.id, texting.links.offer_token(offer.id, 1))
        for offer, phone in rows
    )
    return Duel(shift_id, (first, second))


def _skill(network: int, number: int) -> Skill:
    names = dict.fromkeys(("name_zh_hant", "name_en", "name_zh_hans"), f"skill {number}")
    return Skill(network_id=network, code=f"skill-{number}", **names)


def _stylist(network: int, salon: int, number: int) -> Stylist:
    return Stylist(
        network_id=network, home_salon_id=salon, name=f"Stylist {number}", phone=f"+886900{number:06d}",
        language="en", pooled=True, x_km=0.0, y_km=0.0, joined_on=date(2020, 1, 1),
    )  # fmt: skip


def _shift(network: int, salon: int, skill: int, number: int, today: date, tz: ZoneInfo) -> Shift:
    day = today + timedelta(days=FIRST_DAY + number % DAYS)
    starts_at: datetime = at_local(day, wall_time(10), tz)
    return Shift(
        network_id=network, salon_id=salon, source="post", status="posted", starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=4), skill_id=skill, hourly_pay_minor=42000,
        created_at=clock.now(),
    )  # fmt: skip


def _show(kind: str, tallies: dict[str, Tally], doubles: int, rounds: int) -> None:
    rows = []
    for name, tally in tallies.items():
        p50, p99 = (f"{percentile(tally.seconds, share) * 1000:.0f}" for share in (0.5, 0.99))
        good = tally.rounds == tally.one_winner == tally.other_told == rounds
        rows.append(
            [name, tally.rounds, tally.one_winner, tally.other_told, tally.first_won, p50, p99]
            + ["holds" if good else "BROKEN"]
        )
    heads = ["answers", "rounds", "one winner", "other told", "first won", "p50 ms", "p99 ms", "bar"]
    show(f"yes on {kind}, {WORKERS} workers: {doubles} double assignments", heads, rows)


if __name__ == "__main__":
    main()
