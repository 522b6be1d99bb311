"""From a grid to a table: header labels (also of two levels and merged), blank rows, notes and totals."""

from __future__ import annotations

import statistics
from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from meguro_opendata.errors import SourceError
from meguro_opendata.findings import Rejection
from meguro_opendata.sources.blocks.naming import joined_names
from meguro_opendata.sources.cells import filled
from meguro_opendata.sources.data import read_data
from meguro_opendata.sources.table import Grid, Table, column_letter

if TYPE_CHECKING:
    from meguro_opendata.sources.blocks import Cut

__all__ = ["blank_rows", "cut_table", "filled_cells", "labels_of", "row_patterns"]

_FEWEST_REPEATED = 3
_FEWEST_ROWS = 5
_SAMPLE = 50
_HARDLY = 4
_NEARLY = 0.8
_SHOWN = 80


def filled_cells(record: Sequence[str]) -> int:
    """Return how many cells hold anything but spaces.

    >>> filled_cells(["a", " ", "", "b"])
    2
    """
    return sum(bool(cell.strip()) for cell in record)


def cut_table(
    grid: Grid,
    header_row: int,
    header_rows: int = 1,
    skip: Mapping[int, str] | None = None,
    keep_all: bool = False,
    cut: Cut | None = None,
) -> Table:
    """Return the table below a header.

    Args:
        grid: The cells.
        header_row: Record number of the lowest header line.
        header_rows: How many lines the header has.
        skip: Record numbers that are no rows, with reasons.
        keep_all: Keep blank rows, notes and totals as rows (a check wants to see them).
        cut: The blocks of the sheet, by which columns are named, rows, notes and totals are told apart and other
            tables left out.

    Raises:
        SourceError: If there is no such record or it is blank.
    """
    _refuse_blank_header(grid, header_row)
    labels = labels_of(grid, header_row, header_rows) if cut is None else _labels_of_cut(grid, cut, header_rows)
    blank = _blank_rows(grid, cut)
    end = _last_filled(blank, header_row)
    _refuse_outside(grid, skip or {}, end)
    body = grid.cells.slice(header_row, end - header_row)
    width = _width(labels, body, cut)
    header_width = min(len(labels), width)
    labels = [*labels[:width], *[""] * (width - len(labels))]
    reasons = {} if keep_all else _reasons(grid, header_row, body, blank.slice(header_row, end - header_row), cut)
    reasons |= {row - 1 - header_row: reason for row, reason in (skip or {}).items()}
    kept = _kept(body.height, reasons)
    frame = _rows(body, kept)[:, :width]
    names = _unique_names(labels)
    return Table(
        grid=grid,
        frame=frame.rename(dict(zip(frame.columns, names, strict=True))),
        labels=tuple(labels),
        header_width=header_width,
        header_row=header_row,
        header_rows=header_rows,
        rows=_shifted(kept, header_row + 1),
        lines=None if grid.lines is None else _picked(grid.lines, kept, header_row),
        widths=None if grid.widths is None else _picked(grid.widths, kept, header_row),
        rejected=tuple(_rejection(grid, at + header_row, reason) for at, reason in sorted(reasons.items())),
    )


def _refuse_outside(grid: Grid, skip: Mapping[int, str], end: int) -> None:
    outside = sorted(row for row in skip if row > end)
    if outside:
        raise SourceError("skip-row-outside", file=grid.path, rows=outside, last=end)


def _rejection(grid: Grid, line: int, reason: str) -> Rejection:
    return Rejection(line + 1, reason, " ".join(filter(None, grid.record(line)))[:_SHOWN])


def _refuse_blank_header(grid: Grid, header_row: int) -> None:
    if not 1 <= header_row <= grid.height or not any(cell.strip() for cell in grid.record(header_row - 1)):
        raise SourceError("header-missing", file=grid.path, sheet=grid.sheet or "-", row=header_row)


def labels_of(grid: Grid, header_row: int, header_rows: int) -> list[str]:
    """Return the header's lines joined from the top with ``_``; a merged cell's text is in all of its cells."""
    first = max(header_row - header_rows, 0)
    lines = [grid.record(index) for index in range(first, header_row)]
    width = max(len(line) for line in lines)
    lines = [[*line, *[""] * (width - len(line))] for line in lines]
    for (top, left), (bottom, right) in grid.merged:
        for row in range(max(top, first), min(bottom, header_row - 1) + 1):
            for column in range(left, min(right, width - 1) + 1):
                source = grid.record(top)
                lines[row - first][column] = source[left] if left < len(source) else ""
    return joined_names(lines, range(width))


def _labels_of_cut(grid: Grid, cut: Cut, header_rows: int) -> list[str]:
    """Return the names that the blocks give, if all of the header's lines are read; else those of its lowest lines."""
    header = cut.header
    if header is None or header.low - header.top + 1 != header_rows:
        return labels_of(grid, header.low + 1 if header else 1, header_rows)
    width = max(len(grid.record(line)) for line in range(header.top, header.low + 1))
    return list(cut.names[:width])


def blank_rows(cells: pl.DataFrame) -> pl.Series:
    """Return, for each record, whether all its cells are blank or only spaces.

    >>> blank_rows(pl.DataFrame({"0": ["a", " ", ""], "1": ["", "b", "\u3000"]})).to_list()
    [False, False, True]
    """
    every = pl.int_range(cells.height, eager=True)
    rows = every
    for column in cells.get_columns():
        rows = rows.filter(~filled(column.gather(rows)))
        if not len(rows):
            break
    return every.is_in(rows.to_list())


