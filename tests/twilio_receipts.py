"""The other half of the stand-in: signed calls of our status webhook, as Twilio makes them."""

import queue
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from twilio.request_validator import RequestValidator

AUTH_TOKEN = "stand-in-token"
WORDS = ("queued", "sent")
DELIVERED = "delivered"
# How receipts may come, in any mixture: `ordered` alone is the plain way.
WAYS = frozenset({"ordered", "shuffled", "early", "doubled", "unknown"})
AT_ONCE = 4
TIMEOUT_SECONDS = 10.0

Receipt = tuple[dict[str, Any], str, str | None]


def signed(url: str, params: Mapping[str, str], auth_token: str = AUTH_TOKEN) -> str:
    """The X-Twilio-Signature Twilio itself would send with a POST of params to url."""
    return str(RequestValidator(auth_token).compute_signature(url, dict(params)))


class Receipts:
    """Posts what becomes of each text, in a few threads; `posted` says what was answered."""

    def __init__(self, told: Callable[[str, str, str | None], None], account_sid: str) -> None:
        """`told(sid, word, error_code)` is called before each receipt is posted."""
        self.posted: list[tuple[str, str, int]] = []
        self._told = told
        self._account_sid = account_sid
        self._work: queue.SimpleQueue[tuple[list[Receipt], str] | None] = queue.SimpleQueue()
        self._left = 0
        self._lock = threading.Lock()
        self._chance = random.Random(1)
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)
        self._threads: list[threading.Thread] = []
        self._over = False

    def of(self, message: dict[str, Any], ways: frozenset[str], final: tuple[str, str | None]) -> None:
        """What becomes of a text that was just taken. The early ones are posted before this returns."""
        words: list[Receipt] = [(message, word, None) for word in WORDS] + [(message, *final)]
        if "doubled" in ways:
            words = [receipt for receipt in words for _ in range(2)]
        if "unknown" in ways:
            words.append(({**message, "sid": new_sid(), "status_callback": _bare(message)}, *final))
        if "shuffled" in ways:
            self._chance.shuffle(words)
        if "early" in ways:
            with self._lock:
                self._left += 1
            with self._counted():
                for receipt in words:
                    self.post(*receipt, auth_token=message["auth_token"])
        else:
            self._later(words, message["auth_token"])

    def post(self, message: Mapping[str, Any], word: str, error_code: str | None, *, auth_token: str) -> int:
        """One signed call; the status of the answer, 0 for none."""
        self._told(message["sid"], word, error_code)
        url = message["status_callback"]
        params = {
            "MessageSid": message["sid"],
            "SmsSid": message["sid"],
            "MessageStatus": word,
            "SmsStatus": word,
            "To": message["to"],
            "From": message["from"],
            "AccountSid": self._account_sid,
            "ApiVersion": "2010-04-01",
        } | ({"ErrorCode": error_code} if error_code else {})
        try:
            answer = self._http.post(
                url, data=params, headers={"X-Twilio-Signature": signed(url, params, auth_token)}
            )
            status = answer.status_code
        except httpx.TransportError:
            status = 0
        with self._lock:
            self.posted.append((message["sid"], word, status))
        return status

    def wait(self, seconds: float = 30.0) -> bool:
        """Wait until every receipt was posted; False if some are left after so long."""
        until = time.monotonic() + seconds
        while self._left and time.monotonic() < until:
            time.sleep(0.01)
        return not self._left

    def _later(self, words: list[Receipt], auth_token: str) -> None:
        with self._lock:
            self._left += 1
            if not self._threads:
                self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(AT_ONCE)]
                for thread in self._threads:
                    thread.start()
        self._work.put((words, auth_token))

    def close(self) -> None:
        """Post nothing more, and let go of the connections."""
        self._over = True
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join()
        self._http.close()

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            words, auth_token = work
            with self._counted():
                for receipt in words:
                    if not self._over:
                        self.post(*receipt, auth_token=auth_token)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        finally:
            with self._lock:
                self._left -= 1


def new_sid() -> str:
    """A sid as Twilio gives them."""
    return f"SM{secrets.token_hex(16)}"


def _bare(message: Mapping[str, Any]) -> str:
    """The webhook's address without our own id of the text."""
    return urlsplit(message["status_callback"])._replace(query="").geturl()
