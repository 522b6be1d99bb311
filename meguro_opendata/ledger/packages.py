"""A catalogue's datasets (CKAN's ``package_show``) as events of the past.

A catalogue's dates show when its entries were made, which after a move of portal is not the first publication of the
data. Such events are marked ``origin: harvested``: a baseline, which counts as new only once it has been dated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from meguro_opendata.errors import ExitCode, SourceError
from meguro_opendata.files.jsontext import HalfSignError, parsed_json
from meguro_opendata.files.whole import locked, numbered_lines
from meguro_opendata.japan.calendar import japan_moment
from meguro_opendata.ledger.chain import append_events
from meguro_opendata.ledger.datasets import DatasetHistory, Occurrence
from meguro_opendata.ledger.entries import HARVESTED, PUBLISH, TOOL, WITHDRAW, Event, japan_time
from meguro_opendata.ledger.history import History, scan_ledger
from meguro_opendata.ledger.vanished import Held, Vanished, left_out, same_catalogue, vanished_files
from meguro_opendata.packaged import packaged_toml

__all__ = [
    "Dump",
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
# Files of equal names in one package get the first eight digits of their CKAN id (a UUID) behind the name.
_SHORT = 8


@dataclass(frozen=True)
class OddTime:
    """An implausible time of a file's registration.

    Attributes:
        place: The dataset's place in the dump, for messages.
        file: The file's name in the ledger.
        value: The time as it is written.
        used: The time of the same package that is entered instead; empty if the package has none, and the file is
            left out.
    """

    place: str
    file: str
    value: str
    used: str


@dataclass(frozen=True)
class Imported:
    """The result of an import.

    Attributes:
        entered: Number of events that are new in the ledger.
        known: Number of files that the ledger already had.
        skipped: Datasets that were left out, such as private and deleted ones.
        odd: Implausible times.
        doubled: Names that several datasets have; in the ledger their files are one dataset's.
        left_out: Each dataset of ``skipped`` with the reason: ``private``, ``deleted``, ``type``, ``organization`` or
            ``no_files``.
        withdrawn: Dataset and file of an earlier import that this dump lacks; entered as withdrawn.
        unsure: Datasets that the dump lacks, where it may be incomplete; they were not entered as withdrawn.
        portal: The portal's name under which all events were entered.
    """

    entered: int
    known: int
    skipped: tuple[str, ...]
    odd: tuple[OddTime, ...] = ()
    doubled: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    withdrawn: tuple[tuple[str, str], ...] = ()
    unsure: tuple[str, ...] = ()
    portal: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """Return 1 if a file was left out, several datasets have one name, or missing datasets are unsure; else 0."""
        return ExitCode.of(clean=not (self.doubled or self.unsure) and all(one.used for one in self.odd))


def reading_words() -> dict[str, Any]:
    """Return the names of keys and columns in catalogues and tables that the ledger reads (``ledger.toml``)."""
    return packaged_toml(__package__, "ledger.toml")


def catalogued(package: Package) -> dict[str, str]:
    """Return the title, theme and frequency of a dataset's entry in a catalogue, as an event keeps them.

    >>> catalogued({"title": "AED", "extras": [{"key": "更新頻度", "value": "1年"}], "groups": [{"title": "防災"}]})
    {'title': 'AED', 'theme': '防災', 'frequency': '1年'}
    """
    extras = {extra["key"]: extra["value"] for extra in package.get("extras") or ()}
    group: Package = next(iter(package.get("groups") or ()), {})
    frequency = next((extras[key] for key in reading_words()["frequency_keys"] if extras.get(key)), "")
    theme = group.get("title") or group.get("display_name") or group.get("name") or ""
    return {"title": str(package.get("title") or ""), "theme": str(theme), "frequency": str(frequency)}


def read_packages(path: Path) -> list[tuple[str, Package]]:
    """Return the datasets of a saved dump with one ``package_show`` result a line, each with its place for messages.

    Raises:
        SourceError: If the file is missing, empty or not text, or a line is not a dataset.
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


@dataclass(frozen=True)
class Dump:
    """Facts about a dump beside its packages.

    Attributes:
        organizations: Names and ids of the city's organisations in catalogues; ``None`` accepts any organisation.
        moment: The time at which the dump was made; default now.
        complete: Whether the user confirmed that it is the whole catalogue.
        named: Whether the user gave the portal's name; otherwise it was made from the file's name.
    """

    organizations: tuple[str, ...] | None = None
    moment: datetime | None = None
    complete: bool = False
    named: bool = True


