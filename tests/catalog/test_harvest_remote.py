"""A CKAN is read page by page, politely, and nothing leads the reader to where he must not go."""

import http.client
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from catalogue_site import Reply, Site
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.catalog.harvest import Manners, addresses, fetching, harvest_ckan, settings
from meguro_opendata.catalog.harvest.addresses import aim, is_public
from meguro_opendata.errors import GuardError, MeguroOpendataError, PortalError


@pytest.fixture
def site() -> Iterator[Site]:
    """A running site."""
    running = Site()
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two datasets a page, and a limit of bytes that a test can reach."""
    smaller = replace(settings.limits(), page=2, most_bytes=20_000)
    for module in ("fetching", "remote", "robots"):
        monkeypatch.setattr(f"meguro_opendata.catalog.harvest.{module}.limits", lambda: smaller)


@pytest.mark.usefixtures("small_pages")
def test_every_page_comes_in(site: Site) -> None:
    """Five datasets in pages of two: three requests, a pause between them, and our name told."""
    found = harvest_ckan(site.url + "/", manners=site.manners())
    assert [entry.name for entry in found.entries] == [f"sample-{number}" for number in range(5)]
    assert (found.told, found.files, len(site.searches), found.requests) == (5, 5, 3, 4)
    assert site.waited == [1.0, 1.0]
    assert site.agents == {"meguro-opendata"}


def test_one_organisation_alone(site: Site) -> None:
    """A shared CKAN is asked for one organisation; a quotation mark in its name cannot widen the question."""
    harvest_ckan(site.url, '131105" OR "x', site.manners())
    (path,) = site.searches
    assert parse_qs(urlsplit(path).query)["fq"] == ['organization:"131105 OR x"']


@pytest.mark.usefixtures("small_pages")
def test_a_dataset_that_moves_between_pages_comes_once(site: Site) -> None:
    """A catalogue that changes while it is read gives no dataset twice."""
    site.packages.insert(2, site.packages[1])
    found = harvest_ckan(site.url, manners=site.manners())
    assert [entry.name for entry in found.entries] == [f"sample-{number}" for number in range(5)]
    assert (found.told, found.missing, found.repeated) == (6, 1, ("sample-1",))


def test_what_is_no_dataset_is_named(site: Site) -> None:
    """One broken package does not hide the others."""
    site.packages[1] = {"id": "x", "title": "名前がない"}
    site.packages[2]["resources"] = [3]
    found = harvest_ckan(site.url, manners=site.manners())
    assert (len(found.entries), found.broken) == (3, ("x", "sample-2"))


@pytest.mark.parametrize(
    ("replies", "waited"),
    [
        ([(503, {}, b"<html>"), (429, {"Retry-After": "7"}, b"")], [1.0, 7.0]),
        ([(500, {}, b""), (502, {}, b"<html>"), (504, {"Retry-After": "Wed, 21 Oct 2026"}, b"")], [1.0, 3.0, 9.0]),
        ([(0, {}, b"")], [1.0]),
        ([(200, {"Content-Length": "99999"}, b"{}")], [1.0]),
        ([(429, {"Retry-After": "9999999"}, b"")], [120.0]),
    ],
)
def test_reading_is_repeated(site: Site, replies: list[Reply], waited: list[float]) -> None:
    """A busy server and a broken connection are asked again, after the time that the server asks for, within reason."""
    site.script = [lambda _, reply=reply: reply for reply in replies]  # type: ignore[misc]
    found = harvest_ckan(site.url, manners=site.manners(pause=0))
    assert len(found.entries) == 5
    assert [wait for wait in site.waited if wait] == waited


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ((503, {}, b""), "harvest-status"),
        ((404, {}, b"<html>"), "harvest-status"),
        ((403, {}, b""), "harvest-status"),
        ((0, {}, b""), "harvest-unreachable"),
        ((200, {}, b"<html>"), "harvest-no-ckan"),
        ((200, {}, b'{"success": true, "result": {"cou'), "harvest-no-ckan"),
        ((200, {}, b'{"result": {"count": "5", "results": []}}'), "harvest-no-ckan"),
        ((200, {}, b"[" * 100_000), "harvest-no-ckan"),
        ((200, {}, b"[]"), "harvest-no-ckan"),
        ((302, {"Location": "/again"}, b""), "harvest-redirects"),
    ],
)
def test_what_cannot_be_read_is_told(site: Site, reply: Reply, code: str) -> None:
    """Each way in which a site fails has its own sentence and ends with exit code 3."""
    site.script = [lambda _: reply] * 8
    with pytest.raises(PortalError) as failed:
        harvest_ckan(site.url, manners=site.manners(pause=0))
    assert (failed.value.code, failed.value.exit_code) == (code, 3)
    assert site.url in failed.value.text("ja")


@pytest.mark.usefixtures("small_pages")
def test_an_endless_answer_is_cut(site: Site) -> None:
    """More bytes than a catalogue may have are not read to their end."""
    site.script = [lambda _: (200, {}, b" " * 200_000)]
    with pytest.raises(PortalError) as failed:
        harvest_ckan(site.url, manners=site.manners())
    assert failed.value.code == "harvest-too-large"


def test_a_slow_drip_is_ended(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that sends a little now and then cannot hold the reader for ever."""
    shorter = replace(settings.limits(), longest=-1.0, waits=[])
    monkeypatch.setattr(fetching, "limits", lambda: shorter)
    with pytest.raises(PortalError) as failed:
        harvest_ckan(site.url, manners=site.manners())
    assert (failed.value.code, failed.value.params["reason"]) == ("harvest-unreachable", "TimeoutError")


