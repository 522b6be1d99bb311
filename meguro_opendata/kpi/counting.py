"""What was published for the first time in a year, and what is published now, from the ledger's history."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from meguro_opendata.ledger import DatasetSeen, Dating, Event, History

__all__ = ["Current", "New", "current_datasets", "new_in_year", "rules"]


@dataclass(frozen=True)
class New:
    """A dataset (then ``resource`` is empty) or a file whose first publication lies in the year.

    Attributes:
        day: The day, ``YYYY-MM-DD``.
        routine: Whether it only continues a series that its dataset already had.
        line: The ledger's line that says so: its first event, or its dating.
    """

    dataset: str
    resource: str
    day: str
    routine: bool
    line: int


@dataclass(frozen=True)
class Current:
    """A dataset that is published now.

    Attributes:
        files: The names of its files that some portal has, in the order of their coming.
        newest: Its newest event, for what it is: title, department, theme, frequency, standard.
        line: The number of that event's line.
        own: The day of the newest event that is this tool's own, empty if there is none.
    """

    dataset: str
    files: tuple[str, ...]
    newest: Event
    line: int
    own: str


@cache
def rules() -> dict[str, Any]:
    """What the figures are counted by (``kpi.toml``)."""
    return tomllib.loads(resources.files(__package__).joinpath("kpi.toml").read_text(encoding="utf-8"))


def new_in_year(history: History, first: date, last: date) -> tuple[list[New], list[New]]:
    """The datasets and the files that were published for the first time between two days, each by day.

    A catalogue's own date is no publication: what is known from there alone counts only once it is dated. A dataset's
    dating stands for those of its files that only a catalogue's date is known of.
    """
    dated = {(dating.dataset, dating.resource): (line, dating) for line, dating in history.datings}
    datasets: list[New] = []
    files: list[New] = []
    low, high = first.isoformat(), last.isoformat()
    for name, dataset in history.datasets.items():
        found = _first_of_dataset(name, dataset, dated)
        if found and low <= found[0] <= high:
            datasets.append(New(name, "", found[0], False, found[1]))
        files += _new_files(name, dataset, dated, low, high)
    return sorted(datasets, key=_order), sorted(files, key=_order)


def current_datasets(history: History) -> list[Current]:
    """Every dataset of which some portal has a file, by name."""
    kept = {
        name: tuple(file for file, seen in dataset.files.items() if seen.places)
        for name, dataset in history.datasets.items()
    }
    lines = {name: history.datasets[name].line for name, files in kept.items() if files}
    newest = history.entries(lines.values())
    found = ((name, newest[line]) for name, line in sorted(lines.items()))
    return [
        Current(name, kept[name], event, lines[name], history.datasets[name].own)
        for name, event in found
        if isinstance(event, Event)
    ]


def _order(new: New) -> tuple[str, str, str]:
    return new.day, new.dataset, new.resource


Dated = Mapping[tuple[str, str], tuple[int, Dating]]


def _first_of_dataset(name: str, dataset: DatasetSeen, dated: Dated) -> tuple[str, int] | None:
    """The day of the first publication and the line that says so; ``None`` if it is not known."""
    if (name, "") in dated:
        line, dating = dated[name, ""]
        return dating.first, line
    earliest = min(dataset.files.values(), key=lambda seen: (seen.first, seen.own))
    return (earliest.first, earliest.line) if earliest.own else None


def _new_files(name: str, dataset: DatasetSeen, dated: Dated, low: str, high: str) -> Iterator[New]:
    series: dict[str, str] = {}
    whole = dated.get((name, ""))
    for file, seen in dataset.files.items():
        found = dated.get((name, file)) if dated else None
        found = found or (None if seen.own else whole)
        day, line = (found[1].first, found[0]) if found else (seen.first, seen.line)
        if low <= day <= high and (found or seen.own):
            series = series or _series(dataset)
            yield New(name, file, day, series[series_of(file)] < day, line)


def _series(dataset: DatasetSeen) -> dict[str, str]:
    """The first day of each series of a dataset."""
    days: dict[str, str] = {}
    for file, seen in dataset.files.items():
        series = series_of(file)
        days[series] = min(days.get(series, seen.first), seen.first)
    return days


def series_of(file: str) -> str:
    """A file's name without the period that it is about.

    >>> series_of("131105_population_20201101.csv") == series_of("131105_population_20201201.csv")
    True
    >>> series_of("cancer_1.csv") == series_of("cancer_2.csv")
    False
    """
    return _period().sub("#", file)


@cache
def _period() -> re.Pattern[str]:
    return re.compile(rules()["routine"]["period"])
