"""A sheet cut into blocks: its table, and whatever stands above, beside and below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import polars as pl

from meguro_opendata.sources.block import Block, Role
from meguro_opendata.sources.blocks.cellkinds import CellKind, cell_kind
from meguro_opendata.sources.blocks.head import ALWAYS, Head, Profile, head_of
from meguro_opendata.sources.blocks.headers import Header, find_headers
from meguro_opendata.sources.blocks.roles import Body, line_roles, linkdata_lines
from meguro_opendata.sources.cells import filled, filled_cells
from meguro_opendata.sources.table import Grid

__all__ = ["Cut", "cut_at", "cut_sheet"]

_ROLES: Mapping[str, Role] = {"total": "total", "blank": "blank"}
_GOOD = 2.4  # the least score of a second table's header
_DEPTH = 60  # lines looked at below a gap to tell whether another table begins
_ABOVE = 20  # rows above a gap that show how the table's rows are filled
_MOST_TABLES = 30  # told apart below the first; each costs a look at all lines below, so the others are one block
_LARGE = 2000  # lines; a table of more shows in its head what its rows are like
_ALIKE = 0.6  # share of labels by which a table to the right is one like that to the left


@dataclass(frozen=True)
class Cut:
    """What a sheet holds.

    Attributes:
        headers: The headers that it may have, best first; none if it is blank.
        columns: The first and the last column of the table, counted from 0.
        end: The line below the last of the table, counted from 0.
        reasons: Why lines below the header are no rows, by line counted from 0.
        blocks: All blocks, from the top and from the left.
    """

    headers: tuple[Header, ...]
    columns: tuple[int, int]
    end: int
    reasons: Mapping[int, str]
    blocks: tuple[Block, ...]


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
    if not headers:
        return Cut((), (0, 0), 0, {}, ())
    return cut_at(grid, head, headers, headers[0])


def cut_at(grid: Grid, head: Head, headers: Sequence[Header], header: Header) -> Cut:
    """Return the blocks of a sheet whose head is looked through already, with one of its headers."""
    table = _cut_table(grid, head, headers, header)
    blocks, end = [*table.blocks], table.end
    for _ in range(_MOST_TABLES):
        below = _cut_below(grid, end) if end < grid.height else None
        if below is None:
            break
        blocks += [_moved(block, end) for block in below.blocks]
        end += below.end
    else:
        rest = (end, grid.height - 1), (0, grid.width - 1)
        blocks += [_block(grid, *rest, "other_table", read=False, reason="second-table")] if end < grid.height else []
    return replace(table, blocks=tuple(sorted(blocks, key=lambda block: (block.first_row, block.first_column))))


def _cut_below(grid: Grid, start: int) -> Cut | None:
    """The next table below a line, with its titles and notes; ``None`` if there is nothing more."""
    rest = replace(grid, cells=grid.cells[start:], merged=_shifted(grid, start), widths=None, lines=None)
    head = head_of(rest)
    headers = find_headers(head)
    return _cut_table(rest, head, headers, headers[0]) if headers else None


def _cut_table(grid: Grid, head: Head, headers: Sequence[Header], header: Header) -> Cut:
    """The first table of a sheet, and what is above and beside it."""
    columns = _table_columns(grid, head, header)
    body = _body(grid, head, header, columns, grid.height)
    end = _end(grid, header, body)
    body = body if end == grid.height else _body(grid, head, header, columns, end)
    start = header.low + 1
    reasons = {start + line: role for line, role in line_roles(body).items()}
    blocks = [
        *_above(grid, header),
        *_of_table(grid, header, columns, end, reasons),
        *_beside(grid, head, header, columns, end),
    ]
    return Cut(tuple(headers), columns, end, reasons, tuple(blocks))


def _body(grid: Grid, head: Head, header: Header, columns: tuple[int, int], end: int) -> Body:
    left, right = columns
    profile = head.profile(header.low + 1)
    cells = grid.cells[header.low + 1 : end, left : right + 1]
    own = Profile(profile.kinds[left : right + 1], profile.fill[left : right + 1])
    return Body(cells, head.spread[header.low][left : right + 1], own)


# columns


def _table_columns(grid: Grid, head: Head, header: Header) -> tuple[int, int]:
    """The columns of the table: from its first label to the last column of it, without tables and notes beside it."""
    runs = _runs(grid, header.top)
    first = next((at for at, run in enumerate(runs) if _labels(head, header, run)), 0)
    last = first
    for at in range(first + 1, len(runs)):
        if not _labels(head, header, runs[at]) or _is_like(head, header, runs[first], runs[at]):
            break
        last = at
    return runs[first][0], runs[last][1]


def _runs(grid: Grid, top: int) -> list[tuple[int, int]]:
    """The runs of columns that have a filled cell below some line."""
    below = grid.cells[top:]
    used = [at for at, column in enumerate(below.get_columns()) if _is_used(column)]
    runs: list[tuple[int, int]] = []
    for at in used:
        if runs and runs[-1][1] == at - 1:
            runs[-1] = runs[-1][0], at
        else:
            runs.append((at, at))
    return runs


def _is_used(column: pl.Series) -> bool:
    """Whether a column has a filled cell; most have one near the top, which spares a look at all of them."""
    parts = (column.head(_DEPTH), column)
    return any(filled(part).any() for part in parts)


def _labels(head: Head, header: Header, run: tuple[int, int]) -> list[str]:
    """The labels of a run of columns, each line's after the other's."""
    left, right = run
    lines = head.spread[header.top : header.low + 1]
    return [text.strip() for line in lines for text in line[left : right + 1] if text.strip()]


def _is_like(head: Head, header: Header, first: tuple[int, int], run: tuple[int, int]) -> bool:
    known, own = set(_labels(head, header, first)), _labels(head, header, run)
    return len(own) > 1 and sum(label in known for label in own) >= _ALIKE * len(own)


# rows


def _end(grid: Grid, header: Header, body: Body) -> int:
    """The line on which another table begins, or the number of lines."""
    start = header.low + 1
    for line in _beginnings(body):
        if body.cells.height > _LARGE and _is_plain(body, line):
            continue
        if _begins_table(grid, body, start + line, line):
            return start + _with_title(body, line)
    return grid.height


def _is_plain(body: Body, line: int) -> bool:
    """Whether a line below a gap is filled as rows are and has no label of the header, which is told at little cost."""
    return body.lack(line) < 0.5 and not _names_labels(body, line) and _is_alike(body, line, ())  # noqa: PLR2004


def _beginnings(body: Body) -> Iterator[int]:
    """The lines on which another table may begin: those below a gap, and those with words in columns of values."""
    blank = set(body.blank)
    below_gap = {line + 1 for line in blank if line + 1 not in blank and line + 1 < body.cells.height}
    yield from sorted({*below_gap, *_lines_of_words(body)} - {*linkdata_lines(body)})


def _lines_of_words(body: Body) -> list[int]:
    """Lines that have words in two columns of numbers, and so may be labels."""
    numbers = [at for at, kind in enumerate(body.profile.kinds) if kind is CellKind.NUMBER][:_WORDS]
    if len(numbers) < 2:  # noqa: PLR2004
        return []
    found = Counter(line for at in numbers for line in _words_in(body.cells[:, at]))
    return [line for line, columns in found.items() if columns > 1]


def _words_in(column: pl.Series) -> pl.Series:
    """The lines on which a column of numbers has a word; what begins with a digit or a sign before one is none."""
    others = (column >= ":").arg_true()
    return others.filter(column.gather(others).str.contains(r"[\p{L}]{2}"))


_WORDS = 8


def _begins_table(grid: Grid, body: Body, at: int, line: int) -> bool:
    """Whether the lines from one on are a table of their own and not rows, notes or sums of the table above."""
    group = _group(body, line)
    if _is_same_table(body, group):
        return False
    part = Grid.of_records(grid.path, grid.container, _records(grid, at, at + _DEPTH), merged=_shifted(grid, at))
    found = find_headers(head_of(part))
    if not found or found[0].score < _GOOD or found[0].top > 2:  # noqa: PLR2004
        return False
    return any(body.count(row) > 1 for row in group[found[0].low + 1 :])


def _group(body: Body, line: int) -> list[int]:
    """The lines from one on to the next gap."""
    end = line
    while end < body.cells.height and end - line < _DEPTH and body.count(end):
        end += 1
    return list(range(line, end))


def _is_same_table(body: Body, group: Sequence[int]) -> bool:
    """Whether a group of lines goes on with the table: most of its lines are as the rows, none repeats some labels."""
    wide = [line for line in group if body.count(line) > 1]
    if not wide or _names_labels(body, wide[0]) or _is_header_again(body, wide[0]):
        return not wide or _is_header_again(body, wide[0])
    always = _always_above(body, group[0])
    alike = [_is_alike(body, line, always) for line in wide]
    return alike[0] and sum(alike) * 2 >= len(alike)


def _names_labels(body: Body, line: int) -> bool:
    """Whether a line has a label of the header in its own column, and another label beside it."""
    row = body.cells.row(line)
    same = sum(bool(cell.strip()) and cell == label for cell, label in zip(row, body.header, strict=True))
    return bool(0 < same < body.count(line))


def _is_header_again(body: Body, line: int) -> bool:
    return list(body.cells.row(line)) == list(body.header)


def _always_above(body: Body, line: int) -> list[int]:
    """The columns that nearly all of the last rows above a line fill; the rows below may be another table's."""
    rows = [at for at in range(max(0, line - _ABOVE), line) if body.count(at) > 1]
    if not rows:
        return []
    counts = [sum(column) for column in zip(*map(body.filled_in, rows), strict=True)]
    return [at for at, count in enumerate(counts) if count >= ALWAYS * len(rows)]


