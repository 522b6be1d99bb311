"""GIS files out: features as the bytes of a GeoPackage, FlatGeobuf, KML or a zipped Shapefile, the same every time."""

from __future__ import annotations

import io
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.gis.columns import Column, column_of
from meguro_opendata.geo.gis.features import Features, Geometries, moved
from meguro_opendata.geo.gis.words import GisFormat, file_words

__all__ = ["cut_values", "geo_bytes", "layer_names", "unwritable"]

_EPOCH = "1980-01-01"
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_NAMES = "fields.csv"
_ANY = "Unknown"  # what GDAL calls a layer of several kinds


def geo_bytes(
    features: Features, form: GisFormat, stem: str, encoding: str = "utf-8", *, indexed: bool = True
) -> bytes:
    """Return the features as a file.

    Args:
        features: What is written, each row of it; KML is always in degrees of WGS 84.
        form: The format.
        stem: Name of the layer, and of the parts in a zipped shapefile.
        encoding: ``utf-8`` or ``cp932``: of a shapefile's attributes.
        indexed: Whether a FlatGeobuf is sorted and indexed by place; else it keeps the order of the rows.

    Raises:
        MeguroOpendataError: If a text cannot be written in that encoding, or the format cannot hold the features.
        MissingGridError: If KML needs a grid that has not been added.
    """
    if form == "kml":
        features = moved(features, parse_crs("EPSG:4326"))[0]
    if form == "shp":
        return _zipped_shapefile(features, stem, encoding)
    names = layer_names(features.frame.columns, form, encoding)
    with tempfile.TemporaryDirectory(prefix="meguro-opendata-") as folder:
        path = Path(folder, f"{stem}.{file_words()['formats'][form]['ending']}")
        options = _layer_options(features, form, indexed=indexed)
        _write(features, _columns(features, names, form), path, form, stem, layer_options=options)
        return path.read_bytes()


def _columns(features: Features, names: Mapping[str, str], form: GisFormat) -> list[Column]:
    frame = features.frame
    return [column_of(names[name], frame[name], features.fields.get(name), form) for name in frame.columns]


def _layer_options(features: Features, form: GisFormat, *, indexed: bool) -> dict[str, str]:
    """Return names of GDAL's own columns that no attribute has, and no index where it would lose rows."""
    import shapely

    taken = {name.lower() for name in features.frame.columns}
    if form == "gpkg":
        return {option: _free(name, taken) for option, name in (("FID", "fid"), ("GEOMETRY_NAME", "geom"))}
    whole = not (shapely.is_missing(features.geometries) | shapely.is_empty(features.geometries)).any()
    return {"SPATIAL_INDEX": "YES" if indexed and whole else "NO"} if form == "fgb" else {}


def _free(name: str, taken: set[str]) -> str:
    """Return a name that is not taken.

    >>> _free("fid", {"fid", "_fid"}), _free("geom", set())
    ('__fid', 'geom')
    """
    return name if name not in taken else _free(f"_{name}", taken)


def layer_names(names: Sequence[str], form: GisFormat, encoding: str) -> dict[str, str]:
    """Return the names of the fields in a file: short in a shapefile, different in more than case in a GeoPackage.

    >>> layer_names(["名称", "Name", "name"], "gpkg", "utf-8"), layer_names(["Name", "name"], "fgb", "utf-8")
    ({'名称': '名称', 'Name': 'Name', 'name': 'name2'}, {'Name': 'Name', 'name': 'name'})
    """
    if form == "shp":
        return _short_names(names, encoding, file_words()["shapefile"]["name_bytes"])
    return _short_names(names, encoding, None) if form == "gpkg" else {name: name for name in names}


def _write(
    features: Features,
    columns: Sequence[Column],
    path: Path,
    form: GisFormat,
    stem: str,
    layer_options: Mapping[str, str] | None = None,
    **more: str,
) -> None:
    """Let GDAL write a file whose bytes depend on nothing but the features.

    Raises:
        MeguroOpendataError: If it cannot write these features in this format.
    """
    import pyogrio
    import shapely

    shapes, kind = _as_one_kind(features.geometries)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{_EPOCH}T00:00:00.000Z"})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            pyogrio.raw.write(
                path,
                shapely.to_wkb(shapes),
                [column.values for column in columns],
                [column.name for column in columns],
                field_mask=[column.missing for column in columns],
                driver=file_words()["formats"][form]["driver"],
                layer=stem,
                geometry_type=kind,
                crs=f"EPSG:{features.crs.epsg}",
                gdal_tz_offsets={column.name: column.zones for column in columns if column.zones is not None},
                layer_options=dict(layer_options or {}),
                **more,
            )
    except (pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError, pyogrio.errors.FieldError) as error:
        raise MeguroOpendataError("gis-unwritable", file=features.name, form=form) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _as_one_kind(shapes: Geometries) -> tuple[Geometries, str]:
    """Return the geometries, with heights all or none, and the kind of the layer that holds them."""
    import shapely

    tall = shapely.has_z(shapes)
    if tall.any() and not tall.all():
        shapes = shapely.force_3d(shapes)  # a layer has heights or has none; what had none gets 0, which is reported
    kind = _geometry_type(shapes)
    return shapes, f"{kind} Z" if tall.any() and kind != _ANY else kind


