"""What the doctor finds about texts: a set-up that cannot work, no provider, texts left behind."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from salonpool.domain.message import MessageStatus
from salonpool.models import Booking, InboundMessage, Message, Salon
from salonpool.queries.messages import about_a_visit_ahead, ended_badly, last_word_on
from salonpool.queries.provider import find_state
from salonpool.queries.webhooks import ALARM, count_refused_webhooks

STUCK = timedelta(minutes=5)
FAILING = timedelta(minutes=5)
SHOWN = 20  # rows named per kind of finding


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, and what to do about it."""

    what: str
    remedy: str


def check_set_up(public_url: str, link_host: str) -> list[Finding]:
    """What keeps a real provider from reaching us, and people from opening our links."""
    url, found = urlsplit(public_url), []
    if not _is_public(url.hostname):
        found.append(
            Finding(
                f"the provider cannot reach {public_url}: no receipt and no answer comes in",
                "set PUBLIC_URL to the address people open",
            )
        )
    elif url.scheme != "https":
        found.append(
            Finding(f"numbers and texts come in over {public_url} unencrypted", "set PUBLIC_URL to https://…")
        )
    if not _is_public(urlsplit(f"//{link_host}").hostname):
        found.append(
            Finding(
                f"links in texts lead to {link_host}, where nobody comes",
                "set SMS_LINK_HOST to a short host that leads here",
            )
        )
    return found


def check_webhooks(public_url: str, now: datetime) -> list[Finding]:
    """Calls that said they are the provider's and were refused."""
    refused = count_refused_webhooks(now)
    if refused < ALARM:
        return []
    return [
        Finding(
            f"{refused} calls of the provider were refused within ten minutes: their signature is not right",
            f"let it call {public_url}/sms/twilio/inbound, letter by letter, and check TWILIO_AUTH_TOKEN",
        )
    ]


def list_findings(connection: Connection, now: datetime, system_now: datetime) -> Iterator[Finding]:
    """How the provider is doing, and what was left behind."""
    yield from _provider(connection, system_now)
    yield from _stuck(connection, now, system_now)
    yield from _unread(connection, now)
    yield from _given_up(connection, now)


def _is_public(host: str | None) -> bool:
    if not host or host == "localhost" or "." not in host and ":" not in host:
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return True


def _provider(connection: Connection, system_now: datetime) -> Iterator[Finding]:
    state = find_state(connection)
    if state.stopped_at:
        yield Finding(
            f"no text leaves since {state.stopped_at:%Y-%m-%d %H:%M} UTC: the provider refuses us "
            f"({state.reason})",
            "correct TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN or the sender, and restart flask jobs",
        )
    elif state.failing_since and state.failing_since < system_now - FAILING:
        yield Finding(
            f"the provider takes no text since {state.failing_since:%Y-%m-%d %H:%M} UTC",
            "texts leave once it answers; look at its status page, and at this machine's network",
        )


def _stuck(connection: Connection, now: datetime, system_now: datetime) -> Iterator[Finding]:
    pending = sa.and_(Message.status == MessageStatus.PENDING, Message.due_at <= now - STUCK)
    left = sa.and_(
        Message.status.in_([MessageStatus.SENDING, MessageStatus.UNKNOWN]),
        Message.sid.is_(None),
        Message.lease_until <= system_now - STUCK,
    )
    rows = connection.execute(
        sa.select(Message.id, Message.status).where(pending | left).order_by(Message.id).limit(SHOWN)
    )
    for message_id, status in rows:
        yield Finding(f"message {message_id} is stuck in {status}", "is `flask jobs` running? see its log")


def _unread(connection: Connection, now: datetime) -> Iterator[Finding]:
    waiting = sa.select(sa.func.count()).where(
        InboundMessage.handled_at.is_(None), InboundMessage.received_at <= now - STUCK
    )
    if many := connection.scalar(waiting):
        yield Finding(f"{many} texts that came in were not read", "is `flask jobs` running? see its log")


def _given_up(connection: Connection, now: datetime) -> Iterator[Finding]:
    """Texts about visits ahead that will not arrive; nothing newer was said, and nobody has seen to it."""
    rows = connection.execute(
        sa.select(Salon.slug, sa.func.count())
        .select_from(Message)
        .join(Booking, Booking.id == Message.booking_id)
        .join(Salon, Salon.id == Booking.salon_id)
        .where(
            about_a_visit_ahead(now),
            ended_badly(),
            Message.desk_done_at.is_(None),
            Message.id == last_word_on(Booking.id),
        )
        .group_by(Salon.slug)
        .order_by(Salon.slug)
    )
    for slug, many in rows:
        yield Finding(
            f"{many} texts about visits ahead did not arrive at {slug}",
            "its Messages page says whom to call",
        )
