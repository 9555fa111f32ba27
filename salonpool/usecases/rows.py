"""Inserts that let the database decide who was first, the same on SQLite and PostgreSQL."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from salonpool.database import Base


def insert_new(session: Session, model: type[Base], **values: Any) -> Any | None:
    """Add a row unless one of the table's unique rules already has it; its first key column, or None.

    Rows waiting in the session are written first, so that the new one may refer to them.
    """
    session.flush()
    statement = _insert(session, model).values(**values).on_conflict_do_nothing()
    return session.execute(statement.returning(sa.inspect(model).primary_key[0])).scalar()


def insert_or_add_one(session: Session, model: type[Base], counted: str, **key: Any) -> int:
    """Count one more: a row with `key` (a unique rule) starts at 1 or rises by 1. Returns the new count."""
    column = sa.inspect(model).columns[counted]
    statement = (
        _insert(session, model)
        .values({**key, counted: 1})
        .on_conflict_do_update(index_elements=list(key), set_={counted: column + 1})
        .returning(column)
    )
    return int(session.execute(statement).scalar_one())


def _insert(session: Session, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(model)
    return sqlite.insert(model)
