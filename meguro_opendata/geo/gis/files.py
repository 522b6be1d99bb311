"""GIS files in: Shapefile, GeoPackage, FlatGeobuf, GeoJSON and KML → ``Layer``, and ``Features`` in a known system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from meguro_opendata.errors import UnknownCrsError
from meguro_opendata.findings import Finding
from meguro_opendata.geo.datum.crs import Crs, parse_crs
from meguro_opendata.geo.datum.wkt import crs_alike, crs_of_wkt
from meguro_opendata.geo.gis.crsmember import named_system
from meguro_opendata.geo.gis.encodings import attribute_encoding, decoded
from meguro_opendata.geo.gis.features import Features, FieldWords, Geometries
from meguro_opendata.geo.gis.flatgeobuf import flatgeobuf_kind
from meguro_opendata.geo.gis.gdal import RawLayer, read_raw
from meguro_opendata.geo.gis.opening import Opened, opened
from meguro_opendata.geo.gis.remarks import layer_findings

__all__ = ["Layer", "read_features", "read_layer"]

_WGS84 = "EPSG:4326"
_ALWAYS_DEGREES = ("geojson", "kml")
_MOST = (180.0, 90.0)
_JAPAN = ((122.0, 154.0), (20.0, 46.0))


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
        fields: Properties of each field in the file.
        geometries: One a row, ``None`` where there is none; x goes east, y goes north.
        crs: The system that the file says it is in, ``None`` if it does not say, or says one that is not known.
        unknown: Name of an unknown reference system in the file, else ``""``.
        doubt: Why its system has to be declared although it names one, or has one by definition.
        findings: Findings from reading the file.
    """

    name: str
    container: str
    layers: tuple[str, ...]
    layer: str
    encoding: str | None
    frame: pl.DataFrame
    fields: Mapping[str, FieldWords]
    geometries: Geometries
    crs: Crs | None
    unknown: str = ""
    doubt: UnknownCrsError | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def kinds(self) -> dict[str, int]:
        """Return how many geometries of each kind there are, by its name; ``""`` counts the features without one."""
        counts = Counter("" if shape is None else str(shape.geom_type) for shape in self.geometries)
        return dict(sorted(counts.items()))

    def features(self, crs: str | int | Crs | None = None) -> Features:
        """Return the layer in a known system.

        Args:
            crs: The system of its coordinates, for a file that does not say so; must agree with one that does.

        Raises:
            UnknownCrsError: If neither the file nor ``crs`` says which system it is in, both do and differ, or its
                coordinates cannot be in it.
        """
        if crs is not None:
            self._refuse(parse_crs(crs))
        elif self.doubt is not None:
            raise self.doubt
        found = self.crs or (parse_crs(crs) if crs is not None else None)
        if found is None:
            raise UnknownCrsError("crs-missing", file=self.name)
        return Features(self.name, self.frame, self.geometries, found, self.crs is not None, self.fields, self.findings)

    def _refuse(self, declared: Crs) -> None:
        """Refuse a system that differs from the file's own, or in which its coordinates cannot be."""
        if self.crs is not None and _differ(declared, self.crs):
            raise UnknownCrsError("crs-differs", file=self.name, value=self.crs.code, declared=declared.code)
        why = _impossible(self.geometries, declared, self.name)
        if why is not None:
            raise why


def read_layer(path: Path | str, *, layer: str | None = None, encoding: str | None = None, ours: bool = False) -> Layer:
    """Return one layer of a GIS file.

    Args:
        path: A Shapefile (``.shp``), GeoPackage, FlatGeobuf, GeoJSON or KML, or a folder or ZIP that holds one.
        layer: The layer, or the shape in an archive, where there are several.
        encoding: ``utf-8`` or ``cp932``, of its texts; default: as the file or its ``.cpg`` says, else decided. What is
            said has to fit the bytes.
        ours: Whether this program has just written the file, so that it is read without a process of its own.

    Raises:
        SourceError: If it is no such file, is damaged or too large, is not in the encoding that is said, or has
            several layers and none is named.
    """
    path = Path(path)
    with opened(path, layer, encoding) as place:
        raw = read_raw(place.path, place.container, path.name, place.inner, ours=ours)
        if place.container == "fgb":
            raw = replace(raw, written=flatgeobuf_kind(place.path, len(raw.geometries)))
        written = _written_crs(raw, place)
        beside = _cpg(place.path) if place.container == "shapefile" else None
    return _layer_of(raw, place, path.name, written, _encoding_of(raw, place, encoding, beside, path.name))


def _layer_of(raw: RawLayer, place: Opened, name: str, written: str | None, encoding: str) -> Layer:
    """Return the layer that GDAL read, with decoded texts and its reference system or the reason for its absence."""
    found = [decoded(field, encoding) for field in raw.names]
    names, halves = [str(name) for name, _ in found], [str(name) for name, is_half in found if is_half]
    columns = [[decoded(text, encoding) for text in column] for column in raw.columns]
    called = _free_names(names)
    system, unknown = _system(written)
    doubt = _doubt(system, unknown, written, raw.geometries, place.container, name)
    layers, layer = _layer_names(raw, place)
    return Layer(
        name=name,
        container=place.container,
        layers=layers,
        layer=layer,
        encoding=encoding if place.container == "shapefile" else None,
        frame=pl.DataFrame([_texts(free, column) for free, column in zip(called, columns, strict=True)]),
        fields=_field_words(called, raw.kinds, columns),
        geometries=raw.geometries,
        crs=None if doubt else system,
        unknown=unknown,
        doubt=doubt,
        findings=tuple(layer_findings(raw, place, called, names, columns, encoding, halves)),
    )


