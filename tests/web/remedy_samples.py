"""The step between a remedy and doing it, in every state; see template_samples.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

TEN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)


def pages(
    word: dict[str, str], salon: Row, twd: Callable[[int], Row]
) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    def terms(later: int, pay: int = 420) -> Row:
        return Row(
            starts_at=TEN + timedelta(hours=later), ends_at=TEN + timedelta(hours=later + 4),
            skill_name=word["colour"], hourly_pay=twd(pay), pay=twd(4 * pay),
        )  # fmt: skip

    page = {
        "salon": salon, "shift": Row(id=1, seats=1, version=4), "text": word["later"], "fits": 3,
        "before": terms(0), "after": [terms(1)], "costs": twd(1680), "more": twd(0), "asked": 0,
        "may_apply": True, "problem": "", "idempotency_key": "k1",
    }  # fmt: skip
    dearer = {"after": [terms(0, 450)], "costs": twd(1800), "more": twd(120), "asked": 2}
    return {
        "desk/remedy.html": [
            ("moved", page),
            ("dearer, somebody asked", {**page, **dearer, "shift": Row(id=1, seats=3, version=4)}),
            ("split", {**page, "after": [terms(0), terms(4)], "asked": 1}),
            ("changed meanwhile", {**page, "problem": word["wrong"]}),
            ("somebody said yes", {**page, "may_apply": False}),
        ]
    }
