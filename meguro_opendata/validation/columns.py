"""A header against a schema, by name: unknown columns, absent ones, spellings that differ in width only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from meguro_opendata.declarations import suggest
from meguro_opendata.findings import Finding
from meguro_opendata.sources import Table, folded

__all__ = ["match_columns"]


def match_columns(table: Table, schema: Mapping[str, Any]) -> list[Finding]:
    """Info findings on the header: columns that the schema lacks (kept), then fields that have no column.

    Required fields without a column are frictionless's ``missing-label`` and are not repeated here.
    """
    fields = schema["fields"]
    return [*_unknown(table, [field["name"] for field in fields]), *_absent(table, fields)]


def _unknown(table: Table, names: list[str]) -> Iterator[Finding]:
    absent = [name for name in names if name not in table.frame.columns]
    for index, column in enumerate(table.frame.columns):
        label = table.labels[index]
        if label and label not in names:
            near = [name for name in absent if folded(name) == folded(label)] or suggest(label, absent)[:1]
            suggestion = near[0] if near else None
            yield table.header_finding("column-unknown", "info", column, column=label, suggestion=suggestion)


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
