"""Lines of the ledger that are as they were written, and say what cannot be right: odd times, unknown indicators."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.japan.calendar import fiscal_year_of
from meguro_opendata.kpi.records import recordable
from meguro_opendata.kpi.strategy import open_strategy
from meguro_opendata.ledger import Annulment, Record, hashes_of
from meguro_opendata.ledger.entries import entry_of
from meguro_opendata.ledger.lines import is_blank, ledger_lines, load_line
from meguro_opendata.ledger.plausible import OddEntry, implausible_times
from meguro_opendata.workspace.city import Workspace

__all__ = ["odd_entries"]


def odd_entries(workspace: Workspace) -> list[OddEntry]:
    """Return what a ledger says that cannot be right, in the order of its lines; what was annulled is left out.

    Raises:
        ConfigurationError: If a strategy has faults.
    """
    found = [*implausible_times(workspace.ledger), *_unknown_indicators(workspace)]
    return sorted(found, key=lambda one: one.line)


def _unknown_indicators(workspace: Workspace) -> Iterator[OddEntry]:
    """Yield the records of indicators that the strategy of their year does not have."""
    start = workspace.city.fiscal_year_start

    @cache
    def known(year: int) -> frozenset[str]:
        return frozenset(recordable(open_strategy(workspace, year)))

    annulled: set[str] = set()
    records = []
    for number, line, _ in ledger_lines(workspace.ledger):
        if (b'"record"' not in line and b'"annul"' not in line) or is_blank(line):
            continue
        try:
            body = load_line(workspace.ledger, number, line)
            entry = entry_of(body)
        except (MeguroOpendataError, KeyError, TypeError, ValueError):
            continue  # the check of the chain names it
        if isinstance(entry, Annulment):
            annulled.add(entry.target)
        elif isinstance(entry, Record):
            records.append((number, entry, hashes_of(body)))
    for number, entry, hashes in records:
        year = fiscal_year_of(date.fromisoformat(entry.day), start)
        if entry.indicator not in known(year) and not annulled.intersection(hashes):
            yield OddEntry(number, "indicator-unknown", entry.indicator)
