"""How long the machine has been on: what waits and limits are measured by, as nobody can set it."""

import time

# Linux's clock that goes on while the machine sleeps; elsewhere the nearest there is.
SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def since_boot() -> float:
    """Seconds since the machine started, its sleep included; setting the time changes nothing about them."""
    return time.clock_gettime(SINCE_BOOT)
