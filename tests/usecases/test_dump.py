"""The dump holds every key an outside auditor was promised, with the right values, on both databases."""

import io
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from salonpool.database import transaction
from salonpool.domain.booking import Wish
from salonpool.models import Message, PlanningRun, Shift
from salonpool.queries import dump
from salonpool.usecases.booking import bookings, cancellations
from salonpool.usecases.booking.bookings import Guest
from salonpool.usecases.texts import opt_outs
from tests import builders as b

KEYS = {
    "bookings": {"id", "salon_id", "stylist_id", "status", "start", "end", "client_ref"},
    "occupancy": {"resource", "start", "end"},
    "shifts": {"id", "needed"},
    "assignments": {"id", "shift_id", "stylist_id", "salon_id", "start", "end", "status"},
    "sms": {"id", "event_id", "to", "body", "status", "created_at"},
    "optouts": {"to", "at"},
    "solver_runs": {"id", "window", "status"},
}


@pytest.fixture
def settings() -> dict[str, Any]:
    """The demo's numbers may book."""
    return {"demo": True}


@pytest.fixture
def shop(app: Any) -> dict[str, Any]:
    """A salon where 小雯 works on Mondays, with a break."""
    network = b.a_network()
    salon = b.a_salon(network, slug="qinghe")
    stylist = b.a_stylist(network, home=salon)
    b.a_rota(stylist, salon, weekdays=(0,), breaks=(("13:00", "14:00"),))
    return {"network": network, "salon": salon, "stylist": stylist, "service": b.a_service(salon)}


def _book(
    app: Any, shop: dict[str, Any], clock: str, key: str, phone: str = "0900 000 200"
) -> bookings.Booked:
    """One visit on Monday."""
    return bookings.book(
        salon_slug="qinghe",
        wish=Wish((shop["service"],)),
        starts_at=b.at(clock),
        guest=Guest(phone, "王小姐"),
        key=key,
        language="en",
        now=b.NOW,
        texting=app.extensions["salonpool.texting"],
    )


def _written() -> dict[str, Any]:
    """The dump, read back."""
    found: dict[str, Any] = json.loads("".join(dump.json_pieces(b.NOW)))
    return found


def test_an_empty_database_has_every_table(app: Any) -> None:
    assert _written() == {"now": "2026-10-19T01:00:00Z", **{name: [] for name in KEYS}}


def test_a_booking_is_told_with_what_it_takes_up(app: Any, shop: dict[str, Any]) -> None:
    booked = _book(app, shop, "10:00", "key-1")
    found = _written()
    assert list(found) == ["now", *KEYS]
    assert found["bookings"] == [
        {
            "id": booked.id,
            "salon_id": shop["salon"],
            "stylist_id": shop["stylist"],
            "status": "confirmed",
            "start": "2026-10-19T02:00:00Z",
            "end": "2026-10-19T03:00:00Z",
            "client_ref": "key-1",
        }
    ]
    taken = [row for row in found["occupancy"] if row.get("booking_id") == booked.id]
    assert {row["resource"].split(":")[0] for row in taken} == {"stylist", "chair"}
    assert {(row["start"], row["end"]) for row in taken} == {("2026-10-19T02:00:00Z", "2026-10-19T03:00:00Z")}
    (text,) = found["sms"]
    assert (text["event_id"], text["to"], text["status"], text["booking_id"]) == (
        f"booking:{booked.id}:confirmed", "+886900000200", "pending", booked.id,
    )  # fmt: skip
    assert "hold_until" not in text


def test_the_rota_is_told_as_shifts_assignments_and_presence(app: Any, shop: dict[str, Any]) -> None:
    found = _written()
    monday = next(row for row in found["assignments"] if row["start"] == "2026-10-19T02:00:00Z")
    assert monday["end"] == "2026-10-19T11:00:00Z"
    assert (monday["stylist_id"], monday["salon_id"], monday["status"]) == (
        shop["stylist"],
        shop["salon"],
        "active",
    )
    assert {"id": monday["shift_id"], "needed": 1} in found["shifts"]
    mine = [row for row in found["occupancy"] if row.get("assignment_id") == monday["id"]]
    assert {row["resource"].split(":")[0] for row in mine} == {"presence", "stylist"}
    assert all("booking_id" not in row for row in mine)


