"""New data of a year: the first publications of datasets, files and tables.

Datasets and files that continue earlier ones under another name are not new. Files that were added to a dataset which
a catalogue had before this tool published it are not new either, and are counted apart.
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
    """The first publications between two days, each list in order of day and ledger line.

    Attributes:
        datasets: The new datasets.
        files: The new files.
        apart: Files that were added to datasets which were public before this tool published them.
    """

    datasets: list[New]
    files: list[New]
    apart: list[New]


def _none() -> Novelties:
    return Novelties([], [], [])


def new_in_year(history: History, first: date, last: date) -> Novelties:
    """Return the first publications between two days, both included.

    A catalogue's own date is not a publication: data that is known from a catalogue alone counts only once it is
    dated. The dating of a dataset also counts for those of its files of which only a catalogue's date is known.
    """
    novelty = Novelty(history)
    parts = [novelty.of(name, first.isoformat(), last.isoformat()) for name in history.datasets]
    return Novelties(*(sorted(chain(*kind), key=_moment) for kind in zip(*parts, strict=True))) if parts else _none()


class Novelty:
    """The first publications in each dataset of a history.

    One object is kept while the history grows line by line, so that corrections can be counted in one reading.
    """

    def __init__(self, history: History) -> None:
        """Read the datings and continuations of a history."""
        self._history = history
        self._dated: dict[str, dict[str, Moment]] = {}
        self._read = 0
        self.identity = Identity((), history.datasets)
        self.refresh()

    def refresh(self) -> set[str]:
        """Read the entries that the history got since, and return the datasets that they can affect."""
        before = self.identity.touched()
        self.identity = Identity(self._history.same, self._history.datasets)
        named: set[str] = set()
        for line, dating in self._history.datings[self._read :]:
            day = date.fromisoformat(dating.first).isoformat()
            self._dated.setdefault(dating.dataset, {})[dating.resource] = day, line
            named.add(dating.dataset)
        self._read = len(self._history.datings)
        # Both sides of a continuation: one that was annulled since no longer takes files along.
        return named | before | self.identity.touched()

    def of(self, name: str, begin: str, end: str, *, plain: bool = False) -> Novelties:
        """Return the first publications in one dataset between two days, both included.

        Args:
            name: The dataset's slug.
            begin: The first day, ``YYYY-MM-DD``.
            end: The last day, ``YYYY-MM-DD``.
            plain: Leave series and tables of files undetermined, which take most of the time.
        """
        dataset = self._history.datasets[name]
        datings = self._dated.get(name, {})
        found = _none()
        # A dating has evidence, and goes before the ledger's first event, which may be an import or a late start.
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
        """Return the known first publications of a dataset's files, from datings, continuations and events."""
        own = {file: moment for file, moment in datings.items() if file in dataset.firsts}
        if "" in datings and not self.identity.continues(name):
            # A file's own dating is more precise than its dataset's, and replaces it. The dataset's never dates files
            # that this tool published itself: their first event is evidence of its own.
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
        """Yield the new files, each with whether it continues a series, begins a table, and was withdrawn soon."""
        others = [*known.others(fresh), *self._earlier(name)]
        names = {file: named(file) for file in fresh}
        began = _series_began([(names[file].series, day) for file, (day, _) in fresh.items()], others)
        tables = _new_tables(fresh, names, others)
        for file, (day, line) in fresh.items():
            routine = began[names[file].series] < day
            yield New(day, line, name, file, routine, file in tables, _soon(day, dataset.gone(file)))

    def _earlier(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield name and day of the files of a dataset's formers, under their old names and their expected new names.

        A file that was moved into this dataset is as old as the file that it continues.
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
    """The known first publications of a dataset's files.

    Attributes:
        dataset: The dataset's history.
        dated: Day and line of the files that were dated, by themselves or with their dataset.
        taken: The files that continue earlier files.
        baseline: Whether a catalogue had the dataset before this tool published it.
    """

    dataset: DatasetHistory
    dated: Mapping[str, Moment]
    taken: frozenset[str]
    baseline: bool

    def new(self, begin: str, end: str) -> tuple[dict[str, Moment], dict[str, Moment]]:
        """Return the new files between two days, and the files that were added to a baseline."""
        firsts = self.dataset.firsts
        found = {file: one.moment for file, one in firsts.items() if begin <= one.day <= end and one.own}
        for file in (*self.dated, *self.taken):
            found.pop(file, None)
        dated = {file: moment for file, moment in self.dated.items() if begin <= moment[0] <= end}
        return (dated, found) if self.baseline else ({**found, **dated}, {})

    def others(self, found: Mapping[str, Moment]) -> Iterator[tuple[str, str]]:
        """Yield the other files with the known day of their first publication, dated files first."""
        yield from ((file, day) for file, (day, _) in self.dated.items() if file not in found)
        firsts = self.dataset.firsts
        yield from ((file, one.day) for file, one in firsts.items() if file not in found and file not in self.dated)


def _own_first(dataset: DatasetHistory) -> Moment | None:
    """Return the first publication of a dataset, or ``None`` if a catalogue had it before, so that it is unknown."""
    first = dataset.first
    return first.moment if first.own else None


def _all_gone(dataset: DatasetHistory) -> str:
    """Return the day since which no portal has any file of a dataset; empty if a portal has one."""
    days = [dataset.gone(file) for file in dataset.firsts]
    return max(days) if all(days) else ""


def _soon(first: str, gone: str) -> bool:
    """Return whether a withdrawal (``gone``) came within the days of ``kpi.toml`` after the first publication."""
    limit = timedelta(days=rules()["withdrawn"]["days"])
    return bool(gone) and date.fromisoformat(gone) - date.fromisoformat(first) <= limit


def _series_began(found: Iterable[tuple[str, str]], others: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a day for each series of new files: the first day of it, or some day before all its new files.

    A series whose name has no period consists of that one file. Other files are read only until each series has an
    earlier one, since finding the series of a million names takes seconds.

    Args:
        found: The series and the day of each new file.
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
    """Return the new files that are the first of their table in any format; of one day, the one entered first.

    Whole names are read only if a table has a period, since reading those of a million other files takes seconds.
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
    """Return an iterator over the files that can belong to tables without periods, by the cheap test of their stem."""
    stems = {key.series for key in keys}
    return ((file, day) for file, day in files if _stem(file) in stems)


def _stem(file: str) -> str:
    """Return the series of a file's table, without looking for a period in an ASCII name.

    The result is wrong for an ASCII name with a period, which is harmless: it then equals no series without a period.
    """
    if not file.isascii() or "#" in file:
        return table_of(named(file)).series
    name = file.lower()
    return name.rpartition(".")[0] or name
