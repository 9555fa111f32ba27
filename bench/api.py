"""Does the API do what its description says? Generated requests, good and bad, to every operation of the app.

python -m bench.api [--cases N] [--seed N] [--database sqlite|postgresql]

Bars: no 5xx; every status, content type, header and body is described; what the description forbids is
refused, what it allows is read; every operation says yes at least once. Else exit 1.
"""

import argparse
import itertools
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi import checks

from bench.caller import API, EDGES, Caller
from bench.table import show
from salonpool.app import create_app
from salonpool.database import db
from tests import databases, example

CASES = 10_000
# How many of the values, and of the tokens, that could be real ones are; and how many lie at an edge.
REAL = 0.85
EDGE = 0.1
MODES = (GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
# A well-formed request may be refused by a rule, but never called unreadable: no 400, 405, 413 or 415.
ANSWERS_TO_GOOD = ["2xx", "401", "403", "404", "409", "422", "429"]
CONFIG = {"checks": {"positive_data_acceptance": {"expected-statuses": ANSWERS_TO_GOOD}}}
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.positive_data_acceptance,
    checks.missing_required_header,
]


@dataclass
class Outcome:
    """What the operations answered, by label, and what contradicts the description."""

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    contradictions: dict[str, str] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        """How many requests were made."""
        return sum(counter.total() for counter in self.statuses.values())

    def silent(self) -> list[str]:
        """Operations that never said yes: what they do was not tried."""
        return [
            label
            for label, counter in self.statuses.items()
            if not any(200 <= status < 300 for status in counter)
        ]

    def holds(self, cases: int) -> bool:
        """Were all cases tried, is nothing contradicted, was every operation heard?"""
        return self.cases >= cases > 0 and not self.contradictions and not self.silent()


def main() -> None:
    """Run on a fresh example network; exit 1 unless the bars hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=databases.KINDS, default="sqlite")
    options = parser.parse_args()
    with databases.fresh(options.database) as url:
        example.build(url)
        outcome = run(url, options.cases, options.seed)
    sys.exit(0 if outcome.holds(options.cases) else 1)


def run(example_url: str, cases: int, seed_number: int = 1) -> Outcome:
    """Try the app on an example network; prints the table."""
    with standing(example_url) as app:
        outcome = explore(app, cases, seed_number)
    _show(outcome)
    return outcome


@contextmanager
def standing(example_url: str) -> Iterator[Flask]:
    """The app as it is served: each request opens a context of its own, and an error of ours is a 500."""
    app = create_app(databases.config_for(example_url, demo=True, testing=False, limits_scale=1000.0))
    yield app
    with app.app_context():
        db.engine.dispose()


def explore(app: Flask, cases: int, seed_number: int = 1, only: str = "") -> Outcome:
    """At least `cases` requests to all operations, or to `only` one; the same for the same seed."""
    # The bare callable: of a Flask app schemathesis raises the error behind a 500 and never sees the answer.
    config = SchemathesisConfig.from_dict(CONFIG)
    description = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", app.wsgi_app, config=config)
    described = [found.ok() for found in description.get_all_operations()]
    operations = [operation for operation in described if only in {"", operation.label}]
    caller, outcome = Caller(app, random.Random(seed_number)), Outcome()
    outcome.statuses = {operation.label: Counter() for operation in operations}
    work = [(operation, mode) for operation in operations for mode in MODES]
    # An operation that asks for nothing has one case only, so it takes rounds to come to the number.
    numbers = itertools.count()
    while outcome.cases < cases:
        share = -(-(cases - outcome.cases) // len(work))
        for operation, mode in list(work):
            try:
                _try(operation, mode, share, (seed_number, next(numbers)), caller, outcome)
            except Unsatisfiable:
                if mode.is_positive:
                    raise
                work.remove((operation, mode))  # it asks for nothing that could be wrong
    return outcome


def _try(
    operation: Any, mode: Any, share: int, seeds: tuple[int, ...], caller: Caller, outcome: Outcome
) -> None:
    @seed(hash(seeds))
    @settings(
        max_examples=share, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        _make_real(case, caller)
        _ask(case, caller, outcome)

    ask()


def _make_real(case: Any, caller: Caller) -> None:
    """Put real ids, times and tokens where any would do, so that more than the first check is reached."""
    path = case.operation.path
    wished = {place for place in ParameterLocation if _is_good(case, place)}
    known = caller.known(path)
    if (
        ParameterLocation.BODY in wished
        and isinstance(case.body, dict)
        and case.meta.generation.mode.is_positive
    ):
        case.body = _with_known(case.body, known, caller.chance)
    if ParameterLocation.QUERY in wished:
        case.query = _with_known(case.query, known, caller.chance)
    if ParameterLocation.PATH in wished:
        case.path_parameters = _with_known(case.path_parameters, known, caller.chance)
    if ParameterLocation.HEADER in wished and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = known["Idempotency-Key"]
    for choice in case.operation.definition.raw.get("security", ()):
        for token in choice:
            if caller.chance.random() < REAL:
                _open(case, caller.open(token, path), ParameterLocation.PATH in wished)


def _is_good(case: Any, place: ParameterLocation) -> bool:
    component = case.meta.components.get(place)
    return component is not None and component.mode.is_positive


def _with_known(values: dict[str, Any], known: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    return {name: _one_known(name, value, known, chance) for name, value in values.items()}


def _one_known(name: str, value: Any, known: dict[str, Any], chance: random.Random) -> Any:
    luck = chance.random()
    if name in known and luck < REAL:
        return {**value, **known[name]} if isinstance(value, dict) else known[name]
    return chance.choice(EDGES[name]) if name in EDGES and luck < REAL + EDGE else value


def _open(case: Any, opened: tuple[int | None, str], with_id: bool) -> None:
    found, token = opened
    case.headers["Authorization"] = f"Bearer {token}"
    if found is not None and with_id:
        case.path_parameters = dict.fromkeys(case.path_parameters, found)


def _ask(case: Any, caller: Caller, outcome: Outcome) -> None:
    response = case.call()
    label = case.operation.label
    outcome.statuses[label][response.status_code] += 1
    if response.status_code < 300 or response.status_code == 409:
        caller.used()
    if response.status_code == 429:
        caller.forgive()
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        for failure in group.exceptions:
            outcome.contradictions.setdefault(
                f"{label}: {failure.title}", f"{failure}\n{case.as_curl_command()}"
            )


def _show(outcome: Outcome) -> None:
    rows = [
        (
            label,
            counter.total(),
            "  ".join(f"{status}: {count}" for status, count in sorted(counter.items())),
        )
        for label, counter in outcome.statuses.items()
    ]
    show(
        f"the API against its description, {outcome.cases:,} cases", ("operation", "cases", "statuses"), rows
    )
    for title, detail in outcome.contradictions.items():
        print(f"\n{title}\n{detail}")
    for label in outcome.silent():
        print(f"\n{label}: never said yes")


if __name__ == "__main__":
    main()
