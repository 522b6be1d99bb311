"""Frictionless, the judge: the only module that knows it. Hands it a table of text, gives back its errors.

Nothing of its English is read: an error's type, row and field are taken, and which constraint failed is asked
of frictionless's own cell reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.validation.engine.cellreaders import Read
from meguro_opendata.validation.engine.frictionlesspatterns import bound_patterns

__all__ = ["ExpectedField", "Head", "RawError", "TextTable"]
__all__ += ["check_package", "check_table", "field_reader", "hashable", "read_cell", "read_head"]

_NO_LIMIT = 2**62
_MAIN = "main"
_STRUCTURES = ("array", "geojson", "list", "object")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


@dataclass(frozen=True)
class TextTable:
    """A header and the records below it, as text.

    Attributes:
        header: The labels.
        cells: Text columns, as many as the widest record has cells.
        widths: How many cells each record has; ``None`` if all have as many as ``cells``.
        schema: The Table Schema of a table that foreign keys refer to, where that is known.
    """

    header: Sequence[str]
    cells: pl.DataFrame
    widths: Sequence[int] | None = None
    schema: Mapping[str, Any] | None = None

    @property
    def records(self) -> list[list[str]]:
        """Return the records as lists, each of its own width."""
        rows = map(list, self.cells.rows())
        if self.widths is None:
            return list(rows)
        return [row[:width] for row, width in zip(rows, self.widths, strict=True)]


@dataclass(frozen=True)
class ExpectedField:
    """The field that frictionless expects in a column.

    Attributes:
        name: Its name.
        descriptor: As Table Schema has it.
        missing: The texts that stand for "no value".
        read: The reader of its cells: the value, and what it fails by name (``type``, or constraints).
        is_plain: Whether that reader is our own; else it is frictionless's.
    """

    name: str
    descriptor: Mapping[str, Any]
    missing: tuple[str, ...]
    read: Read
    is_plain: bool = False

    @property
    def is_plain_text(self) -> bool:
        """Return whether a value is the text itself."""
        return self.descriptor.get("type") == "string" and self.descriptor.get("format", "default") == "default"


Rows = Callable[[Sequence[str]], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Head:
    """What frictionless makes of a header.

    Attributes:
        errors: Its errors on the header and the schema.
        fields: The fields that it expects in the columns.
        is_final: Whether it goes no further than the header.
        keyed: Names of all fields whose whole columns are compared: unique ones, those of keys and what keys refer to.
        unique: Names of the fields whose values may not repeat.
        primary_key: Names of the key's fields; empty if the table lacks one of them.
        foreign: Given a function that reads the table's values of some fields, the fields of each foreign key and the
            values that they may have.
    """

    errors: tuple[RawError, ...] = ()
    fields: tuple[ExpectedField, ...] = ()
    is_final: bool = False
    keyed: frozenset[str] = frozenset()
    unique: tuple[str, ...] = ()
    primary_key: tuple[str, ...] = ()
    foreign: Callable[[Rows], Iterator[tuple[tuple[str, ...], set[tuple[Any, ...]]]]] = lambda rows: iter(())


@dataclass(frozen=True, slots=True)
class RawError:
    """One error of frictionless.

    Attributes:
        type: Its type, such as ``constraint-error``.
        record: Index of the record below the header; ``None`` for the header or the whole table.
        field: The field's name, ``None`` if there is none.
        column: Index of the column, ``None`` if there is none.
        value: The cell as it stands.
        constraint: Which constraint failed, for ``constraint-error``.
    """

    type: str
    record: int | None
    field: str | None
    column: int | None
    value: str | None
    constraint: str | None = None

    @property
    def ends_at_header(self) -> bool:
        """Return whether frictionless reads no record after this error: any header error not about a single label."""
        return self.record is None and not self.type.endswith("-label")


def check_table(
    table: TextTable,
    schema: Mapping[str, Any],
    *,
    by_name: bool,
    others: Mapping[str, TextTable] | None = None,
) -> list[RawError]:
    """Return every error that frictionless finds, in its order.

    Args:
        table: The table.
        schema: A Table Schema descriptor.
        by_name: Match columns by name (what ``schema_sync`` meant), else as the schema says, by position.
        others: Further tables, by resource name, that foreign keys refer to.
    """
    package, described = _package(table, schema, by_name=by_name, others=others)
    try:
        found = _errors_of_main(package)
    except (TypeError, ArithmeticError):
        _refuse_incomparable_cells(table, schema, by_name=by_name, others=others)
        raise
    return _translated(found, table, described)


def _package(
    table: TextTable, schema: Mapping[str, Any], *, by_name: bool, others: Mapping[str, TextTable] | None
) -> tuple[Any, Any]:
    """Return a table and those that it refers to as frictionless takes them, and the table's schema."""
    from frictionless import Package

    names = {name: f"table{number}" for number, name in enumerate(others or {})}
    described = _schema({**_with_names(schema, names), **({"fieldsMatch": "partial"} if by_name else {})})
    referred = [
        _resource(names[name], other, other.schema and _schema(other.schema)) for name, other in (others or {}).items()
    ]
    return Package(resources=[_resource(_MAIN, table, described), *referred]), described


