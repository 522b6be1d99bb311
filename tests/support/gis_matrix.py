"""The matrix of GIS files: format, geometry, encoding, types and faulty parts, through every way in and out.

    python tests/support/gis_matrix.py

Each file is written by GDAL alone, goes through `inspect`, `geo transform` to each format, `new`, `build` and
`map preview`, and each result is read by GDAL alone: a value, a geometry or a row that differs has to be listed by the
program. Prints a table with a line for each file.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import shutil
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pyogrio
import shapely

from meguro_opendata.authoring import draft_dataset
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.gis import gdal
from meguro_opendata.geo.gis.words import LayerWords
from meguro_opendata.georeferencing.files.layers import transform_layer
from meguro_opendata.inspection.profiler import inspect_file
from meguro_opendata.maps import preview_file
from meguro_opendata.onboarding.initialise import init_workspace
from meguro_opendata.pipeline.build import build_release
from meguro_opendata.workspace.city import open_workspace

TARGETS = ("geojson", "gpkg", "fgb", "zip", "kml")
DRIVERS = {"geojson": "GeoJSON", "gpkg": "GPKG", "fgb": "FlatGeobuf", "shp": "ESRI Shapefile", "kml": "LIBKML"}
LON, LAT = 139.6981, 35.6414
SHAPES: dict[str, list[Any]] = {
    "point": [shapely.Point(LON + at / 1000, LAT) for at in range(3)],
    "pointz": [shapely.Point(LON + at / 1000, LAT, 10.5 + at) for at in range(3)],
    "line": [shapely.LineString([(LON, LAT), (LON + 0.001, LAT + at / 1000)]) for at in range(1, 4)],
    "area": [shapely.box(LON, LAT, LON + 0.001 * at, LAT + 0.001) for at in range(1, 4)],
    "areas": [
        shapely.MultiPolygon([shapely.box(LON, LAT, LON + 0.001, LAT + 0.001)]),
        shapely.MultiPolygon([shapely.box(LON + at, LAT, LON + at + 0.001, LAT + 0.001) for at in (0.002, 0.004)]),
        shapely.box(LON, LAT, LON + 0.002, LAT + 0.001),
    ],
    "absent": [shapely.Point(LON, LAT), None, shapely.Point(LON + 0.001, LAT)],
    "mixed": [shapely.Point(LON, LAT), shapely.box(LON, LAT, LON + 0.001, LAT + 0.001), None],
    "bowtie": [shapely.Polygon([(LON, LAT), (LON + 0.01, LAT + 0.01), (LON + 0.01, LAT), (LON, LAT + 0.01)])] * 3,
}
# What a format cannot hold at all, which is refused with the formats that can.
CUT = "cut"  # a file that GDAL alone cannot read: only that it passes is asked
UNWRITABLE = {("shapefile-mixed", "mixed"), ("gis-unwritable", "bowtie")}
SHORT = {"利用できる曜日と時間": "曜日", "大きい数": "数"}  # names that a shapefile holds whole
LONG = "長い説明です。" * 20


def attributes() -> dict[str, Any]:
    """Columns of every type, with nulls, empty texts, long texts and a long name."""
    return {
        "名称": ["例の公園", "例の広場", "髙橋会館"],
        "コード": ["0012", "0340", None],
        "説明": ["短い", "", LONG],
        "利用できる曜日と時間": ["平日", "休日", "毎日"],
        "面積": [100.5, 0.1234567890123456, None],
        "大きい数": pd.array([12345678901234567, None, 3], dtype="Int64"),
        "有無": pd.array([True, None, False], dtype="boolean"),
        "日付": [dt.date(2026, 4, 1), dt.date(2026, 5, 1), dt.date(2026, 6, 1)],
        "時刻": pd.to_datetime(["2026-04-01T10:00:00", None, "2026-04-03T23:59:59"]),
    }


def frame_of(kind: str, crs: int = 6668) -> geopandas.GeoDataFrame:
    """Three made-up places of a kind of geometry."""
    made = geopandas.GeoDataFrame(attributes(), geometry=SHAPES[kind], crs=6668)
    return made if crs == 6668 else made.to_crs(crs)


@dataclass(frozen=True)
class Case:
    """A file of the matrix.

    Attributes:
        make: What writes it into a folder; its path comes back.
        refused: The code with which it is refused without words.
        words: What has to be said of it then.
        truth: What it holds, ``None`` if it can be read in no way.
    """

    name: str
    make: Callable[[Path], Path]
    refused: str | None = None
    words: LayerWords = field(default_factory=LayerWords)
    truth: str | None = "point"


def written(folder: Path, form: str, kind: str, **given: Any) -> Path:
    """A file that GDAL writes."""
    more = dict(given)
    path = folder / f"例.{form}"
    frame = frame_of(kind, more.pop("crs", 4326 if form in ("geojson", "kml") else 6668))
    if form == "fgb":  # in the order of the rows
        more["SPATIAL_INDEX"] = "NO"
    if form == "shp" and more.pop("whole", True):
        frame = frame.rename(columns=SHORT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_file(path, driver=DRIVERS[form], engine="pyogrio", **more)
    return path


def shape(
    folder: Path, kind: str = "point", encoding: str = "cp932", drop: tuple[str, ...] = (), **parts: bytes
) -> Path:
    """A shapefile without some of its parts, or with others in their place."""
    path = written(folder, "shp", kind, encoding=encoding)
    for ending in drop:
        path.with_suffix(f".{ending}").unlink()
    for ending, data in parts.items():
        path.with_suffix(f".{ending}").write_bytes(data)
    return path


def zipped(path: Path, *more: str) -> Path:
    """The parts of a file in a ZIP, with empty members beside them."""
    target = path.with_name("一式.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for part in sorted(path.parent.glob(f"{path.stem}.*")):
            archive.write(part, part.name)
        for name in more:
            archive.writestr(name, b"x")
    return target


def recoded(path: Path, encoding: str) -> Path:
    """A text file in another encoding."""
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    return path


def ignoring_crs(path: Path) -> Path:
    """A GeoJSON that does not name its system."""
    text = path.read_text(encoding="utf-8")
    begin = text.index('"crs"')
    path.write_text(text[:begin] + text[text.index('"features"') :], encoding="utf-8")
    return path


def as_kmz(path: Path) -> Path:
    """A KML in its ZIP."""
    target = path.with_suffix(".kmz")
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(path, "doc.kml")
    return target


def two_shapes(folder: Path) -> Path:
    """A ZIP with two shapefiles."""
    first = shape(folder)
    for part in list(folder.glob("例.*")):
        shutil.copyfile(part, part.with_name(f"別{part.suffix}"))
    target = zipped(first)
    with zipfile.ZipFile(target, "a") as archive:
        for part in folder.glob("別.*"):
            archive.write(part, part.name)
    return target


def two_layers(folder: Path) -> Path:
    """A GeoPackage with two layers."""
    path = written(folder, "gpkg", "point", layer="点")
    frame_of("area").to_file(path, driver="GPKG", engine="pyogrio", layer="面")
    return path


def lines(folder: Path) -> Path:
    """GeoJSON of one feature a line."""
    path = folder / "例.geojsonl"
    frame_of("point", 4326).to_file(path, driver="GeoJSONSeq", engine="pyogrio")
    return path


GML = b'<?xml version="1.0"?><ksj:Dataset xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:ksj="http://example.jp/"/>'
PRJ = b'PROJCS["x",GEOGCS["y",DATUM["D_unknown",SPHEROID["GRS80",6378137,298.257222101]],PRIMEM["Greenwich",0],'
PRJ += b'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",36],'
PRJ += b'PARAMETER["central_meridian",139.8333333333333],PARAMETER["scale_factor",0.9999],UNIT["Meter",1]]'


def unsaid(folder: Path) -> Path:
    """A shapefile of zone 9 whose ``.prj`` does not say the datum."""
    path = written(folder, "shp", "point", crs=6677, encoding="cp932")
    path.with_suffix(".prj").write_bytes(PRJ)
    return path


def _say(**words: str) -> LayerWords:
    return LayerWords(**words)


def cases() -> Iterator[Case]:
    """Every file of the matrix."""
    for form, kind in itertools.product(DRIVERS, SHAPES):
        if (form, kind) not in (("shp", "mixed"), ("kml", "bowtie")):  # which GDAL itself does not write
            encoding = {"encoding": "utf-8"} if form == "shp" else {}
            name = f"{form} utf-8 {kind}" if form == "shp" else f"{form} {kind}"
            yield Case(name, _writer(form, kind, encoding), truth=kind)
    for form, kind in itertools.product(("gpkg", "fgb", "shp"), ("point", "area")):
        name = f"{form}{' utf-8' if form == 'shp' else ''} {kind} 9系"
        yield Case(
            f"{form} {kind} 9系{' utf-8' if form == 'shp' else ''}", _writer(form, kind, _zone(form)), truth=kind
        )
    yield from _shapes()
    yield from _others()


def _writer(form: str, kind: str, more: dict[str, Any]) -> Callable[[Path], Path]:
    return lambda folder: written(folder, form, kind, **more)


def _zone(form: str) -> dict[str, Any]:
    return {"crs": 6677, "encoding": "utf-8"} if form == "shp" else {"crs": 6677}


def _shapes() -> Iterator[Case]:
    differs, utf8, cp932 = "gis-encoding-differs", _say(encoding="utf-8"), _say(encoding="cp932")
    yield Case("shp cp932", shape)
    yield Case("shp cp932 .cpgなし", lambda folder: shape(folder, drop=("cpg",)))
    yield Case("shp utf-8 .cpgなし", lambda folder: shape(folder, encoding="utf-8", drop=("cpg",)))
    yield Case("shp utf-8 .cpgが932", lambda folder: shape(folder, encoding="utf-8", cpg=b"932"), differs, utf8)
    yield Case("shp cp932 .cpgがUTF-8", lambda folder: shape(folder, cpg=b"UTF-8"), differs, cp932)
    yield Case("shp .cpgが未知", lambda folder: shape(folder, cpg=b"GB18030"), "gis-encoding-unknown", cp932)
    yield Case(
        "shp 名前が途中まで", lambda folder: written(folder, "shp", "point", encoding="utf-8", whole=False), truth=CUT
    )
    yield Case("shp .shxなし", lambda folder: shape(folder, drop=("shx",)))
    yield Case("shp .prjなし", lambda folder: shape(folder, drop=("prj",)), "crs-missing", _say(crs="EPSG:6668"))
    yield Case("shp .dbfなし", lambda folder: shape(folder, drop=("dbf",)), "shapefile-incomplete", truth=None)
    yield Case("shp .prjに測地系なし", unsaid, "crs-of-file-datum", _say(crs="EPSG:6677"))
    yield Case("zip", lambda folder: zipped(shape(folder, "area")), truth="area")
    yield Case("zip macOS", lambda folder: zipped(shape(folder), "__MACOSX/._例.shp", ".DS_Store", "Thumbs.db"))
    yield Case("zip 2つ", two_shapes, "geo-layer-unclear", _say(layer="別"))


def _others() -> Iterator[Case]:
    differs = "gis-encoding-differs"
    for encoding in ("cp932", "utf-16"):
        said = _say(encoding=encoding)
        yield Case(f"geojson {encoding}", _recoded(encoding), differs, said)
    yield Case("geojson BOM", _recoded("utf-8-sig"))
    metres = _say(crs="EPSG:6677")
    yield Case(
        "geojson メートル crsなし",
        lambda folder: ignoring_crs(written(folder, "geojson", "point", crs=6677)),
        "crs-not-degrees",
        metres,
    )
    yield Case("geojson 1行1件", lines)
    yield Case("gpkg 2レイヤー", two_layers, "geo-layer-unclear", _say(layer="面"), "area")
    yield Case("kmz", lambda folder: as_kmz(written(folder, "kml", "point")))
    yield Case("gml", _gml, "geo-gml", truth=None)


def _recoded(encoding: str) -> Callable[[Path], Path]:
    return lambda folder: recoded(written(folder, "geojson", "point"), encoding)


def _gml(folder: Path) -> Path:
    path = folder / "例.xml"
    path.write_bytes(GML)
    return path


# What is done with a file, and what is found.


@dataclass
class Outcome:
    """What became of a file: how it was refused, the ways that worked, differences that are listed, and those not."""

    case: str
    refused: str = "-"
    ways: list[str] = field(default_factory=list)
    listed: int = 0
    unlisted: list[str] = field(default_factory=list)


def tried(case: Case, folder: Path) -> Outcome:
    """A file through every way in and out."""
    outcome, path = Outcome(case.name), case.make(folder)
    seen = inspect_file(path)
    doubt = seen.layer.doubt if seen.layer is not None else None
    no_crs = seen.layer is not None and seen.layer.crs is None and doubt is None
    outcome.refused = seen.refusal.code if seen.refusal else doubt.code if doubt else "crs-missing" if no_crs else "-"
    if outcome.refused != (case.refused or "-"):
        outcome.unlisted.append(f"refused {outcome.refused}")
    if case.truth is None:
        return outcome
    source = frame_of("point") if case.truth == CUT else _truth(case, path)
    again = inspect_file(path, case.words)
    if again.refusal is None and again.table is not None and again.table.frame.height == len(source):
        outcome.ways.append("inspect")
    for form in TARGETS:
        _transform(case, path, source, form, outcome)
    _build(case, path, folder, source, outcome)
    if len(preview_file(path, words=case.words).rows) == len(source):
        outcome.ways.append("preview")
    return outcome


def _truth(case: Case, path: Path) -> geopandas.GeoDataFrame:
    """What a file holds: as GDAL alone reads it, where the format has no times, nulls or single parts."""
    made = frame_of(str(case.truth))
    parts = path.with_name("例.shp")
    if path.suffix in (".shp", ".zip") and parts.exists():
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
        kept = geopandas.read_file(_with_index(parts), encoding="utf-8" if "utf-8" in case.name else "cp932")
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})
        if case.words.crs:
            return kept.set_crs(case.words.crs, allow_override=True).to_crs(6668)
        return kept.to_crs(6668)
    if path.suffix in (".kml", ".kmz"):
        return _read(path.with_suffix(".kml"))[[*made.columns]].to_crs(6668)
    if path.suffix in (".gpkg", ".fgb") and case.refused is None:
        return made.set_geometry(_read(path).to_crs(6668).geometry)
    return made


def _with_index(path: Path) -> Path:
    """A copy of a shapefile in which GDAL may write a missing index, without its ``.cpg``."""
    folder = path.parent / "写し"
    folder.mkdir(exist_ok=True)
    for ending in (".shp", ".shx", ".dbf", ".prj"):
        if path.with_suffix(ending).exists():
            shutil.copyfile(path.with_suffix(ending), folder / f"x{ending}")
    return folder / "x.shp"


def _transform(case: Case, path: Path, source: geopandas.GeoDataFrame, form: str, outcome: Outcome) -> None:
    out = path.with_name(f"out.{form}")
    try:
        done = transform_layer(path, out, parse_crs("EPSG:6668"), case.words)
    except MeguroOpendataError as error:
        if (error.code, case.truth) not in UNWRITABLE:
            outcome.unlisted.append(f"{form}: {error.code}")
        outcome.ways.append(f"({form})")
        return
    outcome.ways.append(form)
    outcome.listed += sum(found.code.startswith("gis-") for found in done.report.findings)
    listed = {(found.code, found.column) for found in done.report.findings}
    if case.truth == CUT:
        return
    outcome.unlisted += [f"{form}: {fault}" for fault in _differences(source, _read(out), listed, path)]


def _read(out: Path) -> geopandas.GeoDataFrame:
    """What GDAL alone makes of a file; nothing of this program."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return geopandas.read_file(f"zip://{out}!{out.stem}.shp" if out.suffix == ".zip" else out)


