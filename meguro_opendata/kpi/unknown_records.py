"""Ledger lines that were not edited but have an implausible content: odd times, unknown indicators."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.japan.calendar import fiscal_year_of
from meguro_opendata.kpi.records import recordable
from meguro_opendata.kpi.strategy import open_strategy
from meguro_opendata.ledger import Annulment, Record, hashes_of
from meguro_opendata.ledger.entries import entry_of
from meguro_opendata.ledger.lines import ledger_lines, load_line
from meguro_opendata.ledger.plausible import OddEntry, implausible_times
from meguro_opendata.workspace.city import Workspace

__all__ = ["odd_entries"]


def odd_entries(workspace: Workspace) -> list[OddEntry]:
    """Return the lines of a ledger with implausible content, in their order, without annulled lines.

    Raises:
        ConfigurationError: If a strategy has faults.
    """
    found = [*implausible_times(workspace.ledger), *_unknown_indicators(workspace)]
    return sorted(found, key=lambda one: one.line)


def _unknown_indicators(workspace: Workspace) -> Iterator[OddEntry]:
    """Yield the records of indicators that are not in the strategy of their year."""
    start = workspace.city.fiscal_year_start

    @cache
    def known(year: int) -> frozenset[str]:
        return frozenset(recordable(open_strategy(workspace, year)))

    annulled: set[str] = set()
    records = []
    for number, entry, hashes in _records_and_annulments(workspace.ledger):
        if isinstance(entry, Annulment):
            annulled.add(entry.target)
        else:
            records.append((number, entry, hashes))
    for number, record, hashes in records:
        year = fiscal_year_of(date.fromisoformat(record.day), start)
        if record.indicator not in known(year) and not annulled.intersection(hashes):
            yield OddEntry(number, "indicator-unknown", record.indicator)


def _records_and_annulments(path: Path) -> Iterator[tuple[int, Record | Annulment, tuple[str, ...]]]:
    """Yield each record and annulment with its line and its hashes.

    Lines of other kinds are skipped by their bytes, without parsing: they are nearly all lines of a large ledger.
    """
    for number, line, _ in ledger_lines(path):
        if b'"record"' not in line and b'"annul"' not in line:
            continue
        try:
            body = load_line(path, number, line)
            entry = entry_of(body)
        except (MeguroOpendataError, KeyError, TypeError, ValueError):
            continue  # reported by the check of the chain
        if isinstance(entry, Record | Annulment):
            yield number, entry, hashes_of(body)
