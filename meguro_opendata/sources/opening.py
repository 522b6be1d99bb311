"""From bytes to a ``Table``: true container, encoding, sheet, header row; each cell keeps its address."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from meguro_opendata.errors import SourceError
from meguro_opendata.sources.blocks import Cut, confidence
from meguro_opendata.sources.choice import Choice, choices, with_header
from meguro_opendata.sources.container import MARKUPS, WORKBOOKS, read_container
from meguro_opendata.sources.coverage import coverage
from meguro_opendata.sources.header import cut_table
from meguro_opendata.sources.proposed import Proposed
from meguro_opendata.sources.table import Grid, Table
from meguro_opendata.sources.text.textfile import read_text_grid

# Readers of workbooks and markup are loaded when a file is one: most are text, and start the sooner.
__all__ = ["propose_source", "read_grid", "read_grids", "read_source"]

_SURE = 0.5  # the least confidence of a header that is sure, as one is that alone has the names looked for
_LONGEST = 200  # characters of a title that are kept


def read_source(
    path: Path | str,
    *,
    sheet: str | None = None,
    header_row: int = 1,
    header_rows: int = 1,
    encoding: str | None = None,
    skip: Mapping[int, str] | None = None,
    keep_all: bool = False,
) -> Table:
    """Return the table in a file, read by the recipe's or the caller's instructions.

    Args:
        path: A CSV or TSV file, or a workbook.
        sheet: The sheet of a workbook; default the first visible one.
        header_row: Record number of the lowest header line (1 = first record of the sheet or file).
        header_rows: How many lines the header has; they are joined with ``_``.
        encoding: Of a text file; default: decided by BOM, strict UTF-8, strict CP932.
        skip: Record numbers to leave out, with reasons.
        keep_all: Keep blank rows, notes and totals as rows.

    Returns:
        A table whose ``frame`` is a polars DataFrame of strings.

    Raises:
        SourceError: If the file is missing, empty, of another kind, or has no such sheet or header.
    """
    grid = read_grid(Path(path), sheet, encoding)
    return cut_table(grid, header_row, header_rows, skip, keep_all)


def read_grid(path: Path, sheet: str | None = None, encoding: str | None = None, *, as_written: bool = False) -> Grid:
    """Return all cells of a file's sheet; errors as :func:`read_source`.

    Args:
        path: The file.
        sheet: The sheet of a workbook.
        encoding: The encoding of a text file.
        as_written: Take nothing off the cells of a text file, and its first record for the header.
    """
    container, raw = read_container(path)
    if container in (*WORKBOOKS, *MARKUPS):
        from meguro_opendata.sources.contained import read_contained

        return read_contained(path, raw, container, sheet, every=False)[0]
    if sheet is not None:
        raise SourceError("sheet-of-text", file=path, sheet=sheet)
    return read_text_grid(path, encoding, as_written=as_written)


def propose_source(
    path: Path,
    names: Collection[str],
    keep_all: bool = True,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
) -> Table:
    """Return the table in a file whose sheet and header row are not declared: those that fit the names best.

    Args:
        path: The file.
        names: Labels of the standards in question.
        keep_all: Keep blank rows, notes and totals as rows; another table below is none of them in any case.
        sheet: The sheet, if that is known.
        header_row: Record number of the lowest header line, if that is known.

    Raises:
        SourceError: As :func:`read_source`, and if no record can be a header.
    """
    grids = read_grids(path, sheet)
    found = choices(grids, names)
    best = next((choice for choice in found if sheet in (None, choice.grid.sheet)), None)
    if best is None:
        raise SourceError("file-empty", file=path)
    if header_row is not None:
        best = with_header(best, header_row)
    cut = best.whole_cut if keep_all else best.cut
    table = cut_table(best.grid, best.header_row, best.header_rows, keep_all=keep_all, cut=cut)
    others = [choice for choice in found if choice.grid is not best.grid]
    cuts = {best.grid.sheet: cut} | {choice.grid.sheet: choice.cut for choice in others}
    covered = coverage(grids, cuts, {best.grid.sheet}, {})
    return replace(table, proposed=_proposed(best, cut, declared=header_row is not None), coverage=covered)


def _proposed(best: Choice, cut: Cut, *, declared: bool) -> Proposed:
    """Return how a table was found; a header that is declared is sure."""
    return Proposed(
        title=_title(best.grid, cut, best.header_row),
        confidence=1.0 if declared else max(confidence(best.headers), _SURE if best.sure else 0.0),
        sure=best.sure,
        second=(best.grid.sheet, best.second.low + 1) if best.second else None,
    )


def _title(grid: Grid, cut: Cut, header_row: int) -> str:
    """Return the filled cells of the lines above a table that are its title."""
    titles = [block for block in cut.blocks if block.role == "title" and block.last_row < header_row]
    lines = (line for block in titles for line in range(block.first_row, block.last_row + 1))
    return " ".join(cell.strip() for line in lines for cell in grid.record(line - 1) if cell.strip())[:_LONGEST]


def read_grids(path: Path, sheet: str | None = None, encoding: str | None = None) -> list[Grid]:
    """Return a file's visible sheets or tables, and a hidden one by name; errors as :func:`read_source`."""
    container, raw = read_container(path)
    if container in (*WORKBOOKS, *MARKUPS):
        from meguro_opendata.sources.contained import read_contained

        grids = read_contained(path, raw, container, None, every=True)
    elif sheet is not None:
        raise SourceError("sheet-of-text", file=path, sheet=sheet)
    else:
        grids = [read_text_grid(path, encoding)]
    asked = [] if sheet is None or any(grid.sheet == sheet for grid in grids) else [read_grid(path, sheet)]
    return [*grids, *asked]
