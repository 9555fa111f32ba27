"""A stand-in for Twilio's Messages API on loopback, for the real SDK: takes, lists and remembers texts.

In a test: `with StandIn() as twilio:` then `twilio.base`, `twilio.messages`, `twilio.fault("429")`,
`twilio.change(listing_delay=2)`. As a process: `python -m tests.twilio_stand_in --port 8900`. Beside Twilio's
routes (create, list, one message, the account) it has `GET /_messages[?to=+886...]` (a JSON list, oldest
first), `DELETE /_messages`, `GET /_receipts`, `POST /_fault`, `POST /_change` and `POST /_status`, which take
the arguments of `fault`, `change` and `tell` as JSON.

A fault's mode: a status (`500`, `429` with `retry_after`, `401`), `garbage` (200, not JSON), `refuse`
(`code`: a Twilio error code), `close` (no answer), `reset` (RST), `hang` (no answer for `seconds`), `drip`
(a byte now and then for `seconds`, no whole answer), or `accept_then_` and one of these: the text is taken
all the same. `slow` takes it after `seconds` and says so. A fault holds for `times` requests (None: for
good), for texts to one number (`to`), for a `share` of them, and for `on`: create, list, fetch or account.
"""

import argparse
import contextlib
import random
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.twilio_http import Handler
from tests.twilio_receipts import AUTH_TOKEN, DELIVERED, WAYS, WORDS, Receipts, new_sid, signed

__all__ = ["ACCOUNT_SID", "AUTH_TOKEN", "Settings", "StandIn", "signed"]

ACCOUNT_SID = "AC" + "0" * 32
WAY = {word: number for number, word in enumerate(WORDS)}
ENDED = len(WORDS)


@dataclass(frozen=True, slots=True)
class Settings:
    """How it behaves when nothing is wrong. `receipts`: WAYS joined by commas, or "" for none;
    `finals`: the last word and error code for some numbers, otherwise `delivered`; `price` of one segment,
    known once a text was sent; `listing_delay` in seconds; `auth_token`: the only right one from now on."""

    receipts: str = ""
    finals: Mapping[str, tuple[str, str | None]] | None = None
    listing_delay: float = 0.0
    price: str = "0.05"
    price_unit: str = "USD"
    account_status: str = "active"
    auth_token: str = AUTH_TOKEN


