"""The waitlist through the API: join, see, leave, and answer a place that is held."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.domain.caps import Kind, Per, caps_of
from salonpool.models import AuditEntry, Booking, Counter, Message, Occupancy, WaitlistEntry, WaitlistWindow
from tests import builders as b
from tests.usecases import waiting as w

TUESDAY = b.TODAY + w.DAY


@pytest.fixture
def shop(app: Any) -> Any:
    """Qinghe, whose Monday 14:00 is taken."""
    shop = w.a_shop(slug="qinghe")
    shop.taken = w.book(shop)
    return shop


def _wanted(shop: Any, **changes: Any) -> dict[str, Any]:
    window = {"starts_at": b.at("14:00").isoformat(), "ends_at": b.at("14:15").isoformat()}
    wanted = {"salon": "qinghe", "services": [shop.cut], "windows": [window], "customer": {"phone": w.PHONE}}
    return wanted | changes


def _join(client: Any, shop: Any, **changes: Any) -> Any:
    return client.post("/api/v1/waitlist", json=_wanted(shop, **changes))


def _ask(client: Any, method: str, path: str, token: str | None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.open(f"/api/v1{path}", method=method, headers=headers)


def _see(client: Any, entry: dict[str, Any]) -> Any:
    return _ask(client, "GET", f"/waitlist/{entry['id']}", entry["wait_token"])


def _answer(client: Any, place: dict[str, Any], how: str) -> Any:
    return _ask(client, "POST", f"/bookings/{place['id']}/{how}", place["manage_token"])


def _held(client: Any, shop: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An entry, and the place that is held for it."""
    entry = _join(client, shop).json
    w.cancel(shop.taken)
    assert w.offer() == 1
    return entry, _see(client, entry).json["place"]


def _state() -> list[Any]:
    db.session.rollback()
    tables = (WaitlistEntry, WaitlistWindow, Booking, Occupancy, Message, AuditEntry)
    return [db.session.execute(sa.select(t.__table__).order_by(t.__table__.c.id)).all() for t in tables]


def test_who_joins_gets_the_entry_and_the_token_that_opens_it(client: Any, shop: Any) -> None:
    joined = _join(client, shop, stylists=[shop.wen], customer={"phone": w.PHONE, "name": "林太太"})
    assert joined.status_code == 201
    entry = joined.json
    token = entry.pop("wait_token")
    assert entry == {
        "id": entry["id"],
        "status": "waiting",
        "salons": ["qinghe"],
        "services": [{"code": "cut", "length": "any", "name": "Cut"}],
        "stylists": [{"id": shop.wen, "name": "小雯"}],
        "windows": [{"starts_at": "2026-10-19T06:00:00Z", "ends_at": "2026-10-19T06:15:00Z"}],
        "place": None,
        "booking": None,
    }
    assert _see(client, {"id": entry["id"], "wait_token": token}).json == entry | {"wait_token": token}
    assert client.get(f"/w/{token}").status_code == 200


def test_joining_again_is_the_same_entry(client: Any, shop: Any) -> None:
    assert _join(client, shop).json == _join(client, shop).json
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(WaitlistEntry.id))) == 1


@pytest.mark.parametrize("when", ["later", "a place is held"])
def test_who_knows_a_number_and_what_it_waits_for_gets_no_link(
    client: Any, shop: Any, stopped_clock: Any, when: str
) -> None:
    if when == "later":
        entry, place = _join(client, shop).json, None
        stopped_clock.now = b.NOW + timedelta(minutes=10, seconds=1)
    else:
        entry, place = _held(client, shop)
    before = _state()
    again = _join(client, shop, customer={"phone": w.PHONE, "name": "Mallory"})
    assert (again.status_code, again.json["code"]) == (409, "waits_already")
    assert "wait_token" not in again.json
    assert _state() == before
    assert _see(client, entry).json["place"] == place


