"""What Prometheus reads: a few gauges, asked of the database each time, so every process tells the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from salonpool.database import engine
from salonpool.domain.message import MessageStatus
from salonpool.models import InboundMessage, Message
from salonpool.queries import health
from salonpool.queries.health import Health
from salonpool.queries.webhooks import count_refused_webhooks

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that goes up and down, or one for each value of a label."""

    name: str
    words: str
    value: float | dict[str, int]
    label: str = ""


def read(system_now: datetime) -> list[Gauge]:
    """All of them; of an absent database only that it is. Never raises for one."""
    found = health.read(system_now)
    gauges = _of_this_process(found)
    if not found.schema:
        return gauges
    free = health.free_bytes()
    if free is not None:
        gauges.append(Gauge("disk_free_bytes", "Room left where SQLite's file is", free))
    try:
        return [*gauges, *_of_health(found, system_now), *_of_texts(system_now)]
    except SQLAlchemyError:
        return _of_this_process(Health(database=False))


def in_prometheus_text(gauges: list[Gauge]) -> str:
    """The text exposition format, version 0.0.4."""
    return "".join(line + "\n" for gauge in gauges for line in _lines(gauge))


def _lines(gauge: Gauge) -> Iterator[str]:
    name = f"salonpool_{gauge.name}"
    yield f"# HELP {name} {gauge.words}"
    yield f"# TYPE {name} gauge"
    if isinstance(gauge.value, dict):
        for label, value in gauge.value.items():
            yield f'{name}{{{gauge.label}="{label}"}} {value}'
    else:
        yield f"{name} {gauge.value:.10g}"


def _of_this_process(found: Health) -> list[Gauge]:
    return [
        Gauge("ready", "1 when requests may be sent here, as /readyz says", found.ready),
        Gauge("database_up", "1 when the database answers", found.database),
    ]


def _of_health(found: Health, system_now: datetime) -> list[Gauge]:
    age, failing_since = found.outbox_age or timedelta(), found.provider.failing_since
    failing = max(timedelta(), system_now - failing_since) if failing_since else timedelta()
    return [
        Gauge("outbox_age_seconds", "How long the oldest due text has waited", age.total_seconds()),
        Gauge("texts_unknown", "Texts that may have been sent or not", found.unknown_texts),
        Gauge("provider_failing_seconds", "For how long no text was taken", failing.total_seconds()),
        Gauge("provider_stopped", "1 when nothing is sent any more", found.provider.stopped_at is not None),
        Gauge("clock_running", "1 when a flask jobs holds the clock", found.clock_until is not None),
        Gauge("networks_in_quarantine", "Networks whose plans fail", found.quarantined),
    ]


def _of_texts(system_now: datetime) -> list[Gauge]:
    with engine().connect() as connection:
        now = system_now + health.demo_offset(connection)
        lately = sa.and_(
            Message.status.in_(list(MessageStatus)), Message.due_at > now - DAY, Message.due_at <= now
        )
        counted = sa.select(Message.status, sa.func.count().label("many")).where(lately)
        texts = dict.fromkeys(map(str, MessageStatus), 0)
        texts |= {row.status: row.many for row in connection.execute(counted.group_by(Message.status))}
        unread = sa.select(sa.func.count()).where(InboundMessage.handled_at.is_(None))
        inbound = connection.scalar(unread) or 0
        refused = count_refused_webhooks(now)
    return [
        Gauge("texts", "Texts that were due in the last 24 hours", texts, label="status"),
        Gauge("inbound_unread", "Texts that came in and were not read yet", inbound),
        Gauge("webhooks_refused", "Calls with a wrong signature in ten minutes", refused),
    ]
