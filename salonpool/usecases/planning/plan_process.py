"""The planner in a process of its own, with a hard limit; the only user of multiprocessing.

A solver may overrun its time limit, eat the memory or crash (or-tools issues 2604, 4882, 5163); whatever it
does, the caller gets an answer or learns that there is none. Children are forked from a server process that
has loaded the solver once (a fork took 0.02 s where a fresh interpreter took 0.4-0.8 s).
"""

import multiprocessing
from dataclasses import dataclass
from multiprocessing.connection import Connection

from salonpool.solver.problem import Problem
from salonpool.solver.roster import Solution

GRACE_SECONDS = 10.0
END_SECONDS = 5.0
# By name: this module is imported where no solver may be loaded, such as the web processes.
PRELOADED = ("salonpool.usecases.planning.plan_child",)


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The planner gave none: it took too long or it died. Whatever was decided before stays."""

    reason: str


def solve(
    problem: Problem, *, time_limit_seconds: float, workers: int = 2, seed: int = 0
) -> Solution | NoAnswer:
    """Solve in a child process, killed if it still runs 10 s after its limit; call it with nothing open."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    receiver, sender = context.Pipe(duplex=False)
    with receiver:
        with sender:
            work = (sender, problem, time_limit_seconds, workers, seed)
            child = context.Process(target=_work, args=work, daemon=True)
            child.start()
        # The child alone holds the writing end now: if it dies, the pipe ends, maybe in mid-message.
        try:
            if not receiver.poll(time_limit_seconds + GRACE_SECONDS):
                return NoAnswer("out of time")
            answer: Solution = receiver.recv()
            return answer
        except (EOFError, OSError):
            child.join(END_SECONDS)
            return NoAnswer(f"the planner's process ended with {child.exitcode}")
        finally:
            child.join(0)
            if child.is_alive():
                _end(child)


def _end(child: multiprocessing.process.BaseProcess) -> None:
    child.join(END_SECONDS / 10)
    if child.is_alive():
        child.kill()
        child.join(END_SECONDS)


def _work(sender: Connection, problem: Problem, time_limit_seconds: float, workers: int, seed: int) -> None:
    from salonpool.usecases.planning import plan_child

    with sender:
        sender.send(plan_child.solution(problem, time_limit_seconds, workers, seed))