def _errors_of_main(package: Any) -> list[Any]:
    """What frictionless says of a package's own parts and of the main table, but not of the others."""
    report = package.validate(limit_errors=_NO_LIMIT)
    return [*report.errors, *(error for task in report.tasks if task.name == _MAIN for error in task.errors)]


def read_cell(expected: ExpectedField, cell: str | None) -> tuple[Any, Iterable[str] | None]:
    """Return a cell's value, and what it fails by name.

    Raises:
        MeguroOpendataError: If frictionless breaks off there, comparing what cannot be compared: a time of day that has
            a time zone with a bound that has none.
    """
    try:
        return expected.read(cell)
    except (TypeError, ArithmeticError):
        raise MeguroOpendataError("cell-incomparable", name=expected.name, value=cell) from None


def _refuse_incomparable_cells(
    table: TextTable, schema: Mapping[str, Any], *, by_name: bool, others: Mapping[str, TextTable] | None
) -> None:
    """Raise for the cell at which frictionless has broken off."""
    head = read_head(table.header, schema, by_name=by_name, others=others)
    for expected, column in zip(head.fields, table.cells, strict=False):
        for cell in column.unique(maintain_order=True):
            value, _ = read_cell(expected, cell)
            if expected.name in head.keyed:
                hashable(expected, value)


def hashable(expected: ExpectedField, value: Any) -> Any:
    """Return a value of a key, if it can be looked up; errors as :func:`read_cell`."""
    try:
        hash(value)
    except TypeError:
        raise MeguroOpendataError("cell-incomparable", name=expected.name, value=value) from None
    return value


def read_head(
    header: Sequence[str], schema: Mapping[str, Any], *, by_name: bool, others: Mapping[str, TextTable] | None = None
) -> Head:
    """Return how frictionless reads a header; arguments and errors as :func:`check_table`.

    Raises:
        MeguroOpendataError: If frictionless breaks off in a table that foreign keys refer to.
    """
    from frictionless import FrictionlessException

    empty = TextTable(header, pl.DataFrame())
    package, described = _package(empty, schema, by_name=by_name, others=others)
    try:
        found = _errors_of_main(package)
    except (TypeError, ArithmeticError):  # the table itself is empty here
        raise MeguroOpendataError("reference-incomparable", names=list(others or {})) from None
    try:
        with package.get_resource(_MAIN).to_copy() as opened:
            expected = opened.header.get_expected_fields()
            primary = tuple(opened.schema.primary_key)
    except FrictionlessException:
        return Head(is_final=True)
    errors, here = tuple(_translated(found, empty, described)), {one.name for one in expected}
    unique = tuple(one.name for one in expected if one.constraints.get("unique"))
    return Head(
        errors=errors,
        fields=tuple(map(_expected_field, expected)),
        is_final=any(error.ends_at_header for error in errors),
        keyed=frozenset([*unique, *primary, *_linked(described)]),
        unique=unique,
        primary_key=primary if set(primary) <= here else (),
        foreign=lambda rows: _foreign_keys(described, package, here, rows),
    )


def field_reader(schema: Mapping[str, Any]) -> Read:
    """Return frictionless's own cell reader of a schema's first field."""
    return _schema(schema).fields[0].create_cell_reader()  # type: ignore[no-any-return]


def _expected_field(one: Any) -> ExpectedField:
    missing = one.missing_values
    if not one.has_defined("missing_values") and one.schema:
        missing = one.schema.missing_values
    descriptor = {"type": one.type, **one.to_descriptor()}
    return ExpectedField(one.name, descriptor, tuple(missing), one.create_cell_reader())


def _foreign_keys(
    described: Any, package: Any, here: set[str], rows: Rows
) -> Iterator[tuple[tuple[str, ...], set[tuple[Any, ...]]]]:
    for key in described.foreign_keys:
        fields, reference = tuple(key["fields"]), key["reference"]
        if not set(fields) <= here:
            continue
        wanted = tuple(reference["fields"])
        if reference["resource"] in ("", _MAIN):
            values = rows(wanted)
        else:
            with package.get_resource(reference["resource"]).to_copy() as other:
                values = [tuple(row.get(name) for name in wanted) for row in other.row_stream]
        yield fields, {value for value in values if set(value) != {None}}


def _linked(described: Any) -> Iterator[str]:
    """Yield the fields of foreign keys, and those of the table itself that they refer to."""
    for key in described.foreign_keys:
        yield from key["fields"]
        if key["reference"]["resource"] in ("", _MAIN):
            yield from key["reference"]["fields"]


