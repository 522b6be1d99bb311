"""Frictionless's errors at the speed of columns: vectorised tests prove most cells good, its readers judge the rest.

What frictionless does with a row (:class:`frictionless.table.Row` and the row stream of a table resource) is done here
in the same order: each cell's type or constraints, cells too many, cells too few, a blank row instead of all these,
then unique fields, primary key, foreign keys. A value is judged once, by frictionless's own cell reader.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from meguro_opendata.validation import frictionless_engine
from meguro_opendata.validation.frictionless_engine import ExpectedField, Head, RawError, TextTable
from meguro_opendata.validation.plain_head import plain_head
from meguro_opendata.validation.proofs import Proof, proof_of

__all__ = ["Explanation", "check_table"]

_UNHASHABLE = ("array", "object", "geojson", "list", "geopoint")


@dataclass(frozen=True)
class Explanation:
    """How the cells of a field were judged.

    Attributes:
        field: Its name; ``None`` for the whole table.
        reason: ``None`` if a column test proved cells; else why frictionless was asked about each value.
        asked: How many distinct values frictionless was asked about.
    """

    field: str | None
    reason: str | None
    asked: int


@dataclass
class _Judge:
    """One column's cells: frictionless's verdict on each distinct value that no test proved good."""

    index: int
    expected: ExpectedField
    proof: Proof
    verdicts: dict[str | None, tuple[str, ...]] = field(default_factory=dict)

    def verdict(self, value: str | None) -> tuple[str, ...]:
        """The names of what a value fails: ``type``, or constraints in frictionless's order."""
        if value not in self.verdicts:
            _, notes = self.expected.read(value)
            self.verdicts[value] = tuple(notes or ())
        return self.verdicts[value]

    def bad(self, cells: pl.Series, unproven: pl.Series) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The positions of the cells that fail, with what they fail."""
        positions = unproven.arg_true()
        values = cells.gather(positions)
        failing = [value for value in values.unique() if self.verdict(value)]
        if failing:
            at = values.is_in(failing)
            for position, value in zip(positions.filter(at), values.filter(at), strict=True):
                yield position, self.verdict(value)


def check_table(
    table: TextTable,
    schema: Mapping[str, Any],
    *,
    by_name: bool,
    others: Mapping[str, TextTable] | None = None,
    explain: Callable[[Explanation], None] | None = None,
) -> list[RawError]:
    """Every error that frictionless finds, in its order; arguments as :func:`frictionless_engine.check_table`."""
    head = plain_head(table.header, schema, by_name=by_name)
    if head is None:
        head = frictionless_engine.read_head(table, schema, by_name=by_name, others=others)
    reason = _why_not(head)
    if reason is not None:
        if explain:
            explain(Explanation(None, reason, 0))
        return frictionless_engine.check_table(table, schema, by_name=by_name, others=others)
    judges = [
        _Judge(index, expected, proof_of(expected.descriptor, expected.missing, str(index)))
        for index, expected in enumerate(head.fields)
    ]
    found = _row_errors(table, judges)
    found = _with_integrity(found, table, head, judges)
    if explain:
        for judge in judges:
            explain(Explanation(judge.expected.name, judge.proof.reason, len(judge.verdicts)))
    return [*head.errors, *(error for _, errors in sorted(found.items()) for error in errors)]


def _why_not(head: Head) -> str | None:
    """Why the whole table goes to frictionless; ``None`` if it need not."""
    if head.is_final:
        return "no-proof-header"
    if not head.fields:
        return "no-proof-fields"
    keyed = {name for key in head.keys for name in key}
    if any(one.name in keyed and one.descriptor.get("type") in _UNHASHABLE for one in head.fields):
        return "no-proof-key"
    return None


def _row_errors(table: TextTable, judges: Sequence[_Judge]) -> dict[int, list[RawError]]:
    """The errors of single rows, by position."""
    cells = _as_wide(table.cells, len(judges))
    there = _there(table, len(judges))
    unproven = _unproven(cells, judges)
    found: dict[int, list[RawError]] = defaultdict(list)
    for judge in judges:
        column = cells[:, judge.index]
        inside = there.get(judge.index)
        open_cells = unproven[judge.index] if inside is None else unproven[judge.index] & inside
        for at, failed in judge.bad(column, open_cells):
            found[at] += _cell_errors(judge, at, column[at], failed)
        if inside is not None and judge.verdict(None):
            for at in (~inside).arg_true():
                found[at] += _cell_errors(judge, at, None, judge.verdict(None))
    _add_length_errors(found, table, judges)
    for at in _blank_rows(cells, there, judges):
        found[at] = [RawError("blank-row", at, None, None, None)]
    return found


def _as_wide(cells: pl.DataFrame, width: int) -> pl.DataFrame:
    """The cells under the names ``"0"``, ``"1"``, …, at least as many columns as there are fields."""
    named = cells.rename({name: str(index) for index, name in enumerate(cells.columns)})
    missing = [pl.lit("").alias(str(index)) for index in range(cells.width, width)]
    return named.with_columns(missing) if missing else named


def _there(table: TextTable, fields: int) -> dict[int, pl.Series]:
    """For each column that some record does not reach: the records that do."""
    if table.widths is None:
        short = range(table.cells.width, fields)
        return {index: pl.repeat(value=False, n=table.cells.height, eager=True) for index in short}
    widths = pl.Series(table.widths, dtype=pl.Int64)
    shortest = int(widths.min() or 0) if len(widths) else fields  # type: ignore[arg-type]
    return {index: widths > index for index in range(shortest, fields)}


def _unproven(cells: pl.DataFrame, judges: Sequence[_Judge]) -> list[pl.Series]:
    tests = [
        (~judge.proof.test if judge.proof.test is not None else pl.lit(value=True)).alias(str(judge.index))
        for judge in judges
    ]
    tested = cells.lazy().select(tests).collect()
    if tested.height != cells.height:
        tested = cells.lazy().with_columns(tests).select(str(judge.index) for judge in judges).collect()
    return tested.get_columns()


def _cell_errors(judge: _Judge, at: int, value: str | None, failed: Sequence[str]) -> list[RawError]:
    name = judge.expected.name or None
    if failed[0] == "type":
        return [RawError("type-error", at, name, judge.index, value)]
    return [
        RawError("constraint-error", at, name, judge.index, value, constraint if name else None)
        for constraint in failed
    ]


def _add_length_errors(found: dict[int, list[RawError]], table: TextTable, judges: Sequence[_Judge]) -> None:
    """Cells beyond the fields, and fields without a cell."""
    fields = len(judges)
    if table.widths is None and table.cells.width == fields:
        return
    widths = pl.Series(table.widths or [table.cells.width] * table.cells.height, dtype=pl.Int64)
    for at in (widths != fields).arg_true():
        record = table.cells.row(at)
        found[at] += [RawError("extra-cell", at, None, index, record[index]) for index in range(fields, widths[at])]
        found[at] += [
            RawError("missing-cell", at, judge.expected.name or None, judge.index, None)
            for judge in judges[widths[at] :]
        ]


def _blank_rows(cells: pl.DataFrame, there: Mapping[int, pl.Series], judges: Sequence[_Judge]) -> list[int]:
    """The records whose every field has no value."""
    rows = pl.int_range(cells.height, eager=True)
    for judge in judges:
        without = cells[:, judge.index].gather(rows).is_in(list(judge.expected.missing))
        inside = there.get(judge.index)
        rows = rows.filter(without if inside is None else without | ~inside.gather(rows))
        if not len(rows):
            break
    return rows.to_list()


class _Typed:
    """The values of fields as frictionless reads them."""

    def __init__(self, table: TextTable, judges: Sequence[_Judge]) -> None:
        self._cells = _as_wide(table.cells, len(judges))
        self._there = _there(table, len(judges))
        self._judges = {judge.expected.name: judge for judge in judges}
        self._height = table.cells.height

    def index(self, name: str) -> int:
        """The index of a field's column."""
        return self._judges[name].index

    def text(self, name: str, at: int) -> str | None:
        """A cell as it stands, ``None`` if the record does not reach it."""
        index = self.index(name)
        inside = self._there.get(index)
        return str(self._cells[at, index]) if inside is None or inside[at] else None

    def rows(self, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """The values of some fields, row by row; of a field that the table lacks, ``None``."""
        return list(zip(*map(self._values, names), strict=True))

    def all_differ(self, names: Sequence[str]) -> bool:
        """Whether it is certain, without reading values, that no two rows have the same ones and none has no value."""
        judges = [self._judges[name] for name in names]
        if not all(judge.expected.is_plain_text and judge.index not in self._there for judge in judges):
            return False
        key = self._cells[:, [judge.index for judge in judges]]
        without = [key[:, at].is_in(list(judge.expected.missing)).any() for at, judge in enumerate(judges)]
        return not any(without) and key.n_unique() == key.height

    def _values(self, name: str) -> list[Any]:
        judge = self._judges.get(name)
        if judge is None:
            return [None] * self._height
        column = self._cells[:, judge.index]
        read = {value: judge.expected.read(value)[0] for value in column.unique()}
        values = [read[value] for value in column]
        inside = self._there.get(judge.index)
        if inside is None:
            return values
        return [value if here else None for value, here in zip(values, inside, strict=True)]


@dataclass
class _Integrity:
    """Errors of unique fields and keys, and how many fields frictionless had read in a row before the first of them."""

    errors: dict[int, list[RawError]] = field(default_factory=lambda: defaultdict(list))
    read: list[str] = field(default_factory=list)
    read_before: dict[int, int] = field(default_factory=dict)

    def add(self, error: RawError) -> None:
        """Note an error."""
        at = error.record or 0
        self.errors[at].append(error)
        self.read_before.setdefault(at, len(self.read))


def _with_integrity(
    found: dict[int, list[RawError]], table: TextTable, head: Head, judges: Sequence[_Judge]
) -> dict[int, list[RawError]]:
    """The errors of rows, with those of unique fields and keys behind them.

    Frictionless reads the fields of a row in their order, but those that are unique or in a key before all others,
    up to the first error of that kind; so do errors of cells come.
    """
    integrity = _integrity(table, head, judges)
    if not integrity.read:
        return found
    index_of = {judge.expected.name: judge.index for judge in judges}
    ranks = [index_of.get(name, -1) for name in dict.fromkeys(integrity.read)]
    reads = [len(dict.fromkeys(integrity.read[:count])) for count in range(len(integrity.read) + 1)]
    for at, errors in found.items():
        first = ranks[: reads[integrity.read_before.get(at, len(integrity.read))]]
        errors.sort(key=lambda error: _place(error, first))
    for at, errors in integrity.errors.items():
        found[at] += errors
    return found


def _place(error: RawError, first: Sequence[int]) -> tuple[int, int]:
    if error.type not in ("type-error", "constraint-error") or error.column is None:
        return (2, 0)
    return (0, first.index(error.column)) if error.column in first else (1, error.column)


def _integrity(table: TextTable, head: Head, judges: Sequence[_Judge]) -> _Integrity:
    typed, made = _Typed(table, judges), _Integrity()
    for name in head.unique:
        made.read.append(name)
        for at in () if typed.all_differ((name,)) else _repeats(typed.rows((name,))):
            made.add(RawError("unique-error", at, name, typed.index(name), typed.text(name, at)))
    if head.primary_key:
        made.read += head.primary_key
        for at in () if typed.all_differ(head.primary_key) else _repeats(typed.rows(head.primary_key), none_too=True):
            made.add(RawError("primary-key", at, None, None, None))
    for fields, known in head.foreign(typed.rows):
        made.read += fields
        for at, key in enumerate(typed.rows(fields)):
            if set(key) != {None} and key not in known:
                made.add(RawError("foreign-key", at, None, None, None))
    return made


def _repeats(rows: Sequence[tuple[Any, ...]], *, none_too: bool = False) -> Iterator[int]:
    """The rows whose values an earlier row has; ``none_too``: also those without any value."""
    seen: set[tuple[Any, ...]] = set()
    for at, key in enumerate(rows):
        if set(key) == {None}:
            if none_too:
                yield at
        elif key in seen:
            yield at
        else:
            seen.add(key)
