"""The database's last word, in one place: no overlap of a resource, and an audit trail that only grows.

Re-created at the end of every upgrade and downgrade (a table rebuild silently drops triggers) and
looked at by /readyz and `flask doctor`. Occupancy is never altered by a batch (table-rebuild) step.
"""

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

# No row is longer than 1500 minutes (a check of the table), so one that overlaps ends soon after the new one:
# without that bound a trigger would read all the rows ahead of a stylist.
SQLITE_TRIGGERS = {
    "occupancy_no_overlap_insert": """
        CREATE TRIGGER occupancy_no_overlap_insert BEFORE INSERT ON occupancy
        WHEN EXISTS (SELECT 1 FROM occupancy WHERE resource = NEW.resource
                     AND ends_at > NEW.starts_at AND ends_at < NEW.ends_at + 1500
                     AND starts_at < NEW.ends_at)
        BEGIN SELECT RAISE(ABORT, 'occupancy_overlap'); END""",
    "occupancy_no_overlap_update": """
        CREATE TRIGGER occupancy_no_overlap_update BEFORE UPDATE ON occupancy
        WHEN EXISTS (SELECT 1 FROM occupancy WHERE resource = NEW.resource
                     AND ends_at > NEW.starts_at AND ends_at < NEW.ends_at + 1500
                     AND starts_at < NEW.ends_at AND id <> OLD.id)
        BEGIN SELECT RAISE(ABORT, 'occupancy_overlap'); END""",
    "audit_entry_no_update": """
        CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'audit_is_append_only'); END""",
    # REPLACE deletes without telling the trigger below.
    "audit_entry_no_replace": """
        CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry
        WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'audit_is_append_only'); END""",
    "audit_entry_no_delete": """
        CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'audit_is_append_only'); END""",
}
TABLE_OF = {name: name.split("_no_")[0] for name in SQLITE_TRIGGERS}

OVERLAP_CONSTRAINT = "ex_occupancy_resource_time"
AUDIT_TRIGGER = "audit_entry_append_only"


def create(connection: Connection) -> None:
    """Put every guard in place afresh, for the tables that exist."""
    tables = set(inspect(connection).get_table_names())
    if connection.dialect.name == "sqlite":
        _create_sqlite(connection, tables)
    else:
        _create_postgresql(connection, tables)


def missing(connection: Connection) -> list[str]:
    """Names of the guards that are not in place; empty when all is well."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        present = {name: " ".join(sql.split()) for name, sql in rows}
        return [name for name, sql in SQLITE_TRIGGERS.items() if present.get(name) != " ".join(sql.split())]
    found = {
        *connection.execute(
            text(
                "SELECT conname FROM pg_constraint WHERE contype = 'x' AND convalidated"
                " AND conrelid = to_regclass('occupancy')"
            )
        ).scalars(),
        *connection.execute(
            text(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('audit_entry')"
                " AND NOT tgisinternal AND tgenabled <> 'D'"
            )
        ).scalars(),
    }
    return [name for name in (OVERLAP_CONSTRAINT, AUDIT_TRIGGER) if name not in found]


def drop(connection: Connection) -> None:
    """Take every guard out: for tests that show what each layer is worth, never for running."""
    if connection.dialect.name == "sqlite":
        for name in SQLITE_TRIGGERS:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        return
    connection.execute(text(f"ALTER TABLE occupancy DROP CONSTRAINT IF EXISTS {OVERLAP_CONSTRAINT}"))
    connection.execute(text(f"DROP TRIGGER IF EXISTS {AUDIT_TRIGGER} ON audit_entry"))


def _create_sqlite(connection: Connection, tables: set[str]) -> None:
    for name, sql in SQLITE_TRIGGERS.items():
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        if TABLE_OF[name] in tables:
            connection.execute(text(sql))


def _create_postgresql(connection: Connection, tables: set[str]) -> None:
    if "occupancy" in tables:
        # A trusted extension: the owner of the database may create it (PostgreSQL 13+).
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS btree_gist"))
        if OVERLAP_CONSTRAINT in missing(connection):
            connection.execute(
                text(
                    f"ALTER TABLE occupancy ADD CONSTRAINT {OVERLAP_CONSTRAINT}"
                    " EXCLUDE USING gist (resource WITH =, int8range(starts_at, ends_at) WITH &&)"
                )
            )
    connection.execute(
        text(
            "CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'audit_is_append_only'; END $$"
        )
    )
    if "audit_entry" in tables:
        connection.execute(text(f"DROP TRIGGER IF EXISTS {AUDIT_TRIGGER} ON audit_entry"))
        connection.execute(
            text(
                f"CREATE TRIGGER {AUDIT_TRIGGER} BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry"
                " FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
            )
        )
