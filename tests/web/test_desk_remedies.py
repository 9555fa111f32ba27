"""Why a seat is free, who almost fits, and doing what would fill it, on the owner's pages."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from salonpool.database import db
from salonpool.models import Decision, Shift
from salonpool.queries.salons import get_salon_by_id
from salonpool.queries.shifts import Gap, get_shift
from salonpool.solver.rules import RULES
from salonpool.web.desk.reasons import lacking_words, nobody_words, remedy_words
from tests import builders as b
from tests.usecases import pool
from tests.web.signing_in import sign_in

KEPT_PRIVATE = {"blocked", "not-with"}
OF_SEATS = {"one-per-shift", "pinned", "excluded"}
OF_EXCLUSION = {"skill_dates", "no_text", "live_offer"}


@pytest.fixture
def shop(app: Flask) -> SimpleNamespace:
    """A shift that pays too little for the one person who could, in a pool of three."""
    network = b.a_network()
    salon = b.a_salon(network)
    b.a_pooled_stylist(network, hourly_pay_minor=45000)
    b.a_pooled_stylist(network, skills=("colour",), hourly_pay_minor=90000)
    b.a_pooled_stylist(network, hourly_pay_minor=45000, x_km=20.0)
    shift = b.a_shift(salon)
    pool.plan(network)
    return SimpleNamespace(
        network=network, salon=salon, shift=shift, owner=b.an_account(network, owns=(salon,))
    )


def _hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def _first_path(client: Any, shift: int) -> str:
    found = re.search(
        r'href="(/desk/shift/\d+/remedy/[^"]+)"', client.get(f"/desk/shift/{shift}?lang=en").text
    )
    assert found
    return found[1]


def test_the_page_shows_who_is_left_who_almost_fits_and_what_helps(
    client: Any, shop: SimpleNamespace
) -> None:
    sign_in(client, shop.owner)
    page = client.get(f"/desk/shift/{shop.shift}?lang=en").text
    assert re.findall(r'<rect width="(\d+)"', page) == ["100", "66", "33", "0"]
    assert "1 person lacks only more pay" in page
    assert "Pay NT$450 an hour, NT$30 more" in page
    assert "1 person could come" in page


def test_a_tap_shows_what_changes_and_another_does_it(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.owner)
    path = _first_path(client, shop.shift)
    step = client.get(f"{path}?lang=en")
    assert "A seat costs NT$1,800 instead of NT$1,680." in step.text
    assert pool.shift(shop.shift).status == "posted"
    done = client.post(path, data=_hidden(step.text))
    assert done.status_code == 303
    new = db.session.scalars(sa.select(Shift).where(Shift.replaces_shift_id == shop.shift)).one()
    assert done.location == f"/desk/shift/{new.id}"
    assert new.hourly_pay_minor == 45000
    old = client.get(f"/desk/shift/{shop.shift}?lang=en").text
    assert f'<a href="/desk/shift/{new.id}">See the new one</a>' in old
    assert "Change the shift like this" not in old
    again = client.post(path, data=_hidden(step.text))
    assert (again.status_code, again.location) == (303, done.location)


def test_a_shift_that_changed_meanwhile_comes_back_and_says_so(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.owner)
    path = _first_path(client, shop.shift)
    form = _hidden(client.get(path).text)
    db.session.get_one(Shift, shop.shift).version += 1
    db.session.commit()
    refused = client.post(f"{path}?lang=en", data=form)
    assert refused.status_code == 409
    assert "Something happened to this shift meanwhile" in refused.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Shift)) == 1


def test_somebodys_yes_takes_the_button_away(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.owner)
    path = _first_path(client, shop.shift)
    form = _hidden(client.get(path).text)
    mia = b.a_pooled_stylist(shop.network, hourly_pay_minor=100)
    pool.accept(b.an_offer(shop.shift, mia), mia)
    page = client.get(f"{path}?lang=en")
    assert "This shift cannot be changed any more." in page.text
    assert "idempotency_key" not in page.text
    refused = client.post(f"{path}?lang=en", data=form)
    assert refused.status_code == 409
    assert "a yes is kept as it was given" in refused.text


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 10])
def test_a_version_nobody_was_shown_is_refused(client: Any, shop: SimpleNamespace, version: str) -> None:
    sign_in(client, shop.owner)
    path = _first_path(client, shop.shift)
    form = _hidden(client.get(path).text) | {"version": version}
    assert client.post(path, data=form).status_code == 422


def test_a_remedy_of_another_shift_or_owner_is_missing(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.owner)
    path = _first_path(client, shop.shift)
    other = b.a_shift(shop.salon)
    of_another = path.replace(f"/shift/{shop.shift}/", f"/shift/{other}/")
    unknown = f"/desk/shift/{shop.shift}/remedy/99999/0"
    assert [client.get(one).status_code for one in (of_another, f"{path}9", unknown)] == [404] * 3
    sign_in(client, b.an_account(shop.network, owns=(b.a_salon(shop.network),)))
    assert client.get(path).status_code == 404
    assert client.post(path, data={"csrf_token": "x"}).status_code in {403, 404}


def test_what_is_up_to_a_person_has_words_and_no_button(client: Any, shop: SimpleNamespace) -> None:
    decision = db.session.scalars(sa.select(Decision).where(Decision.shift_id == shop.shift)).one()
    decision.detail = decision.detail | {"remedies": [{"change": {"max_travel_minutes": 15}, "fills": 2}]}
    db.session.commit()
    sign_in(client, shop.owner)
    page = client.get(f"/desk/shift/{shop.shift}?lang=en").text
    assert "Ask people who live up to 15 minutes further away" in page
    assert "How far somebody travels is up to them" in page
    assert "/remedy/" not in page
    assert client.get(f"/desk/shift/{shop.shift}/remedy/{decision.id}/0").status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start_minutes": 30}, "Start 30 minutes later"),
        ({"start_minutes": -60}, "Start 60 minutes earlier"),
        ({"start_minutes": 90}, "Start at 15:30"),
        ({"start_minutes": -1500}, "Move it to Wed 21 Oct 13:00"),
        ({"later_start_minutes": 60}, "Start only at 15:00"),
        ({"earlier_end_minutes": 60}, "End at 17:00"),
        ({"start_minutes": 120, "earlier_end_minutes": 60}, "Start at 16:00 + End at 19:00"),
        ({"max_hourly_cost": 45000}, "Pay NT$450 an hour, NT$30 more"),
        ({"ask_again": 1}, "Ask those again who were asked before"),
        ({"skill": "colour"}, "Ask for colour instead of cut"),
        ({"max_travel_minutes": 15}, "Ask people who live up to 15 minutes further away"),
        ({"split_at": "2026-10-22T16:00:00+08:00"}, "Split the shift at 16:00"),
    ],
)  # fmt: skip
def test_every_change_has_words(app: Flask, change: dict[str, Any], words: str) -> None:
    network = b.a_network()
    salon = b.a_salon(network)
    shift = get_shift(b.a_shift(salon), b.NOW, "en").shift
    with app.test_request_context("/?lang=en"):
        row = get_salon_by_id(salon, "en")
        assert remedy_words(change, shift, row, {"cut": "cut", "colour": "colour"}) == words


def test_every_rule_but_the_private_ones_says_what_somebody_lacks(app: Flask) -> None:
    rules = (set(RULES) - OF_SEATS) | OF_EXCLUSION
    with app.test_request_context("/?lang=en"):
        for rule in rules:
            assert bool(lacking_words([(rule, 3)])) == (rule not in KEPT_PRIVATE)
        assert lacking_words([("skill", 1), ("travel-gap", 3)]) == [
            "3 people lack only the travel time",
            "1 person lacks only the skill",
        ]


def test_a_shift_nobody_can_fill_says_what_to_do(app: Flask) -> None:
    def gap(**funnel: int) -> Gap:
        return Gap(1, 3, tuple(funnel.items()), (), (), 0, 0, 0)

    with app.test_request_context("/?lang=en"):
        assert nobody_words(gap(skill=3)).startswith("Nobody in the pool has this skill.")
        assert nobody_words(gap(skill=2, blocked=1)).startswith("Nobody in the pool could come")


def test_the_page_of_a_network_without_a_pool_says_what_to_do(client: Any, app: Flask) -> None:
    network = b.a_network()
    salon = b.a_salon(network)
    shift = b.a_shift(salon, day=b.TODAY + timedelta(days=4))
    pool.plan(network)
    sign_in(client, b.an_account(network, owns=(salon,)))
    assert "Nobody in the pool could come" in client.get(f"/desk/shift/{shift}?lang=en").text
