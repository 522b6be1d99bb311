"""From bytes to a ``Table``: true container, encoding, sheet, header row; each cell keeps its address."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from meguro_opendata.errors import SourceError
from meguro_opendata.sources.block import Proposed
from meguro_opendata.sources.blocks import Block, Header, confidence, is_sure
from meguro_opendata.sources.choice import Choice, choices
from meguro_opendata.sources.container import MARKUPS, WORKBOOKS, read_container
from meguro_opendata.sources.header import cut_table
from meguro_opendata.sources.table import Grid, Table
from meguro_opendata.sources.text.textfile import read_text_grid

# Readers of workbooks and markup are loaded when a file is one: most are text, and start the sooner.
__all__ = ["propose_source", "read_grid", "read_source"]

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
    """The table in a file, read as told.

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


def read_grid(path: Path, sheet: str | None = None, encoding: str | None = None) -> Grid:
    """All cells of a file's sheet; errors as :func:`read_source`."""
    container, raw = read_container(path)
    if container in WORKBOOKS:
        from meguro_opendata.sources.workbook.workbook import read_workbook_sheet

        return read_workbook_sheet(path, raw, container, sheet)
    if container in MARKUPS:
        from meguro_opendata.sources.markup.markup import read_markup_sheet

        return read_markup_sheet(path, raw, container, sheet)
    if sheet is not None:
        raise SourceError("sheet-of-text", file=path, sheet=sheet)
    return read_text_grid(path, encoding)


def propose_source(path: Path, names: Collection[str], keep_all: bool = True, *, by_blocks: bool = True) -> Table:
    """Return the table in a file whose sheet and header row are not declared: those that fit the names best.

    Args:
        path: The file.
        names: Labels of the standards in question.
        keep_all: Keep blank rows, notes and totals as rows.
        by_blocks: Without these, leave out sections, sums and other tables, too, and say what was left out; else read
            the table as a recipe does that declares its header and nothing more.

    Raises:
        SourceError: As :func:`read_source`, and if no record can be a header.
    """
    found = choices(_grids(path), names)
    if not found:
        raise SourceError("file-empty", file=path)
    best = found[0]
    if keep_all or not by_blocks:
        return cut_table(best.grid, best.header_row, best.header_rows, keep_all=keep_all)
    table = cut_table(best.grid, best.header_row, best.header_rows, cut=best.cut)
    return replace(table, proposed=_proposed(found))


def _proposed(found: Sequence[Choice]) -> Proposed:
    """How the first of some choices was found, and what else the sheets hold."""
    best, headers = found[0], found[0].headers
    others = [_of_other_sheet(block, choice.header) for choice in found[1:] for block in choice.cut.blocks]
    return Proposed(
        title=_title(best),
        confidence=confidence(headers),
        sure=is_sure(headers),
        second=(best.grid.sheet, best.second.low + 1) if best.second else None,
        blocks=(*best.cut.blocks, *others),
    )


def _of_other_sheet(block: Block, header: Header) -> Block:
    """A block of a sheet that is not read; lines of one cell each, as on a cover, are no table."""
    if not block.read:
        return block
    if not header.score:
        return replace(block, read=False, role="title", reason="title")
    return replace(block, read=False, role="other_table", reason="other-sheet")


def _title(choice: Choice) -> str:
    """The filled cells of the lines above a table that are its title."""
    titles = [block for block in choice.cut.blocks if block.role == "title" and block.last_row < choice.header_row]
    lines = (line for block in titles for line in range(block.first_row, block.last_row + 1))
    return " ".join(cell.strip() for line in lines for cell in choice.grid.record(line - 1) if cell.strip())[:_LONGEST]


def _grids(path: Path) -> list[Grid]:
    """Every visible sheet or table of a file; errors as :func:`read_source`."""
    container, raw = read_container(path)
    if container in WORKBOOKS:
        from meguro_opendata.sources.workbook.workbook import read_workbook_grids

        return read_workbook_grids(path, raw, container)
    if container in MARKUPS:
        from meguro_opendata.sources.markup.markup import read_markup_grids

        return read_markup_grids(path, raw, container)
    return [read_text_grid(path)]
