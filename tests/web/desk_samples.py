"""The desk's pages about bookings and closed days, in every state; see template_samples.py."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

from salonpool.domain.booking_rules import BOUNDS

TODAY = date(2026, 10, 19)
PRICE = Row(amount_minor=80000, currency="TWD")
TEN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)


def row(word: dict[str, str], number: int, status: str = "pending") -> Row:
    return Row(
        id=number,
        status=status,
        starts_at=TEN + timedelta(hours=number),
        asked_starts_at=TEN if number == 2 else None,
        asked_stylist_id=1 if number == 2 else None,
        asked_stylist_name=word["wen"] if number == 2 else None,
        answer_by=TEN,
        guest_name=word["guest"] if number % 2 else None,
        services_text=f"{word['cut']} + {word['treatment']}",
        stylist_names=(word["wen"], word["zhe"])[:number],
    )


def bookings(word: dict[str, str], salon: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    items = [
        Row(
            guest=0, guest_name=word["guest"], service_name=word["colour"], stylist_names=(word["wen"], "Mia")
        ),
        Row(guest=1, guest_name=None, service_name=word["cut"], stylist_names=(word["zhe"],)),
    ]
    asked = Row(starts_at=TEN, answer_by=TEN, stylist_id=1, stylist_name="小雯")
    series = [Row(id=n, starts_at=TEN + timedelta(weeks=n), status="confirmed") for n in (1, 2, 3)]

    def page(status: str, can: tuple[str, ...] = (), **over: Any) -> dict[str, Any]:
        values = {
            "id": 1, "status": status, "starts_at": TEN, "ends_at": TEN + timedelta(hours=2),
            "guest_name": word["guest"], "phone": "+886912345678", "note": word["later"], "price": PRICE,
            "no_sms_reason": None, "will_come": True, "takes_no_texts": False, "answer_by": None,
            "cancel_cause": None, "asked": None,
            "items": items, "services_text": word["cut"], "series": [],
        }  # fmt: skip
        known = {name: over.pop(name) for name in list(over) if name in values}
        return {
            "salon": salon, "booking": Row(**values | known), "can": set(can), "attendance": "",
            "back_until": TEN, "with_link": True,
            "is_open": status in ("pending", "confirmed"), "ask_first": False, "problem": "", **over,
        }  # fmt: skip

    no_texts = {"guest_name": None, "phone": None, "note": None, "no_sms_reason": "no_phone"}
    booked = page("confirmed")
    times = [
        Row(starts_at=TEN + timedelta(hours=n), stylist_names=(word["wen"], word["zhe"])[:n]) for n in (1, 2)
    ]
    days = {"on": TODAY, "today": TODAY, "last_on": TODAY + timedelta(days=180)}
    services = [Row(id=n, name=word[key], minutes=60, price=PRICE) for n, key in ((1, "cut"), (2, "perm"))]
    form = {"phone": "0912", "name": "", "note": "", "starts_at": times[0].starts_at.isoformat()}
    new: dict[str, Any] = {
        "salon": salon, "services": services, "stylists": [Row(id=3, name=word["wen"], visiting=False)],
        "chosen": {"service": (1,), "stylist": None}, "times": times, "form": dict.fromkeys(form, ""),
        "name": word["cut"],
        "errors": {}, "idempotency_key": "k", **days,
    }  # fmt: skip
    closed: dict[str, Any] = {
        "salon": salon, "closures": [], "endangered": [], "dangers": {}, "more": 0, "errors": {}, **days,
        "form": dict.fromkeys(("first_on", "last_on", "starts", "ends", "reason"), ""),
    }  # fmt: skip
    wrong = dict.fromkeys(("service", "stylist", "on", "starts_at", "phone", "name", "note"), word["wrong"])
    shut = [Row(id=1, starts_at=TEN, ends_at=TEN + timedelta(days=1), reason=word["later"])]
    return {
        "desk/booking.html": [
            ("pending", page("pending", answer_by=TEN, attendance=word["missed"], ask_first=True)),
            ("booked", page("confirmed", ("arrived", "done", "missed"), attendance=word["missed"])),
            ("asks", page("confirmed", asked=asked, with_link=False)),
            ("series", page("confirmed", series=series)),
            ("no_texts", page("confirmed", ("arrived",), **no_texts, problem=word["wrong"])),
            ("here", page("checked_in", ("done", "undo"), no_sms_reason="opted_out")),
            ("done", page("completed", ("arrived",))),
            ("missed", page("no_show", ("not-missed",), attendance=word["missed"])),
            *((cause, page("cancelled", cancel_cause=cause)) for cause in ("guest", "salon", "not_approved")),
        ],
        "desk/booking_move.html": [
            ("times", {**booked, **days, "times": times}),
            ("none", {**page("confirmed", **no_texts, problem=word["wrong"]), **days, "times": []}),
        ],
        "desk/booking_new.html": [
            ("fresh", new),
            ("wrong", {**new, "form": form, "errors": wrong, "chosen": {"service": (1, 2), "stylist": 3}}),
            ("full", {**new, "times": []}),
            ("no_services", {**new, "services": [], "times": []}),
        ],
        "desk/settings.html": _settings(word, salon),
        "desk/labour.html": _labour(word, salon),
        "desk/closures.html": [
            ("empty", closed),
            (
                "endangered",
                {
                    **closed, "closures": shut, "more": 2,
                    "endangered": [row(word, n, "held" if n == 3 else "confirmed") for n in (1, 2, 3)],
                    "dangers": {1: "closed", 2: "break", 3: "off_duty"},
                    "errors": dict.fromkeys(("first_on", "ends", "reason"), word["wrong"]),
                },
            ),
        ],
    }  # fmt: skip


def _settings(word: dict[str, str], salon: Row) -> list[tuple[str, dict[str, Any]]]:
    form = {
        "cut_off_minutes": "180", "free_minutes": "1440", "late_fee": "300", "approve_minutes": "",
        "max_wait_minutes": "15", "waitlist_order": "first_come",
    }  # fmt: skip
    page = {"salon": salon, "form": form, "errors": {}, "bounds": BOUNDS, "saved": False}
    return [
        ("fresh", page),
        ("saved", page | {"saved": True}),
        ("wrong", page | {"form": dict.fromkeys(form, "x"), "errors": dict.fromkeys(form, word["wrong"])}),
    ]


def _labour(word: dict[str, str], salon: Row) -> list[tuple[str, dict[str, Any]]]:
    line = Row(
        sentence=word["later"], where=word["cut"], source="https://law.example/36",
        since=date(2018, 3, 1), read_in=word["treatment"],
    )  # fmt: skip
    packs = [
        Row(code="a", name=word["cut"], holds=True, rules=[line, line], not_checked=[line], coming_on=TODAY),
        Row(code="b", name=word["colour"], holds=False, rules=[line], not_checked=[], coming_on=None),
    ]
    page = {
        "salon": salon, "chosen": "", "default": word["cut"], "packs": packs, "problem": "", "saved": False,
    }  # fmt: skip
    return [
        ("fresh", page),
        ("own", page | {"chosen": "b", "saved": True}),
        ("wrong", page | {"problem": word["wrong"]}),
        ("unknown", page | {"default": "", "packs": []}),
    ]
