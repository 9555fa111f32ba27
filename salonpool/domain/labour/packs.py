"""Which labour-rule packs there are, and what each says on a date.

A pack is a file in `data/`: versions, each with the date it holds from and its rules. A rule's `kind` is the
planner's name for what it caps, or `not-checked` for what the law says and the planner does not look at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from salonpool.domain.refusal import InvalidInput, Missing


class Kind(StrEnum):
    """What a rule caps; the first four are names of the planner's own rules."""

    REST = "rest"
    DAY_MINUTES = "day-minutes"
    WINDOW_MINUTES = "window-minutes"
    WINDOW_DAYS = "window-days"
    NOT_CHECKED = "not-checked"


class Grade(StrEnum):
    """Law holds for everybody and nobody may set it aside; policy may be, by whoever answers for it."""

    LAW = "law"
    POLICY = "policy"


class Certainty(StrEnum):
    """Was the law's own text read, or what somebody else writes about it?"""

    OFFICIAL = "official text"
    SECONDARY = "secondary source"


class Step(StrEnum):
    """A rolling window is every run of so many days; fixed ones follow each other from `anchor`."""

    ROLLING = "rolling"
    FIXED = "fixed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One sentence of a law in numbers.

    `value` is in `unit`: least rest, most minutes of a day or window, or most worked days of a window of
    `days` days. `normal` and `overtime` are the parts of `value` where the law names both, in minutes.
    `neutral_leave`: a day of leave takes its share, value / days, off the cap. `reading` says how the law
    was read where it leaves a choice.
    """

    name: str
    kind: Kind
    grade: Grade
    since: date
    law: str
    article: str
    source: str
    certainty: Certainty
    value: int = 0
    unit: str = ""
    days: int = 0
    step: Step = Step.ROLLING
    anchor: date | None = None
    normal: int | None = None
    overtime: int | None = None
    neutral_leave: bool = False
    reading: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pack:
    """What the law allows from a date on, until the next version."""

    code: str
    since: date
    rules: tuple[Rule, ...]

    def of_kind(self, *kinds: Kind) -> tuple[Rule, ...]:
        """Its rules of these kinds, in the order of the file."""
        return tuple(rule for rule in self.rules if rule.kind in kinds)

    @property
    def longest_days(self) -> int:
        """Length of its longest window; 0 without one."""
        return max((rule.days for rule in self.rules), default=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """A pack with all its versions, oldest first, and the regions (ISO 3166) it is law in.

    `is_standard`: holds in its regions where nobody has chosen another.
    """

    code: str
    regions: frozenset[str]
    is_standard: bool
    versions: tuple[Pack, ...]

    def on(self, day: date) -> Pack:
        """The newest version not after the day. Raises Missing before the first."""
        for version in reversed(self.versions):
            if version.since <= day:
                return version
        raise Missing

    def between(self, first: date, last: date) -> tuple[Pack, ...]:
        """Every version that holds on some day from `first` to `last`; none before the first version."""
        ends = [*(later.since for later in self.versions[1:]), date.max]
        return tuple(
            version
            for version, end in zip(self.versions, ends, strict=True)
            if version.since <= last and first < end
        )


def pack(code: str, on: date) -> Pack:
    """What the pack says on a day: its newest version not after it. Raises Missing, also for no such pack."""
    return book(code).on(on)


def book(code: str) -> Book:
    """The pack with all its versions. Raises Missing."""
    try:
        return books()[code]
    except KeyError:
        raise Missing from None


@cache
def books() -> dict[str, Book]:
    """Every pack there is, by code."""
    # Reading needs these values, so it can only be loaded after them.
    from salonpool.domain.labour.reading import read_book

    shelf = sorted(files(__package__).joinpath("data").iterdir(), key=lambda file: file.name)
    found = (read_book(file.read_text(encoding="utf-8"), file.name) for file in shelf)
    return {book.code: book for book in found}


def list_codes(region: str) -> list[str]:
    """The packs a salon of the region may choose from, the standard one first."""
    there = [book for book in books().values() if region in book.regions]
    return [book.code for book in sorted(there, key=lambda book: (not book.is_standard, book.code))]


def code_for(region: str, *chosen: str | None) -> str | None:
    """The first pack that was chosen, else the standard one of the region; None where we know no law."""
    return next((code for code in (*chosen, *list_codes(region)) if code is not None), None)


def check_choice(code: str, region: str) -> None:
    """Raises InvalidInput unknown_choice for a pack that is not law in the region."""
    if code not in list_codes(region):
        raise InvalidInput("unknown_choice", field="labour_pack")


def longest_days(packs: Iterable[Pack]) -> int:
    """The longest window of them all; 0 without one."""
    return max((pack.longest_days for pack in packs), default=0)
