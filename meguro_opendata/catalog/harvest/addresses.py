"""Where a request may go: http and https, no passwords in it, and no machine of one's own network unless allowed."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from meguro_opendata.errors import GuardError, MeguroOpendataError, PortalError

__all__ = ["Target", "aim", "check_url", "is_public"]

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Target:
    """One request's goal: what to ask for, and the very addresses that were found to be allowed."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def host_header(self) -> str:
        """The host as a request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def aim(url: str, *, allow_private: bool) -> Target:
    """Where a URL leads. The name is resolved once; the connection then goes to those addresses and no others.

    Args:
        url: The address.
        allow_private: Whether this machine's and the network's own addresses are allowed.

    Raises:
        MeguroOpendataError: If it is no address of http or https.
        GuardError: If it leads to a private address.
        PortalError: If there is no such host.
    """
    parts = check_url(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    found = _resolve(host, port, url)
    if not allow_private and not all(map(is_public, found)):
        raise GuardError("harvest-private", url=_shown(parts), host=host)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(_shown(parts), parts.scheme, host, port, path, tuple(found))


_UNFIT = re.compile(r"[\s\x00-\x1f]")


def is_public(address: str) -> bool:
    """Whether an address is one of the public Internet, also if it is wrapped in one of IPv6.

    >>> [is_public(text) for text in ("8.8.8.8", "127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1")]
    [True, False, False, False, False, False]
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1] or _translated(found)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


def _translated(found: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside one of NAT64."""
    network = ipaddress.IPv6Network("64:ff9b::/96")
    return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in network else None


def check_url(url: str) -> SplitResult:
    """The parts of an address of http or https.

    Raises:
        MeguroOpendataError: If it is none, or holds a password, spaces or control characters.
    """
    try:
        parts = urlsplit(url)
        known = parts.scheme in _PORTS and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        raise MeguroOpendataError("harvest-url", url=url) from None
    if not known or parts.username is not None or _UNFIT.search(url):
        raise MeguroOpendataError("harvest-url", url=_shown(parts) if parts.scheme else url)
    return parts


def _shown(parts: SplitResult) -> str:
    """An address without whatever stands before the @."""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()


def _resolve(host: str, port: int, url: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise PortalError("harvest-no-host", url=url, host=host) from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
