"""Samples of the pages a guest finds their bookings by."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace as Row
from typing import Any

TEN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)


def pages(word: dict[str, str]) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """States of guest/my.html, guest/my_code.html and guest/my_visits.html, in the words of one language."""

    def visit(status: str, initials: str = "") -> Row:
        return Row(
            url="/b/AAAAAAAAAAA",
            salon_name=word["salon"],
            zone="Asia/Taipei",
            starts_at=TEN,
            status=status,
            services_text=word["cut"],
            stylist_names=(word["wen"], word["zhe"]),
            initials=initials,
        )

    states = ("confirmed", "pending", "checked_in", "completed", "no_show", "cancelled")
    code: dict[str, Any] = {
        "form": {"phone": "0912 345 678"}, "errors": {}, "minutes": 10, "demo_url": None, "texts_late": False,
    }  # fmt: skip
    shown: dict[str, Any] = {
        "ahead": [], "past": [], "old": False, "rests_days": 45, "remembered_days": 180,
        "just_taken_off": False,
    }  # fmt: skip
    return {
        "guest/my.html": [
            ("fresh", {"form": {"phone": ""}, "errors": {}}),
            ("wrong", {"form": {"phone": "0912"}, "errors": {"phone": word["wrong"]}}),
        ],
        "guest/my_code.html": [
            ("sent", code),
            ("wrong", {**code, "errors": {"code": word["wrong"]}}),
            ("late", {**code, "texts_late": True}),
            ("demo", {**code, "demo_url": "/demo/phones"}),
        ],
        "guest/my_visits.html": [
            ("none", shown),
            ("taken off", shown | {"just_taken_off": True}),
            (
                "one's own",
                shown
                | {"ahead": [visit("confirmed")], "past": [visit(status) for status in states], "old": True},
            ),
            ("a family's", shown | {"ahead": [visit("confirmed", "L."), visit("pending", "W.")]}),
        ],
    }
