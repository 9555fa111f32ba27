"""Takes everything out of a demo's database, guards included for the length of one transaction."""

import sqlalchemy as sa

from migrations import guards
from salonpool.database import Base, db, retried, transaction
from salonpool.usecases import demo_clock

# The running clock's hold is not part of the network.
KEPT = {"lease"}


def check_only_demo() -> None:
    """Raises Refusal not_a_demo if the database holds a network that is not an example."""
    demo_clock.check_only_demo(db.session())
    db.session.rollback()


@retried
def empty() -> None:
    """Delete every row; nobody ever sees the database without its guards. Raises Refusal not_a_demo."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in KEPT]
    with transaction() as session:
        demo_clock.check_only_demo(session)
        connection = session.connection()
        guards.drop(connection)
        if connection.dialect.name == "postgresql":
            names = ", ".join(f'"{table.name}"' for table in tables)
            connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY"))
        else:
            connection.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
            for table in tables:
                connection.execute(sa.delete(table))
        guards.create(connection)