def _resource(name: str, table: TextTable, schema: Any = None) -> Any:
    """Return the table as frictionless takes it; its first row is the header, whatever the other rows look like."""
    from frictionless import Dialect, Resource

    rows = [list(table.header), *map(list, table.records)]
    return Resource(name=name, data=rows, schema=schema, dialect=Dialect(header_rows=[1]))


def _with_names(schema: Mapping[str, Any], names: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the schema with its foreign keys pointing to names that frictionless allows.

    Raises:
        MeguroOpendataError: If a foreign key refers to a table that is not given.
    """
    keys = []
    for key in schema.get("foreignKeys", []):
        wanted = key["reference"].get("resource", "")
        if wanted and wanted not in names:
            raise MeguroOpendataError("foreign-table-missing", name=wanted, known=list(names) or ["-"])
        keys.append({**key, "reference": {**key["reference"], "resource": names.get(wanted, "")}})
    return {**schema, "foreignKeys": keys} if keys else schema


def check_package(descriptor: str) -> list[str]:
    """Return the types of the errors in a ``datapackage.json`` and the data that it describes."""
    from frictionless import Package

    bound_patterns()
    report = Package(descriptor).validate(limit_errors=_NO_LIMIT)
    return [error.type for error in [*report.errors, *(e for task in report.tasks for e in task.errors)]]


def _schema(schema: Mapping[str, Any]) -> Any:
    from frictionless import FrictionlessException, Schema

    bound_patterns()
    try:
        made = Schema.from_descriptor({**schema, "fields": [dict(field) for field in schema["fields"]]})
    except FrictionlessException:
        raise MeguroOpendataError("schema-invalid") from None
    if not all(_has_readable_bounds(field) for field in made.fields):
        raise MeguroOpendataError("schema-invalid")
    _refuse_incomparable_keys(made)
    return made


def _refuse_incomparable_keys(schema: Any) -> None:
    """Raise if values of a key or of a unique field are structures, at the first of which frictionless breaks off."""
    keyed = {*schema.primary_key, *(name for key in schema.foreign_keys for name in key["fields"])}
    for field in schema.fields:
        if field.type in _STRUCTURES and (field.name in keyed or field.constraints.get("unique")):
            raise MeguroOpendataError("schema-key-structure", name=field.name, type=field.type)


def _has_readable_bounds(field: Any) -> bool:
    """Return whether the bounds of a field are values of its own type, and its pattern is one.

    Raises:
        MeguroOpendataError: If frictionless reads the field's format only with a package that is not there.
    """
    from frictionless import FrictionlessException

    try:
        field.create_cell_reader()
    except re.error:
        return False
    except FrictionlessException:
        raise MeguroOpendataError("schema-format-missing", name=field.name, form=field.format) from None
    read = field.create_value_reader()
    return all(read(field.constraints[name]) is not None for name in _BOUNDS if name in field.constraints)


def _translated(found: list[Any], table: TextTable, schema: Any) -> list[RawError]:
    """Return frictionless's errors as ours, and empty the list.

    An error of frictionless takes about 1.7 kB, ours 100 bytes. A table with five errors in each of 100,000 rows took
    more than a gigabyte while both were kept.
    """
    readers, records = _FieldReaders(schema), table.records
    found.reverse()
    made: list[RawError] = []
    while found:
        made.append(_raw(found.pop(), table.header, records, readers))
    return made


def _raw(error: Any, header: Sequence[str], records: Sequence[Sequence[str]], readers: _FieldReaders) -> RawError:
    row_number = getattr(error, "row_number", None)
    record = None if row_number is None else row_number - 2
    number = getattr(error, "field_number", None)
    column = None if number is None else number - 1
    name = getattr(error, "field_name", None) or None
    value, constraint = _cell(header if record is None else records[record], column), None
    if error.type == "constraint-error" and name is not None:
        constraint = readers.next_failed(record, name, value)
    return RawError(error.type, record, name, column, value, constraint)


def _cell(cells: Sequence[str], column: int | None) -> str | None:
    return cells[column] if column is not None and column < len(cells) else None


class _FieldReaders:
    """Frictionless's own cell readers of a schema: which constraint a cell fails."""

    def __init__(self, schema: Any) -> None:
        self._readers = {field.name: field.create_cell_reader() for field in schema.fields}
        self._given: dict[tuple[int | None, str], int] = {}

    def next_failed(self, record: int | None, name: str, value: str | None) -> str | None:
        """Return the constraint of this cell's next error: the nth error is the nth failing constraint."""
        reader = self._readers.get(name)
        if reader is None:
            return None
        _, notes = reader(value)
        failed = [note for note in (notes or {}) if note != "type"]
        index = self._given.get((record, name), 0)
        self._given[(record, name)] = index + 1
        return failed[index] if index < len(failed) else None
