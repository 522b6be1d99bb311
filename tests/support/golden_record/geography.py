"""Coordinates, addresses, maps, geographic files and timetables."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from golden_record.inputs import CITY, PROFILE, TABLES, WORKSPACE
from golden_record.steps import LANGS, Step, copy, edit, four, texts, write, zipped

COLUMNS = "--first 緯度 --second 経度"
_BLOCKS = (
    "都道府県名,市区町村名,大字・丁目名,小字・通称名,街区符号・地番,座標系番号,Ｘ座標,Ｙ座標,緯度,経度,"
    "住居表示フラグ,代表フラグ,更新前履歴フラグ,更新後履歴フラグ\r\n"
    "静岡県,焼津市,焼津二丁目,,1,8,0,0,34.8670,138.3240,1,1,0,0\r\n"
    "静岡県,焼津市,焼津二丁目,,2,8,0,0,34.8680,138.3250,1,1,0,0\r\n"
    "静岡県,焼津市,大字坂本,,1428,8,0,0,34.8900,138.3000,0,1,0,0\r\n"
)
_SQUARE = (
    '{"type": "Feature", "properties": {"name": "静岡県焼津市"}, "geometry": {"type": "Polygon", "coordinates":'
    " [[[138.30, 34.85], [138.35, 34.85], [138.35, 34.90], [138.30, 34.90], [138.30, 34.85]]]}}"
)
_PLACES = "名称,所在地_連結表記,緯度,経度\n例,静岡県焼津市焼津2-2-1,34.8682,138.3252\n例,焼津市焼津9-1,,\n例,,,\n"


def geo() -> Iterator[Step]:
    """Every command for places, before and after addresses and a boundary are at hand."""
    yield from (CITY, write("points.csv", "名称,緯度,経度\n例,35.64,139.69\n例,,\n例,35.65,139.70\n"))
    yield write("wrong.csv", "名称,緯度,経度\n例,139.69,35.64\n例,北緯,x\n")
    yield from (write("blocks.csv", _BLOCKS, "cp932"), write("square.geojson", _SQUARE), write("places.csv", _PLACES))
    ends = f"--from EPSG:4301 --to EPSG:6677 {COLUMNS}"
    yield from texts(f"geo transform points.csv {ends} -o moved.csv", "geo grids list")
    yield f"geo transform points.csv {ends} -o moved.csv --allow-approximate"
    yield from texts("geo grids add ../inputs/geo/grids/touhokutaiheiyouoki2011.tif", "geo grids add points.csv")
    yield from four(f"geo transform points.csv {ends} -o moved2.csv", "geo grids list")
    yield f"geo transform points.csv --from EPSG:6668 --to EPSG:6677 {COLUMNS} --names X Y -o flat.csv"
    yield from texts(
        f"geo transform wrong.csv {ends} -o no.csv", f"geo transform points.csv --to EPSG:1 {COLUMNS} -o n"
    )
    for level in ("1", "2", "3", "1/2", "1/4", "1/8"):
        yield f"geo mesh points.csv {COLUMNS} --level {level} -o mesh{level.replace('/', '-')}.csv"
    yield from four(f"geo mesh points.csv {COLUMNS} -o mesh.geojson", f"geo mesh wrong.csv {COLUMNS} -o wrong.geojson")
    for address in ("東京都目黒区上目黒2-19-15", "焼津市焼津2-2-1", "x", "目黒区自由ヶ丘２丁目７番１０号"):
        yield from four(f"geo geocode --address {address}")
    yield from ("geo geocode places.csv -o before.csv", *four("geo import-addresses blocks.csv"))
    yield from (*four("geo import-boundary square.geojson"), *four("geo geocode places.csv -o after.csv"))
    yield from texts("geo import-addresses points.csv", "geo import-boundary points.csv", "geo geocode")
    yield "geo geocode places.csv --column 所在地_連結表記 --municipality 222127 -o column.csv --format json"
    yield from texts("validate places.csv --standard aed", "map preview places.csv -o map.html", "doctor", "geo setup")
    yield from ("map preview points.csv -o tiles.html --tiles", "map preview wrong.csv -o swapped.html --axes swapped")
    yield from (copy("blocks.csv", f"{WORKSPACE}/blocks.csv"), copy("square.geojson", f"{WORKSPACE}/square.geojson"))
    profile = '[places]\naddresses = ["blocks.csv"]\n\n[places.boundary]\nfile = "square.geojson"\ncrs = "EPSG:6668"\n'
    yield edit(PROFILE, "[guards]", f"{profile}\n[guards]")
    yield from (*four("geo setup"), "doctor --format json", "build preschool", "map preview preschool -o release.html")


def geo_files(inputs: Path) -> Iterator[Step]:
    """Files of geographic programs, where they are at hand."""
    shapes = [*sorted((inputs / "corpus").rglob("*.shp")), *sorted((inputs / "cases" / "geo").rglob("*.*"))]
    for number, path in enumerate(path for path in shapes if path.suffix in TABLES - {".xml"}):
        there = shlex.quote(f"../inputs/{path.relative_to(inputs)}")
        yield f"inspect {there} --lang {LANGS[number % 2]}"
        if path.suffix not in {".csv", ".xlsx"}:
            ending = ("geojson", "gpkg", "kml", "zip", "csv", "fgb")[number % 6]
            yield f"geo transform {there} --to EPSG:6668 -o moved{number}.{ending} --format json"
            yield f"map preview {there} -o map{number}.html --lang en"
    yield "geo import-boundary ../inputs/geo/meguro_ward_N03.geojson"
    yield "geo import-boundary ../inputs/geo/meguro_ward_N03.geojson --municipality 131105 --from EPSG:6668"
    yield "geo geocode ../inputs/geo/meguro_addresses_rsdt_sample.csv --column input -o found.csv"
    yield "map preview ../inputs/geo/meguro_addresses_chome.csv -o chome.html --municipality 131105"


_FEED = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\n0,見本バス,https://bus.example.jp/,Asia/Tokyo\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,zone_id\nS1,見本駅前,35.0,139.0,Z1\nS2,見本役所,95.1,139.1,Z2\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\nR1,0,見本01,,3\nR2,1,,,99\n",
    "trips.txt": "route_id,service_id,trip_id\nR1,平日,T1\nR9,休日,T2\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nT1,23:50:00,23:50:00,S1,1\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "平日,1,1,1,1,1,0,0,20260401,20270331\n",
}


def gtfs() -> Iterator[Step]:
    """A timetable with mistakes."""
    yield zipped("feed.zip", _FEED)
    yield from four("validate feed.zip --standard gtfs_jp", "inspect feed.zip", "standards show gtfs_jp")
    yield from ("validate feed.zip --html feed.html --junit feed.xml", "validate feed.zip --xlsx feed.xlsx --lang en")
