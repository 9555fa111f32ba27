"""What the clock does: plain functions over due rows, each safe to run twice."""

import logging
import time
from collections.abc import Callable
from typing import Any

from flask import current_app

from salonpool import clock
from salonpool.usecases import upkeep
from salonpool.usecases.booking import approvals, bookings, move_answers, places, reminders, waitlist
from salonpool.usecases.planning import planning, what_if
from salonpool.usecases.pool import offers, rotas, tomorrow
from salonpool.usecases.texts import inbound, lookups, outbox, reports

log = logging.getLogger(__name__)

RETRY_SECONDS = 30.0  # a text that could not be handled stands back meanwhile, so that it stops nobody else

_not_before: dict[int, float] = {}


def send_messages(may_go_on: Callable[[], bool] = lambda: True) -> None:
    """One pass of the outbox."""
    _pass(outbox.send_due, may_go_on)


def settle_unknown(may_go_on: Callable[[], bool] = lambda: True) -> None:
    """Look up the texts whose outcome is unknown."""
    _pass(lookups.settle_unknown, may_go_on)


def handle_inbound(may_go_on: Callable[[], bool] = lambda: True) -> None:
    """Read the texts that came in, the oldest first."""
    for inbound_id in inbound.list_unhandled():
        if not may_go_on():
            return
        if time.monotonic() < _not_before.get(inbound_id, 0.0):
            continue
        _not_before[inbound_id] = time.monotonic() + RETRY_SECONDS
        outcome = inbound.handle(inbound_id, clock.now(), _extension("texting"))
        del _not_before[inbound_id]
        log.info("inbound %s: %s", inbound_id, outcome)


def read_reports(may_go_on: Callable[[], bool] = lambda: True) -> None:
    """Ask the provider what became of a few texts it took, and what they cost."""
    reports.read_reports(clock.now(), _extension("gateway")(), may_go_on=may_go_on)


def run_plans() -> None:
    """Run the planning that is due."""
    memory_mb = current_app.config["SALONPOOL"].planner_memory_mb
    planning.run_requested(clock.now(), clock.system_now(), _extension("texting"), memory_mb=memory_mb)


def answer_questions() -> None:
    """Work out what people asked about a plan."""
    memory_mb = current_app.config["SALONPOOL"].planner_memory_mb
    what_if.run_asked(clock.now(), clock.system_now(), memory_mb=memory_mb)


def request_plans() -> None:
    """Ask for a plan of every network with an open shift."""
    planning.request_all(clock.now(), cause="timetable")


def request_nightly_plans() -> None:
    """The same for the night, by a cause of its own."""
    planning.request_all(clock.now(), cause="nightly")


def sweep_holds() -> None:
    """Cancel holds past their time."""
    bookings.sweep_expired_holds(clock.now())


def sweep_unanswered() -> None:
    """Turn down bookings, and other times for them, that their salon did not answer in time."""
    approvals.sweep_unanswered(clock.now(), _extension("texting"))
    move_answers.sweep_unanswered(clock.now(), _extension("texting"))


def offer_places() -> None:
    """Close what is over on the waitlist, then hold free places for those who wait."""
    now = clock.now()
    waitlist.sweep(now)
    held = places.offer_freed(now, _extension("texting"))
    if held:
        log.info("waitlist: %s places held", held)


def sweep_offers() -> None:
    """Close offers past their deadline and ask for the next plan."""
    offers.sweep_expired(clock.now())


def remind() -> None:
    """Remind guests of their visits, and people from the pool of tomorrow's shift."""
    now, texting = clock.now(), _extension("texting")
    done, told = reminders.sweep(now, texting), tomorrow.sweep(now, texting)
    if done.reminded or done.missed or told:
        log.info("reminders: %s to guests, %s too late, %s of shifts", done.reminded, done.missed, told)


def fill_rotas() -> None:
    """Fill the weekly patterns up to 90 days ahead."""
    rotas.materialise_all(clock.now())


def tidy_up() -> None:
    """Drop rows the machinery has no more use for."""
    upkeep.forget_old(clock.now())


def _pass(make: Callable[..., object], may_go_on: Callable[[], bool]) -> None:
    scale = current_app.config["SALONPOOL"].backoff_scale
    gateway = _extension("gateway")()
    make(clock.now(), clock.system_now(), gateway, backoff_scale=scale, may_go_on=may_go_on)


def _extension(name: str) -> Any:
    return current_app.extensions[f"salonpool.{name}"]
