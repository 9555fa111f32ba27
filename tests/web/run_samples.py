"""The desk's pages about planning, in every state; see template_samples.py."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

TODAY = date(2026, 10, 19)
TEN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)


def paused(word: dict[str, str]) -> dict[str, Any]:
    return {"failures": 3, "retry_at": TEN, "why": word["later"], "run_id": 12}


def _run(status: str, number: int = 1) -> Row:
    over = status not in ("requested", "running")
    return Row(
        id=number,
        status=status,
        requested_at=TEN,
        started_at=None if status == "requested" else TEN,
        seconds=3.2 if over else None,
        filled=number,
        asked=number + 1,
        still_open=0,
        is_over=over,
    )


def pages(word: dict[str, str], salon: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    states = ["requested", "running", "published", "no_answer", "failed"]
    rows = [{"row": _run(status, number), "why": word["later"]} for number, status in enumerate(states)]
    shift = Row(
        id=1, status="offering", starts_at=TEN, ends_at=TEN + timedelta(hours=4), skill_name=word["colour"],
        seats=2, filled=1,
    )  # fmt: skip
    levels = [
        {"name": word["cut"], "words": word["later"], "curve": None, "gave_way": ""},
        {
            "name": word["colour"],
            "words": word["later"],
            "curve": Row(best="3,3 120,40", possible="3,57 120,50"),
            "gave_way": word["busy"],
        },
    ]
    decisions = [
        Row(shift=shift, assigned=("Mia",), asked=(word["wen"],), kinds={"assigned", "offered"}),
        Row(shift=shift, assigned=(), asked=(), kinds={"unfilled", "dropped"}),
    ]
    listed = {"salon": salon, "today": TODAY, "paused": None, "runs": rows}

    def page(status: str, **over: Any) -> dict[str, Any]:
        return {
            "salon": salon, "today": TODAY, "paused": None, "run": _run(status), "why": word["later"],
            "reason": word["later"] if status in ("no_answer", "failed") else "", "seconds": 3.2,
            "levels": levels, "decisions": decisions, **over,
        }  # fmt: skip

    return {
        "desk/runs.html": [
            ("full", listed),
            ("paused", {**listed, "paused": paused(word)}),
            ("empty", {**listed, "runs": []}),
        ],
        "desk/run.html": [
            *((status, page(status)) for status in states),
            ("waiting, paused", page("requested", paused=paused(word), levels=[], seconds=None)),
            ("failed, paused", page("failed", paused=paused(word))),
            ("nothing here", page("published", decisions=[])),
        ],
    }
