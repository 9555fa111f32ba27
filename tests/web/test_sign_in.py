"""Signing in on the pages: a link by text, a button, a session that ends."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.messaging.capabilities import Capabilities
from salonpool.models import Account, AuditEntry, Message, Role, SignIn
from salonpool.usecases import limits
from tests.builders import NOW, a_network, a_salon, a_stylist, add, an_account

PHONE = "0912 345 678"


@pytest.fixture
def owner(app):
    network_id = a_network()
    return an_account(network_id, owns=(a_salon(network_id),), phone="+886912345678", language="en")


def _form_token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def _ask(client, phone: str = PHONE, **more: str):
    page = client.get("/in", query_string=more)
    return client.post("/in", data={"csrf_token": _form_token(page.text), "phone": phone, **more})


def _link() -> str:
    db.session.rollback()
    body = db.session.scalars(sa.select(Message.body).order_by(Message.id.desc()).limit(1)).one()
    return "/in/" + body.split("/in/")[1].split()[0]


def _press(client, link: str):
    return client.post(link, data={"csrf_token": _form_token(client.get(link).text)})


def _signed_in(client) -> bool:
    with client.session_transaction() as session:
        return "_user_id" in session


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_links_are_refused_an_owner_types_the_code_of_the_text(app, client, owner):
    open_way = app.extensions["salonpool.texting"]
    app.extensions["salonpool.texting"] = replace(open_way, capabilities=Capabilities(links=False))
    page = _ask(client).text
    db.session.rollback()
    body = db.session.scalars(sa.select(Message.body)).one()
    code, words = body.split(" ", 1)
    assert words == "is your sign-in code for 10 minutes. We never phone to ask for it."

    def type_in(typed: str):
        return client.post("/in/code", data={"csrf_token": _form_token(page), "code": typed})

    wrong = type_in("482913")
    assert (wrong.status_code, "/in/code" in wrong.text) == (422, True)
    assert type_in("https://a.test/").status_code == 422
    assert type_in(f" {code} ").location == f"/in/{code}"
    assert _press(client, f"/in/{code}").location == "/desk"


def test_an_owner_signs_in_by_the_link_and_lands_at_the_desk(client, owner):
    assert "Look at your phone" in _ask(client).text
    answer = _press(client, _link())
    assert (answer.status_code, answer.location) == (303, "/desk")
    with client.session_transaction() as session:
        assert session["_user_id"] == f"{owner}:1"
        assert session.permanent
    assert client.application.permanent_session_lifetime == timedelta(hours=12)


def test_a_stylist_lands_on_their_own_page(client, app):
    network_id = a_network()
    an_account(network_id, stylist=a_stylist(network_id), phone="+886912345678")
    _ask(client)
    assert _press(client, _link()).location == "/me"


@pytest.fixture
def office(app):
    account_id = an_account(a_network(), name="網路辦公室", phone="+886912345678", language="en")
    account = db.session.get_one(Account, account_id)
    add(Role(network_id=account.network_id, account_id=account_id, kind="office"))
    return account_id


@pytest.mark.parametrize(
    "wanted", ["", "/desk", "/desk/shift/new?on=2026-10-20", "/desk/shift/7/others", "/me", "/me?lang=en"]
)
def test_the_office_lands_on_the_shifts_of_all_salons_and_sees_who_is_signed_in(client, office, wanted):
    _ask(client, next=wanted)
    answer = _press(client, _link())
    assert (answer.status_code, answer.location) == (303, "/net")
    page = client.get("/net")
    assert page.status_code == 200
    assert "Signed in as 網路辦公室" in page.text
    assert 'action="/out"' in page.text
    assert '<a class="brand" href="/net">' in page.text


@pytest.mark.parametrize("wanted", ["/net", "/desk/shift/7"])
def test_the_office_lands_on_a_shift_it_wanted_and_an_owner_not_at_the_office(client, office, wanted):
    _ask(client, next=wanted)
    assert _press(client, _link()).location == wanted
    an_account(a_network(), owns=(), phone="+886912345679")
    _ask(client, phone="0912 345 679", next=wanted)
    assert _press(client, _link()).location == "/"


@pytest.mark.parametrize(("owns", "cuts"), [(False, False), (True, False), (False, True), (True, True)])
def test_nobody_lands_on_a_refusal(client, app, owns, cuts):
    network_id = a_network()
    salon_id = a_salon(network_id)
    an_account(
        network_id,
        owns=(salon_id,) if owns else (),
        stylist=a_stylist(network_id, home=salon_id) if cuts else None,
        phone="+886912345678",
    )
    for wanted in ("", "/desk", "/me"):
        _ask(client, next=wanted)
        assert client.get(_press(client, _link()).location).status_code == 200


def test_whoever_wanted_a_page_lands_there(client, owner):
    _ask(client, next="/desk/shift/7")
    assert _press(client, _link()).location == "/desk/shift/7"


@pytest.mark.parametrize("next_url", ["//evil.example", "/\\evil.example", "https://evil.example", "desk"])
def test_nobody_is_sent_out_of_the_house(client, owner, next_url):
    _ask(client, next=next_url)
    assert _press(client, _link()).location == "/desk"


def test_the_page_is_the_same_for_a_number_nobody_has(client, owner):
    def without_token(page: str) -> str:
        return re.sub(r'value="[^"]{40,}"', "", page)

    known, unknown = _ask(client), _ask(client, "0987 654 321")
    assert (known.status_code, without_token(known.text)) == (
        unknown.status_code,
        without_token(unknown.text),
    )


def test_opening_the_link_changes_nothing(client, owner):
    _ask(client)
    for _ in range(3):
        assert client.get(_link()).status_code == 200
    assert client.head(_link()).status_code == 200
    assert db.session.scalar(sa.select(SignIn.used_at)) is None
    assert not _signed_in(client)


def test_a_link_signs_in_once(client, owner):
    _ask(client)
    link = _link()
    token = _form_token(client.get(link).text)
    other = client.application.test_client()
    other_token = _form_token(other.get(link).text)
    assert client.post(link, data={"csrf_token": token}).status_code == 303
    assert other.post(link, data={"csrf_token": other_token}).status_code == 410
    page = other.get(link)
    assert page.status_code == 410
    assert "csrf_token" not in page.text


def test_a_link_is_good_for_ten_minutes(client, owner, stopped_clock):
    _ask(client)
    stopped_clock.now = NOW + timedelta(minutes=10)
    assert client.get(_link()).status_code == 410


def test_without_the_forms_token_nobody_is_signed_in(client, owner):
    _ask(client)
    assert client.post(_link()).status_code == 403
    assert not _signed_in(client)


def test_a_session_planted_before_does_not_survive_signing_in(client, owner):
    _ask(client)
    with client.session_transaction() as session:
        session["planted"] = "here"
    _press(client, _link())
    with client.session_transaction() as session:
        assert "planted" not in session


def test_what_is_no_mobile_number_is_said_at_the_field(client, owner):
    answer = _ask(client, "call me")
    assert answer.status_code == 422
    assert "call me" in answer.text


def test_asking_too_often_is_refused(client, owner):
    answers = [_ask(client).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]


def test_guessing_links_is_stopped(client, owner):
    answers = {client.get(f"/in/{number:011d}").status_code for number in range(limits.MISSES)}
    assert answers == {404}
    assert client.get("/in/00000000000").status_code == 429
    _ask(client)
    assert client.get(_link()).status_code == 429


def test_signing_out_ends_the_session(client, owner):
    _ask(client)
    _press(client, _link())
    token = _form_token(client.get("/in").text)
    assert client.post("/out", data={"csrf_token": token}).status_code == 303
    assert not _signed_in(client)


def test_signing_out_ends_every_copy_of_the_session(client, owner):
    _ask(client)
    _press(client, _link())
    stolen = client.get_cookie("session").value
    client.post("/out", data={"csrf_token": _form_token(client.get("/in").text)})
    thief = client.application.test_client()
    thief.set_cookie("session", stolen)
    assert thief.get("/desk").status_code == 302
    assert (
        db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == "sign_out"
    )
    _ask(client)
    _press(client, _link())
    assert client.get("/desk").status_code == 200
    thief.post("/out", data={"csrf_token": _form_token(thief.get("/in").text)})
    assert client.get("/desk").status_code == 200  # a stranger's sign-out ends nothing of hers


def test_raising_the_session_version_ends_every_session(client, owner):
    _ask(client)
    _press(client, _link())
    with transaction() as session:
        session.get_one(Account, owner).session_version = 2
    from salonpool.web.extensions import load_signed_in

    assert load_signed_in(f"{owner}:1") is None
    assert load_signed_in(f"{owner}:2") is not None
