"""The gateway to Twilio, through its own SDK; nothing else here imports it."""

import threading
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NameResolutionError, NewConnectionError

from salonpool.messaging.gateway import (
    Accepted,
    GatewayUnavailable,
    Outcome,
    RefusalCode,
    Refused,
    Report,
    Unknown,
)
from salonpool.uptime import since_boot

TIMEOUT_SECONDS = 12.0  # for one call in all; the outbox's lease is longer
CONNECT_SECONDS = 3.0  # for each address of the host
CONNECTIONS = 16  # kept open: the outbox's calls, lookups and reports
# Twilio dates by its own clock, and ours may have been set since; an earlier text with the same body is told
# apart by its sid.
CLOCK_SKEW = timedelta(minutes=10)
WHATSAPP = "whatsapp:"
LOOK_BACK = 100  # texts to one number within one lease, many times over
SID_MAX = 40  # Twilio's have 34; what is longer no row can keep
TRIAL_PREFIX = "Sent from your Twilio trial account - "

# https://www.twilio.com/docs/api/errors
CODES = {
    **dict.fromkeys((21610,), RefusalCode.OPTED_OUT),
    **dict.fromkeys((21211, 21214, 21217, 21265, 21408, 21612, 21614, 21635), RefusalCode.BAD_NUMBER),
    **dict.fromkeys((20003, 20005, 20006, 20008, 20404, 30002, 90010), RefusalCode.CREDENTIALS),
    **dict.fromkeys((21212, 21603, 21606, 21609, 21659, 21660, 21701, 21703, 21705), RefusalCode.SENDER),
    **dict.fromkeys((14107, 20429, 21611, 30001, 63038), RefusalCode.RATE_LIMITED),
}
PERMANENT = frozenset({RefusalCode.OPTED_OUT, RefusalCode.BAD_NUMBER, RefusalCode.REJECTED})
# What the SDK makes of an answer that is not the JSON it expects.
UNREADABLE = (TwilioException, ValueError, TypeError, AttributeError, KeyError)
NEVER_CONNECTED = (ConnectTimeoutError, NewConnectionError, NameResolutionError)
_call = threading.local()  # of the call a thread makes: `until`, after which nobody waits for it


class TwilioGateway:
    """Sends through a Messaging Service or from one number. One try: retrying is the outbox's business."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        messaging_service_sid: str = "",
        sender: str = "",
        status_callback: str = "",
        api_base: str = "",
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        """`status_callback`: full URL for receipts, or "" for none. `api_base`: scheme and host of a stand-in
        for api.twilio.com. A sender `whatsapp:+886...` sends by WhatsApp. Raises ValueError without a
        Messaging Service and a sender."""
        if not messaging_service_sid and not sender:
            raise ValueError("give a Messaging Service or a sender number")
        self._http = _HttpClient(api_base, timeout_seconds)
        self._client = Client(account_sid, auth_token, http_client=self._http)
        self._messages = self._client.messages
        self._from: dict[str, str] = (
            {"messaging_service_sid": messaging_service_sid} if messaging_service_sid else {"from_": sender}
        )
        self._channel = WHATSAPP if sender.startswith(WHATSAPP) else ""
        self._status_callback = status_callback

    def send(self, to: str, body: str, *, reference: str) -> Outcome:
        """One try. Whatever happens after the request left is Unknown, because Twilio may have taken it."""
        arguments = dict(self._from)
        if self._status_callback:
            arguments["status_callback"] = f"{self._status_callback}?oid={quote(reference, safe='')}"
        try:
            sid = self._messages.create(to=self._channel + to, body=body, **arguments).sid
        except (TwilioRestException, TwilioServiceException) as error:
            return _outcome(error.status, error.code, self._http.retry_after())
        except requests.RequestException as error:
            if _never_connected(error):
                return Refused(RefusalCode.UNREACHABLE, permanent=False)
            return Unknown(type(error).__name__)
        except UNREADABLE as error:
            return Unknown(f"unreadable answer: {type(error).__name__}")
        is_sid = isinstance(sid, str) and 0 < len(sid) <= SID_MAX
        return Accepted(sid) if is_sid and sid else Unknown("answer without sid")

    def find_sent(self, to: str, body: str, since: datetime, *, known: Collection[str] = ()) -> str | None:
        """Lists the newest texts to the number; Twilio's own date filter would miss those still queued."""
        address = self._channel + to
        try:
            listed = self._messages.list(to=address, limit=LOOK_BACK, page_size=LOOK_BACK)
        except (requests.RequestException, *UNREADABLE) as error:
            raise GatewayUnavailable(type(error).__name__) from error
        earliest = self._http.theirs(since) - CLOCK_SKEW
        for message in listed:
            same = message.to == address and (message.body or "").removeprefix(TRIAL_PREFIX) == body
            if same and message.sid not in known and _created(message) >= earliest:
                return str(message.sid)
        return None

    def check(self) -> Refused | None:
        """Fetches the account: wrong keys and a suspended account show here as they would for a text."""
        try:
            account = self._client.api.v2010.account.fetch()
        except (TwilioRestException, TwilioServiceException) as error:
            outcome = _outcome(error.status, error.code, self._http.retry_after())
            if isinstance(outcome, Refused):
                return outcome
            raise GatewayUnavailable(f"HTTP {error.status}") from error
        except (requests.RequestException, *UNREADABLE) as error:
            raise GatewayUnavailable(type(error).__name__) from error
        if account.status == "active":
            return None
        return Refused(RefusalCode.CREDENTIALS, permanent=False, provider_code=str(account.status))

    def read_report(self, sid: str) -> Report | None:
        """Fetches the message; Twilio knows its price some time after it was sent, as a negative amount."""
        try:
            message = self._messages(sid).fetch()
            price = None if message.price is None else round(abs(Decimal(message.price)) * 1_000_000)
            segments = None if message.num_segments is None else int(message.num_segments)
        except (TwilioRestException, TwilioServiceException) as error:
            if error.status == 404:
                return None
            raise GatewayUnavailable(f"HTTP {error.status}") from error
        except (requests.RequestException, ArithmeticError, *UNREADABLE) as error:
            raise GatewayUnavailable(type(error).__name__) from error
        code = None if message.error_code is None else str(message.error_code)
        unit = message.price_unit.upper() if price is not None and message.price_unit else None
        return Report(str(message.status), code, segments, price, unit)


