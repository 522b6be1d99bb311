"""Several sources of one table: ``join`` adds columns by a key; rows are never multiplied, none is lost in silence.

Stacked sources need no table of their own: each is mapped and cleaned as itself and the results stand one below
another (``release.py``). Here is the column that says where a row comes from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import polars as pl

from meguro_opendata.findings import Finding, Rejection
from meguro_opendata.japan.folding import folded
from meguro_opendata.sources import Table

__all__ = ["JoinWords", "Joined", "JoinedTable", "join", "named_rows"]


@dataclass(frozen=True)
class JoinWords:
    """How one source joins the first.

    Attributes:
        name: The source's name, put before a column that the first has too (``連絡先.電話番号``).
        file: Its file.
        by: Key columns: of the first source → of this one.
        relation: ``one-to-one``: a row here belongs to one row of the first at most; or ``many-to-one``.
        unmatched: Severity of a key without partner, on either side.
    """

    name: str
    file: str
    by: Mapping[str, str]
    relation: str = "one-to-one"
    unmatched: str = "warning"


@dataclass(frozen=True)
class Added:
    """A column that a join added: the table and column that it comes from, and for each row the position there."""

    file: str
    table: Table
    column: str
    positions: Sequence[int | None]


@dataclass(frozen=True)
class JoinedTable(Table):
    """A table with columns that its file does not have; findings on these name their own file, row and cell.

    Attributes:
        added: The added columns by their name; ``None`` for one that has no file.
        own: The table as its file has it.
    """

    added: Mapping[str, Added | None] = field(default_factory=dict)
    own: Table | None = None

    def address(self, row: int, column: str | None) -> str | None:
        """Return the address as a table does; ``None`` for a column of another source."""
        return None if column in self.added else super().address(row, column)

    def header_finding(self, code: str, severity: str, column: str, /, **more: Any) -> Finding:
        """Return the finding as a table does; for a column of another source it is about that source's header."""
        source = self.added.get(column)
        if source is None:
            return super().header_finding(code, severity, column, **more)
        found = source.table.header_finding(code, severity, source.column, **more)
        return replace(found, file=source.file)

    def cell_finding(self, code: str, severity: str, position: int, column: str, /, **more: Any) -> Finding:
        """Return the finding as a table does; for another source's column it is about the cell of the value."""
        source = self.added.get(column)
        there = source.positions[position] if source else None
        if source is None or there is None:
            return super().cell_finding(code, severity, position, column, **more)
        found = source.table.cell_finding(code, severity, there, source.column, **more)
        return replace(found, file=source.file)

    def at_home(self, found: Finding) -> Finding:
        """Return a finding on an added column with the place where the value comes from; any other as it is."""
        if found.file is not None or found.column is None or found.column not in self.added:
            return found
        source = self.added[found.column]
        position = self._positions.get(found.row or 0)
        there = source.positions[position] if source and position is not None else None
        if source is None or there is None:
            return replace(found, cell=None)
        home = source.table.cell_finding(found.code, found.severity, there, source.column)
        place = {name: getattr(home, name) for name in ("sheet", "cell", "row", "line", "column")}
        return replace(found, file=source.file, **place)

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {row: at for at, row in enumerate(self.rows)}


@dataclass(frozen=True)
class Joined:
    """The result of a join: the wider table, findings, the other source's rows that joined no row, and how many did."""

    table: JoinedTable
    findings: tuple[Finding, ...]
    unused: tuple[Rejection, ...]
    rows_joined: int


def join(first: Table, other: Table, words: JoinWords) -> Joined:
    """Return the first table with the columns of another, matched by key; its rows keep their number and order.

    Args:
        first: The table that keeps all of its rows.
        other: The table whose columns are added; the key columns themselves are not.
        words: The key, the relation, and what a key without partner counts as.

    Returns:
        An error for each key that stands twice where it may stand once; then no row is chosen, the cells stay empty.
    """
    left, right = _keys(first, list(words.by)), _keys(other, list(words.by.values()))
    places, doubled = _places(right)
    partners = [places.get(key) if any(key) else None for key in left]
    used = {at for at in partners if at is not None}
    findings = [
        *_double_findings(other, right, doubled, list(words.by.values()), words),
        *(_repeated(first, left, places, words) if words.relation == "one-to-one" else ()),
        *_unmatched(first, left, partners, doubled, words),
        *_unused_findings(other, right, used, doubled, words),
    ]
    unused = [_rejection(other, at, words.file) for at in range(len(right)) if at not in used]
    table = _widened(first, other, partners, words)
    return Joined(table, tuple(findings), tuple(unused), len(used))


