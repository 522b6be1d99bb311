"""The table of a resource, cut by its dialect, and where its records stand in its file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meguro_opendata.errors import SourceError
from meguro_opendata.files.csvlimit import longest_cell
from meguro_opendata.sources import Grid, column_letter, container_at, read_bytes, read_grid
from meguro_opendata.sources.text.textfile import decode
from meguro_opendata.validation.datapackage.descriptor import DescribedResource, package_words
from meguro_opendata.validation.engine.frictionless import TextTable
from meguro_opendata.validation.engine.translate import Places

__all__ = ["ReadTable", "read_table"]

_LONGEST_CELL = 16_000_000


@dataclass(frozen=True)
class ReadTable:
    """A resource's table.

    Attributes:
        table: The header and the records.
        places: Where they stand.
        encoding: As decided, ``None`` for a workbook.
        plain: Whether the file is cut as it would be without a dialect, so that a page can show its cells.
    """

    table: TextTable
    places: Places
    encoding: str | None
    plain: bool


def read_table(resource: DescribedResource, file: Path) -> ReadTable:
    """Return the table of a resource.

    Raises:
        SourceError: If its file cannot be read so.
    """
    dialect = {**package_words()["dialect"], **resource.dialect}
    if container_at(file) == "text":
        grid, usual = _text_grid(file, dialect, resource)
    else:
        grid, usual = read_grid(file, _sheet(file, dialect)), not {"sheetName", "sheetNumber"} & dialect.keys()
    if not grid.height:
        raise SourceError("file-empty", file=file)
    return _cut(grid, dialect, resource, usual=usual)


def _text_grid(file: Path, dialect: Mapping[str, Any], resource: DescribedResource) -> tuple[Grid, bool]:
    """Return the cells of a text file, by our own reader where it cuts at the same sign, else by a dialect of ``csv``.

    Also whether they are those that our own reader gives.
    """
    declared = resource.content.get("encoding")
    named = declared if isinstance(declared, str) else None
    delimiter = resource.dialect.get("delimiter", "\t" if file.suffix.lower() == ".tsv" else ",")
    if _is_usual(dialect):
        grid = read_grid(file, encoding=named, as_written=True)
        if _is_cut_at(grid, delimiter):
            return grid, named is None
    return _dialect_grid(file, {**dialect, "delimiter": delimiter}, named), False


def _is_usual(dialect: Mapping[str, Any]) -> bool:
    """Return whether quoting is the usual one."""
    usual = package_words()["dialect"]
    names = ("quoteChar", "doubleQuote", "skipInitialSpace")
    return dialect.get("escapeChar") is None and all(dialect[name] == usual[name] for name in names)


def _is_cut_at(grid: Grid, delimiter: str) -> bool:
    """Return whether a grid was cut at a sign, or has one column that nowhere holds it."""
    if grid.width == 1:
        return not any(delimiter in cell for cell in grid.cells[:, 0])
    return grid.delimiter == delimiter


def _dialect_grid(file: Path, dialect: Mapping[str, Any], declared: str | None) -> Grid:
    raw = read_bytes(file)
    text, encoding = _decoded(raw, file, declared)
    quote = dialect["quoteChar"]
    with longest_cell(_LONGEST_CELL):
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=dialect["delimiter"],
            quotechar=quote,
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
            doublequote=dialect["doubleQuote"],
            escapechar=dialect.get("escapeChar"),
            skipinitialspace=dialect["skipInitialSpace"],
        )
        records, lines = _records(reader, file)
    return Grid.of_records(file, "csv", records, encoding=encoding, lines=lines, widths=list(map(len, records)),
                           delimiter=dialect["delimiter"])  # fmt: skip


def _records(reader: Any, file: Path) -> tuple[list[list[str]], list[int]]:
    records, lines, last = [], [], 0
    try:
        for record in reader:
            records.append(record)
            lines.append(last + 1)
            last = reader.line_num
    except csv.Error:
        raise SourceError("package-dialect-unfit", file=file, line=last + 1) from None
    return records, lines


def _decoded(raw: bytes, file: Path, declared: str | None) -> tuple[str, str]:
    if declared is None or declared.lower().replace("-", "") in ("utf8", "utf8sig"):
        return decode(raw, file)
    try:
        return raw.decode(declared), declared
    except LookupError:
        raise SourceError("encoding-name", file=file, name=declared) from None
    except UnicodeDecodeError as error:
        line, shown = raw[: error.start].count(b"\n") + 1, raw[error.start : error.start + 8].hex(" ")
        place = {"line": line, "bytes": shown}
        raise SourceError("encoding-unknown", file=file, tried=[declared], encoding=declared, **place) from None


def _sheet(file: Path, dialect: Mapping[str, Any]) -> str | None:
    if "sheetName" in dialect:
        return str(dialect["sheetName"])
    if "sheetNumber" not in dialect:
        return None
    names, number = read_grid(file).sheets, int(dialect["sheetNumber"])
    if number > len(names):
        raise SourceError("sheet-missing", file=file, sheet=str(number), sheets=list(names))
    return names[number - 1]


def _cut(grid: Grid, dialect: Mapping[str, Any], resource: DescribedResource, *, usual: bool) -> ReadTable:
    """Return the header and the records of a grid, without comments."""
    kept = [at for at in range(grid.height) if not _is_comment(grid, at, dialect)]
    heads = _heads(kept, grid.height, dialect)
    last = max(heads, default=-1)
    rows = [at for at in kept if at > last]
    header = _header(grid, heads, dialect, resource)
    letters = [column_letter(at) if grid.is_workbook else None for at in range(len(header))]
    lines = _chosen(grid.lines, rows)
    places = Places(grid.sheet, max(last, 0) + 1, [at + 1 for at in rows], lines, header, letters)
    plain = usual and heads == [0] and len(rows) == grid.height - 1
    return ReadTable(TextTable(header, grid.cells[rows], _chosen(grid.widths, rows)), places, grid.encoding, plain)


def _chosen(all_of_them: Sequence[int] | None, rows: Sequence[int]) -> list[int] | None:
    return None if all_of_them is None else [all_of_them[at] for at in rows]


def _heads(kept: Sequence[int], height: int, dialect: Mapping[str, Any]) -> list[int]:
    """Return the records that hold the labels: those that are named, else the first one that is no comment."""
    if not dialect["header"]:
        return []
    if "headerRows" not in dialect:
        return list(kept[:1])
    return [row - 1 for row in dialect["headerRows"] if row <= height]


def _is_comment(grid: Grid, at: int, dialect: Mapping[str, Any]) -> bool:
    if at + 1 in dialect.get("commentRows", ()):
        return True
    sign = dialect.get("commentChar") or ""
    return bool(sign) and str(grid.cells.item(at, 0)).startswith(sign)


def _header(grid: Grid, heads: Sequence[int], dialect: Mapping[str, Any], resource: DescribedResource) -> list[str]:
    if not heads:
        return [str(field["name"]) for field in (resource.schema or {"fields": []})["fields"]]
    records = [grid.record(at) for at in heads]
    return list(_joined(records, dialect["headerJoin"]))


def _joined(records: Sequence[Sequence[str]], sign: str) -> Iterator[str]:
    """Yield the labels of several lines, those of one column joined."""
    for at in range(max(map(len, records))):
        yield sign.join(record[at] for record in records if at < len(record) and record[at])
