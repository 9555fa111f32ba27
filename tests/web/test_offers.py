"""A stylist's pages: an offer by its link, accepted and declined by POST, and their own day."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.links import digest
from salonpool.models import Assignment, Offer
from tests import builders as b


@pytest.fixture
def asked(app: Any) -> SimpleNamespace:
    """A pooled stylist, asked for tomorrow 11:00-15:00 at a salon that is not theirs; so is a second one."""
    network = b.a_network()
    home, salon = b.a_salon(network), b.a_salon(network, slug="qinghe", x_km=0.5)
    owner = b.an_account(network, owns=(salon,))
    people = [b.a_pooled_stylist(network, home=home) for _ in range(2)]
    tomorrow = b.TODAY + timedelta(days=1)
    shift = b.a_shift(salon, starts_at=b.at("11:00", tomorrow), ends_at=b.at("15:00", tomorrow))
    texting = app.extensions["salonpool.texting"]
    tokens = []
    for person in people:
        offer = b.an_offer(shift, person)
        token = texting.links.offer_token(offer, 1)
        db.session.execute(sa.update(Offer).where(Offer.id == offer).values(link_digest=digest(token)))
        db.session.commit()
        tokens.append(token)
    return SimpleNamespace(
        network=network, salon=salon, owner=owner, people=people, shift=shift, tokens=tokens, home=home
    )


def _answer(client: Any, token: str, what: str) -> Any:
    page = client.get(f"/o/{token}")
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    return client.post(f"/o/{token}/{what}", data={"csrf_token": csrf[1] if csrf else ""})


def test_looking_at_an_offer_changes_nothing(client: Any, asked: SimpleNamespace) -> None:
    page = client.get(f"/o/{asked.tokens[0]}")
    assert page.status_code == 200
    assert "Take this shift" in page.text
    assert db.session.scalars(sa.select(Offer.status)).all() == ["offered", "offered"]
    assert not db.session.scalars(sa.select(Assignment.id)).all()


def test_a_yes_by_link_takes_the_shift_and_the_other_hears_it_is_taken(
    client: Any, asked: SimpleNamespace
) -> None:
    first, second = asked.tokens
    late = client.get(f"/o/{second}")
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', late.text)
    assert csrf
    yes = _answer(client, first, "accept")
    assert yes.status_code == 303
    assert "The shift is yours" in client.get(yes.location).text
    too_late = client.post(f"/o/{second}/accept", data={"csrf_token": csrf[1]})
    assert too_late.status_code == 409
    assert "Somebody else has this shift" in too_late.text
    assert db.session.scalars(sa.select(Assignment.stylist_id)).all() == [asked.people[0]]


def test_no_thanks_costs_nothing(client: Any, asked: SimpleNamespace) -> None:
    no = _answer(client, asked.tokens[0], "decline")
    assert no.status_code == 303
    assert "does not count against you" in client.get(no.location).text


def test_an_offer_past_its_deadline_cannot_be_taken(
    client: Any, asked: SimpleNamespace, stopped_clock: Any
) -> None:
    page = client.get(f"/o/{asked.tokens[0]}")
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert csrf
    stopped_clock.now += timedelta(hours=30)
    answer = client.post(f"/o/{asked.tokens[0]}/accept", data={"csrf_token": csrf[1]})
    assert answer.status_code == 409
    assert not db.session.scalars(sa.select(Assignment.id)).all()


def test_an_unknown_offer_is_a_404_like_any_other(client: Any, asked: SimpleNamespace) -> None:
    assert client.get("/o/AAAAAAAAAAA").status_code == 404
    assert client.get("/o/short").status_code == 404
