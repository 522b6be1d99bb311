"""The tables that foreign keys refer to: read, and given the types by which their values are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from meguro_opendata.errors import MeguroOpendataError, SourceError
from meguro_opendata.sources import Grid, read_grid
from meguro_opendata.standard.schemafile import check_schema
from meguro_opendata.validation.engine.frictionless import TextTable
from meguro_opendata.validation.specification.faults import refuse_unknown_references
from meguro_opendata.validation.specification.keys import names_of, reference_of

__all__ = ["Tables", "referred_tables", "whole_table", "with_types"]

Tables: TypeAlias = Mapping[str, Path | str | tuple[Path | str, Mapping[str, Any] | None]]
# What says how a value is read; the referring field's constraints are no business of the other table.
_READING = (
    "type", "format", "missingValues", "bareNumber", "groupChar", "decimalChar", "trueValues", "falseValues",
    "delimiter", "itemType",
)  # fmt: skip


def referred_tables(schema: Mapping[str, Any], tables: Tables) -> dict[str, TextTable]:
    """Return the further tables of a check, by resource name.

    Args:
        schema: The schema whose foreign keys refer to them.
        tables: Each a path, or a path and its Table Schema.

    Raises:
        SourceError: If a table cannot be read.
        ConfigurationError: If a schema is none, or a foreign key refers to fields that a table lacks.
        MeguroOpendataError: If a foreign key refers to a table that is not given.
    """
    others: dict[str, TextTable] = {}
    for name, given in tables.items():
        path, own = given if isinstance(given, tuple) else (given, None)
        table = whole_table(read_grid(Path(path)))
        others[name] = replace(table, schema=check_schema(own, f"tables.{name}")) if own is not None else table
    for key in schema.get("foreignKeys") or ():
        if reference_of(key) and reference_of(key) not in others:
            raise MeguroOpendataError("foreign-table-missing", name=reference_of(key), known=list(others))
    refuse_unknown_references(schema, others, "schema")
    return {name: with_types(name, table, schema) for name, table in others.items()}


def whole_table(grid: Grid) -> TextTable:
    """Return a grid as a table whose first record is the header.

    Raises:
        SourceError: If there is no record.
    """
    if not grid.height:
        raise SourceError("file-empty", file=grid.path)
    widths = grid.widths[1:] if grid.widths is not None else None
    return TextTable(grid.record(0), grid.cells[1:], widths)


def with_types(name: str, table: TextTable, schema: Mapping[str, Any]) -> TextTable:
    """Return a table, without a schema of its own, with the types of the fields that refer to it.

    Frictionless would guess them from the values: ``0000000001`` would become the number 1, which no text equals.
    Where labels are blank or repeated, or two keys read one field in two ways, it is left to guess.
    """
    if table.schema is not None or len({label for label in table.header if label.strip()}) != len(table.header):
        return table
    described = {field["name"]: field for field in schema["fields"]}
    types: dict[str, dict[str, Any]] = {}
    for key in schema.get("foreignKeys") or ():
        if reference_of(key) == name:
            for own, other in zip(names_of(key["fields"]), names_of(key["reference"]["fields"]), strict=True):
                reading = {part: described[own][part] for part in _READING if part in described[own]}
                if types.setdefault(other, reading) != reading:
                    return table
    fields = [{"type": "string", **types.get(label, {}), "name": label} for label in table.header]
    around = {part: schema[part] for part in ("$schema", "missingValues") if part in schema}
    return replace(table, schema={**around, "fields": fields})
