"""Planner processes that go wrong; named here so that the child can find them."""

import os
import signal
import time
from typing import Any


def killed(*_: Any) -> None:
    """As the kernel does when memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def raising(*_: Any) -> None:
    """A mistake in the planner."""
    raise ZeroDivisionError


def endless(*_: Any) -> None:
    """A solver that does not keep its limit."""
    time.sleep(600)
