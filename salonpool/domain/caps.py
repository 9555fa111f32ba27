"""How much one address, number or salon may take before somebody has to call: every cap in one table.

The numbers let a salon's own Wi-Fi through, which is one address for everybody in it: ten chairs seat about
eighty guests a day, and of those perhaps half book again before they leave.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from salonpool.domain.links import digest

MINUTES_10, HOUR, DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)


class Kind(StrEnum):
    """What is counted."""

    HOLD = "hold"
    BOOKING = "booking"
    CODE = "code"  # a code asked for by text
    TRY = "try"  # a code typed in
    TEXT = "text"  # any other text to a guest
    WAIT = "wait"  # somebody put on the waitlist
    WHY = "why"  # a question about a plan, which takes the planner seconds


class Per(StrEnum):
    """For whom. An IPv6 /64 is one customer's, as an IPv4 address is; a prefix is 1,000 numbers in a row."""

    ADDRESS = "address"
    BLOCK = "block"  # IPv4 /24, IPv6 /56
    PHONE = "phone"
    PREFIX = "prefix"
    SALON = "salon"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `most` of a kind in each `window`. `scaled`: a load test may raise it (LIMITS_SCALE)."""

    kind: Kind
    per: Per
    window: timedelta
    most: int
    why: str
    scaled: bool = True

    @property
    def name(self) -> str:
        """Short, and different for each: counters are kept under it."""
        return f"{self.kind}/{self.per}/{int(self.window.total_seconds() // 60)}"

    @property
    def is_watched(self) -> bool:
        """Does it bound what many numbers together cost in texts? Then half of it is worth a look."""
        return self.kind in {Kind.CODE, Kind.TEXT} and self.per in {Per.BLOCK, Per.PREFIX, Per.SALON}

    def half(self, scale: float) -> int:
        """The count at which half of it is used."""
        return -(-self.scaled_by(scale) // 2)

    def scaled_by(self, scale: float) -> int:
        """The number that holds where LIMITS_SCALE is `scale`."""
        return int(self.most * scale) if self.scaled else self.most


CAPS: tuple[Cap, ...] = (
    Cap(Kind.HOLD, Per.ADDRESS, MINUTES_10, 20, "a full salon: 6 guests pay in 10 minutes, 3 tries each"),
    Cap(Kind.HOLD, Per.BLOCK, MINUTES_10, 60, "a mobile network puts many people behind one block"),
    Cap(Kind.HOLD, Per.BLOCK, DAY, 400, "three times the bookings below, as not every hold is confirmed"),
    Cap(Kind.BOOKING, Per.ADDRESS, DAY, 40, "half of the 80 guests a day of ten chairs"),
    Cap(Kind.BOOKING, Per.BLOCK, DAY, 120, "three salons on one block"),
    Cap(Kind.CODE, Per.PHONE, MINUTES_10, 3, "NIST SP 800-63B-4: limits on out-of-band codes", scaled=False),
    Cap(Kind.CODE, Per.PHONE, DAY, 10, "with 5 tries each a guess a day succeeds 1 in 20,000", scaled=False),
    Cap(Kind.CODE, Per.ADDRESS, MINUTES_10, 10, "guests who look up their visits at once", scaled=False),
    Cap(Kind.CODE, Per.ADDRESS, DAY, 30, "1,000 hostile requests cost at most 50 texts", scaled=False),
    Cap(Kind.CODE, Per.BLOCK, DAY, 50, "1,000 hostile requests cost at most 50 texts", scaled=False),
    Cap(Kind.CODE, Per.PREFIX, HOUR, 20, "pumping texts into a range of numbers", scaled=False),
    Cap(Kind.TRY, Per.ADDRESS, MINUTES_10, 30, "as for guesses at links", scaled=False),
    Cap(Kind.TEXT, Per.PHONE, HOUR, 12, "book, move and cancel 4 visits", scaled=False),
    Cap(Kind.TEXT, Per.PHONE, DAY, 30, "nobody wants more from us", scaled=False),
    Cap(Kind.TEXT, Per.PREFIX, HOUR, 600, "pumping texts into a range of numbers"),
    Cap(Kind.TEXT, Per.SALON, DAY, 3000, "six times ten chairs, 16 visits each, 3 texts a visit"),
    Cap(Kind.WAIT, Per.PHONE, DAY, 10, "nobody is put on lists by the hundred", scaled=False),
    Cap(Kind.WAIT, Per.ADDRESS, HOUR, 30, "a salon's guests may share one"),
    Cap(Kind.WHY, Per.ACCOUNT, HOUR, 30, "every shift of a week once", scaled=False),
    Cap(Kind.WHY, Per.ACCOUNT, DAY, 60, "three minutes of the planner a day for each account", scaled=False),
)
# What a number may have ahead without a code, in the whole network, and in any case at one salon.
OPEN_WITHOUT_CODE = 3
OPEN_AT_A_SALON = 3

REFUSED_AS = {
    Kind.HOLD: "too_many_places",
    Kind.BOOKING: "too_many_places",
    Kind.CODE: "too_many_codes",
    Kind.TRY: "too_many_tries",
    Kind.WAIT: "too_many_tries",
    Kind.WHY: "too_many_tries",
}


def caps_of(kind: Kind) -> Sequence[Cap]:
    """The caps of a kind."""
    return [cap for cap in CAPS if cap.kind == kind]


def key_of(kind: str, who: str) -> str:
    """A counter's key: what is counted, and a digest of whose it is."""
    return f"{kind}:{digest(who)[:32]}"


def prefix_of(e164: str) -> str:
    """The 1,000 numbers around it, as they are sold."""
    return e164[:-3]
