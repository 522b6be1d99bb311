"""A CKAN, read page by page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from meguro_opendata.catalog import CatalogEntry, Json, JsonObject, Package, from_ckan
from meguro_opendata.catalog.harvest.addresses import check_url
from meguro_opendata.catalog.harvest.fetching import Answer, Fetcher
from meguro_opendata.catalog.harvest.harvested import Harvest
from meguro_opendata.catalog.harvest.partfile import PartFile, Question, Reading
from meguro_opendata.catalog.harvest.robots import respect_robots
from meguro_opendata.catalog.harvest.settings import Manners, limits
from meguro_opendata.errors import MeguroOpendataError, PortalError
from meguro_opendata.files.jsontext import HalfSignError, half_sign, may_hold_half_signs

__all__ = ["harvest_ckan"]

_ACTIONS = "/api/3/action"
_SEARCH = f"{_ACTIONS}/package_search"
_OK = 200
_NOT_FOUND = 404
# Names do not change while pages are read; CKAN's usual order by relevance or change would move datasets between pages.
_SORT = "name asc"


def harvest_ckan(
    url: str, organization: str | None = None, manners: Manners | None = None, part: PartFile | None = None
) -> Harvest:
    """Return every public dataset of a CKAN, or of one of its organisations.

    Args:
        url: The site's address, as a browser shows it.
        organization: The name of an organisation, such as ``131105``.
        manners: The user's permissions and pauses.
        part: Where pages are kept until all have come in, and from where an earlier reading goes on.

    Raises:
        MeguroOpendataError: If there is no such organisation.
        PortalError: If the site cannot be reached, is no CKAN, answers with an error, or has no dataset.
        GuardError: If the site asks programs not to read it, or its address is private.
        SourceError: If another file is where the pages are kept.
    """
    check_url(url)
    fetcher = Fetcher(manners or Manners())
    base = url.rstrip("/").removesuffix(_SEARCH).removesuffix(_ACTIONS).removesuffix("/api")
    question = Question(base, organization or "", _SORT, limits().page)
    begun = _resumed(part, question, fetcher.manners) if part else Reading()
    before = len(begun.results)
    respect_robots(fetcher, base + _SEARCH)
    reading = _Pages(fetcher, question, part).read(begun)
    if not reading.count and not reading.results:
        raise _nothing(fetcher, question)
    return _harvested(reading, base, fetcher.requests, resumed=before)


def _resumed(part: PartFile, question: Question, manners: Manners) -> Reading:
    """Return what an earlier reading left, if it can go on, and say so; else one that begins."""
    found = part.resume(question)
    if part.unused:
        manners.tell(part.unused, path=part.path)
    if found is None:
        return Reading()
    manners.tell("harvest-resumed", datasets=len(found.results), begun=found.begun)
    return found


class _Pages:
    """The pages of one question, asked one after the other."""

    def __init__(self, fetcher: Fetcher, question: Question, part: PartFile | None) -> None:
        self._fetcher = fetcher
        self._question = question
        self._part = part

    def read(self, reading: Reading) -> Reading:
        """Return everything.

        A catalogue whose number of datasets changes has moved datasets between its pages, and is read anew.

        Raises:
            PortalError: If a page cannot be had, or the number changes again and again.
        """
        left = limits().anew
        while not self._is_all(reading):
            start = len(reading.results)
            answer = self._asked(start)
            if reading.count not in (None, answer.count):
                if not left:
                    raise PortalError("harvest-unsteady", url=self._question.url)
                left -= 1
                self._fetcher.manners.tell("harvest-anew", before=reading.count, now=answer.count)
                reading = Reading()
                continue
            if not answer.results:
                reading.count = answer.count
                break
            self._keep(reading, start, answer)
        return reading

    def _is_all(self, reading: Reading) -> bool:
        return reading.count is not None and len(reading.results) >= min(reading.count, limits().most_datasets)

    def _keep(self, reading: Reading, start: int, answer: _Result) -> None:
        first = reading.count is None
        reading.count = answer.count
        reading.results += answer.results
        reading.halves |= answer.halves
        if self._part is None:
            return
        if first:
            self._part.begin(self._question, reading)
        self._part.add(start, answer.results)

    def _asked(self, start: int) -> _Result:
        question = self._question
        asked: dict[str, str | int] = {"rows": question.rows, "start": start, "sort": question.sort}
        if question.organization:
            asked["fq"] = f'organization:"{question.organization.replace(chr(34), "")}"'
        return _result(self._fetcher.get(f"{question.url}{_SEARCH}?{urlencode(asked)}"))


@dataclass(frozen=True)
class _Result:
    """One page of a search: the number of all datasets, and the results on the page."""

    count: int
    results: list[Json]
    halves: bool


def _result(answer: Answer) -> _Result:
    if answer.status != _OK:
        raise PortalError("harvest-status", url=answer.url, status=answer.status)
    try:
        text = answer.body.decode(json.detect_encoding(answer.body))
        result = json.loads(text)["result"]
        found = _Result(result["count"], result["results"], may_hold_half_signs(text))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise PortalError("harvest-no-ckan", url=answer.url) from None
    if not isinstance(found.results, list) or not isinstance(found.count, int):
        raise PortalError("harvest-no-ckan", url=answer.url)
    return found


def _nothing(fetcher: Fetcher, question: Question) -> MeguroOpendataError:
    """Return why a catalogue has no dataset: there is no such organisation, or it has none."""
    if question.organization:
        asked = urlencode({"id": question.organization})
        answer = fetcher.get(f"{question.url}{_ACTIONS}/organization_show?{asked}")
        if answer.status == _NOT_FOUND:
            return MeguroOpendataError("harvest-organization", url=question.url, name=question.organization)
    return PortalError("harvest-nothing", url=question.url, name=question.organization or "-")


def _harvested(reading: Reading, base: str, requests: int, *, resumed: int) -> Harvest:
    packages, repeated = _distinct(reading.results)
    entries: list[tuple[CatalogEntry, Package]] = []
    broken: list[str] = []
    for raw in packages:
        try:
            entries.append(_read(raw, halves=reading.halves))
        except HalfSignError as half:
            broken.append(f"{_called(raw)} ({half.place}: {half.sign})")
        except (KeyError, TypeError, AttributeError, ValueError):
            broken.append(_called(raw))
    entries.sort(key=lambda pair: pair[0].name)
    return Harvest(
        base,
        tuple(entry for entry, _ in entries),
        told=reading.count or 0,
        requests=requests,
        broken=tuple(broken),
        packages=tuple(package for _, package in entries),
        repeated=tuple(repeated),
        resumed=resumed,
    )


def _distinct(results: Iterable[Json]) -> tuple[list[Json], list[str]]:
    """Return each dataset once, by its id, and the names of those that came again: they moved between two pages."""
    known: dict[object, Json] = {}
    repeated: list[str] = []
    for number, raw in enumerate(results):
        identifier = raw.get("id") if isinstance(raw, dict) else None
        key: object = identifier if identifier and isinstance(identifier, str) else number
        if key in known:
            repeated.append(_called(raw))
        known[key] = raw
    return list(known.values()), repeated


def _read(raw: Json, *, halves: bool) -> tuple[CatalogEntry, Package]:
    found = half_sign(raw) if halves else None
    if found is not None:
        raise found
    package = Package.from_ckan(raw)
    return from_ckan(package), package


def _called(raw: Json) -> str:
    """Return what a package is called, as any file can hold it."""
    fields: JsonObject = raw if isinstance(raw, dict) else {}
    return str(fields.get("name") or fields.get("id") or "?").encode("utf-8", "backslashreplace").decode("utf-8")