def _blank_rows(grid: Grid, cut: Cut | None) -> pl.Series:
    """Return the blank lines of a sheet, as far as its table goes."""
    if cut is not None and cut.reasons:
        return _blank_rows_of(cut, grid.height)
    return blank_rows(grid.cells if cut is None else grid.cells[: cut.end])


def _blank_rows_of(cut: Cut, height: int) -> pl.Series:
    """Return the header of a sheet that is cut, within its table's columns; cells of other tables are blank."""
    lines = pl.int_range(height, eager=True)
    return (lines >= cut.end) | lines.is_in([line for line, reason in cut.reasons.items() if reason == "blank"])


def _last_filled(blank: pl.Series, start: int) -> int:
    """Return the number of the last record that is not blank, at least ``start``."""
    filled = (~blank).arg_true()
    return max(start, filled[-1] + 1) if len(filled) else start


def _width(labels: list[str], body: pl.DataFrame, cut: Cut | None) -> int:
    """Return the number of columns up to the last that has a label or a filled cell, and belongs to the table."""
    return min(_filled_width(labels, body), cut.columns[1] + 1) if cut else _filled_width(labels, body)


def _filled_width(labels: list[str], body: pl.DataFrame) -> int:
    width = next((n for n in range(len(labels), 0, -1) if labels[n - 1]), 0)
    beyond = (n for n in range(body.width, width, -1) if filled(body[:, n - 1]).any())
    return next(beyond, width)


def _kept(height: int, reasons: Mapping[int, str]) -> Sequence[int]:
    """Return the positions of the rows that are left."""
    if not reasons:
        return range(height)
    return array("q", (at for at in range(height) if at not in reasons))


def _rows(body: pl.DataFrame, kept: Sequence[int]) -> pl.DataFrame:
    return body if isinstance(kept, range) else body[list(kept)]


def _shifted(kept: Sequence[int], by: int) -> Sequence[int]:
    return range(kept.start + by, kept.stop + by) if isinstance(kept, range) else array("q", (at + by for at in kept))


def _picked(values: Sequence[int], kept: Sequence[int], skipped: int) -> Sequence[int]:
    if isinstance(kept, range):
        return values[skipped : skipped + len(kept)]
    return array("q", (values[at + skipped] for at in kept))


def row_patterns() -> dict[str, Any]:
    """Return the patterns of rows and cells without data (``rows.toml``)."""
    return read_data("rows.toml")


def _reasons(grid: Grid, header_row: int, body: pl.DataFrame, blank: pl.Series, cut: Cut | None) -> dict[int, str]:
    if cut is not None:
        return {line - header_row: why for line, why in cut.reasons.items() if line - header_row < body.height}
    reasons = {**row_reasons(body, blank), **_repeated_headers(grid.cells.row(header_row - 1), body)}
    return {**reasons, **_footers(body, reasons)}


def _footers(body: pl.DataFrame, reasons: Mapping[int, str]) -> dict[int, str]:
    """Return the last records with hardly a filled cell, as far as they lack the first cell of this table's rows."""
    sample = [row for at, row in enumerate(body.head(_SAMPLE).iter_rows()) if at not in reasons]
    first = _first_nearly_full(sample)
    if len(sample) < _FEWEST_ROWS or first is None:
        return {}
    usual = statistics.median(filled_cells(row) for row in sample)
    footers: dict[int, str] = {}
    for at in range(body.height - 1, -1, -1):
        if at in reasons:
            continue
        row = body.row(at)
        if row[first].strip() or filled_cells(row) * _HARDLY > usual:
            break
        footers[at] = "footer"
    return footers


def _first_nearly_full(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the first column in which nearly all rows have something, ``None`` if there is none."""
    return next(
        (at for at, column in enumerate(zip(*rows, strict=True)) if filled_cells(column) >= _NEARLY * len(rows)), None
    )


def _repeated_headers(header: tuple[str, ...], body: pl.DataFrame) -> dict[int, str]:
    """Return records that say the header once more, as sheets made for printing do on every page."""
    filled = [index for index, cell in enumerate(header) if cell.strip()]
    if len(filled) < _FEWEST_REPEATED:
        return {}
    rows = pl.int_range(body.height, eager=True)
    for index in filled:
        rows = rows.filter(body[:, index].gather(rows) == header[index])
        if not len(rows):
            break
    return dict.fromkeys(rows.to_list(), "header")


def row_reasons(body: pl.DataFrame, blank: pl.Series) -> dict[int, str]:
    """Return why records are no rows of a table, by position: ``blank``, ``note`` or ``total``."""
    reasons = dict.fromkeys(blank.arg_true().to_list(), "blank")
    waiting = (~blank).arg_true()
    patterns = row_patterns()
    for index, column in enumerate(body.get_columns()):
        if not len(waiting):
            break
        first = column.gather(waiting)
        filled = first.str.strip_chars() != ""
        for reason in ("note", "total"):
            for at in waiting.filter(filled & first.str.contains(patterns[reason])):
                alone = not any(cell.strip() for cell in body.row(at)[index + 1 :])
                if alone == (reason == "note"):
                    reasons[at] = reason
        waiting = waiting.filter(~filled)
    return reasons


def _unique_names(labels: list[str]) -> list[str]:
    """Return each column's name: its label; a blank one by letter (``F列``), a repeated one numbered (``名称#2``)."""
    names: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for index, label in enumerate(labels):
        base = name = label or f"{column_letter(index)}列"
        while name in names:
            numbers[base] = numbers.get(base, 1) + 1
            name = f"{base}#{numbers[base]}"
        names[name] = None
    return list(names)
