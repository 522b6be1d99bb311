"""The differences between two versions of a published table: rows added, changed and removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any

from meguro_opendata.files.csvrows import read_csv_rows

__all__ = ["RowChange", "RowCounts", "compare_tables", "table_changes"]

_Row = tuple[tuple[str, str], ...]
_Pair = tuple[int | None, int | None]
# Cells that name a row without a key: enough to recognise it in a list, few enough for one line of a plan.
_NAMED = 3
# Excel counts from 1, and the header is row 1.
_FIRST_ROW = 2


@dataclass(frozen=True)
class RowCounts:
    """Numbers of rows before and after, and of rows added, changed and removed."""

    before: int
    after: int
    added: int
    changed: int
    removed: int

    def to_dict(self) -> dict[str, int]:
        """Return the counts as in the JSON of ``plan@1``."""
        return asdict(self)


@dataclass(frozen=True)
class RowChange:
    """One row that is added, changed or removed.

    Attributes:
        action: ``added``, ``changed`` or ``removed``.
        row: Its number as Excel counts (the header is 1), in the new file, or in the old one for a removed row.
        named: The cells by which people recognise it, from the same file: the key's, else the first three filled ones.
        cells: Column, value before and value after of each differing cell of a changed row.
    """

    action: str
    row: int
    named: Mapping[str, str]
    cells: tuple[tuple[str, str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the change as in the JSON of ``plan@1``."""
        cells = [{"field": name, "before": before, "after": after} for name, before, after in self.cells]
        return {"action": self.action, "row": self.row, "named": dict(self.named), "cells": cells}


def compare_tables(before: bytes, after: bytes, key: Sequence[str]) -> RowCounts:
    r"""Compare two CSV files row by row.

    Two rows are versions of one row if they have the same key, provided that the key's columns are in both files and
    identify every row. Otherwise equal rows are paired first; the others are paired in order and count as changed.

    >>> one = "ID,名称\r\n1,a\r\n2,b\r\n".encode()
    >>> two = "ID,名称\r\n1,a\r\n2,c\r\n3,d\r\n".encode()
    >>> compare_tables(one, two, ["ID"])
    RowCounts(before=2, after=3, added=1, changed=1, removed=0)
    """
    return table_changes(before, after, key, 0)[0]


def table_changes(
    before: bytes, after: bytes, key: Sequence[str], most: int
) -> tuple[RowCounts, tuple[RowChange, ...]]:
    r"""Return the counts of :func:`compare_tables`, and the first rows changed, added and removed.

    Args:
        before: The old CSV file.
        after: The new one.
        key: The columns that identify a row.
        most: The largest number of rows of each kind to return.

    >>> one, two = "ID,名称\r\n1,a\r\n".encode(), "ID,名称\r\n1,b\r\n".encode()
    >>> table_changes(one, two, ["ID"], 5)[1]
    (RowChange(action='changed', row=2, named={'ID': '1'}, cells=(('名称', 'a', 'b'),)),)
    """
    old, new = _rows(before), _rows(after)
    pairs = _pairs(old, new, key)
    kinds: dict[str, list[_Pair]] = {"changed": [], "added": [], "removed": []}
    for pair in pairs:
        kinds["added" if pair[0] is None else "removed" if pair[1] is None else "changed"].append(pair)
    listed = [_change(kind, pair, old, new, key) for kind, found in kinds.items() for pair in found[:most]]
    counts = {kind: len(found) for kind, found in kinds.items()}
    return RowCounts(len(old), len(new), counts["added"], counts["changed"], counts["removed"]), tuple(listed)


def _pairs(old: list[_Row], new: list[_Row], key: Sequence[str]) -> list[_Pair]:
    """Return the positions (old, new) of each row that differs; ``None`` where one file lacks the row."""
    old_keys, new_keys = _keyed(old, key), _keyed(new, key)
    if old_keys is None or new_keys is None:
        return _without_key(old, new)
    pairs: list[_Pair] = [(old_keys.get(name), at) for name, at in new_keys.items()]
    pairs = [(one, at) for one, at in pairs if one is None or at is None or old[one] != new[at]]
    return [*pairs, *((at, None) for name, at in old_keys.items() if name not in new_keys)]


def _change(kind: str, pair: _Pair, old: list[_Row], new: list[_Row], key: Sequence[str]) -> RowChange:
    one, other = pair
    was, now = dict(old[one]) if one is not None else {}, dict(new[other]) if other is not None else {}
    at = other if other is not None else one or 0
    differing = _differing(was, now) if kind == "changed" else ()
    return RowChange(kind, at + _FIRST_ROW, _naming(now or was, key), differing)


def _naming(row: Mapping[str, str], key: Sequence[str]) -> dict[str, str]:
    """Return the cells that name a row: the filled ones of its key, else its first filled ones."""
    known = {name: row[name] for name in key if row.get(name)}
    return known or dict([cell for cell in row.items() if cell[1]][:_NAMED])


def _differing(was: Mapping[str, str], now: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Return column, value before and value after of each cell that differs."""
    cells = [(name, was.get(name, ""), now.get(name, "")) for name in dict.fromkeys([*was, *now])]
    return tuple(cell for cell in cells if cell[1] != cell[2])


def _rows(data: bytes) -> list[_Row]:
    header, rows = read_csv_rows(data)
    # Rows can be ragged: a file on a portal may have been edited by hand. Surplus cells have no column to compare.
    return [tuple(zip(header, row, strict=False)) for row in rows]


def _keyed(rows: list[_Row], key: Sequence[str]) -> dict[tuple[str, ...], int] | None:
    """Return the positions of the rows by key; ``None`` without a key, or if the key does not identify every row."""
    if not key:
        return None
    keyed = {}
    for at, row in enumerate(rows):
        cells = dict(row)
        if not all(cells.get(name) for name in key):
            return None
        keyed[tuple(cells[name] for name in key)] = at
    return keyed if len(keyed) == len(rows) else None


def _without_key(old: list[_Row], new: list[_Row]) -> list[_Pair]:
    """Return the positions of rows that only one file has, paired in their order."""
    return list(zip_longest(_only_in(old, new), _only_in(new, old)))


def _only_in(rows: list[_Row], others: list[_Row]) -> list[int]:
    """Return the positions of the rows that ``others`` lacks or contains fewer times."""
    left = Counter(others)
    only = []
    for at, row in enumerate(rows):
        if left[row] > 0:
            left[row] -= 1
        else:
            only.append(at)
    return only
