"""A catalogue's datasets (CKAN's ``package_show``) as events of the past: what was there, and since when at the latest.

The catalogue's own dates tell when an entry was made, which after a move of portal is not when the data was first
published. Such events are marked ``origin: harvested``: a baseline, which counts as new only once it has been dated.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from meguro_opendata.errors import SourceError
from meguro_opendata.files.whole import locked, numbered_lines
from meguro_opendata.japan.calendar import japan_moment
from meguro_opendata.ledger.chain import append_events
from meguro_opendata.ledger.entries import HARVESTED, PUBLISH, Event, japan_time
from meguro_opendata.ledger.history import scan_ledger
from meguro_opendata.packaged import packaged_toml

__all__ = ["Imported", "Package", "catalogued", "harvested_events", "import_events", "read_packages", "reading_words"]

Package = Mapping[str, Any]
_SHORT = 8


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Attributes:
        entered: Events that are new in the ledger.
        known: Files that the ledger already had.
        skipped: Datasets that are not published (private, deleted) or have no file.
    """

    entered: int
    known: int
    skipped: tuple[str, ...]


def reading_words() -> dict[str, Any]:
    """The names under which others keep what the ledger needs."""
    return packaged_toml(__package__, "ledger.toml")


def catalogued(package: Package) -> dict[str, str]:
    """What an event keeps of its dataset's entry in a catalogue: title, theme and frequency.

    >>> catalogued({"title": "AED", "extras": [{"key": "更新頻度", "value": "1年"}], "groups": [{"title": "防災"}]})
    {'title': 'AED', 'theme': '防災', 'frequency': '1年'}
    """
    extras = {extra["key"]: extra["value"] for extra in package.get("extras") or ()}
    group: Package = next(iter(package.get("groups") or ()), {})
    frequency = next((extras[key] for key in reading_words()["frequency_keys"] if extras.get(key)), "")
    theme = group.get("title") or group.get("display_name") or group.get("name") or ""
    return {"title": str(package.get("title") or ""), "theme": str(theme), "frequency": str(frequency)}


def read_packages(path: Path) -> list[tuple[str, Package]]:
    """The datasets of a saved dump, one ``package_show`` result a line, each with its place for messages.

    Raises:
        SourceError: If the file is missing, empty or no text, or a line is no dataset.
    """
    return [(f"{path}:{number}", _package(path, number, line)) for number, line in numbered_lines(path)]


def _package(path: Path, number: int, line: str) -> Package:
    try:
        loaded = json.loads(line)
        package: Package = loaded.get("result", loaded)
        if isinstance(package["name"], str) and isinstance(package["resources"], list):
            return package
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise SourceError("catalog-line-broken", file=path, line=number)


def import_events(
    path: Path, packages: Iterable[tuple[str, Package]], portal: str, code: str, city: str = ""
) -> Imported:
    """Enter what catalogues say of the past; files that the ledger knows stay as they are.

    Importing again, or several dumps in another order, comes to the same.

    Args:
        path: The ledger.
        packages: Each with its place for messages.
        portal: Where they are published.
        code: The municipality's code, which some catalogues put before a dataset's name.
        city: Its name, which some put before a department's.

    Raises:
        SourceError: If a package is not as CKAN gives it, or a time cannot be read; then nothing is written.
    """
    events: list[Event] = []
    skipped: list[str] = []
    for place, package in packages:
        found = harvested_events(place, package, portal, code, city)
        events += found
        if not found:
            skipped.append(str(package["name"]))
    with locked(path):
        known = scan_ledger(path, date.max).datasets
        fresh = {
            (event.dataset, event.resource): event
            for event in events
            if event.dataset not in known or event.resource not in known[event.dataset].firsts
        }
        entered = append_events(path, (fresh[key] for _, key in sorted((fresh[key].time, key) for key in fresh)))
    return Imported(entered, len(events) - entered, tuple(skipped))


def harvested_events(place: str, package: Package, portal: str, code: str, city: str = "") -> list[Event]:
    """One event a file of a dataset; none if it is not published.

    Raises:
        SourceError: If it is not as CKAN gives it.
    """
    try:
        if package.get("private") or package.get("state", "active") not in reading_words()["states"]:
            return []
        return list(_events(place, package, portal, code, city))
    except (KeyError, TypeError, AttributeError):
        raise SourceError("package-broken", place=place) from None


def _events(place: str, package: Package, portal: str, code: str, city: str) -> Iterator[Event]:
    told = _same_for_all(package, code, city)
    names = [_file_name(part) for part in package["resources"]]
    doubled = {name for name, count in Counter(names).items() if count > 1}
    for name, part in zip(names, package["resources"], strict=True):
        yield Event(
            event=PUBLISH,
            time=_time(place, part.get("created") or package.get("metadata_created")),
            portal=portal,
            resource=f"{name}#{str(part['id'])[:_SHORT]}" if name in doubled else name,
            rows=None,
            sha256=str(part.get("hash") or ""),
            origin=HARVESTED,
            **told,
        )


def _same_for_all(package: Package, code: str, city: str) -> dict[str, Any]:
    """What the events of all files of a dataset say."""
    standard = {extra["key"]: extra["value"] for extra in package.get("extras") or ()}.get("standard")
    department = str(package.get("maintainer") or package.get("author") or "")
    return {
        "dataset": str(package["name"]).removeprefix(f"{code}_"),
        "standard": str(standard) if standard else None,
        "department": department.removeprefix(city),
        **catalogued(package),
    }


def _file_name(part: Package) -> str:
    """The name of the file in its address, else the resource's name, else its id.

    >>> _file_name({"url": "https://data.example.jp/a/b/%E4%B8%80%E8%A6%A7.csv?x=1", "name": "一覧"})
    '一覧.csv'
    """
    name = unquote(urlsplit(str(part.get("url") or "")).path).rpartition("/")[2]
    return name or str(part.get("name") or part["id"])


def _time(place: str, stamp: object) -> str:
    """CKAN's time, which is UTC unless it says otherwise, as the ledger writes it."""
    try:
        time = japan_time(japan_moment(str(stamp)))
    except (ValueError, OverflowError):
        time = ""
    if time < str(reading_words()["earliest_year"]):
        raise SourceError("package-time", place=place, value=stamp)
    return time
