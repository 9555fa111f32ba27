"""The rules of a booking: its states, its hold, its cut-off, and who serves a guest who takes anyone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from salonpool.domain.availability import GRID_MINUTES, Board, Opening, openings
from salonpool.domain.course import Course, Span
from salonpool.domain.money import Money
from salonpool.domain.person import Gender
from salonpool.domain.refusal import InvalidInput, Refusal
from salonpool.domain.spans import intersect

HOLD = timedelta(minutes=5)
HORIZON = timedelta(days=180)
NEAREST_COUNT = 3
NEAREST_REACHES = (3 * 60, 24 * 60, 48 * 60)  # minutes before and after the time asked for
MAX_SERVICES = 6
MAX_GUESTS = 4


class BookingStatus(StrEnum):
    """Stored states; 'past the cut-off' is worked out when asked."""

    HELD = "held"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Length(StrEnum):
    """The hair length a service is priced for; any means one price for all."""

    ANY = "any"
    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class CancelCause(StrEnum):
    """Why a booking is cancelled."""

    HOLD_EXPIRED = "hold_expired"
    NOT_APPROVED = "not_approved"
    GUEST = "guest"
    SALON = "salon"


OPEN_STATES = frozenset({BookingStatus.PENDING, BookingStatus.CONFIRMED})
# Only these take up the stylist and the chair; cancelled and no_show give them back.
OCCUPYING_STATES = OPEN_STATES | {BookingStatus.HELD, BookingStatus.CHECKED_IN, BookingStatus.COMPLETED}

# Which state may follow which. A step back to `confirmed` or `checked_in` undoes a slip of the finger at the
# desk; who leaves `no_show` needs the place that was given back. A hold that ran out may come to life again.
FOLLOWS: Mapping[BookingStatus, frozenset[BookingStatus]] = {
    BookingStatus.HELD: frozenset({BookingStatus.PENDING, BookingStatus.CONFIRMED, BookingStatus.CANCELLED}),
    BookingStatus.PENDING: frozenset({BookingStatus.CONFIRMED, BookingStatus.CANCELLED}),
    BookingStatus.CONFIRMED: frozenset(
        {
            BookingStatus.CHECKED_IN,
            BookingStatus.COMPLETED,
            BookingStatus.CANCELLED,
            BookingStatus.NO_SHOW,
        }
    ),
    BookingStatus.CHECKED_IN: frozenset({BookingStatus.COMPLETED, BookingStatus.CONFIRMED}),
    BookingStatus.COMPLETED: frozenset({BookingStatus.CHECKED_IN}),
    BookingStatus.CANCELLED: frozenset({BookingStatus.PENDING, BookingStatus.CONFIRMED}),
    BookingStatus.NO_SHOW: frozenset({BookingStatus.CONFIRMED, BookingStatus.CANCELLED}),
}
ARRIVES_AT_MOST = timedelta(hours=2)  # before the start; whoever is "here" earlier is a slip of the finger
ANSWER_MARGIN = timedelta(hours=1)  # a guest must hear in time whether to set out


@dataclass(frozen=True, slots=True)
class Companion:
    """Somebody who comes along: their services, and whom they ask for."""

    service_ids: tuple[int, ...]
    name: str | None = None
    stylist_id: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a guest asks for, the time aside.

    One stylist or anyone, perhaps only a woman or a man, or somebody who speaks a language (a tag).
    `parallel`: their services at the same time by several people, the first of them by the stylist asked for.
    Companions begin at the same time, all or nobody.
    """

    service_ids: tuple[int, ...]
    stylist_id: int | None = None
    companions: tuple[Companion, ...] = ()
    parallel: bool = False
    gender: Gender | None = None
    speaks: str | None = None


@dataclass(frozen=True, slots=True)
class FreeStart:
    """A start that can be booked, as offered to a guest. `stylist_names`: all who serve, in order."""

    starts_at: datetime
    ends_at: datetime
    stylist_id: int
    stylist_names: tuple[str, ...]
    price: Money

    @property
    def stylist_name(self) -> str:
        """Who begins."""
        return self.stylist_names[0]


class SlotTaken(Refusal):
    """Somebody else has that time. `nearest` holds up to three starts that are free now."""

    def __init__(self, nearest: Sequence[FreeStart] = ()) -> None:
        super().__init__("slot_taken")
        self.nearest = tuple(nearest)


