"""A server on loopback that gives one answer to everything, for what no real portal does at will."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Server:
    """A server on loopback that gives one answer to everything, and remembers who asked.

    Attributes:
        bodies: Other answers, by the last part of the address that is asked.
    """

    status: int = 200
    body: str = ""
    bodies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    seen: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""


class _Handler(BaseHTTPRequestHandler):
    server_state: Server

    def do_GET(self) -> None:
        state = self.server_state
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        state.seen.append((self.path, self.headers.get("Authorization")))
        self.send_response(state.status)
        answer = state.bodies.get(self.path.partition("?")[0].rpartition("/")[2], state.body)
        kind = "application/json" if answer.startswith("{") else "text/html"
        body = answer.encode()
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **state.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_HEAD = do_GET  # noqa: N815 (names of http.server)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(**answer: Any) -> Iterator[Server]:
    """Such a server, as long as the block runs."""
    state = Server(**answer)
    handler = type("Handler", (_Handler,), {"server_state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
