"""Rows written without objects keep the session's order and the table's defaults."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.models import AuditEntry, Card, Customer, Network
from salonpool.queries.salons import get_salon
from salonpool.usecases import audit, idempotency
from salonpool.usecases.booking import customers
from salonpool.usecases.rows import insert, insert_new
from tests import builders as b


def test_a_row_may_refer_to_one_that_still_waits_in_the_session(app: Any) -> None:
    salon = b.a_salon(b.a_network())
    with transaction() as session:
        network_id = session.scalars(sa.select(Network.id)).one()
        guest = Customer(id=7, network_id=network_id, phone=None, language="en", created_at=b.NOW)
        session.add(guest)
        insert(session, Card, network_id=network_id, customer_id=7, salon_id=salon, created_at=b.NOW)
    assert db.session.scalars(sa.select(Card.customer_id)).all() == [7]


def test_nothing_stays_of_a_row_when_the_transaction_is_given_up(app: Any) -> None:
    def give_up() -> None:
        with transaction() as session:
            audit.record(session, b.NOW, actor="guest", action="book", subject="booking", subject_id=1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        give_up()
    assert db.session.scalars(sa.select(AuditEntry)).all() == []


def test_only_the_first_of_two_equal_rows_is_added(app: Any) -> None:
    values = {"network_id": b.a_network(), "phone": "+886912345678", "language": "en", "created_at": b.NOW}
    with transaction() as session:
        first, second = (insert_new(session, Customer, **values) for _ in range(2))
    assert first is not None
    assert second is None


def test_a_kept_answer_comes_back_until_it_is_forgotten(app: Any) -> None:
    with transaction() as session:
        assert idempotency.replay(session, "book", "k", "digest") is None
        idempotency.keep(session, "book", "k", "digest", None, {"id": 1, "note": None}, b.NOW)
        assert idempotency.replay(session, "book", "k", "digest") == {"id": 1, "note": None}
        idempotency.forget_old(session, b.NOW + idempotency.KEEP + timedelta(seconds=1))
        assert idempotency.replay(session, "book", "k", "digest") is None


def test_a_guest_who_gives_no_name_keeps_the_one_on_the_card(app: Any) -> None:
    b.a_salon(b.a_network(), slug="qinghe")
    salon = get_salon("qinghe", "en")
    for name in ("Lin", None, "Ms Lin"):
        with transaction() as session:
            customers.find_or_add(session, salon, "+886912345678", name, "en", b.NOW)
        kept = db.session.scalars(sa.select(Card.name)).one()
        db.session.rollback()
        assert kept == (name or "Lin")
