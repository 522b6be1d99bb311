"""GIS files in: Shapefile, GeoPackage, FlatGeobuf, GeoJSON and KML → ``Layer``, and ``Features`` in a known system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from meguro_opendata.errors import UnknownCrsError
from meguro_opendata.geo.datum.crs import Crs, parse_crs
from meguro_opendata.geo.datum.wkt import crs_of_wkt
from meguro_opendata.geo.gis.crsmember import named_system
from meguro_opendata.geo.gis.features import Features, Geometries
from meguro_opendata.geo.gis.gdal import read_raw
from meguro_opendata.geo.gis.opening import Opened, opened
from meguro_opendata.geo.gis.words import file_words

__all__ = ["Layer", "LayerWords", "read_features", "read_layer"]

_LETTERS = "ISO-8859-1"  # in which every byte is a letter
_WGS84 = "EPSG:4326"
_ALWAYS_DEGREES = ("geojson", "kml")
_HALF = 3  # bytes of the longest letter, but one


@dataclass(frozen=True)
class LayerWords:
    """What is declared of a GIS file: which layer, in which system, its attributes in which encoding."""

    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of a GIS file as it stands.

    Attributes:
        name: The file.
        container: ``shapefile``, ``gpkg``, ``fgb``, ``geojson`` or ``kml``.
        layers: The names of all layers; of an archive of shapes, these.
        layer: The one that was read.
        encoding: Of the attributes, ``None`` where the format fixes it.
        frame: Attributes as text, in the order of the file; ``""`` where there is none.
        geometries: One a row, ``None`` where there is none; x goes east, y goes north.
        crs: The system that the file says it is in, ``None`` if it does not say, or says one that is not known.
        unknown: What it calls a system that is not known, else ``""``.
    """

    name: str
    container: str
    layers: tuple[str, ...]
    layer: str
    encoding: str | None
    frame: pl.DataFrame
    geometries: Geometries
    crs: Crs | None
    unknown: str = ""

    @property
    def kinds(self) -> dict[str, int]:
        """How many geometries of each kind there are, by its name; ``""`` counts the features without one."""
        counts = Counter("" if shape is None else str(shape.geom_type) for shape in self.geometries)
        return dict(sorted(counts.items()))

    def features(self, crs: str | int | Crs | None = None) -> Features:
        """The layer in a known system.

        Args:
            crs: The system of its coordinates, for a file that does not say so; must agree with one that does.

        Raises:
            UnknownCrsError: If neither the file nor ``crs`` says which system it is in, or both do and differ.
        """
        if self.unknown:
            raise UnknownCrsError("crs-of-file-unknown", file=self.name, value=self.unknown)
        declared = parse_crs(crs) if crs is not None else None
        if declared is not None and self.crs is not None and _differ(declared, self.crs):
            raise UnknownCrsError("crs-differs", file=self.name, value=self.crs.code, declared=declared.code)
        found = self.crs or declared
        if found is None:
            raise UnknownCrsError("crs-missing", file=self.name)
        return Features(self.name, self.frame, self.geometries, found, self.crs is not None)


def read_layer(path: Path | str, *, layer: str | None = None, encoding: str | None = None) -> Layer:
    """One layer of a GIS file.

    Args:
        path: A Shapefile (``.shp``), GeoPackage, FlatGeobuf, GeoJSON or KML, or a folder or ZIP that holds one.
        layer: The layer, or the shape in an archive, where there are several.
        encoding: ``utf-8`` or ``cp932``, of a shapefile's attributes; default: as its ``.cpg`` says, else decided.

    Raises:
        SourceError: If it is no such file, is damaged or too large, or has several layers and none is named.
    """
    path = Path(path)
    with opened(path, layer) as place:
        raw = read_raw(place.path, place.container, path.name, None if place.several else layer)
        told = encoding or _told_encoding(place.path)
        system, unknown = _system(_written_crs(raw.crs, place))
    names, columns = raw.names, raw.columns
    if place.container == "shapefile":
        encoding, names, columns = _in_letters(told, names, columns)
    return Layer(
        name=path.name,
        container=place.container,
        layers=place.several or raw.layers,
        layer=place.layer or raw.layer,
        encoding=encoding if place.container == "shapefile" else None,
        frame=_frame(names, columns),
        geometries=raw.geometries,
        crs=system,
        unknown=unknown,
    )


