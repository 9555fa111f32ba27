"""Everything an outside auditor needs, row by row, in one snapshot. It holds numbers: commands only."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import IO, Any

import sqlalchemy as sa

from salonpool.database import db
from salonpool.models import (
    Assignment,
    Booking,
    Message,
    Occupancy,
    OptOut,
    PlanningRun,
    Shift,
)

FETCH_AT_ONCE = 1000
IN_MEMORY = 8 * 1024 * 1024  # bytes; a larger dump waits in a file that only we can open


def tables(now: datetime) -> Iterator[tuple[str, Any]]:
    """(name, value) pairs in the order they are written: `now` as text, then each table as rows of values.

    Rows are read while they are taken, all of them as they were at one instant.
    """
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        # SQLite keeps one snapshot for a transaction anyway.
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield "now", _utc(now)
        for name, read in TABLES.items():
            yield name, read()
    finally:
        db.session.rollback()


def write(out: IO[bytes], now: datetime) -> None:
    """Write the dump as one JSON object. The read is over before the first byte leaves, because on SQLite an
    open read keeps writers waiting, and whoever takes the bytes may take their time."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as kept:
        for piece in json_pieces(now):
            kept.write(piece.encode())
        kept.seek(0)
        shutil.copyfileobj(kept, out)


def json_pieces(now: datetime) -> Iterator[str]:
    """The dump as one JSON object, in pieces to be written one after the other; a row a line."""
    opening = "{\n"
    for name, value in tables(now):
        yield f"{opening}{json.dumps(name)}: "
        opening = ",\n"
        if isinstance(value, str):
            yield json.dumps(value)
            continue
        yield "["
        comma = "\n"
        for row in value:
            yield comma + json.dumps(row, ensure_ascii=False)
            comma = ",\n"
        yield "\n]"
    yield "\n}\n"


def _bookings() -> Iterator[dict[str, Any]]:
    """Every booking, holds among them; `client_ref` is the idempotency key it was made with."""
    columns = (
        Booking.id, Booking.salon_id, Booking.stylist_id, Booking.status, Booking.starts_at, Booking.ends_at,
        Booking.client_ref, Booking.no_sms_reason,
    )  # fmt: skip
    for row in _rows(columns, Booking.id):
        yield {
            "id": row.id, "salon_id": row.salon_id, "stylist_id": row.stylist_id, "status": row.status,
            "start": _utc(row.starts_at), "end": _utc(row.ends_at), "client_ref": row.client_ref,
            **_if_given(no_sms_reason=row.no_sms_reason),
        }  # fmt: skip


def _occupancy() -> Iterator[dict[str, Any]]:
    columns = (
        Occupancy.resource, Occupancy.starts_at, Occupancy.ends_at, Occupancy.booking_id,
        Occupancy.assignment_id,
    )  # fmt: skip
    for row in _rows(columns, Occupancy.id):
        yield {
            "resource": row.resource, "start": _utc(row.starts_at), "end": _utc(row.ends_at),
            **_if_given(booking_id=row.booking_id, assignment_id=row.assignment_id),
        }  # fmt: skip


def _shifts() -> Iterator[dict[str, Any]]:
    for row in _rows((Shift.id, Shift.seats), Shift.id):
        yield {"id": row.id, "needed": row.seats}


def _assignments() -> Iterator[dict[str, Any]]:
    columns = (
        Assignment.id, Assignment.shift_id, Assignment.stylist_id, Assignment.salon_id, Assignment.starts_at,
        Assignment.ends_at, Assignment.status,
    )  # fmt: skip
    for row in _rows(columns, Assignment.id):
        yield {
            "id": row.id, "shift_id": row.shift_id, "stylist_id": row.stylist_id, "salon_id": row.salon_id,
            "start": _utc(row.starts_at), "end": _utc(row.ends_at), "status": row.status,
        }  # fmt: skip


def _sms() -> Iterator[dict[str, Any]]:
    """Every outgoing text; one that was made to wait for its hour says until when."""
    columns = (
        Message.id, Message.event_id, Message.to, Message.body, Message.status, Message.created_at,
        Message.booking_id, Message.due_at,
    )  # fmt: skip
    for row in _rows(columns, Message.id):
        waits = row.due_at > row.created_at
        yield {
            "id": row.id, "event_id": row.event_id, "to": row.to, "body": row.body, "status": row.status,
            "created_at": _utc(row.created_at),
            **_if_given(booking_id=row.booking_id, hold_until=_utc(row.due_at) if waits else None),
        }  # fmt: skip


def _optouts() -> Iterator[dict[str, Any]]:
    for row in _rows((OptOut.phone, OptOut.opted_out_at), OptOut.id):
        yield {"to": row.phone, "at": _utc(row.opted_out_at)}


def _solver_runs() -> Iterator[dict[str, Any]]:
    """Every planning run; `window` is what it planned, null until it has begun to."""
    columns = (PlanningRun.id, PlanningRun.window_starts_at, PlanningRun.window_ends_at, PlanningRun.status)
    for row in _rows(columns, PlanningRun.id):
        window = None
        if row.window_starts_at is not None:
            window = {"start": _utc(row.window_starts_at), "end": _utc(row.window_ends_at)}
        yield {"id": row.id, "window": window, "status": row.status}


TABLES: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
    "bookings": _bookings,
    "occupancy": _occupancy,
    "shifts": _shifts,
    "assignments": _assignments,
    "sms": _sms,
    "optouts": _optouts,
    "solver_runs": _solver_runs,
}


def _rows(columns: Iterable[Any], order: Any) -> Iterable[sa.Row[Any]]:
    statement = sa.select(*columns).order_by(order)
    return db.session.execute(statement, execution_options={"yield_per": FETCH_AT_ONCE})


def _if_given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _utc(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
