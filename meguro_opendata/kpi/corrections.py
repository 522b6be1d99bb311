"""Corrections (訂正): which line of the ledger changed the figure of a year that was over, from what to what."""

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
    """A figure of a year that is another than before; ``None`` where there was none."""

    indicator: str
    fiscal_year: int
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Correction(Change):
    """The figure of a year that was over when a line of the ledger changed it.

    Attributes:
        line: The number of the line.
        event: What the line is: ``same_as``, ``annul``, ``dating``, ``record``, or an event of a file.
        reason: The reason or the evidence that the line gives; empty for an event of a file.
        recorder: Who entered it; empty for an event of a file.
    """

    line: int
    event: str
    reason: str
    recorder: str


def year_totals(workspace: Workspace) -> Totals:
    """Return the figures of every year that can be corrected: new data, and what was recorded.

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

    Counted is what the ledger said up to each line that can change one, in one reading of it, and only if there are
    such lines. Only datasets of which a line says something are counted again.

    Args:
        workspace: Whose ledger.
        history: The ledger, read up to any day.

    Raises:
        ConfigurationError: If a strategy has faults.
        MeguroOpendataError: If the ledger cannot be read.
    """
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
    return tuple(_told(workspace, history, {line: found for line, found in changes.items() if found}, stops))


def changes_of(before: Totals, after: Totals) -> list[Change]:
    """Return the figures that differ; a count that is not there is 0, a record that is not there is ``None``."""
    found: list[Change] = []
    for name, year in sorted({**before, **after}, key=lambda key: (key[1], key[0])):
        nothing = 0 if name in (DATASETS, FILES) else None
        change = Change(name, year, before.get((name, year), nothing), after.get((name, year), nothing))
        if change.before != change.after:
            found.append(change)
    return found


def _told(
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
            if year_days(one.fiscal_year, workspace.city.fiscal_year_start)[1].isoformat() < entered:
                said = (line, entry.event, *_reason(entry))
                yield Correction(one.indicator, one.fiscal_year, one.before, one.after, *said)


def _reason(entry: Entry) -> tuple[str, str]:
    """Return the reason or evidence that a line gives, and who entered it."""
    match entry:
        case SameAs() | Annulment():
            return entry.reason, entry.recorder
        case Dating() | Record():
            return entry.evidence, entry.recorder
    return "", ""


class _Sums:
    """The figures of every year, kept up while a ledger grows."""

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
        """Return the figures that are not nothing."""
        return {**{key: count for key, count in self._counted.items() if count}, **self._recorded}

    def follow(self, history: History, changed: set[str] | None) -> None:
        """Count again what changed; everything if that is not known."""
        if changed is None or history is not self._history or self._novelty is None:
            self._history, self._novelty = history, Novelty(history)
            self._of, self._counted, self._recorded, self._records = {}, Counter(), {}, 0
            again = set(history.datasets)
        else:
            again = {*changed, *self._novelty.refresh()}
        for name in again & history.datasets.keys():
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
        """Return the count of new files that the strategy of a year names."""
        strategy = self._strategy(year)
        placed = strategy.targets.get(FILES) if strategy else None
        return placed[1].counted if placed else "files"

    @cached_property
    def _is_plain(self) -> bool:
        """Return whether every strategy counts files, so that series and tables need not be looked for."""
        known = (self._workspace.root / "strategy").glob("[0-9][0-9][0-9][0-9].yaml")
        return all(self._official(int(path.stem)) == "files" for path in known)
