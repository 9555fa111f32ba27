"""Several slow calls at once, their results handled one by one in the caller's thread."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_parallel(
    work: Callable[[Item], Result], items: Sequence[Item], threads: int
) -> Iterator[tuple[Item, Result]]:
    """Each item with its result, in the order they finish. `work` must not touch the database session.

    An item whose work raises is left out; the exception goes to threading.excepthook.
    """
    waiting: queue.SimpleQueue[Item] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Item, Result] | None] = queue.SimpleQueue()
    for item in items:
        waiting.put(item)

    def run() -> None:
        try:
            while not waiting.empty():
                try:
                    item = waiting.get_nowait()
                except queue.Empty:
                    return
                done.put((item, work(item)))
        finally:
            done.put(None)

    running = min(threads, len(items))
    for _ in range(running):
        threading.Thread(target=run, daemon=True).start()
    while running:
        result = done.get()
        if result is None:
            running -= 1
        else:
            yield result
