"""Is one stylist ever sold twice? Contested rounds over HTTP against 4 web workers, on each database.

python -m bench.race [--database sqlite|postgresql|both] [--short] [--seed N] [--without LAYERS]

Bars: every round exactly one winner (201, or 200 for a move) and otherwise 409; p99 <= 500 ms; no overlap in
the dump. Else exit 1.
"""

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from bench.contests import CONTESTS, MOST, Contest, Ground, prepare
from bench.table import percentile, show
from bench.volley import Answer, Request, Volley
from migrations import guards
from salonpool.app import create_app
from salonpool.database import db
from salonpool.domain.demo import NETWORK_SLUG
from tests import builders, databases, live

P99_BAR_SECONDS = 0.5
WORKERS = 4
ROUNDS = {"same start": 400, "overlapping starts": 400, "expired holds": 200} | dict.fromkeys(
    ("move", "one chair", "party of three", "two salons", "waitlist"), 150
)
SHORT = dict.fromkeys(ROUNDS, 5)


@dataclass
class Tally:
    """What the rounds of one kind came to."""

    wanted_rounds: int
    kind: Contest
    rounds: int = 0
    requests: int = 0
    not_one_winner: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    hello: list[float] = field(default_factory=list)

    def add(self, answers: Sequence[Answer], hello: Sequence[Answer], ground: Ground) -> None:
        """Count one round."""
        statuses = Counter(answer.status for answer in answers)
        self.rounds += 1
        self.requests += len(answers)
        self.not_one_winner += not self.kind.one_won(ground, answers)
        self.statuses += statuses
        self.seconds += [answer.seconds for answer in answers]
        self.hello += [answer.seconds for answer in hello]

    def one_winner_each(self) -> bool:
        """Did every round take place and end with one 201 and otherwise 409?"""
        return self.rounds == self.wanted_rounds > 0 and not self.not_one_winner

    def fast_enough(self) -> bool:
        """Was the slowest hundredth answered within the bar?"""
        return percentile(self.seconds, 0.99) <= P99_BAR_SECONDS


@dataclass(frozen=True)
class Outcome:
    """All rounds on one database."""

    tallies: dict[str, Tally]
    overlaps: int

    def correct(self) -> bool:
        """Nobody was sold twice, and every round had its one winner."""
        return self.overlaps == 0 and all(tally.one_winner_each() for tally in self.tallies.values())

    def fast(self) -> bool:
        """Every kind of round was fast enough."""
        return all(tally.fast_enough() for tally in self.tallies.values())


def main() -> None:
    """Run on the databases asked for; exit 1 unless all bars hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database", choices=[*databases.KINDS, "both"], default="both")
    parser.add_argument("--short", action="store_true", help="a few rounds of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", default="", help="layers to take out: lock,recheck,guards")
    options = parser.parse_args()
    kinds = databases.KINDS if options.database == "both" else (options.database,)
    left_out = [layer for layer in options.without.split(",") if layer]
    outcomes = [run(kind, SHORT if options.short else ROUNDS, options.seed, left_out) for kind in kinds]
    # A few rounds say nothing about the slowest hundredth: speed counts in the full run only.
    held = all(outcome.correct() and (options.short or outcome.fast()) for outcome in outcomes)
    sys.exit(0 if held else 1)


def run(kind: databases.Kind, rounds: dict[str, int], seed: int, left_out: Sequence[str] = ()) -> Outcome:
    """All rounds on one database; prints the table."""
    chance = random.Random(seed)
    with databases.fresh(kind) as url:
        app = create_app(databases.config_for(url, demo=True, limits_scale=1000.0))
        with app.app_context():
            if "guards" in left_out:
                with db.engine.begin() as connection:
                    guards.drop(connection)
            db.session.remove()
            with live.server(url, workers=WORKERS, **_serving(left_out)) as server:
                tallies = contest(server.url, rounds, chance)
            db.session.remove()
            db.engine.dispose()
        overlaps = count_overlaps(dump(url))
    _show(kind, tallies, overlaps, left_out)
    return Outcome(tallies, overlaps)


def contest(url: str, rounds: dict[str, int], chance: random.Random) -> dict[str, Tally]:
    """Fire every round; beside each, as many hellos at once for comparison."""
    network = builders.a_network(slug=NETWORK_SLUG)  # the clock of a demo may be moved
    tallies = {}
    with Volley(url, MOST) as volley:
        volley.fire([Request("/healthz")] * MOST)  # open the connections before anything is timed
        for kind in (kind for kind in CONTESTS if kind.name in rounds):
            ground = prepare(network, f"race-{kind.name.replace(' ', '-')}", kind)
            tally = tallies[kind.name] = Tally(rounds[kind.name], kind)
            for requests in kind.rounds(volley, ground, rounds[kind.name], chance):
                hello = volley.fire([Request("/healthz")] * len(requests))
                tally.add(volley.fire(requests), hello, ground)
    return tallies


def dump(database_url: str) -> dict[str, Any]:
    """What `flask dump --json` prints, from a process of its own."""
    settings = {"DATABASE_URL": database_url, "SECRET_KEY": "a key for tests only, long enough", "DEMO": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "dump", "--json"],
        cwd=live.ROOT, env=live.environment(settings), capture_output=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def count_overlaps(dumped: dict[str, Any]) -> int:
    """Pairs of neighbouring occupancy rows of one resource that overlap."""
    by_resource: dict[str, list[tuple[str, str]]] = {}
    for row in dumped["occupancy"]:
        by_resource.setdefault(row["resource"], []).append((row["start"], row["end"]))
    return sum(
        after[0] < before[1] for spans in by_resource.values() for before, after in pairwise(sorted(spans))
    )


def _serving(left_out: Sequence[str]) -> dict[str, Any]:
    settings = {"DEMO": "1"}
    layers = [layer for layer in left_out if layer != "guards"]
    if not layers:
        return {"settings": settings}
    return {"settings": settings | {"LEFT_OUT": ",".join(layers)}, "app": "tests.layers_out:app"}


def _show(kind: str, tallies: dict[str, Tally], overlaps: int, left_out: Sequence[str]) -> None:
    without = f", WITHOUT {', '.join(left_out)}" if left_out else ""
    show(
        f"race on {kind}, {WORKERS} workers{without}: {overlaps} overlaps in the dump",
        [
            "rounds of",
            "rounds",
            "requests",
            "not one winner",
            "statuses",
            "p50 ms",
            "p99 ms",
            "hello p99",
            "bars",
        ],
        [_row(name, tally) for name, tally in tallies.items()],
    )


def _row(name: str, tally: Tally) -> list[Any]:
    statuses = " ".join(f"{status}:{count}" for status, count in sorted(tally.statuses.items()))
    p50, p99 = (f"{percentile(tally.seconds, share) * 1000:.0f}" for share in (0.5, 0.99))
    hello = f"{percentile(tally.hello, 0.99) * 1000:.0f}"
    bars = "one winner" if tally.one_winner_each() else "WINNERS"
    bars += ", fast" if tally.fast_enough() else ", SLOW"
    return [name, tally.rounds, tally.requests, tally.not_one_winner, statuses, p50, p99, hello, bars]


if __name__ == "__main__":
    main()
