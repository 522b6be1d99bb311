"""``Fetcher``: reads web addresses with time-outs, limits and pauses; repeats what may be repeated: it only reads."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urljoin

from meguro_opendata.catalog.harvest.addresses import Target, aim
from meguro_opendata.catalog.harvest.settings import Manners, limits
from meguro_opendata.errors import PortalError

__all__ = ["Answer", "Fetcher"]

_REDIRECTS = (301, 302, 303, 307, 308)
_PIECE = 65_536
_BROKEN = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Answer:
    """The answer of a server: final address, status, relevant headers and body."""

    url: str
    status: int
    location: str
    retry_after: str
    body: bytes


class Fetcher:
    """Reads addresses one after the other, never faster than it may."""

    def __init__(self, manners: Manners) -> None:
        self.manners = manners
        self.pause = limits().pause if manners.pause is None else manners.pause
        self.requests = 0
        self._waits = False

    def get(self, url: str, most: int | None = None) -> Answer:
        """Return the answer to a GET, redirects followed; every address on the way has to be allowed.

        Args:
            url: The address.
            most: The largest answer in bytes; default as ``harvest.toml`` says.

        Raises:
            PortalError: If the server cannot be reached, sends too much, or leads round in circles.
            GuardError: If the address, or one that it leads to, is private.
        """
        goal = url
        for _ in range(limits().redirects + 1):
            answer = self._patiently(goal, most or limits().most_bytes)
            if answer.status not in _REDIRECTS or not answer.location:
                return answer
            goal = urljoin(answer.url, answer.location)
            # A redirect to plain http would let others on the way read or change the answer.
            if answer.url.startswith("https:") and not goal.startswith("https:"):
                raise PortalError("harvest-downgrade", url=answer.url, target=goal)
        raise PortalError("harvest-redirects", url=url)

    def _patiently(self, url: str, most: int) -> Answer:
        """Return one request, repeated a few times while the server is busy or the connection breaks."""
        target = aim(url, allow_private=self.manners.allow_private)
        for wait in (*limits().waits, None):
            self._keep_pace()
            try:
                answer = _ask(target, most)
            except _BROKEN as error:
                if wait is None:
                    raise PortalError("harvest-unreachable", url=target.url, reason=_reason(error)) from None
                self.manners.wait(wait)
                continue
            if answer.status not in limits().again or wait is None:
                return answer
            self.manners.wait(_asked_wait(answer.retry_after, wait))
        raise PortalError("harvest-unreachable", url=target.url, reason="")

    def _keep_pace(self) -> None:
        if self._waits:
            self.manners.wait(self.pause)
        self._waits = True
        self.requests += 1

    def forget_pace(self) -> None:
        """Let the next request follow at once: asking for the rules is no reading yet."""
        self._waits = False


def _ask(target: Target, most: int) -> Answer:
    """Send one request to the address that was found allowed, and read the answer up to a limit of bytes and time."""
    deadline = time.monotonic() + limits().longest
    connection = http.client.HTTPConnection(target.host, target.port, timeout=limits().timeout)
    try:
        connection.sock = _connected(target)
        headers = {
            "Host": target.host_header,
            "User-Agent": limits().agent,
            "Accept": "application/json, */*",
            "Accept-Encoding": "identity",
        }
        connection.request("GET", target.path, headers=headers)
        with connection.getresponse() as response:
            body = _read(response, target.url, most, deadline)
            said = {name: response.getheader(name) or "" for name in ("Location", "Retry-After")}
            return Answer(target.url, response.status, said["Location"], said["Retry-After"], body)
    finally:
        connection.close()


def _connected(target: Target) -> socket.socket:
    raw = _reached(target)
    if target.scheme == "http":
        return raw
    try:
        return ssl.create_default_context().wrap_socket(raw, server_hostname=target.host)
    except OSError:
        raw.close()
        raise


def _reached(target: Target) -> socket.socket:
    """Return a connection to the first of the addresses that answers."""
    *others, last = target.addresses
    for address in others:
        with suppress(OSError):
            return socket.create_connection((address, target.port), limits().timeout)
    return socket.create_connection((last, target.port), limits().timeout)


def _read(response: http.client.HTTPResponse, url: str, most: int, deadline: float) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := response.read1(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise PortalError("harvest-too-large", url=url, limit=most)
        if time.monotonic() > deadline:
            raise TimeoutError("longest")
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(pieces)


def _asked_wait(retry_after: str, otherwise: float) -> float:
    """Return the seconds that a server asks to wait, within reason.

    >>> _asked_wait("5", 1.0), _asked_wait("99999", 1.0), _asked_wait("Wed, 21 Oct 2026 07:28:00 GMT", 1.0)
    (5.0, 120.0, 1.0)
    """
    asked = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else otherwise
    return min(asked, float(limits().longest_wait))


def _reason(error: Exception) -> str:
    """Return the kind of an error; the system's own text can be in any language."""
    return type(error).__name__