def _is_alike(body: Body, line: int, always: Sequence[int]) -> bool:
    """Whether a line is filled as rows are, with values of their kinds."""
    if always and sum(not body.filled_in(line)[at] for at in always) * 2 >= len(always):
        return False
    kinds = [(cell_kind(cell), body.profile.kinds[at]) for at, cell in enumerate(body.cells.row(line))]
    told = [(own, usual) for own, usual in kinds if own and usual in (CellKind.NUMBER, CellKind.DATE, CellKind.LINK)]
    words = sum(own is CellKind.TEXT for own, _ in told)
    return words * 2 <= len(told)


def _with_title(body: Body, line: int) -> int:
    """The first line of another table, with the lines of one cell above it as its title."""
    while line > 1 and body.count(line - 1) == 1:
        line -= 1
    return line


def _records(grid: Grid, start: int, end: int) -> list[list[str]]:
    """The records of some lines."""
    return [grid.record(index) for index in range(start, min(end, grid.height))]


def _shifted(grid: Grid, by: int) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
    return tuple(((t - by, l), (b - by, r)) for (t, l), (b, r) in grid.merged if t >= by)  # noqa: E741


# blocks


def _of_table(
    grid: Grid, header: Header, columns: tuple[int, int], end: int, reasons: Mapping[int, str]
) -> Iterator[Block]:
    """The table's lines, those of one role that follow each other as one block."""
    for first, last in _stretches(reasons, header.top, end):
        reason = reasons.get(first)
        yield _block(grid, (first, last), columns, _role(reason), read=reason is None, reason=reason)