def _differences(
    source: geopandas.GeoDataFrame, there: geopandas.GeoDataFrame, listed: set[tuple[str, str | None]], path: Path
) -> Iterator[str]:
    """Yield each difference that the program does not list."""
    codes = {code for code, _ in listed}
    if len(there) != len(source):
        yield f"{len(there)} rows"
        return
    columns = [name for name in source.columns if name != "geometry"]
    if "gis-order" in codes:
        return  # the rows cannot be told apart by their order; the other formats show the same values
    for at, name in enumerate(columns):
        mentioned = {code for code, column in listed if column in (name, name[:3], name[:5])}
        if name not in there.columns and path.suffix not in (".shp", ".zip") and not mentioned:
            yield f"{name} is missing"
        elif name in there.columns and not mentioned and not _same(source.iloc[:, at], there[name]):
            yield f"{name} differs"
    before = [_geometry(one) for one in source.geometry]
    after = [_geometry(one) for one in there.geometry]
    if before != after and not codes & {"gis-geometry-changed", "gis-geometry-moved"}:
        yield "geometries differ"


def _same(one: Any, other: Any) -> bool:
    return [_plain(value) for value in one] == [_plain(value) for value in other]


def _plain(value: Any) -> str:
    """A value as text, numbers to twelve digits."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, bool):
        return str(float(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00").replace("T", " ")
    try:
        return f"{float(value):.12g}"
    except (TypeError, ValueError):
        return str(value).replace("/", "-").replace("T", " ")  # GDAL takes such a text of GeoJSON for a time


def _geometry(shape: Any) -> tuple[Any, ...]:
    if shape is None or shape.is_empty:
        return ("-",)
    whole = shapely.normalize(shape)
    return (
        shape.geom_type,
        shape.has_z,
        *(round(value, 6) for xy in shapely.get_coordinates(whole).tolist() for value in xy),
    )


def _build(case: Case, path: Path, folder: Path, source: geopandas.GeoDataFrame, outcome: Outcome) -> None:
    workspace = folder / "庁" / "datasets"
    init_workspace(workspace, "131105")
    draft = draft_dataset("places", path, open_workspace(workspace), words=case.words)
    text = draft.recipe.read_text(encoding="utf-8").replace("★", "")
    draft.recipe.write_text(text + "formats: [csv, geojson, gpkg]\n", encoding="utf-8")
    release = build_release("places", workspace)
    if not release.published:
        outcome.unlisted.append("build: " + ", ".join(f.code for f in release.report.findings if f.severity == "error"))
        return
    outcome.ways.append("build")
    rows = sum(part.frame.height for part in release.parts)
    blank = int(source.geometry.isna().sum())
    listed = {found.code for found in release.report.findings}
    if rows != len(source) or (blank and "gis-rows-unplaced" not in listed):
        outcome.unlisted.append(f"build: {rows} rows, {sorted(listed)}")


def main() -> int:
    """Print the table; 1 if a difference is not listed."""
    warnings.simplefilter("ignore", RuntimeWarning)
    gdal._asked = lambda asked, place, name: gdal._read_here(asked)
    print("| ファイル | 断り方 | 通ったところ | 差の知らせ | 知らせのない差 |")  # noqa: T201
    print("|---|---|---|---|---|")  # noqa: T201
    faults = count = 0
    for case in cases():
        with tempfile.TemporaryDirectory() as folder:
            found = tried(case, Path(folder))
        count, faults = count + 1, faults + len(found.unlisted)
        ways = " ".join(found.ways)
        shown = (found.case, found.refused, ways, str(found.listed), "; ".join(found.unlisted) or "0")
        print(f"| {' | '.join(shown)} |", flush=True)  # noqa: T201
    print(f"\n{count} files, {faults} differences that are not listed")  # noqa: T201
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