def test_several_windows_stylists_and_sister_salons_will_do(client: Any, shop: Any) -> None:
    sister = w.a_shop(network=shop.network, slug="kapok")
    w.link(shop.salon, sister.salon)
    windows = [
        {"starts_at": b.at("14:00", day).isoformat(), "ends_at": b.at("15:00", day).isoformat()}
        for day in (b.TODAY, TUESDAY)
    ]
    asked = {"stylists": [shop.wen, sister.wen], "salons": ["kapok"], "windows": windows}
    entry = _join(client, shop, **asked).json
    assert entry["salons"] == ["qinghe", "kapok"]
    assert [one["id"] for one in entry["stylists"]] == [shop.wen, sister.wen]
    assert len(entry["windows"]) == 2


def test_a_length_is_part_of_what_is_waited_for(client: Any, shop: Any) -> None:
    long = b.a_service(shop.salon, code="colour", length="long")
    [service] = _join(client, shop, services=[long]).json["services"]
    assert service == {"code": "colour", "length": "long", "name": "Colour (long hair)"}


def _over(day: Any) -> list[dict[str, str]]:
    return [{"starts_at": b.at("10:00", day).isoformat(), "ends_at": b.at("11:00", day).isoformat()}]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"services": [987654]}, "unknown_choice", "services"),
        ({"services": [2**63 - 1]}, "unknown_choice", "services"),
        ({"stylists": [987654]}, "unknown_choice", "stylists"),
        ({"salons": ["nowhere"]}, "unknown_choice", "salons"),
        ({"customer": {"phone": "0912"}}, "phone_invalid", "customer.phone"),
        ({"customer": {"phone": w.PHONE, "name": "x" * 79 + "\x00"}}, "unreadable", "customer.name"),
        ({"windows": []}, "unreadable", "windows"),
        ({"windows": _over(b.TODAY - w.DAY)}, "in_the_past", "windows"),
        ({"windows": _over(b.TODAY + 181 * w.DAY)}, "too_far_ahead", "windows"),
        ({"windows": _over(TUESDAY) + _over(TUESDAY + 40 * w.DAY)}, "windows_too_far_apart", "windows"),
        ({"windows": [_over(TUESDAY + n * w.DAY)[0] for n in range(6)]}, "too_many_windows", "windows"),
        ({"companions": [{"services": [1]}]}, "unreadable", "companions"),
        ({"salon_id": 1}, "unreadable", "salon_id"),
    ],
)
def test_a_malformed_wish_is_refused_by_field_and_nothing_is_kept(
    client: Any, shop: Any, changes: dict[str, Any], code: str, field: str
) -> None:
    before = _state()
    answer = _join(client, shop, **changes)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert _state() == before


def test_a_salon_that_did_not_agree_cannot_be_chosen(client: Any, shop: Any) -> None:
    w.a_shop(network=shop.network, slug="kapok")
    assert _join(client, shop, salons=["kapok"]).json["errors"][0]["field"] == "salons"
    assert _join(client, shop, salons=["qinghe"]).json["salons"] == ["qinghe"]


def test_three_open_entries_are_the_limit_of_a_number(client: Any, shop: Any) -> None:
    for hours in range(3):
        window = [{"starts_at": b.at("14:00").isoformat(), "ends_at": b.at(f"{15 + hours}:00").isoformat()}]
        assert _join(client, shop, windows=window).status_code == 201
    fourth = _join(client, shop, windows=_over(TUESDAY))
    assert (fourth.status_code, fourth.json["code"]) == (409, "too_many_waits")


def test_joins_are_counted_by_number_and_address_as_on_the_page(client: Any, shop: Any) -> None:
    most = {cap.per: cap.most for cap in caps_of(Kind.WAIT)}
    entry = _join(client, shop).json
    for _ in range(most[Per.PHONE] - 1):
        assert _ask(client, "POST", f"/waitlist/{entry['id']}/leave", entry["wait_token"]).status_code == 200
        entry = _join(client, shop).json
    assert _ask(client, "POST", f"/waitlist/{entry['id']}/leave", entry["wait_token"]).status_code == 200
    assert _join(client, shop).status_code == 429
    numbers = (f"0912 100 {n:03d}" for n in range(most[Per.ADDRESS]))
    answers = [_join(client, shop, customer={"phone": number}) for number in numbers]
    assert {answer.status_code for answer in answers} == {201, 429}
    assert int(answers[-1].headers["Retry-After"]) > 0
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Counter.key)))


