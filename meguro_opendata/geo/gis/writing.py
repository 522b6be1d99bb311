"""GIS files out: features as the bytes of a GeoPackage, FlatGeobuf, KML or a zipped Shapefile, the same every time."""

from __future__ import annotations

import io
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.gis.features import Features, moved
from meguro_opendata.geo.gis.words import GisFormat, file_words

__all__ = ["cut_values", "geo_bytes", "unwritable"]

_EPOCH = "1980-01-01"
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_WHOLE, _FRACTION = r"\A-?(?:0|[1-9][0-9]{0,8})\z", r"\A-?(?:0|[1-9][0-9]{0,8})\.[0-9]{1,9}\z"
_NAMES = "fields.csv"


@dataclass(frozen=True)
class _Column:
    """A field as GDAL takes it."""

    name: str
    values: Any
    missing: Any


def geo_bytes(features: Features, form: GisFormat, stem: str, encoding: str = "utf-8") -> bytes:
    """The features as a file.

    Args:
        features: What is written; a row without a geometry is left out. KML is always in degrees of WGS 84.
        form: The format.
        stem: Name of the layer, and of the parts in a zipped shapefile.
        encoding: ``utf-8`` or ``cp932``: of a shapefile's attributes.

    Raises:
        MeguroOpendataError: If a text cannot be written in that encoding.
        MissingGridError: If KML needs a grid that has not been added.
    """
    kept = features.located()
    if form == "kml":
        kept = moved(kept, parse_crs("EPSG:4326"))[0]
    if form == "shp":
        return _zipped_shapefile(kept, stem, encoding)
    with tempfile.TemporaryDirectory(prefix="meguro-opendata-") as folder:
        path = Path(folder, f"{stem}.{file_words()['formats'][form]['ending']}")
        _write(kept, [_column(name, kept.frame[name]) for name in kept.frame.columns], path, form, stem)
        return path.read_bytes()


def _column(name: str, text: pl.Series) -> _Column:
    """A field with numbers as numbers, where every filled cell is one in its plainest form."""
    filled = text != ""
    values = text.filter(filled)
    missing = (~filled).to_numpy()
    if len(values) and values.str.contains(_WHOLE).all():
        return _Column(name, text.cast(pl.Int64, strict=False).fill_null(0).to_numpy(), missing)
    if len(values) and values.str.contains(f"{_WHOLE}|{_FRACTION}").all():
        return _Column(name, text.cast(pl.Float64, strict=False).fill_null(0.0).to_numpy(), missing)
    return _Column(name, np.array(text.to_list(), dtype=object), missing)


def _write(features: Features, columns: Sequence[_Column], path: Path, form: GisFormat, stem: str, **more: str) -> None:
    """Let GDAL write a file whose bytes depend on nothing but the features."""
    import pyogrio
    import shapely

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{_EPOCH}T00:00:00.000Z"})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            pyogrio.raw.write(
                path,
                shapely.to_wkb(features.geometries),
                [column.values for column in columns],
                [column.name for column in columns],
                field_mask=[column.missing for column in columns],
                driver=file_words()["formats"][form]["driver"],
                layer=stem,
                geometry_type=_geometry_type(features),
                crs=f"EPSG:{features.crs.epsg}",
                **more,
            )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _geometry_type(features: Features) -> str:
    """The one kind of geometry, or the kind of many of it, or any."""
    kinds = {shape.geom_type for shape in features.geometries}
    if len(kinds) == 1:
        return str(kinds.pop())
    single = {kind.removeprefix("Multi") for kind in kinds}
    return f"Multi{single.pop()}" if len(single) == 1 else "Unknown" if kinds else "Point"


def _zipped_shapefile(features: Features, stem: str, encoding: str) -> bytes:
    """A ZIP of the parts, with a list of the full names of fields, which a shapefile cuts."""
    unfit = list(unwritable(features.frame, encoding))
    if unfit:
        raise MeguroOpendataError("shapefile-encoding", encoding=encoding, values=unfit[:5])
    names = _short_names(features.frame.columns, encoding)
    columns = [_column(names[name], _cut(features.frame[name], encoding)) for name in features.frame.columns]
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


def _short_names(names: Sequence[str], encoding: str) -> dict[str, str]:
    """Names that fit into a shapefile, all different: cut between letters, with a number where two would be alike.

    >>> _short_names(["名称", "所在地_連結表記", "所在地_番地以下", "所在地_町字"], "cp932")
    {'名称': '名称', '所在地_連結表記': '所在地_連', '所在地_番地以下': '所在地_番', '所在地_町字': '所在地_町'}
    >>> _short_names(["利用可能曜日", "利用可能日時特記事項"], "utf-8")
    {'利用可能曜日': '利用可', '利用可能日時特記事項': '利用可2'}
    """
    most = file_words()["shapefile"]["name_bytes"]
    made: dict[str, str] = {}
    for name in names:
        short, number = _fitting(name, most, encoding), 1
        while short.lower() in {one.lower() for one in made.values()}:
            number += 1
            short = _fitting(name, most - len(str(number)), encoding) + str(number)
        made[name] = short
    return made


def _fitting(text: str, most: int, encoding: str) -> str:
    """The beginning of a text that has at most so many bytes."""
    return text.encode(encoding)[:most].decode(encoding, errors="ignore")


def _cut(text: pl.Series, encoding: str) -> pl.Series:
    most = file_words()["shapefile"]["text_bytes"]
    return pl.Series(text.name, [_fitting(value, most, encoding) for value in text], dtype=pl.String)


def cut_values(frame: pl.DataFrame, encoding: str) -> Iterator[tuple[str, int]]:
    """Each value that a shapefile cannot hold whole: its column and its row, counted from 0."""
    most = file_words()["shapefile"]["text_bytes"]
    for name in frame.columns:
        for at, value in enumerate(frame[name]):
            if len(value.encode(encoding, errors="replace")) > most:
                yield name, at


def unwritable(frame: pl.DataFrame, encoding: str) -> Iterator[str]:
    """Each distinct text, names of columns included, that an encoding cannot write."""
    for text in dict.fromkeys([*frame.columns, *(value for name in frame.columns for value in frame[name].unique())]):
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            yield text
