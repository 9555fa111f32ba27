"""Do texts leave as they should? What staff and guests are told when they do not."""

from dataclasses import dataclass
from datetime import timedelta

from salonpool import clock
from salonpool.domain.local_time import minutes_between
from salonpool.queries.provider import ProviderState, find_state
from salonpool.queries.webhooks import ALARM, count_refused_webhooks
from salonpool.usecases.texts.switch import are_texts_off
from salonpool.web.extensions import now

SAID_AFTER = timedelta(minutes=5)  # a provider that stumbles for a moment is nobody's business


@dataclass(frozen=True, slots=True)
class Trouble:
    """`kind`: off (somebody switched texts off), stopped (the provider refuses our keys), failing (it takes
    nothing, for `minutes`) or '' when texts leave. `refused`: what it sends us is turned away."""

    kind: str
    minutes: int = 0
    refused: bool = False


def find_for_staff() -> Trouble | None:
    """What is wrong, None while all is well."""
    kind, minutes = _kind(find_state())
    refused = count_refused_webhooks(now()) >= ALARM
    return Trouble(kind, minutes, refused) if kind or refused else None


def texts_may_be_late() -> bool:
    """Should a guest who waits for a text know that it may take a while?"""
    return bool(_kind(find_state())[0])


def _kind(state: ProviderState) -> tuple[str, int]:
    if are_texts_off():
        return "off", 0
    if state.stopped_at is not None:
        return "stopped", 0
    system_now = clock.system_now()
    if state.failing_since is not None and state.failing_since <= system_now - SAID_AFTER:
        return "failing", minutes_between(state.failing_since, system_now)
    return "", 0
