"""What the stand-in for Twilio says over HTTP: its routes, its resources, its ways to fail."""

import base64
import contextlib
import hmac
import json
import os
import re
import socket
import struct
import time
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from salonpool.messaging.segments import segments

ROUTE = re.compile(r"/2010-04-01/Accounts/(?P<account>\w+)(?P<messages>/Messages(/(?P<sid>\w+))?)?\.json")
CODES = {"500": 20500, "429": 20429, "401": 20003}
# From here on Twilio knows what a text costs.
PRICED = frozenset({"sent", "delivered", "read", "undelivered"})
DRIP_EVERY = 0.05


class Handler(BaseHTTPRequestHandler):
    """One connection; `stand_in` is set by the stand-in whose it is."""

    stand_in: Any
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: tests and bench print their own tables."""

    def do_GET(self) -> None:
        """The account, the list, one message; and what tests ask."""
        parts = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        if parts.path == "/_messages":
            return self._json(200, _to(self.stand_in.messages, query.get("to")))
        if parts.path == "/_receipts":
            return self._json(200, self.stand_in.receipts.posted)
        route = self._opened(parts.path)
        if route is None:
            return None
        on = "fetch" if route["sid"] else "list" if route["messages"] else "account"
        if fault := self.stand_in.next_fault(on, query.get("To", "")):
            return self._break(fault["mode"], fault)
        if on == "account":
            status = self.stand_in.settings.account_status
            return self._json(200, {"sid": route["account"], "status": status, "type": "Full"})
        if on == "list":
            return self._list(query)
        found = [each for each in self.stand_in.messages if each["sid"] == route["sid"]]
        return self._json(200, self._resource(found[0])) if found else self._error(404, 20404)

    def do_DELETE(self) -> None:
        """Forget all texts."""
        self.stand_in.clear()
        self._json(200, [])

    def do_POST(self) -> None:
        """A text to send; and what tests ask for."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        doors = {"/_fault": "fault", "/_change": "change", "/_status": "tell"}
        if self.path in doors:
            return self._told(doors[self.path], json.loads(body))
        route = self._opened(urlsplit(self.path).path)
        if route is None:
            return None
        if route["sid"] or not route["messages"]:
            return self._error(405, 20004)
        form = {key: values[-1] for key, values in parse_qs(body, keep_blank_values=True).items()}
        for name, code in (("To", 21604), ("Body", 21602)):
            if not form.get(name):
                return self._error(400, code)
        if not (form.get("From") or form.get("MessagingServiceSid")):
            return self._error(400, 21603)
        fault = self.stand_in.next_fault("create", form["To"])
        return self._broken(fault, form) if fault else self._create(form)

    def _told(self, name: str, arguments: dict[str, Any]) -> None:
        try:
            self._json(200, getattr(self.stand_in, name)(**arguments))
        except (KeyError, TypeError, ValueError) as wrong:
            self._json(400, {"wrong": str(wrong)})

    def _create(self, form: Mapping[str, str]) -> None:
        self._json(201, self._resource(self.stand_in.take(form)))

    def _broken(self, fault: Mapping[str, Any], form: Mapping[str, str]) -> None:
        mode = fault["mode"]
        if mode == "slow":
            self.stand_in.released.wait(fault.get("seconds", 5))
            return self._create(form)
        if mode.startswith("accept_then_"):
            self.stand_in.take(form)
        return self._break(mode.removeprefix("accept_then_"), fault)

    def _break(self, mode: str, fault: Mapping[str, Any]) -> None:
        """Answer wrongly, or not at all."""
        seconds = fault.get("seconds", 60)
        if mode == "hang":
            self.stand_in.released.wait(seconds)
        if mode in {"hang", "close"}:
            self.close_connection = True
        elif mode == "reset":
            self._reset()
        elif mode == "drip":
            self._drip(seconds)
        elif mode == "garbage":
            self._send(200, b"<html>not JSON</html>")
        elif mode == "refuse":
            self._error(fault.get("status", 400), fault["code"])
        else:
            wait = {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
            self._error(int(mode), CODES.get(mode, int(mode)), wait)

    def _reset(self) -> None:
        """RST instead of FIN: closed at once, without the server's own polite shutdown."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def _drip(self, seconds: float) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            until = time.monotonic() + seconds
            while time.monotonic() < until and not self.stand_in.released.wait(DRIP_EVERY):
                self.wfile.write(b" ")

    def _list(self, query: Mapping[str, str]) -> None:
        size = int(query.get("PageSize", 50))
        newest_first = [
            self._resource(each) for each in reversed(_to(self.stand_in.listed(), query.get("To")))
        ]
        position = {"next_page_uri": None, "page": 0, "page_size": size, "uri": self.path}
        self._json(200, {"messages": newest_first[:size], **position})

    def _resource(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """A text in the shape of Twilio's Message resource."""
        account_sid, settings = self.stand_in.account_sid, self.stand_in.settings
        created = format_datetime(datetime.fromisoformat(message["created_at"]))
        count = segments(message["body"])
        priced = settings.price and message["status"] in PRICED
        return {
            "sid": message["sid"],
            "account_sid": account_sid,
            "to": message["to"],
            "from": message["from"] or None,
            "messaging_service_sid": message["messaging_service_sid"] or None,
            "body": message["body"],
            "status": message["status"],
            "direction": "outbound-api",
            "date_created": created,
            "date_updated": created,
            "date_sent": None if message["status"] == "queued" else created,
            "error_code": None if message["error_code"] is None else int(message["error_code"]),
            "error_message": None,
            "num_segments": str(count),
            "num_media": "0",
            "price": f"{-count * Decimal(settings.price):.5f}" if priced else None,
            "price_unit": settings.price_unit,
            "api_version": "2010-04-01",
            "uri": f"/2010-04-01/Accounts/{account_sid}/Messages/{message['sid']}.json",
            "subresource_uris": {},
        }

    def _opened(self, path: str) -> re.Match[str] | None:
        """What the path names, if it is ours and the keys are right; answered otherwise."""
        route = ROUTE.fullmatch(path)
        pair = f"{self.stand_in.account_sid}:{self.stand_in.auth_token}".encode()
        wanted = "Basic " + base64.b64encode(pair).decode()
        if route is None or route["account"] != self.stand_in.account_sid:
            self._error(404, 20404)
        elif not hmac.compare_digest(self.headers.get("Authorization", "").encode(), wanted.encode()):
            self._error(401, 20003)
        else:
            return route
        return None

    def _error(self, status: int, code: int, headers: Mapping[str, str] | None = None) -> None:
        said = {"code": code, "message": f"stand-in error {code}", "more_info": "", "status": status}
        self._json(status, said, headers)

    def _json(self, status: int, value: Any, headers: Mapping[str, str] | None = None) -> None:
        self._send(status, json.dumps(value).encode(), headers)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        with contextlib.suppress(ConnectionError):
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)


def _to(messages: list[dict[str, Any]], to: str | None) -> list[dict[str, Any]]:
    return [each for each in messages if to in {None, each["to"]}]
