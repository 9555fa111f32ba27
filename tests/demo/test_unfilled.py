"""Whatever the example's salons post and nobody takes: it says why, and what really fills it."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool import clock
from salonpool.database import db
from salonpool.domain.demo import NETWORK_SLUG
from salonpool.domain.shift_terms import is_owners
from salonpool.models import Assignment, Decision, Network, Offer, Salon, Shift
from salonpool.queries import access
from salonpool.solver.changes import applied
from salonpool.solver.check import violations
from salonpool.solver.eligibility import why_not
from salonpool.solver.formulation import solve
from salonpool.solver.problem import Problem
from salonpool.solver.problem import Shift as Seat
from salonpool.usecases.planning.problems import read_network
from salonpool.usecases.pool import remedies
from tests import example
from tests.solver.builders import a_roster
from tests.thorough import examples
from tests.usecases import pool

ON_SQLITE = pytest.mark.parametrize("example_url", ["sqlite"], indirect=True)
POSTS = 40


@pytest.fixture
def app(example_url: str, doors: bool) -> Iterator[Any]:
    """The demo app on a copy of the example."""
    with example.opened(example_url, doors=doors) as app:
        yield app


@ON_SQLITE
def test_every_post_nobody_takes_has_a_funnel_and_a_remedy_that_fills_it(app: Any) -> None:
    network = db.session.scalars(sa.select(Network.id).where(Network.slug == NETWORK_SLUG)).one()
    reading = read_network(db.session(), network, clock.now())
    everybody = len(reading.problem.stylists)
    seen = 0
    for seed in range(examples(3)):
        problem = _with_posts(reading.problem, seed)
        roster = solve(problem, time_limit_seconds=0.5)
        holders = {item.shift: item.stylist for item in roster.assignments}
        for item in roster.unfilled:
            seen += 1
            assert sum(item.funnel.values()) == everybody
            assert item.remedies
            for remedy in item.remedies:
                changed = applied(problem, item.shift, remedy)
                _assert_filled(changed, holders, {item.shift, *_added(problem, changed)}, remedy.fills)
    assert seen > POSTS


@ON_SQLITE
def test_the_shift_the_story_leaves_open_is_filled_as_its_owner_is_told(app: Any) -> None:
    decision = db.session.scalars(sa.select(Decision).where(Decision.kind == "unfilled")).one()
    numbers = [
        number for number, known in enumerate(decision.detail["remedies"]) if is_owners(known["change"])
    ]
    assert numbers
    shift = db.session.get_one(Shift, decision.shift_id)
    owner = access.find_account(shift.posted_by_account_id or 0)
    assert owner
    new, *others = remedies.apply(
        owner, shift.id, decision_id=decision.id, number=numbers[0], version=shift.version, key="k",
        now=clock.now(), texting=pool.texting(),
    )  # fmt: skip
    network = db.session.get_one(Salon, shift.salon_id).network_id
    for offer in db.session.scalars(sa.select(Offer).where(Offer.status == "offered")).all():
        pool.decline(offer.id, offer.stylist_id, clock.now())  # who owes an answer is asked for nothing else
    pool.plan(network, clock.now())
    for shift_id in (new, *others):
        asked = sa.select(Offer.id).where(Offer.shift_id == shift_id)
        given = sa.select(Assignment.id).where(Assignment.shift_id == shift_id)
        assert db.session.scalars(asked).all() or db.session.scalars(given).all()


def _with_posts(problem: Problem, seed: int) -> Problem:
    """Posts of all kinds in the days ahead, many of which nobody can take."""
    chance = random.Random(seed)
    salons = sorted(salon.id for salon in problem.salons if not salon.id.startswith("home:"))
    days = problem.day_starts[1:-1]
    shifts = []
    for number in range(POSTS):
        start = chance.choice(days) + 30 * chance.randrange(12, 44)
        refused = chance.random() < 0.2
        shifts.append(
            Seat(
                id=str(number), salon=chance.choice(salons), skill=chance.choice(problem.skills), priority=2,
                start=start, end=start + chance.choice((120, 180, 240, 480, 600)),
                max_hourly_cost=chance.choice((10000, 18000, 30000, 42000)),
                refused_by=tuple(person.id for person in problem.stylists) if refused else (),
            )
        )  # fmt: skip
    return replace(problem, shifts=tuple(shifts))


def _added(before: Problem, after: Problem) -> set[str]:
    return set(after.shifts_by_id) - set(before.shifts_by_id)


def _assert_filled(problem: Problem, holders: dict[str, str], seats: set[str], fills: int) -> None:
    able = {
        seat: [one.id for one in problem.stylists if why_not(problem, one.id, seat, holders=holders) is None]
        for seat in seats
    }
    assert min(len(people) for people in able.values()) == fills > 0
    (first, *rest), filled = sorted(able, key=lambda seat: len(able[seat])), dict(holders)
    filled[first] = able[first][0]
    for seat in rest:
        filled[seat] = next(person for person in able[seat] if person not in {able[first][0]})
    assert violations(problem, a_roster(problem, **filled)) == []
