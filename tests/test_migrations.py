"""Migrations and models tell one story, on both databases, forwards and back."""

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from salonpool.database import Base, db


def _differences() -> list[object]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def test_migrations_give_the_schema_of_the_models(app: Flask) -> None:
    assert _differences() == []


def test_migrations_go_back_to_nothing_and_forward_again(app: Flask) -> None:
    flask_migrate.downgrade(revision="base")
    assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
    flask_migrate.upgrade()
    assert _differences() == []


def test_there_is_one_newest_revision(app: Flask) -> None:
    with db.engine.connect() as connection:
        assert len(MigrationContext.configure(connection).get_current_heads()) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_copy_of_the_template_starts_empty(app: Flask) -> None:
    assert db.session.scalar(sa.text("SELECT count(*) FROM booking")) == 0
