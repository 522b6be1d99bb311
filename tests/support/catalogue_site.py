"""A catalogue on loopback that answers as a CKAN does, page by page, and whose troubles a test decides."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from meguro_opendata.catalog.harvest import Manners

Reply = tuple[int, dict[str, str], bytes]


class Site:
    """A site on loopback whose answers a test decides; every request and every pause is written down."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.waited: list[float] = []
        self.robots: Reply = (404, {}, b"")
        self.packages = [package(number) for number in range(5)]
        self.organizations = {"131105"}
        self.count: int | None = None
        self.broken_from: int | None = None
        self.script: list[Callable[[str], Reply]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.agents.add(self.headers["User-Agent"])
                status, headers, body = site.answer(self.path)
                if status == 0:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler

    def answer(self, path: str) -> Reply:
        """What the site says: robots.txt, the next line of the script, or a page of its packages."""
        if path == "/robots.txt":
            return self.robots
        if self.script:
            return self.script.pop(0)(path)
        if "/organization_show?" in path:
            return self.organization(path)
        return self.page(path)

    def organization(self, path: str) -> Reply:
        """An organisation, or 404."""
        name = parse_qs(urlsplit(path).query)["id"][0]
        if name not in self.organizations:
            return 404, {}, json.dumps({"success": False, "error": {"__type": "Not Found Error"}}).encode()
        return 200, {}, json.dumps({"success": True, "result": {"name": name}}).encode()

    def page(self, path: str) -> Reply:
        """A page of package_search; 500 from the dataset on that ``broken_from`` says."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        start, rows = int(asked["start"]), int(asked["rows"])
        if self.broken_from is not None and start >= self.broken_from:
            return 500, {}, b""
        count = len(self.packages) if self.count is None else self.count
        result = {"count": count, "results": self.packages[start : start + rows]}
        return 200, {}, json.dumps({"success": True, "result": result}).encode()

    @property
    def searches(self) -> list[str]:
        """The requests but for robots.txt."""
        return [path for path in self.asked if path != "/robots.txt"]

    def manners(self, **changed: Any) -> Manners:
        """Manners that may read loopback and do not really wait."""
        return Manners(**{"allow_private": True, "wait": self.waited.append, **changed})


def package(number: int) -> dict[str, Any]:
    """A package, an example."""
    part = {"name": f"{number}.csv", "format": "CSV", "url": f"https://example.com/{number}.csv"}
    return {"id": f"id-{number}", "name": f"sample-{number}", "title": f"見本{number}", "resources": [part]}