def test_leaving_gives_up_the_place_and_may_be_repeated(client: Any, shop: Any) -> None:
    entry, place = _held(client, shop)
    path = f"/waitlist/{entry['id']}/leave"
    left = _ask(client, "POST", path, entry["wait_token"])
    assert (left.status_code, left.json["status"], left.json["place"]) == (200, "left", None)
    assert _ask(client, "POST", path, entry["wait_token"]).json == left.json
    assert _answer(client, place, "take").status_code == 409


def test_a_held_place_is_told_and_taken_once(client: Any, shop: Any) -> None:
    entry, place = _held(client, shop)
    assert (place["salon"], place["starts_at"]) == ("qinghe", "2026-10-19T06:00:00Z")
    assert place["held_until"] > place["starts_at"][:11] + "01:10"
    taken = _answer(client, place, "take")
    assert (taken.status_code, taken.json["status"]) == (200, "confirmed")
    assert (taken.json["id"], taken.json["manage_token"]) == (place["id"], place["manage_token"])
    assert _answer(client, place, "take").json == taken.json
    seen = _see(client, entry).json
    assert (seen["status"], seen["place"]) == ("booked", None)
    assert seen["booking"] == {"id": place["id"], "manage_token": place["manage_token"]}
    refused = _answer(client, place, "let-go")
    assert (refused.status_code, refused.json["code"]) == (409, "not_open")


def test_who_lets_go_waits_on_and_the_next_is_asked(client: Any, shop: Any) -> None:
    entry, place = _held(client, shop)
    next_id = w.join(shop, "0912 000 002")
    answers = [_answer(client, place, "let-go") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json == _see(client, entry).json
    assert (answers[0].json["status"], answers[0].json["place"]) == ("waiting", None)
    assert w.offer() == 1
    assert w.entry(next_id).status == "offered"


def test_a_place_that_ran_out_and_was_given_away_is_a_409_with_others(
    client: Any, shop: Any, stopped_clock: Any
) -> None:
    _, place = _held(client, shop)
    stopped_clock.now = b.NOW + timedelta(minutes=30)
    w.book(shop, phone="0987 654 322", now=stopped_clock.now)
    gone = _answer(client, place, "take")
    assert (gone.status_code, gone.json["code"]) == (409, "slot_taken")
    assert gone.json["nearest"]


def test_only_the_token_of_the_entry_or_the_place_opens_it(client: Any, shop: Any) -> None:
    entry, place = _held(client, shop)
    other = w.book(shop, "16:00")
    before = _state()
    for token in (None, "AAAAAAAAAAA", place["manage_token"]):
        assert _ask(client, "GET", f"/waitlist/{entry['id']}", token).status_code == 404
        assert _ask(client, "POST", f"/waitlist/{entry['id']}/leave", token).status_code == 404
    for token in (None, "AAAAAAAAAAA", entry["wait_token"]):
        for how in ("take", "let-go"):
            assert _ask(client, "POST", f"/bookings/{place['id']}/{how}", token).status_code == 404
    wrong = place | {"id": other}
    assert _answer(client, wrong, "take").status_code == 404
    assert _state() == before


def test_a_booking_that_was_never_offered_is_no_place(client: Any, shop: Any) -> None:
    plain = {"id": shop.taken, "manage_token": w.texting().links.booking_token(shop.taken, 1)}
    before = _state()
    assert [_answer(client, plain, how).status_code for how in ("take", "let-go")] == [404, 404]
    assert _state() == before


def test_an_entry_tells_no_number(client: Any, shop: Any) -> None:
    entry = _join(client, shop).json
    assert "0912" not in _see(client, entry).text
    assert w.E164 not in _see(client, entry).text
