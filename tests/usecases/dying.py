"""Planner processes that go wrong; named here so that the child can find them."""

import ctypes
import faulthandler
import os
import signal
import time
from typing import Any

from salonpool.usecases.planning import plan_process

_work = plan_process._work  # before a test puts another in its place


def killed(*_: Any) -> None:
    """As the kernel does when memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def raising(_sender: Any, _task: Any, memory_mb: int | None, errors: str) -> None:
    """A mistake in the planner."""
    plan_process.enclose(memory_mb, errors)
    raise ZeroDivisionError


def poisoned(sender: Any, task: Any, memory_mb: int | None, errors: str) -> None:
    """A planner that dies of the problems of one network, and plans every other."""
    if task["problem"].name.startswith("poison"):
        killed()
    _work(sender, task, memory_mb, errors)


def short_of_memory(_sender: Any, _task: Any, memory_mb: int | None, errors: str) -> None:
    """A planner that wants more than it may have."""
    plan_process.enclose(memory_mb, errors)
    kept = [bytearray(2**20) for _ in range(2000)]
    raise AssertionError(f"{len(kept)} MB were given")


def short_of_memory_for_a_search(sender: Any, task: Any, memory_mb: int | None, errors: str) -> None:
    """A planner that has room for the quick plan only."""
    if task["time_limit_seconds"] > 0:
        short_of_memory(sender, task, memory_mb, errors)
    _work(sender, task, memory_mb, errors)


def short_of_memory_in_its_engine(_sender: Any, _task: Any, memory_mb: int | None, errors: str) -> None:
    """The same in code that is not Python: it ends the process at once."""
    plan_process.enclose(memory_mb, errors)
    faulthandler.disable()  # pytest's, which would write to the terminal
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    if libc.malloc(ctypes.c_size_t(2**31)) is None:
        os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
        os.abort()


def failing_without_a_reason(_sender: Any, _task: Any, memory_mb: int | None, errors: str) -> None:
    """C code that fails and does not say why, as it may when it gets no memory."""
    plan_process.enclose(memory_mb, errors)
    raise SystemError("error return without exception set")


def endless(*_: Any) -> None:
    """A solver that does not keep its limit."""
    time.sleep(600)