def _keys(table: Table, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the folded key of each row."""
    return [tuple(map(folded, cells)) for cells in table.frame.select(columns).iter_rows()]


def _places(keys: Sequence[tuple[str, ...]]) -> tuple[dict[tuple[str, ...], int], set[tuple[str, ...]]]:
    """Return where each key stands that stands once, and the keys that stand more than once."""
    places: dict[tuple[str, ...], int] = {}
    doubled: set[tuple[str, ...]] = set()
    for at, key in enumerate(keys):
        if key in places and any(key):
            doubled.add(key)
        places.setdefault(key, at)
    return {key: at for key, at in places.items() if key not in doubled}, doubled


def _double_findings(
    table: Table, keys: Sequence[tuple[str, ...]], doubled: set[tuple[str, ...]], columns: list[str], words: JoinWords
) -> Iterator[Finding]:
    """Yield an error for each later row of the other source whose key an earlier one has."""
    first: dict[tuple[str, ...], int] = {}
    for at, key in enumerate(keys):
        if key in doubled and key in first:
            params = {"file": words.file, "first": table.rows[first[key]], "columns": columns}
            yield replace(_key_finding(table, "join-key-double", "error", at, columns, params), file=words.file)
        first.setdefault(key, at)


def _repeated(
    table: Table, keys: Sequence[tuple[str, ...]], places: Mapping[tuple[str, ...], int], words: JoinWords
) -> Iterator[Finding]:
    """Yield an error for each row of the first source that wants a row of the other that an earlier one has."""
    first: dict[tuple[str, ...], int] = {}
    for at, key in enumerate(keys):
        if key in places and any(key):
            if key in first:
                params = {"file": words.file, "first": table.rows[first[key]], "columns": list(words.by)}
                yield _key_finding(table, "join-not-one-to-one", "error", at, list(words.by), params)
            first.setdefault(key, at)


def _unmatched(
    table: Table,
    keys: Sequence[tuple[str, ...]],
    partners: Sequence[int | None],
    doubled: set[tuple[str, ...]],
    words: JoinWords,
) -> Iterator[Finding]:
    for at, partner in enumerate(partners):
        if partner is None and keys[at] not in doubled:
            params = {"file": words.file, "columns": list(words.by)}
            yield _key_finding(table, "join-key-unmatched", words.unmatched, at, list(words.by), params)


def _unused_findings(
    table: Table, keys: Sequence[tuple[str, ...]], used: set[int], doubled: set[tuple[str, ...]], words: JoinWords
) -> Iterator[Finding]:
    columns = list(words.by.values())
    for at, key in enumerate(keys):
        if at not in used and key not in doubled:
            found = _key_finding(table, "join-row-unused", words.unmatched, at, columns, {"file": words.file})
            yield replace(found, file=words.file)


def _key_finding(
    table: Table, code: str, severity: str, at: int, columns: Sequence[str], params: Mapping[str, object]
) -> Finding:
    value = " / ".join(str(table.frame[column][at]) for column in columns)
    return replace(table.cell_finding(code, severity, at, columns[0]), value=value, params=params)


def _rejection(table: Table, at: int, file: str) -> Rejection:
    text = " ".join(filter(None, table.frame.row(at)))
    return Rejection(table.rows[at], "unmatched", text, file)


def _widened(first: Table, other: Table, partners: Sequence[int | None], words: JoinWords) -> JoinedTable:
    """Return the first table with the other's columns; where there is no partner, cells are empty."""
    where = pl.Series(partners, dtype=pl.Int64)
    taken = set(first.frame.columns)
    keys = set(words.by.values())
    columns: dict[str, pl.Series] = {}
    added: dict[str, Added | None] = dict(first.added) if isinstance(first, JoinedTable) else {}
    for column in other.frame.columns:
        if column in keys:
            continue
        name = column if column not in taken else f"{words.name}.{column}"
        columns[name] = other.frame[column].gather(where).fill_null("").alias(name)
        added[name] = Added(words.file, other, column, partners)
    return _with_columns(first, list(columns.values()), added)


def named_rows(table: Table, column: str, name: str) -> JoinedTable:
    """Return the table with one more column that holds the source's name in every row."""
    values = pl.Series(column, [name] * table.frame.height, dtype=pl.String)
    return _with_columns(table, [values], {column: None})


def _with_columns(table: Table, columns: Sequence[pl.Series], added: Mapping[str, Added | None]) -> JoinedTable:
    plain = {part.name: getattr(table, part.name) for part in fields(Table)}
    own = table.own if isinstance(table, JoinedTable) else table
    return JoinedTable(**{**plain, "frame": table.frame.with_columns(*columns)}, added=added, own=own)