def _in_letters(
    told: str | None, names: Sequence[str], columns: Sequence[Sequence[str]]
) -> tuple[str, list[str], list[list[str]]]:
    """The encoding, and names and texts that were read as bytes; without one that is told it is decided."""
    encoding = told or _decided([*names, *(text for column in columns for text in column)])
    decoded = [[_decoded(text, encoding) for text in column] for column in columns]
    return encoding, [_decoded(name, encoding) for name in names], decoded


def read_features(
    path: Path | str, *, layer: str | None = None, crs: str | int | Crs | None = None, encoding: str | None = None
) -> Features:
    """The features of a GIS file, in a system that the file or the caller declares.

    Args:
        path: As for :func:`read_layer`, as are ``layer`` and ``encoding``.
        layer: The layer, or the shape in an archive, where there are several.
        crs: The system of its coordinates, for a file that does not say so; must agree with one that does.
        encoding: ``utf-8`` or ``cp932``, of a shapefile's attributes.

    Raises:
        SourceError: If it is no such file, is damaged or too large, or has several layers and none is named.
        UnknownCrsError: If neither the file nor ``crs`` says which system it is in, or both do and differ.
    """
    return read_layer(path, layer=layer, encoding=encoding).features(crs)


def _written_crs(by_gdal: str | None, place: Opened) -> str | None:
    """How the file describes its system; GeoJSON and KML are in longitude and latitude of WGS 84 by definition."""
    named = named_system(place.path) if place.container == "geojson" else None
    if named is not None:
        return named or None
    return by_gdal or (_WGS84 if place.container in _ALWAYS_DEGREES else None)


def _system(written: str | None) -> tuple[Crs | None, str]:
    """The system that a description means, or what it is called if it is not known."""
    try:
        return (crs_of_wkt(written) if written else None), ""
    except UnknownCrsError as error:
        return None, str(error.params["value"])


def _differ(one: Crs, other: Crs) -> bool:
    return (one.datum, one.epsg) != (other.datum, other.epsg)


def _told_encoding(place: Path) -> str | None:
    """The encoding that the ``.cpg`` file beside a shape names."""
    file = place.with_suffix(".cpg")
    if not file.is_file():
        return None
    written = file.read_bytes()[:100].decode("ascii", errors="replace").strip().lower()
    found: str | None = file_words()["encodings"].get(written)
    return found


def _frame(names: Sequence[str], columns: Sequence[Sequence[str]]) -> pl.DataFrame:
    """The fields as columns of text under unique names."""
    made: dict[str, pl.Series] = {}
    for name, column in zip(names, columns, strict=True):
        free = next(
            one for one in (name, *(f"{name}_{number}" for number in range(2, len(names) + 2))) if one not in made
        )
        made[free] = pl.Series(free, column, dtype=pl.String)
    return pl.DataFrame(made)


def _decided(texts: Sequence[str]) -> str:
    """UTF-8 if every text is strictly that, else CP932."""
    for text in dict.fromkeys(texts):
        try:
            text.encode(_LETTERS, errors="replace").decode("utf-8")
        except UnicodeDecodeError:
            return "cp932"
    return "utf-8"


def _decoded(text: str, encoding: str) -> str:
    """The text of bytes that were read as letters; half a letter at the end, where a field was cut, is left out."""
    raw = text.encode(_LETTERS, errors="replace")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        cut = raw[: error.start]
        return cut.decode(encoding) if len(raw) - error.start <= _HALF else raw.decode(encoding, errors="replace")
