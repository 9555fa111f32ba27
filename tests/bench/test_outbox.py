"""The outbox bench in short, and that it would tell: what is lost, taken twice, late or ends wrongly."""

import os
from collections import Counter
from typing import Any

import pytest

from bench import outbox
from bench.ledger import Reckoning
from bench.opting_out import OptOuts
from bench.outbox import MODES, NOTHING, Effort, Mode, Outcome, Run
from tests import databases

# What the databases decide of it, claims and leases, is tested on both with the use cases.
KINDS = databases.KINDS if os.environ.get("ALL_DATABASES") == "1" else ("postgresql",)
KNOWN, UNKNOWN = Mode("429", known=True), Mode("reset")
RECEIPTS = 100


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_leaves_once_whatever_its_first_try_came_to(
    kind: databases.Kind, request: pytest.FixtureRequest
) -> None:
    if kind == "postgresql":
        request.getfixturevalue("postgres_server")  # skips in plain sight where there is none
    delay = outbox.SHORT_LISTING_DELAY
    found = outbox.run(kind, Effort(outbox.SHORT_TEXTS, RECEIPTS, seed=2, listing_delay=delay, short=True))
    assert found.wrong() == []
    quick = {mode.name for mode in MODES if not mode.slow}
    assert {outcome.mode.name for outcome in found.modes} == quick | {NOTHING.name}


def _reckoning(**changes: Any) -> Reckoning:
    return Reckoning(**{"acknowledged": 90, "texts": 100, "taken": 100, "waits": [1.0] * 100} | changes)


def _outcome(mode: Mode = UNKNOWN, **changes: Any) -> Outcome:
    reckoning = changes.pop("reckoning", None) or _reckoning()
    return Outcome(mode, reckoning=reckoning, **{"codes": 10, "out_seconds": 70.0} | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"reckoning": _reckoning(texts=0)},
        {"wanted": 101},
        {"reckoning": _reckoning(lost=[7])},
        {"reckoning": _reckoning(unfinished=[7])},
        {"reckoning": _reckoning(missing=[7])},
        {"unmet": 1},
        {"codes_extra": 1},
        {"not_final": ["7 sent: delivered 503"]},
        {"mode": KNOWN, "reckoning": _reckoning(twice=[7])},
    ],
)
def test_every_bar_of_a_mode_can_break(changes):
    assert _outcome(changes.get("mode", UNKNOWN)).wrong() == []
    assert _outcome(**changes).wrong()


def _run(**changes: Any) -> Run:
    values = {
        "modes": [_outcome(NOTHING), *(_outcome() for _ in range(9))],
        "plain": [0.05] * 100,
        "hanging": [0.05] * 100,
        "receipts": Counter({200: 50}),
        "receipts_wanted": 50,
        "opted_out": OptOuts(["stop"]),
    }
    return Run(**values | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"modes": []},
        {"modes": [_outcome(NOTHING, reckoning=_reckoning(waits=[11.0] * 100))]},
        {"modes": [_outcome(NOTHING), _outcome(reckoning=_reckoning(twice=[7]))]},  # 1 of 200 is too many
        {"modes": [_outcome(NOTHING), *(_outcome(reckoning=_reckoning(twice=[7])) for _ in range(9))]},
        {"hanging": []},
        {"hanging": [0.2] * 100},
        {"receipts": Counter({200: 49})},
        {"receipts": Counter({200: 49, 500: 1})},
        {"not_final": 1},
        {"opted_out": OptOuts()},
        {"opted_out": OptOuts(["stop"], refused=["stop"])},
        {"opted_out": OptOuts(["stop"], sent_later=["stop"])},
        {"opted_out": OptOuts(["stop"], not_resumed=["stop"])},
    ],
)
def test_every_bar_of_the_bench_can_break(changes):
    assert _run().wrong() == []
    assert _run(**changes).wrong()


def test_one_extra_in_a_thousand_texts_of_unknown_outcome_is_allowed():
    once = _outcome(reckoning=_reckoning(twice=[7]))
    assert _run(modes=[_outcome(NOTHING), once, *(_outcome() for _ in range(8))]).wrong() == []


def test_what_is_too_short_to_measure_breaks_no_bar_of_time():
    assert _run(timed=False, hanging=[]).wrong() == []
