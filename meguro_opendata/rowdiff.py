"""Two versions of a published table: how many rows came, went and changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from meguro_opendata.csvrows import read_csv_rows

__all__ = ["RowCounts", "compare_tables"]

_Row = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RowCounts:
    """Rows before and after, and of these the added, changed and removed ones."""

    before: int
    after: int
    added: int
    changed: int
    removed: int

    def to_dict(self) -> dict[str, int]:
        """As the JSON of ``plan@1`` has it."""
        return asdict(self)


def compare_tables(before: bytes, after: bytes, key: Sequence[str]) -> RowCounts:
    r"""Compare two CSV files row by row.

    Rows are the same row if they have the same key, where the key's columns are in both files and tell all rows
    apart; else equal rows are paired, and of the rest as many count as changed as can be paired by position.

    >>> one = "ID,名称\r\n1,a\r\n2,b\r\n".encode()
    >>> two = "ID,名称\r\n1,a\r\n2,c\r\n3,d\r\n".encode()
    >>> compare_tables(one, two, ["ID"])
    RowCounts(before=2, after=3, added=1, changed=1, removed=0)
    """
    old, new = _rows(before), _rows(after)
    old_keys, new_keys = _keyed(old, key), _keyed(new, key)
    if old_keys is None or new_keys is None:
        return _without_key(old, new)
    both = old_keys.keys() & new_keys.keys()
    changed = sum(old_keys[name] != new_keys[name] for name in both)
    return RowCounts(len(old), len(new), len(new_keys) - len(both), changed, len(old_keys) - len(both))


def _rows(data: bytes) -> list[_Row]:
    header, rows = read_csv_rows(data)
    return [tuple(zip(header, row, strict=False)) for row in rows]


def _keyed(rows: list[_Row], key: Sequence[str]) -> dict[tuple[str, ...], _Row] | None:
    """The rows by key, ``None`` if there is no key or it does not tell all rows apart."""
    if not key:
        return None
    keyed = {}
    for row in rows:
        cells = dict(row)
        if not all(cells.get(name) for name in key):
            return None
        keyed[tuple(cells[name] for name in key)] = row
    return keyed if len(keyed) == len(rows) else None


def _without_key(old: list[_Row], new: list[_Row]) -> RowCounts:
    gone = (Counter(old) - Counter(new)).total()
    came = (Counter(new) - Counter(old)).total()
    changed = min(gone, came)
    return RowCounts(len(old), len(new), came - changed, changed, gone - changed)
