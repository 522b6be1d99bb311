"""Unique fields, primary and foreign keys: what only whole columns can tell, judged as frictionless does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from typing import Any

import polars as pl

from meguro_opendata.validation.engine.frictionless import Head, RawError, hashable, read_cell
from meguro_opendata.validation.engine.judging import Judge

__all__ = ["KeyColumns", "with_key_errors"]


class KeyColumns:
    """The columns of unique fields and keys, kept while all others go by; ``None`` where a record has no such cell."""

    def __init__(self, judges: Iterable[Judge], head: Head) -> None:
        self._judges = {judge.expected.name: judge for judge in judges if judge.expected.name in head.keyed}
        self._parts: dict[str, list[pl.Series]] = {name: [] for name in self._judges}
        self._height = 0

    def add(self, cells: pl.DataFrame, inside: Mapping[int, pl.Series]) -> None:
        """Keep the columns of some records; ``inside`` says, of a column, which records reach it."""
        self._height += cells.height
        for name, judge in self._judges.items():
            column = cells[:, judge.index]
            there = inside.get(judge.index)
            kept = column if there is None else column.zip_with(there, pl.Series([None], dtype=pl.String))
            self._parts[name].append(kept.rename(name))

    def index(self, name: str) -> int:
        """Return the index of a field's column."""
        return self._judges[name].index

    def text(self, name: str, at: int) -> str | None:
        """Return a cell unchanged, ``None`` if the record does not reach it."""
        value: str | None = self._column(name)[at]
        return value

    def rows(self, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return the values of some fields, row by row; of a field that the table lacks, ``None``."""
        return list(zip(*map(self._values, names), strict=True))

    def repeats(self, names: Sequence[str], *, none_too: bool = False) -> Iterable[int]:
        """Return the rows whose values an earlier row has; ``none_too``: also those without any value."""
        if all(self._judges[name].expected.is_plain_text for name in names):
            return self._text_repeats(names, none_too=none_too)
        return _repeats(self.rows(names), none_too=none_too)

    def _text_repeats(self, names: Sequence[str], *, none_too: bool) -> list[int]:
        """Return the same of fields whose values are their texts, without reading them one by one."""
        key = pl.DataFrame([self._with_nulls(name) for name in names])
        nothing = reduce(and_, (column.is_null() for column in key))
        first = key.to_series() if key.width == 1 else key.to_struct()
        repeated = ~first.is_first_distinct()
        return (nothing | repeated if none_too else ~nothing & repeated).arg_true().to_list()

    def _with_nulls(self, name: str) -> pl.Series:
        """Return a column with ``None`` where a text stands for "no value"."""
        column = self._column(name)
        is_missing = column.is_in(list(self._judges[name].expected.missing))
        return column.zip_with(~is_missing, pl.Series([None], dtype=pl.String)) if is_missing.any() else column

    def _column(self, name: str) -> pl.Series:
        parts = self._parts[name]
        if len(parts) > 1:
            parts[:] = [pl.concat(parts, rechunk=False)]
        return parts[0] if parts else pl.Series(name, [], dtype=pl.String)

    def _values(self, name: str) -> list[Any]:
        """Return the values of a column; each NaN is one of its own, as no two are equal unless they are one object."""
        judge = self._judges.get(name)
        if judge is None:
            return [None] * self._height
        column = self._column(name)
        read = {cell: hashable(judge.expected, read_cell(judge.expected, cell)[0]) for cell in column.unique()}
        unequal = {cell for cell, value in read.items() if value != value}  # noqa: PLR0124 (a NaN)
        return [read_cell(judge.expected, cell)[0] if cell in unequal else read[cell] for cell in column]


def _repeats(rows: Sequence[tuple[Any, ...]], *, none_too: bool) -> Iterator[int]:
    seen: set[tuple[Any, ...]] = set()
    for at, key in enumerate(rows):
        if set(key) == {None}:
            if none_too:
                yield at
        elif key in seen:
            yield at
        else:
            seen.add(key)


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


def with_key_errors(found: dict[int, list[RawError]], keys: KeyColumns, head: Head, names: Sequence[str]) -> None:
    """Put the errors of unique fields and keys behind those of rows, and those in frictionless's order.

    Frictionless reads the fields of a row in their order, but those that are unique or in a key before all others,
    up to the first error of that kind; so do errors of cells come.

    Args:
        found: The errors of rows, by position; changed.
        keys: The columns of the keys.
        head: What frictionless makes of the header.
        names: The fields, in their order.
    """
    integrity = _integrity(keys, head)
    if not integrity.read:
        return
    index_of = {name: index for index, name in enumerate(names)}
    ranks = [index_of.get(name, -1) for name in dict.fromkeys(integrity.read)]
    reads = [len(dict.fromkeys(integrity.read[:count])) for count in range(len(integrity.read) + 1)]
    for at, errors in found.items():
        first = ranks[: reads[integrity.read_before.get(at, len(integrity.read))]]
        errors.sort(key=lambda error: _place(error, first))
    for at, errors in integrity.errors.items():
        found.setdefault(at, []).extend(errors)


def _place(error: RawError, first: Sequence[int]) -> tuple[int, int]:
    if error.type not in ("type-error", "constraint-error") or error.column is None:
        return (2, 0)
    return (0, first.index(error.column)) if error.column in first else (1, error.column)


def _integrity(keys: KeyColumns, head: Head) -> _Integrity:
    made = _Integrity()
    for name in head.unique:
        made.read.append(name)
        for at in keys.repeats((name,)):
            made.add(RawError("unique-error", at, name, keys.index(name), keys.text(name, at)))
    if head.primary_key:
        made.read += head.primary_key
        for at in keys.repeats(head.primary_key, none_too=True):
            made.add(RawError("primary-key", at, None, None, None))
    for fields, known in head.foreign(keys.rows):
        made.read += fields
        for at, key in enumerate(keys.rows(fields)):
            if set(key) != {None} and key not in known:
                made.add(RawError("foreign-key", at, None, None, None))
    return made
