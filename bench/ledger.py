"""The reckoning: what guests were told, what the dump says, what the provider took. Are they the same?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench.bookers import Acknowledged, instant

# An answer takes a few milliseconds to be recorded; whoever dies within this long of the text being taken may
# not have recorded it.
ANSWER_SECONDS = 2.0


@dataclass
class Reckoning:
    """Differences, each a list of the ids concerned; `waits` are seconds from commit to the provider."""

    acknowledged: int = 0
    texts: int = 0
    taken: int = 0
    missing: list[int] = field(default_factory=list)
    booked_twice: list[str] = field(default_factory=list)
    without_text: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    unfinished: list[int] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    twice_answer_lost: list[int] = field(default_factory=list)
    waits: list[float] = field(default_factory=list, repr=False)

    def faults(self) -> dict[str, int]:
        """What must not be, and how often it is."""
        found = {
            "bookings missing": self.missing,
            "guests booked twice": self.booked_twice,
            "bookings without text or reason": self.without_text,
            "texts lost": self.lost,
            "texts not out": self.unfinished,
            "texts twice": self.twice,
        }
        return {name: len(ids) for name, ids in found.items() if ids}

    def held(self) -> bool:
        """Was there anything to compare, and is it all the same?"""
        return self.acknowledged > 0 and self.texts > 0 and not self.faults()


def reckon(
    acknowledged: Sequence[Acknowledged],
    dump: Mapping[str, Any],
    taken: Sequence[Mapping[str, Any]],
    *,
    deaths: Iterable[float] = (),
) -> Reckoning:
    """Compare. `deaths`: when senders died (seconds since the epoch)."""
    found = Reckoning(len(acknowledged), len(dump["sms"]), len(taken))
    _bookings(found, acknowledged, dump)
    times = times_taken(taken)
    died = sorted(deaths)
    for text in dump["sms"]:
        at = times.get(str(text["id"]), [])
        if text["status"] in {"pending", "sending", "unknown"}:
            found.unfinished.append(text["id"])
        elif not at:
            found.lost.append(text["id"])
        if len(at) > 1:
            excused = any(at[0] - ANSWER_SECONDS <= death <= at[0] + ANSWER_SECONDS for death in died)
            (found.twice_answer_lost if excused else found.twice).append(text["id"])
        if at:
            found.waits.append(at[0] - instant(text["created_at"]))
    return found


def _bookings(found: Reckoning, acknowledged: Sequence[Acknowledged], dump: Mapping[str, Any]) -> None:
    confirmed = {row["id"]: row for row in dump["bookings"] if row["status"] == "confirmed"}
    texted = {text.get("booking_id") for text in dump["sms"]}
    kept: dict[str, int] = {}
    for row in confirmed.values():
        key = row["client_ref"]
        kept[key] = kept.get(key, 0) + 1
        if row["id"] not in texted and not row.get("no_sms_reason"):
            found.without_text.append(row["id"])
    found.missing = [booking.id for booking in acknowledged if booking.id not in confirmed]
    found.booked_twice = sorted(key for key, count in kept.items() if key is not None and count > 1)


def times_taken(taken: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    """When each text was taken, by our own id of it, which the status callback's address bears."""
    times: dict[str, list[float]] = {}
    for text in taken:
        query = parse_qs(urlsplit(text["status_callback"]).query)
        times.setdefault(query.get("oid", [""])[0], []).append(instant(text["created_at"]))
    return {reference: sorted(at) for reference, at in times.items()}
