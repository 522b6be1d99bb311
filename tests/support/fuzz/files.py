"""Kinds of files that a command reads alone: workbooks, texts, grids, GIS files; whole ones of the project's own."""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from geo_grids import geotiff_file, nodes_around, par_file
from gis_files import squares
from old_workbooks import compound, excel_95, excel_97, label, record
from workbooks import workbook_bytes

from fuzz.cases import Kind
from fuzz.mutators import BYTES, MARKUP, TEXT, in_package
from meguro_opendata.geo.gis.writing import geo_bytes

__all__ = ["FILES"]

HEADER = ["名称", "所在地_連結表記", "緯度", "経度", "電話番号", "開始時間", "終了時間", "備考"]
ROWS = [
    ["例の会館", "東京都目黒区上目黒2-19-15", 35.641, 139.698, "03-0000-0001", "09:00", "17:00", ""],
    ["例の公園", "東京都目黒区中目黒２－１０－１３", 35.644, 139.7, "(03)0000-0002", "9時", "午後5時", "日曜を除く"],
    ["例の図書館", "目黒区八雲1-1-8", "35.62", "139.67", "", "令和5年4月1日", "24:00", "－"],
]
TABLE = [["施設の一覧（例）"], [], HEADER, *ROWS, ["合計", "", 3]]
LINES = "\n".join(",".join(map(str, row)) for row in TABLE) + "\n"
READS = (
    ("inspect", "{file}"),
    ("validate", "{file}", "--standard", "aed"),
    ("convert", "{file}", "--standard", "public_facility", "--out", "{out}"),
    ("inspect", "{file}", "--format", "json"),
)
_SPACES = "urn:oasis:names:tc:opendocument:xmlns"


def _xlsx() -> Mapping[str, bytes]:
    plain = workbook_bytes({"一覧": TABLE, "別表": [["a", "b"], [1, 2]]}, hidden=["別表"], hidden_rows=[4])
    return {"一覧.xlsx": plain, "数.xlsx": workbook_bytes({"数": [[1.5, True, "文字"] * 3] * 20}), "表.csv": plain}


def _xls() -> Mapping[str, bytes]:
    cells = b"".join(
        label(row, column, str(cell).encode("cp932", "replace"))
        for row, line in enumerate(TABLE)
        for column, cell in enumerate(line)
    )
    numbers = b"".join(record(0x203, struct.pack("<HHHd", row, 0, 0, row * 1.5)) for row in range(20))
    texts = [("名称" * 3).encode("utf-16-le"), ("x" * 30).encode("utf-16-le")]
    shared = struct.pack("<II", 2, 2) + b"".join(struct.pack("<HB", len(text) // 2, 1) + text for text in texts)
    referring = b"".join(record(0xFD, struct.pack("<HHHI", row, 1, 0, row % 2)) for row in range(20))
    stream = excel_97(record(0x200, struct.pack("<IIHHH", 0, 20, 0, 2, 0)) + numbers + referring, ['0"号"'])
    first = stream.index(record(0xA, b""))
    whole = stream[:first] + record(0xFC, shared) + stream[first:]
    moved = whole.replace(struct.pack("<I", first + 4), struct.pack("<I", first + 4 + len(shared) + 4), 1)
    return {"古い.xls": excel_95(cells, "表".encode("cp932")), "九七.xls": compound({"Workbook": moved})}


def _ods() -> Mapping[str, bytes]:
    rows = "".join(
        "<table:table-row>" + "".join(_ods_cell(cell) for cell in row) + "</table:table-row>" for row in TABLE if row
    )
    blank = '<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="9"/>'
    spaces = " ".join(f'xmlns:{name}="{_SPACES}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="一覧">{blank}</table:table-row>{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return {"一覧.ods": _zipped({
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": b"<manifest/>",
        "content.xml": content.encode(),
    })}  # fmt: skip


def _ods_cell(cell: object) -> str:
    kind, written = 'office:value-type="string" table:number-columns-repeated="1"', ""
    if isinstance(cell, float):
        kind, written = f'office:value-type="float" office:value="{cell}"', f"<text:p>{cell}</text:p>"
    elif cell:
        written = f'<text:p>{cell}<text:s text:c="2"/>x</text:p>'
    return f"<table:table-cell {kind}>{written}</table:table-cell>"