def test_every_row_has_its_keys_and_only_the_optional_ones_beside_them(
    app: Any, shop: dict[str, Any]
) -> None:
    _book(app, shop, "10:00", "key-1")
    with transaction() as session:
        opt_outs.opt_out(session, "+886900000201", b.NOW)
        session.add(
            PlanningRun(network_id=shop["network"], status="requested", cause="post", requested_at=b.NOW)
        )
        session.add(
            PlanningRun(
                network_id=shop["network"], status="published", cause="post", requested_at=b.NOW,
                window_starts_at=b.NOW, window_ends_at=b.NOW + timedelta(days=14),
            )
        )  # fmt: skip
    silent = _book(app, shop, "15:00", "key-2", phone="0900 000 201")
    cancellations.cancel(booking_id=silent.id, now=b.NOW, texting=app.extensions["salonpool.texting"])
    found = _written()
    optional = {
        "bookings": {"no_sms_reason"},
        "occupancy": {"booking_id", "assignment_id"},
        "sms": {"booking_id", "hold_until"},
    }
    for name, keys in KEYS.items():
        assert found[name]
        for row in found[name]:
            assert keys <= set(row) <= keys | optional.get(name, set())
    assert found["optouts"] == [{"to": "+886900000201", "at": "2026-10-19T01:00:00Z"}]
    assert found["bookings"][1]["no_sms_reason"] == "opted_out"
    assert found["bookings"][1]["status"] == "cancelled"
    assert found["solver_runs"][0]["window"] is None
    assert found["solver_runs"][1]["window"] == {
        "start": "2026-10-19T01:00:00Z",
        "end": "2026-11-02T01:00:00Z",
    }


def test_a_shift_of_two_seats_needs_two(app: Any, shop: dict[str, Any]) -> None:
    shift_id = b.add(
        Shift(
            network_id=shop["network"], salon_id=shop["salon"], source="post", status="posted", seats=2,
            starts_at=b.at("10:00"), ends_at=b.at("14:00"), skill_id=b.a_skill(shop["network"]),
            created_at=b.NOW,
        )
    )  # fmt: skip
    assert {"id": shift_id, "needed": 2} in _written()["shifts"]


def test_a_text_that_waits_for_its_hour_says_until_when(app: Any, shop: dict[str, Any]) -> None:
    b.add(
        Message(
            network_id=shop["network"], event_id="offer:1:made", text_id="S2", to="+886900000202",
            language="en", body="Qinghe needs cut", status="pending", created_at=b.NOW,
            due_at=b.NOW + timedelta(hours=8),
        )
    )  # fmt: skip
    (text,) = _written()["sms"]
    assert text["hold_until"] == "2026-10-19T09:00:00Z"
    assert "booking_id" not in text


class _SlowReader(io.BytesIO):
    """Takes no byte before somebody has booked elsewhere."""

    def __init__(self, book: Callable[[], None]) -> None:
        super().__init__()
        self._book: Callable[[], None] | None = book

    def write(self, taken: Any, /) -> int:
        if self._book:
            elsewhere = threading.Thread(target=self._book)
            elsewhere.start()
            elsewhere.join(20)
            self._book = None
        return super().write(taken)


def test_a_reader_who_takes_their_time_keeps_nobody_from_booking(app: Any, shop: dict[str, Any]) -> None:
    _book(app, shop, "10:00", "key-1")
    booked = []

    def book() -> None:  # in a session of its own, as another process would
        with app.app_context():
            booked.append(_book(app, shop, "16:00", "key-9"))

    slow = _SlowReader(book)
    dump.write(slow, b.NOW)
    assert len(booked) == 1
    assert len(json.loads(slow.getvalue())["bookings"]) == 1


def test_the_dump_is_one_moment_even_while_somebody_books(app: Any, shop: dict[str, Any]) -> None:
    _book(app, shop, "10:00", "key-1")

    def run() -> None:  # in a session of its own, as another process would
        with app.app_context():
            _book(app, shop, "16:00", "key-9")

    pieces = dump.json_pieces(b.NOW)
    first = [next(pieces) for _ in range(5)]  # up to the first row
    elsewhere = threading.Thread(target=run)
    elsewhere.start()
    elsewhere.join(0.5)  # SQLite makes the writer wait for the reader
    found = json.loads("".join([*first, *pieces]))
    elsewhere.join(20)
    assert (len(found["bookings"]), len(found["sms"])) == (1, 1)
    assert len(_written()["bookings"]) == 2
