"""What a log may hold: one line of JSON each, of ids and kinds, and never a number, a name or a text.

An alert is a line with a field of that name: `log.warning(words, extra={"alert": "half_of_a_limit", ...})`.
"""

import json
import logging
import logging.config
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

log = logging.getLogger(__name__)

ROOT = Path(__file__).parent.parent
FRAMES = 40  # the innermost ones of an error
# A net below the rule: the shortest mobile numbers have 8 digits, ids of rows and processes have fewer.
LONG_NUMBER = re.compile(r"\d{8,}")
USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonLine(logging.Formatter):
    """A record as one line of JSON. Of an error its kind and where it was raised: its words may hold
    anything, a database's the row it refused."""

    def format(self, record: logging.LogRecord) -> str:
        """At, level, logger, process and message; then what was given as `extra`, and the error."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": _masked(record.getMessage()),
        }
        line |= {name: _safe(value) for name, value in vars(record).items() if name not in USUAL}
        if record.exc_info and record.exc_info[1] is not None:
            line |= _described(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


# For logging.config and for gunicorn, whose own lines take the same way. The quiet ones would say whom a text
# goes to, or what each tick did.
CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonLine}},
    "handlers": {
        "lines": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}
    },
    "root": {"level": "INFO", "handlers": ["lines"]},
    "loggers": {
        "gunicorn.error": {"handlers": [], "propagate": True},
        "apscheduler": {"level": "ERROR"},
        **{name: {"level": "WARNING"} for name in ("alembic", "twilio", "urllib3")},
    },
}


def set_up() -> None:
    """Let everything this process logs, and what ends a thread or the process, leave as lines on stdout."""
    logging.config.dictConfig(CONFIG)
    sys.excepthook = _uncaught
    threading.excepthook = lambda ended: _uncaught(ended.exc_type, ended.exc_value, ended.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, frames: TracebackType | None) -> None:
    if error is not None and not issubclass(kind, KeyboardInterrupt | SystemExit):
        log.critical("uncaught error", exc_info=(kind, error, frames))


def _described(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    causes = [error]
    while (cause := _cause(causes[-1])) is not None and cause not in causes:
        causes.append(cause)
    return {
        "error": type(error).__name__,
        "because": [type(cause).__name__ for cause in causes[1:]],
        "frames": [
            f"{frame.filename.removeprefix(f'{ROOT}/')}:{frame.lineno} {frame.name}" for frame in frames
        ],
    }


def _cause(error: BaseException) -> BaseException | None:
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _safe(value: Any) -> Any:
    """As it is where JSON has it and it is no phone number, else in words."""
    is_small = isinstance(value, int) and abs(value) < 10**7
    return value if is_small or isinstance(value, float | None) else _masked(str(value))


def _masked(words: str) -> str:
    return LONG_NUMBER.sub("***", words)