@pytest.mark.parametrize(
    ("robots", "refused"),
    [
        ("User-agent: *\nDisallow: /api/\nCrawl-Delay: 10\n", False),
        ("User-agent: *\nDisallow: /\n", True),
        ("User-agent: meguro-opendata\nDisallow: /api/\n", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: meguro-opendata\nDisallow:\n", False),
        ("\ufffd\x00 nonsense", False),
    ],
)
def test_robots_txt_is_heeded(site: Site, robots: str, refused: bool) -> None:
    """A site that shuts out everybody, or us by name, is left alone unless its staff agree."""
    site.robots = (200, {}, robots.encode())
    if refused:
        with pytest.raises(GuardError) as guard:
            harvest_ckan(site.url, manners=site.manners())
        assert (guard.value.code, guard.value.exit_code, site.searches) == ("harvest-robots", 4, [])
    found = harvest_ckan(site.url, manners=site.manners(ignore_robots=refused))
    assert len(found.entries) == 5


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(("delay", "pause"), [(10, 10.0), (9999, 60.0), (0, 1.0)])
def test_the_crawl_delay_is_kept(site: Site, delay: int, pause: float) -> None:
    """The pause that a site asks for is made between two pages, up to a minute; never less than our own."""
    site.robots = (200, {}, f"User-agent: *\nCrawl-delay: {delay}\n".encode())
    harvest_ckan(site.url, manners=site.manners())
    assert site.waited == [pause, pause]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:0:127.0.0.1",
        "::ffff:0:8.8.8.8",
        "64:ff9b:1::7f00:1",
        "fec0::1",
        "100::1",
        "2001:db8::1",
        "5f00::1",
    ],
)
def test_private_addresses_are_known(address: str) -> None:
    """Loopback, the office's network, metadata services, multicast, and each of them wrapped in IPv6."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "203.178.141.194", "2001:200:dff:fff1::1", "::ffff:8.8.8.8"],
)
def test_public_addresses_are_known(address: str) -> None:
    """The Internet itself is read."""
    assert is_public(address)


WRAPPINGS: dict[str, Callable[[int], int]] = {
    "mapped": lambda v4: 0xFFFF << 32 | v4,
    "NAT64": lambda v4: 0x64FF9B << 96 | v4,
    "6to4": lambda v4: 0x2002 << 112 | v4 << 80 | 1,
    "Teredo client": lambda v4: 0x2001 << 112 | 0x08080808 << 64 | ~v4 & 0xFFFFFFFF,
    "Teredo server": lambda v4: 0x2001 << 112 | v4 << 64 | ~0x08080808 & 0xFFFFFFFF,
    "ISATAP": lambda v4: 0x2400 << 112 | 0x5EFE << 32 | v4,
    "ISATAP of a global address": lambda v4: 0x2400 << 112 | 0x02005EFE << 32 | v4,
}
NEVER: dict[str, Callable[[int], int]] = {
    "compatible": lambda v4: v4,
    "translated": lambda v4: 0xFFFF << 48 | v4,
    "NAT64 of one's own network": lambda v4: 0x64FF9B0001 << 80 | v4,
}


@given(st.ip_addresses(v=4), st.sampled_from(sorted(WRAPPINGS)), st.sampled_from(sorted(NEVER)))
def test_an_address_inside_another_is_judged(inner: IPv4Address, wrapping: str, never: str) -> None:
    """A wrapped address is as public as the one inside; forms that the Internet does not route never are."""
    assert is_public(str(IPv6Address(WRAPPINGS[wrapping](int(inner))))) == is_public(str(inner))
    assert not is_public(str(IPv6Address(NEVER[never](int(inner)))))


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0"),
        *("[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "127.1"),
        *("0177.0.0.1", "017700000001", "0x7f000001", "127.0.0.1.", "１２７.0.0.1", "[0:0:0:0:0:ffff:7f00:1]"),
    ],
)
def test_loopback_is_not_read_however_it_is_written(host: str, site: Site) -> None:
    """The rule looks at the address that a name leads to, not at the name."""
    with pytest.raises((GuardError, PortalError)) as refused:
        harvest_ckan(f"http://{host}:{site.server.server_port}")
    assert refused.value.code in ("harvest-private", "harvest-no-host")
    assert site.asked == []


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads to a public and to a private address does not smuggle the private one in."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(GuardError):
        aim("http://catalogue.example/", allow_private=False)
    assert aim("http://catalogue.example/", allow_private=True).addresses == ("8.8.8.8", "10.0.0.1")


def test_a_redirect_into_the_office_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A public site cannot send the reader to a machine of the office."""
    moved = fetching.Answer("https://8.8.8.8/", 302, "http://169.254.169.254/latest", "", b"")
    monkeypatch.setattr(fetching, "_ask", lambda target, most: moved)
    fetcher = fetching.Fetcher(Manners(pause=0))
    with pytest.raises(PortalError) as downgraded:
        fetcher.get("https://8.8.8.8/")
    assert downgraded.value.code == "harvest-downgrade"
    secure = fetching.Answer("https://8.8.8.8/", 302, "https://169.254.169.254/latest", "", b"")
    monkeypatch.setattr(fetching, "_ask", lambda target, most: secure)
    with pytest.raises(GuardError) as refused:
        fetcher.get("https://8.8.8.8/")
    assert refused.value.code == "harvest-private"


