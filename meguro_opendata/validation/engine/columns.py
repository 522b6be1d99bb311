"""A header against a schema, by name: unknown columns, absent ones, spellings that differ in width only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from meguro_opendata.files.nearwords import suggest
from meguro_opendata.findings import Finding
from meguro_opendata.japan.folding import folded
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import Standard, standards
from meguro_opendata.standard.recognition.headernames import is_too_long, named_item

__all__ = ["match_columns"]


def match_columns(table: Table, schema: Mapping[str, Any], standard: Standard) -> list[Finding]:
    """Return info findings on the header: columns that the standard lacks (kept), then fields that have no column.

    Required fields without a column are frictionless's ``missing-label`` and are not repeated here.
    """
    fields = schema["fields"]
    return [*_unknown(table, [field["name"] for field in fields], standard), *_absent(table, fields)]


def _unknown(table: Table, names: list[str], standard: Standard) -> Iterator[Finding]:
    absent = [name for name in names if name not in table.frame.columns]
    for index, column in enumerate(table.frame.columns):
        label = table.labels[index]
        if label and label not in names:
            suggestion = _meant(label, absent, standard)
            yield table.header_finding("column-unknown", "info", column, column=label, suggestion=suggestion)


def _meant(label: str, absent: list[str], standard: Standard) -> str | None:
    """Return the missing item that a label probably means, by synonyms of offices, else by spelling."""
    shipped = any(one.id == standard.id for one in standards())
    named = named_item(label, standard) if shipped else None
    if named is not None:
        return named[0] if named[0] in absent else None
    if is_too_long(label):
        return None
    written = folded(label)
    near = [name for name in absent if folded(name) == written] or suggest(label, absent)
    return near[0] if near else None


def _absent(table: Table, fields: list[dict[str, Any]]) -> Iterator[Finding]:
    for field in fields:
        required = field.get("constraints", {}).get("required")
        if field["name"] not in table.labels and not required:
            yield Finding(
                code="column-absent",
                severity="info",
                sheet=table.grid.sheet,
                row=table.header_row,
                field=field["name"],
            )
