"""A planning run in words, for whoever ran it from a terminal."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from salonpool.queries.shifts import ShiftRow, names
from salonpool.solver.roster import Roster
from salonpool.usecases.planning.decisions import Gap
from salonpool.usecases.planning.plan_progress import Step
from salonpool.usecases.planning.planning import Report
from salonpool.usecases.planning.stored_runs import StoredRun

PLAIN_SECONDS = 5.0  # between two lines where nothing can be drawn over


def lines(report: Report, zone: str) -> Iterator[str]:
    """Assignments, offers, what was dropped, unfilled shifts with reasons, and the objective by name.

    Times are in `zone`, an IANA zone.
    """
    run = f"run {report.run_id}" if report.run_id else "no run"
    detail = f"{report.roster_status} in {report.seconds:.1f} s" if report.roster_status else report.reason
    yield f"{run}: {report.status}, {detail}"
    shifts, people = _named(report)
    tz = ZoneInfo(zone)
    for word, pairs in (
        ("assigned", report.assigned),
        ("offered", report.offered),
        ("dropped", report.dropped),
    ):
        for shift_id, person in pairs:
            who = people[person] if person else "the shift changed"
            yield f"{word:<9} {_shift(shifts[shift_id], tz)}  {who}"
    for gap in report.unfilled:
        yield f"unfilled  {_shift(shifts[gap.shift_id], tz)}  {_why(gap)}"
    if report.levels:
        yield objective(report.levels)


def objective(levels: Sequence[Mapping[str, int]]) -> str:
    """The plain terms, level after level, the first level first."""
    return "objective " + " > ".join(
        ", ".join(f"{term} {value}" for term, value in level.items()) for level in levels
    )


class ProgressLine:
    """Draws how far a solve has come: one line drawn over on a terminal, else a line every few seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._begun: dict[int, float] = {}
        self._next_at = PLAIN_SECONDS

    def __call__(self, step: Step) -> None:
        """Draw it."""
        self._begun.setdefault(step.level, step.seconds if self._begun else 0.0)
        words = f"{step.seconds:.1f} s  " + "  ".join(self._levels(step))
        if self._stream.isatty():
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(f"\r\x1b[2K{words[:width]}")
        elif step.seconds >= self._next_at:
            self._next_at = step.seconds + PLAIN_SECONDS
            self._stream.write(words + "\n")
        self._stream.flush()

    def clear(self) -> None:
        """Leave an empty line for what comes next."""
        if self._begun and self._stream.isatty():
            self._stream.write("\r\x1b[2K")
            self._stream.flush()

    def _levels(self, step: Step) -> Iterator[str]:
        """The level worked on first, for a narrow terminal cuts the rest off."""
        ends = {
            level: self._begun[later] for level, later in zip(self._begun, [*self._begun][1:], strict=False)
        }
        for level in sorted(self._begun, reverse=True):
            best, words = step.values[level], f"level {level + 1}: best {step.values[level]:,}"
            if step.bounds:
                gap = (best - step.bounds[level]) / max(1, best)
                words += f" bound {step.bounds[level]:,} gap {gap:.2%}"
            yield f"{words} {ends.get(level, step.seconds) - self._begun[level]:.1f} s"


def comparison(stored: StoredRun, roster: Roster, version: str) -> Iterator[str]:
    """Did a run that was made again come to the same levels, and if not, why that may be?"""
    yield (
        f"run {stored.run_id} of {stored.network_slug}: {stored.status}, weights version "
        f"{stored.weights_number}, problem {stored.digest}"
    )
    if stored.levels is None:
        yield f"the run had no plan: {stored.reason}"
        return
    if stored.levels == tuple(dict(level) for level in roster.levels):
        yield "the same levels"
        return
    yield f"other levels; the run had {objective(stored.levels)}"
    if stored.solver_version != version:
        yield f"the run was made by {stored.solver_version}, this is {version}"
    if "feasible" in (stored.roster_status, roster.status):
        yield "one of them ran out of time, so they may differ"


def _named(report: Report) -> tuple[dict[int, ShiftRow], dict[int, str]]:
    pairs = [*report.assigned, *report.offered, *report.dropped]
    shifts = {shift_id for shift_id, _ in pairs} | {gap.shift_id for gap in report.unfilled}
    return names(sorted(shifts), sorted({person for _, person in pairs if person is not None}))


def _shift(row: ShiftRow, tz: ZoneInfo) -> str:
    hours = f"{_local(row.starts_at, tz):%a %Y-%m-%d %H:%M}-{_local(row.ends_at, tz):%H:%M}"
    return f"{row.id:>5}  {row.salon_slug}  {hours}  {row.skill_code}"


def _why(gap: Gap) -> str:
    reasons = [f"{rule} {count}" for rule, count in gap.funnel.items()]
    waiting = [f"{gap.waiting} owe another shift an answer"] if gap.waiting else []
    told = f"{gap.pool} in the pool: {', '.join([*reasons, *waiting]) or 'nobody left'}"
    tried = [f"{_change(remedy['change'])} brings {remedy['fills']}" for remedy in gap.remedies]
    return told + (f"; tried: {', '.join(tried)}" if tried else "")


def _change(change: Mapping[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in change.items())


def _local(instant: datetime, tz: ZoneInfo) -> datetime:
    return instant.astimezone(tz)
