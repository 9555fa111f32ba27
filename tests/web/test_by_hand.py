"""A yes by phone at the desk: chosen from a list, given after a look, kept with its reason."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.booking import Wish
from salonpool.domain.shift import ShiftStatus
from salonpool.models import Assignment, AuditEntry, Role, Shift
from salonpool.solver.rules import POLICY, RULES
from salonpool.usecases.booking import bookings
from salonpool.usecases.booking.bookings import Guest
from salonpool.usecases.pool.by_hand import Obstacle
from salonpool.web.desk.by_hand import obstacle_words
from tests import builders as b
from tests.usecases import pool
from tests.web.signing_in import sign_in

# Two concern seats, not people, and a person is excluded for a reason of its own.
OF_PEOPLE = [rule for rule in RULES if rule not in {"one-per-shift", "excluded", "pinned"}]
OWN_NUMBERS = {"rest", "day-minutes", "window-minutes", "window-days"}


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """A salon with its owner, a shift on Thursday from 14:00 to 18:00, and Mia, who can."""
    network = b.a_network()
    salon, other = b.a_salon(network, slug="qinghe"), b.a_salon(network, slug="kapok")
    return SimpleNamespace(
        network=network, salon=salon, other=other, owner=b.an_account(network, owns=(salon,), name="陳姐"),
        rival=b.an_account(network, owns=(other,)), shift=b.a_shift(salon),
        mia=b.a_pooled_stylist(network, name="Mia"),
    )  # fmt: skip


def _office(network: int) -> int:
    account_id = b.an_account(network, name="辦公室")
    b.add(Role(network_id=network, account_id=account_id, kind="office"))
    return account_id


def _path(shop: SimpleNamespace, stylist: int) -> str:
    return f"/desk/shift/{shop.shift}/by-hand/{stylist}"


def _field(page: str, name: str) -> str | None:
    tag = re.search(rf'<input[^>]* name="{name}"[^>]*>', page)
    found = re.search(r' value="([^"]*)"', tag[0]) if tag else None
    return found[1] if found else None


def _give(client: Any, shop: SimpleNamespace, stylist: int, **typed: str) -> Any:
    """Open the person's page and press its button, with what is typed over."""
    page = client.get(_path(shop, stylist)).text
    form = {"csrf_token": _field(page, "csrf_token"), "set_aside": _field(page, "set_aside") or ""}
    return client.post(_path(shop, stylist), data=form | typed)


def _post_by_hand(client: Any, path: str, **typed: str) -> Any:
    """A post that no page offers, with a good token."""
    token = _field(client.get("/desk/shift/new").text, "csrf_token")
    return client.post(path, data={"csrf_token": token, **typed})


def _far(shop: SimpleNamespace) -> int:
    return b.a_pooled_stylist(shop.network, name="小蔡", x_km=30.0)


def _unskilled(shop: SimpleNamespace) -> int:
    return b.a_pooled_stylist(shop.network, name="阿凱", skills=("perm",))


def test_from_the_shifts_page_to_the_yes_in_three_steps(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.owner)
    page = client.get(f"/desk/shift/{shop.shift}").text
    assert f'href="/desk/shift/{shop.shift}/by-hand"' in page
    people = client.get(f"/desk/shift/{shop.shift}/by-hand").text
    assert f'href="{_path(shop, shop.mia)}"' in people
    one = client.get(_path(shop, shop.mia)).text
    assert "Nothing speaks against it." in one
    assert _field(one, "reason") is None
    given = _give(client, shop, shop.mia)
    assert (given.status_code, given.location) == (303, f"/desk/shift/{shop.shift}")
    assert pool.holders(shop.shift) == [shop.mia]
    after = client.get(given.location).text
    assert "陳姐 noted that Mia said yes by phone." in after
    assert "by-hand" not in after
    assert "/take-back/" in after


