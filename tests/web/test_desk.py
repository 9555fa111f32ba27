"""The owner's desk and the stylist's day: behind sign-in, and only one's own."""

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.models import Network, PlanningRun, Salon, Shift, Skill
from salonpool.queries import access
from salonpool.solver.rules import RULES
from salonpool.web.desk.reasons import remaining_words, removed_words
from tests import builders as b
from tests.web.signing_in import sign_in

# A person is excluded for a reason; the other two concern seats, not people.
FUNNEL_RULES = [rule for rule in RULES if rule not in {"one-per-shift", "excluded", "pinned"}]


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """Two salons of one network, each with its owner; one stylist with a login."""
    network = b.a_network()
    salon, other = b.a_salon(network, slug="qinghe"), b.a_salon(network, slug="kapok")
    b.a_skill(network)
    owner, rival = b.an_account(network, owns=(salon,)), b.an_account(network, owns=(other,))
    wen = b.a_stylist(network, home=salon)
    b.a_rota(wen, salon)
    return SimpleNamespace(
        network=network, salon=salon, other=other, owner=owner, rival=rival, wen=wen,
        stylist=b.an_account(network, stylist=wen),
    )  # fmt: skip


def _post(client: Any, **typed: str) -> Any:
    page = client.get("/desk/shift/new")
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    skill = re.search(r'name="skill" value="(\d+)"', page.text) or re.search(
        r'value="(\d+)"[^>]*name="skill"', page.text
    )
    assert csrf
    assert skill
    form = {
        "csrf_token": csrf[1], "idempotency_key": _field_of(page.text, "idempotency_key"),
        "on": str(b.TODAY + timedelta(days=1)), "starts": "11:00", "ends": "15:00",
        "skill": skill[1], "seats": "1", "hourly_pay": "420", "priority": "2",
    }  # fmt: skip
    return client.post("/desk/shift/new", data=form | typed)


def _field_of(page: str, name: str) -> str:
    """What stands in a field; of radio buttons the one that is chosen."""
    for tag in re.findall(rf'<input[^>]* name="{name}"[^>]*>', page):
        if 'type="radio"' not in tag or " checked" in tag:
            found = re.search(r' value="([^"]*)"', tag)
            return found[1] if found else ""
    return ""


@pytest.mark.parametrize("path", ["/desk", "/desk/2026-10-20", "/desk/shift/new", "/desk/shift/1", "/me"])
def test_strangers_are_asked_to_sign_in(client: Any, shop: SimpleNamespace, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/in?next=")


def test_an_owner_posts_a_shift_and_the_planner_is_asked(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.owner)
    posted = _post(client)
    assert posted.status_code == 303, posted.text
    assert client.get(posted.location).status_code == 200
    shift = db.session.scalars(sa.select(Shift).where(Shift.source == "post")).one()
    assert (shift.starts_at, shift.hourly_pay_minor) == (b.at("11:00", b.TODAY + timedelta(days=1)), 42000)
    assert db.session.scalars(sa.select(PlanningRun.status)).all() == ["requested"]
    assert "11:00" in client.get(f"/desk/{b.TODAY + timedelta(days=1)}").text


@pytest.mark.parametrize(
    ("currency", "minor", "shown", "most"),
    [
        ("TWD", 90000, "NT$900", "10000"),
        ("JPY", 900, "JPY 900", "1000000"),
        ("KWD", 900_000, "KWD 900", "1000"),
    ],
)
def test_pay_is_typed_and_shown_in_whole_units_of_the_networks_currency(
    client: Any, shop: SimpleNamespace, currency: str, minor: int, shown: str, most: str
) -> None:
    with transaction() as session:
        session.execute(sa.update(Network).values(currency=currency))
    sign_in(client, shop.owner)
    assert f'max="{most}"' in client.get("/desk/shift/new").text
    posted = _post(client, hourly_pay="900")
    assert db.session.scalar(sa.select(Shift.hourly_pay_minor).where(Shift.source == "post")) == minor
    page = client.get(posted.location).text
    assert f"{shown}<" in page
    assert f">{shown[:3]}" in page


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"starts": ""}, "Enter a time"),
        ({"on": "2026-02-30"}, "Enter a date"),
        ({"on": "2026-10-19", "starts": "09:00"}, "has passed"),
        ({"on": "2026-10-18"}, "Choose from 2026-10-19 to 2027-04-17."),
        ({"on": "2027-04-18"}, "Choose from 2026-10-19 to 2027-04-17."),
        ({"on": "0001-01-01"}, "Choose from 2026-10-19 to 2027-04-17."),
        ({"on": "9999-12-31"}, "Choose from 2026-10-19 to 2027-04-17."),
        ({"seats": "0"}, "Choose from 1 to 10"),
        ({"seats": "١"}, "Enter a whole number"),
        ({"hourly_pay": "1e9"}, "Enter a whole number"),
        ({"skill": "999999"}, "not one of the choices"),
        ({"ends": "10:59", "starts": "11:00"}, "at most 16 hours"),
    ],
)
def test_a_post_that_cannot_be_worked_comes_back_with_its_entries(
    client: Any, shop: SimpleNamespace, typed: dict[str, str], message: str
) -> None:
    sign_in(client, shop.owner)
    page = _post(client, **typed)
    assert page.status_code == 422
    assert message in page.text
    for name, value in ({"hourly_pay": "420", "starts": "11:00"} | typed).items():
        # What is no choice cannot be chosen again.
        assert _field_of(page.text, name) == ("" if name == "skill" else value)
    assert not db.session.scalars(sa.select(Shift.id).where(Shift.source == "post")).all()