def _stretches(reasons: Mapping[int, str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The first and last of lines that follow each other and have the same reason or none; rows are not looked at.

    >>> list(_stretches({4: "blank", 5: "total", 6: "total"}, 0, 9))
    [(0, 3), (4, 4), (5, 6), (7, 8)]
    """
    first = start
    for line in sorted(line for line in reasons if start <= line < end):
        if line > first and (line - 1 not in reasons or reasons[line - 1] != reasons[line]):
            yield first, line - 1
            first = line
        if reasons.get(line + 1) is None and line + 1 < end:
            yield first, line
            first = line + 1
    if first < end:
        yield first, end - 1


def _role(reason: str | None) -> Role:
    if reason is None or reason == "header":
        return "table"
    return _ROLES.get(reason, "note")


def _block(
    grid: Grid, lines: tuple[int, int], columns: tuple[int, int], role: Role, *, read: bool, reason: str | None
) -> Block:
    first, last = lines
    left, right = columns
    return Block(grid.sheet, first + 1, last + 1, left + 1, right + 1, role, read, reason)


def _above(grid: Grid, header: Header) -> Iterator[Block]:
    """The lines above the header: titles and notes, or a key of several lines."""
    filled = [sum(bool(cell.strip()) for cell in grid.record(line)) for line in range(header.top)]
    for is_filled, run in groupby(range(header.top), key=lambda line: filled[line] > 0):
        lines = list(run)
        if is_filled:
            key = sum(filled[line] > 1 for line in lines) > 1
            role: Role = "note" if key else "title"
            columns = (0, grid.width - 1)
            yield _block(grid, (lines[0], lines[-1]), columns, role, read=False, reason="legend" if key else "title")


def _beside(grid: Grid, head: Head, header: Header, columns: tuple[int, int], end: int) -> Iterator[Block]:
    """What stands to the left and right of the table."""
    left, right = columns
    for run in _runs(_part(grid, header.top, end), 0):
        for part in _outside(run, left, right):
            lines = _extent(grid, part, header.top, end)
            other = _is_like(head, header, columns, part)
            role: Role = "other_table" if other else "note"
            reason = "table-beside" if other else "beside"
            yield _block(grid, lines, part, role, read=False, reason=reason)


def _part(grid: Grid, start: int, end: int) -> Grid:
    return replace(grid, cells=grid.cells[start:end], widths=None, lines=None)


def _outside(run: tuple[int, int], left: int, right: int) -> list[tuple[int, int]]:
    parts = [(run[0], min(run[1], left - 1)), (max(run[0], right + 1), run[1])]
    return [part for part in parts if part[0] <= part[1]]


def _extent(grid: Grid, columns: tuple[int, int], start: int, end: int) -> tuple[int, int]:
    """The first and last line that has a cell in some columns."""
    left, right = columns
    cells = filled_cells(grid.cells[start:end, left : right + 1])
    lines = cells.select(pl.any_horizontal(pl.all())).to_series().arg_true()
    return start + int(lines[0]), start + int(lines[-1])


def _moved(block: Block, by: int) -> Block:
    """A block of another table as one of the whole sheet."""
    role: Role = "other_table" if block.role == "table" else block.role
    reason = "second-table" if block.read else block.reason
    return replace(
        block,
        first_row=block.first_row + by,
        last_row=block.last_row + by,
        role=role,
        read=False,
        reason=reason,
    )
