"""One file checked against what is asked for, and its reports as files: page and marked workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meguro_opendata import validation
from meguro_opendata.errors import MeguroOpendataError, SourceError
from meguro_opendata.findings import Report
from meguro_opendata.sources import Grid, Table, propose_source, read_grid
from meguro_opendata.standard.filesets import load_file_standard
from meguro_opendata.standard.model import load_standard
from meguro_opendata.standard.schemafile import read_schema
from meguro_opendata.validation import Engine

if TYPE_CHECKING:
    from meguro_opendata.reports.html import Checked
    from meguro_opendata.reports.workbook.marked import Marked

__all__ = ["Yardstick", "check", "mark", "proposed_standard", "refuse_overwriting", "report_page", "yardstick"]


@dataclass(frozen=True)
class Yardstick:
    """What files are checked against: a standard, a schema, or, with neither, the standard that each file follows.

    ``personal``: personal data are looked for, too.
    """

    standard: str | None = None
    schema: Mapping[str, Any] | None = None
    engine: Engine = "fast"
    personal: bool = False

    @property
    def of_files(self) -> bool:
        """Whether the standard is a set of files, so that a folder or ZIP is one thing to check."""
        return self.standard is not None and load_file_standard(self.standard) is not None


def yardstick(
    standard: str | None, schema: Path | None, engine: Engine = "fast", *, personal: bool = False
) -> Yardstick:
    """What is asked for, refused at once if it cannot be.

    Raises:
        MeguroOpendataError: If both are named, there is no such standard, the schema is none, or personal data are
            looked for in tables of a schema, whose columns have no known kind.
    """
    if schema is not None and personal:
        raise MeguroOpendataError("personal-needs-standard")
    if standard is not None and schema is not None:
        raise MeguroOpendataError("standard-or-schema-option")
    if standard is not None and load_file_standard(standard) is None:
        load_standard(standard)
    return Yardstick(standard, read_schema(schema) if schema is not None else None, engine, personal)


def check(file: Path, asked: Yardstick) -> Report:
    """The report on one file.

    Args:
        file: The file.
        asked: What it is checked against.

    Raises:
        SourceError: If it cannot be read, or no standard is named and its header surely follows none.
    """
    if asked.schema is not None:
        return validation.validate_table(file, asked.schema, engine=asked.engine)
    standard = asked.standard or proposed_standard(file)
    return validation.validate_file(file, standard, asked.engine, personal=asked.personal)


def proposed_standard(file: Path) -> str:
    """The standard and version that a file's header surely follows.

    Raises:
        SourceError: If the file cannot be read, or follows no standard surely; the nearest ones are named.
    """
    from meguro_opendata.inspection.profiler import inspect_file

    seen = inspect_file(file)
    if seen.refusal is not None:
        raise seen.refusal
    if seen.standard is not None:
        return f"{seen.standard.id}@{seen.standard.version}"
    near = [f"{match.id}@{match.version}" for match in seen.matches[:3] if match.near]
    raise SourceError("standard-unrecognised-near" if near else "standard-unrecognised", file=file, near=near)


def refuse_overwriting(outputs: Iterable[Path | None], sources: Iterable[Path | None]) -> None:
    """Before anything is done: a report never takes the place of a file that it is about.

    Raises:
        MeguroOpendataError: If one of the outputs is one of the sources.
    """
    read = {source.resolve() for source in sources if source is not None}
    for output in outputs:
        if output is not None and output.resolve() in read:
            raise MeguroOpendataError("report-over-source", file=output)


def report_page(file: Path, report: Report, lang: str, index: str | None = None) -> bytes:
    """The report as a page that shows the file's own cells; errors as :func:`check`.

    Args:
        file: The file.
        report: What was found in it.
        lang: Language of the page.
        index: Address of the page on all files, where this is one of many.
    """
    from meguro_opendata.reports.html import as_html

    return as_html(report, lang, checked=_checked(file, report), index=index).encode("utf-8", "replace")


def mark(file: Path, report: Report, lang: str) -> Marked:
    """The file as a workbook with the findings on its cells.

    Raises:
        SourceError: If it has no workbook, or none that can be changed safely.
    """
    from meguro_opendata.reports.workbook.marked import mark_grid, mark_table

    source = _source(file, report)
    if source is None:
        raise SourceError("marked-feed", file=file)
    if isinstance(source, Grid):
        return mark_grid(source, report.findings, lang, columns=source.record(0))
    return mark_table(source, report.findings, lang)


def _source(file: Path, report: Report) -> Table | Grid | None:
    """The cells that the report is about, read once more; ``None`` for a set of files."""
    if report.standard is None:
        return read_grid(file)
    name, version = report.standard
    if load_file_standard(name) is not None:
        return None
    return propose_source(file, [field.name for field in load_standard(name, version).fields])


def _checked(file: Path, report: Report) -> dict[str | None, Checked]:
    from meguro_opendata.files.whole import sha256
    from meguro_opendata.reports.context import view_of_grid, view_of_table
    from meguro_opendata.reports.html import Checked
    from meguro_opendata.sources import read_bytes

    source = _source(file, report)
    if source is None:
        return {} if file.is_dir() else {None: Checked(file.name, sha256(read_bytes(file)))}
    if isinstance(source, Grid):
        view = view_of_grid(source)
    else:
        fields = load_standard(*report.standard).fields if report.standard else ()
        view = view_of_table(source, {field.name: field.kind for field in fields})
    return {None: Checked(file.name, sha256(read_bytes(file)), view)}
