"""The desk's page of texts in every state; see template_samples.py."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

TODAY = date(2026, 10, 19)
TEN = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
ERRORS = ("opted_out", "bad_number", "unreachable", "blocked", "filtered", "not_delivered")


def pages(word: dict[str, str], salon: Row, amount: Row) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Nothing yet; every state of a text; each kind of task; one person's texts; what was done or refused."""
    guest = Row(kind="guest", name=word["guest"], phone="+886912345678")
    nameless = Row(kind="guest", name=None, phone=None)
    stylist = Row(kind="stylist", name=word["wen"], phone=None)

    def text(number: int, state: str | None, **over: Any) -> Row:
        known = {
            "id": number, "ours": state is not None, "at": TEN, "person": guest, "body": word["booked"],
            "language": "en",
            "state": state, "error": "", "due_at": TEN, "booking_id": 4, "visit_starts_at": TEN,
            "may_send_again": False,
        }  # fmt: skip
        return Row(**known | over)

    states = ("waiting", "leaving", "checked", "sent", "arrived", "unsure", "dropped", "not_sent")
    rows = [text(number, state) for number, state in enumerate(states, 1)]
    rows += [text(20 + number, "lost", error=error) for number, error in enumerate(ERRORS)]
    rows += [
        text(31, "not_sent", error="opted_out"),
        text(32, "lost", may_send_again=True),
        text(33, "sent", body=None, person=nameless, booking_id=None),
        text(34, "waiting", due_at=TEN + timedelta(hours=9), person=stylist, booking_id=None),
        text(35, None, body=word["later"], booking_id=None, visit_starts_at=None),
    ]

    def task(kind: str, number: int, **over: Any) -> Row:
        known = {
            "kind": kind, "id": number, "person": guest, "at": TEN, "words": (word["later"],), "language": "",
            "outcome": "from_guest", "state": None, "reason": "", "booking_id": None, "shift_id": None,
            "visit_starts_at": TEN, "may_send_again": False,
        }  # fmt: skip
        return Row(**known | over)

    tasks = [
        task("words", 1, words=(word["later"], "1?"), visit_starts_at=None),
        task("words", 2, outcome="cannot_work", person=stylist),
        task("words", 3, outcome="poison", person=nameless),
        task("words", 4, outcome="told_too_late"),
        task("text", 1, state="lost", booking_id=4, may_send_again=True),
        task("text", 2, state="not_sent", person=stylist, shift_id=8),
        task("visit", 4, reason="opted_out", booking_id=4),
        task("visit", 5, reason="capped", booking_id=5),
    ]
    month = Row(
        first_on=TODAY, texts=40, segments=41, known=[amount], open_texts=3, open_segments=3, estimate=amount
    )
    bare = Row(first_on=TODAY, texts=1, segments=1, known=[], open_texts=1, open_segments=1, estimate=None)
    none = Row(rows=[], page=1, has_more=False, person=None)
    page: dict[str, Any] = {
        "salon": salon, "today": TODAY, "tasks": [], "more_tasks": 0, "month": None, "log": none,
        "of_one": False, "only_lost": False, "list_url": "/desk/messages?page=", "done": "", "problem": "",
    }  # fmt: skip
    full = page | {"tasks": tasks, "month": month, "log": Row(rows=rows, page=1, has_more=True, person=None)}
    return {
        "desk/messages.html": [
            ("none", page | {"month": bare}),
            ("full", full | {"more_tasks": 3}),
            ("sent again", full | {"done": "again"}),
            ("done", full | {"done": "settled"}),
            ("refused", full | {"problem": word["wrong"]}),
            ("one person", page | {"of_one": True, "log": Row(**vars(full["log"]) | {"person": guest})}),
            ("nobody known", page | {"of_one": True}),
            ("lost only", page | {"only_lost": True}),
            ("past the end", page | {"log": Row(rows=[], page=3, has_more=False, person=None)}),
        ]
    }
