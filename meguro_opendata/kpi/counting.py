"""What was published for the first time in a year, and what is published now, from the ledger's history."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec

from meguro_opendata.ledger import DatasetHistory, Event, History, Moment
from meguro_opendata.packaged import packaged_toml

__all__ = ["Current", "New", "current_datasets", "new_in_year", "rules"]

_PERIOD = "\0"
_moment = attrgetter("day", "line")


class New(msgspec.Struct, frozen=True, gc=False):
    """A dataset (then ``resource`` is empty) or a file whose first publication lies in the year.

    Attributes:
        day: The day, ``YYYY-MM-DD``.
        line: The number of the ledger's line that says so: its first event, or its dating.
        routine: Whether it only continues a series that its dataset already had.
    """

    day: str
    line: int
    dataset: str
    resource: str = ""
    routine: bool = False


@dataclass(frozen=True)
class Current:
    """A dataset that is published now.

    Attributes:
        endings: Those of the names of its files that some portal has, in lower case.
        newest: Its newest event, for what it is: title, department, theme, frequency, standard.
        line: The number of that event's line.
        own: The day of the newest event that is this tool's own, empty if there is none.
    """

    dataset: str
    endings: frozenset[str]
    newest: Event
    line: int
    own: str


def rules() -> dict[str, Any]:
    """What the figures are counted by (``kpi.toml``)."""
    return packaged_toml(__package__, "kpi.toml")


def new_in_year(history: History, first: date, last: date) -> tuple[list[New], list[New]]:
    """Return the datasets and the files that were published for the first time between two days, each by day.

    A catalogue's own date is no publication: what is known from there alone counts only once it is dated. A dataset's
    dating stands for those of its files that only a catalogue's date is known of.
    """
    dated: dict[str, dict[str, Moment]] = {}
    for line, dating in history.datings:
        day = date.fromisoformat(dating.first).isoformat()
        dated.setdefault(dating.dataset, {})[dating.resource] = day, line
    year = _Span(first.isoformat(), last.isoformat())
    datasets: list[New] = []
    files: list[New] = []
    for name, dataset in history.datasets.items():
        datings = dated.get(name, {})
        moment = datings.get("") or _own_first(dataset)
        if moment and moment[0] in year:
            datasets.append(New(*moment, name))
        files += _new_files(name, dataset, _file_datings(dataset, datings, history.until), year)
    return sorted(datasets, key=_moment), sorted(files, key=_moment)


def current_datasets(history: History) -> list[Current]:
    """Return every dataset of which some portal has a file, by name."""
    kept = {name: _endings(dataset) for name, dataset in sorted(history.datasets.items())}
    newest = {name: history.datasets[name].newest for name, endings in kept.items() if endings}
    lines = {name: occurrence.line for name, occurrence in newest.items() if occurrence}
    entries = history.entries(lines.values())
    return [
        Current(name, kept[name], event, line, _own_day(history.datasets[name]))
        for name, line in lines.items()
        if isinstance(event := entries[line], Event)
    ]


@dataclass(frozen=True)
class _Span:
    """The days from a first to a last one."""

    first: str
    last: str

    def __contains__(self, day: str) -> bool:
        """Whether a day is among them."""
        return self.first <= day <= self.last


def _own_day(dataset: DatasetHistory) -> str:
    return dataset.newest_own.day if dataset.newest_own else ""


def _endings(dataset: DatasetHistory) -> frozenset[str]:
    """The endings of the files that some portal has, without the marks that tell files of one name apart."""
    found = {name.rpartition(".")[2] for name in dataset.published()}
    return frozenset(ending.partition("#")[0].lower() for ending in found)


def _own_first(dataset: DatasetHistory) -> Moment | None:
    """The first publication; ``None`` if it is not known, because a catalogue had the dataset before."""
    first = dataset.first
    return first.moment if first.own else None


def _file_datings(dataset: DatasetHistory, datings: Mapping[str, Moment], until: str) -> dict[str, Moment]:
    """The days of the files that were dated, by themselves or with their dataset."""
    own = {file: moment for file, moment in datings.items() if file}
    return {**dict.fromkeys(dataset.catalogued(until), datings[""]), **own} if "" in datings else own


def _new_files(name: str, dataset: DatasetHistory, dated: Mapping[str, Moment], year: _Span) -> list[New]:
    """The files that came first in the year, each by its own dating, its dataset's, or its first event."""
    begin, end = year.first, year.last
    found = {file: first.moment for file, first in dataset.firsts.items() if begin <= first.day <= end and first.own}
    for file, moment in dated.items():
        found.pop(file, None)
        if moment[0] in year:
            found[file] = moment
    series = {file: series_of(file) for file in found}
    days = [(series[file], day) for file, (day, _) in found.items()]
    began = _series_began(days, ((file, day) for file, day in _first_days(dataset, dated) if file not in found))
    return [New(day, line, name, file, began[series[file]] < day) for file, (day, line) in found.items()]


def _series_began(found: Iterable[tuple[str, str]], others: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The day on which each series began, or, where that was before all files found, some earlier day.

    A series of one name alone, without a period in it, has no other files. The others are looked at only until each
    series has an earlier one, since finding the series of a million names takes seconds.

    Args:
        found: The series and the day of each file found.
        others: The name and the day of each other file.
    """
    days: dict[str, str] = {}
    for series, day in found:
        days[series] = min(days.get(series, day), day)
    latest = max(days.values(), default="")
    unsure = {series for series in days if _PERIOD in series}
    for file, day in others:
        if not unsure:
            break
        if day < latest and (series := series_of(file)) in unsure and day < days[series]:
            days[series] = day
            unsure.remove(series)
    return days


def _first_days(dataset: DatasetHistory, dated: Mapping[str, Moment]) -> Iterator[tuple[str, str]]:
    """Yield each file with the day of its first publication as far as it is known; those that were dated first."""
    yield from ((file, day) for file, (day, _) in dated.items())
    yield from ((file, first.day) for file, first in dataset.firsts.items() if file not in dated)


def series_of(file: str) -> str:
    """A file's name without the period that it is about.

    >>> series_of("131105_population_20201101.csv") == series_of("131105_population_20201201.csv")
    True
    >>> series_of("cancer_1.csv") == series_of("cancer_2.csv")
    False
    """
    return _period().sub(_PERIOD, file)


@cache
def _period() -> re.Pattern[str]:
    return re.compile(rules()["routine"]["period"])
