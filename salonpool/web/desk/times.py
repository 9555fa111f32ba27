"""Free starts as chips at the desk: each time once, and one of them read back."""

from collections.abc import Iterable
from datetime import UTC, datetime

from salonpool.domain.booking import HORIZON, FreeStart
from salonpool.domain.refusal import InvalidInput

HORIZON_DAYS = HORIZON.days
FIRST_FREE = 12


def offered(starts: Iterable[FreeStart], most: int | None = None) -> list[FreeStart]:
    """The starts in order, each time once; whoever books gets the fairest of those free then."""
    by_start: dict[datetime, FreeStart] = {}
    for start in starts:
        by_start.setdefault(start.starts_at, start)
    return list(by_start.values())[:most]


def read_start(typed: str) -> datetime:
    """The instant of a chip. Raises InvalidInput when none was chosen, or something else was sent."""
    try:
        starts_at = datetime.fromisoformat(typed)
        if starts_at.tzinfo is not None:
            return starts_at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidInput("time_missing", field="starts_at")
