"""Many real HTTP requests at the same instant: one kept-open connection per thread, released by a barrier."""

import http.client
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Request:
    """One POST or GET to fire."""

    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """POST when there is a body."""
        return "GET" if self.body is None else "POST"


@dataclass(frozen=True)
class Answer:
    """What came back, and how long it took from the shared instant."""

    status: int
    body: Any
    seconds: float


class Volley:
    """A set of connections to one server; fire() uses as many as there are requests."""

    def __init__(self, url: str, size: int) -> None:
        self._netloc = urlsplit(url).netloc
        self._connections = [self._connect() for _ in range(size)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.close()

    def fire(self, requests: Sequence[Request]) -> list[Answer]:
        """Send all at once; answers in the order of the requests."""
        answers: list[Answer | None] = [None] * len(requests)
        barrier = threading.Barrier(len(requests))

        def one(number: int) -> None:
            request = requests[number]
            body = None if request.body is None else json.dumps(request.body).encode()
            headers = {"Content-Type": "application/json", **request.headers} if body else request.headers
            barrier.wait()
            began = time.perf_counter()
            status, content = self._send(number, request, body, headers)
            answers[number] = Answer(status, content, time.perf_counter() - began)

        threads = [threading.Thread(target=one, args=(number,)) for number in range(len(requests))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [answer for answer in answers if answer is not None]

    def _send(
        self, number: int, request: Request, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, Any]:
        """Once more on a fresh connection if the server had closed the idle one (nothing was read then)."""
        for last in (False, True):
            connection = self._connections[number]
            try:
                connection.request(request.method, request.path, body, headers)
                response = connection.getresponse()
                content = response.read()
                json_like = "json" in (response.getheader("Content-Type") or "")
                return response.status, json.loads(content) if json_like else content
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                if last:
                    raise
                connection.close()
                self._connections[number] = self._connect()
        raise AssertionError("unreachable")

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._netloc, timeout=TIMEOUT_SECONDS)
