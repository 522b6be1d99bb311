"""Permitted addresses of requests: http and https, without passwords, and outside the own network unless allowed."""

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
    """The target of one request: its path, and the resolved addresses that were found to be allowed."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def host_header(self) -> str:
        """Return the host as a request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def aim(url: str, *, allow_private: bool) -> Target:
    """Return the target of a URL.

    The name is resolved once, and the connection goes to those addresses only: a second look-up could give a private
    address (DNS rebinding).

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


# What the Internet routes of IPv6; everything else is of one machine or network, or of no use.
_ROUTED = ipaddress.IPv6Network("2000::/3")
# Networks whose addresses hold one of IPv4, and how many bits are behind it.
_HOLDING = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64, RFC 6052
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4, RFC 3056
)
_TEREDO = ipaddress.IPv6Network("2001::/32")  # RFC 4380: the server's address, and the client's with all bits turned
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214: before the last 32 bits, in any network
_V4 = 0xFFFF_FFFF


def is_public(address: str) -> bool:
    """Return whether an address is public; for IPv6 with an IPv4 address inside, whether both are.

    >>> [is_public(text) for text in ("8.8.8.8", "127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1")]
    [True, False, False, False, False, False]
    >>> [is_public(text) for text in ("::127.0.0.1", "::8.8.8.8", "::ffff:0:8.8.8.8", "64:ff9b:1::8.8.8.8", "fec0::1")]
    [False, False, False, False, False]
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv4Address):
        return found.is_global and not found.is_multicast
    inner = _inner(int(found))
    if any(found in network for network, _ in _HOLDING):
        return all(map(is_public, inner))
    return found in _ROUTED and (found in _TEREDO or found.is_global) and all(map(is_public, inner))


def _inner(number: int) -> list[str]:
    """Return the IPv4 addresses inside an IPv6 address, which is given as a number."""
    found = ipaddress.IPv6Address(number)
    inner = [number >> behind for network, behind in _HOLDING if found in network]
    if found in _TEREDO:
        inner += [number >> 64, ~number]
    if number >> 32 & _V4 in _ISATAP:
        inner.append(number)
    return [str(ipaddress.IPv4Address(one & _V4)) for one in inner]


def check_url(url: str) -> SplitResult:
    """Return the parts of an address of http or https.

    Raises:
        MeguroOpendataError: If the address has another scheme, no host, a password, spaces or control characters.
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
    """Return an address without the user name and password before the @."""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()


def _resolve(host: str, port: int, url: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise PortalError("harvest-no-host", url=url, host=host) from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
