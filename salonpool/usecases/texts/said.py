"""What somebody said by text and what comes of it, as the files that answer it hand it on."""

from dataclasses import dataclass, field
from datetime import datetime

from salonpool.domain.inbound import Outcome
from salonpool.messaging.replies import ReplyKind
from salonpool.queries.people import Person
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
