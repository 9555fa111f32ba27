"""One sample of every state of the pages for a yes by phone; see template_samples.py."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

TEN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)


def pages(word: dict[str, str], salon: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    money = Row(amount_minor=42000, currency="TWD")
    shift = Row(
        id=1, starts_at=TEN, ends_at=TEN + timedelta(hours=4), minutes=240, skill_name=word["colour"],
        hourly_pay=money, pay=money,
    )  # fmt: skip

    def person(number: int, *, texts: bool = True) -> Row:
        return Row(
            id=number, name=word["wen"], gets_texts=texts,
            salon_name=word["kapok"] if number % 2 else None, offer="offered" if number == 1 else None,
        )  # fmt: skip

    def row(number: int, *obstacles: str) -> dict[str, Any]:
        return {"person": person(number), "obstacles": list(obstacles)}

    def listed(number: int, status: str) -> dict[str, Any]:
        kept = Row(
            id=number, starts_at=TEN, ends_at=TEN + timedelta(hours=4), skill_name=word["cut"], seats=2,
            filled=number % 2, status=status,
        )  # fmt: skip
        return {"row": kept, "salon": salon}

    head = {"salon": salon, "shift": shift, "is_owner": True}
    one: dict[str, Any] = {
        **head, "person": person(1), "obstacles": [], "is_barred": False, "set_aside": "", "reason": "",
        "errors": {}, "problem": "",
    }  # fmt: skip

    def seat(*, texts: bool = True) -> Row:
        return Row(assignment_id=5, stylist_name=word["wen"], gets_texts=texts)

    taking: dict[str, Any] = {**head, "seat": seat(), "booked": [], "problem": ""}
    why = {**one, "obstacles": [word["later"], word["busy"]], "set_aside": "home-travel available"}
    return {
        "desk/by_hand.html": [
            (
                "all",
                {**head, "free": [row(1), row(2)], "for_a_reason": [row(3, word["later"])],
                 "barred": [row(4, word["busy"], word["over"])]},
            ),
            ("nobody", {**head, "free": [], "for_a_reason": [], "barred": []}),
            ("office", {**head, "is_owner": False, "free": [row(1)], "for_a_reason": [], "barred": []}),
        ],
        "desk/take_back.html": [
            ("free", taking),
            ("no_texts", {**taking, "seat": seat(texts=False)}),
            ("booked", {**taking, "booked": [7, 8]}),
            ("office", {**taking, "is_owner": False, "booked": [7]}),
            ("changed", {**taking, "booked": [7], "problem": word["wrong"]}),
            ("begun", {**taking, "seat": None, "problem": word["wrong"]}),
        ],
        "office/shifts.html": [
            ("both", {"open": [listed(1, "posted"), listed(2, "offering")], "filled": [listed(3, "filled")]}),
            ("none", {"open": [], "filled": []}),
        ],
        "desk/by_hand_person.html": [
            ("can", one),
            ("office", {**one, "is_owner": False}),
            ("no_texts", {**one, "person": person(2, texts=False)}),
            ("for_a_reason", why),
            ("no_reason", {**why, "errors": {"reason": word["wrong"]}}),
            ("changed", {**why, "reason": word["later"], "problem": word["wrong"]}),
            ("barred", {**why, "is_barred": True, "set_aside": ""}),
            ("too_late", {**one, "person": None, "problem": word["wrong"]}),
        ],
    }  # fmt: skip
