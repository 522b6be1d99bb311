"""What was published for the first time in a year, and what is published now, from the ledger's history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec

from meguro_opendata.ledger import LINES, DatasetSeen, Event, History, day_of, line_of, mark_of, marks_between
from meguro_opendata.packaged import packaged_toml

__all__ = ["Current", "New", "current_datasets", "new_in_year", "rules"]

_PERIOD = "\0"
_mark = attrgetter("mark")


class New(msgspec.Struct, frozen=True, gc=False):
    """A dataset (then ``resource`` is empty) or a file whose first publication lies in the year.

    Attributes:
        mark: The day, and the ledger's line that says so: its first event, or its dating.
        routine: Whether it only continues a series that its dataset already had.
    """

    mark: int
    dataset: str
    resource: str = ""
    routine: bool = False

    @property
    def day(self) -> str:
        """The day, ``YYYY-MM-DD``."""
        return day_of(self.mark)

    @property
    def line(self) -> int:
        """The number of the line."""
        return line_of(self.mark)


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
    """The datasets and the files that were published for the first time between two days, each by day.

    A catalogue's own date is no publication: what is known from there alone counts only once it is dated. A dataset's
    dating stands for those of its files that only a catalogue's date is known of.
    """
    dated: dict[str, dict[str, int]] = {}
    for line, dating in history.datings:
        dated.setdefault(dating.dataset, {})[dating.resource] = mark_of(date.fromisoformat(dating.first), line)
    year = marks_between(first, last)
    datasets: list[New] = []
    files: list[New] = []
    for name, dataset in history.datasets.items():
        told = dated.get(name, {})
        mark = told.get("") or _own_first(dataset)
        if mark in year:
            datasets.append(New(mark, name))
        files += _new_files(name, dataset, told, year)
    return sorted(datasets, key=_mark), sorted(files, key=_mark)


def current_datasets(history: History) -> list[Current]:
    """Every dataset of which some portal has a file, by name."""
    kept = {name: _endings(dataset) for name, dataset in sorted(history.datasets.items())}
    lines = {name: line_of(history.datasets[name].newest) for name, endings in kept.items() if endings}
    newest = history.entries(lines.values())
    return [
        Current(name, kept[name], event, line, day_of(history.datasets[name].own))
        for name, line in lines.items()
        if isinstance(event := newest[line], Event)
    ]


def _endings(dataset: DatasetSeen) -> frozenset[str]:
    """The endings of the files that some portal has, without the marks that tell files of one name apart."""
    found = {name.rpartition(".")[2] for name in dataset.once}
    found.update(name.rpartition(".")[2] for name, seen in dataset.files.items() if seen.published)
    return frozenset(ending.partition("#")[0].lower() for ending in found)


def _own_first(dataset: DatasetSeen) -> int:
    """The mark of the first publication; 0 if it is not known, because a catalogue had the dataset before."""
    earliest = dataset.first()
    return earliest.first if earliest.own else 0


def _new_files(name: str, dataset: DatasetSeen, told: Mapping[str, int], year: range) -> list[New]:
    """The files that came first in the year, each by its own dating, its dataset's, or its first event."""
    low, end = year.start, year.stop
    found = dict(dataset.once_between(low, end))
    found.update((file, seen.first) for file, seen in dataset.files.items() if seen.own and low <= seen.first < end)
    dated = _datings(dataset, told)
    for file, mark in dated.items():
        if mark in year:
            found[file] = mark
        else:
            found.pop(file, None)
    series = {file: series_of(file) for file in found}
    began = _series_began(dataset, dated, found, series) if found else {}
    return [New(mark, name, file, began[series[file]] < mark >> LINES) for file, mark in found.items()]


def _series_began(
    dataset: DatasetSeen, dated: Mapping[str, int], found: Mapping[str, int], series: Mapping[str, str]
) -> dict[str, int]:
    """The day on which each series of the files found began; looks at the dataset's other files only as far as needed.

    A series of one name alone, without a period in it, has no other files.
    """
    days: dict[str, int] = {}
    for file, mark in found.items():
        days[series[file]] = min(days.get(series[file], mark >> LINES), mark >> LINES)
    unsure = {name for name in days if _PERIOD in name}
    latest = max(days.values())
    firsts = chain(dated.items(), dataset.once.items(), ((file, seen.first) for file, seen in dataset.files.items()))
    others = ((file, dated.get(file, first) >> LINES) for file, first in firsts if file not in found)
    earlier = ((series_of(file), day) for file, day in others if day < latest)
    while unsure and (other := next(earlier, None)) is not None:
        name, day = other
        if name in unsure and day < days[name]:
            days[name] = day
            unsure.remove(name)
    return days


def _datings(dataset: DatasetSeen, told: Mapping[str, int]) -> dict[str, int]:
    """The marks of the files that were dated, by themselves or with their dataset."""
    own = {file: mark for file, mark in told.items() if file}
    return {**dict.fromkeys(dataset.catalogued(), told[""]), **own} if "" in told else own


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