def test_the_list_has_everybody_in_three_groups_with_what_is_in_the_way(
    client: Any, shop: SimpleNamespace
) -> None:
    far, unskilled = _far(shop), _unskilled(shop)
    b.a_stylist(shop.network, home=shop.other, name="別店的人")
    b.an_offer(shop.shift, shop.mia)
    sign_in(client, shop.owner)
    page = client.get(f"/desk/shift/{shop.shift}/by-hand").text
    can, could, cannot = (page.index(f"<h2 id={word}") for word in ('"free"', '"reason"', '"barred"'))
    assert can < page.index("Mia") < could < page.index("小蔡") < cannot < page.index("阿凱")
    assert could < page.index("lives further away than they want to go") < cannot
    assert cannot < page.index("does not have the skill")
    assert "Being asked" in page
    assert _path(shop, far) in page
    assert _path(shop, unskilled) not in page
    assert "別店的人" not in page


def test_what_is_policy_asks_for_a_reason_and_shows_it_afterwards(client: Any, shop: SimpleNamespace) -> None:
    far = _far(shop)
    sign_in(client, shop.owner)
    blank = _give(client, shop, far, reason="  ")
    assert blank.status_code == 422
    assert 'id="error-reason"' in blank.text
    assert "Say in a few words why" in blank.text
    assert pool.holders(shop.shift) == []
    given = _give(client, shop, far, reason="Her sister drives her. <b>")
    assert given.status_code == 303
    page = client.get(given.location).text
    assert "陳姐 gave the shift to 小蔡, although: lives further away than they want to go." in page
    assert "Reason: Her sister drives her. &lt;b&gt;" in page
    with transaction() as session:
        session.execute(sa.update(Assignment).values(override_reason=None))
    page = client.get(given.location).text
    assert "although: lives further away than they want to go. <a" in page
    assert "Reason" not in page


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("x" * 201, "at most 200 characters"),
        ("why\u200bnot", "cannot be shown"),
        ("why\u202enot", "cannot be shown"),
    ],
)
def test_a_reason_that_cannot_be_kept_comes_back_as_typed(
    client: Any, shop: SimpleNamespace, reason: str, words: str
) -> None:
    far = _far(shop)
    sign_in(client, shop.owner)
    refused = _give(client, shop, far, reason=reason)
    assert refused.status_code == 422
    assert words in refused.text
    assert _field(refused.text, "reason") == reason
    assert _field(refused.text, "set_aside") == "home-travel"
    assert pool.holders(shop.shift) == []


@pytest.mark.parametrize("set_aside", ["", "skill", "available home-travel hourly-cost refused skill rest"])
def test_law_cannot_be_set_aside_whatever_is_posted(
    client: Any, shop: SimpleNamespace, set_aside: str
) -> None:
    unskilled = _unskilled(shop)
    sign_in(client, shop.owner)
    page = client.get(_path(shop, unskilled)).text
    assert "nobody may set that aside" in page
    assert "<form id=" not in page
    refused = _post_by_hand(client, _path(shop, unskilled), set_aside=set_aside, reason="Please.")
    assert refused.status_code == 409
    assert "This cannot be" in refused.text
    assert "does not have the skill" in refused.text
    assert f'href="/desk/shift/{shop.shift}/by-hand"' in refused.text
    assert pool.holders(shop.shift) == []


def test_of_who_is_barred_only_what_nobody_may_set_aside_is_told(client: Any, shop: SimpleNamespace) -> None:
    far_and_unskilled = b.a_pooled_stylist(shop.network, skills=("perm",), x_km=30.0)
    sign_in(client, shop.owner)
    for path in (f"/desk/shift/{shop.shift}/by-hand", _path(shop, far_and_unskilled)):
        page = client.get(path).text
        assert "does not have the skill" in page
        assert "lives further away" not in page


def test_what_came_in_the_way_meanwhile_is_shown_before_it_is_set_aside(
    client: Any, shop: SimpleNamespace
) -> None:
    far = _far(shop)
    sign_in(client, shop.owner)
    refused = _post_by_hand(client, _path(shop, far), set_aside="hourly-cost", reason="She walks.")
    assert refused.status_code == 409
    assert "Something else speaks against it by now." in refused.text
    assert (_field(refused.text, "reason"), _field(refused.text, "set_aside")) == (
        "She walks.",
        "home-travel",
    )
    assert pool.holders(shop.shift) == []