def _texts(name: str, column: Sequence[tuple[str | None, bool]]) -> pl.Series:
    return pl.Series(name, [text or "" for text, _ in column], dtype=pl.String)


def _layer_names(raw: RawLayer, place: Opened) -> tuple[tuple[str, ...], str]:
    """Return the names of the layers and of the layer that was read; an archive's layers are its files."""
    by_archive = len(place.several) > 1 or not (place.inner or len(raw.layers) > 1)
    if place.layer is None or not by_archive:
        return raw.layers, raw.layer
    return place.several or raw.layers, place.layer


def _field_words(
    called: Sequence[str], kinds: Sequence[str], columns: Sequence[Sequence[tuple[str | None, bool]]]
) -> dict[str, FieldWords]:
    return {
        name: FieldWords(kind, np.array([text is None for text, _ in column], dtype=bool))
        for name, kind, column in zip(called, kinds, columns, strict=True)
    }


def _encoding_of(raw: RawLayer, place: Opened, told: str | None, beside: str | None, name: str) -> str:
    """Return the encoding of the texts: of a shapefile as it is said, or else decided; of other formats UTF-8."""
    if place.container == "shapefile":
        return attribute_encoding(told, beside, raw.names, raw.columns, name)
    return attribute_encoding("utf-8", None, raw.names, raw.columns, name, by_user=False)


def read_features(
    path: Path | str, *, layer: str | None = None, crs: str | int | Crs | None = None, encoding: str | None = None
) -> Features:
    """Return the features of a GIS file, in a system that the file or the caller declares.

    Args:
        path: As for :func:`read_layer`, as are ``layer`` and ``encoding``.
        layer: The layer, or the shape in an archive, where there are several.
        crs: The system of its coordinates, for a file that does not say so; must agree with one that does.
        encoding: ``utf-8`` or ``cp932``, of its texts.

    Raises:
        SourceError: If it is no such file, is damaged or too large, or has several layers and none is named.
        UnknownCrsError: If neither the file nor ``crs`` says which system it is in, or both do and differ.
    """
    return read_layer(path, layer=layer, encoding=encoding).features(crs)


def _written_crs(raw: RawLayer, place: Opened) -> str | None:
    """Return the description of the file's system; GeoJSON and KML are in degrees of WGS 84 by definition."""
    named = named_system(place.path) if place.container == "geojson" else None
    if named is not None:
        return named or None
    if place.container == "geojson" and _impossible(raw.geometries, parse_crs(_WGS84), ""):
        return None
    return raw.crs or (_WGS84 if place.container in _ALWAYS_DEGREES else None)


def _system(written: str | None) -> tuple[Crs | None, str]:
    """Return the system that a description means, or what it is called if it is not known."""
    try:
        return (crs_of_wkt(written) if written else None), ""
    except UnknownCrsError as error:
        return None, str(error.params["value"])


def _doubt(
    system: Crs | None, unknown: str, written: str | None, shapes: Geometries, container: str, name: str
) -> UnknownCrsError | None:
    """Return why the system has to be declared: the file names one that is not known, or its numbers are not in it."""
    if unknown and written:
        near = crs_alike(written)
        if near:
            why = UnknownCrsError("crs-of-file-datum", file=name, value=unknown, known=list(near))
            return _impossible(shapes, parse_crs(near[0]), name) or why
        return UnknownCrsError("crs-of-file-unknown", file=name, value=unknown)
    if system is None and written is None and container in _ALWAYS_DEGREES:
        return _impossible(shapes, parse_crs(_WGS84), name)
    return _impossible(shapes, system, name) if system is not None else None


def _impossible(shapes: Geometries, crs: Crs, name: str) -> UnknownCrsError | None:
    """Return why coordinates cannot be in a system: metres declared as degrees, or degrees declared as metres.

    Exchanged axes are left to those who look at the places.
    """
    import shapely

    flat = shapely.get_coordinates(shapes)
    flat = flat[np.isfinite(flat).all(axis=1)]
    if not len(flat):
        return None
    shown = {"file": name, "crs": crs.code, "x": f"{flat[0][0]:.10g}", "y": f"{flat[0][1]:.10g}"}
    if crs.geographic and (np.abs(flat) > max(_MOST)).any():
        return UnknownCrsError("crs-not-degrees", **shown)
    within = [(axis >= low) & (axis <= high) for axis, (low, high) in zip(flat.T, _JAPAN, strict=True)]
    if not crs.geographic and np.logical_and(*within).all():
        return UnknownCrsError("crs-not-metres", **shown)
    return None


def _differ(one: Crs, other: Crs) -> bool:
    return (one.datum, one.epsg) != (other.datum, other.epsg)


def _cpg(place: Path) -> str | None:
    """Return the content of the ``.cpg`` file beside a shapefile."""
    file = place.with_suffix(".cpg")
    return file.read_bytes()[:100].decode("ascii", errors="replace").strip() if file.is_file() else None


def _free_names(names: Sequence[str]) -> list[str]:
    """Return unique names; a name that is taken gets a number.

    >>> _free_names(["名称", "名称", "名称_2"])
    ['名称', '名称_2', '名称_2_2']
    """
    made: list[str] = []
    for name in names:
        numbered = (name, *(f"{name}_{number}" for number in range(2, len(names) + 2)))
        made.append(next(one for one in numbered if one not in made))
    return made
