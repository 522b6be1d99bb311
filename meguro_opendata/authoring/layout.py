"""The layout of a draft's source: the sheets and tables that are read, and the parts left out with their reasons."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from meguro_opendata.geo.gis.opening import is_geo_file
from meguro_opendata.geo.gis.table import propose_table
from meguro_opendata.geo.gis.words import LayerWords
from meguro_opendata.recipe.blockwords import NamedBlock, left_out
from meguro_opendata.recipe.sheets import declared_sheet
from meguro_opendata.recipe.sourcewords import FileSettings
from meguro_opendata.reports.coverage import reason_text
from meguro_opendata.sources import Grid, Table
from meguro_opendata.sources.blocks import Part, cut_declared, filled_lines
from meguro_opendata.sources.choice import is_example_sheet
from meguro_opendata.sources.header import cut_table
from meguro_opendata.sources.opening import read_grids

__all__ = ["Layout", "propose_layout"]

_COPY = 0.8  # share of rows in common from which a sheet is a copy: sorted in another way, with some rows corrected


@dataclass(frozen=True)
class Layout:
    """The recipe's words on reading the source.

    Attributes:
        table: The first table as ``build`` will read it.
        sheets: The sheets of one layout that are read one after another; empty if only one is read.
        blocks: The parts that the recipe names.
        unsure: Whether a person has to confirm the header line.
    """

    table: Table
    sheets: tuple[str, ...] = ()
    blocks: tuple[NamedBlock, ...] = ()
    unsure: bool = False


def propose_layout(
    source: Path,
    names: Collection[str],
    lang: str,
    sheet: str | None = None,
    header_row: int | None = None,
    words: LayerWords | None = None,
) -> Layout:
    """Return the layout of a file; every part that is left out has a line with the reason.

    Args:
        source: The file.
        names: Possible labels of a header.
        lang: Language of the reasons.
        sheet: The only sheet to read; chosen by the program if missing.
        header_row: Record number of the lowest header line; found by the program if missing.
        words: The user's declarations on a GIS file.

    Raises:
        SourceError: If the file cannot be read.
    """
    table = propose_table(source, names, keep_all=False, words=words, sheet=sheet, header_row=header_row)
    # A GIS file has layers and no cells; a table without a proposal was read by a declared header.
    if is_geo_file(source) or table.proposed is None:
        return Layout(table)
    way = FileSettings(header_row=table.header_row, header_rows=table.header_rows)
    grids = [grid for grid in read_grids(source, sheet) if filled_lines(grid, Part())]
    read = _read_grids(grids if sheet is None else [], table, way)
    blocks = _blocks(grids, read, way, lang)
    first = declared_sheet(read[0], way, [block for block in blocks if block.sheet in (None, read[0].sheet)])
    return Layout(
        replace(first.table, proposed=table.proposed, coverage=table.coverage),
        tuple(str(grid.sheet) for grid in read) if len(read) > 1 else (),
        tuple(blocks),
        unsure=not table.proposed.sure,
    )


def _read_grids(grids: Sequence[Grid], table: Table, way: FileSettings) -> list[Grid]:
    """Return the sheets that are read: those with the table's layout, or the table's own sheet alone."""
    alike = _without_copies([grid for grid in grids if _is_alike(grid, table, way)], way)
    return alike if len(alike) > 1 else [table.grid]


def _blocks(grids: Sequence[Grid], read: Sequence[Grid], way: FileSettings, lang: str) -> list[NamedBlock]:
    """Return the parts that the recipe has to name: blocks that are read, other tables, and other sheets."""
    others = {grid.sheet: _others(grid, way, lang) for grid in read}
    plain = all(_is_plain(grid, way, others[grid.sheet]) for grid in read)
    lines = [*([] if plain else _read_blocks(read, way)), *chain.from_iterable(others.values())]
    return [*lines, *(_other_sheet(grid, lang) for grid in grids if grid.sheet not in others)]


def _is_alike(grid: Grid, table: Table, way: FileSettings) -> bool:
    """Return whether a sheet has the same names on the same lines as the table, and rows below them."""
    if (
        is_example_sheet(grid.sheet)
        or grid.height <= way.header_row
        or not any(cell.strip() for cell in grid.record(way.header_row - 1))
    ):
        return False
    cut = cut_declared(grid, way.header_row, way.header_rows)
    found = cut_table(grid, way.header_row, way.header_rows, cut=cut) if cut.header else None
    return found is not None and found.labels == table.labels and found.frame.height > 0


def _without_copies(grids: Sequence[Grid], way: FileSettings) -> list[Grid]:
    """Return the sheets without copies of earlier ones: a copy repeats the rows, perhaps in another order."""
    kept: list[tuple[Grid, set[tuple[str, ...]]]] = []
    for grid in grids:
        rows = _rows(grid, way)
        if not any(len(rows & known) >= _COPY * len(rows) for _, known in kept):
            kept.append((grid, rows))
    return [grid for grid, _ in kept]


def _rows(grid: Grid, way: FileSettings) -> set[tuple[str, ...]]:
    """Return the rows below the header without the columns that number them."""
    # A running number depends on the order of the rows: it would make every row of a sorted copy a new one.
    frame = cut_table(grid, way.header_row, way.header_rows).frame
    numbers = [str(number) for number in range(1, frame.height + 1)]
    kept = [name for name in frame.columns if sum(map(str.__eq__, frame[name], numbers)) * 2 < frame.height]
    return set(frame.select(kept).rows())


def _others(grid: Grid, way: FileSettings, lang: str) -> list[NamedBlock]:
    """Return the blocks that leave out the other tables of a sheet."""
    return [left_out(block, grid, reason_text(block.reason or "", lang)) for block in declared_sheet(grid, way).unnamed]


def _is_plain(grid: Grid, way: FileSettings, others: Sequence[NamedBlock]) -> bool:
    """Return whether a recipe without further words reads the same columns and rows as the sheet's shape suggests."""
    cut = cut_declared(grid, way.header_row, way.header_rows)
    by_shape = cut_table(grid, way.header_row, way.header_rows, cut=cut)
    plain = declared_sheet(grid, way, others).table
    return (plain.labels, list(plain.rows)) == (by_shape.labels, list(by_shape.rows))


def _read_blocks(read: Sequence[Grid], way: FileSettings) -> list[NamedBlock]:
    """Return the lines of each sheet's table; without an end if the table ends the sheet, so that it can grow."""
    ends = {grid.sheet: cut_declared(grid, way.header_row, way.header_rows).end for grid in read}
    last = {grid.sheet: "" if ends[grid.sheet] >= grid.height else ends[grid.sheet] for grid in read}
    rows = {sheet: f"{way.header_row + 1}-{end}" for sheet, end in last.items()}
    # One line for all sheets where their tables have the same lines, as in workbooks of twelve months.
    if len(set(rows.values())) == 1:
        return [NamedBlock(rows=rows[read[0].sheet], read=True)]
    return [NamedBlock(sheet=sheet, rows=lines, read=True) for sheet, lines in rows.items()]


def _other_sheet(grid: Grid, lang: str) -> NamedBlock:
    return NamedBlock(sheet=grid.sheet, read=False, reason=reason_text("other-sheet", lang))
