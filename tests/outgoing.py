"""Texts on their way out, for tests: rows, a provider that answers as told, a pass at a given time."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from salonpool.database import db, transaction
from salonpool.domain.message import MessageStatus
from salonpool.messaging.capabilities import DEFAULT
from salonpool.messaging.gateway import Accepted, GatewayUnavailable, Outcome, Refused, Report
from salonpool.models import Message
from salonpool.usecases.texts import lookups, messages, opt_outs, outbox
from salonpool.usecases.texts.claims import Tally
from tests.builders import NOW, a_network

TO = "+886900000001"


class ScriptedGateway:
    """A provider that answers as told, then accepts; remembers what it was asked.

    An answer that is an error is raised. `doing` is called with each text's reference, before its answer.
    """

    def __init__(
        self,
        *outcomes: Outcome | Exception,
        found: str | None = None,
        reachable: bool = True,
        checked: Refused | None = None,
        doing: Callable[[str], object] = lambda reference: None,
    ) -> None:
        self.outcomes = list(outcomes)
        self.found = found
        self.reachable = reachable
        self.checked = checked
        self.doing = doing
        self.sent: list[str] = []
        self.looked: list[tuple[str, datetime]] = []
        self.known: list[set[str]] = []
        self.checks = 0

    def send(self, to: str, body: str, *, reference: str) -> Outcome:
        self.sent.append(reference)
        self.doing(reference)
        outcome = self.outcomes.pop(0) if self.outcomes else Accepted(f"SM{reference}")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def find_sent(self, to: str, body: str, since: datetime, *, known: Collection[str] = ()) -> str | None:
        self.looked.append((to, since))
        self.known.append(set(known))
        if not self.reachable:
            raise GatewayUnavailable("no answer")
        return self.found

    def check(self) -> Refused | None:
        self.checks += 1
        if not self.reachable:
            raise GatewayUnavailable("no answer")
        return self.checked

    def read_report(self, sid: str) -> Report | None:
        return None


class Adding:
    """Adds texts of one network; called as a function, returns the row's id, or None when none was added."""

    def __init__(self) -> None:
        self.network_id = a_network()

    def __call__(
        self, event_id: str = "sign_in:1", link: str = "s.example/in/1", **changes: Any
    ) -> int | None:
        given = {
            "network_id": self.network_id, "event_id": event_id, "text_id": "S1", "to": TO, "language": "en",
            "values": {"u": link}, "within": DEFAULT, "now": NOW, **changes,
        }  # fmt: skip
        with transaction() as session:
            return messages.enqueue(session, **given)

    def taken(self, number: int = 1, **changes: Any) -> int:
        """A text the provider took, with the sid SM and its id unless told otherwise; its id."""
        message_id = self(f"sign_in:{number}", f"s.example/in/{number}")
        assert message_id is not None
        values = {
            "status": MessageStatus.SENT, "sid": f"SM{message_id}", "attempts": 1, "claimed_at": NOW,
            "sent_at": NOW, **changes,
        }  # fmt: skip
        with transaction() as session:
            session.execute(
                sa.update(Message).where(Message.id == message_id).values(values),
                execution_options={"synchronize_session": False},
            )
        return message_id

    def many(self, count: int, **changes: Any) -> list[int]:
        """Texts to as many numbers."""
        added = [
            self(f"sign_in:{n}", f"s.example/in/{n}", to=f"+8869000001{n:02d}", **changes)
            for n in range(count)
        ]
        return [message_id for message_id in added if message_id is not None]


def stop(phone: str = TO) -> None:
    """The number sends STOP."""
    with transaction() as session:
        opt_outs.opt_out(session, phone, NOW)


def row(message_id: int | None) -> Message:
    """The text as it is stored now."""
    db.session.rollback()
    return db.session.get_one(Message, message_id, populate_existing=True)


def send(gateway: Any, at: datetime = NOW, **changes: Any) -> Tally:
    """One pass of the outbox."""
    return outbox.send_due(at, at, gateway, **changes)


def look(gateway: Any, at: datetime, **changes: Any) -> Tally:
    """One pass over texts of unknown outcome."""
    return lookups.settle_unknown(at, at, gateway, **changes)
