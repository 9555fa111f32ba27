"""Bad input at every endpoint of bookings and holds: a 4xx that names the field, and nothing changed."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool.database import db
from salonpool.models import AuditEntry, Booking, Customer, IdempotencyKey, Message, Occupancy
from tests import builders as b

LATE = (b.NOW + timedelta(days=181)).replace(minute=0).isoformat()
OTHER_SALONS = object()  # stands for an id of another salon, known only to the fixture
GONE = object()  # stands for a name that is left out

# What is wrong; where in the body; the value; the field the answer must name.
TIMES: list[tuple[str, Any, str]] = [
    ("starts_at", GONE, "starts_at"),
    ("starts_at", "", "starts_at"),
    ("starts_at", 5, "starts_at"),
    ("starts_at", None, "starts_at"),
    ("starts_at", ["2026-10-19T06:00:00Z"], "starts_at"),
    ("starts_at", "2027-02-30T10:00:00Z", "starts_at"),
    ("starts_at", "2026-10-19T14:00:00", "starts_at"),  # no zone
    ("starts_at", "2026-10-19T14:00:00 EST", "starts_at"),
    ("starts_at", "2026-10-19", "starts_at"),
    ("starts_at", "２０２６-10-19T06:00:00Z", "starts_at"),
    ("starts_at", "2026-10-19T00:00:00Z", "starts_at"),  # past
    ("starts_at", "0001-01-01T00:00:00+12:00", "starts_at"),
    ("starts_at", "9999-12-31T23:59:59-12:00", "starts_at"),
    ("starts_at", LATE, "starts_at"),
    ("starts_at", "2026-10-19T06:05:00Z", "starts_at"),  # off the grid
    ("starts_at", "2026-10-19T06:00:00-00:00:30", "starts_at"),
    ("starts_at", "2026-10-19T06:00:00.5Z", "starts_at"),
    ("starts_at", "2026-10-21T06:00:00Z", "starts_at"),  # closed
    ("starts_at", "2026-10-19T13:00:00Z", "starts_at"),  # after hours
    ("services", GONE, "services"),
    ("services", [], "services"),
    ("services", "1", "services"),
    ("services", {"id": 1}, "services"),
    ("services", [[1]], "services.0"),
    ("services", ["1"], "services.0"),
    ("services", [True], "services.0"),
    ("services", [1.5], "services.0"),
    ("services", [None], "services.0"),
    ("services", [-1], "services.0"),
    ("services", [0], "services.0"),
    ("services", [2**63], "services.0"),
    ("services", [987654], "services"),
    ("services", [OTHER_SALONS], "services"),
    ("services", [1] * 7, "services"),
    ("stylist", "1", "stylist"),
    ("stylist", -1, "stylist"),
    ("stylist", 2**63, "stylist"),
    ("stylist", [1], "stylist"),
    ("stylist", 987654, "stylist"),
    ("stylist", OTHER_SALONS, "stylist"),
    ("salon", GONE, "salon"),
    ("salon", 5, "salon"),
    ("salon", ["qinghe"], "salon"),
    ("salon", "q" * 41, "salon"),
    ("salon", "qinghe\x00", "salon"),
    ("salon", "qinghe\ud800", "salon"),
    ("role", "owner", "role"),
    ("salon_id", 1, "salon_id"),
    ("price", 1, "price"),
    ("ends_at", "2026-10-19T06:05:00Z", "ends_at"),
    ("status", "confirmed", "status"),
]
GUESTS: list[tuple[str, Any, str]] = [
    ("customer", GONE, "customer"),
    ("customer", None, "customer"),
    ("customer", [], "customer"),
    ("customer", "0912 345 678", "customer"),
    ("customer.phone", GONE, "customer.phone"),
    *[
        ("customer.phone", phone, "customer.phone")
        for phone in (
            "", "  ", None, 912345678, ["0912345678"], "my number", "0912345678 ext 5", "0912", "190",
            "0800 123 456", "02 2591 2345", "0912345678\x00", "0912345678\x1f", "٠٩١٢٣٤٥٦٧٨", "0" * 41,
            "\u202a0912345678\u202c", "<0912345678>",
        )
    ],
    *[
        ("customer.name", name, "customer.name")
        for name in (
            7, ["Ann"], "n" * 81, "Ann\x00", "Ann\x07Li", "Ann\nLi", "\u202eAnn", "An\u200bn", "Ann\ud800",
        )
    ],
    *[("note", note, "note") for note in (7, {}, "n" * 2001, "a\x00b", "a\x1bb", "a\udfffb")],
    ("customer.role", "owner", "customer.role"),
    ("customer.id", 1, "customer.id"),
    ("customer_id", 1, "customer_id"),
]  # fmt: skip


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """A salon open on Mondays and a sister salon whose ids must not work here."""
    network = b.a_network()
    salon, sister = b.a_salon(network, slug="qinghe"), b.a_salon(network, slug="sister")
    stylist, other = b.a_stylist(network, home=salon), b.a_stylist(network, home=sister)
    b.a_rota(stylist, salon, weekdays=(0,))
    b.a_rota(other, sister, weekdays=(0,))
    return SimpleNamespace(
        stylist=stylist, cut=b.a_service(salon), foreign={"services": b.a_service(sister), "stylist": other}
    )


def _body(shop: SimpleNamespace, *parts: str) -> dict[str, Any]:
    whole = {
        "salon": "qinghe",
        "services": [shop.cut],
        "stylist": shop.stylist,
        "starts_at": b.at("14:00").isoformat(),
        "customer": {"phone": "0912 345 678", "name": "Ann"},
        "note": "hello",
    }
    return {name: value for name, value in whole.items() if name in parts or not parts}


def _spoilt(shop: SimpleNamespace, body: dict[str, Any], where: str, value: Any) -> dict[str, Any]:
    body = json.loads(json.dumps(body))
    inside, _, name = where.rpartition(".")
    target = body[inside] if inside else body
    if value is GONE:
        del target[name]
    elif value in (OTHER_SALONS, [OTHER_SALONS]):
        foreign = shop.foreign[name]
        target[name] = [foreign] if isinstance(value, list) else foreign
    else:
        target[name] = value
    return body


def _state() -> list[int]:
    db.session.rollback()
    tables = (Booking, Occupancy, AuditEntry, Customer, Message, IdempotencyKey)
    counts = [db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables]
    db.session.rollback()
    return counts


def _complaints(
    client: Any, shop: SimpleNamespace, path: str, body: Any, cases: Any, **headers: str
) -> list[Any]:
    """Send each case; what was not refused as it should be."""
    wrong = []
    for where, value, field in cases:
        sent = _spoilt(shop, body, where, value)
        answer = client.post(path, json=sent, headers={"Idempotency-Key": "k", **headers})
        errors = (answer.json or {}).get("errors") or []
        named = [error["field"] for error in errors if error["message"]]
        if (answer.status_code, answer.mimetype, named) != (422, "application/problem+json", [field]):
            wrong.append((where, value, answer.status_code, named))
    return wrong


def test_a_booking_with_anything_wrong_is_refused_by_field(client: Any, shop: SimpleNamespace) -> None:
    before = _state()
    assert _complaints(client, shop, "/api/v1/bookings", _body(shop), TIMES + GUESTS) == []
    assert _state() == before
    done = client.post("/api/v1/bookings", json=_body(shop), headers={"Idempotency-Key": "k"})
    assert done.status_code == 201, done.json


def test_a_hold_with_anything_wrong_is_refused_by_field(client: Any, shop: SimpleNamespace) -> None:
    before = _state()
    body = _body(shop, "salon", "services", "stylist", "starts_at")
    no_guests = [("customer", {"phone": "0912 345 678"}, "customer"), ("note", "hello", "note")]
    assert _complaints(client, shop, "/api/v1/holds", body, TIMES + no_guests) == []
    assert _state() == before
    assert client.post("/api/v1/holds", json=body).status_code == 201


def _held(client: Any, shop: SimpleNamespace) -> tuple[str, str]:
    body = _body(shop, "salon", "services", "stylist", "starts_at")
    hold = client.post("/api/v1/holds", json=body).json
    return f"/api/v1/holds/{hold['id']}/confirm", hold["hold_token"]


def test_a_confirmation_with_anything_wrong_is_refused_by_field(client: Any, shop: SimpleNamespace) -> None:
    path, token = _held(client, shop)
    before, body, bearer = _state(), _body(shop, "customer", "note"), f"Bearer {token}"
    more = [("starts_at", b.at("16:00").isoformat(), "starts_at"), ("price", 1, "price")]
    assert _complaints(client, shop, path, body, GUESTS + more, Authorization=bearer) == []
    assert _state() == before
    assert client.post(path, json=body, headers={"Authorization": bearer}).status_code == 201


BEARERS = [
    "", "Bearer", "Bearer ", "Basic YTpi", "AAAAAAAAAAA", "Bearer AAAAAAAAAAA", "Bearer " + "A" * 5000,
    "Bearer ../../x", "Bearer ' OR 1=1", "Bearer \xff\xfe",
]  # fmt: skip


def test_without_its_own_token_a_hold_or_booking_is_not_there(client: Any, shop: SimpleNamespace) -> None:
    confirm, token = _held(client, shop)
    later = _body(shop) | {"starts_at": b.at("16:00").isoformat()}
    booked = client.post("/api/v1/bookings", json=later, headers={"Idempotency-Key": "b"}).json
    cancel = f"/api/v1/bookings/{booked['id']}/cancel"
    before, body = _state(), _body(shop, "customer")
    tries = [(path, given) for path in (confirm, cancel) for given in BEARERS]
    tries += [(confirm, f"Bearer {booked['manage_token']}"), (cancel, f"Bearer {token}")]
    tries += [
        (confirm.replace("/1/", "/999/"), f"Bearer {token}"),
        (cancel, f"bearer{booked['manage_token']}"),
    ]
    answers = {
        (answer.status_code, answer.text)
        for path, given in tries
        for sent in [body if path.endswith("confirm") else {}]
        for answer in [client.post(path, json=sent, headers={"Authorization": given})]
    }
    assert [status for status, _ in answers] == [404]  # one answer for all, byte for byte
    assert _state() == before


@pytest.mark.parametrize(
    "number", ["-1", "0", "2e3", "abc", "1.0", str(2**63), "%00", "1%00", "99999999999999999999"]
)
def test_a_malformed_id_in_a_path_is_no_id(client: Any, shop: SimpleNamespace, number: str) -> None:
    headers = {"Authorization": "Bearer AAAAAAAAAAA"}
    body = _body(shop, "customer")
    assert client.post(f"/api/v1/bookings/{number}/cancel", headers=headers).status_code == 404
    assert client.post(f"/api/v1/holds/{number}/confirm", headers=headers, json=body).status_code == 404


def test_an_unknown_salon_is_a_404(client: Any, shop: SimpleNamespace) -> None:
    for path in ("bookings", "holds"):
        body = _body(shop, *(() if path == "bookings" else ("salon", "services", "starts_at")))
        for slug in ("nowhere", "", "QINGHE", "'; --", "../qinghe"):
            answer = client.post(
                f"/api/v1/{path}", json=body | {"salon": slug}, headers={"Idempotency-Key": "k"}
            )
            assert (answer.status_code, answer.json["code"]) == (404, "not_found")


ODD_BODIES: list[tuple[bytes, str, int]] = [
    (b"{", "application/json", 400),
    (b"", "application/json", 422),
    (b"null", "application/json", 422),
    (b"[]", "application/json", 422),
    (b'"text"', "application/json", 422),
    (b'{"note": "\xff"}', "application/json", 400),
    ('{"note": "héllo"}'.encode("latin-1"), "application/json", 400),
    (b'{"note": NaN}', "application/json", 400),
    (b'{"services": [Infinity]}', "application/json", 400),
    (b'{"services": [' + b"9" * 5000 + b"]}", "application/json", 400),
    (b'{"services": [1e309]}', "application/json", 422),
    (b"[" * 100_000, "application/json", 400),
    (b'{"a":' * 20_000, "application/json", 400),
    (b"[" * 12 + b"]" * 12, "application/json", 400),
    (b'{"salon": "qinghe", "salon": "sister"}', "application/json", 422),
    (b'{"customer": {"phone": "1", "phone": "2"}}', "application/json", 422),
    (b"x" * (256 * 1024 + 1), "application/json", 413),
    (b"salon=qinghe", "application/x-www-form-urlencoded", 415),
    (b"<salon/>", "application/xml", 415),
    (b'{"salon": "qinghe"}', "text/plain", 415),
]


@pytest.mark.parametrize("endpoint", ["bookings", "holds", "confirm"])
def test_a_body_that_cannot_be_read_is_refused(client: Any, shop: SimpleNamespace, endpoint: str) -> None:
    path, token = _held(client, shop) if endpoint == "confirm" else (f"/api/v1/{endpoint}", "")
    before, wrong = _state(), []
    for body, kind, status in ODD_BODIES:
        headers = {"Idempotency-Key": "k", "Authorization": f"Bearer {token}"}
        answer = client.post(path, data=body, content_type=kind, headers=headers)
        if (answer.status_code, answer.mimetype) != (status, "application/problem+json"):
            wrong.append((body[:40], kind, answer.status_code))
    assert wrong == []
    assert _state() == before


@pytest.mark.parametrize("key", ["", "k" * 256, "k\xe9y", "a\tb"])
def test_a_key_that_is_missing_or_odd_is_refused(client: Any, shop: SimpleNamespace, key: str) -> None:
    answer = client.post("/api/v1/bookings", json=_body(shop), headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "Idempotency-Key"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 0


def test_a_key_sent_again_with_another_body_is_refused(client: Any, shop: SimpleNamespace) -> None:
    headers = {"Idempotency-Key": "once"}
    assert client.post("/api/v1/bookings", json=_body(shop), headers=headers).status_code == 201
    before = _state()
    for where, value in (("note", "other"), ("starts_at", b.at("16:00").isoformat()), ("stylist", GONE)):
        body = _spoilt(shop, _body(shop), where, value)
        answer = client.post("/api/v1/bookings", json=body, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")
    assert _state() == before


def test_text_that_only_looks_hostile_is_stored_as_typed(client: Any, shop: SimpleNamespace) -> None:
    note = "<script>alert(1)</script> =1+1 ' OR 1=1 --\nline two {{7*7}} %s"
    body = _body(shop) | {"note": note}
    assert client.post("/api/v1/bookings", json=body, headers={"Idempotency-Key": "k"}).status_code == 201
    assert db.session.scalars(sa.select(Booking.note)).one() == note


SEARCHES = [
    ("", "service"),
    ("from=2026-10-19", "service"),
    ("service={cut}", "from"),
    ("service=&from=2026-10-19", "service.0"),
    ("service=x&from=2026-10-19", "service.0"),
    ("service=-1&from=2026-10-19", "service.0"),
    ("service=1.0&from=2026-10-19", "service.0"),
    ("service=1_0&from=2026-10-19", "service.0"),
    ("service=%EF%BC%91&from=2026-10-19", "service.0"),  # full-width one
    ("service=9223372036854775808&from=2026-10-19", "service.0"),
    ("service={foreign}&from=2026-10-19", "services"),
    ("service=987654&from=2026-10-19", "services"),
    ("service={cut}&from=2026-02-30", "from"),
    ("service={cut}&from=tomorrow", "from"),
    ("service={cut}&from=0001-01-01", "from"),
    ("service={cut}&from=9999-12-31", "from"),
    ("service={cut}&from=2027-04-18", "from"),
    ("service={cut}&from=2026-10-19&from=2026-10-20", "from"),
    ("service={cut}&from=2026-10-19&days=0", "days"),
    ("service={cut}&from=2026-10-19&days=-1", "days"),
    ("service={cut}&from=2026-10-19&days=32", "days"),
    ("service={cut}&from=2026-10-19&days=1e9", "days"),
    ("service={cut}&from=2026-10-19&stylist=x", "stylist"),
    ("service={cut}&from=2026-10-19&stylist=0", "stylist"),
    ("service={cut}&from=2026-10-19&page=2", "page"),
    ("service={cut}&from=2026-10-19&zone=EST", "zone"),
]


def test_a_search_with_anything_wrong_is_refused_by_field(client: Any, shop: SimpleNamespace) -> None:
    before, wrong = _state(), []
    for query, field in SEARCHES:
        query = query.format(cut=shop.cut, foreign=shop.foreign["services"])
        answer = client.get(f"/api/v1/salons/qinghe/slots?{query}")
        named = [error["field"] for error in (answer.json or {}).get("errors", [])]
        if answer.status_code != 422 or field not in named:
            wrong.append((query, answer.status_code, named))
    assert wrong == []
    assert _state() == before
    many = "&".join([f"service={shop.cut}"] * 7)
    assert client.get(f"/api/v1/salons/qinghe/slots?{many}&from=2026-10-19").status_code == 422
    good = f"/api/v1/salons/qinghe/slots?service={shop.cut}&from=2026-10-19"
    assert client.get(good).status_code == 200
