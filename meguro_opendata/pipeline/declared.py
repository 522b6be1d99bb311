"""One sheet as a recipe declares it: its table, its blocks, and those that the recipe does not name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from meguro_opendata.errors import SourceError
from meguro_opendata.findings import Block
from meguro_opendata.recipe import Recipe
from meguro_opendata.recipe.blockwords import NamedBlock
from meguro_opendata.sources import Grid, Table
from meguro_opendata.sources.blocks import Cut, Part, cut_declared, filled_lines, without
from meguro_opendata.sources.header import cut_table, labels_of
from meguro_opendata.standard.model import schema_fields

__all__ = ["Declared", "declared_sheet"]

_SEARCHED = 80  # lines among which a header that has moved is looked for
_FEWEST = 2  # columns of the recipe that a line has to name to be the header
_OTHER_COLUMNS = ("table-beside",)


@dataclass(frozen=True)
class Declared:
    """A sheet as a recipe reads it.

    Attributes:
        table: Its table.
        cut: All blocks of it, those that the recipe names among them.
        unnamed: Other tables that the recipe does not name.
    """

    table: Table
    cut: Cut
    unnamed: tuple[Block, ...]


def declared_sheet(grid: Grid, recipe: Recipe) -> Declared:
    """Return the table of a sheet as a recipe declares it.

    Without a block that is read, it is every line below the header but the blocks that are not; with one, the lines
    of such blocks alone, notes and sums among them told by their shape.

    Args:
        grid: The cells.
        recipe: The recipe as it is for this file.

    Raises:
        SourceError: If header or blocks stand elsewhere now, or a row to skip is not there.
    """
    named = recipe.blocks_of(recipe.source.file, grid.sheet)
    _refuse_moved_blocks(grid, named)
    _refuse_moved_header(grid, recipe)
    unread = [block for block in named if not block.read]
    read = [_part(block) for block in named if block.read]
    rest = without(grid, map(_part, unread))
    found = _by_blocks(rest, recipe, read) if read else _as_declared(rest, recipe)
    return _with_unread(found, grid, unread)


def _with_unread(found: Declared, grid: Grid, unread: Sequence[NamedBlock]) -> Declared:
    """The same with the blocks that the recipe does not read, whose lines are blank in what was read."""
    masked = {line for block in unread for line in filled_lines(grid, _part(block))}
    table = replace(
        found.table,
        grid=grid,
        rejected=tuple(row for row in found.table.rejected if row.row - 1 not in masked or row.reason != "blank"),
    )
    blocks = [block for block in found.cut.blocks if block.role != "blank" or _is_blank(block, masked)]
    named_blocks = (_as_block(grid, block) for block in unread)
    cut = replace(found.cut, blocks=(*blocks, *(block for block in named_blocks if block is not None)))
    return Declared(table, cut, found.unnamed)


def _part(block: NamedBlock) -> Part:
    start, end = block.lines
    return Part(start, end, block.letters)


def _is_blank(block: Block, masked: set[int]) -> bool:
    return not any(line in masked for line in range(block.first_row - 1, block.last_row))


def _as_block(grid: Grid, named: NamedBlock) -> Block | None:
    """A block that the recipe does not read, as far as its cells are filled; ``None`` if there are none."""
    part = _part(named)
    lines = filled_lines(grid, part)
    if not lines:
        return None
    left, right = part.columns or (0, grid.width - 1)
    return Block(grid.sheet, lines[0] + 1, lines[-1] + 1, left + 1, right + 1, "other_table", False, named.reason)


def _as_declared(grid: Grid, recipe: Recipe) -> Declared:
    """Every line below the header."""
    source = recipe.source
    skip = recipe.skipped_in(source.file, grid.sheet)
    table = cut_table(grid, source.header_row, source.header_rows, skip)
    reasons = {rejection.row - 1: rejection.reason for rejection in table.rejected}
    cut = cut_declared(grid, source.header_row, source.header_rows, reasons=reasons)
    used = _used_columns(recipe)
    others = [block for block in cut.blocks if block.role == "other_table"]
    unnamed = [block for block in others if block.reason not in _OTHER_COLUMNS or not _is_used(block, table, used)]
    return Declared(table, cut, tuple(unnamed))


def _used_columns(recipe: Recipe) -> set[str]:
    """Every column that the recipe names."""
    mapped = {column for rule in recipe.mapping.values() for column in rule.columns}
    return mapped | {extension.column for extension in recipe.extensions} | set(recipe.drop)


def _is_used(block: Block, table: Table, used: set[str]) -> bool:
    """Whether the recipe names every column of a block beside the table."""
    return set(table.frame.columns[block.first_column - 1 : block.last_column]) <= used


def _by_blocks(grid: Grid, recipe: Recipe, read: Sequence[Part]) -> Declared:
    """The lines of the blocks that are read."""
    source = recipe.source
    outside = list(_outside(read, source.header_row))
    shown = without(grid, outside)
    cut = cut_declared(shown, source.header_row, source.header_rows, whole=True)
    if cut.header is None:
        raise SourceError("header-missing", file=grid.path, sheet=grid.sheet or "-", row=source.header_row)
    skip = recipe.skipped_in(source.file, grid.sheet)
    table = cut_table(shown, source.header_row, source.header_rows, skip, cut=cut)
    lost = [_lost(grid, lines) for part in outside if (lines := filled_lines(grid, part))]
    others = [block for block in cut.blocks if block.role == "other_table"]
    return Declared(table, replace(cut, blocks=(*cut.blocks, *lost)), (*others, *lost))


def _outside(read: Iterable[Part], header_row: int) -> Iterator[Part]:
    """The lines below the header that are in no block that is read."""
    start = header_row
    for part in sorted(read, key=lambda part: part.start):
        if part.start > start:
            yield Part(start, part.start)
        if part.end is None:
            return
        start = max(start, part.end)
    yield Part(start)


def _lost(grid: Grid, lines: Sequence[int]) -> Block:
    return Block(grid.sheet, lines[0] + 1, lines[-1] + 1, 1, grid.width, "other_table", False, "outside-blocks")


def _refuse_moved_blocks(grid: Grid, named: Sequence[NamedBlock]) -> None:
    """Refuse a file in which a block does not begin any more as the recipe says."""
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


def _refuse_moved_header(grid: Grid, recipe: Recipe) -> None:
    """Refuse a file whose columns are named by another line than the recipe says."""
    source = recipe.source
    wanted = _used_columns(recipe)
    if not wanted and recipe.same_names:
        wanted = {field.name for field in schema_fields(recipe.schema)}
    here = _known(grid, source.header_row, source.header_rows, wanted)
    if here == len(wanted):
        return
    lines = range(source.header_rows, min(grid.height, max(_SEARCHED, source.header_row * 2)) + 1)
    best = max(lines, key=lambda row: _known(grid, row, source.header_rows, wanted), default=source.header_row)
    there = _known(grid, best, source.header_rows, wanted)
    if best != source.header_row and there >= _FEWEST and here * 2 <= there:
        raise SourceError("header-moved", file=grid.path, sheet=grid.sheet or "-", row=source.header_row, found=best)


def _known(grid: Grid, row: int, rows: int, wanted: set[str]) -> int:
    """How many of some columns the header on a line names."""
    return len(wanted & set(labels_of(grid, row, rows))) if row <= grid.height else 0
