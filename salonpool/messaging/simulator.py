"""The gateway without a provider: takes every text, and nothing leaves the machine."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from salonpool.messaging.gateway import Accepted, Outcome, Refused, Report


class SimulatorGateway:
    """Texts stay readable as Message rows, on the demo's phones."""

    def send(self, to: str, body: str, *, reference: str) -> Outcome:
        """Always accepted. The sid follows from the reference, so sending twice is the same as once."""
        return Accepted("SIM" + hashlib.sha256(reference.encode()).hexdigest()[:31])

    def find_sent(self, to: str, body: str, since: datetime, *, known: Collection[str] = ()) -> str | None:
        """Always None: a text of unknown outcome may be sent again without harm."""
        return None

    def check(self) -> Refused | None:
        """Always good."""
        return None

    def read_report(self, sid: str) -> Report | None:
        """Arrived, and cost nothing."""
        return Report("delivered", price_micro=0)