def _geometry_type(shapes: Geometries) -> str:
    """Return the one kind of geometry, or the kind of many of it, or any."""
    kinds = {shape.geom_type for shape in shapes if shape is not None}
    if len(kinds) == 1:
        return str(kinds.pop())
    single = {kind.removeprefix("Multi") for kind in kinds}
    return f"Multi{single.pop()}" if len(single) == 1 else _ANY if kinds else "Point"


def _zipped_shapefile(features: Features, stem: str, encoding: str) -> bytes:
    """Return a ZIP of the parts, with a list of the full names of fields, which a shapefile cuts."""
    unfit = list(unwritable(features.frame, encoding))
    if unfit:
        raise MeguroOpendataError("shapefile-encoding", encoding=encoding, values=unfit[:5])
    if _geometry_type(features.geometries) in (_ANY, "GeometryCollection"):
        kinds = sorted({str(shape.geom_type) for shape in features.geometries if shape is not None})
        raise MeguroOpendataError("shapefile-mixed", kinds=kinds)
    names = layer_names(features.frame.columns, "shp", encoding)
    cut = features.frame.with_columns(_cut(features.frame[name], encoding) for name in features.frame.columns)
    columns = _columns(replace(features, frame=cut), names, "shp")
    with tempfile.TemporaryDirectory(prefix="meguro-opendata-") as folder:
        path = Path(folder, "shape.shp")
        gdal_name = {"utf-8": "UTF-8", "cp932": "CP932"}[encoding]
        _write(features, columns, path, "shp", "shape", encoding=gdal_name, DBF_DATE_LAST_UPDATE=_EPOCH)
        parts = {part.suffix: part.read_bytes() for part in sorted(Path(folder).iterdir())}
    parts[".cpg"] = gdal_name.encode()
    return _zip({**{f"{stem}{ending}": data for ending, data in sorted(parts.items())}, _NAMES: _name_list(names)})


def _name_list(names: Mapping[str, str]) -> bytes:
    from meguro_opendata.files.tables import plain_csv_bytes

    return b"\xef\xbb\xbf" + plain_csv_bytes(("field", "name"), [(short, name) for name, short in names.items()])


def _zip(members: Mapping[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), data, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def _short_names(names: Sequence[str], encoding: str, most: int | None) -> dict[str, str]:
    """Return different names of so many bytes at most: cut between letters, numbered where two would be equal.

    >>> _short_names(["名称", "所在地_連結表記", "所在地_番地以下", "所在地_町字"], "cp932", 10)
    {'名称': '名称', '所在地_連結表記': '所在地_連', '所在地_番地以下': '所在地_番', '所在地_町字': '所在地_町'}
    >>> _short_names(["利用可能曜日", "利用可能日時特記事項"], "utf-8", 10)
    {'利用可能曜日': '利用可', '利用可能日時特記事項': '利用可2'}
    """
    made: dict[str, str] = {}
    for name in names:
        short, number = _fitting(name, most, encoding), 1
        while short.lower() in {one.lower() for one in made.values()}:
            number += 1
            short = _fitting(name, most and most - len(str(number)), encoding) + str(number)
        made[name] = short
    return made


def _fitting(text: str, most: int | None, encoding: str) -> str:
    """Return the beginning of a text that has at most so many bytes."""
    return text.encode(encoding)[:most].decode(encoding, errors="ignore")


def _cut(text: pl.Series, encoding: str) -> pl.Series:
    most = file_words()["shapefile"]["text_bytes"]
    return pl.Series(text.name, [_fitting(value, most, encoding) for value in text], dtype=pl.String)


def cut_values(frame: pl.DataFrame, encoding: str) -> Iterator[tuple[str, int]]:
    """Yield each value that a shapefile cannot hold whole: its column and its row, counted from 0."""
    most = file_words()["shapefile"]["text_bytes"]
    for name in frame.columns:
        for at, value in enumerate(frame[name]):
            if len(value.encode(encoding, errors="replace")) > most:
                yield name, at


def unwritable(frame: pl.DataFrame, encoding: str) -> Iterator[str]:
    """Yield each distinct text, names of columns included, that an encoding cannot write."""
    for text in dict.fromkeys([*frame.columns, *(value for name in frame.columns for value in frame[name].unique())]):
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            yield text
