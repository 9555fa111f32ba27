"""Why a start is not offered at a salon: the board as the search reads it, and everybody at work there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from salonpool.database import fetch
from salonpool.domain.availability import Duty, Worker
from salonpool.domain.booking import HORIZON, Wish
from salonpool.domain.explain import Blocked, Person, Question, why_not
from salonpool.domain.local_time import DAY, day_span, local_day, to_minutes
from salonpool.domain.shift import WORKING_STATES
from salonpool.models import Assignment, Stylist
from salonpool.queries.availability import offered_within, read_boards, read_hands
from salonpool.queries.visits import Visit


@dataclass(frozen=True, slots=True)
class Explained:
    """The rules in the way, none when the start is offered; who is at work that day, in order of time."""

    blocked: tuple[Blocked, ...]
    names: Mapping[int, str]
    at_work: tuple[tuple[str, datetime, datetime], ...]


def explain(visit: Visit, starts_at: datetime, now: datetime) -> Explained:
    """Why this visit cannot be booked at that instant, by the rules and rows of the search."""
    begins, ends = day_span(local_day(starts_at, visit.salon.tz), visit.salon.tz)
    until = starts_at + timedelta(minutes=visit.course.longest)
    rows = _at_work(visit.salon.id, begins, max(ends, until))
    question = _question(visit, starts_at, until, now, rows)
    return Explained(
        blocked=tuple(why_not(question)),
        names={row.id: row.name for row in rows},
        at_work=tuple((row.name, row.starts_at, row.ends_at) for row in rows if row.starts_at < ends),
    )


def _question(
    visit: Visit, starts_at: datetime, until: datetime, now: datetime, rows: list[sa.Row[tuple[object, ...]]]
) -> Question:
    anyone = _visit(visit, replace(visit.wish, stylist_id=None))
    everyone = _visit(visit, replace(anyone.wish, gender=None, speaks=None))
    suited, board = read_boards([anyone, everyone], starts_at, until, now)
    suits = {worker.stylist_id for worker in suited.workers}
    skilled = {worker.stylist_id for worker in board.workers}
    there = [row for row in rows if row.starts_at < until and row.ends_at > starts_at]
    hands = read_hands({row.id for row in there} - skilled, starts_at, until, now)
    others = [
        Worker(who, tuple(_duty(row) for row in there if row.id == who), busy) for who, busy in hands.items()
    ]
    plain = _suiting(there, visit.wish)
    people = [Person(worker, worker.stylist_id in suits) for worker in board.workers]
    people += [Person(worker, worker.stylist_id in plain) for worker in others]
    within = offered_within(now, now + 2 * HORIZON, now)
    return Question(tuple(people), board, visit.course, to_minutes(starts_at), within)


def _visit(visit: Visit, wish: Wish) -> Visit:
    return replace(visit, wish=wish)


def _suiting(rows: list[sa.Row[tuple[object, ...]]], wish: Wish) -> set[int]:
    """Who is the kind of stylist the guest asked for."""
    return {
        row.id
        for row in rows
        if wish.gender in (None, row.gender) and (wish.speaks is None or wish.speaks in row.speaks)
    }


def _duty(row: sa.Row[tuple[object, ...]]) -> Duty:
    return Duty((to_minutes(row.starts_at), to_minutes(row.ends_at)), frozenset())


def _at_work(salon_id: int, begins: datetime, ends: datetime) -> list[sa.Row[tuple[object, ...]]]:
    return list(
        fetch(
            sa.select(Stylist.id, Stylist.name, Stylist.gender, Stylist.speaks)
            .add_columns(Assignment.starts_at, Assignment.ends_at)
            .join(Stylist, Stylist.id == Assignment.stylist_id)
            .where(
                Assignment.salon_id == salon_id,
                Assignment.starts_at > begins - DAY,
                Assignment.starts_at < ends,
                Assignment.ends_at > begins,
                Assignment.status.in_(WORKING_STATES),
            )
            .order_by(Assignment.starts_at, Stylist.id)
        )
    )
