"""One cell, one cause: where several rules would explain the same cell, the one that says why is reported alone.

``rules.toml`` declares which cause goes before which others, and how far it reaches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from meguro_opendata.findings import Finding
from meguro_opendata.validation.rules.data import rule_data

__all__ = ["settled"]

_Reach = Callable[[Finding], tuple[object, ...] | None]


def settled(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings without those that another one's cause explains; errors all stay.

    A finding that is left out explains nothing itself.

    >>> swapped = Finding("coordinates-swapped", "warning", row=2, field="緯度")
    >>> [found.code for found in settled([swapped, Finding("row-shifted", "warning", row=2)])]
    ['coordinates-swapped']
    """
    left: set[int] = set()
    for entry in rule_data()["precedence"]:
        left.update(_explained(findings, entry, left))
    return [found for at, found in enumerate(findings) if at not in left]


def _explained(findings: Sequence[Finding], entry: Mapping[str, Any], left: set[int]) -> Iterator[int]:
    """Yield the positions of the findings that one cause explains."""
    reach = _REACHES[entry["reach"]]
    causes = {reach(found) for at, found in enumerate(findings) if found.code == entry["cause"] and at not in left} - {
        None
    }
    if causes:
        for at, found in enumerate(findings):
            if found.code in entry["before"] and found.severity != "error" and reach(found) in causes:
                yield at


def _row(found: Finding) -> tuple[object, ...] | None:
    return None if found.row is None else (found.file, found.sheet, found.row)


def _cell(found: Finding) -> tuple[object, ...] | None:
    return None if found.field is None or found.row is None else (found.file, found.sheet, found.row, found.field)


def _column(found: Finding) -> tuple[object, ...] | None:
    return None if found.field is None else (found.file, found.sheet, found.field)


def _table(found: Finding) -> tuple[object, ...] | None:
    return found.file, found.sheet


_REACHES: Mapping[str, _Reach] = {"cell": _cell, "row": _row, "column": _column, "table": _table}
