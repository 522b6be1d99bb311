"""What is new: the first publications of datasets, files and tables, and what is no new data though it is published.

Not new is what continues something earlier under another name, and what was added to a dataset that a catalogue had
before this tool published it; the latter is counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from meguro_opendata.kpi.counting import New, rules
from meguro_opendata.kpi.periods import PERIOD, Named, named, table_of
from meguro_opendata.ledger import DatasetHistory, History, Identity, Moment

__all__ = ["Novelties", "Novelty", "new_in_year"]

_moment = attrgetter("day", "line")


class Novelties(NamedTuple):
    """What is new between two days, each by day.

    Attributes:
        datasets: The datasets.
        files: The files.
        apart: The files that were added to what was public before this tool published it.
    """

    datasets: list[New]
    files: list[New]
    apart: list[New]


def _none() -> Novelties:
    return Novelties([], [], [])


def new_in_year(history: History, first: date, last: date) -> Novelties:
    """Return what was published for the first time between two days.

    A catalogue's own date is no publication: what is known from there alone counts only once it is dated. A dataset's
    dating stands for those of its files that only a catalogue's date is known of.
    """
    novelty = Novelty(history)
    parts = [novelty.of(name, first.isoformat(), last.isoformat()) for name in history.datasets]
    return Novelties(*(sorted(chain(*kind), key=_moment) for kind in zip(*parts, strict=True))) if parts else _none()


class Novelty:
    """What is new in each dataset of a history."""

    def __init__(self, history: History) -> None:
        """Read the datings and what continues what."""
        self._history = history
        self._dated: dict[str, dict[str, Moment]] = {}
        self._read = 0
        self.identity = Identity((), history.datasets)
        self.refresh()

    def refresh(self) -> set[str]:
        """Read what the history has got since; return the datasets of which it says something else now."""
        before = self.identity.touched()
        self.identity = Identity(self._history.same, self._history.datasets)
        named: set[str] = set()
        for line, dating in self._history.datings[self._read :]:
            day = date.fromisoformat(dating.first).isoformat()
            self._dated.setdefault(dating.dataset, {})[dating.resource] = day, line
            named.add(dating.dataset)
        self._read = len(self._history.datings)
        return named | before | self.identity.touched()

    def of(self, name: str, begin: str, end: str, *, plain: bool = False) -> Novelties:
        """Return what is new in one dataset between two days.

        Args:
            name: The dataset.
            begin: The first day.
            end: The last day.
            plain: Leave out what files are to each other (series, tables), which takes most of the time.
        """
        dataset = self._history.datasets[name]
        datings = self._dated.get(name, {})
        found = _none()
        moment = None if self.identity.continues(name) else datings.get("") or _own_first(dataset)
        if moment and begin <= moment[0] <= end:
            found.datasets.append(New(*moment, name, withdrawn_soon=_soon(moment[0], _all_gone(dataset))))
        known = self._known(name, dataset, datings)
        fresh, added = known.new(begin, end)
        if plain:
            found.files.extend(New(*moment, name, file) for file, moment in fresh.items())
        elif fresh:
            found.files.extend(self._described(name, dataset, known, fresh))
        found.apart.extend(New(*first, name, file, table=False) for file, first in added.items())
        return found

    def _known(self, name: str, dataset: DatasetHistory, datings: Mapping[str, Moment]) -> _Known:
        """What is known of the files of a dataset."""
        own = {file: moment for file, moment in datings.items() if file in dataset.firsts}
        if "" in datings and not self.identity.continues(name):
            own = {**dict.fromkeys(dataset.catalogued(self._history.until), datings[""]), **own}
        taken = self.identity.files(name) if self.identity else {}
        for file in taken:
            own.pop(file, None)
        return _Known(dataset, own, frozenset(taken), baseline=self._had_before(name))

    def _had_before(self, name: str) -> bool:
        """Return whether a catalogue had a dataset, or one that it continues, before this tool published it."""
        formers = self.identity.formers(name) if self.identity else []
        return any(not self._history.datasets[one].first.own for one in (name, *formers))

    def _described(
        self, name: str, dataset: DatasetHistory, known: _Known, fresh: Mapping[str, Moment]
    ) -> Iterator[New]:
        """Yield the new files with what they continue."""
        others = [*known.others(fresh), *self._earlier(name)]
        names = {file: named(file) for file in fresh}
        began = _series_began([(names[file].series, day) for file, (day, _) in fresh.items()], others)
        tables = _new_tables(fresh, names, others)
        for file, (day, line) in fresh.items():
            routine = began[names[file].series] < day
            yield New(day, line, name, file, routine, file in tables, _soon(day, dataset.gone(file)))

    def _earlier(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the files of what a dataset continues, under their names and those with the dataset's new name.

        A file that was moved here is as old as the file that it continues.
        """
        if not self.identity:
            return
        for former in self.identity.formers(name):
            for file, day in self._days(former):
                yield file, day
                if former in file:
                    yield file.replace(former, name), day
        for file, (former, old) in self.identity.files(name).items():
            yield from ((file, day) for one, day in self._days(former) if one == old)

    def _days(self, name: str) -> Iterator[tuple[str, str]]:
        dataset = self._history.datasets[name]
        return self._known(name, dataset, self._dated.get(name, {})).others({})


