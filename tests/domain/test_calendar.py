"""The .ics of a visit, read back by a reader of its own: nothing typed can break out of its value."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salonpool.domain.calendar import CalendarEntry, google_url, icalendar

WRITTEN = datetime(2026, 10, 1, 3, 4, 5, tzinfo=UTC)
ENTRY = CalendarEntry(
    uid="aB3dE6gH9jK@salonpool",
    sequence=2,
    starts_at=datetime(2026, 10, 20, 6, 0, tzinfo=UTC),
    ends_at=datetime(2026, 10, 20, 7, 30, tzinfo=UTC),
    title="Cut · Qinghe Hair",
    place="Qinghe Hair, 承德路三段 1 號",
    notes="With Mia\nCall +886225912345",
    url="https://salon.test/b/aB3dE6gH9jK",
)
NAMES = [
    "BEGIN", "VERSION", "PRODID", "METHOD", "BEGIN", "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND",
    "STATUS", "SUMMARY", "LOCATION", "DESCRIPTION", "URL", "END", "END",
]  # fmt: skip
TYPED = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300)
ENDS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def _read(text: str) -> list[tuple[str, str]]:
    """Unfold, split, unescape: the RFC the other way round."""
    assert text.endswith("\r\n")
    unfolded = text.replace("\r\n ", "")
    found = []
    for line in unfolded.removesuffix("\r\n").split("\r\n"):
        name, _, value = line.partition(":")
        plain = re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)
        found.append((name, plain))
    return found


def test_an_entry_is_written_like_the_standard_says() -> None:
    assert icalendar(ENTRY, WRITTEN) == "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//salonpool//booking//EN", "METHOD:PUBLISH",
        "BEGIN:VEVENT", "UID:aB3dE6gH9jK@salonpool", "SEQUENCE:2", "DTSTAMP:20261001T030405Z",
        "DTSTART:20261020T060000Z", "DTEND:20261020T073000Z", "STATUS:CONFIRMED",
        "SUMMARY:Cut · Qinghe Hair", "LOCATION:Qinghe Hair\\, 承德路三段 1 號",
        "DESCRIPTION:With Mia\\nCall +886225912345", "URL:https://salon.test/b/aB3dE6gH9jK",
        "END:VEVENT", "END:VCALENDAR", "",
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "method", "status"),
    [
        ({}, "PUBLISH", "CONFIRMED"),
        ({"is_sure": False}, "PUBLISH", "TENTATIVE"),
        ({"is_cancelled": True}, "CANCEL", "CANCELLED"),
    ],
)
def test_a_calendar_is_told_how_sure_it_is(changes: dict[str, bool], method: str, status: str) -> None:
    values = dict(_read(icalendar(replace(ENTRY, **changes), WRITTEN)))
    assert (values["METHOD"], values["STATUS"]) == (method, status)


@given(TYPED, TYPED, TYPED)
def test_whatever_is_typed_stays_in_its_value(title: str, place: str, notes: str) -> None:
    read = _read(icalendar(replace(ENTRY, title=title, place=place, notes=notes), WRITTEN))
    assert [name for name, _ in read] == NAMES
    values = dict(read)
    for name, typed in (("SUMMARY", title), ("LOCATION", place), ("DESCRIPTION", notes)):
        assert values[name] == CONTROLS.sub("", ENDS.sub("\n", typed))


@given(TYPED)
def test_no_line_is_longer_than_75_octets_and_no_character_is_cut(title: str) -> None:
    lines = icalendar(replace(ENTRY, title=title * 3), WRITTEN).encode().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()


def test_a_line_is_full_before_it_is_folded() -> None:
    lines = icalendar(replace(ENTRY, title="x" * 200), WRITTEN).split("\r\n")
    first = next(n for n, line in enumerate(lines) if line.startswith("SUMMARY:"))
    assert [len(line) for line in lines[first : first + 3]] == [75, 75, 60]
    assert lines[first + 1].startswith(" x")


@pytest.mark.parametrize(
    "attack",
    [
        "x\r\nEND:VEVENT\r\nBEGIN:VEVENT",
        "x\nATTENDEE:mailto:a@b",
        "x\rURL:evil",
        "x\u2028UID:1",
        "x\x85UID:1",
    ],
)
def test_a_line_break_in_a_name_begins_no_line(attack: str) -> None:
    text = icalendar(replace(ENTRY, title=attack, uid=attack), WRITTEN)
    assert [name for name, _ in _read(text)] == NAMES
    assert len(text.splitlines()) == len(NAMES)


@given(st.integers(0, 2**32), st.integers(-14 * 60, 14 * 60))
def test_instants_are_in_utc_whatever_zone_they_come_in(seconds: int, offset: int) -> None:
    starts_at = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=offset)))
    written = dict(_read(icalendar(replace(ENTRY, starts_at=starts_at), WRITTEN)))["DTSTART"]
    assert datetime.strptime(written, "%Y%m%dT%H%M%S%z") == starts_at


@given(TYPED)
def test_the_address_for_google_carries_the_entry_and_not_the_link(title: str) -> None:
    parts = urlsplit(google_url(replace(ENTRY, title=title)))
    asked = parse_qs(parts.query, keep_blank_values=True)
    assert (parts.scheme, parts.netloc) == ("https", "calendar.google.com")
    assert (asked["text"], asked["dates"]) == ([title], ["20261020T060000Z/20261020T073000Z"])
    assert "aB3dE6gH9jK" not in parts.query
