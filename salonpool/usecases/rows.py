"""Inserts in few steps, and inserts that let the database decide who was first, alike on both databases.

The statements are built once: that costs more than running them.
"""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from salonpool.database import Base

_OF_SEQUENCE = sa.text(
    "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, CAST(:count AS integer))"
)


def insert(session: Session, model: type[Base], **values: Any) -> None:
    """Add a row nobody needs as an object. Rows waiting in the session are written first."""
    session.flush()
    session.connection().execute(_plain(model), values)


def next_ids(session: Session, model: type[Base], count: int = 1) -> list[int]:
    """Ids for rows to be written in this transaction, for those in which something is made from the id.

    PostgreSQL: from the table's sequence. SQLite: those it would give itself, as nobody else is writing.
    """
    database = session.connection()
    if database.dialect.name == "postgresql":
        return list(database.scalars(_OF_SEQUENCE, {"table": model.__tablename__, "count": count}))
    latest = database.execute(_latest(model)).scalar_one()
    return list(range(latest + 1, latest + 1 + count))


def insert_new(session: Session, model: type[Base], **values: Any) -> Any | None:
    """Add a row unless one of the table's unique rules already has it; its first key column, or None.

    Rows waiting in the session are written first, so that the new one may refer to them.
    """
    session.flush()
    database = session.connection()
    return database.execute(_new(model, database.dialect.name), values).scalar()


def insert_or_add_one(session: Session, model: type[Base], counted: str, **key: Any) -> int:
    """Count one more: a row with `key` (a unique rule) starts at 1 or rises by 1. Returns the new count."""
    session.flush()
    database = session.connection()
    statement = _counting(model, database.dialect.name, counted, tuple(key))
    return int(database.execute(statement, {**key, counted: 1}).scalar_one())


@cache
def _plain(model: type[Base]) -> sa.Insert:
    return sa.insert(model.__table__)  # type: ignore[arg-type]


@cache
def _latest(model: type[Base]) -> sa.Select[Any]:
    return sa.select(sa.func.coalesce(sa.func.max(sa.inspect(model).primary_key[0]), 0))


@cache
def _new(model: type[Base], dialect: str) -> Any:
    first_key = sa.inspect(model).primary_key[0]
    return upsert(model, dialect).on_conflict_do_nothing().returning(first_key)


@cache
def _counting(model: type[Base], dialect: str, counted: str, key: tuple[str, ...]) -> Any:
    column = sa.inspect(model).columns[counted]
    return (
        upsert(model, dialect)
        .on_conflict_do_update(index_elements=key, set_={counted: column + 1})
        .returning(column)
    )


def upsert(model: type[Base], dialect: str) -> postgresql.Insert | sqlite.Insert:
    """An insert of the dialect (`sqlite`, `postgresql`) that can say what to do about a row that is there."""
    table = model.__table__
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)  # type: ignore[arg-type]
