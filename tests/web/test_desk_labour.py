"""The owner's page of labour rules: what holds, in words with its source, and choosing another pack."""

import html
import re
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.labour import packs
from salonpool.models import AuditEntry, Salon, Stylist
from salonpool.web.desk import labour_words
from tests import builders as b
from tests.web.signing_in import sign_in

PAGE = "/desk/settings/labour"


@pytest.fixture
def desk(client: Any, app: Any) -> SimpleNamespace:
    """An owner of one of two salons in Taiwan."""
    network = b.a_network(region="TW")
    salon, other = b.a_salon(network, slug="qinghe"), b.a_salon(network, slug="kapok")
    sign_in(client, b.an_account(network, owns=(salon,)))
    return SimpleNamespace(network=network, salon=salon, other=other)


def _page(client: Any, **query: str) -> str:
    return html.unescape(client.get(PAGE, query_string=query).text)


def _choose(client: Any, pack: str, salon: str = "qinghe") -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(PAGE).text)
    assert token
    return client.post(PAGE, data={"csrf_token": token[1], "salon": salon, "labour_pack": pack})


def _pack_of(salon_id: int) -> str | None:
    db.session.rollback()
    return db.session.get_one(Salon, salon_id).labour_pack


def test_an_owner_reads_what_holds_with_article_date_and_certainty(
    client: Any, desk: SimpleNamespace
) -> None:
    page = _page(client)
    assert 'name="labour_pack" value="" checked' in page
    assert re.search(r"<details class=\"more\" open><summary>Taiwan: standard hours</summary>", page)
    assert page.count("<details") == 4
    assert "At most 12 hours of work in a day, overtime included." in page
    assert "at most 50 hours of work: 40 normal ones and 10 of overtime." in page
    assert 'href="https://law.moj.gov.tw/LawClass/LawSingle.aspx?pcode=N0030001&flno=36"' in page
    assert (
        "Labor Standards Act, art. 36, par. 2, no. 3</a> · in this form since 2018-03-01 · read in a" in page
    )
    assert "read in the law's own text" in page
    assert "This is not legal advice." in page


def test_an_owner_chooses_a_pack_and_the_network_again(client: Any, desk: SimpleNamespace) -> None:
    answer = _choose(client, "tw-4-week")
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?done=saved")
    assert (_pack_of(desk.salon), _pack_of(desk.other)) == ("tw-4-week", None)
    page = _page(client, done="saved")
    assert "Saved. The planner keeps these rules from now on." in page
    assert 'value="tw-4-week" checked' in page
    assert '<details class="more" open><summary>Taiwan: flexible hours over four weeks</summary>' in page
    assert _choose(client, "").status_code == 303
    assert _pack_of(desk.salon) is None
    entries = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.before, entry.after) for entry in entries] == [
        ("change_labour_rules", {"labour_pack": None}, {"labour_pack": "tw-4-week"}),
        ("change_labour_rules", {"labour_pack": "tw-4-week"}, {"labour_pack": None}),
    ]


def test_a_plan_made_under_other_rules_is_not_published_for_the_salons_people(
    client: Any, desk: SimpleNamespace
) -> None:
    own, other = b.a_stylist(desk.network, home=desk.salon), b.a_stylist(desk.network, home=desk.other)
    _choose(client, "tw-8-week")
    _choose(client, "tw-8-week")
    db.session.rollback()
    versions = [db.session.get_one(Stylist, stylist).version for stylist in (own, other)]
    assert versions == [2, 1]
    assert len(db.session.scalars(sa.select(AuditEntry)).all()) == 1


def test_the_networks_pack_is_named_as_the_default(client: Any, app: Any) -> None:
    network = b.a_network(region="TW", labour_pack="tw-2-week")
    sign_in(client, b.an_account(network, owns=(b.a_salon(network),)))
    page = _page(client)
    assert "<b>As the network</b> <small>Taiwan: flexible hours over two weeks</small>" in page


@pytest.mark.parametrize("pack", ["eu", "tw-5-week", "x" * 500])
def test_a_pack_that_is_not_law_here_is_refused(client: Any, desk: SimpleNamespace, pack: str) -> None:
    answer = _choose(client, pack)
    assert answer.status_code == 422
    assert "That is not one of the choices here." in answer.text
    assert _pack_of(desk.salon) is None
    assert db.session.scalars(sa.select(AuditEntry)).all() == []


def test_another_salon_is_not_there(client: Any, desk: SimpleNamespace) -> None:
    for salon in ("kapok", "nowhere", ""):
        assert _choose(client, "tw-4-week", salon).status_code == 404
    assert _pack_of(desk.other) is None


def test_only_an_owner_may(client: Any, app: Any) -> None:
    assert client.get(PAGE).location.startswith("/in?next=")
    network = b.a_network()
    b.a_salon(network, slug="qinghe")
    sign_in(client, b.an_account(network))
    assert client.get(PAGE).status_code == 403


@pytest.mark.parametrize(
    ("article", "said"),
    [
        ("30-1", "art. 30-1"),
        ("6, 16(b)", "art. 6, 16(b)"),
        ("32 II", "art. 32, par. 2"),
        ("36 III 2", "art. 36, par. 3, no. 2"),
    ],
)
def test_an_article_is_cited_down_to_its_number(app: Any, article: str, said: str) -> None:
    rule = replace(packs.pack("tw-standard", date(2026, 10, 19)).rules[0], article=article)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert labour_words.where(rule) == f"Labor Standards Act, {said}"


def test_where_no_law_is_known_the_page_says_so(client: Any, app: Any) -> None:
    network = b.a_network(region="JP")
    sign_in(client, b.an_account(network, owns=(b.a_salon(network),)))
    page = _page(client)
    assert "We know no labour law of your region. Only each person’s own limits hold." in page
    assert "<form id=" not in page


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_every_rule_of_every_pack_has_its_words(app: Any, language: str) -> None:
    said = set()
    with app.test_request_context(headers={"Accept-Language": language}):
        for code in packs.books():
            said.add(labour_words.pack_name(code))
            for rule in packs.pack(code, date(2026, 10, 19)).rules:
                said |= {labour_words.sentence(rule), labour_words.where(rule)}
                said.add(labour_words.read_in(rule.certainty))
    assert len(said) > 25
    is_english = [sentence.isascii() for sentence in said]
    assert all(is_english) if language == "en" else not any(is_english)
