"""A GIS file → the same features in another reference system and, by the name of the new file, another format."""

from __future__ import annotations

from pathlib import Path

from meguro_opendata.errors import SourceError
from meguro_opendata.files.whole import write_whole
from meguro_opendata.findings import Finding, Report
from meguro_opendata.geo.datum.crs import Crs
from meguro_opendata.geo.gis.comparing import geojson_differences, written_differences
from meguro_opendata.geo.gis.features import Features, moved, point_columns, with_errors
from meguro_opendata.geo.gis.files import read_features
from meguro_opendata.geo.gis.geojson import shape_collection
from meguro_opendata.geo.gis.words import GIS_FORMATS, GisFormat, LayerWords, file_words
from meguro_opendata.geo.gis.writing import geo_bytes
from meguro_opendata.geo.places.filepoints import NOWHERE, Homes, file_points
from meguro_opendata.georeferencing.column_pairs import remarks
from meguro_opendata.georeferencing.files.points import TransformedFile, free_name, write_record
from meguro_opendata.messages import default_language, word

__all__ = ["transform_layer"]

_GEOJSON = "geojson"


def transform_layer(
    path: Path,
    out: Path,
    target: Crs,
    words: LayerWords | None = None,
    *,
    allow_approximate: bool = False,
    homes: Homes = NOWHERE,
) -> TransformedFile:
    """Write the features of a GIS file again, every vertex in another system.

    Args:
        path: The file.
        out: File to write: ``.gpkg``, ``.fgb``, ``.kml``, ``.zip`` (a shapefile), ``.geojson``.
        target: The system that is wanted; GeoJSON needs degrees, KML is always in those of WGS 84.
        words: Declarations about the file; its reference system is required where the file does not name it.
        allow_approximate: Whether vertices without a grid may be moved by an approximate operation.
        homes: The municipality of the workspace and the one that was named, in which the features should lie.

    Raises:
        SourceError: If the file cannot be read, would be overwritten, or the ending is none of these.
        UnknownCrsError: If its system is not known.
        MissingGridError: If a needed grid has not been added.
        OutsideGridError: If vertices lie outside a needed grid.
        StorageError: If the files cannot be written.
    """
    if out.exists() and out.resolve() == path.resolve():
        raise SourceError("out-over-source", file=out)
    form = _form_of(out)
    if form is None and not target.geographic:
        raise SourceError("geojson-needs-degrees", file=out)
    words = words or LayerWords()
    features = read_features(path, layer=words.layer, crs=words.crs, encoding=words.encoding)
    there, done = moved(features, target, allow_approximate=allow_approximate)
    stem = out.name.partition(".")[0]
    if allow_approximate:
        name = free_name(word("transform-error-column", default_language()), there.frame.columns)
        there = with_errors(there, done, name)
    data, differing = _written(there, form, stem, "utf-8")
    write_whole(out, data)
    seen = file_points(point_columns(features), {"file": path.stem}, homes, features.crs).judged
    own = (*features.findings, *(Finding(one.code, one.severity, params=one.params) for one in remarks(done)))
    findings = (*seen.findings, *own, *differing)
    rows, header = len(features.geometries), tuple(features.frame.columns)
    report = Report(str(path), None, rows, rows, findings, header=header, not_checked=seen.not_checked)
    blank = sum(shape is None for shape in features.geometries)
    return TransformedFile(str(path), out, write_record(out, done), report, done, blank, rows - blank)


def _written(there: Features, form: GisFormat | None, stem: str, encoding: str) -> tuple[bytes, list[Finding]]:
    """Return the file's bytes, and what it does not hold as the features have it."""
    if form is None:
        return shape_collection(there).encode("utf-8"), list(geojson_differences(there))
    data = geo_bytes(there, form, stem, encoding)
    return data, list(written_differences(there, form, stem, encoding, data))


def _form_of(out: Path) -> GisFormat | None:
    """Return the format that the ending of a name asks for, ``None`` for GeoJSON."""
    ending = out.suffix.lower().removeprefix(".")
    if ending == _GEOJSON:
        return None
    for form in GIS_FORMATS:
        if file_words()["formats"][form]["ending"] == ending:
            return form
    raise SourceError("layer-ending", file=out)
