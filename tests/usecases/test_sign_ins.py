"""Signing in by a link: texted, good once, and no sign of whose number is known."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.refusal import InvalidInput, Missing, Refusal
from salonpool.models import Account, AuditEntry, Message
from salonpool.queries import access
from salonpool.queries import accounts as account_queries
from salonpool.usecases import accounts, sign_ins
from tests.builders import NOW, a_network, an_account

ADDRESS = "192.0.2.7"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def texting(app):
    return app.extensions["salonpool.texting"]


@pytest.fixture
def account_id(app):
    return an_account(a_network(), phone="+886912345678", language="en")


def _ask(texting, typed: str = "0912 345 678", address: str = ADDRESS, now=NOW) -> None:
    sign_ins.ask(typed, address=address, now=now, texting=texting)


def _texts() -> list[Message]:
    return list(db.session.scalars(sa.select(Message).order_by(Message.id)))


def _token(text: Message) -> str:
    return text.body.split("/in/")[1].split()[0]


def test_the_owner_of_the_number_gets_a_link_that_signs_in(texting, account_id):
    _ask(texting)
    (text,) = _texts()
    assert (text.to, text.text_id, text.expires_at) == ("+886912345678", "S1", NOW + 10 * MINUTE)
    assert f"{texting.links.host}/in/" in text.body
    assert account_queries.get_sign_in(_token(text), NOW) == account_queries.SignInRow("陳姐", True)
    assert sign_ins.use(_token(text), NOW + 9 * MINUTE).id == account_id
    assert db.session.scalars(sa.select(AuditEntry.action)).all() == ["sign_in"]


def test_an_unknown_number_is_answered_the_same_and_gets_nothing(texting, account_id):
    _ask(texting, "0987 654 321")
    assert _texts() == []


def test_a_disabled_account_gets_no_link_and_cannot_use_one(texting, account_id):
    _ask(texting)
    (text,) = _texts()
    with transaction() as session:
        session.get_one(Account, account_id).disabled_at = NOW
    with pytest.raises(Refusal, match="sign_in_used"):
        sign_ins.use(_token(text), NOW)
    _ask(texting)
    assert len(_texts()) == 1


def test_a_link_works_once(texting, account_id):
    _ask(texting)
    token = _token(_texts()[0])
    sign_ins.use(token, NOW)
    with pytest.raises(Refusal, match="sign_in_used"):
        sign_ins.use(token, NOW)
    assert not account_queries.get_sign_in(token, NOW).usable


def test_of_two_uses_at_once_one_signs_in(app, texting, account_id):
    _ask(texting)
    token = _token(_texts()[0])
    db.session.remove()
    came_of_it: list[str] = []
    together = threading.Barrier(2)

    def use() -> None:
        with app.app_context():
            together.wait()
            try:
                sign_ins.use(token, NOW)
                came_of_it.append("in")
            except Refusal as refusal:
                came_of_it.append(refusal.code)

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came_of_it) == ["in", "sign_in_used"]


def test_a_link_is_good_for_ten_minutes(texting, account_id):
    _ask(texting)
    token = _token(_texts()[0])
    with pytest.raises(Refusal, match="sign_in_used"):
        sign_ins.use(token, NOW + 10 * MINUTE)


@pytest.mark.parametrize("token", ["AAAAAAAAAAA", "short", "", "AAAAAAAAAA\0"])
def test_a_token_that_never_was_opens_nothing(texting, account_id, token):
    with pytest.raises(Missing):
        sign_ins.use(token, NOW)
    with pytest.raises(Missing):
        account_queries.get_sign_in(token, NOW)


@pytest.mark.parametrize("typed", ["0912 345 678", "0987 654 321"])
def test_a_number_is_texted_three_times_in_ten_minutes_known_or_not(texting, account_id, typed):
    for _ in range(3):
        _ask(texting, typed)
    with pytest.raises(Refusal, match="too_many_tries"):
        _ask(texting, typed, address="192.0.2.8")
    _ask(texting, typed, now=NOW + 10 * MINUTE)


def test_an_address_may_ask_twenty_times_an_hour(texting, account_id):
    for number in range(20):
        _ask(texting, f"09120000{number:02d}")
    with pytest.raises(Refusal, match="too_many_tries"):
        _ask(texting)


def test_what_cannot_be_a_mobile_number_is_refused_by_name(texting, account_id):
    with pytest.raises(InvalidInput, match="phone_unreadable"):
        _ask(texting, "call me")


def test_a_made_link_signs_in_without_a_text(texting, account_id):
    link = sign_ins.make_sign_in_link(account_id, NOW, texting)
    assert link.startswith(f"{texting.links.public_url}/in/")
    assert sign_ins.use(link.rsplit("/", 1)[1], NOW).id == account_id
    assert _texts() == []


def test_the_first_network_comes_with_its_office(app, texting):
    link = accounts.init_network(slug="yuanshan", office_phone="0912 345 678", now=NOW, texting=texting)
    office = sign_ins.use(link.rsplit("/", 1)[1], NOW)
    assert office.is_office
    assert not office.owned_salon_ids


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("network", {"slug": "Yuan Shan"}),
        ("office", {"office_phone": "02 2599 1234"}),
        ("zone", {"zone": "EST"}),
        ("region", {"region": "XX"}),
        ("currency", {"currency": "dollars"}),
        ("language", {"language": "fr"}),
    ],
)
def test_a_network_nobody_could_run_is_refused_by_field(app, texting, field, given):
    values = {"slug": "yuanshan", "office_phone": "0912 345 678", **given}
    with pytest.raises(InvalidInput) as refused:
        accounts.init_network(**values, now=NOW, texting=texting)
    assert refused.value.field == field


def test_a_network_is_made_once(app, texting):
    accounts.init_network(slug="yuanshan", office_phone="0912 345 678", now=NOW, texting=texting)
    with pytest.raises(InvalidInput, match="slug_taken"):
        accounts.init_network(slug="yuanshan", office_phone="0912 345 678", now=NOW, texting=texting)


def test_a_bearer_token_opens_its_account(account_id):
    token = accounts.issue_token(account_id, NOW)
    found = access.find_account_by_bearer(token)
    assert found is not None
    assert found.id == account_id


@pytest.mark.parametrize("typed", ["0912 345 678", "+886 912 345 678"])
def test_an_account_is_named_by_id_or_number(account_id, typed):
    assert account_queries.get_account_id(typed) == account_id
    assert account_queries.get_account_id(str(account_id)) == account_id
    with pytest.raises(Missing):
        account_queries.get_account_id("99999")
