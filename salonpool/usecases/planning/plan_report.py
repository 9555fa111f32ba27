"""A planning run in words, for whoever ran it from a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from salonpool.queries.shifts import ShiftRow, names
from salonpool.usecases.planning.decisions import Gap
from salonpool.usecases.planning.planning import Report


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
