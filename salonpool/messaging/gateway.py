"""The seam to whoever carries texts: what can be asked of it and what it may answer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class RefusalCode(StrEnum):
    """Why a provider did not take a text, in our words."""

    OPTED_OUT = "opted_out"  # the receiver texted STOP
    BAD_NUMBER = "bad_number"  # no mobile phone there, or not one this account may text
    REJECTED = "rejected"  # the request itself is wrong; the same again would fail again
    CREDENTIALS = "credentials"  # keys wrong, account suspended: nothing at all can be sent
    SENDER = "sender"  # our sender may not text this receiver, or nobody
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"  # no connection was made, so nothing was sent


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has the text and calls it `sid`."""

    sid: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider certainly does not have the text. `permanent`: sending the same text again is pointless.

    `provider_code` is the provider's own number, for the log; `retry_after`: how long it asks us to wait.
    """

    code: RefusalCode
    permanent: bool
    provider_code: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The text may or may not have been taken: ask find_sent() before sending it again."""

    reason: str


Outcome = Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider says of a text it took: its word for the state, its number for what went wrong, and
    what it cost, in millionths of a currency. None: not known, or not known yet."""

    word: str
    error_code: str | None = None
    segments: int | None = None
    price_micro: int | None = None
    price_currency: str | None = None


class GatewayUnavailable(Exception):
    """A question to the provider got no usable answer; ask again later."""


class Gateway(Protocol):
    """Carries texts. Never called inside a database transaction: each call may take seconds."""

    def send(self, to: str, body: str, *, reference: str) -> Outcome:
        """Hand over one text for an E.164 number. `reference` is our message id; receipts bring it back."""
        ...

    def find_sent(self, to: str, body: str, since: datetime, *, known: Collection[str] = ()) -> str | None:
        """The sid of a text with exactly this number and body, taken after `since` (the claim), or None.

        Sids in `known` belong to other messages and are passed over. Raises GatewayUnavailable.
        """
        ...

    def check(self) -> Refused | None:
        """Would it take a text now? None: keys and account are good. Sends nothing.

        Raises GatewayUnavailable."""
        ...

    def read_report(self, sid: str) -> Report | None:
        """What became of a text it took; None: it knows of none. Raises GatewayUnavailable."""
        ...
