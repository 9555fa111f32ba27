"""Inserts in few steps, and inserts that let the database decide who was first, alike on both databases.

The statements are built once: that costs more than running them.
"""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from salonpool.database import Base


def insert(session: Session, model: type[Base], **values: Any) -> None:
    """Add a row nobody needs as an object. Rows waiting in the session are written first."""
    session.flush()
    session.connection().execute(_plain(model), values)


def insert_new(session: Session, model: type[Base], **values: Any) -> Any | None:
    """Add a row unless one of the table's unique rules already has it; its first key column, or None.

    Rows waiting in the session are written first, so that the new one may refer to them.
    """
    session.flush()
    return session.connection().execute(_new(model, session.get_bind().dialect.name), values).scalar()


def insert_or_add_one(session: Session, model: type[Base], counted: str, **key: Any) -> int:
    """Count one more: a row with `key` (a unique rule) starts at 1 or rises by 1. Returns the new count."""
    statement = _counting(model, session.get_bind().dialect.name, counted, tuple(key))
    session.flush()
    return int(session.connection().execute(statement, {**key, counted: 1}).scalar_one())


@cache
def _plain(model: type[Base]) -> sa.Insert:
    return sa.insert(model.__table__)  # type: ignore[arg-type]


@cache
def _new(model: type[Base], dialect: str) -> Any:
    first_key = sa.inspect(model).primary_key[0]
    return _upsert(model, dialect).on_conflict_do_nothing().returning(first_key)


@cache
def _counting(model: type[Base], dialect: str, counted: str, key: tuple[str, ...]) -> Any:
    column = sa.inspect(model).columns[counted]
    return (
        _upsert(model, dialect)
        .on_conflict_do_update(index_elements=key, set_={counted: column + 1})
        .returning(column)
    )


def _upsert(model: type[Base], dialect: str) -> postgresql.Insert | sqlite.Insert:
    table = model.__table__
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)  # type: ignore[arg-type]
