"""A file of coordinates → the same file in another reference system, with the record of what was done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from meguro_opendata.errors import SourceError
from meguro_opendata.files.tables import csv_bytes
from meguro_opendata.files.whole import write_whole
from meguro_opendata.findings import Finding, Report
from meguro_opendata.geo.datum.crs import Crs
from meguro_opendata.geo.datum.projections import to_degrees
from meguro_opendata.geo.datum.transformation import Transformed
from meguro_opendata.geo.gis.features import point_features
from meguro_opendata.geo.gis.geojson import shape_collection
from meguro_opendata.geo.places.filepoints import NOWHERE, Homes, file_points
from meguro_opendata.georeferencing.column_pairs import Located, PointWords, Trouble, locate
from meguro_opendata.georeferencing.files.endings import refuse_ending
from meguro_opendata.messages import default_language, word
from meguro_opendata.sources import Table, propose_source

__all__ = [
    "TRANSFORM_FORMAT",
    "OutColumn",
    "TransformedFile",
    "free_name",
    "point_report",
    "read_points",
    "transform_file",
    "trouble_finding",
    "write_record",
]

_GEOJSON = ".geojson"
_ENDINGS = (".csv", _GEOJSON)
TRANSFORM_FORMAT = "meguro-opendata/transform@1"


class OutColumn(NamedTuple):
    """A column of coordinates: its name, the name that it had, and its axis: lat, lon, x_north or y_east."""

    name: str
    was: str
    axis: str


@dataclass(frozen=True)
class TransformedFile:
    """Result of transforming the coordinates of a file.

    Attributes:
        out: The file that was written, ``None`` if errors kept it back.
        record: The record beside it, ``None`` if there is none.
        report: Findings about the coordinates.
        operation: Record of the transformation; ``None`` if there was no point.
        blank: Rows without coordinates.
        points: Rows that were transformed.
        columns: Of a table, the two columns as they were written.
    """

    file: str
    out: Path | None
    record: Path | None
    report: Report
    operation: Transformed | None
    blank: int
    points: int
    columns: tuple[OutColumn, ...] = ()

    @property
    def other_axes(self) -> bool:
        """Return whether the two columns hold other axes than before, such as degrees for metres."""
        return self.operation is not None and self.operation.source.axes != self.operation.target.axes

    def to_dict(self, lang: str) -> dict[str, Any]:
        """Return the result as the JSON of ``transform@1``."""
        return {
            "format": TRANSFORM_FORMAT,
            "file": self.file,
            "out": str(self.out) if self.out else None,
            "rows": self.report.rows,
            "points": self.points,
            "blank": self.blank,
            "columns": [{"name": one.name, "was": one.was, "axis": one.axis} for one in self.columns],
            "operation": self.operation.record() if self.operation else None,
            "report": self.report.to_dict(lang),
        }


def transform_file(
    path: Path,
    out: Path,
    columns: Sequence[str],
    words: PointWords,
    target: Crs,
    names: Sequence[str] | None = None,
    homes: Homes = NOWHERE,
) -> TransformedFile:
    """Write a table again with two of its columns in another system; nothing is written if a coordinate is wrong.

    Args:
        path: A CSV or workbook.
        out: The CSV to write; the record of the operation is written beside it.
        columns: The column of the first axis and that of the second.
        words: Declarations about the columns.
        target: The system that is wanted.
        names: Names of the columns in the new file; unchanged by default.
        homes: The municipality of the workspace and the one that was named, in which the points should lie.

    Raises:
        SourceError: If the file cannot be read or has no such column.
        MissingGridError: If a needed grid has not been added.
        StorageError: If the files cannot be written.
    """
    refuse_ending(out, _ENDINGS)
    if out.suffix.lower() == _GEOJSON and not target.geographic:
        raise SourceError("geojson-needs-degrees", file=out)
    table = read_points(path, out, columns)
    called = tuple(names or columns)
    _refuse_taken(called, [column for column in table.frame.columns if column not in columns])
    first, second = (table.frame[column] for column in columns)
    located = locate(first, second, words, target)
    report = _with_place(point_report(located, table, columns), located, table, words, homes)
    blank = int(((first.str.strip_chars() == "") & (second.str.strip_chars() == "")).sum())
    if not located.valid:
        return TransformedFile(str(path), None, None, report, located.done, blank, 0)
    frame = table.frame.with_columns(located.first.alias(columns[0]), located.second.alias(columns[1]))
    frame = frame.rename(dict(zip(columns, called, strict=True)))
    written = tuple(OutColumn(*each) for each in zip(called, columns, target.axes, strict=True))
    frame = _with_errors(frame, located)
    write_whole(out, _bytes_of(frame, called, target, out))
    record = write_record(out, located.done)
    points = len(located.done.first) if located.done else 0
    return TransformedFile(str(path), out, record, report, located.done, blank, points, written)


def _with_errors(frame: pl.DataFrame, located: Located) -> pl.DataFrame:
    """Return the table with the expected error (m) of each point, if any of them was moved approximately."""
    if located.errors is None:
        return frame
    name = free_name(word("transform-error-column", default_language()), frame.columns)
    return frame.with_columns(located.errors.alias(name))


def _bytes_of(frame: pl.DataFrame, called: Sequence[str], target: Crs, out: Path) -> bytes:
    """Return the file that the name asks for: a CSV, or GeoJSON in which each row is a feature."""
    if out.suffix.lower() != _GEOJSON:
        return csv_bytes(frame)
    lat, lon = (called[1], called[0]) if target.east_first else called
    return shape_collection(point_features(frame, lat, lon, out.stem, target)).encode("utf-8")


def free_name(name: str, taken: Sequence[str]) -> str:
    """Return a name that no column has.

    >>> free_name("誤差", ["名称"]), free_name("誤差", ["誤差"])
    ('誤差', '誤差_')
    """
    return name if name not in taken else free_name(f"{name}_", taken)


def _refuse_taken(names: Sequence[str], others: Sequence[str]) -> None:
    taken = [name for name in names if name in others or names.count(name) > 1 or not name.strip()]
    if taken:
        raise SourceError("column-name-taken", column=taken[0], columns=others)


def read_points(path: Path, out: Path, columns: Sequence[str]) -> Table:
    """Return the table of a file that has the two columns.

    Raises:
        SourceError: If the file cannot be read, lacks a column, or would be overwritten.
    """
    if out.exists() and out.resolve() == path.resolve():
        raise SourceError("out-over-source", file=out)
    if columns[0] == columns[1]:
        raise SourceError("same-column-twice", column=columns[0])
    table = propose_source(path, columns)
    for column in columns:
        if column not in table.frame.columns:
            raise SourceError("column-of-coordinates", column=column, file=path, columns=table.frame.columns)
    return table


def point_report(located: Located, table: Table, columns: Sequence[str]) -> Report:
    """Return the findings about two columns of a table."""
    rows = table.frame.height
    findings = tuple(_findings(located, table, columns))
    return Report(str(table.path), None, rows, rows, findings, table.grid.encoding, table.labels)


def _with_place(report: Report, located: Located, table: Table, words: PointWords, homes: Homes) -> Report:
    """Return the report, and whether the points lie where the table is about."""
    if located.done is None:
        return report
    degrees = to_degrees(located.done.first, located.done.second, located.done.target)
    title = table.proposed.title if table.proposed else ""
    texts = {"title": title, "sheet": table.grid.sheet or "", "file": table.path.stem}
    seen = file_points(table.frame, texts, homes, words.crs, degrees).judged
    return replace(report, findings=(*report.findings, *seen.findings), not_checked=seen.not_checked)


def write_record(out: Path, done: Transformed | None) -> Path | None:
    """Put the record of an operation beside the file that it made; where there is none, nothing."""
    if done is None:
        return None
    path = out.with_name(f"{out.name.partition('.')[0]}.operation.json")
    write_whole(path, (json.dumps(done.record(), ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
    return path


def _findings(located: Located, table: Table, columns: Sequence[str]) -> Iterator[Finding]:
    """Yield the troubles by row and column, those of the whole table last."""
    placed = [one for one in located.troubles if one.position is not None]
    for one in sorted(placed, key=lambda one: (one.position or 0, one.part or 0)):
        yield trouble_finding(one, table, columns[one.part or 0])
    yield from (Finding(one.code, one.severity, params=one.params) for one in located.troubles if one.position is None)


def trouble_finding(one: Trouble, table: Table, column: str) -> Finding:
    """Return the finding of a trouble in the cell of a source's column."""
    position = one.position or 0
    return table.cell_finding(
        one.code, one.severity, position, column, suggestion=one.suggestion, params={"field": column, **one.params}
    )
