"""A report with the file's own cells: a page that shows the cells, and a workbook with marked cells."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from meguro_opendata.errors import MeguroOpendataError, SourceError
from meguro_opendata.findings import Report
from meguro_opendata.sources import Grid, Table, propose_source, read_grid
from meguro_opendata.standard.filesets import load_file_standard
from meguro_opendata.standard.model import load_standard

# Templates and workbook writers are loaded only when a page or a workbook is asked for.
if TYPE_CHECKING:
    from meguro_opendata.reports.html import Checked
    from meguro_opendata.reports.workbook.marked import Marked

__all__ = ["annotated_page", "marked_copy", "refuse_overwriting"]


def refuse_overwriting(outputs: Iterable[Path | None], sources: Iterable[Path | None]) -> None:
    """Refuse output paths that would overwrite an input file.

    Raises:
        MeguroOpendataError: If one of the outputs is one of the sources.
    """
    # Resolved: a symbolic link or another spelling of the path would overwrite the input as well.
    read = {source.resolve() for source in sources if source is not None}
    for output in outputs:
        if output is not None and output.resolve() in read:
            raise MeguroOpendataError("report-over-source", file=output)


def annotated_page(file: Path, report: Report, lang: str, index: str | None = None) -> bytes:
    """Return the report as a page that shows each finding among the file's own cells.

    Args:
        file: The file.
        report: The report on the file.
        lang: Language of the page.
        index: Address of the page on all files, where this is one of many.

    Raises:
        SourceError: If the file can no longer be read.
    """
    from meguro_opendata.reports.html import as_html

    return as_html(report, lang, checked=_checked(file, report), index=index).encode("utf-8", "replace")


def marked_copy(file: Path, report: Report, lang: str) -> Marked:
    """Return the file as a workbook with the findings on its cells.

    Raises:
        SourceError: If the file is no workbook, or one that cannot be changed safely.
    """
    from meguro_opendata.reports.unchecked import unchecked_lines
    from meguro_opendata.reports.workbook.marked import mark_grid, mark_table

    above = [*unchecked_lines(report, lang)]
    source = _source(file, report)
    if source is None:
        raise SourceError("marked-feed", file=file)
    if isinstance(source, Grid):
        return mark_grid(source, report.findings, lang, columns=source.record(0), above=above)
    return mark_table(source, report.findings, lang, above)


def _source(file: Path, report: Report) -> Table | Grid | None:
    """Return the cells that the report is about, read again; ``None`` for a set of files."""
    if report.standard is None:
        return read_grid(file)
    name, version = report.standard
    if load_file_standard(name) is not None:
        return None
    names = [field.name for field in load_standard(name, version).fields]
    return propose_source(file, names, sheet=report.sheet, header_row=report.header_row)


def _checked(file: Path, report: Report) -> dict[str | None, Checked]:
    """Return the file with its checksum and cells, keyed as the page expects; the key of a single file is ``None``."""
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
