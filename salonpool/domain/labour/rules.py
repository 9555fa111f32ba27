"""What a labour-rule pack is made of: dated versions, each with its rules.

A rule's `kind` is the planner's name for what it caps, or `not-checked` for what the law says and the
planner does not look at.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from salonpool.domain.refusal import Missing


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
