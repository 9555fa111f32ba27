"""What every request passes first and every response carries, whatever kind it is."""

import socket
import sqlite3
import sys
import unicodedata
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from salonpool import database
from salonpool.app import create_app
from salonpool.database import db
from salonpool.models import AuditEntry, Booking, Customer, Message, Occupancy
from salonpool.web.shield import NOISE
from tests import builders as b
from tests.databases import config_for

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; "
    "style-src-attr 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BIG = b"x" * (256 * 1024 + 1)
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@pytest.fixture
def settings() -> dict[str, Any]:
    """As on a server: an error of ours becomes an answer, not an exception in the test."""
    return {"testing": False}


@pytest.fixture
def shop(app: Any) -> SimpleNamespace:
    """A salon that can be booked, and two views that break."""

    def broken() -> str:
        raise ZeroDivisionError("the secret of the house")

    app.add_url_rule("/broken", view_func=broken, endpoint="broken_page")
    app.add_url_rule("/api/v1/broken", view_func=broken, endpoint="broken_api")
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe")
    stylist = b.a_stylist(network, home=salon)
    b.a_rota(stylist, salon, weekdays=(0,))
    return SimpleNamespace(salon=salon, stylist=stylist, cut=b.a_service(salon))


@SQLITE
@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/desk//2026-10-19?lang=en", "/desk/2026-10-19?lang=en"),
        ("/s//qinghe", "/s/qinghe"),
        ("/api/v1//salons", "/api/v1/salons"),
    ],
)
def test_a_tidied_address_stays_in_the_house_whatever_host_is_claimed(
    client: Any, shop: SimpleNamespace, asked: str, given: str
) -> None:
    answer = client.get(f"http://evil.test{asked}")
    assert (answer.status_code, answer.location) == (308, given)


def _state() -> list[int]:
    db.session.rollback()
    tables = (Booking, Occupancy, AuditEntry, Customer, Message)
    counts = [db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables]
    db.session.rollback()
    return counts


def _lacking(answer: Any) -> dict[str, Any]:
    return {
        name: answer.headers.get(name) for name, value in HEADERS.items() if answer.headers.get(name) != value
    }


# Method, path, further arguments of the client, status.
KINDS: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/", {}, 200),
    ("GET", "/?lang=zh-Hans", {}, 200),
    ("GET", "/s/qinghe", {}, 200),
    ("GET", "/in", {}, 200),
    ("GET", "/healthz", {}, 200),
    ("GET", "/desk", {}, 302),
    ("GET", "/static/css/salonpool.css", {}, 200),
    ("GET", "/static/none.css", {}, 404),
    ("GET", "/nowhere", {}, 404),
    ("GET", "/b/AAAAAAAAAAA", {}, 404),
    ("GET", "/%ff", {}, 404),
    ("GET", "/broken", {}, 500),
    ("GET", "/out", {}, 405),
    ("POST", "/in", {"data": {"phone": "0912 345 678"}}, 403),
    ("POST", "/in", {"data": BIG, "content_type": FORM}, 413),
    ("GET", "/?a=1&a=2", {}, 422),
    ("GET", "/?a=%ff", {}, 400),
    ("HEAD", "/", {}, 200),
    ("OPTIONS", "/", {}, 200),
    ("GET", "/api/v1/salons", {}, 200),
    ("GET", "/api/v1/openapi.json", {}, 200),
    ("GET", "/api/v1/nowhere", {}, 404),
    ("GET", "/api/v1/salons/nowhere", {}, 404),
    ("GET", "/api/v1/bookings", {}, 405),
    ("GET", "/api/v1/shifts", {}, 401),
    ("GET", "/api/v1/broken", {}, 500),
    ("POST", "/api/v1/bookings", {"data": BIG, "content_type": JSON}, 413),
    ("POST", "/api/v1/bookings", {"data": "a=1", "content_type": FORM}, 415),
    ("POST", "/api/v1/bookings", {"data": "{", "content_type": JSON}, 400),
    ("POST", "/api/v1/bookings", {"json": {}}, 422),
    ("OPTIONS", "/api/v1/bookings", {}, 200),
]


