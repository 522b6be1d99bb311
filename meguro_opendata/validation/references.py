"""The tables that foreign keys refer to: read, and given the types by which their values are compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from meguro_opendata.errors import MeguroOpendataError, SourceError
from meguro_opendata.sources import Grid, read_grid
from meguro_opendata.standard.schemafile import check_schema
from meguro_opendata.validation.engine.frictionless import TextTable
from meguro_opendata.validation.specification.faults import refuse_unknown_references
from meguro_opendata.validation.specification.keys import names_of, reference_of

__all__ = ["Tables", "named_tables", "referred_tables", "whole_table", "with_types"]

Tables: TypeAlias = Mapping[str, Path | str | tuple[Path | str, Mapping[str, Any] | None]]
# What says how a value is read; the referring field's constraints are no business of the other table.
_READING = (
    "type", "format", "missingValues", "bareNumber", "groupChar", "decimalChar", "trueValues", "falseValues",
    "delimiter", "itemType",
)  # fmt: skip


def named_tables(texts: Iterable[str]) -> dict[str, tuple[Path, Path | None]]:
    """Return tables as the command line names them, ``NAME=FILE`` or ``NAME=FILE:SCHEMA.json``, with their schemas.

    Raises:
        MeguroOpendataError: If one is not written so, or a name comes twice.
    """
    named: dict[str, tuple[Path, Path | None]] = {}
    for text in texts:
        name, sign, rest = text.partition("=")
        file, schema = _split(rest)
        if not (name and sign and file):
            raise MeguroOpendataError("table-option", value=text)
        if name in named:
            raise MeguroOpendataError("table-option-twice", name=name)
        named[name] = (Path(file), Path(schema) if schema else None)
    return named


def _split(text: str) -> tuple[str, str | None]:
    r"""Return a file and its schema: cut at the last colon before a ``.json``, but at none behind a drive's letter.

    >>> _split("f.csv:s.json"), _split("f.csv")
    (('f.csv', 's.json'), ('f.csv', None))
    >>> _split(r"C:\f.csv:D:\s.json"), _split(r"C:\f.csv"), _split(r"C:\f.json")
    (('C:\\f.csv', 'D:\\s.json'), ('C:\\f.csv', None), ('C:\\f.json', None))
    """
    if not text.lower().endswith(".json"):
        return text, None
    at = len(text)
    while (at := text.rfind(":", 0, at)) > 0:
        if not _is_drive(text, at):
            return text[:at], text[at + 1 :]
    return text, None


def _is_drive(text: str, colon: int) -> bool:
    """Return whether a colon stands behind the letter of a drive, at the beginning of a path."""
    alone = colon == 1 or text[colon - 2] == ":"
    return alone and text[colon - 1].isalpha() and text[colon + 1 : colon + 2] in ("\\", "/")


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
        table = whole_table(read_grid(Path(path), as_written=True))
        others[name] = (
            table if own is None else replace(table, schema=_without_keys(check_schema(own, f"tables.{name}")))
        )
    for key in schema.get("foreignKeys") or ():
        if reference_of(key) and reference_of(key) not in others:
            raise MeguroOpendataError("foreign-table-missing", name=reference_of(key), known=list(others) or ["-"])
    refuse_unknown_references(schema, others, "schema")
    return {name: with_types(name, table, schema) for name, table in others.items()}


def _without_keys(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a referenced table without its own foreign keys, which are not checked here."""
    return {name: part for name, part in schema.items() if name != "foreignKeys"}


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
    types = _types_wanted(name, schema)
    if types is None:
        return table
    fields = [{"type": "string", **types.get(label, {}), "name": label} for label in table.header]
    around = {part: schema[part] for part in ("$schema", "missingValues") if part in schema}
    return replace(table, schema={**around, "fields": fields})


def _types_wanted(name: str, schema: Mapping[str, Any]) -> dict[str, dict[str, Any]] | None:
    """How the fields are read that refer to a table's columns, by column; ``None`` if two differ on one column."""
    described = {field["name"]: field for field in schema["fields"]}
    types: dict[str, dict[str, Any]] = {}
    for key in schema.get("foreignKeys") or ():
        pairs = zip(names_of(key["fields"]), names_of(key["reference"]["fields"]), strict=True)
        for own, other in pairs if reference_of(key) == name else ():
            reading = {part: described[own][part] for part in _READING if part in described[own]}
            if types.setdefault(other, reading) != reading:
                return None
    return types
