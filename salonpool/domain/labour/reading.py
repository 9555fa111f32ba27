"""Reads a pack's file and refuses one that does not fit together, naming the file and the rule."""

import tomllib
from datetime import date
from typing import Any

from salonpool.domain.labour.rules import Book, Certainty, Grade, Kind, Pack, Rule, Step

# What each kind must say beside its source, and what it may.
NEEDED: dict[Kind, set[str]] = {
    Kind.REST: {"value", "unit"},
    Kind.DAY_MINUTES: {"value", "unit"},
    Kind.WINDOW_MINUTES: {"value", "unit", "days", "step"},
    Kind.WINDOW_DAYS: {"value", "unit", "days", "step"},
    Kind.NOT_CHECKED: set(),
}
ALLOWED: dict[Kind, set[str]] = {
    Kind.REST: set(),
    Kind.DAY_MINUTES: set(),
    Kind.WINDOW_MINUTES: {"anchor", "normal", "overtime", "neutral_leave"},
    Kind.WINDOW_DAYS: {"anchor"},
    Kind.NOT_CHECKED: set(),
}
ALWAYS = {"name", "kind", "grade", "since", "law", "article", "source", "certainty"}


class BrokenPack(ValueError):
    """A pack's file that cannot be used; says which file, which rule and why."""


def read_book(text: str, file: str) -> Book:
    """The pack a TOML document describes. Raises BrokenPack."""
    data = tomllib.loads(text)
    try:
        versions = tuple(_version(data["code"], version) for version in data["version"])
        book = Book(
            code=data["code"],
            regions=frozenset(data["regions"]),
            is_standard=data["standard"],
            versions=versions,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenPack(f"{file}: {error}") from error
    dates = [version.since for version in versions]
    if not dates or dates != sorted(set(dates)):
        raise BrokenPack(f"{file}: versions are listed oldest first, one for each date")
    if file != f"{book.code}.toml":
        raise BrokenPack(f"{file}: the file is named after its code {book.code}")
    return book


def _version(code: str, data: dict[str, Any]) -> Pack:
    rules = tuple(_rule(rule) for rule in data["rule"])
    names = [rule.name for rule in rules]
    if len(names) != len(set(names)):
        raise BrokenPack("two rules of one name")
    pack = Pack(code=code, since=data["since"], rules=rules)
    late = [rule.name for rule in rules if rule.since > pack.since]
    if late:
        raise BrokenPack(f"{late[0]} is younger than the version that has it")
    return pack


def _rule(data: dict[str, Any]) -> Rule:
    name = data.get("name", "a rule without a name")
    try:
        kind = Kind(data["kind"])
        needed = ALWAYS | NEEDED[kind]
        wrong = (needed - set(data)) | (set(data) - needed - ALLOWED[kind] - {"reading"})
        if wrong:
            raise BrokenPack(f"missing or out of place: {', '.join(sorted(wrong))}")
        rule = Rule(
            **{
                **data,
                "kind": kind,
                "grade": Grade(data["grade"]),
                "certainty": Certainty(data["certainty"]),
                "step": Step(data.get("step", Step.ROLLING)),
            }
        )
        _check(rule)
    except (KeyError, ValueError) as error:
        raise BrokenPack(f"{name}: {error}") from error
    return rule


def _check(rule: Rule) -> None:
    if not isinstance(rule.since, date):
        raise BrokenPack("since is a date")
    if rule.kind is not Kind.NOT_CHECKED:
        unit = "days" if rule.kind is Kind.WINDOW_DAYS else "minutes"
        if rule.unit != unit or rule.value <= 0:
            raise BrokenPack(f"value is a positive number of {unit}")
    if "days" in NEEDED[rule.kind] and rule.days <= 0:
        raise BrokenPack("days is positive")
    if (rule.step is Step.FIXED) != (rule.anchor is not None):
        raise BrokenPack("a fixed window has an anchor, a rolling one has none")
    if rule.normal is not None and rule.normal + (rule.overtime or 0) != rule.value:
        raise BrokenPack("normal and overtime are the value")
