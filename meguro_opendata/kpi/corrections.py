"""Corrections (訂正): the ledger lines that changed a figure of a year that was over, with both figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from meguro_opendata.japan.calendar import fiscal_year_of, year_days
from meguro_opendata.kpi.novelty import Novelty
from meguro_opendata.kpi.records import recordable, recorded_value, under_names_of_today
from meguro_opendata.kpi.strategy import Strategy, open_strategy
from meguro_opendata.ledger import Annulment, Dating, Entry, History, Record, SameAs, prefixes, scan_ledger
from meguro_opendata.workspace.city import Workspace

__all__ = ["Change", "Correction", "Totals", "changes_of", "corrections_of", "year_totals"]

Key = tuple[str, int]
"""An indicator and a fiscal year."""
Totals = Mapping[Key, float]
DATASETS, FILES = "opendata.new_datasets", "opendata.new_resources"
_ALWAYS = ("0001-01-01", "9999-12-31")
_KINDS = ("dating", "record", "same_as", "annul")


@dataclass(frozen=True)
class Change:
    """A changed figure of a year; ``before`` or ``after`` is ``None`` where nothing was recorded."""

    indicator: str
    fiscal_year: int
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Correction(Change):
    """A changed figure of a year that was over when a ledger line changed it.

    Attributes:
        line: The number of the line.
        event: The kind of the line: ``same_as``, ``annul``, ``dating``, ``record``, or an event of a file.
        reason: The line's reason or evidence; empty for an event of a file.
        recorder: The person who entered the line; empty for an event of a file.
    """

    line: int
    event: str
    reason: str
    recorder: str


def year_totals(workspace: Workspace) -> Totals:
    """Return the figures of every year that can be corrected: numbers of new data, and recorded figures.

    Raises:
        ConfigurationError: If a strategy has faults.
        MeguroOpendataError: If the ledger cannot be read.
    """
    history = scan_ledger(workspace.ledger, date.max)
    sums = _Sums(workspace)
    sums.follow(history, None)
    return sums.totals


def corrections_of(workspace: Workspace, history: History) -> tuple[Correction, ...]:
    """Return each change of a year that was over, in the order of the ledger's lines.

    Figures are counted before and after each line that can change such a year, in one reading of the ledger. Without
    such lines the ledger is not read again. Only datasets that a line can affect are counted again.

    Args:
        workspace: The workspace with ledger and strategies.
        history: The ledger's history, read up to any day.

    Raises:
        ConfigurationError: If a strategy has faults.
        MeguroOpendataError: If the ledger cannot be read.
    """
    # Only these lines can change a year that was over; there are few of them even in a ledger of a million lines.
    stops = {line: "" for line, kind in history.said.items() if kind in _KINDS}
    stops |= {line: clock for line, clock in history.late if clock}
    if not stops:
        return ()
    sums = _Sums(workspace)
    before: Totals = {}
    changes: dict[int, list[Change]] = {}
    for number, prefix, changed in prefixes(workspace.ledger, stops):
        sums.follow(prefix, changed)
        if number in stops:
            changes[number] = changes_of(before, sums.totals)
        before = dict(sums.totals)
    return tuple(_listed(workspace, history, {line: found for line, found in changes.items() if found}, stops))


def changes_of(before: Totals, after: Totals) -> list[Change]:
    """Return the figures that differ; a missing count is 0, and a missing recorded figure is ``None``."""
    found: list[Change] = []
    for name, year in sorted({**before, **after}, key=lambda key: (key[1], key[0])):
        nothing = 0 if name in (DATASETS, FILES) else None
        change = Change(name, year, before.get((name, year), nothing), after.get((name, year), nothing))
        if change.before != change.after:
            found.append(change)
    return found


def _listed(
    workspace: Workspace,
    history: History,
    changes: Mapping[int, list[Change]],
    clocks: Mapping[int, str],
) -> Iterator[Correction]:
    entries = history.entries(changes)
    for line, found in changes.items():
        entry = entries[line]
        entered = clocks[line] or entry.time[:10]
        for one in found:
            # A change while its year goes on is no correction: the figure was not final yet.
            if year_days(one.fiscal_year, workspace.city.fiscal_year_start)[1].isoformat() < entered:
                said = (line, entry.event, *_reason(entry))
                yield Correction(one.indicator, one.fiscal_year, one.before, one.after, *said)


def _reason(entry: Entry) -> tuple[str, str]:
    """Return the reason or evidence of a line, and the person who entered it; both empty for an event of a file."""
    match entry:
        case SameAs() | Annulment():
            return entry.reason, entry.recorder
        case Dating() | Record():
            return entry.evidence, entry.recorder
    return "", ""


class _Sums:
    """The figures of every year, updated while a ledger grows line by line."""

    def __init__(self, workspace: Workspace) -> None:
        """Start without any line."""
        self._workspace = workspace
        self._start = workspace.city.fiscal_year_start
        self._strategies: dict[int, Strategy | None] = {}
        self._years: dict[str, int] = {}
        self._history: History | None = None
        self._novelty: Novelty | None = None
        self._of: dict[str, Counter[Key]] = {}
        self._counted: Counter[Key] = Counter()
        self._recorded: dict[Key, float] = {}
        self._records = 0

    @property
    def totals(self) -> Totals:
        """Return the counts that are not 0, and the recorded figures."""
        return {**{key: count for key, count in self._counted.items() if count}, **self._recorded}

    def follow(self, history: History, changed: set[str] | None) -> None:
        """Count the changed datasets again, or all datasets if ``changed`` is ``None``."""
        # After an annulment the history is a new object, in which any figure can differ.
        if changed is None or history is not self._history or self._novelty is None:
            self._history, self._novelty = history, Novelty(history)
            self._of, self._counted, self._recorded, self._records = {}, Counter(), {}, 0
            again = set(history.datasets)
        else:
            again = {*changed, *self._novelty.refresh()}
        for name in again & history.datasets.keys():
            # In a ledger that is read up to some line, a dataset can have a withdrawal and no publication yet.
            self._counted.subtract(self._of.get(name, Counter()))
            self._of[name] = self._count(self._novelty, name) if history.datasets[name].firsts else Counter()
            self._counted.update(self._of[name])
        self._follow_records(history)

    def _count(self, novelty: Novelty, name: str) -> Counter[Key]:
        its = novelty.of(name, *_ALWAYS, plain=self._is_plain)
        found = Counter((DATASETS, self._year(new.day)) for new in its.datasets)
        for new in its.files:
            year = self._year(new.day)
            counted = self._official(year)
            found[FILES, year] += {"tables": new.table, "without_routine": not new.routine}.get(counted, True)
        return found

    def _follow_records(self, history: History) -> None:
        fresh = history.records[self._records :]
        self._records = len(history.records)
        for indicator, year in {(record.indicator, self._year(record.day)) for _, record in fresh}:
            strategy = self._strategy(year)
            current = strategy.renamed.get(indicator, indicator) if strategy else indicator
            known = recordable(strategy).get(current)
            if known:
                first, last = year_days(year, self._start)
                records = under_names_of_today(history.records, strategy)
                value, _ = recorded_value(records, current, first, last, method=known.method)
                if value is not None:
                    self._recorded[current, year] = value

    def _year(self, day: str) -> int:
        if day not in self._years:
            self._years[day] = fiscal_year_of(date.fromisoformat(day), self._start)
        return self._years[day]

    def _strategy(self, year: int) -> Strategy | None:
        if year not in self._strategies:
            self._strategies[year] = open_strategy(self._workspace, year)
        return self._strategies[year]

    def _official(self, year: int) -> str:
        """Return the count of new files that a year's strategy compares with its target."""
        strategy = self._strategy(year)
        placed = strategy.targets.get(FILES) if strategy else None
        return placed[1].counted if placed else "files"

    @cached_property
    def _is_plain(self) -> bool:
        """Return whether every strategy counts files, so that series and tables need not be determined."""
        known = (self._workspace.root / "strategy").glob("[0-9][0-9][0-9][0-9].yaml")
        return all(self._official(int(path.stem)) == "files" for path in known)
