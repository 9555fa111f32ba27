"""The planner in a process of its own, bounded in time and memory; the only user of multiprocessing.

A solver may overrun its time limit, eat the memory or crash (or-tools issues 2604, 4882, 5163); whatever it
does, the caller gets an answer or learns that there is none. Children are forked from a server process that
has loaded the solver once (a fork took 0.02 s where a fresh interpreter took 0.4-0.8 s).
"""

import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from salonpool.solver.comparison import Forced
from salonpool.solver.problem import Problem
from salonpool.solver.roster import Solution
from salonpool.usecases.planning.plan_progress import Step

GRACE_SECONDS = 10.0
ALONE_GRACE_SECONDS = 60.0  # where nobody waits for the next run, a late answer is worth more than none
END_SECONDS = 5.0
PROGRESS_SECONDS = 1.0  # between two calls of on_progress
# By name: this module is imported where no solver may be loaded, such as the web processes.
PRELOADED = ("salonpool.usecases.planning.plan_child",)
# What a process that got no more memory leaves behind, and what C code that does not say why may leave then.
SHORT_OF_MEMORY = ("bad_alloc", "MemoryError", "Cannot allocate memory", "failed to map segment")
MAYBE_SHORT_OF_MEMORY = ("SystemError", "cannot allocate memory", "can't start new thread")
# What loading the planner's libraries takes of data and of address space: measured 74 and 195, of any number
# of cores once OpenBLAS, which nothing here uses, may not take 40 for each.
LIBRARIES_MB, LIBRARIES_SPACE_MB = 80, 200
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
SAID = 200  # letters kept of a dying process's last line
MEBIBYTE = 2**20

