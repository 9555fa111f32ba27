"""A stand-in for Twilio's Messages API on loopback, for the real SDK: takes, lists and remembers texts.

In a test: `with StandIn() as twilio:` then `twilio.base`, `twilio.messages`, `twilio.fault("429")`.
As a process: `python -m tests.twilio_stand_in --port 8900`. Beside Twilio's two routes it has
`GET /_messages[?to=+886...]` (a JSON list, oldest first), `DELETE /_messages`, and `POST /_fault`
with JSON `{"mode": MODE, "times": N, ...}` for the next N creates (default 1):
`500`, `429`, `401`, `garbage` (200, not JSON), `refuse` (`"code"`: a Twilio error code),
`hang` (no answer for `"seconds"`, nothing taken), `accept_then_hang`, `accept_then_close`.
"""

import argparse
import base64
import contextlib
import hmac
import json
import re
import secrets
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from twilio.request_validator import RequestValidator

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "stand-in-token"
MESSAGES = re.compile(r"/2010-04-01/Accounts/(?P<account>\w+)/Messages\.json")


def signed(url: str, params: Mapping[str, str], auth_token: str = AUTH_TOKEN) -> str:
    """The X-Twilio-Signature Twilio itself would send with a POST of params to url."""
    return str(RequestValidator(auth_token).compute_signature(url, dict(params)))


class StandIn:
    """The stand-in in a thread of its own, on a free port unless one is given."""

    def __init__(
        self, port: int = 0, *, account_sid: str = ACCOUNT_SID, auth_token: str = AUTH_TOKEN
    ) -> None:
        self.account_sid, self.auth_token = account_sid, auth_token
        self._lock = threading.Lock()
        self._messages: list[dict[str, Any]] = []
        self._fault: dict[str, Any] = {}
        self.released = threading.Event()
        handler = type("Handler", (_Handler,), {"stand_in": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def serve(self) -> None:
        """Answer requests until stopped."""
        self._server.serve_forever(poll_interval=0.02)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """All texts taken so far, oldest first: sid, to, body, from, status_callback, created_at."""
        with self._lock:
            return [dict(message) for message in self._messages]

    def fault(self, mode: str, *, times: int = 1, **details: Any) -> None:
        """Make the next `times` creates fail in that way."""
        with self._lock:
            self._fault = {"mode": mode, "times": times, **details}

    def clear(self) -> None:
        """Forget all texts."""
        with self._lock:
            self._messages.clear()

    def take(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Record one text."""
        with self._lock:
            message = {
                "sid": f"SM{secrets.token_hex(16)}",
                "to": form["To"],
                "body": form["Body"],
                "from": form.get("From", ""),
                "messaging_service_sid": form.get("MessagingServiceSid", ""),
                "status_callback": form.get("StatusCallback", ""),
                "created_at": datetime.now(UTC).isoformat(),
            }
            self._messages.append(message)
            return message

    def next_fault(self) -> dict[str, Any]:
        """The fault the create at hand shall meet; {} for none."""
        with self._lock:
            if self._fault.get("times", 0) < 1:
                return {}
            self._fault["times"] -= 1
            return dict(self._fault)


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: tests and bench print their own tables."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        wanted = [m for m in self.stand_in.messages if query.get("To", query.get("to", m["to"])) == m["to"]]
        if parts.path == "/_messages":
            return self._json(200, wanted)
        if not self._is_messages_of_account(parts.path):
            return None
        size = int(query.get("PageSize", 50))
        newest_first = [_resource(message, self.stand_in.account_sid) for message in reversed(wanted)]
        position = {"next_page_uri": None, "page": 0, "page_size": size, "uri": self.path}
        return self._json(200, {"messages": newest_first[:size], **position})

    def do_DELETE(self) -> None:
        self.stand_in.clear()
        self._json(200, [])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/_fault":
            self.stand_in.fault(**json.loads(body))
            return self._json(200, {})
        if not self._is_messages_of_account(urlsplit(self.path).path):
            return None
        form = {key: values[-1] for key, values in parse_qs(body, keep_blank_values=True).items()}
        fault = self.stand_in.next_fault()
        return self._broken(fault, form) if fault else self._create(form)

    def _create(self, form: Mapping[str, str]) -> None:
        if not form.get("To"):
            return self._error(400, 21604)
        if not form.get("Body"):
            return self._error(400, 21602)
        if not (form.get("From") or form.get("MessagingServiceSid")):
            return self._error(400, 21603)
        return self._json(201, _resource(self.stand_in.take(form), self.stand_in.account_sid))

    def _broken(self, fault: Mapping[str, Any], form: Mapping[str, str]) -> None:
        mode = fault["mode"]
        if mode.startswith("accept_then"):
            self.stand_in.take(form)
        if mode in {"hang", "accept_then_hang"}:
            self.stand_in.released.wait(fault.get("seconds", 60))
        if mode in {"hang", "accept_then_hang", "accept_then_close"}:
            self.close_connection = True
            return None
        if mode == "garbage":
            return self._send(200, b"<html>not JSON</html>")
        if mode == "refuse":
            return self._error(fault.get("status", 400), fault["code"])
        return self._error(int(mode), {"500": 20500, "429": 20429, "401": 20003}.get(mode, int(mode)))

    def _is_messages_of_account(self, path: str) -> bool:
        match = MESSAGES.fullmatch(path)
        pair = f"{self.stand_in.account_sid}:{self.stand_in.auth_token}".encode()
        wanted = "Basic " + base64.b64encode(pair).decode()
        if match is None or match["account"] != self.stand_in.account_sid:
            self._error(404, 20404)
        elif not hmac.compare_digest(self.headers.get("Authorization", "").encode(), wanted.encode()):
            self._error(401, 20003)
        else:
            return True
        return False

    def _error(self, status: int, code: int) -> None:
        self._json(
            status, {"code": code, "message": f"stand-in error {code}", "more_info": "", "status": status}
        )

    def _json(self, status: int, value: Any) -> None:
        self._send(status, json.dumps(value).encode())

    def _send(self, status: int, body: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)


def _resource(message: Mapping[str, Any], account_sid: str) -> dict[str, Any]:
    """A text in the shape of Twilio's Message resource."""
    created = format_datetime(datetime.fromisoformat(message["created_at"]))
    return {
        "sid": message["sid"],
        "account_sid": account_sid,
        "to": message["to"],
        "from": message["from"] or None,
        "messaging_service_sid": message["messaging_service_sid"] or None,
        "body": message["body"],
        "status": "queued",
        "direction": "outbound-api",
        "date_created": created,
        "date_updated": created,
        "date_sent": None,
        "error_code": None,
        "error_message": None,
        "num_segments": "1",
        "num_media": "0",
        "price": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{account_sid}/Messages/{message['sid']}.json",
        "subresource_uris": {},
    }


def main() -> None:
    """Serve until interrupted; the first line says where."""
    parser = argparse.ArgumentParser(description="A stand-in for Twilio's Messages API on loopback.")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--account-sid", default=ACCOUNT_SID)
    parser.add_argument("--auth-token", default=AUTH_TOKEN)
    options = parser.parse_args()
    stand_in = StandIn(options.port, account_sid=options.account_sid, auth_token=options.auth_token)
    sys.stdout.write(f"{stand_in.base}\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        stand_in.serve()


if __name__ == "__main__":
    main()
