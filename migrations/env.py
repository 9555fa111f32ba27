"""How Alembic runs: on the app's engine, one transaction for the steps and the guards together."""

from typing import Any

import click
from alembic import context
from flask import current_app
from sqlalchemy.exc import OperationalError

import salonpool.models  # noqa: F401  registers the tables that autogenerate compares with
from migrations import guards
from salonpool.database import Base, db
from salonpool.queries.health import in_short


def _include_object(item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    return name != guards.OVERLAP_CONSTRAINT


def run() -> None:
    """Run the wanted steps, then put the guards in place."""
    engine = db.engine
    with engine.connect().execution_options(writing=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=_include_object,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
            guards.create(connection)
        connection.commit()


if context.is_offline_mode():
    raise SystemExit("offline migrations are not supported: the guards need the database")
try:
    run()
except OperationalError as error:  # absent, locked, full, not ours to write
    click.echo(f"database: {in_short(error)}; flask doctor says what to do", err=True)
    raise SystemExit(2) from None
