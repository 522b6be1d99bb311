"""One sheet as a recipe declares it: its table, its blocks, and other tables that the recipe does not name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from meguro_opendata.errors import SourceError
from meguro_opendata.findings import Block
from meguro_opendata.recipe.blockwords import NamedBlock
from meguro_opendata.recipe.sourcewords import FileSettings
from meguro_opendata.sources import Grid, Table
from meguro_opendata.sources.blocks import Cut, Part, cut_declared, filled_lines, without
from meguro_opendata.sources.header import cut_table, labels_of

__all__ = ["Declared", "declared_sheet", "refuse_moved_header"]

_SEARCHED = 80  # lines in which a moved header is looked for: titles and notes above a table are shorter
_FEWEST = 2  # columns of the recipe that a line must name to be its header: a single one occurs in notes, too


@dataclass(frozen=True)
class Declared:
    """A sheet as a recipe reads it.

    Attributes:
        table: The sheet's table.
        cut: All blocks of the sheet, with those that the recipe names.
        unnamed: Other tables that the recipe does not name.
    """

    table: Table
    cut: Cut
    unnamed: tuple[Block, ...]


def declared_sheet(
    grid: Grid,
    way: FileSettings,
    blocks: Sequence[NamedBlock] = (),
    skip: Mapping[int, str] | None = None,
    columns: Collection[str] = (),
) -> Declared:
    """Return the table of a sheet as a recipe declares it.

    If the recipe reads certain blocks, the table has the lines of these blocks only; notes and sums in them are
    recognised by their shape. Otherwise the table has every line below the header except the blocks left out.

    Args:
        grid: The cells of the sheet.
        way: The settings with the place of the header.
        blocks: The parts of this sheet that the recipe names.
        skip: Rows that are no records, with the reasons.
        columns: The columns that the recipe names.

    Raises:
        SourceError: If a block has moved, or if the sheet lacks the header or a row.
    """
    _refuse_moved_blocks(grid, blocks)
    unread = [block for block in blocks if not block.read]
    read = [_part(block) for block in blocks if block.read]
    rest = without(grid, map(_part, unread))
    found = _by_blocks(rest, way, read, skip) if read else _as_declared(rest, way, skip, columns)
    return _with_unread(found, grid, unread)


def _with_unread(found: Declared, grid: Grid, unread: Sequence[NamedBlock]) -> Declared:
    """Return a sheet with the blocks that the recipe leaves out, whose lines were read as blank ones."""
    # These lines look blank in what was read, but they are accounted for as blocks; to list them as blank rows too
    # would count them twice.
    masked = {line for block in unread for line in filled_lines(grid, _part(block))}
    rejected = (row for row in found.table.rejected if row.row - 1 not in masked or row.reason != "blank")
    blocks = [block for block in found.cut.blocks if block.role != "blank" or _is_blank(block, masked)]
    named = (_as_block(grid, block) for block in unread)
    cut = replace(found.cut, blocks=(*blocks, *(block for block in named if block is not None)))
    return Declared(replace(found.table, grid=grid, rejected=tuple(rejected)), cut, found.unnamed)


def _part(block: NamedBlock) -> Part:
    start, end = block.lines
    return Part(start, end, block.letters)


def _is_blank(block: Block, masked: set[int]) -> bool:
    return not any(line in masked for line in range(block.first_row - 1, block.last_row))


def _as_block(grid: Grid, named: NamedBlock) -> Block | None:
    """Return the filled lines of a block that the recipe leaves out; ``None`` for a blank block."""
    return _filled_block(grid, _part(named), named.reason or "")


def _filled_block(grid: Grid, part: Part, reason: str) -> Block | None:
    """Return the filled lines of a part as another table; ``None`` for a blank part."""
    lines = filled_lines(grid, part)
    if not lines:
        return None
    left, right = part.columns or (0, grid.width - 1)
    return Block(grid.sheet, lines[0] + 1, lines[-1] + 1, left + 1, right + 1, "other_table", False, reason)


def _as_declared(grid: Grid, way: FileSettings, skip: Mapping[int, str] | None, columns: Collection[str]) -> Declared:
    """Return the table with every line below the header."""
    table = cut_table(grid, way.header_row, way.header_rows, skip)
    reasons = {rejection.row - 1: rejection.reason for rejection in table.rejected}
    reasons |= dict.fromkeys(range(way.header_row + table.rows_in, grid.height), "blank")
    cut = cut_declared(grid, way.header_row, way.header_rows, reasons=reasons)
    return Declared(table, cut, tuple(_others(grid, cut, table, columns)))


def _others(grid: Grid, cut: Cut, table: Table, columns: Collection[str]) -> Iterator[Block]:
    """Yield the tables above, below and beside that the recipe has to name; not those with only mapped columns."""
    above = [block for block in cut.blocks if block.reason == "table-above" and block.role == "other_table"]
    top = cut.header.top if cut.header else 0
    for start, end, reason in ((0, top if above else 0, "table-above"), (cut.end, None, "second-table")):
        found = _filled_block(grid, Part(start, end), reason)
        if found is not None:
            yield found
    for block in cut.blocks:
        names = table.frame.columns[block.first_column - 1 : block.last_column]
        if block.reason == "table-beside" and not set(names) <= set(columns):
            yield block


def _by_blocks(grid: Grid, way: FileSettings, read: Sequence[Part], skip: Mapping[int, str] | None) -> Declared:
    """Return the table with the lines of the blocks that are read."""
    outside = list(_outside(read, way.header_row))
    shown = without(grid, outside)
    cut = cut_declared(shown, way.header_row, way.header_rows, whole=True)
    if cut.header is None:
        raise SourceError("header-missing", file=grid.path, sheet=grid.sheet or "-", row=way.header_row)
    table = cut_table(shown, way.header_row, way.header_rows, skip, cut=cut)
    lost = [block for part in outside if (block := _filled_block(grid, part, "outside-blocks"))]
    others = [block for block in cut.blocks if block.role == "other_table"]
    return Declared(table, replace(cut, blocks=(*cut.blocks, *lost)), (*others, *lost))


def _outside(read: Iterable[Part], header_row: int) -> Iterator[Part]:
    """Yield the parts below the header that are in no block that is read."""
    start = header_row
    for part in sorted(read, key=lambda part: part.start):
        if part.start > start:
            yield Part(start, part.start)
        if part.end is None:
            return
        start = max(start, part.end)
    yield Part(start)


def _refuse_moved_blocks(grid: Grid, named: Sequence[NamedBlock]) -> None:
    """Refuse a file in which a block no longer begins with the text in the recipe."""
    for block in named:
        if block.begins is None:
            continue
        lines = filled_lines(grid, _part(block))
        if lines and _text(grid, lines[0]).startswith(block.begins):
            continue
        found = [line + 1 for line in range(grid.height) if _text(grid, line).startswith(block.begins)]
        shown = {"rows": block.rows, "begins": block.begins, "sheet": grid.sheet or "-"}
        raise SourceError("block-moved", file=grid.path, found=found[:1] or ["-"], **shown)


def _text(grid: Grid, line: int) -> str:
    return " ".join(cell.strip() for cell in grid.record(line) if cell.strip())


def refuse_moved_header(grid: Grid, way: FileSettings, columns: Collection[str]) -> None:
    """Refuse a sheet whose header is on another line than the recipe states.

    Args:
        grid: The cells of the sheet.
        way: The settings with the header's place in the recipe.
        columns: The columns that the recipe names.

    Raises:
        SourceError: If another line names at least twice as many of the columns as the header line.
    """
    wanted = set(columns)
    here = _known(grid, way.header_row, way.header_rows, wanted)
    if here == len(wanted):
        return
    lines = range(way.header_rows, min(grid.height, max(_SEARCHED, way.header_row * 2)) + 1)
    best = max(lines, key=lambda row: _known(grid, row, way.header_rows, wanted), default=way.header_row)
    there = _known(grid, best, way.header_rows, wanted)
    # Twice as many: a header with some renamed columns is still the header, and the missing columns are reported.
    if best != way.header_row and there >= _FEWEST and here * 2 <= there:
        raise SourceError("header-moved", file=grid.path, sheet=grid.sheet or "-", row=way.header_row, found=best)


def _known(grid: Grid, row: int, rows: int, wanted: set[str]) -> int:
    """Return the number of wanted columns that the header on a line names."""
    return len(wanted & set(labels_of(grid, row, rows))) if row <= grid.height else 0
