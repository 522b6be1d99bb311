"""From a grid to a table: header labels (also of two levels and merged), blank rows, notes and totals."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from meguro_opendata.errors import SourceError
from meguro_opendata.findings import Rejection
from meguro_opendata.sources.table import Grid, Table, column_letter

__all__ = ["cut_table", "folded", "propose_header_row", "row_patterns"]

_SEARCHED = 40
_SHOWN = 80


def folded(text: str) -> str:
    """A label as it is compared: NFKC, without any space or line break.

    >>> folded("建物名等（方書）") == folded("建物名等(方書) ")
    True
    """
    return "".join(unicodedata.normalize("NFKC", text).split())


def propose_header_row(grid: Grid, names: Collection[str]) -> int | None:
    """The record (1 = first) that looks most like a header of these names; without a match, the first wide one.

    ``None`` if the grid has no filled cell.
    """
    wanted = {folded(name) for name in names}
    best, best_score = None, 0
    for number, record in enumerate(grid.records[:_SEARCHED], start=1):
        score = len(wanted & {folded(cell) for cell in record if cell})
        if score > best_score:
            best, best_score = number, score
    return best or _first_wide(grid.records[:_SEARCHED]) or _first_wide(grid.records)


def _first_wide(records: list[list[str]]) -> int | None:
    filled = [sum(bool(cell.strip()) for cell in record) for record in records]
    widest = max(filled, default=0)
    if not widest:
        return None
    return next(number for number, count in enumerate(filled, start=1) if count * 2 > widest)


def cut_table(
    grid: Grid,
    header_row: int,
    header_rows: int = 1,
    skip: Mapping[int, str] | None = None,
    keep_all: bool = False,
) -> Table:
    """The table below a header.

    Args:
        grid: The cells.
        header_row: Record number of the lowest header line.
        header_rows: How many lines the header has.
        skip: Record numbers that are no rows, with reasons.
        keep_all: Keep blank rows, notes and totals as rows (a check wants to see them).

    Raises:
        SourceError: If there is no such record or it is blank.
    """
    _refuse_blank_header(grid, header_row)
    labels = _labels(grid, header_row, header_rows)
    end = _last_filled(grid.records, header_row)
    outside = sorted(row for row in skip or {} if row > end)
    if outside:
        raise SourceError("skip-row-outside", file=grid.path, rows=outside, last=end)
    body = range(header_row, end)
    width = _width(labels, [grid.records[index] for index in body])
    header_width = min(len(labels), width)
    labels = [*labels[:width], *[""] * (width - len(labels))]
    rows, rejected = _sort_out(grid, body, skip or {}, keep_all)
    names = _unique_names(labels)
    return Table(
        grid=grid,
        frame=_frame(grid, rows, names),
        labels=tuple(labels),
        header_width=header_width,
        header_row=header_row,
        rows=tuple(index + 1 for index in rows),
        lines=tuple(grid.lines[index] for index in rows) if grid.lines is not None else None,
        widths=tuple(len(grid.records[index]) for index in rows),
        rejected=tuple(rejected),
    )


def _refuse_blank_header(grid: Grid, header_row: int) -> None:
    if not 1 <= header_row <= len(grid.records) or not any(cell.strip() for cell in grid.records[header_row - 1]):
        raise SourceError("header-missing", file=grid.path, sheet=grid.sheet or "-", row=header_row)


def _labels(grid: Grid, header_row: int, header_rows: int) -> list[str]:
    """The header's lines joined from the top with ``_``; a merged cell's text stands in all of its cells."""
    first = max(header_row - header_rows, 0)
    lines = [list(record) for record in grid.records[first:header_row]]
    width = max(len(line) for line in lines)
    lines = [[*line, *[""] * (width - len(line))] for line in lines]
    for (top, left), (bottom, right) in grid.merged:
        for row in range(max(top, first), min(bottom, header_row - 1) + 1):
            for column in range(left, min(right, width - 1) + 1):
                source = grid.records[top]
                lines[row - first][column] = source[left] if left < len(source) else ""
    return [_joined([line[column] for line in lines]) for column in range(width)]


def _joined(levels: list[str]) -> str:
    parts = [part for part in dict.fromkeys("".join(level.split("\n")).strip() for level in levels) if part]
    return "_".join(parts)


def _last_filled(records: list[list[str]], start: int) -> int:
    end = len(records)
    while end > start and not any(cell.strip() for cell in records[end - 1]):
        end -= 1
    return end


def _width(labels: list[str], body: list[list[str]]) -> int:
    """The number of columns up to the last that has a label or a filled cell."""
    width = next((n for n in range(len(labels), 0, -1) if labels[n - 1]), 0)
    for record in body:
        if len(record) > width:
            width = next((n for n in range(len(record), width, -1) if record[n - 1].strip()), width)
    return width


def _sort_out(grid: Grid, body: range, skip: Mapping[int, str], keep_all: bool) -> tuple[list[int], list[Rejection]]:
    rows: list[int] = []
    rejected: list[Rejection] = []
    for index in body:
        reason = skip.get(index + 1) or (None if keep_all else _reason(grid.records[index]))
        if reason is None:
            rows.append(index)
        else:
            rejected.append(Rejection(index + 1, reason, " ".join(filter(None, grid.records[index]))[:_SHOWN]))
    return rows, rejected


@cache
def row_patterns() -> dict[str, Any]:
    """What rows and cells that hold no data look like (``rows.toml``)."""
    text = resources.files(__package__).joinpath("rows.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _reason(record: list[str]) -> str | None:
    """Why a record is no row of the table: ``blank``, ``note``, ``total``; ``None`` if it is one."""
    filled = [folded(cell) for cell in record if cell.strip()]
    if not filled:
        return "blank"
    if len(filled) == 1 and re.match(row_patterns()["note"], filled[0]):
        return "note"
    if len(filled) > 1 and re.fullmatch(row_patterns()["total"], filled[0]):
        return "total"
    return None


def _unique_names(labels: list[str]) -> list[str]:
    """A name for each column: its label; a blank one by its letter (``F列``), a repeated one numbered (``名称#2``)."""
    names: list[str] = []
    for index, label in enumerate(labels):
        base = label or f"{column_letter(index)}列"
        name, number = base, 1
        while name in names:
            number += 1
            name = f"{base}#{number}"
        names.append(name)
    return names


def _frame(grid: Grid, rows: list[int], names: list[str]) -> pl.DataFrame:
    columns: dict[str, list[str]] = {}
    for column, name in enumerate(names):
        columns[name] = [
            record[column] if column < len(record) else "" for record in map(grid.records.__getitem__, rows)
        ]
    return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
