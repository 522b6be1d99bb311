"""Findings about a GIS file that was read: half letters, names twice, broken geometries, heights."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from meguro_opendata.findings import Finding
from meguro_opendata.geo.gis.features import Geometries
from meguro_opendata.geo.gis.gdal import RawLayer
from meguro_opendata.geo.gis.opening import Opened
from meguro_opendata.geo.gis.words import file_words

__all__ = ["FIRST_ROW", "layer_findings", "shape_findings"]

FIRST_ROW = 2  # the record of the first feature, as in a sheet with a header
_MEASURED = (2, 3)  # thousands of the number by which ISO WKB calls a kind of geometry
_CURVED = (8, 9, 10, 11, 12, 13, 14)  # … and the rest of it: circular strings to surfaces
_Text = tuple[str | None, bool]


def layer_findings(
    raw: RawLayer,
    place: Opened,
    called: Sequence[str],
    names: Sequence[str],
    columns: Sequence[Sequence[_Text]],
    encoding: str,
    halves: Collection[str] = (),
) -> Iterator[Finding]:
    """Yield what there is to know of a layer.

    Args:
        raw: Layer that GDAL read.
        place: File that GDAL opened.
        called: The names of its columns.
        names: Those of the file, which may repeat.
        columns: Its texts, each with whether half a letter at its end was left out.
        encoding: Encoding of the texts.
        halves: Names that ended in half a letter.
    """
    if place.without_index:
        yield Finding("gis-index-missing", "info")
    for name, column, kind, values in zip(names, called, raw.kinds, columns, strict=True):
        if name in halves:
            yield Finding("gis-name-half", "warning", column=column)
        if name != column:
            yield Finding("gis-name-twice", "warning", column=column, params={"name": name})
        if kind == "text":
            yield from _cut_texts(column, values, encoding, place.container)
    yield from shape_findings(raw.geometries)
    tall = _with_heights(raw.geometries, place.container)
    if tall:
        yield Finding("gis-heights", "info", params={"count": tall})
    yield from _written_kinds(raw.written)


def _cut_texts(column: str, values: Sequence[_Text], encoding: str, container: str) -> Iterator[Finding]:
    """Yield a warning for each text that certainly was cut, and one for a column whose longest texts may have been."""
    halves = [at for at, (_, is_half) in enumerate(values) if is_half]
    for at in halves:
        yield Finding("gis-half-letter", "warning", row=at + FIRST_ROW, column=column, value=values[at][0])
    if container != "shapefile" or halves:
        return
    most = file_words()["shapefile"]["text_bytes"]
    lengths = [len((text or "").encode(encoding, errors="replace")) for text, _ in values]
    full = [at for at, length in enumerate(lengths) if most - length < _letter(values[at][0], encoding)]
    for at in full:
        yield Finding("gis-text-full", "warning", row=at + FIRST_ROW, column=column, value=values[at][0])


def _letter(text: str | None, encoding: str) -> int:
    """Return how many bytes the last letter of a text takes; one more of these would not have fitted."""
    return len(text[-1].encode(encoding, errors="replace")) if text else 0


def shape_findings(shapes: Geometries) -> Iterator[Finding]:
    """Yield what is wrong with geometries."""
    import shapely

    there = ~shapely.is_missing(shapes)
    for code, severity, which in (
        ("gis-geometry-missing", "info", ~there),
        ("gis-geometry-empty", "warning", there & shapely.is_empty(shapes)),
        ("gis-geometry-invalid", "warning", there & ~shapely.is_valid(shapes)),
    ):
        rows = (np.flatnonzero(which) + FIRST_ROW).tolist()
        if rows:
            yield Finding(code, severity, row=rows[0], params={"count": len(rows), "rows": shown_rows(rows)})


def _with_heights(shapes: Geometries, container: str) -> int:
    """Return how many geometries have heights; GDAL gives those of a KML that have none a height of 0."""
    import shapely

    heights = shapely.get_coordinates(shapes, include_z=True)[:, 2]
    if container == "kml" and not np.any(np.nan_to_num(heights)):
        return 0
    return int(shapely.has_z(shapes).sum())


def shown_rows(rows: Sequence[int], most: int = 10) -> str:
    """Return the first of some rows, as text.

    >>> shown_rows([2, 5]), shown_rows(range(2, 20))
    ('2, 5', '2, 3, 4, 5, 6, 7, 8, 9, 10, 11 ...')
    """
    return ", ".join(map(str, rows[:most])) + (" ..." if len(rows) > most else "")


def _written_kinds(written: dict[str, int]) -> Iterator[Finding]:
    """Yield the geometries that were read without their measures, or as lines in place of curves."""
    kinds = {int(number): count for number, count in written.items()}
    measured = sum(count for number, count in kinds.items() if number // 1000 in _MEASURED)
    curved = sum(count for number, count in kinds.items() if number % 1000 in _CURVED)
    if measured:
        yield Finding("gis-measures-lost", "warning", params={"count": measured})
    if curved:
        yield Finding("gis-curves-lost", "warning", params={"count": curved})
