"""What all workers of a run share: whoever asks first makes it, the others wait."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def text(path: Path, make: Callable[[], str]) -> str:
    """What the file says; it is written by the first who asks."""
    with _locked(path.with_suffix(".lock")):
        if not path.exists():
            path.write_text(make())
        return path.read_text()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
