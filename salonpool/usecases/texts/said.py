"""What somebody said by text and what comes of it, as the files that answer it hand it on."""

from dataclasses import dataclass, field
from datetime import datetime

from salonpool.domain.inbound import Outcome
from salonpool.messaging import formats
from salonpool.messaging.replies import ReplyKind
from salonpool.queries.people import Person
from salonpool.queries.reminder_questions import VisitQuestion
from salonpool.queries.waitlist import PlaceQuestion
from salonpool.usecases.texts.texting import Texting


@dataclass(frozen=True, slots=True)
class Received:
    """A text that was kept."""

    id: int
    sender: str
    body: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """A yes or no of somebody we know. `now`: when it is read."""

    text: Received
    person: Person
    kind: ReplyKind
    now: datetime
    texting: Texting


@dataclass(frozen=True, slots=True)
class Answer:
    """What to text back. A `seldom` one goes to the same number once an hour, the others tell of an offer
    or a place. `language`: if another than the person's."""

    text_id: str
    values: dict[str, str | None] = field(default_factory=dict)
    seldom: bool = False
    offer_id: int | None = None
    booking_id: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a text, and what is answered."""

    outcome: Outcome
    answer: Answer | None = None


def about(asked: PlaceQuestion | VisitQuestion, text_id: str, **more: str) -> Answer:
    """An answer that names the salon, its number and the time somebody was asked about; `more`: what only
    this text says, such as its link `u`."""
    values: dict[str, str | None] = {
        "s": asked.salon,
        "d": formats.short_date(asked.starts_at, asked.tz, asked.language),
        "t": formats.clock_time(asked.starts_at, asked.tz),
        "tel": asked.tel,
        **more,
    }
    return Answer(text_id, values, booking_id=asked.booking_id, language=asked.language)