@dataclass
class _Found(Held):
    """The content of a dump: the events of its files, implausible times, and datasets that are left out."""

    events: list[Event] = field(default_factory=list)
    odd: list[OddTime] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)


def import_events(
    path: Path,
    packages: Iterable[tuple[str, Package]],
    portal: str,
    code: str,
    city: str = "",
    dump: Dump | None = None,
) -> Imported:
    """Enter the files of a catalogue as harvested events; files that the ledger has already stay unchanged.

    Importing again, or several dumps in another order, gives the same figures. A file with an implausible time is
    entered with the next plausible time of its package, since the baseline needs only a latest possible day. Files of
    an earlier import from the same portal that this dump lacks are entered as withdrawn.

    Args:
        path: The ledger.
        packages: The packages, each with its place for messages.
        portal: The portal's name.
        code: The municipality's code, which some catalogues put before a dataset's name.
        city: The municipality's name, which some catalogues put before a department's.
        dump: Facts about the dump; without them, no file is entered as withdrawn.

    Raises:
        SourceError: If a package does not have CKAN's form.
        MeguroOpendataError: If the ledger was changed.
    """
    known_of_dump = dump or Dump()
    found = _found(packages, portal, code, city, known_of_dump)
    # Later items replace earlier ones of the same name: of several files of one name, the earliest is entered.
    found.events.sort(key=_time_of, reverse=True)
    doubled = tuple(name for name, count in found.names.items() if count > 1)
    now = datetime.now(UTC)
    # A dump cannot be of the future: the time of its file comes from a clock that was ahead.
    time = japan_time(min(known_of_dump.moment or now, now))
    with locked(path):
        history = scan_ledger(path, date.max)
        name = portal if known_of_dump.named else same_catalogue(history.datasets, [*found.held, *found.gone]) or portal
        gone = vanished_files(history.datasets, name, found, time[:10], complete=known_of_dump.complete)
        gone = gone if dump else Vanished()
        fresh = _fresh(found.events, history.datasets, name, time)
        entries = [replace(event, portal=name, entered=japan_time(now)) for event in fresh]
        entries += _withdrawals(history, gone, time, japan_time(now))
        append_events(path, entries)
    return Imported(
        len(fresh),
        len(found.events) - len(fresh),
        tuple(package for package, _ in found.left_out),
        tuple(found.odd),
        doubled,
        tuple(found.left_out),
        tuple((dataset, file) for dataset, file, _ in gone.files),
        gone.unsure,
        name,
    )


def _found(packages: Iterable[tuple[str, Package]], portal: str, code: str, city: str, dump: Dump) -> _Found:
    """Return the content of a dump."""
    found = _Found()
    for place, package in packages:
        name = str(package["name"])
        slug = name.removeprefix(f"{code}_")
        reason = left_out(package, code, city, dump.organizations)
        events, odd = ([], []) if reason else harvested_events(place, package, portal, code, city)
        found.events += events
        found.odd += odd
        if reason in ("private", "deleted"):
            found.gone.add(slug)
        elif reason is None:
            found.held.setdefault(slug, set()).update(_names_of(place, package))
            modified = _time(str(package.get("metadata_modified") or ""))[:10]
            # Of several packages of one slug the earliest change counts, so that no newer file passes for withdrawn.
            found.modified[slug] = min(modified, found.modified.get(slug, modified))
        if events or odd:
            found.names[name] += 1
        else:
            found.left_out.append((name, reason or "no_files"))
    # Two packages can have one slug, with and without the municipality's code: one of them may be deleted.
    found.gone -= found.held.keys()
    return found


def _names_of(place: str, package: Package) -> Iterator[str]:
    """Yield every name that the ledger can have for a package's files: the file's name, alone or followed by its id."""
    try:
        for part in package["resources"]:
            yield _file_name(part)
            yield f"{_file_name(part)}#{str(part['id'])[:_SHORT]}"
    except (KeyError, TypeError, AttributeError):
        raise SourceError("package-broken", place=place) from None


