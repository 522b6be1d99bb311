"""A sheet cut into blocks: its table, and the blocks above, beside and below the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from meguro_opendata.findings import Block
from meguro_opendata.sources.blocks.ending import GOOD, table_end
from meguro_opendata.sources.blocks.head import Head, Profile, head_of
from meguro_opendata.sources.blocks.headers import Header, find_headers
from meguro_opendata.sources.blocks.layout import above, beside, of_other_table, of_table, rest, table_columns
from meguro_opendata.sources.blocks.naming import header_names
from meguro_opendata.sources.blocks.roles import Body, line_roles
from meguro_opendata.sources.table import Grid

__all__ = ["Cut", "cut_at", "cut_declared", "cut_sheet"]

_MOST_TABLES = 30  # separated below the first; each costs a look at all lines below, so the others are one block
_FEWEST = 3  # lines of more than one cell that a table above another has: a header and two rows


@dataclass(frozen=True)
class Cut:
    """The blocks of a sheet, with the header and the extent of its table.

    Attributes:
        header: The header of its table; ``None`` if the sheet is blank.
        headers: All that it may have, best first.
        names: The name of each column up to the last of the table; blank where the header says nothing.
        columns: The first and the last column of the table, counted from 0.
        end: The line below the last of the table, counted from 0.
        reasons: Why lines below the header are no rows, by line counted from 0.
        blocks: All blocks, from the top and from the left.
    """

    header: Header | None = None
    headers: tuple[Header, ...] = ()
    names: tuple[str, ...] = ()
    columns: tuple[int, int] = (0, 0)
    end: int = 0
    reasons: Mapping[int, str] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()


def cut_sheet(grid: Grid) -> Cut:
    """Return the blocks of a sheet, its table having the header of the best shape.

    >>> from pathlib import Path
    >>> grid = Grid.of_records(Path("a.csv"), "csv", [["表"], ["名称", "数"], ["甲", "1"], ["乙", "2"], ["計", "3"]])
    >>> [(block.role, block.first_row, block.last_row) for block in cut_sheet(grid).blocks]
    [('title', 1, 1), ('table', 2, 4), ('total', 5, 5)]
    """
    head = head_of(grid)
    headers = tuple(find_headers(head))
    if not headers and grid.height > len(head.lines):
        head = head_of(grid, grid.height)
        headers = tuple(find_headers(head))
    return cut_at(grid, head, headers, headers[0]) if headers else Cut()


def cut_declared(
    grid: Grid,
    header_row: int,
    header_rows: int,
    *,
    whole: bool = False,
    reasons: Mapping[int, str] | None = None,
) -> Cut:
    """Return the blocks of a sheet whose table has a header that is declared.

    Args:
        grid: The cells.
        header_row: Record number of the lowest header line.
        header_rows: How many lines the header has.
        whole: Whether all lines below the header are its table's, since that is declared, too.
        reasons: Why lines below the header are no rows, by line counted from 0, where that is settled.
    """
    header = Header(max(header_row - header_rows, 0), header_row - 1, 0.0)
    head = head_of(grid, below=header_row)
    if not any(cell.strip() for line in head.spread[header.top : header_row] for cell in line):
        return Cut()
    return cut_at(grid, head, (), header, whole=whole, reasons=reasons)


def cut_at(
    grid: Grid,
    head: Head,
    headers: Sequence[Header],
    header: Header,
    *,
    whole: bool = False,
    reasons: Mapping[int, str] | None = None,
) -> Cut:
    """Return the blocks of a sheet whose head is looked through already, with one of its headers."""
    table = _cut_table(grid, head, headers, header, whole=whole, settled=reasons)
    blocks = [*_above(grid, header), *table.blocks, *_below(grid, table.end)]
    return replace(table, blocks=tuple(sorted(blocks, key=lambda block: (block.first_row, block.first_column))))


def _above(grid: Grid, header: Header) -> Iterator[Block]:
    """Yield the blocks above a header: those of another table with a good header, else titles and notes."""
    part = rest(grid, 0, header.top)
    if sum(sum(bool(cell.strip()) for cell in row) > 1 for row in part.cells.iter_rows()) >= _FEWEST:
        cut = cut_sheet(part)
        if cut.header and cut.header.score >= GOOD and any(block.read for block in cut.blocks):
            yield from (of_other_table(block, 0, "table-above") for block in cut.blocks)
            return
    yield from above(grid, header.top)


def _below(grid: Grid, start: int) -> Iterator[Block]:
    """Yield the tables below a line, with their titles and notes."""
    for _ in range(_MOST_TABLES):
        if start >= grid.height:
            return
        part = rest(grid, start)
        head = head_of(part)
        headers = find_headers(head)
        if not headers:
            return
        cut = _cut_table(part, head, headers, headers[0])
        yield from (of_other_table(block, start, "second-table") for block in _above(part, headers[0]))
        yield from (of_other_table(block, start, "second-table") for block in cut.blocks)
        start += cut.end
    if start < grid.height:
        yield Block(grid.sheet, start + 1, grid.height, 1, grid.width, "other_table", False, "second-table")


def _cut_table(
    grid: Grid,
    head: Head,
    headers: Sequence[Header],
    header: Header,
    *,
    whole: bool = False,
    settled: Mapping[int, str] | None = None,
) -> Cut:
    """Return the first table of a sheet, and what is beside it."""
    columns = table_columns(grid, head, header)
    body = _body(grid, head, header, columns, grid.height)
    end = grid.height if whole else table_end(grid, header, body)
    start = header.low + 1
    reasons = settled
    if reasons is None:
        body = body if end == grid.height else _body(grid, head, header, columns, end)
        reasons = {start + line: role for line, role in line_roles(body).items()}
    blocks = (
        *of_table(grid, header, columns, end, reasons),
        *beside(grid, head, header, columns, end),
    )
    names = header_names(head.spread[header.top : start], range(columns[1] + 1))
    return Cut(header, tuple(headers), tuple(names), columns, end, reasons, blocks)


def _body(grid: Grid, head: Head, header: Header, columns: tuple[int, int], end: int) -> Body:
    left, right = columns
    profile = head.profile(header.low + 1)
    cells = grid.cells[header.low + 1 : end, left : right + 1]
    own = Profile(profile.kinds[left : right + 1], profile.fill[left : right + 1])
    return Body(cells, head.spread[header.low][left : right + 1], own)