OUT_OF_TIME, OUT_OF_MEMORY, DIED = "out_of_time", "out_of_memory", "died"


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The planner gave none: it took too long or it died. Whatever was decided before stays."""

    reason: str
    code: str = DIED


def solve(
    problem: Problem,
    *,
    time_limit_seconds: float,
    workers: int = 2,
    seed: int = 0,
    memory_mb: int | None = None,
    rank: bool = True,
    threads: bool = True,
    on_progress: Callable[[Step], None] | None = None,
) -> Solution | NoAnswer:
    """Solve in a child process, killed if it still runs 10 s after its limit; call it with nothing open.

    `memory_mb` bounds what the child may allocate (MiB; None: only what bounds this process). `rank` also
    lists people for each seat. `on_progress` hears the newest better plan, at most once a second. A process
    that has no `threads`, such as a command's, is forked itself, which takes no server, and waits a minute
    before it kills. When memory does not suffice, the quick plan is made without a search; the solution then
    says so.
    """
    task = {
        "problem": problem,
        "time_limit_seconds": time_limit_seconds,
        "workers": workers,
        "seed": seed,
        "rank": rank,
    }
    method = "forkserver" if threads else "fork"
    answer: Solution | NoAnswer = _asked("solution", task, method, memory_mb, on_progress)
    if isinstance(answer, NoAnswer) and answer.code == OUT_OF_MEMORY and time_limit_seconds > 0:
        # Without a search no program is built, and that is what takes the memory.
        quick = _asked("solution", task | {"time_limit_seconds": 0.0}, method, memory_mb, on_progress)
        return replace(quick, cut_short=answer.reason) if isinstance(quick, Solution) else answer
    return answer


def compare(
    problem: Problem,
    as_it_is: Problem,
    seat: str,
    stylist: str,
    *,
    time_limit_seconds: float,
    memory_mb: int | None = None,
) -> Forced | NoAnswer:
    """What it would take to give the seat to the stylist, beside the best plan of `as_it_is`; in a child too.

    The same people and seats, but that whoever has the seat keeps it. Each plan takes up to the limit.
    """
    task = {
        "problem": problem,
        "as_it_is": as_it_is,
        "seat": seat,
        "stylist": stylist,
        "time_limit_seconds": time_limit_seconds,
    }
    answer: Forced | NoAnswer = _asked("comparison", task, "forkserver", memory_mb)
    return answer


def _asked(
    what: str,
    task: dict[str, Any],
    method: str,
    memory_mb: int | None,
    on_progress: Callable[[Step], None] | None = None,
) -> Any:
    """The answer of a child that does this function of plan_child.py with the task, or NoAnswer."""
    with tempfile.NamedTemporaryFile(prefix="salonpool-planner-") as said:
        try:
            receiver, child = _started(method, {"what": what, **task}, memory_mb, said.name)
        except (EOFError, OSError) as refused:
            return NoAnswer(f"the planner's process could not start: {type(refused).__name__}")
        with receiver:
            try:
                grace = GRACE_SECONDS if method == "forkserver" else ALONE_GRACE_SECONDS
                until = time.monotonic() + task["time_limit_seconds"] + grace
                return _answer(receiver, until, on_progress)
            except (EOFError, OSError):
                child.join(END_SECONDS)
                return _death(child.exitcode, Path(said.name), memory_mb)
            finally:
                child.join(0)
                if child.is_alive():
                    _end(child)


def _started(
    method: str, task: dict[str, Any], memory_mb: int | None, errors: str
) -> tuple[Connection, multiprocessing.process.BaseProcess]:
    os.environ.update(ONE_THREAD)  # of a server process: as it was when that began
    context: Any = multiprocessing.get_context(method)
    context.set_forkserver_preload(list(PRELOADED))
    receiver, sender = context.Pipe(duplex=False)
    # The child alone holds the writing end afterwards: if it dies, the pipe ends, maybe in mid-message.
    with sender:
        child = context.Process(target=_work, args=(sender, task, memory_mb, errors), daemon=True)
        child.start()
    return receiver, child


def _answer(receiver: Connection, until: float, on_progress: Callable[[Step], None] | None) -> Any:
    """What the child says before `until`; its progress is passed on by and by, the newest each time."""
    newest: Step | None = None
    told_at = float("-inf")
    while True:
        due = told_at + PROGRESS_SECONDS if newest else until
        said: Any = None
        if receiver.poll(max(0.0, min(due, until) - time.monotonic())):
            said = receiver.recv()
        newest = said if on_progress and isinstance(said, Step) else newest
        is_answer = said is not None and not isinstance(said, Step)
        is_over = is_answer or time.monotonic() >= until
        if newest and on_progress and (is_over or time.monotonic() >= told_at + PROGRESS_SECONDS):
            on_progress(newest)
            newest, told_at = None, time.monotonic()
        if is_answer:
            return said
        if is_over:
            return NoAnswer("out of time", OUT_OF_TIME)


def _death(exit_code: int | None, errors: Path, memory_mb: int | None) -> NoAnswer:
    """Why a child ended without an answer, as far as it can be known from outside."""
    lines = errors.read_text("utf-8", "replace").strip().splitlines()
    words = SHORT_OF_MEMORY + (MAYBE_SHORT_OF_MEMORY if memory_mb or _is_bounded() else ())
    if any(word in line for line in lines for word in words):
        allowed = f"; it may use {memory_mb} MB (PLANNER_MEMORY_MB)" if memory_mb else ""
        return NoAnswer(f"out of memory{allowed}", OUT_OF_MEMORY)
    if exit_code is not None and exit_code < 0:
        name = signal.Signals(-exit_code).name
        return NoAnswer(f"the planner's process ended with {name}; it may have been short of memory")
    last = f": {lines[-1][:SAID]}" if lines else ""
    return NoAnswer(f"the planner's process ended with {exit_code}{last}")


def _end(child: multiprocessing.process.BaseProcess) -> None:
    child.join(END_SECONDS / 10)
    if child.is_alive():
        child.kill()
        child.join(END_SECONDS)


def _is_bounded() -> bool:
    """Was this process, and with it its children, bounded in memory from outside?"""
    bounds = (resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA))
    return any(bound != resource.RLIM_INFINITY for bound in bounds)


def _work(sender: Connection, task: dict[str, Any], memory_mb: int | None, errors: str) -> None:
    """What the child does."""
    enclose(memory_mb, errors)
    if PRELOADED[0] not in sys.modules:
        _ask_for_room()
    from salonpool.usecases.planning import plan_child

    with sender:
        work = getattr(plan_child, task.pop("what"))
        sender.send(work(**task, tell=sender.send))


def _ask_for_room() -> None:
    """MemoryError where the libraries find no room: loading them would fail in any place, in any way."""
    is_narrow = resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
    bytes((LIBRARIES_SPACE_MB if is_narrow else LIBRARIES_MB) * MEBIBYTE)


def enclose(memory_mb: int | None, errors: str) -> None:
    """In the child: from here on what is written goes to the file `errors`, and memory is bounded.

    RLIMIT_DATA counts what is allocated; RLIMIT_AS also libraries, and space that threads only reserve.
    """
    said = os.open(errors, os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):  # an engine short of memory says so on the first
        os.dup2(said, stream)
    sys.stderr = sys.__stderr__
    if memory_mb:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = memory_mb * MEBIBYTE
        least = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (least, hard))
