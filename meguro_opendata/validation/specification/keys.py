"""Unique keys, primary keys and foreign keys by the specification: what only whole columns can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from meguro_opendata.validation.engine.frictionless import RawError, TextTable
from meguro_opendata.validation.engine.keys import KeyColumns
from meguro_opendata.validation.specification.header import matched

__all__ = ["foreign_keys", "keyed_fields", "names_of", "own_key_errors", "reference_of"]

Key = tuple[tuple[str, ...], set[tuple[Any, ...]]]


def names_of(key: object) -> tuple[str, ...]:
    """Return the fields of a key, which version 1 writes as a word where it is only one.

    >>> names_of("id"), names_of(["a", "b"])
    (('id',), ('a', 'b'))
    """
    return (key,) if isinstance(key, str) else tuple(key) if isinstance(key, list | tuple) else ()


def reference_of(key: Mapping[str, Any]) -> str:
    """Return the resource that a foreign key refers to; empty for the table itself, as version 1 and 2 say it."""
    return str(key["reference"].get("resource") or "")


def keyed_fields(schema: Mapping[str, Any], own_name: str | None = None) -> Iterator[str]:
    """Yield the fields whose whole columns are compared."""
    yield from names_of(schema.get("primaryKey", ()))
    for key in schema.get("uniqueKeys") or ():
        yield from names_of(key)
    for key in schema.get("foreignKeys") or ():
        yield from names_of(key["fields"])
        if reference_of(key) in ("", own_name):
            yield from names_of(key["reference"]["fields"])


def own_key_errors(keys: KeyColumns, schema: Mapping[str, Any], here: set[str]) -> Iterator[RawError]:
    """Yield repeated unique keys, and gaps in the primary key."""
    for key in map(names_of, schema.get("uniqueKeys") or ()):
        if key and set(key) <= here:
            yield from (
                RawError("unique-keys", at, None, None, None, ", ".join(key)) for at in _repeats(keys.rows(key))
            )
    primary = names_of(schema.get("primaryKey", ()))
    if primary and set(primary) <= here:
        for at in _gaps(keys.rows(primary)):
            yield RawError("primary-key-empty", at, None, None, None, ", ".join(primary))


def _gaps(rows: Sequence[tuple[Any, ...]]) -> Iterator[int]:
    """Yield the rows that have some value but not all."""
    return (at for at, values in enumerate(rows) if None in values and set(values) != {None})


def _repeats(rows: Sequence[tuple[Any, ...]]) -> Iterator[int]:
    """Yield the rows that say the same as an earlier one; a row with a gap is like no other, as in SQL."""
    seen: set[tuple[Any, ...]] = set()
    for at, values in enumerate(rows):
        if None not in values:
            if values in seen:
                yield at
            seen.add(values)


def foreign_keys(
    schema: Mapping[str, Any], others: Mapping[str, TextTable], here: set[str], own_name: str | None = None
) -> Callable[[Callable[[Sequence[str]], list[tuple[Any, ...]]]], Iterator[Key]]:
    """Return what the fast engine asks for: the fields of each foreign key and the values that they may have."""

    def found(rows: Callable[[Sequence[str]], list[tuple[Any, ...]]]) -> Iterator[Key]:
        for key in schema.get("foreignKeys") or ():
            fields, wanted, name = names_of(key["fields"]), names_of(key["reference"]["fields"]), reference_of(key)
            if not set(fields) <= here:
                continue
            values = rows(wanted) if name in ("", own_name) else _rows_of(others[name], wanted)
            yield fields, {value for value in values if set(value) != {None}}

    return found


def _rows_of(table: TextTable, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the values of some fields of another table; texts, where it has no schema."""
    schema = table.schema or {"fields": [{"name": label, "type": "string"} for label in table.header]}
    fields = matched(table.header, schema).fields
    places = {one.expected.name: at for at, one in reversed(list(enumerate(fields)))}
    columns = [_column(table, places.get(name), fields) for name in names]
    return list(zip(*columns, strict=True))


def _column(table: TextTable, at: int | None, fields: Sequence[Any]) -> list[Any]:
    if at is None or at >= table.cells.width:
        return [None] * table.cells.height
    column, read = table.cells[:, at], fields[at].expected.read
    values = {cell: read(cell)[0] for cell in column.unique()}
    reached = table.widths or [table.cells.width] * table.cells.height
    return [values[cell] if at < width else None for cell, width in zip(column, reached, strict=True)]
