"""A small table that people fill in for the program to read: its rows under our own keys, each with its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from meguro_opendata.errors import EntryError, Fault
from meguro_opendata.sources import read_source

__all__ = ["read_entry_table"]


def read_entry_table(
    path: Path, columns: Mapping[str, Sequence[str]], optional: Collection[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """Return the rows that are not blank, each with its number as Excel shows it; cells without blanks around them.

    Args:
        path: A CSV file or a workbook.
        columns: Each key with the names that its column may have.
        optional: Keys whose column may be missing; their cells are then empty.

    Raises:
        SourceError: If the file cannot be read.
        EntryError: If a column is missing, or there are no rows.
    """
    table = read_source(path, keep_all=True)
    found = _columns(path, table.frame.columns, columns, optional)
    rows = [
        (number, {key: record[column].strip() if column else "" for key, column in found.items()})
        for number, record in zip(table.rows, table.frame.iter_rows(named=True), strict=True)
    ]
    kept = [(number, row) for number, row in rows if any(row.values())]
    if not kept:
        raise EntryError(path, [Fault("-", "no-rows", {})])
    return kept


def _columns(
    path: Path, there: Sequence[str], columns: Mapping[str, Sequence[str]], optional: Collection[str]
) -> dict[str, str | None]:
    """Return the column of each key, by any of its names."""
    found = {key: next((name for name in names if name in there), None) for key, names in columns.items()}
    missing = [columns[key][0] for key, column in found.items() if column is None and key not in optional]
    if missing:
        raise EntryError(path, [Fault("-", "columns-missing", {"names": missing, "columns": list(there)})])
    return found