def _fresh(events: Sequence[Event], known: Mapping[str, DatasetHistory], portal: str, time: str) -> list[Event]:
    """Return the events that the ledger lacks, in order of time.

    A file that an earlier import entered as withdrawn, and that this dump has again, is entered with the dump's time.
    """
    fresh: dict[tuple[str, str], Event] = {}
    for event in events:
        dataset = known.get(event.dataset)
        if dataset is None or event.resource not in dataset.firsts:
            fresh[event.dataset, event.resource] = event
        elif _is_gone(dataset.portals.get(portal, {}).get(event.resource), time[:10]):
            fresh[event.dataset, event.resource] = replace(event, time=time)
    return [fresh[key] for _, key in sorted((fresh[key].time, key) for key in fresh)]


def _is_gone(last: Occurrence | None, day: str) -> bool:
    """Return whether an earlier import entered a file as withdrawn, on a day before this one."""
    # Of one day, the order of two dumps is unknown: importing them again in turn must not add events every time.
    return last is not None and last.withdrawn and not last.own and last.day < day


def _withdrawals(history: History, gone: Vanished, time: str, entered: str) -> Iterator[Event]:
    """Yield the withdrawal of each file that a catalogue no longer has."""
    entries = history.entries(line for _, _, line in gone.files)
    for _, _, line in gone.files:
        last = entries[line]
        if isinstance(last, Event):
            yield replace(last, event=WITHDRAW, time=time, entered=entered, tool=TOOL)


def _time_of(event: Event) -> str:
    return event.time


def harvested_events(
    place: str, package: Package, portal: str, code: str, city: str = ""
) -> tuple[list[Event], list[OddTime]]:
    """Return one event for each file of a package, and its implausible times; no events if it is not published.

    Raises:
        SourceError: If the package does not have CKAN's form.
    """
    try:
        if left_out(package, code, city, None):
            return [], []
        return _events(place, package, portal, code, city)
    except (KeyError, TypeError, AttributeError):
        # Refused and not left out: a file that is missing in the ledger would count as new later.
        raise SourceError("package-broken", place=place) from None


def _events(place: str, package: Package, portal: str, code: str, city: str) -> tuple[list[Event], list[OddTime]]:
    common = _same_for_all(package, code, city)
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
            said = {"portal": portal, "resource": file, "sha256": str(part.get("hash") or ""), **common}
            events.append(Event(event=PUBLISH, time=time, rows=None, origin=HARVESTED, **said))
    return events, odd


def _registered(part: Package, package: Package) -> tuple[str, str]:
    """Return a file's time of registration as it is written, and the first plausible time of it or its package."""
    stamps = [str(stamp) for stamp in _stamps(part, package) if stamp] or [""]
    return stamps[0], next(filter(None, map(_time, stamps)), "")


def _stamps(part: Package, package: Package) -> Iterator[object]:
    """Yield the times of a file and its dataset, the best evidence of its registration first."""
    yield part.get("created")
    yield package.get("metadata_created")
    yield part.get("last_modified")
    yield package.get("metadata_modified")


def _same_for_all(package: Package, code: str, city: str) -> dict[str, Any]:
    """Return the keys that the events of all files of a dataset have in common."""
    standard = {extra["key"]: extra["value"] for extra in package.get("extras") or ()}.get("standard")
    department = str(package.get("maintainer") or package.get("author") or "")
    return {
        "dataset": str(package["name"]).removeprefix(f"{code}_"),
        "standard": str(standard) if standard else None,
        "department": department.removeprefix(city),
        **catalogued(package),
    }


def _file_name(part: Package) -> str:
    """Return the name of the file in its address, else the resource's name, else its id.

    >>> _file_name({"url": "https://data.example.jp/a/b/%E4%B8%80%E8%A6%A7.csv?x=1", "name": "一覧"})
    '一覧.csv'
    """
    name = unquote(urlsplit(str(part.get("url") or "")).path).rpartition("/")[2]
    return name or str(part.get("name") or part["id"])


def _time(stamp: str) -> str:
    """Return a time of CKAN, which is UTC if it has no offset, as the ledger writes it; empty if it is implausible.

    >>> _time("2021-03-31T15:00:00"), _time("1965-12-31T15:00:00"), _time("昨日")
    ('2021-04-01T00:00:00+09:00', '', '')
    """
    try:
        time = japan_time(japan_moment(str(stamp)))
    except (ValueError, OverflowError):
        return ""
    return time if time >= str(reading_words()["earliest_year"]) else ""