class _HttpClient(TwilioHttpClient):
    """Twilio's transport with one time limit for all of a call, without retries, and optionally to another
    host."""

    def __init__(self, api_base: str, timeout_seconds: float) -> None:
        super().__init__(timeout=timeout_seconds)
        self._limit = timeout_seconds
        self._base = urlsplit(api_base) if api_base else None
        self._of_thread = threading.local()
        if self.session is not None:
            self.session.trust_env = self._base is None  # a stand-in is reached directly, whatever is set
            for scheme in ("https://", "http://"):
                self.session.mount(scheme, _Adapter(timeout_seconds))

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Nothing: the SDK would log phone numbers."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Nothing: the SDK would log message bodies."""

    def retry_after(self) -> timedelta | None:
        """How long the answer to this thread's last request asked to wait, in whole seconds."""
        seconds: str = getattr(self._of_thread, "retry_after", "")
        return timedelta(seconds=int(seconds)) if seconds.isdecimal() and len(seconds) < 6 else None

    def theirs(self, instant: datetime) -> datetime:
        """A past instant of our clock by the clock of whoever answered this thread's last request. One that
        lies ahead, because ours was put back, says nothing: long ago then."""
        ours: datetime = self._of_thread.answered_at
        return instant - (ours - self._of_thread.dated) if instant <= ours else ours - timedelta(days=365)

    def request(self, method: str, url: str, *arguments: Any, **named: Any) -> Response:
        """Send one request, with scheme and host swapped for the base's. Raises requests.Timeout in time."""
        if self._base is not None:
            url = urlsplit(url)._replace(scheme=self._base.scheme, netloc=self._base.netloc).geturl()
        self._of_thread.retry_after = ""
        call = super().request
        response = _in_time(lambda: call(method, url, *arguments, **named), self._limit)
        headers = response.headers or {}
        self._of_thread.retry_after = headers.get("Retry-After", "")
        self._of_thread.answered_at = _our_time()
        self._of_thread.dated = _date(headers.get("Date", "")) or self._of_thread.answered_at
        return response


class _Punctual(HTTPConnection):
    """Sends nothing once nobody waits for the call: to find the address may have taken minutes, and by then
    the text may have been sent again."""

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if since_boot() > _call.until:
            raise TimeoutError("too late to send")
        super().send(data)


class _PunctualTls(_Punctual, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Punctual


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _PunctualTls


class _Adapter(HTTPAdapter):
    def __init__(self, timeout_seconds: float) -> None:
        super().__init__(pool_maxsize=CONNECTIONS)
        self._timeout = (min(CONNECT_SECONDS, timeout_seconds), timeout_seconds)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def proxy_manager_for(self, *arguments: Any, **named: Any) -> Any:
        through = super().proxy_manager_for(*arguments, **named)
        through.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
        return through

    def send(self, request: Any, *arguments: Any, **named: Any) -> requests.Response:
        return super().send(request, *arguments, **{**named, "timeout": self._timeout})


def _in_time(call: Callable[[], Response], seconds: float) -> Response:
    """The call's answer. The limits of requests hold for each address and each read, so an answer that drips
    would take for ever: the call is left alone then, in a thread of its own that ends with it."""
    answers: list[Response] = []
    errors: list[BaseException] = []
    until = since_boot() + seconds

    def run() -> None:
        _call.until = until
        try:
            answers.append(call())
        except (requests.RequestException, *UNREADABLE) as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True, name="twilio")
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not answers:
        raise requests.Timeout(f"no answer in {seconds:g} s")
    return answers[0]


def _our_time() -> datetime:
    return datetime.now(UTC)


def _date(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except ValueError:
        return None


def _outcome(http_status: int, code: int | None, retry_after: timedelta | None) -> Outcome:
    if http_status >= 500 or http_status == 408:
        return Unknown(f"HTTP {http_status}")  # error 20500 says a retry may send twice
    by_status = {429: RefusalCode.RATE_LIMITED, 401: RefusalCode.CREDENTIALS, 403: RefusalCode.CREDENTIALS}
    refusal = CODES.get(code or 0) or by_status.get(http_status, RefusalCode.REJECTED)
    # Without a code of Twilio's, for which the SDK gives the status, something in between has answered.
    permanent = refusal in PERMANENT and code not in {None, http_status}
    return Refused(refusal, permanent, str(code or http_status), retry_after)


def _never_connected(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NEVER_CONNECTED)


def _created(message: Any) -> datetime:
    """When Twilio took it; a text without a date counts as just taken."""
    created = message.date_created
    return created if isinstance(created, datetime) else datetime.max.replace(tzinfo=UTC)