def test_a_double_click_posts_one_shift_and_a_changed_form_another(
    client: Any, shop: SimpleNamespace
) -> None:
    sign_in(client, shop.owner)
    first = _post(client, idempotency_key="k1")
    assert _post(client, idempotency_key="k1").location == first.location
    changed = _post(client, idempotency_key="k1", starts="12:00")
    assert (changed.status_code, changed.location == first.location) == (303, False)
    assert _post(client).location not in {first.location, changed.location}  # a new page
    assert len(db.session.scalars(sa.select(Shift.id).where(Shift.source == "post")).all()) == 3


def test_a_form_that_comes_back_keeps_its_key(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.owner)
    assert _field_of(_post(client, seats="0", idempotency_key="k1").text, "idempotency_key") == "k1"


def test_an_hour_that_comes_twice_says_which_it_is(client: Any, shop: SimpleNamespace) -> None:
    first = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)  # Rome sets its clocks back from 3 to 2 at 1:00 UTC
    with transaction() as session:
        session.execute(sa.update(Salon).values(zone="Europe/Rome"))
        for starts_at in (first, first + timedelta(hours=1)):
            session.add(
                Shift(
                    network_id=shop.network, salon_id=shop.salon, source="post", status="posted",
                    starts_at=starts_at, ends_at=starts_at + timedelta(hours=3),
                    skill_id=session.scalar(sa.select(Skill.id).limit(1)), created_at=b.NOW,
                )
            )  # fmt: skip
    sign_in(client, shop.owner)
    page = client.get("/desk/2026-10-25").text
    assert "02:15 (first time)–04:15<" in page
    assert "02:15 (second time)–05:15<" in page
    assert "第二次" in client.get("/desk/2026-10-25?lang=zh-Hant").text


def test_another_owners_shift_answers_like_a_missing_one(client: Any, shop: SimpleNamespace) -> None:
    shift = b.a_shift(shop.salon)
    sign_in(client, shop.rival)
    foreign, missing = client.get(f"/desk/shift/{shift}"), client.get("/desk/shift/999999")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    strip = lambda page: re.sub(r"/desk/shift/\d+", "", page.text)  # noqa: E731
    assert strip(foreign) == strip(missing)


@pytest.mark.parametrize("rule", [*FUNNEL_RULES, "live_offer", "no_text", "skill_dates"])
def test_the_owner_reads_every_reason_in_words(app: Any, rule: str) -> None:
    with app.test_request_context():
        assert removed_words(rule) != "for another reason"
        assert remaining_words(rule) != "fit otherwise"


def test_a_stylist_sees_their_day_and_no_desk(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.stylist)
    assert "Guests today" in client.get("/me").text
    assert client.get("/desk").status_code == 403


def test_a_family_on_one_phone_keeps_its_names(client: Any, shop: SimpleNamespace) -> None:
    cut = b.a_service(shop.salon)
    for clock, name in (("14:00", "小美"), ("15:00", "陳太太")):
        body = {
            "salon": "qinghe",
            "services": [cut],
            "starts_at": b.at(clock).isoformat(),
            "customer": {"phone": "0912 345 678", "name": name},
        }
        booked = client.post("/api/v1/bookings", json=body, headers={"Idempotency-Key": clock})
        assert booked.status_code == 201, booked.json
    sign_in(client, shop.owner)
    page = client.get("/desk").text
    assert "小美" in page
    assert "陳太太" in page


def test_a_session_ends_when_its_version_rises(client: Any, shop: SimpleNamespace) -> None:
    from salonpool.models import Account

    sign_in(client, shop.owner)
    assert client.get("/desk").status_code == 200
    db.session.execute(sa.update(Account).where(Account.id == shop.owner).values(session_version=2))
    db.session.commit()
    assert client.get("/desk").status_code == 302


def test_the_form_of_a_shift_offers_what_the_rules_take(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.owner)
    page = client.get("/desk/shift/new").text
    step = re.search(r'<input id="field-starts"[^>]* step="(\d+)"', page)
    seats, pay = (
        re.search(rf'<input id="field-{name}"[^>]* max="(\d+)"', page) for name in ("seats", "hourly_pay")
    )
    assert step
    assert seats
    assert pay
    on_the_grid, off_it = f"11:{int(step[1]) // 60:02d}", f"11:{int(step[1]) // 60 + 1:02d}"
    most = {"starts": on_the_grid, "seats": seats[1], "hourly_pay": pay[1]}
    assert _post(client, **most).status_code == 303
    for name, value in {
        "starts": off_it,
        "seats": f"{int(seats[1]) + 1}",
        "hourly_pay": f"{int(pay[1]) + 1}",
    }.items():
        assert _post(client, **most | {name: value}).status_code == 422


def test_a_signed_in_owner_hears_of_an_outage_like_everybody(
    client: Any, shop: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_account_id: int) -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, sqlite3.OperationalError("database is locked"))

    sign_in(client, shop.owner)
    monkeypatch.setattr(access, "find_account", gone)
    answers = [client.get(path) for path in ("/desk", "/help")]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert answers[0].headers["Retry-After"] == "2"
