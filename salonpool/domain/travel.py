"""How long the way between two places is; positions are kilometres in the network's own plane."""

import math

# Assumed (docs/planner.md): a ride through the city, with the minutes at both ends.
RIDE_BASE_MINUTES = 6
RIDE_MINUTES_PER_KM = 2.4
# 4.8 km/h on streets a fifth longer than the straight line; further than half an hour nobody walks.
WALK_MINUTES_PER_KM = 15
LONGEST_WALK_MINUTES = 30


def walk_minutes(here: tuple[float, float], there: tuple[float, float]) -> int | None:
    """Minutes on foot, rounded up and at least 1; None when it is too far to walk."""
    minutes = max(1, math.ceil(math.dist(here, there) * WALK_MINUTES_PER_KM))
    return minutes if minutes <= LONGEST_WALK_MINUTES else None


def ride_minutes(here: tuple[float, float], there: tuple[float, float]) -> int:
    """Minutes by ride between two salons, rounded up; what must lie between two shifts of one person."""
    return math.ceil(RIDE_BASE_MINUTES + RIDE_MINUTES_PER_KM * math.dist(here, there))
