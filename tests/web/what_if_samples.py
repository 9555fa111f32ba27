"""The pages on which somebody asks why not, in every state; see template_samples.py."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

TEN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)


def pages(word: dict[str, str], salon: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    card = Row(
        id=7, salon_name=salon.name, starts_at=TEN, ends_at=TEN + timedelta(hours=4), zone=salon.zone,
        skill_name=word["cut"], pay=Row(amount_minor=168000, currency="TWD"),
    )  # fmt: skip
    told = Row(lead=word["fits"], against=[word["over"], word["busy"]], in_return=[word["later"]], notes=[])
    brief = Row(lead=word["fits"], against=[], in_return=[], notes=[word["later"]])

    def mine(state: str, told: Row | None = None) -> tuple[str, dict[str, Any]]:
        asked_at = None if state == "new" else TEN
        return state, {"card": card, "state": state, "told": told, "asked_at": asked_at}

    def others(*people: tuple[str, Row | None, bool]) -> dict[str, Any]:
        homes = [None, word["kapok"], None]
        rows = [
            {
                "person": Row(id=number, stylist_name=word["wen"], salon_name=homes[number]),
                "fits": fits,
                "state": state,
                "told": answer,
            }
            for number, (state, answer, fits) in enumerate(people)
        ]
        waits = any(state == "waiting" for state, _, _ in people)
        return {"salon": salon, "shift": card, "people": rows, "waits": waits}

    return {
        "stylist/not_asked.html": [
            ("none", {"shifts": []}),
            ("some", {"shifts": [{"card": card, "asked": bool(n), "waits": n == 2} for n in range(3)]}),
        ],
        "stylist/why_not_me.html": [
            mine("new"), mine("waiting"), mine("failed"), mine("told", told),
            ("nothing", mine("told", brief)[1]),
        ],
        "desk/others.html": [
            ("nobody", others()),
            ("some", others(("new", None, True), ("told", told, True), ("failed", None, True))),
            ("waiting", others(("waiting", None, True), ("told", brief, False))),
        ],
    }  # fmt: skip
