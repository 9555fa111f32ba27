"""How Alembic runs: on the app's engine, one transaction for the steps and the guards together."""

from typing import Any

from alembic import context
from flask import current_app

import salonpool.models  # noqa: F401  registers the tables that autogenerate compares with
from migrations import guards
from salonpool.database import Base, db


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
run()
