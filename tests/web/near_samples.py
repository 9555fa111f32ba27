"""One sample of every state of the pages that show several salons, and of the desk's sisters and why not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

TODAY = date(2026, 10, 19)
TEN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
ZONE = "Asia/Taipei"
PRICE = Row(amount_minor=80000, currency="TWD")


def row(word: dict[str, str], walk_minutes: int | None = 7) -> Row:
    """A place at another salon."""
    return Row(
        salon=Row(slug="kapok", name=word["kapok"], district=word["datong"], zone=ZONE),
        walk_minutes=walk_minutes,
        starts_at=TEN,
        price=PRICE,
        stylist_name=word["wen"],
        stylist_names=f"{word['wen']}, {word['zhe']}",
        book_url="/s/kapok?service=1&on=2026-10-20",
        book_them_url="/s/kapok?service=1&on=2026-10-20&stylist=3",
    )


def elsewhere(word: dict[str, str]) -> dict[str, Any]:
    """Every way out of a full day."""
    shorter = Row(name=word["cut"], minutes=40, price=PRICE, starts_at=TEN, url="/s/qinghe?service=2")
    return {
        "shorter": [shorter],
        "theirs": [row(word)],
        "sisters": [row(word), row(word, None)],
        "near_url": "/near?service=cut&from=qinghe",
    }


def pages(word: dict[str, str], salon: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """The samples of guest/near.html, guest/salons.html, desk/sisters.html and desk/why.html."""
    near = {
        "salon": salon, "name": word["cut"], "rows": [row(word), row(word, None)], "on": None, "today": TODAY,
        "problem": "", "instead": {}, "all_url": "/", "back_url": "/s/qinghe",
    }  # fmt: skip
    instead = {
        "own": [Row(name=word["cut"], url="/s/qinghe?service=1")],
        "others": [Row(name=word["perm"], url="/?service=perm&near=qinghe")],
    }
    return {
        "guest/near.html": [
            ("some", near),
            ("none", near | {"rows": []}),
            ("wrong", near | {"problem": word["wrong"]}),
            ("no such service", near | {"rows": [], "name": "", "instead": instead}),
        ],
        "guest/salons.html": _salons(word),
        "desk/sisters.html": _sisters(word, salon),
        "desk/why.html": _why(word, salon),
    }


def _salons(word: dict[str, str]) -> list[tuple[str, dict[str, Any]]]:
    soon = {"online": True, "soonest_at": TEN, "zone": ZONE}
    rows = [
        Row(slug="qinghe", name=word["salon"], directions=word["walk"], **soon),
        Row(
            slug="kapok",
            name=word["kapok"],
            directions=None,
            **soon | {"soonest_at": TEN + timedelta(hours=26)},
        ),
    ]
    closed = {"online": False, "soonest_at": None, "zone": ZONE}
    owl = Row(slug="owl", name=word["owl"], directions=word["walk"], **closed)
    page = {
        "districts": [Row(name=word["datong"], salons=rows), Row(name=word["zhongshan"], salons=[owl])],
        "rows": None, "query": "", "none_found": False, "services": [Row(code="cut", name=word["cut"])],
        "salons": [*rows, owl], "service": "", "near": "", "order": "", "problem": "", "today": TODAY,
    }  # fmt: skip
    asked = page | {"districts": [], "service": "cut", "near": "qinghe", "order": "distance"}
    return [
        ("list", page),
        ("none", page | {"query": "zzz", "none_found": True}),
        ("by service", asked | {"rows": [row(word)]}),
        ("by service, none", asked | {"rows": []}),
        ("wrong", page | {"problem": word["wrong"]}),
    ]


def _sisters(word: dict[str, str], salon: Row) -> list[tuple[str, dict[str, Any]]]:
    states = [(True, True), (True, False), (False, True), (False, False)]
    neighbours = [
        Row(slug=f"s{n}", name=word["kapok"], district=word["datong"], is_shown=ours, shows_us=theirs)
        for n, (ours, theirs) in enumerate(states)
    ]
    page = {"salon": salon, "neighbours": neighbours, "problem": ""}
    return [
        ("some", page),
        ("wrong", page | {"problem": word["wrong"]}),
        ("alone", page | {"neighbours": []}),
    ]


def _why(word: dict[str, str], salon: Row) -> list[tuple[str, dict[str, Any]]]:
    form = {"service": "", "stylist": "", "gender": "", "speaks": "", "starts_at": "2026-10-20T10:00"}
    page = {
        "salon": salon, "services": [Row(id=1, name=word["cut"], minutes=60, price=PRICE)],
        "stylists": [Row(id=3, name=word["wen"])], "form": form, "starts_at": None, "reasons": None,
        "at_work": (), "problem": "",
    }  # fmt: skip
    asked = page | {"starts_at": TEN, "form": form | {"service": "1", "stylist": "3", "gender": "woman"}}
    at_work = ((word["wen"], TEN, TEN + timedelta(hours=8)), (word["zhe"], TEN, TEN + timedelta(hours=4)))
    return [
        ("form", page),
        ("blocked", asked | {"reasons": [word["wrong"], word["wrong"]], "at_work": at_work}),
        ("offered", asked | {"reasons": [], "at_work": at_work}),
        ("wrong", page | {"problem": word["wrong"]}),
        ("no services", page | {"services": []}),
    ]
