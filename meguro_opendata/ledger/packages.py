"""A catalogue's datasets (CKAN's ``package_show``) as events of the past: what was there, and since when at the latest.

The catalogue's own dates tell when an entry was made, which after a move of portal is not when the data was first
published. Such events are marked ``origin: harvested``: a baseline, which counts as new only once it has been dated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from meguro_opendata.errors import ExitCode, SourceError
from meguro_opendata.files.jsontext import HalfSignError, parsed_json
from meguro_opendata.files.whole import locked, numbered_lines
from meguro_opendata.japan.calendar import japan_moment
from meguro_opendata.ledger.chain import append_events
from meguro_opendata.ledger.entries import HARVESTED, PUBLISH, Event, japan_time
from meguro_opendata.ledger.history import scan_ledger
from meguro_opendata.packaged import packaged_toml

__all__ = [
    "Imported",
    "OddTime",
    "Package",
    "catalogued",
    "harvested_events",
    "import_events",
    "read_packages",
    "reading_words",
]

Package = Mapping[str, Any]
_SHORT = 8


@dataclass(frozen=True)
class OddTime:
    """A file's time of registration that cannot be right.

    Attributes:
        place: Where its dataset is, for messages.
        file: The file, under the ledger's name.
        value: The time as it is written.
        used: The time that the ledger has instead, from the same package; empty if it has none, and the file is left
            out.
    """

    place: str
    file: str
    value: str
    used: str


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Attributes:
        entered: Events that are new in the ledger.
        known: Files that the ledger already had.
        skipped: Datasets that are not published (private, deleted) or have no file.
        odd: Times that cannot be right.
        doubled: Names that several datasets have; their files are one dataset's in the ledger.
    """

    entered: int
    known: int
    skipped: tuple[str, ...]
    odd: tuple[OddTime, ...] = ()
    doubled: tuple[str, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """Return 1 if a file had to be left out or a name is doubled, else 0."""
        return ExitCode.of(clean=not self.doubled and all(one.used for one in self.odd))


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
        loaded = parsed_json(line)
        package: Package = loaded.get("result", loaded)
        if isinstance(package["name"], str) and isinstance(package["resources"], list):
            return package
    except HalfSignError as half:
        raise SourceError("half-sign", place=f"{path}:{number} {half.place}", sign=half.sign) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise SourceError("catalog-line-broken", file=path, line=number)


def import_events(
    path: Path, packages: Iterable[tuple[str, Package]], portal: str, code: str, city: str = ""
) -> Imported:
    """Enter what catalogues say of the past; files that the ledger knows stay as they are.

    Importing again, or several dumps in another order, comes to the same. A file whose time cannot be right is entered
    with the next time of its package that can be: the ledger's baseline says since when it was there at the latest.

    Args:
        path: The ledger.
        packages: Each with its place for messages.
        portal: Where they are published.
        code: The municipality's code, which some catalogues put before a dataset's name.
        city: Its name, which some put before a department's.

    Raises:
        SourceError: If a package is not as CKAN gives it; then nothing is written.
    """
    events: list[Event] = []
    odd: list[OddTime] = []
    skipped: list[str] = []
    names: Counter[str] = Counter()
    for place, package in packages:
        found, strange = harvested_events(place, package, portal, code, city)
        events += found
        odd += strange
        if found or strange:
            names[str(package["name"])] += 1
        else:
            skipped.append(str(package["name"]))
    events.sort(key=_time_of, reverse=True)  # of several files of one name the earliest is entered
    doubled = tuple(name for name, count in names.items() if count > 1)
    with locked(path):
        known = scan_ledger(path, date.max).datasets
        fresh = {
            (event.dataset, event.resource): event
            for event in events
            if event.dataset not in known or event.resource not in known[event.dataset].firsts
        }
        entered = append_events(path, (fresh[key] for _, key in sorted((fresh[key].time, key) for key in fresh)))
    return Imported(entered, len(events) - entered, tuple(skipped), tuple(odd), doubled)


def _time_of(event: Event) -> str:
    return event.time


def harvested_events(
    place: str, package: Package, portal: str, code: str, city: str = ""
) -> tuple[list[Event], list[OddTime]]:
    """Return one event a file of a dataset, none if it is not published, and the times that cannot be right.

    Raises:
        SourceError: If it is not as CKAN gives it.
    """
    try:
        if package.get("private") or package.get("state", "active") not in reading_words()["states"]:
            return [], []
        return _events(place, package, portal, code, city)
    except (KeyError, TypeError, AttributeError):
        raise SourceError("package-broken", place=place) from None


def _events(place: str, package: Package, portal: str, code: str, city: str) -> tuple[list[Event], list[OddTime]]:
    told = _same_for_all(package, code, city)
    events: list[Event] = []
    odd: list[OddTime] = []
    names = [_file_name(part) for part in package["resources"]]
    doubled = {name for name, count in Counter(names).items() if count > 1}
    for name, part in zip(names, package["resources"], strict=True):
        file = f"{name}#{str(part['id'])[:_SHORT]}" if name in doubled else name
        stamp, time = _registered(part, package)
        if time != _time(stamp) or not time:
            odd.append(OddTime(place, file, stamp, time))
        if time:
            said = {"portal": portal, "resource": file, "sha256": str(part.get("hash") or ""), **told}
            events.append(Event(event=PUBLISH, time=time, rows=None, origin=HARVESTED, **said))
    return events, odd


def _registered(part: Package, package: Package) -> tuple[str, str]:
    """Return a file's time of registration as it is written, and the first of its times that can be right."""
    stamps = [str(stamp) for stamp in _stamps(part, package) if stamp] or [""]
    return stamps[0], next(filter(None, map(_time, stamps)), "")


def _stamps(part: Package, package: Package) -> Iterator[object]:
    """Yield the times of a file and its dataset: the first that can be right says when it was registered."""
    yield part.get("created")
    yield package.get("metadata_created")
    yield part.get("last_modified")
    yield package.get("metadata_modified")


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


def _time(stamp: str) -> str:
    """Return CKAN's time, which is UTC unless it says otherwise, as the ledger writes it; empty if it cannot be right.

    >>> _time("2021-03-31T15:00:00"), _time("1965-12-31T15:00:00"), _time("昨日")
    ('2021-04-01T00:00:00+09:00', '', '')
    """
    try:
        time = japan_time(japan_moment(str(stamp)))
    except (ValueError, OverflowError):
        return ""
    return time if time >= str(reading_words()["earliest_year"]) else ""
