"""One sample of every state of the pages on which a guest sees, moves and cancels a booking."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

TODAY = date(2026, 10, 19)
STARTS_AT = datetime(2026, 10, 20, 6, 0, tzinfo=UTC)
FEE = Row(amount_minor=30000, currency="TWD")
NOTHING = Row(amount_minor=0, currency="TWD")


def changes(word: dict[str, str], salon: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """The samples of guest/booking.html, guest/cancel.html, guest/move.html and guest/move_times.html."""
    return {**_booking(word, salon), **_move(word, salon)}


def _row(word: dict[str, str], status: str = "confirmed", **over: Any) -> Row:
    known = {
        "status": status,
        "starts_at": STARTS_AT,
        "services_text": word["cut"],
        "minutes": 60,
        "price": Row(amount_minor=80000, currency="TWD"),
        "stylist_name": word["wen"],
        "serving": (),
        "change_until": STARTS_AT - timedelta(hours=3),
        "free_until": None,
        "late_fee": None,
        "fee": None,
        "answer_by": None,
        "asked": None,
        "by_salon": False,
        "gets_texts": True,
        "gets_link": True,
    }
    return Row(**known | over)


def _booking(word: dict[str, str], salon: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    def page(booking: Row, **over: Any) -> dict[str, Any]:
        known = {
            "salon": salon,
            "booking": booking,
            "token": "tok",
            "problem": "",
            "series": [],
            "texts_late": False,
            "just_booked": False,
            "just_moved": False,
            "just_cancelled": False,
            "can_change": booking.status in ("confirmed", "pending"),
            "past": False,
            "map_url": "https://maps.example/",
            "google_url": "https://calendar.example/",
            "book_again": Row(url="/s/qinghe", weeks=5),
        }
        return known | over

    open_, free = _row(word), STARTS_AT - timedelta(days=1)
    cancelled = _row(word, "cancelled")
    soon = Row(url="/s/qinghe", weeks=None)
    fee = {"fee": NOTHING, "problem": "", "later": 0, "later_fee": NOTHING}
    series = [
        Row(starts_at=STARTS_AT + timedelta(weeks=n), status="confirmed", url=f"/b/{n}" if n else None)
        for n in (0, 1)
    ]
    return {
        "guest/booking.html": [
            ("booked", page(open_, just_booked=True)),
            ("booked, text late", page(open_, just_booked=True, texts_late=True)),
            ("moved", page(open_, just_moved=True)),
            ("moved, no texts", page(_row(word, gets_texts=False), just_moved=True)),
            ("booked, no link", page(_row(word, gets_link=False), just_booked=True)),
            ("booked, no texts", page(_row(word, gets_texts=False), just_booked=True)),
            ("open", page(open_)),
            ("free so far", page(_row(word, late_fee=FEE, free_until=free))),
            ("fee by now", page(_row(word, late_fee=FEE))),
            ("late", page(open_, can_change=False)),
            ("refused", page(open_, can_change=False, problem=word["wrong"])),
            ("asked", page(_row(word, "pending"))),
            ("asks for another time", page(_row(word, asked=Row(starts_at=free, answer_by=free)))),
            ("asked until", page(_row(word, "pending", answer_by=free))),
            ("here", page(_row(word, "checked_in"))),
            ("cancelled", page(cancelled, just_cancelled=True, book_again=soon)),
            ("cancelled late", page(_row(word, "cancelled", fee=FEE), just_cancelled=True, book_again=soon)),
            ("cancelled by the salon", page(_row(word, "cancelled", by_salon=True), book_again=soon)),
            ("done", page(_row(word, "completed"))),
            ("past", page(open_, past=True, can_change=False)),
            ("long past", page(open_, past=True, can_change=False, book_again=soon)),
            ("missed", page(_row(word, "no_show"))),
            ("series", page(open_, series=series)),
        ],
        "guest/cancel.html": [
            ("ask", page(open_) | fee),
            ("ask, series", page(open_) | fee | {"later": 2}),
            ("ask, series, fee", page(open_) | fee | {"fee": FEE, "later": 1, "later_fee": FEE}),
            ("ask, fee", page(_row(word, late_fee=FEE)) | fee | {"fee": FEE}),
            (
                "fee by now",
                page(_row(word, late_fee=FEE)) | {"fee": FEE, "problem": word["wrong"], "later": 0},
            ),
        ],
    }


def _move(word: dict[str, str], salon: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    starts = [STARTS_AT + timedelta(minutes=30 * step) for step in range(-8, 9)]
    slots = [Row(starts_at=start, now=start == STARTS_AT) for start in starts]
    days = [Row(on=TODAY + timedelta(days=n), state="full" if n in (0, 4) else "free") for n in range(7)]

    def stretch(state: str = "free") -> Row:
        weeks = [[None, *days[:6]], days, [*days[1:], None]]
        return Row(on=TODAY + timedelta(days=1), state=state, strip=lambda: days, weeks=lambda: weeks)

    page: dict[str, Any] = {
        "salon": salon,
        "booking": _row(word),
        "fee": NOTHING,
        "token": "tok",
        "stretch": stretch(),
        "choice": Row(month=None, today=TODAY),
        "months": {"before": None, "after": TODAY.replace(month=11, day=1)},
        "closed_because": "",
        "times": [
            Row(part="morning", slots=slots[:4]),
            Row(part="afternoon", slots=slots[4:16]),
            Row(part="evening", slots=slots[16:]),
        ],
        "nearest": [],
        "taken_at": None,
        "problem": "",
        "who": "",
        "stylist_named": True,
        "asks_first": False,
    }
    near, now_only = slots[2:5], [Row(part="afternoon", slots=[slots[8]])]
    return {
        "guest/move.html": [
            ("free", page),
            ("asks first", {**page, "asks_first": True}),
            ("anyone will do", {**page, "who": "anyone"}),
            ("asked for anyone", {**page, "stylist_named": False}),
            ("taken", {**page, "nearest": near, "taken_at": starts[3]}),
            ("full", {**page, "times": now_only, "nearest": near}),
            ("never", {**page, "times": [], "stretch": stretch("off")}),
            ("closed", {**page, "times": [], "stretch": stretch("closed"), "closed_because": word["wrong"]}),
            ("closed for no reason", {**page, "times": [], "stretch": stretch("closed")}),
            ("month", {**page, "who": "anyone", "choice": Row(month=TODAY.replace(day=1), today=TODAY)}),
            ("refused", {**page, "problem": word["wrong"]}),
        ],
        "guest/move_times.html": [("free", page), ("full", {**page, "times": now_only, "nearest": near})],
    }
