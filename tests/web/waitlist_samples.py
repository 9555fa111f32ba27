"""One sample of every state of the waitlist's pages; the shapes are those the templates name."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace as Row
from typing import Any

States = list[tuple[str, dict[str, Any]]]


def pages(word: dict[str, str], salon: Row, today: date, ten: Any, price: Row) -> dict[str, States]:
    """Template name -> [(state, variables without the frame)]."""
    return {
        "guest/wait.html": _wait(word, salon, today, price),
        "guest/waiting.html": _waiting(word, salon, ten),
        "guest/place.html": _place(word, salon, ten, price),
    }


def at_the_desk(word: dict[str, str], ten: Any, order: str = "first_come") -> dict[str, Any]:
    """The desk's list in that order."""

    def entry(name: str | None, held_until: Any, windows: list[Row]) -> dict[str, Any]:
        row = Row(
            guest_name=name, services_text=word["cut"], stylist_names=(word["wen"],) if name else (),
            starts_at=ten if held_until else None, held_until=held_until,
        )  # fmt: skip
        return {"row": row, "windows": windows}

    windows = _windows(ten)
    entries = [entry(word["guest"], ten, windows[:1]), entry(None, None, windows)]
    return {"waitlist": entries, "waitlist_order": order}


def _windows(ten: Any) -> list[Row]:
    day = timedelta(days=1)
    return [
        Row(starts_at=ten, ends_at=ten + timedelta(hours=2), is_whole=False, last_on=ten.date()),
        Row(starts_at=ten + day, ends_at=ten + 2 * day, is_whole=True, last_on=(ten + day).date()),
        Row(starts_at=ten + day, ends_at=ten + 4 * day, is_whole=True, last_on=ten.date() + 3 * day),
    ]


def _wait(word: dict[str, str], salon: Row, today: date, price: Row) -> States:
    services = [
        Row(id=number, name=word[key], length="any", minutes=60, price=price)
        for number, key in enumerate(("cut", "colour", "perm"), 1)
    ]
    form = {
        "salon": salon,
        "services": services,
        "chosen": services[:1],
        "stylists": [Row(id=1, name=word["wen"], visiting=False), Row(id=2, name=word["zhe"], visiting=True)],
        "ticked_stylists": set(),
        "days": [Row(on=today + timedelta(days=n), ticked=n == 2) for n in range(14)],
        "today": today,
        "ticked_parts": set(),
        "is_party": False,
        "is_choosy": False,
        "sisters": [],
        "ticked_sisters": set(),
        "form": {"phone": "", "name": ""},
        "errors": {},
    }
    sister = {"slug": "kapok", "name": word["kapok"], "price": price}
    typed = {"form": {"phone": "0912", "name": word["guest"]}, "errors": {"phone": word["wrong"]}}
    wrong = typed | {"sisters": [sister], "ticked_sisters": {"kapok"}, "ticked_stylists": {"1", "2"}}
    wrong |= {"ticked_parts": {"morning", "evening"}}
    everything = dict.fromkeys(("service", "stylist", "windows", "sisters"), word["wrong"])
    return [
        ("fresh", form),
        ("several services", form | {"chosen": services[:2]}),
        ("together", form | {"is_party": True}),
        ("with wishes", form | {"is_choosy": True}),
        ("wrong", form | wrong),
        ("all wrong", form | wrong | {"errors": everything}),
    ]


def _waiting(word: dict[str, str], salon: Row, ten: Any) -> States:
    day = timedelta(days=1)

    def page(status: str, **over: Any) -> dict[str, Any]:
        entry = Row(
            status=status, service_names=(word["cut"], word["colour"]), stylist_names=(word["wen"],),
            salons=(salon, Row(name=word["kapok"])),
        )  # fmt: skip
        values = {"salon": salon, "entry": entry, "windows": _windows(ten), "held": None}
        return values | {"held_url": None, "booking_url": None, "token": "abc123def45"} | over

    held = Row(starts_at=ten, held_until=ten - day, salon=salon)
    return [
        ("waiting", page("waiting")),
        ("held", page("offered", held=held, held_url="/b/abc123def45")),
        ("booked", page("booked", booking_url="/b/abc123def45")),
        ("left", page("left")),
        ("expired", page("expired")),
    ]


def _place(word: dict[str, str], salon: Row, ten: Any, price: Row) -> States:
    booking = {
        "starts_at": ten,
        "services_text": word["cut"],
        "minutes": 60,
        "price": price,
        "stylist_name": word["wen"],
        "serving": (),
    }
    terms = {"change_until": ten, "free_until": None, "late_fee": price}
    page = {
        "salon": salon,
        "booking": booking,
        "held_until": ten - timedelta(hours=3),
        "terms": terms | {"late_fee": None},
        "may_try": False,
        "problem": "",
        "waiting_url": "/w/abc123def45",
        "token": "abc123def45",
    }
    return [
        ("held", page),
        ("costs", page | {"terms": terms}),
        ("too soon to change", page | {"terms": terms | {"change_until": None}}),
        ("ran out", page | {"held_until": None, "may_try": True}),
        ("taken", page | {"held_until": None, "problem": word["wrong"]}),
        ("let go", page | {"held_until": None, "waiting_url": None}),
    ]