def _zipped(members: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _html() -> Mapping[str, bytes]:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in TABLE)
    page = f"<!DOCTYPE html><html><head><meta charset=utf-8><title>例</title></head><body><table>{rows}</table>"
    nested = page.replace("例の会館", "<table><tr><td colspan=2 rowspan=3>中<br>の表</table>")
    return {"一覧.html": page.encode(), "一覧.xls": nested.encode()}


def _excel_cell(at: int, cell: object) -> str:
    kind = "Number" if isinstance(cell, float) else "String"
    return f'<Cell ss:Index="{at}"><Data ss:Type="{kind}">{cell}</Data></Cell>'


def _spreadsheetml() -> Mapping[str, bytes]:
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    rows = "".join(
        "<Row>" + "".join(_excel_cell(at, cell) for at, cell in enumerate(row, 1)) + "</Row>" for row in TABLE
    )
    book = (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="一覧"><Table><Column ss:Hidden="1" ss:Span="2"/>{rows}</Table></Worksheet></Workbook>'
    )
    return {"一覧.xml": book.encode(), "一覧.xls": book.encode()}


def _quoted(line: str) -> str:
    return '"' + line.replace(",", '","') + '"\r\n'


def _texts() -> Mapping[str, bytes]:
    plain = "\n".join(LINES.splitlines()[2:6]) + "\n"
    return {
        "一覧.csv": plain.encode(),
        "題.csv": LINES.encode(),
        "書式.csv": plain.encode("cp932", "replace"),
        "タブ.tsv": plain.replace(",", "\t").encode("utf-16"),
        "引用.csv": "".join(_quoted(line) for line in plain.splitlines()).encode("utf-8-sig"),
    }


def _in_folder(make: Callable[[Path], None]) -> Mapping[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def _grids() -> Mapping[str, bytes]:
    def make(folder: Path) -> None:
        shifts = np.arange(1.0, 31.0).reshape(5, 6) / 100
        par_file(folder / "touhokutaiheiyouoki2011.par", nodes_around(35.65, 139.7, 6))
        geotiff_file(folder / "a.tif", shifts, shifts, 139.0, 36.0)
        geotiff_file(folder / "b.tif", shifts, shifts, 139.0, 36.0, order=">", deflated=True)

    return _in_folder(make)


def _gis() -> Mapping[str, bytes]:
    forms = {"公園.zip": "shp", "公園.gpkg": "gpkg", "公園.fgb": "fgb", "公園.kml": "kml"}
    made = {name: geo_bytes(squares(), form, "公園", "utf-8") for name, form in forms.items()}
    corners = [[139.6, 35.6], [139.7, 35.6], [139.7, 35.7], [139.6, 35.6]]
    area = {"type": "Polygon", "coordinates": [corners]}
    feature = {"type": "Feature", "properties": {"N03_007": "13110"}, "geometry": area}
    collection = json.dumps({"type": "FeatureCollection", "features": [feature]})
    return {**made, "区域.geojson": collection.encode()}


_boundary = ("geo", "import-boundary", "{file}", "--municipality", "131105")
FILES = (
    Kind("xlsx", _xlsx, (*BYTES, *(3 * (in_package(MARKUP),))), READS, share=6),
    Kind("ods", _ods, (*BYTES, *(3 * (in_package(MARKUP),))), READS, share=5),
    Kind("xls", _xls, BYTES, READS, share=2),
    Kind("html", _html, MARKUP, READS, share=3),
    Kind("spreadsheetml", _spreadsheetml, MARKUP, READS, share=3),
    Kind("text", _texts, TEXT, READS, share=5),
    Kind("grid", _grids, BYTES, (("geo", "grids", "add", "{file}", "--from", "JGD2000", "--to", "JGD2011"),), share=5),
    Kind("gis", _gis, (*BYTES, in_package(BYTES)), (_boundary, READS[0])),
)
