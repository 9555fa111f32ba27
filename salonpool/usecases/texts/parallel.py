"""Several slow calls at once, what comes of them handled in the caller's thread."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Generic, Self, TypeVar

LOOK_AROUND_SECONDS = 1.0  # what has become due meanwhile does not wait for a call that hangs

Item = TypeVar("Item")
Result = TypeVar("Result")


class Calls(Generic[Item, Result]):
    """Calls of `work` in threads of their own; it must not touch the database session.

    What a call raises is its result, so that it ends no other call.
    """

    def __init__(self, work: Callable[[Item], Result], most: int) -> None:
        self._work = work
        self._threads = ThreadPoolExecutor(most)
        self._running: dict[Future[Result], Item] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown()

    def __len__(self) -> int:
        return len(self._running)

    def start(self, item: Item) -> None:
        """Begin a call at once, as long as fewer than `most` are running."""
        self._running[self._threads.submit(self._work, item)] = item

    def ended(self) -> list[tuple[Item, Result | BaseException]]:
        """The calls that have ended, each with its result or its error; waits for the first of them, at most
        LOOK_AROUND_SECONDS."""
        done, _ = wait(self._running, timeout=LOOK_AROUND_SECONDS, return_when=FIRST_COMPLETED)
        return [(self._running.pop(call), call.exception() or call.result()) for call in done]