def check_start(starts_at: datetime, now: datetime) -> None:
    """Refuse a start that has passed or lies beyond the horizon. Raises InvalidInput."""
    if starts_at <= now:
        raise InvalidInput("in_the_past", field="starts_at", example=_example(now))
    if starts_at > now + HORIZON:
        raise InvalidInput("too_far_ahead", field="starts_at", days=HORIZON.days)
    # In UTC: an offset with odd minutes or seconds must not hide a start off the grid.
    in_utc = starts_at.astimezone(UTC)
    if in_utc.second or in_utc.microsecond or in_utc.minute % GRID_MINUTES:
        raise InvalidInput("off_the_grid", field="starts_at", example=_example(now))


def cut_off_at(starts_at: datetime, cut_off_minutes: int) -> datetime:
    """The last instant at which a guest may change or cancel online."""
    return starts_at - timedelta(minutes=cut_off_minutes)


def free_until(starts_at: datetime, free_minutes: int) -> datetime:
    """The last instant at which cancelling costs nothing, whatever the salon's fee."""
    return starts_at - timedelta(minutes=free_minutes)


def check_change(
    status: BookingStatus, starts_at: datetime, cut_off_minutes: int | None, now: datetime
) -> None:
    """Refuse to move or cancel what is not open, or what starts too soon. One cut-off for both.

    `cut_off_minutes` None: a desk may change it at any time. Raises Refusal: not_open, past_cut_off.
    """
    if status not in OPEN_STATES:
        raise Refusal("not_open", status=str(status))
    if cut_off_minutes is not None and now > cut_off_at(starts_at, cut_off_minutes):
        raise Refusal("past_cut_off", minutes=cut_off_minutes)


def cancel_fee(
    status: BookingStatus,
    starts_at: datetime,
    free_minutes: int,
    late_fee_minor: int,
    now: datetime,
    *,
    kept_minor: int = 0,
) -> int:
    """What a guest pays who cancels now, in minor units. What the salon has not approved yet costs nothing.

    `kept_minor`: what it would have cost when they moved the visit: moving is no way around the fee.
    """
    if status != BookingStatus.CONFIRMED:
        return 0
    return max(kept_minor, late_fee_minor if now > free_until(starts_at, free_minutes) else 0)


def check_turn(status: BookingStatus, into: BookingStatus, starts_at: datetime, now: datetime) -> None:
    """Refuse a state that cannot follow, or not yet: guests arrive at most 2 hours early, and nobody is done
    or missed before the visit begins. Raises Refusal: not_open, too_early."""
    if into not in FOLLOWS[status]:
        raise Refusal("not_open", status=str(status))
    earliest = {
        BookingStatus.CHECKED_IN: starts_at - ARRIVES_AT_MOST,
        BookingStatus.COMPLETED: starts_at - ARRIVES_AT_MOST
        if status == BookingStatus.CHECKED_IN
        else starts_at,
        BookingStatus.NO_SHOW: starts_at,
    }
    if into in earliest and now < earliest[into]:
        raise Refusal("too_early")


def answer_by(starts_at: datetime, approve_minutes: int, now: datetime) -> datetime:
    """Until when a salon that approves first answers: in its own time, at the latest an hour before the
    start; of a visit that begins within two hours, when half the time is left."""
    return min(
        now + timedelta(minutes=approve_minutes), starts_at - min(ANSWER_MARGIN, (starts_at - now) / 2)
    )


def fairest(candidates: Sequence[Opening], booked_minutes: Mapping[int, int]) -> Opening:
    """For 'anyone': the stylist with the fewest booked minutes that day, then the lowest id."""
    return min(candidates, key=lambda o: (booked_minutes.get(o.stylist_id, 0), o.stylist_id))


def nearest(
    board: Board, course: Course, within: Span, wanted: int, *, not_at: int | None = None
) -> list[Opening]:
    """The three starts within a stretch that are closest to `wanted`, in order of time; epoch minutes.

    One per start, the earlier start on a tie; `not_at` is passed over. It looks further away only while there
    are too few, for a party takes long to place.
    """
    found: dict[int, Opening] = {}
    looked = (wanted, wanted)
    for reach in NEAREST_REACHES:
        wider = (wanted - reach, wanted + reach)
        for ring in intersect([within], [(wider[0], looked[0]), (looked[1], wider[1])]):
            for opening in openings(board, course, ring):
                if opening.start != not_at:
                    found.setdefault(opening.start, opening)
        if len(found) >= NEAREST_COUNT:
            break
        looked = wider
    ranked = sorted(found.values(), key=lambda o: (abs(o.start - wanted), o.start))
    return sorted(ranked[:NEAREST_COUNT])


def _example(now: datetime) -> str:
    later = (now + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    return later.strftime("%Y-%m-%dT%H:%M:%SZ")
