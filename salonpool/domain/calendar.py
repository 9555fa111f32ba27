"""A visit as calendars read it: an iCalendar object (RFC 5545), and Google's form filled in."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

LINE_OCTETS = 75  # RFC 5545 3.1, without the line break
GOOGLE = "https://calendar.google.com/calendar/render"
# Every way to end a line, also those that only some readers take for one.
_LINE_ENDS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar shows. `uid` stays the same for good; the greatest `sequence` wins."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    notes: str
    url: str
    is_sure: bool = True
    is_cancelled: bool = False

    @property
    def method(self) -> str:
        """PUBLISH, or CANCEL, which takes it out of the calendar again (RFC 5546)."""
        return "CANCEL" if self.is_cancelled else "PUBLISH"


def icalendar(entry: CalendarEntry, written_at: datetime) -> str:
    """The entry as the text of an .ics file: lines of at most 75 octets that end in CRLF.

    No ORGANIZER: RFC 5545 3.8.4.3 forbids it where nobody is invited.
    """
    status = "CANCELLED" if entry.is_cancelled else "CONFIRMED" if entry.is_sure else "TENTATIVE"
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//salonpool//booking//EN",
        f"METHOD:{entry.method}",
        "BEGIN:VEVENT",
        f"UID:{_text(entry.uid)}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{_instant(written_at)}",
        f"DTSTART:{_instant(entry.starts_at)}",
        f"DTEND:{_instant(entry.ends_at)}",
        f"STATUS:{status}",
        f"SUMMARY:{_text(entry.title)}",
        f"LOCATION:{_text(entry.place)}",
        f"DESCRIPTION:{_text(entry.notes)}",
        f"URL:{entry.url}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(_folded(line) for line in lines)


def google_url(entry: CalendarEntry) -> str:
    """The page of Google's calendar with the entry filled in; Google is not told the booking's own link."""
    dates = f"{_instant(entry.starts_at)}/{_instant(entry.ends_at)}"
    asked = {"action": "TEMPLATE", "text": entry.title, "dates": dates, "location": entry.place}
    return f"{GOOGLE}?{urlencode(asked)}"


def _text(value: str) -> str:
    """A TEXT value (RFC 5545 3.3.11): nothing in it can end the line or begin another value."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return _CONTROLS.sub("", _LINE_ENDS.sub("\\\\n", escaped))


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _folded(line: str) -> str:
    """The line in pieces of at most 75 octets; no character is cut in two."""
    pieces, piece, octets = [], "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > LINE_OCTETS:
            pieces.append(piece)
            piece, octets = " ", 1
        piece += character
        octets += size
    return "\r\n".join([*pieces, piece]) + "\r\n"
