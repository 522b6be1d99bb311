"""A CKAN, read page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from meguro_opendata.catalog import CatalogEntry, Json, JsonObject, Package, from_ckan
from meguro_opendata.catalog.harvest.addresses import check_url
from meguro_opendata.catalog.harvest.fetching import Answer, Fetcher
from meguro_opendata.catalog.harvest.harvested import Harvest
from meguro_opendata.catalog.harvest.robots import respect_robots
from meguro_opendata.catalog.harvest.settings import Manners, limits
from meguro_opendata.errors import PortalError

__all__ = ["harvest_ckan"]

_SEARCH = "/api/3/action/package_search"
_OK = 200


def harvest_ckan(url: str, organization: str | None = None, manners: Manners | None = None) -> Harvest:
    """Every public dataset of a CKAN, or of one of its organisations.

    Args:
        url: The site's address, as a browser shows it.
        organization: The name of an organisation, such as ``131105``.
        manners: What the user allows.

    Raises:
        PortalError: If the site cannot be reached, is no CKAN, or answers with an error.
        GuardError: If the site asks programs not to read it, or its address is private.
    """
    check_url(url)
    fetcher = Fetcher(manners or Manners())
    base = url.rstrip("/").removesuffix(_SEARCH).removesuffix("/api/3/action").removesuffix("/api")
    respect_robots(fetcher, base + _SEARCH)
    packages: dict[str, JsonObject] = {}
    told = 0
    for told, page in _pages(fetcher, base, organization):  # noqa: B007 (the last page's number counts)
        packages.update({str(package.get("id") or package.get("name")): package for package in page})
    entries, broken = _read(list(packages.values()))
    return Harvest(base, tuple(entries), told, fetcher.requests, tuple(broken))


def _pages(fetcher: Fetcher, base: str, organization: str | None) -> Iterator[tuple[int, list[JsonObject]]]:
    """Yield how many datasets there are, and those of each page."""
    start = 0
    while True:
        asked = {"rows": limits().page, "start": start, "sort": "name asc"}
        if organization:
            asked["fq"] = f'organization:"{organization.replace(chr(34), "")}"'
        answer = fetcher.get(f"{base}{_SEARCH}?{urlencode(asked)}")
        result = _result(answer)
        page = [package for package in result.results if isinstance(package, dict)]
        yield result.count, page
        start += len(result.results)
        if not page or start >= min(result.count, limits().most_datasets):
            return


@dataclass(frozen=True)
class _Result:
    """One page of a search: how many datasets there are in all, and what stands on the page."""

    count: int
    results: list[Json]


def _result(answer: Answer) -> _Result:
    if answer.status != _OK:
        raise PortalError("harvest-status", url=answer.url, status=answer.status)
    try:
        result = json.loads(answer.body)["result"]
        found = _Result(result["count"], result["results"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise PortalError("harvest-no-ckan", url=answer.url) from None
    if not isinstance(found.results, list) or not isinstance(found.count, int):
        raise PortalError("harvest-no-ckan", url=answer.url)
    return found


def _read(packages: list[JsonObject]) -> tuple[list[CatalogEntry], list[str]]:
    """Return the datasets by name, and the names of those that cannot be read."""
    entries: list[CatalogEntry] = []
    broken: list[str] = []
    for package in packages:
        try:
            entries.append(from_ckan(Package.from_ckan(package)))
        except (KeyError, TypeError, AttributeError, ValueError):
            broken.append(str(package.get("name") or package.get("id") or "?"))
    return sorted(entries, key=lambda entry: entry.name), broken