def test_somebody_who_was_faster_leaves_words_and_a_way_to_the_shift(
    client: Any, shop: SimpleNamespace
) -> None:
    other = b.a_pooled_stylist(shop.network)
    sign_in(client, shop.owner)
    assert _give(client, shop, other).status_code == 303
    late = _post_by_hand(client, _path(shop, shop.mia))
    assert late.status_code == 409
    assert "Somebody holds every seat of this shift by now." in late.text
    assert f'href="/desk/shift/{shop.shift}"' in late.text
    assert "<form id=" not in late.text
    for path in (f"/desk/shift/{shop.shift}/by-hand", _path(shop, shop.mia)):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (303, f"/desk/shift/{shop.shift}")


def test_a_double_click_is_one_yes(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.owner)
    answers = [_post_by_hand(client, _path(shop, shop.mia)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert pool.holders(shop.shift) == [shop.mia]
    trail = db.session.scalars(sa.select(AuditEntry.id).where(AuditEntry.action == "assign")).all()
    assert len(trail) == 1


@pytest.mark.parametrize("status", [ShiftStatus.CANCELLED, ShiftStatus.UNFILLED, ShiftStatus.FILLED])
def test_a_shift_that_looks_for_nobody_offers_no_way_in(
    client: Any, shop: SimpleNamespace, status: ShiftStatus
) -> None:
    with transaction() as session:
        session.execute(sa.update(Shift).where(Shift.id == shop.shift).values(status=status))
    sign_in(client, shop.owner)
    assert "by-hand" not in client.get(f"/desk/shift/{shop.shift}").text
    assert client.get(f"/desk/shift/{shop.shift}/by-hand").status_code == 303
    assert _post_by_hand(client, _path(shop, shop.mia)).status_code == 409
    assert pool.holders(shop.shift) == []


def test_foreign_and_missing_ids_answer_alike(client: Any, shop: SimpleNamespace) -> None:
    elsewhere = b.a_network()
    stranger = b.a_pooled_stylist(elsewhere)
    foreign = b.a_shift(b.a_salon(elsewhere))
    theirs = b.a_shift(shop.other)
    at_home = b.a_stylist(shop.network, home=shop.other)
    sign_in(client, shop.owner)
    for shift in (foreign, theirs, 999_999, 2**63 - 1):
        assert client.get(f"/desk/shift/{shift}/by-hand").status_code == 404
        assert client.get(f"/desk/shift/{shift}/by-hand/{shop.mia}").status_code == 404
        assert _post_by_hand(client, f"/desk/shift/{shift}/by-hand/{shop.mia}").status_code == 404
    for stylist in (stranger, at_home, 999_999, 2**63 - 1):
        assert client.get(_path(shop, stylist)).status_code == 404
        assert _post_by_hand(client, _path(shop, stylist), reason="x").status_code == 404
    for odd in ("-1", "2", str(2**63), "abc"):
        assert client.get(f"/desk/shift/{shop.shift}/by-hand/{odd}").status_code == 404
    assert pool.holders(shop.shift) == []


def test_the_office_comes_from_its_list_of_shifts_and_sees_nothing_it_may_not_do(
    client: Any, shop: SimpleNamespace
) -> None:
    theirs = b.a_shift(shop.other, "09:00", "12:00")
    begun = b.a_shift(shop.salon, "08:00", "12:00", day=b.TODAY)
    foreign = b.a_shift(b.a_salon(b.a_network()))
    sign_in(client, _office(shop.network))
    listed = client.get("/net").text
    assert listed.index(f'"/desk/shift/{theirs}"') < listed.index(f'"/desk/shift/{shop.shift}"')
    assert f'"/desk/shift/{begun}"' not in listed
    assert f'"/desk/shift/{foreign}"' not in listed
    page = client.get(f"/desk/shift/{shop.shift}").text
    assert f'href="/desk/shift/{shop.shift}/by-hand"' in page
    assert set(re.findall(r'href="(/desk[^"?]*)"', page)) == {f"/desk/shift/{shop.shift}/by-hand"}
    assert 'href="/net"' in client.get(f"/desk/shift/{shop.shift}/by-hand").text
    assert _give(client, shop, shop.mia).status_code == 303
    assert pool.holders(shop.shift) == [shop.mia]
    after = client.get("/net").text
    assert after.index('<h2 id="filled"') < after.index(f'"/desk/shift/{shop.shift}"')
    for path in ("", "/others", "/remedy/1/0"):
        assert client.get(f"/desk/shift/{foreign}{path}").status_code == 404
    for path in ("/others", "/remedy/1/0"):
        assert client.get(f"/desk/shift/{shop.shift}{path}").status_code == 404
    for path in ("by-hand", f"by-hand/{shop.mia}"):
        assert client.get(f"/desk/shift/{foreign}/{path}").status_code == 404


def test_only_the_office_has_the_list_of_all_shifts(client: Any, shop: SimpleNamespace) -> None:
    sign_in(client, shop.owner)
    assert client.get("/net").status_code == 403
    assert 'href="/net"' not in client.get("/desk").text
    with transaction() as session:
        session.add(Role(network_id=shop.network, account_id=shop.owner, kind="office"))
    assert 'href="/net"' in client.get("/desk").text
    both = client.get("/net").text
    assert 'href="/desk"' in both
    assert "No shift looks for anybody." not in both
    with transaction() as session:
        session.execute(sa.update(Shift).values(status=ShiftStatus.CANCELLED))
    assert "No shift looks for anybody." in client.get("/net").text


def test_only_the_shifts_owner_or_its_office_gets_in(client: Any, shop: SimpleNamespace) -> None:
    stylist = b.an_account(shop.network, stylist=shop.mia)
    for account in (shop.rival, stylist, _office(b.a_network())):
        sign_in(client, account)
        assert client.get(f"/desk/shift/{shop.shift}/by-hand").status_code == 404
        assert client.get(_path(shop, shop.mia)).status_code == 404
    with client.session_transaction() as session:
        session.clear()
    for path in (f"/desk/shift/{shop.shift}/by-hand", _path(shop, shop.mia)):
        assert client.get(path).status_code == 302


def test_a_post_without_its_token_or_with_a_field_twice_changes_nothing(
    client: Any, shop: SimpleNamespace
) -> None:
    sign_in(client, shop.owner)
    assert client.post(_path(shop, shop.mia), data={}).status_code == 403
    token = _field(client.get(_path(shop, shop.mia)).text, "csrf_token")
    twice = {"csrf_token": token, "set_aside": ["a", "b"]}
    assert client.post(_path(shop, shop.mia), data=twice).status_code == 422
    assert pool.holders(shop.shift) == []


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_the_owner_reads_every_rule_in_words(app: Any, language: str) -> None:
    law = [Obstacle(rule, is_law=True) for rule in (*OF_PEOPLE, "skill_dates") if rule not in POLICY]
    policy = [Obstacle(rule, is_law=False) for rule in {*POLICY, *OWN_NUMBERS}]
    with app.test_request_context(f"/?lang={language}"):
        unheard = obstacle_words(Obstacle("unheard-of", is_law=True))
        assert unheard not in {obstacle_words(obstacle) for obstacle in (*law, *policy)}
    assert len(law) > 9


def test_the_page_of_everybody_takes_as_many_statements_for_ten_people_as_for_two(
    client: Any, shop: SimpleNamespace
) -> None:
    sign_in(client, shop.owner)
    statements: list[str] = []
    counts: list[int] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for people in (1, 8):
        for _ in range(people):
            b.a_rota(b.a_pooled_stylist(shop.network, home=shop.other), shop.other, weekdays=(0,))
        statements.clear()
        assert client.get(f"/desk/shift/{shop.shift}/by-hand").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] < 80


def test_it_all_works_past_midnight_and_far_ahead(client: Any, shop: SimpleNamespace) -> None:
    day = b.TODAY + timedelta(days=100)
    shop.shift = b.a_shift(shop.salon, "22:00", "02:00", day=day, ends_day=day + timedelta(days=1))
    night = b.a_pooled_stylist(shop.network, free=("20:00", "04:00"))
    sign_in(client, shop.owner)
    assert "Nothing speaks against it." in client.get(_path(shop, night)).text
    assert _give(client, shop, night).status_code == 303
    assert pool.holders(shop.shift) == [night]


def _back(client: Any, shop: SimpleNamespace) -> str:
    """The page that takes the shift back from Mia, as the shift's page leads there."""
    assert _give(client, shop, shop.mia).status_code == 303
    return re.search(r'href="(/desk/shift/\d+/take-back/\d+)"', client.get(f"/desk/shift/{shop.shift}").text)[
        1
    ]


def _press(client: Any, path: str) -> Any:
    """Press the button of the page that takes a shift back."""
    page = client.get(path).text
    form = {name: _field(page, name) or "" for name in ("csrf_token", "knowing")}
    return client.post(path, data=form)


@pytest.mark.parametrize("who", ["owner", "office"])
def test_what_was_given_by_hand_is_taken_back_after_a_look(
    client: Any, shop: SimpleNamespace, who: str
) -> None:
    sign_in(client, shop.owner if who == "owner" else _office(shop.network))
    path = _back(client, shop)
    page = client.get(path).text
    assert "Take the shift back from Mia" in page
    assert "We text Mia that the shift is not theirs any more." in page
    assert "booked with Mia" not in page
    done = _press(client, path)
    assert (done.status_code, done.location) == (303, f"/desk/shift/{shop.shift}")
    assert pool.holders(shop.shift) == []
    assert len(pool.texts("S6")) == 1
    after = client.get(done.location).text
    assert "take-back" not in after
    assert f'href="/desk/shift/{shop.shift}/by-hand"' in after
    for again in (client.get(path), _post_with_token(client, shop, path)):
        assert (again.status_code, again.location) == (303, f"/desk/shift/{shop.shift}")
    assert len(pool.texts("S6")) == 1


def _post_with_token(client: Any, shop: SimpleNamespace, path: str, **typed: str) -> Any:
    token = _field(client.get(_path(shop, shop.mia)).text, "csrf_token")
    return client.post(path, data={"csrf_token": token, **typed})


def test_guests_booked_then_are_counted_before_and_seen_in_the_way_afterwards(
    client: Any, shop: SimpleNamespace
) -> None:
    service = b.a_service(shop.salon)
    sign_in(client, shop.owner)
    path = _back(client, shop)
    unseen = client.get(path).text
    booked = bookings.book(
        salon_slug="qinghe", wish=Wish((service,)), starts_at=b.at("15:00", b.TODAY + timedelta(days=3)),
        language="en", guest=Guest("0912 345 678"), key="k", now=b.NOW, texting=pool.texting(),
    )  # fmt: skip
    token = _field(unseen, "csrf_token")
    for knowing in ("", "999999 x -1 ²"):
        refused = client.post(path, data={"csrf_token": token, "knowing": knowing})
        assert refused.status_code == 409
        assert "look again" in refused.text
        assert "1 guest is booked with Mia in these hours and stays booked." in refused.text
        assert _field(refused.text, "knowing") == str(booked.id)
    assert pool.holders(shop.shift) == [shop.mia]
    assert _press(client, path).status_code == 303
    assert "Nobody on duty" in client.get("/desk/closures").text


def test_a_shift_that_has_begun_is_not_taken_back(
    client: Any, shop: SimpleNamespace, stopped_clock: Any
) -> None:
    sign_in(client, shop.owner)
    path = _back(client, shop)
    token = _field(client.get(path).text, "csrf_token")
    stopped_clock.now = pool.shift(shop.shift).starts_at
    sign_in(client, shop.owner)
    assert client.get(path).status_code == 303
    assert "take-back" not in client.get(f"/desk/shift/{shop.shift}").text
    late = client.post(path, data={"csrf_token": token})
    assert pool.holders(shop.shift) == [shop.mia]
    assert late.status_code == 409
    assert "This shift has begun" in late.text


def test_a_seat_of_another_shift_or_salon_answers_like_a_missing_one(
    client: Any, shop: SimpleNamespace
) -> None:
    sign_in(client, shop.owner)
    path = _back(client, shop)
    other = b.a_shift(shop.salon, "09:00", "12:00")
    held = path.rsplit("/", 1)[1]
    odd = [f"/desk/shift/{other}/take-back/{held}", *(f"{path[: -len(held)]}{n}" for n in ("999", "-1", "x"))]
    for wrong in odd:
        assert client.get(wrong).status_code == 404
        assert _post_by_hand(client, wrong).status_code == 404
    stylist = b.an_account(shop.network, stylist=shop.mia)
    for account in (shop.rival, stylist, _office(b.a_network())):
        sign_in(client, account)
        assert client.get(path).status_code == 404
    assert pool.holders(shop.shift) == [shop.mia]