class StandIn:
    """The stand-in in a thread of its own, on a free port unless one is given."""

    def __init__(
        self, port: int = 0, *, account_sid: str = ACCOUNT_SID, auth_token: str = AUTH_TOKEN
    ) -> None:
        self.account_sid = account_sid
        self.settings = self._first_settings = Settings(auth_token=auth_token)
        self._lock = threading.Lock()
        self._by_sid: dict[str, dict[str, Any]] = {}
        self._faults: dict[tuple[str, str], dict[str, Any]] = {}
        self.released = threading.Event()
        self.receipts = Receipts(self._set_status, account_sid)
        handler = type("HandlerOfOne", (Handler,), {"stand_in": self})
        self._server = _Server(("127.0.0.1", port), handler)
        self.base = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self.receipts.close()
        self._server.shutdown()
        self._server.server_close()

    def serve(self) -> None:
        """Answer requests until stopped."""
        self._server.serve_forever(poll_interval=0.02)

    @property
    def auth_token(self) -> str:
        """The token that opens it and signs its calls."""
        return self.settings.auth_token

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All texts taken so far, oldest first: sid, to, body, from, status_callback, created_at, status."""
        with self._lock:
            return [dict(message) for message in self._by_sid.values()]

    def listed(self) -> list[dict[str, Any]]:
        """Those of them that its list shows by now."""
        latest = datetime.now(UTC) - timedelta(seconds=self.settings.listing_delay)
        return [each for each in self.messages if datetime.fromisoformat(each["created_at"]) <= latest]

    def fault(
        self,
        mode: str,
        *,
        times: int | None = 1,
        to: str = "",
        share: float = 1.0,
        seed: int = 1,
        on: str = "create",
        **details: Any,
    ) -> None:
        """Make requests fail, as the module says. Takes the place of the fault of the same `on` and `to`."""
        fault = {"mode": mode, "times": times, "share": share, "chance": random.Random(seed), **details}
        with self._lock:
            self._faults[on, to] = fault

    def left(self, to: str = "", *, on: str = "create") -> int:
        """How many requests the fault of that `on` and `to` is still waiting for; 0 if there is none."""
        with self._lock:
            return int(self._faults.get((on, to), {}).get("times") or 0)

    def change(self, **changes: Any) -> None:
        """Behave otherwise from now on; names as in Settings."""
        settings = replace(self.settings, **changes)
        if not set(filter(None, settings.receipts.split(","))) <= WAYS:
            raise ValueError(f"receipts: give some of {sorted(WAYS)}")
        self.settings = settings

    def clear(self) -> None:
        """Forget all texts."""
        with self._lock:
            self._by_sid.clear()
            self.receipts.posted.clear()

    def reset(self) -> None:
        """Forget texts, faults and changes."""
        self.clear()
        self._faults.clear()
        self.settings = self._first_settings

    def tell(self, sid: str, word: str, error_code: str | None = None) -> int:
        """Bring a text further and tell its webhook, if it has one; the status of the answer, 0 for none.

        Raises KeyError for a sid it never gave."""
        with self._lock:
            message = dict(self._by_sid[sid])
        if not message["status_callback"]:
            self._set_status(sid, word, error_code)
            return 0
        return self.receipts.post(message, word, error_code, auth_token=self.auth_token)

    def take(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Record one text, and begin to say what becomes of it."""
        sid = new_sid()
        message = {
            "sid": sid,
            "to": form["To"],
            "body": form["Body"],
            "from": form.get("From", ""),
            "messaging_service_sid": form.get("MessagingServiceSid", ""),
            "status_callback": form.get("StatusCallback", ""),
            "created_at": datetime.now(UTC).isoformat(),
            "status": "queued",
            "error_code": None,
        }
        with self._lock:
            self._by_sid[sid] = message
        ways = frozenset(filter(None, self.settings.receipts.split(",")))
        if ways and message["status_callback"]:
            final = (self.settings.finals or {}).get(form["To"], (DELIVERED, None))
            self.receipts.of({**message, "auth_token": self.auth_token}, ways, final)
        return dict(message)

    def next_fault(self, on: str, to: str) -> dict[str, Any]:
        """The fault the request at hand shall meet; {} for none."""
        with self._lock:
            for key in dict.fromkeys(((on, to), (on, ""))):
                fault = self._faults.get(key)
                if fault is None or fault["times"] == 0 or fault["chance"].random() >= fault["share"]:
                    continue
                if fault["times"] is not None:
                    fault["times"] -= 1
                return dict(fault)
        return {}

    def _set_status(self, sid: str, word: str, error_code: str | None) -> None:
        with self._lock:
            message = self._by_sid.get(sid)
            # Its own state never goes back, in whatever order it tells of it.
            if message is not None and WAY.get(word, ENDED) >= WAY.get(message["status"], ENDED):
                message.update(status=word, error_code=error_code)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked may be killed at any moment, and that is no fault of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def main() -> None:
    """Serve until interrupted; the first line says where."""
    parser = argparse.ArgumentParser(description="A stand-in for Twilio's Messages API on loopback.")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--account-sid", default=ACCOUNT_SID)
    parser.add_argument("--auth-token", default=AUTH_TOKEN)
    for name, value in asdict(Settings()).items():
        if name in {"receipts", "listing_delay", "price"}:
            parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    options = parser.parse_args()
    stand_in = StandIn(options.port, account_sid=options.account_sid, auth_token=options.auth_token)
    stand_in.change(receipts=options.receipts, listing_delay=options.listing_delay, price=options.price)
    sys.stdout.write(f"{stand_in.base}\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        stand_in.serve()


if __name__ == "__main__":
    main()
