"""Frictionless's errors → findings with the place in the user's own file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from meguro_opendata import messages
from meguro_opendata.findings import Finding
from meguro_opendata.sources import Grid, Table, column_letter
from meguro_opendata.validation.engine.frictionless import RawError
from meguro_opendata.validation.engine.suggestions import Meaning, Suggestions

__all__ = ["Places", "places_in", "places_of_grid", "places_of_text", "translate", "translate_judged"]

_SHOWN = 200


@dataclass(frozen=True)
class Places:
    """Where the records and columns of a checked table stand in the source.

    Attributes:
        header_row: Record number of the header.
        rows: Record number of each record.
        lines: Physical line of each record of a text file.
        columns: The source column of each checked column, ``None`` for one that has no source.
        letters: Its letter in a workbook, else ``None``.
    """

    sheet: str | None
    header_row: int
    rows: Sequence[int]
    lines: Sequence[int] | None
    columns: Sequence[str | None]
    letters: Sequence[str | None]

    def column(self, index: int | None) -> str | None:
        """Return the source column of a checked column."""
        return self.columns[index] if index is not None and index < len(self.columns) else None

    def cell(self, row: int, index: int | None) -> str | None:
        """Return the address as Excel shows it, ``None`` for text files and columns without a source."""
        letter = self.letters[index] if index is not None and index < len(self.letters) else None
        return f"{letter}{row}" if letter else None


def places_in(table: Table, columns: Sequence[str | None]) -> Places:
    """Return the places of a table's rows, with the source column of each checked column."""
    names = table.frame.columns
    letters = [
        column_letter(names.index(name)) if table.grid.is_workbook and name in names else None for name in columns
    ]
    return Places(table.grid.sheet, table.header_row, table.rows, table.lines, columns, letters)


def places_of_grid(grid: Grid) -> Places:
    """Return the places of a grid whose first record is the header and whose every other record is checked."""
    header = grid.record(0)
    letters = [column_letter(index) if grid.is_workbook else None for index in range(len(header))]
    lines = grid.lines[1:] if grid.lines is not None else None
    return Places(grid.sheet, 1, range(2, grid.height + 1), lines, header, letters)


def places_of_text(header: Sequence[str], lines: Sequence[int]) -> Places:
    """Return the places in a text file whose first record is the header; ``lines`` are those of later records."""
    return Places(None, 1, range(2, len(lines) + 2), lines, header, [None] * len(header))


def translate(errors: Sequence[RawError], schema: Mapping[str, Any], places: Places) -> list[Finding]:
    """Return one finding an error, in the same order, each an ``error`` with ``check`` set."""
    fields = {field["name"]: field for field in schema["fields"]}
    suggestions = Suggestions(schema)
    return [_finding(error, fields, places, suggestions) for error in errors]


def translate_judged(
    errors: Iterable[tuple[RawError, bool]], schema: Mapping[str, Any], places: Places
) -> list[Finding]:
    """One finding an error; those that frictionless does not share are our own, with a code of the specification."""
    fields = {field["name"]: field for field in schema["fields"]}
    suggestions = Suggestions(schema)
    return [
        _finding(error, fields, places, suggestions) if shared else _own_finding(error, fields, places)
        for error, shared in errors
    ]


def _own_finding(error: RawError, fields: Mapping[str, Mapping[str, Any]], places: Places) -> Finding:
    """Return a finding of the specification; our readers of suggestions know frictionless's fields only."""
    made = _finding(error, fields, places, None)
    field = fields.get(error.field or "")
    kind = "type" if error.type == "type-error" else error.type
    name = error.constraint if error.type == "constraint-error" else kind
    params = {"form_name": _form_of(field), "fields": error.constraint or ""}
    return replace(made, code=f"spec-{name}", check=None, params={**made.params, **params})


def _form_of(field: Mapping[str, Any] | None) -> str:
    """Return a field's type as a schema writes it, with its format where it has one."""
    if field is None:
        return ""
    kind, form = field.get("type", "any"), field.get("format", "default")
    return str(kind) if form == "default" else f"{kind} {form}"


def _finding(
    error: RawError,
    fields: Mapping[str, Mapping[str, Any]],
    places: Places,
    suggestions: Suggestions | None,
) -> Finding:
    field = fields.get(error.field or "")
    meaning = _meaning(error, field, suggestions)
    row = places.header_row if error.record is None else places.rows[error.record]
    return Finding(
        code=meaning.cause or _code(error, field),
        severity="error",
        check=error.type,
        sheet=places.sheet,
        cell=None if error.type == "missing-label" else places.cell(row, error.column),
        row=row,
        line=None if error.record is None or places.lines is None else places.lines[error.record],
        column=None if error.type == "missing-label" else places.column(error.column),
        field=error.field if field is not None else None,
        value=None if error.value is None else error.value[:_SHOWN],
        suggestion=meaning.suggestion,
        params=_params(error, field),
    )


def _meaning(error: RawError, field: Mapping[str, Any] | None, suggestions: Suggestions | None) -> Meaning:
    """What the value of a cell shows of itself; nothing where the finding is about something else."""
    if suggestions is None or field is None or not error.value or error.type not in ("type-error", "constraint-error"):
        return Meaning()
    return suggestions.of(field["name"], error.value)


def _code(error: RawError, field: Mapping[str, Any] | None) -> str:
    if error.type == "constraint-error":
        return f"constraint-{error.constraint}"
    if error.type == "type-error" and field is not None:
        return f"type-{field.get('type', 'any')}"
    return error.type if error.type in _told() else "table-error"


@cache
def _told() -> frozenset[str]:
    """Return the codes of findings: every value type and every constraint; frictionless may have more."""
    return frozenset(messages.codes("findings"))


def _params(error: RawError, field: Mapping[str, Any] | None) -> dict[str, object]:
    params: dict[str, object] = {"type": error.type, "name": error.field or ""}
    if field is None:
        return params
    params["kind"] = field.get("mo:kind")
    constraints = field.get("constraints", {})
    if error.constraint in constraints:
        params["bound"] = constraints[error.constraint]
    elif error.constraint == "categories":
        params["bound"] = [one.get("value") if isinstance(one, dict) else one for one in field["categories"]]
    return params
