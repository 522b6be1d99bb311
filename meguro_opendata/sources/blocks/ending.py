"""Where a table ends: on the line on which another begins below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import polars as pl

from meguro_opendata.sources.blocks.cellkinds import CellKind, cell_kind
from meguro_opendata.sources.blocks.head import ALWAYS, head_of, prevailing
from meguro_opendata.sources.blocks.headers import Header, find_headers
from meguro_opendata.sources.blocks.layout import rest
from meguro_opendata.sources.blocks.roles import Body, linkdata_lines
from meguro_opendata.sources.table import Grid

__all__ = ["GOOD", "table_end"]

GOOD = 2.4  # the least score of another table's header
_DEPTH = 60  # lines below a gap that are searched for another table's header
_ABOVE = 20  # rows above a gap that show how the table's rows are filled
_LARGE = 2000  # lines; a table of more shows in its head what its rows are like
_LABELS = (CellKind.TEXT, CellKind.DATE)  # what labels are: words, and years above figures
_HEAD = 2  # lines of another table: a header and a row are too few to recognise it by its values
_WORDS = 8  # columns of numbers asked for words


def table_end(grid: Grid, header: Header, body: Body) -> int:
    """Return the line on which another table begins, or the number of lines."""
    start = header.low + 1
    for line in _beginnings(body):
        if body.cells.height > _LARGE and _is_plain(body, line):
            continue
        if _begins_table(grid, body, start + line, line):
            return start + _with_title(body, line)
    return grid.height


def _is_plain(body: Body, line: int) -> bool:
    """Return whether a line below a gap is filled as rows are and has no label of the header; a quick first check."""
    return body.lack(line) < 0.5 and not _names_labels(body, line) and _is_alike(body, line, (), body.profile.kinds)  # noqa: PLR2004


def _beginnings(body: Body) -> Iterator[int]:
    """Yield the lines on which another table may begin: below a gap, or with words in columns of values."""
    blank = set(body.blank)
    below_gap = {line + 1 for line in blank if line + 1 not in blank and line + 1 < body.cells.height}
    yield from sorted({*below_gap, *_lines_of_words(body)} - {*linkdata_lines(body)})


def _lines_of_words(body: Body) -> list[int]:
    """Return lines of nothing but words that have some in two columns of numbers, and so may be labels."""
    numbers = [at for at, kind in enumerate(body.profile.kinds) if kind is CellKind.NUMBER][:_WORDS]
    if len(numbers) < 2:  # noqa: PLR2004
        return []
    found = Counter(line for at in numbers for line in _words_in(body.cells[:, at]))
    return [line for line, columns in found.items() if columns > 1 and _is_all_words(body, line)]


def _is_all_words(body: Body, line: int) -> bool:
    """Return whether a line has no value of a kind that no label has: a row with words for its numbers has others."""
    return all(cell_kind(cell) is CellKind.TEXT for cell in body.texts(line))


def _words_in(column: pl.Series) -> pl.Series:
    """Return the lines on which a column of numbers has a word, which begins with neither a digit nor a sign."""
    others = (column >= ":").arg_true()
    return others.filter(column.gather(others).str.contains(r"[\p{L}]{2}"))


def _begins_table(grid: Grid, body: Body, at: int, line: int) -> bool:
    """Return whether the lines from one on are a table of their own and not rows, notes or sums of the table above."""
    group = _group(body, line)
    if _is_same_table(body, group):
        return False
    for depth in (len(group), _DEPTH):
        found = find_headers(head_of(rest(grid, at, at + depth)))
        if found and found[0].score >= GOOD and found[0].top <= 2:  # noqa: PLR2004
            return any(body.count(row) > 1 for row in group[found[0].low + 1 :])
    return False


def _group(body: Body, line: int) -> list[int]:
    """Return the lines from one on to the next gap."""
    end = line
    while end < body.cells.height and end - line < _DEPTH and body.count(end):
        end += 1
    return list(range(line, end))


def _is_same_table(body: Body, group: Sequence[int]) -> bool:
    """Return whether a group of lines continues the table: most lines resemble its rows and no line repeats labels."""
    wide = [line for line in group if body.count(line) > 1]
    if not wide or _names_labels(body, wide[0]) or _is_header_again(body, wide[0]):
        return not wide or _is_header_again(body, wide[0])
    above = _rows_above(body, group[0])
    always, kinds = _always_in(body, above), _kinds_in(body, above)
    if _heads_values(body, wide, kinds):
        return False
    alike = [_is_alike(body, line, always, kinds) for line in wide]
    return alike[0] and sum(alike) * 2 >= len(alike)


def _heads_values(body: Body, lines: Sequence[int], usual: Sequence[CellKind | None]) -> bool:
    """Return whether a line of words heads figures or dates in a column of the table that has neither."""
    if len(lines) <= _HEAD or not _is_all_words(body, lines[0]):
        return False
    kinds = [[cell_kind(cell) for cell in body.cells.row(line)] for line in lines]
    values = [at for at, kind in enumerate(usual) if kind is CellKind.TEXT and kinds[0][at]]
    return any(all(row[at] in (CellKind.NUMBER, CellKind.DATE) for row in kinds[1:]) for at in values)


def _names_labels(body: Body, line: int) -> bool:
    """Return whether a line has a label of the header in its own column, and another label beside it."""
    row = body.cells.row(line)
    same = sum(bool(cell.strip()) and cell == label for cell, label in zip(row, body.header, strict=True))
    return bool(0 < same < body.count(line))


def _is_header_again(body: Body, line: int) -> bool:
    return list(body.cells.row(line)) == list(body.header)


def _rows_above(body: Body, line: int) -> list[int]:
    """Return the last rows above a line, which show the form of the table's rows; those below may be another's."""
    return [at for at in range(max(0, line - _ABOVE), line) if body.count(at) > 1]


def _always_in(body: Body, rows: Sequence[int]) -> list[int]:
    """Return the columns that nearly all of some rows fill."""
    if not rows:
        return []
    counts = [sum(column) for column in zip(*map(body.filled_in, rows), strict=True)]
    return [at for at, count in enumerate(counts) if count >= ALWAYS * len(rows)]


def _kinds_in(body: Body, rows: Sequence[int]) -> Sequence[CellKind | None]:
    """Return the kind that most values of each column have in some rows; without rows, in all."""
    if not rows:
        return body.profile.kinds
    kinds = (map(cell_kind, body.cells.row(at)) for at in rows)
    return [prevailing(Counter(filter(None, column))) for column in zip(*kinds, strict=True)]


def _is_alike(body: Body, line: int, always: Sequence[int], usual_kinds: Sequence[CellKind | None]) -> bool:
    """Return whether a line is filled as rows are, with values of their kinds."""
    if always and sum(not body.filled_in(line)[at] for at in always) * 2 >= len(always):
        return False
    kinds = zip(map(cell_kind, body.cells.row(line)), usual_kinds, strict=True)
    told = [(own, usual) for own, usual in kinds if own and usual in (CellKind.NUMBER, CellKind.DATE, CellKind.LINK)]
    words = sum(own in _LABELS and own is not usual for own, usual in told)
    return words * 2 <= len(told)


def _with_title(body: Body, line: int) -> int:
    """Return the first line of another table, with the lines of one cell above it as its title."""
    while line > 1 and body.count(line - 1) == 1:
        line -= 1
    return line
