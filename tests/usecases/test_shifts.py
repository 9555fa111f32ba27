"""Posting a shift."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.money import Money
from salonpool.domain.refusal import InvalidInput, Missing
from salonpool.models import AuditEntry, Shift
from salonpool.queries import access
from salonpool.queries.access import AccountRow
from salonpool.usecases.pool import shifts
from tests.builders import NOW, a_network, a_salon, a_skill, an_account
from tests.usecases import pool

pytestmark = pytest.mark.usefixtures("app")


def _owner(network: int, salon: int) -> AccountRow:
    account = access.find_account(an_account(network, owns=(salon,)))
    assert account is not None
    return account


def _post(account: AccountRow, slug: str, **changes: Any) -> shifts.Posted:
    values: dict[str, Any] = {
        "starts_at": NOW + timedelta(days=2),
        "ends_at": NOW + timedelta(days=2, hours=4),
        "skill": "cut",
        "hourly_pay": Money(42000, "TWD"),
        "now": NOW,
    }
    return shifts.post(account, slug, **values | changes)


def _salon(slug: str) -> tuple[int, int]:
    network = a_network()
    a_skill(network)
    return network, a_salon(network, slug=slug)


def test_a_post_is_open_and_requests_a_plan_in_the_same_breath() -> None:
    network, salon = _salon("kapok")
    posted = _post(_owner(network, salon), "kapok", seats=2)
    assert (posted.status, posted.seats, posted.filled) == ("posted", 2, 0)
    assert pool.shift(posted.id).hourly_pay_minor == 42000
    assert [run.network_id for run in pool.open_requests()] == [network]
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.subject == "shift")).one()
    assert (entry.action, entry.subject_id) == ("post", posted.id)


def test_ten_posts_make_one_request() -> None:
    network, salon = _salon("kapok")
    owner = _owner(network, salon)
    for _ in range(10):
        _post(owner, "kapok")
    assert len(pool.open_requests()) == 1


def test_a_retry_is_answered_even_when_its_start_has_passed() -> None:
    network, salon = _salon("kapok")
    owner = _owner(network, salon)
    first = _post(owner, "kapok", key="k1")
    assert _post(owner, "kapok", key="k1", now=NOW + timedelta(days=2)) == first
    assert db.session.scalars(sa.select(Shift.id).where(Shift.source == "post")).all() == [first.id]
    assert len(db.session.scalars(sa.select(AuditEntry).where(AuditEntry.subject == "shift")).all()) == 1


def test_nobody_posts_at_a_salon_they_do_not_own() -> None:
    network, salon = _salon("kapok")
    a_salon(network, slug="night-owl")
    with pytest.raises(Missing):
        _post(_owner(network, salon), "night-owl")
    assert pool.open_requests() == []


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("skill", {"skill": "juggling"}),
        ("seats", {"seats": 0}),
        ("hourly_pay.currency", {"hourly_pay": Money(42000, "EUR")}),
        ("starts_at", {"starts_at": NOW}),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_posted(field: str, changes: dict[str, Any]) -> None:
    network, salon = _salon("kapok")
    with pytest.raises(InvalidInput) as refused:
        _post(_owner(network, salon), "kapok", **changes)
    assert refused.value.field == field
    assert pool.open_requests() == []