def test_a_redirect_is_followed(site: Site) -> None:
    """A site that has moved is read where it is now."""
    site.script = [lambda path: (301, {"Location": path.replace("/api/", "/new/api/")}, b"")]
    assert len(harvest_ckan(site.url, manners=site.manners(pause=0)).entries) == 5
    assert site.searches[1].startswith("/new/api/3/action/package_search?")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "http://",
        "https://name:password@example.com/",
        "http://example.com:99999/",
        "http://exa mple.com/",
        "http://example.com/\r\nHost: x",
        "http://[::1/",
        "gopher://127.0.0.1:6379/_x",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """Only http and https, without a password; what stood before the @ is not shown."""
    with pytest.raises(MeguroOpendataError) as refused:
        harvest_ckan(url)
    assert (refused.value.code, refused.value.exit_code) == ("harvest-url", 2)
    assert "password" not in refused.value.text("ja").partition("→")[0]


def test_a_host_that_is_not_there() -> None:
    """A misspelt name is told as such."""
    with pytest.raises(PortalError) as failed:
        harvest_ckan("http://no-such-host.invalid/")
    assert failed.value.code == "harvest-no-host"


def test_the_request_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    """A name that changes its address after the check leads nowhere else: it is asked for once only."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def once(host: str, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        return real("127.0.0.1", *rest, **more)

    monkeypatch.setattr(addresses.socket, "getaddrinfo", once)
    target = aim(f"http://catalogue.example:{site.server.server_port}/robots.txt", allow_private=True)
    assert fetching._ask(target, 1000).status == 404
    assert asked.count("catalogue.example") == 1


def test_our_connection_breaks_as_the_librarys_does() -> None:
    """What counts as a broken connection covers whatever http.client and sockets raise."""
    assert all(
        issubclass(kind, fetching._BROKEN) for kind in (TimeoutError, ConnectionError, http.client.BadStatusLine)
    )
