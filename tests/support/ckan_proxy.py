"""A proxy on loopback before a real CKAN: it records every request, and does one thing wrong when it is told to."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

# What can go wrong: before CKAN has seen the request, or after it has acted.
BEFORE = ("cut", "500", "502", "429", "409")
AFTER = ("delay", "504", "truncated", "dropped")
FAULTS = (*BEFORE, *AFTER)
# The client is killed before CKAN has seen the request, or after it has acted.
KILLS = ("killed", "killed-acted")
DELAY = 4.0
_HTML = b"<html><body><h1>Bad Gateway</h1></body></html>"
_STALE = {"success": False, "error": {"__type": "Validation Error", "match": ["metadata_modified"]}}


@dataclass
class Traffic:
    """What went through, what goes wrong (``fault`` at the request of number ``at``), and how a client is killed."""

    target: str
    fault: str | None = None
    at: int = 0
    seen: list[tuple[str, str]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    url: str = ""
    kill: Callable[[], None] | None = None

    def restart(self, fault: str | None = None, at: int = 0) -> None:
        """Forget what was seen, and set what goes wrong next."""
        self.seen, self.tokens, self.fault, self.at = [], [], fault, at

    @property
    def actions(self) -> list[str]:
        """The actions that were called, in order; a download by the method only."""
        return [path.rpartition("/")[2] if "/api/" in path else method for method, path in self.seen]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    traffic: Traffic
    lock: threading.Lock

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None:
        pass

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.lock:
            number = len(self.traffic.seen)
            self.traffic.seen.append((self.command, self.path))
            self.traffic.tokens.append(self.headers.get("Authorization"))
        fault = self.traffic.fault if number == self.traffic.at else None
        if fault in BEFORE:
            self._spoil(fault)
            return
        if fault == "killed":
            self._kill()
            return
        status, headers, answer = self._forward(body)
        if fault == "killed-acted":
            self._kill()
        elif fault is None:
            self._reply(status, headers.get("Content-Type", ""), answer, headers.get("Location"))
        else:
            self._lose(fault, headers.get("Content-Type", ""), answer)

    def _forward(self, body: bytes) -> tuple[int, Any, bytes]:
        target = urlsplit(self.traffic.target)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=120)
        kept = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        try:
            connection.request(self.command, self.path, body=body or None, headers=kept)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def _kill(self) -> None:
        """Kill the client, and answer nothing."""
        assert self.traffic.kill is not None
        self.traffic.kill()
        self.close_connection = True

    def _spoil(self, fault: str) -> None:
        """Answer, or not, without CKAN having seen the request."""
        if fault == "cut":
            self.close_connection = True
        elif fault == "409":
            self._reply(409, "application/json", json.dumps(_STALE).encode())
        else:
            self._reply(int(fault), "text/html", _HTML, retry="1" if fault == "429" else None)

    def _lose(self, fault: str, kind: str, answer: bytes) -> None:
        """Lose the answer of a request on which CKAN has acted."""
        if fault == "504":
            self._reply(504, "text/html", _HTML)
        elif fault == "truncated":
            with suppress(OSError):
                self._reply(200, kind, answer[: len(answer) // 2])
        elif fault == "delay":
            time.sleep(DELAY)
            with suppress(OSError):
                self._reply(200, kind, answer)
        self.close_connection = True

    def _reply(
        self, status: int, kind: str, body: bytes, location: str | None = None, retry: str | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (("Location", location), ("Retry-After", retry)):
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Nothing: a client that was killed, or has given up, is what is tested."""


@contextmanager
def proxy(target: str) -> Iterator[Traffic]:
    """A proxy that runs until the block ends."""
    traffic = Traffic(target)
    handler = type("Handler", (_Handler,), {"traffic": traffic, "lock": threading.Lock()})
    with _Server(("127.0.0.1", 0), handler) as server:
        traffic.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield traffic
        finally:
            server.shutdown()
            thread.join()
