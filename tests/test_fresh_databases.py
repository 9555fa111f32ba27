"""Databases outside pytest, as the benches make them."""

import pytest
import sqlalchemy as sa

from tests import databases


@pytest.mark.parametrize("kind", databases.KINDS)
def test_a_bench_gets_a_migrated_database_that_is_gone_afterwards(kind: databases.Kind) -> None:
    with databases.fresh(kind) as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM booking")) == 0
    with pytest.raises(sa.exc.OperationalError), engine.connect():
        pass
