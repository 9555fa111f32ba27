"""The owner's page of booking rules: read, set, refused at the field with what was typed."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.models import AuditEntry, Salon
from tests import builders as b
from tests.web.signing_in import sign_in

PAGE = "/desk/settings/booking"
TYPED = {
    "cut_off_minutes": "60", "free_minutes": "1440", "late_fee": "300", "approve_minutes": "120",
    "max_wait_minutes": "30", "waitlist_order": "value",
}  # fmt: skip


@pytest.fixture
def desk(client: Any, app: Any) -> SimpleNamespace:
    """An owner at the desk of one of two salons."""
    network = b.a_network()
    salon, other = b.a_salon(network, slug="qinghe"), b.a_salon(network, slug="kapok")
    sign_in(client, b.an_account(network, owns=(salon,)))
    return SimpleNamespace(salon=salon, other=other)


def _save(client: Any, salon: str = "qinghe", **changes: str) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(PAGE).text)
    assert token
    return client.post(PAGE, data={"csrf_token": token[1], "salon": salon, **TYPED, **changes})


def _rules(salon_id: int) -> tuple[Any, ...]:
    db.session.rollback()
    row = db.session.get_one(Salon, salon_id)
    return (
        row.cut_off_minutes, row.free_minutes, row.late_fee_minor, row.approve_minutes,
        row.max_wait_minutes, row.waitlist_order,
    )  # fmt: skip


def test_an_owner_reads_and_sets_the_rules(client: Any, desk: SimpleNamespace) -> None:
    page = client.get(PAGE).text
    assert 'name="cut_off_minutes" type="number" value="180"' in page
    assert 'value="first_come" checked' in page
    answer = _save(client)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?done=saved")
    assert _rules(desk.salon) == (60, 1440, 30000, 120, 30, "value")
    page = client.get(answer.location).text
    assert "Saved." in page
    assert 'name="late_fee" type="text" value="300"' in page
    assert 'value="value" checked' in page
    assert client.get("/s/qinghe").status_code == 200


def test_without_a_number_guests_are_booked_at_once(client: Any, desk: SimpleNamespace) -> None:
    _save(client)
    assert _save(client, approve_minutes=" ").status_code == 303
    assert _rules(desk.salon)[3] is None


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("cut_off_minutes", "", "Enter whole minutes from 0 to 43200, for example 180."),
        ("cut_off_minutes", "43201", "Enter whole minutes from 0 to 43200, for example 180."),
        ("free_minutes", "-5", "Enter whole minutes from 0 to 43200, for example 1440."),
        ("free_minutes", "59", "later than 60 minutes before. Enter at least that many, for example 60."),
        ("approve_minutes", "14", "Enter whole minutes from 15 to 10080, for example 120."),
        ("max_wait_minutes", "61", "Enter whole minutes from 0 to 60, for example 15."),
        ("max_wait_minutes", "１５", "Enter whole minutes from 0 to 60, for example 15."),
        ("late_fee", "3e2", "Enter an amount from 0 to 100000 TWD, for example 300."),
        ("late_fee", "100001", "Enter an amount from 0 to 100000 TWD, for example 300."),
        ("late_fee", "1.234", "Enter an amount from 0 to 100000 TWD, for example 300."),
        ("waitlist_order", "loudest", "That is not one of the choices here."),
    ],
)
def test_what_cannot_be_comes_back_with_what_was_typed(
    client: Any, desk: SimpleNamespace, field: str, typed: str, said: str
) -> None:
    before = _rules(desk.salon)
    page = _save(client, **{field: typed, "late_fee": TYPED["late_fee"] if field != "late_fee" else typed})
    assert page.status_code == 422
    assert page.text.count(said) == 2  # in the summary and at the field
    assert f'id="error-{field}"' in page.text
    assert 'value="1440"' in page.text or field == "free_minutes"
    assert "Error:" in page.text
    assert _rules(desk.salon) == before
    assert db.session.scalars(sa.select(AuditEntry)).all() == []


def test_every_fault_is_said_at_once_in_the_order_of_the_page(client: Any, desk: SimpleNamespace) -> None:
    page = _save(client, max_wait_minutes="999", cut_off_minutes="x", late_fee="much").text
    places = [
        page.index(f'href="#field-{name}"') for name in ("cut_off_minutes", "late_fee", "max_wait_minutes")
    ]
    assert places == sorted(places)


def test_a_fee_may_have_the_cents_of_its_currency(client: Any, desk: SimpleNamespace) -> None:
    assert _save(client, late_fee="168.5").status_code == 303
    assert _rules(desk.salon)[2] == 16850
    assert 'value="168.50"' in client.get(PAGE).text


def test_another_salon_is_not_there(client: Any, desk: SimpleNamespace) -> None:
    before = _rules(desk.other)
    for salon in ("kapok", "nowhere", ""):
        assert _save(client, salon=salon).status_code == 404
    assert _rules(desk.other) == before


def test_only_an_owner_may(client: Any, app: Any) -> None:
    assert client.get(PAGE).location.startswith("/in?next=")
    network = b.a_network()
    b.a_salon(network, slug="qinghe")
    sign_in(client, b.an_account(network))
    assert client.get(PAGE).status_code == 403