@SQLITE
def test_every_kind_of_answer_carries_the_headers_and_no_traceback(
    client: Any, shop: SimpleNamespace
) -> None:
    before, wrong = _state(), []
    for method, path, request, status in KINDS:
        with client.open(path, method=method, **request) as answer:
            seen = (answer.status_code, answer.mimetype, answer.headers.get("Cache-Control"), answer.text)
            lacking = _lacking(answer)
        kind = "application/problem+json" if path.startswith("/api/") else "text/html"
        if seen[0] != status or lacking or (status >= 400 and seen[1] != kind):
            wrong.append((method, path, seen[:2], lacking))
        assert path.startswith("/static/") or seen[2] == "no-store", (method, path)
        assert "Traceback" not in seen[3]
        assert "secret of the house" not in seen[3]
    assert wrong == []
    assert _state() == before


@SQLITE
def test_a_problem_says_what_happened_in_the_fields_of_the_standard(
    client: Any, shop: SimpleNamespace
) -> None:
    for method, path, request, status in KINDS:
        if status < 400 or not path.startswith("/api/"):
            continue
        problem = client.open(path, method=method, **request).json
        assert problem["type"] == "about:blank"
        assert problem["status"] == status
        assert problem["code"] == problem["title"]
        assert problem["detail"]
    assert set(client.get("/api/v1/bookings").headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


@SQLITE
def test_error_pages_are_in_the_readers_language(client: Any, shop: SimpleNamespace) -> None:
    assert 'lang="en"' in client.get("/nowhere?lang=en").text
    assert 'lang="zh-Hans-CN"' in client.get("/nowhere?lang=zh-Hans").text


@SQLITE
def test_looking_never_changes_anything(client: Any, shop: SimpleNamespace) -> None:
    before = _state()
    for rule in client.application.url_map.iter_rules():
        if "broken" in rule.rule or rule.arguments - {"slug", "filename", "token", "day"}:
            continue
        values = {"slug": "qinghe", "filename": "favicon.svg", "token": "AAAAAAAAAAA", "day": "2026-10-19"}
        with client.application.test_request_context():
            path = client.application.url_for(rule.endpoint, **{k: values[k] for k in rule.arguments})
        for method in ("HEAD", "OPTIONS"):
            with client.open(path, method=method) as answer:
                assert answer.status_code < 500
                assert method == "OPTIONS" or answer.data == b"", (method, path)
    assert _state() == before


def test_noise_is_every_control_character_but_tab_and_line_ends() -> None:
    everything = [chr(code) for code in range(sys.maxunicode + 1)]
    controls = {one for one in everything if unicodedata.category(one) in {"Cc", "Cs"}} - {"\t", "\n", "\r"}
    assert {one for one in everything if NOISE.search(one)} == controls | {"\ufffd"}


@SQLITE
@pytest.mark.parametrize(
    "query",
    ["a=1&a=1", "lang=en&lang=en", "a=%00", "a=x%1fy", "a=%7f", "a=%c2%85", "%00=1", "a%1b=1", "a=%ff",
     "a=%c3%28", "%ff=1", "a=%ed%a0%80", "a=%ef%bf%bd"],
)  # fmt: skip
def test_noise_in_a_query_is_refused_on_pages_and_in_the_api(
    client: Any, shop: SimpleNamespace, query: str
) -> None:
    for path in ("/", "/s/qinghe", "/api/v1/salons"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code in {400, 422}
        assert "\x00" not in answer.text


@SQLITE
@pytest.mark.parametrize(
    "body", [b"phone=1&phone=2", b"phone=%00", b"phone=%ff", b"phone=\xff", b"%ff=1", b"phone=%1b[2J"]
)
def test_noise_in_a_form_is_refused_before_anything_reads_it(
    client: Any, shop: SimpleNamespace, body: bytes
) -> None:
    assert client.post("/in", data=body, content_type=FORM).status_code in {400, 422}


@SQLITE
def test_noise_in_a_multipart_form_is_refused_too(client: Any, shop: SimpleNamespace) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="phone"\r\n\r\n%s\r\n'
    kind = "multipart/form-data; boundary=x"
    for body in (
        part % b"\xff" + b"--x--\r\n",
        part % b"a\x00" + b"--x--\r\n",
        part % b"1" * 2 + b"--x--\r\n",
    ):
        assert client.post("/in", data=body, content_type=kind).status_code == 422


@SQLITE
def test_text_that_only_looks_hostile_passes_and_is_escaped(client: Any, shop: SimpleNamespace) -> None:
    answer = client.get("/in?next=%3Cscript%3Ealert(1)%3C/script%3E")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


@SQLITE
def test_the_service_may_be_given_twice_because_it_is_a_list(client: Any, shop: SimpleNamespace) -> None:
    answer = client.get(f"/api/v1/salons/qinghe/slots?service={shop.cut}&service={shop.cut}&from=2026-10-19")
    assert answer.status_code == 200


@SQLITE
def test_cookies_are_kept_from_scripts_and_other_sites(client: Any, shop: SimpleNamespace) -> None:
    cookies = client.get("/in").headers.getlist("Set-Cookie")
    assert cookies
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)


@SQLITE
def test_a_foreign_host_does_not_enter_links_or_answers(client: Any, shop: SimpleNamespace) -> None:
    for headers in ({"Host": "evil.test"}, {"X-Forwarded-Host": "evil.test"}):
        for path in ("/", "/in", "/desk", "/s/qinghe"):
            answer = client.get(path, headers=headers)
            assert "evil.test" not in answer.text
            assert answer.headers.get("Location", "/").startswith("/")


def _booking(shop: SimpleNamespace) -> dict[str, Any]:
    return {
        "salon": "qinghe",
        "services": [shop.cut],
        "starts_at": b.at("14:00").isoformat(),
        "customer": {"phone": "0912 345 678"},
    }


@SQLITE
def test_a_locked_database_is_a_503_that_may_be_tried_again(
    shop: SimpleNamespace, database_url: str, stopped_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 50)
    app = create_app(config_for(database_url, testing=False))
    client, before = app.test_client(), _state()
    db.session.remove()
    headers = {"Idempotency-Key": "busy"}
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        booked = client.post("/api/v1/bookings", json=_booking(shop), headers=headers)
        page = client.get("/s/qinghe")
    finally:
        other.close()
    for answer, kind in ((booked, "application/problem+json"), (page, "text/html")):
        assert (answer.status_code, answer.mimetype) == (503, kind)
        assert int(answer.headers["Retry-After"]) > 0
        assert _lacking(answer) == {}
    assert booked.json["code"] == "busy"
    assert _state() == before
    assert client.post("/api/v1/bookings", json=_booking(shop), headers=headers).status_code == 201


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.sqlite", "postgresql+psycopg://postgres@127.0.0.1:1/none"]
)
def test_an_absent_database_is_a_503_and_the_process_is_up(url: str) -> None:
    client = create_app(config_for(url, testing=False)).test_client()
    for path in ("/", "/s/qinghe", "/api/v1/salons"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2"), path
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_a_database_that_takes_calls_and_says_nothing_is_a_503(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salonpool.app.CONNECT_SECONDS", 2)  # the least libpq knows
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        app = create_app(config_for(f"postgresql+psycopg://postgres@127.0.0.1:{port}/none", testing=False))
        assert app.test_client().get("/api/v1/salons").status_code == 503


def test_a_forwarded_request_nobody_expects_is_logged_once(client, caplog):
    for _ in range(2):
        assert client.get("/healthz", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 200
    assert [record.alert for record in caplog.records if hasattr(record, "alert")] == ["unknown_proxy"]


def test_a_request_that_was_not_forwarded_is_not_logged(client, caplog):
    assert client.get("/healthz").status_code == 200
    assert [record for record in caplog.records if hasattr(record, "alert")] == []
