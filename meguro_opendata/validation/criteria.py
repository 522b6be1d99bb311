"""Criteria of a check (standard or schema), and the check of one file against them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from meguro_opendata.errors import MeguroOpendataError, SourceError
from meguro_opendata.findings import Report
from meguro_opendata.messages import default_language
from meguro_opendata.reports.overview import Unchecked
from meguro_opendata.sources.blocks import Part, filled_lines
from meguro_opendata.sources.opening import read_grids
from meguro_opendata.standard.filesets import load_file_standard
from meguro_opendata.standard.model import load_standard
from meguro_opendata.standard.schemafile import read_schema
from meguro_opendata.validation.engine.choice import Engine
from meguro_opendata.validation.onefile import validate_file
from meguro_opendata.validation.onetable import validate_table
from meguro_opendata.validation.references import Tables, named_tables

__all__ = ["Yardstick", "check", "check_sheets", "proposed_standard", "yardstick"]


@dataclass(frozen=True)
class Yardstick:
    """What files are checked against: a standard, a schema, or, with neither, the standard that each file follows.

    ``personal``: personal data are looked for, too. ``sheet`` and ``header_row`` say where the table is.
    ``personal``: personal data are looked for, too. ``specification``: Data Package 2 is the judge. ``tables``: those
    that foreign keys of the schema refer to, by name, with their schemas.
    """

    standard: str | None = None
    schema: Mapping[str, Any] | None = None
    engine: Engine = "fast"
    personal: bool = False
    sheet: str | None = None
    header_row: int | None = None
    specification: bool = False
    tables: Tables = field(default_factory=dict)

    @property
    def of_files(self) -> bool:
        """Return whether the standard is a set of files, so that a folder or ZIP is one thing to check."""
        return self.standard is not None and load_file_standard(self.standard) is not None

    @property
    def others(self) -> list[Path]:
        """Return the files of the tables that foreign keys refer to."""
        return [Path(given[0] if isinstance(given, tuple) else given) for given in self.tables.values()]


def yardstick(
    standard: str | None,
    schema: Path | None,
    engine: Engine = "fast",
    *,
    personal: bool = False,
    specification: bool = False,
    tables: Iterable[str] = (),
) -> Yardstick:
    """Return what files are checked against; refuse at once what cannot be used.

    Raises:
        MeguroOpendataError: If both are named, there is no such standard, the schema is none, personal data are
            looked for in tables of a schema, whose columns have no known kind, or what is said of a schema has none.
    """
    named = named_tables(tables)
    of_schema = "--specification" if specification else "--table" if named else None
    _refuse_mixed(standard, schema, personal=personal, of_schema=of_schema)
    if standard is not None and load_file_standard(standard) is None:
        load_standard(standard)
    others = {name: (file, _read(own)) for name, (file, own) in named.items()}
    return Yardstick(standard, _read(schema), engine, personal, specification=specification, tables=others)


def _read(schema: Path | None) -> dict[str, Any] | None:
    return read_schema(schema) if schema is not None else None


def _refuse_mixed(standard: str | None, schema: Path | None, *, personal: bool, of_schema: str | None) -> None:
    """Raise for options that do not go together; ``of_schema`` is one that says something of a schema."""
    if schema is None and of_schema is not None:
        raise MeguroOpendataError("needs-schema-option", option=of_schema)
    if schema is not None and personal:
        raise MeguroOpendataError("personal-needs-standard")
    if standard is not None and schema is not None:
        raise MeguroOpendataError("standard-or-schema-option")


def check(file: Path, asked: Yardstick) -> Report:
    """Return the report on one file.

    Args:
        file: The file.
        asked: What it is checked against.

    Raises:
        SourceError: If it cannot be read, or no standard is named and its header surely follows none.
    """
    if asked.schema is not None:
        return validate_table(file, asked.schema, asked.engine, asked.tables, asked.specification)
    standard = asked.standard or proposed_standard(file, asked.sheet)
    return validate_file(
        file, standard, asked.engine, personal=asked.personal, sheet=asked.sheet, header_row=asked.header_row
    )


def check_sheets(file: Path, asked: Yardstick) -> list[Report | Unchecked]:
    """Return for each visible sheet of a workbook that is not blank the report, or why there is none.

    Raises:
        SourceError: If the file cannot be read.
    """
    results: list[Report | Unchecked] = []
    for grid in read_grids(file):
        if not filled_lines(grid, Part()):
            continue
        try:
            results.append(check(file, replace(asked, sheet=grid.sheet)))
        except SourceError as error:
            shown = f"{file} [{grid.sheet}]" if grid.sheet else str(file)
            results.append(Unchecked(shown, error.code, error.text(default_language()), error.exit_code))
    return results


def proposed_standard(file: Path, sheet: str | None = None) -> str:
    """Return the standard and version that the header of a file, or of one of its sheets, certainly follows.

    Raises:
        SourceError: If the file cannot be read, or follows no standard surely; the nearest ones are named.
    """
    from meguro_opendata.inspection.profiler import inspect_file

    seen = inspect_file(file, sheet=sheet)
    if seen.refusal is not None:
        raise seen.refusal
    if seen.standard is not None:
        return f"{seen.standard.id}@{seen.standard.version}"
    near = [f"{match.id}@{match.version}" for match in seen.matches[:3] if match.near]
    raise SourceError("standard-unrecognised-near" if near else "standard-unrecognised", file=file, near=near)