class _Known(NamedTuple):
    """What is known of the first publications of a dataset's files.

    Attributes:
        dated: The days of the files that were dated, by themselves or with their dataset.
        taken: The files that continue others.
        baseline: Whether a catalogue had the dataset before.
    """

    dataset: DatasetHistory
    dated: Mapping[str, Moment]
    taken: frozenset[str]
    baseline: bool

    def new(self, begin: str, end: str) -> tuple[dict[str, Moment], dict[str, Moment]]:
        """Return the files that came first between two days, and those that were added to a baseline."""
        firsts = self.dataset.firsts
        found = {file: one.moment for file, one in firsts.items() if begin <= one.day <= end and one.own}
        for file in (*self.dated, *self.taken):
            found.pop(file, None)
        dated = {file: moment for file, moment in self.dated.items() if begin <= moment[0] <= end}
        return (dated, found) if self.baseline else ({**found, **dated}, {})

    def others(self, found: Mapping[str, Moment]) -> Iterator[tuple[str, str]]:
        """Yield the files not found with the day of their first publication as far as it is known; dated ones first."""
        yield from ((file, day) for file, (day, _) in self.dated.items() if file not in found)
        firsts = self.dataset.firsts
        yield from ((file, one.day) for file, one in firsts.items() if file not in found and file not in self.dated)


def _own_first(dataset: DatasetHistory) -> Moment | None:
    """Return the first publication; ``None`` if it is not known, because a catalogue had the dataset before."""
    first = dataset.first
    return first.moment if first.own else None


def _all_gone(dataset: DatasetHistory) -> str:
    """Return the day since which no portal has any file of a dataset; empty while one has."""
    days = [dataset.gone(file) for file in dataset.firsts]
    return max(days) if all(days) else ""


def _soon(first: str, gone: str) -> bool:
    """Return whether something was withdrawn within some days of its first publication."""
    limit = timedelta(days=rules()["withdrawn"]["days"])
    return bool(gone) and date.fromisoformat(gone) - date.fromisoformat(first) <= limit


def _series_began(found: Iterable[tuple[str, str]], others: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the day on which each series began, or, where that was before all files found, some earlier day.

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
    unsure = {series for series in days if PERIOD in series}
    for file, day in others:
        if not unsure:
            break
        if day < latest and (series := named(file).series) in unsure and day < days[series]:
            days[series] = day
            unsure.remove(series)
    return days


def _new_tables(fresh: Mapping[str, Moment], names: Mapping[str, Named], others: Iterable[tuple[str, str]]) -> set[str]:
    """The files that are the first of their table, whatever the format: of one day, the one that was entered first.

    Whole names are read only if a table has a period: reading those of a million other files takes seconds.
    """
    firsts: dict[Named, str] = {}
    for file, _ in sorted(fresh.items(), key=lambda one: one[1]):
        firsts.setdefault(table_of(names[file]), file)
    latest = max((day for day, _ in fresh.values()), default="")
    early = ((file, day) for file, day in others if day <= latest)
    for file, day in early if any(key.periods for key in firsts) else _of_stems(early, firsts):
        key = table_of(named(file))
        if key in firsts and day <= fresh[firsts[key]][0]:
            del firsts[key]
    return set(firsts.values())


def _of_stems(files: Iterable[tuple[str, str]], keys: Iterable[Named]) -> Iterator[tuple[str, str]]:
    """Yield the files that can be of tables without periods."""
    stems = {key.series for key in keys}
    return ((file, day) for file, day in files if _stem(file) in stems)


def _stem(file: str) -> str:
    """The series of a file's table, right only if its name has no period: else it is none of those looked for."""
    if not file.isascii() or "#" in file:
        return table_of(named(file)).series
    name = file.lower()
    return name.rpartition(".")[0] or name
