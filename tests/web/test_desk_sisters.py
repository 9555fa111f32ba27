"""Sister salons at the desk: what both said, said or taken back with one button."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.models import SalonLink
from tests import builders as b
from tests.web.signing_in import sign_in


@pytest.fixture
def desk(app: Any, client: Any) -> SimpleNamespace:
    """The owner of one of two salons, signed in."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe")
    b.a_salon(network, slug="kapok", name_en="Kapok Studio")
    sign_in(client, b.an_account(network, owns=(salon,)))
    return SimpleNamespace(salon=salon)


def _say(client: Any, **typed: str) -> Any:
    page = client.get("/desk/sisters")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    return client.post("/desk/sisters", data={"csrf_token": token[1], **typed})


def _links() -> list[int]:
    return list(db.session.scalars(sa.select(SalonLink.salon_id)))


def test_an_owner_says_yes_and_takes_it_back(client: Any, desk: SimpleNamespace) -> None:
    assert "Neither of you said yes" in client.get("/desk/sisters").text
    assert _say(client, salon="kapok", show="yes").status_code == 303
    assert _links() == [desk.salon]
    assert "Waiting for them" in client.get("/desk/sisters").text
    assert _say(client, salon="kapok", show="no").status_code == 303
    assert _links() == []


@pytest.mark.parametrize("salon", ["nowhere", "", "qinghe"])
def test_what_is_no_sister_is_said_and_changes_nothing(
    client: Any, desk: SimpleNamespace, salon: str
) -> None:
    page = _say(client, salon=salon, show="yes")
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert _links() == []


def test_a_stranger_is_asked_to_sign_in(client: Any, app: Any) -> None:
    assert client.get("/desk/sisters").status_code == 302
    assert client.post("/desk/sisters", data={"salon": "kapok"}).status_code == 403
