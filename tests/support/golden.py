"""Record every output of the program, so that two states of the code can be compared byte for byte.

    python tests/support/golden.py record FOLDER [--checkout DIR] [--shared DIR] [--only PREFIX]... [--jobs N]
                                  [--ckan URL --token TOKEN]
    python tests/support/golden.py compare FOLDER FOLDER

Commands run with the interpreter that runs this script, in one fixed folder, at fixed times and in a fixed environment,
so next to nothing has to be made equal afterwards: only the paths of both folders, and what a real CKAN makes up. A
scenario is a row of commands in a folder of its own. Of each command its exit code and both streams are kept, of each
scenario every file that is new, changed or gone. ``--checkout`` runs another checkout of the code, ``--only`` the
scenarios whose names begin so. With ``--ckan`` the scenario ``ckan`` runs, too; its organisation ``golden`` is purged.
"""

from __future__ import annotations

import argparse
import difflib
import fcntl
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import ckanapi

Edit = Callable[[Path], None]
Step = str | Edit
Call = Callable[..., Any]

ROOT = next(folder for folder in Path(__file__).resolve().parents if (folder / "pyproject.toml").is_file())
WORK = Path(tempfile.gettempdir()) / "meguro-opendata-golden"
START = datetime(2026, 5, 20, 1, 0, tzinfo=UTC)
CLOCK = """
import os
if "GOLDEN_NOW" in os.environ:
    import ctypes, gc
    from datetime import datetime, timedelta, timezone
    moment = datetime.fromisoformat(os.environ["GOLDEN_NOW"])
    japan = timezone(timedelta(hours=9))
    def now(cls, tz=None):
        return moment.astimezone(tz) if tz else moment.astimezone(japan).replace(tzinfo=None)
    gc.get_referents(datetime.__dict__)[0]["now"] = classmethod(now)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime))
"""
# What lies beside the workspace of a city: those of the checkout are found by what they hold, wherever they lie.
WORKSPACE, SAMPLES, SHARED = "datasets", "samples", ("corpus", "corpus2", "cases", "catalog", "geo")
TABLES = {".csv", ".xlsx", ".xls", ".ods", ".geojson", ".shp", ".kml", ".gpkg", ".zip", ".xml"}
ORGANISATION = "golden"
_NAMES = ("golden-emergency_radio", "golden-open_data_list", "golden-preschool", "golden-stockpile_warehouse")
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?")
# Of large folders every so many files is enough, and marked workbooks only where there are few.
_EVERY = 4
_FEW = 7
# Hashes over what a CKAN makes up: of a plan, of the portal's state, of the lines of the ledger; not those of files.
_DERIVED = re.compile(
    rb'(?<= "portal_state": ")[0-9a-f]{64}|(?<=\n "hash": ")[0-9a-f]{64}(?="\n})'
    rb'|(?<="previous": ")[0-9a-f]{64}(?=", "hash": "[0-9a-f]{64}"})'
    rb'|(?<=", "hash": ")[0-9a-f]{64}(?="}\n\{"event"|"}\n\Z)'
    rb"|(?<=Hash of this plan: )[0-9a-f]{64}"
    + "|(?<=この計画の照合番号: )[0-9a-f]{64}|(?<=末尾の印: )[0-9a-f]{64}".encode()
)
_DIFFERENCE = 24
_WIDTH = 240


@dataclass(frozen=True)
class Scenario:
    """Commands that run one after another in a folder of their own, and the edits between them."""

    name: str
    steps: Sequence[Step]
    environment: Mapping[str, str] = field(default_factory=dict)


# --- the steps of scenarios ---------------------------------------------------------------------------------------


def texts(*lines: str) -> list[Step]:
    """Return each command in both languages."""
    return [f"{line} --lang {lang}" for line in lines for lang in ("ja", "en")]


def four(*lines: str) -> list[Step]:
    """Return each command in both languages and both formats."""
    return [f"{line} --format {form} --lang {lang}" for line in lines for form in ("text", "json") for lang in _LANGS]


_LANGS = ("ja", "en")


def write(path: str, content: str | bytes, encoding: str = "utf-8") -> Edit:
    """Return the step that writes a file."""

    def step(folder: Path) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode(encoding))

    return step


def edit(path: str, before: str, after: str, encoding: str = "utf-8") -> Edit:
    """Return the step that replaces text that has to be there."""

    def step(folder: Path) -> None:
        text = (folder / path).read_bytes().decode(encoding)
        if before not in text:
            sys.exit(f"{path} of {folder.name} lacks {before!r}")
        (folder / path).write_bytes(text.replace(before, after).encode(encoding))

    return step


def copy(source: str, target: str) -> Edit:
    """Return the step that copies a file or folder, if it is there."""

    def step(folder: Path) -> None:
        found = (folder / source).resolve()
        if found.is_dir():
            shutil.copytree(found, folder / target, dirs_exist_ok=True)
        elif found.is_file():
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(found, folder / target)

    return step


def remove(path: str) -> Edit:
    """Return the step that deletes a file."""
    return lambda folder: (folder / path).unlink()


def zipped(path: str, files: Mapping[str, str]) -> Edit:
    """Return the step that writes a zip, always with the same bytes."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return write(path, held.getvalue())


# --- what is recorded ---------------------------------------------------------------------------------------------

CITY = copy(f"../inputs/{WORKSPACE}", WORKSPACE)
LIST = f"{WORKSPACE}/stockpile_warehouse/備蓄倉庫一覧.csv"
RECIPE = f"{WORKSPACE}/stockpile_warehouse/dataset.yaml"
PROFILE = f"{WORKSPACE}/opendata.toml"
RADIO = f"{WORKSPACE}/emergency_radio/防災行政無線設置一覧.xlsx"
NURSERIES = f"{WORKSPACE}/preschool/保育所利用枠空き状況_20250601.csv"
DUMP = "../inputs/catalog/meguro_package_show.jsonl"
CASES = "../inputs/cases"
YEAR = "--fiscal-year 2025 --as-of 2026-03-31"
COLUMNS = "--first 緯度 --second 経度"


def scenarios(inputs: Path) -> Iterator[Scenario]:
    """Yield what is recorded on every machine, the longest first."""
    yield from (Scenario(f"day/{lang}", list(_day(lang))) for lang in _LANGS)
    yield from _corpus(inputs)
    yield from (Scenario("geo/commands", list(_geo())), Scenario("geo/files", list(_geo_files(inputs))))
    yield from (Scenario("kpi", list(_kpi())), Scenario("ledger", list(_ledger(inputs))))
    yield from (Scenario("catalog", list(_catalog())), Scenario("drafts", list(_drafts(inputs))))
    yield from (Scenario("wrong/use", list(_wrong_use())), Scenario("wrong/files", list(_wrong_files())))
    yield from (Scenario("wrong/recipes", list(_wrong_recipes())), Scenario("wrong/portals", list(_wrong_portals())))
    yield Scenario("batch", list(_batch()))
    yield Scenario("demo", ["demo --out demo", "demo --out demo --format json --lang en"])
    yield Scenario("init", list(_init()))
    yield Scenario("gtfs", list(_gtfs()))
    yield from (_sample(folder) for folder in sorted((inputs / SAMPLES).iterdir()))


def _sample(folder: Path) -> Scenario:
    """A version of a standard: how it is told, its workbook, and its samples under both engines."""
    standard = folder.name
    named = f"--standard {standard}"
    bad = f"../inputs/{SAMPLES}/{standard}/invalid.csv"
    steps: list[Step] = [
        f"standards show {standard}",
        f"standards show {standard} --format json --lang en",
        f"standards template {standard} -o template.xlsx",
        f"validate {bad} {named} --html report.html --xlsx marked.xlsx --junit report.xml",
        f"validate {bad} {named} --format json --lang en --engine frictionless",
    ]
    if "@2020" not in standard:
        steps.append(f"convert {bad} {named} --out converted --format json")
    return Scenario(f"standards/{standard}", steps)


def _corpus(inputs: Path) -> Iterator[Scenario]:
    """Real files and difficult ones, where they are at hand: each inspected, and folders of them checked at once."""
    for folder in sorted((inputs / "corpus").glob("*/")):
        there = f"../inputs/corpus/{folder.name}"
        inspected = [
            f"inspect {shlex.quote(f'{there}/{path.name}')} --format json" for path in _tables(folder)[::_EVERY]
        ]
        books = "--xlsx marked" if len(inspected) < _FEW else ""
        checked = f"validate {there} --jobs 2 --html pages --junit junit.xml {books}"
        yield Scenario(f"corpus/{folder.name}", [*inspected, checked])
    for kind in ("reading", "validation"):
        there = f"../inputs/cases/{kind}"
        files = [shlex.quote(f"{there}/{path.name}") for path in _tables(inputs / "cases" / kind)]
        lang = ("ja", "en")
        inspected = [f"inspect {file} --lang {lang[number % 2]}" for number, file in enumerate(files)]
        checked = [f"validate {there} --format json", f"validate {there} --personal --lang en --html pages"]
        own = [f"validate {file} --schema {file.replace('.csv', '.schema.json')}" for file in files if _has_own(file)]
        yield Scenario(f"corpus/{kind}", [*inspected, *(checked if files else ()), *own])
    files = [shlex.quote(f"../inputs/corpus2/{path.name}") for path in _tables(inputs / "corpus2")]
    yield Scenario("corpus/second", [f"inspect {file} --format json" for file in files[::_EVERY]])


def _has_own(file: str) -> bool:
    return (WORK / "inputs" / shlex.split(file)[0].replace(".csv", ".schema.json").partition("inputs/")[2]).is_file()


def _tables(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in TABLES)


def _day(lang: str) -> Iterator[Step]:
    """A working day of the ward, from the first build to a release that is brought back."""
    yield CITY
    yield from _in(lang, "status", "plan", "portal releases preschool", "doctor", "build")
    yield from (f"build preschool --jobs 1 --out elsewhere --lang {lang}", f"build --jobs 2 --lang {lang}")
    yield from _in(lang, "plan --out plan.json --html plan.html", "status")
    yield f"publish --plan plan.json --lang {lang}"
    yield from _in(lang, "plan", "publish --yes", "status", "portal releases stockpile_warehouse")
    yield from (edit(LIST, "R3", "外国", "cp932"), f"build stockpile_warehouse --lang {lang}")
    yield edit(LIST, "外国", "R4", "cp932")
    yield edit(RECIPE, "metadata:\n", "formats: [csv]\n\nmetadata:\n  issued: 2026-04-01\n")
    yield edit(RECIPE, "keywords: [防災, 備蓄倉庫]", "keywords: [備蓄]")
    yield from _in(lang, "status", "build stockpile_warehouse", "plan", "plan stockpile_warehouse --html change.html")
    yield from _in(lang, "publish --yes --approval 第1号", "publish --yes stockpile_warehouse --allow row-loss")
    yield from _in(lang, "portal releases stockpile_warehouse", "catalog check --portal folder")
    remove_one = "--remove 131105_stockpile_warehouse/131105_stockpile_warehouse.xlsx"
    yield from _in(lang, f"plan {remove_one}", f"publish --yes {remove_one}", "plan --remove preschool")
    yield from _in(lang, "plan --remove 131105_preschool", "publish --yes --remove 131105_preschool", "status")
    yield from _in(lang, "publish --yes preschool", "map preview preschool -o map.html", "ledger verify")
    yield f"portal snapshot -o state.json --lang {lang}"
    yield f"plan --portal-state state.json --lang {lang}"
    yield from _in(lang, "kpi show", f"kpi show {YEAR}")
    yield from _in(
        lang, "portal backup saved", "portal restore saved --yes", "new again --source " + shlex.quote(NURSERIES)
    )
    yield from (remove(LIST), f"build stockpile_warehouse --lang {lang}", f"build --lang {lang}")


def _in(lang: str, *lines: str) -> Iterator[Step]:
    """Yield each command in one language; in English those that change nothing run again, as JSON."""
    for line in lines:
        yield f"{line} --lang {lang}"
        if lang == "en" and not line.startswith(("map", "portal snapshot", "publish", "new")):
            yield f"{line} --lang {lang} --format json"


def _kpi() -> Iterator[Step]:
    yield from (CITY, "build", "publish --yes --format json")
    record = "kpi record opendata.use_cases --value 1 --evidence https://example.jp/ --date 2025-07-01"
    yield from (record, f"{record} --recorder 係 --note 補足", f"{record} --format json --lang en --value 2件")
    yield from texts("kpi record opendata.nothing --value 1 --evidence x", "kpi record opendata.trained_staff")
    yield from texts("kpi record opendata.trained_staff --value 多い --evidence x --date 2025-13-01")
    for table in ("online_74_96.csv", "online_bad.csv"):
        yield f"kpi record procedures.online_rate --from {CASES}/kpi/{table} --evidence x --date 2025-07-01"
    yield from four("kpi show", f"kpi show {YEAR}", "kpi show --fiscal-year 1999", "kpi show --fiscal-year 2024")
    for ending in ("html", "md", "xlsx"):
        yield from (f"kpi report {YEAR} -o {lang}.{ending} --lang {lang}" for lang in _LANGS)
        yield from (f"kpi followup {YEAR} --quarter 4 -o f-{lang}.{ending} --lang {lang}" for lang in _LANGS)
    yield "kpi followup --department 危機管理部防災課 -o department.md"
    yield from texts("kpi followup --department 無い課 -o no.md", "kpi report -o no.txt")
    yield from four("ledger verify")
    yield from texts("kpi show --as-of 2026-99-01", "kpi show --fiscal-year 12")


def _ledger(inputs: Path) -> Iterator[Step]:
    yield from (CITY, "build", "publish --yes")
    yield from four("ledger verify", "ledger import --portal folder", f"ledger import {DUMP}", "ledger import")
    date = "ledger date preschool --first 2024-05-01 --evidence 区報1号 --recorder 係"
    yield from (date, f"{date} --resource 131105_preschool.csv --format json", "ledger date preschool --lang en")
    yield f"ledger date --from {CASES}/kpi/first_bad.csv --recorder 係"
    yield from (f"kpi show {YEAR}", f"kpi report {YEAR} -o imported.html")
    for path in sorted((inputs / "cases" / "kpi").glob("*.jsonl")):
        there = f"{CASES}/kpi/{path.name}"
        if path.name.startswith("ledger"):
            yield copy(there, f"{WORKSPACE}/ledger.jsonl")
            yield from ("ledger verify", "ledger verify --format json --lang en", f"kpi show {YEAR}")
        else:
            yield f"ledger import {there}"
    yield from (write(f"{WORKSPACE}/ledger.jsonl", '{"event": "pub'), "ledger verify", "ledger verify --repair")
    yield from texts("ledger verify --repair", "ledger import nothing.jsonl", "kpi show")


def _catalog() -> Iterator[Step]:
    yield from (CITY, "build")
    for shape, ending in (("dcat", "jsonld"), ("ckan", "jsonl"), ("open_data_list", "csv")):
        yield from texts(f"catalog export --as {shape} -o built.{ending}")
        yield f"catalog export preschool --as {shape} -o one.{ending} --format json"
        yield f"catalog export --as {shape} --from {DUMP} -o dump.{ending}"
        yield from (f"harvest built.{ending} -o harvested-{shape}.jsonl", f"catalog check --from built.{ending}")
    yield from four("catalog check", "catalog check --as-of 2027-04-01", f"catalog check --from {DUMP}")
    yield from four(f"harvest {DUMP} -o harvested.jsonl")
    yield from (f"harvest {CASES}/publishing/{name}.jsonl -o {name}.jsonl" for name in ("dup_packages", "old_date"))
    yield from (f"catalog check --from {CASES}/publishing/timezone.jsonl", "publish --yes --format json")
    for shape, ending in (("dcat", "jsonld"), ("ckan", "jsonl"), ("open_data_list", "csv")):
        yield f"catalog export --as {shape} --portal folder -o published.{ending}"
    yield from texts("catalog check --portal folder", "catalog check nothing", "catalog check --as-of heute")
    yield from texts(f"catalog export --as dcat --from {PROFILE} -o x.json", "harvest nothing.jsonl -o x.jsonl")
    yield from texts("harvest built.csv -o built.csv", "harvest http://127.0.0.1:9/ -o x.jsonl")
    yield "harvest http://127.0.0.1:9/ -o x.jsonl --allow-private"


def _drafts(inputs: Path) -> Iterator[Step]:
    """Drafts and conversions of real files, with and without a named standard."""
    yield CITY
    named = [("iida/67233.csv", "cultural_property"), ("yaizu/222127_aed.csv", "aed")]
    named += [("hachioji/kosodateshisetuitiran.xlsx", "preschool@2020"), ("ichikawa/122033_104_population.csv", "")]
    for number, (file, standard) in enumerate(named):
        there, option = f"../inputs/corpus/{file}", f"--standard {standard}" if standard else ""
        yield f"new draft{number} --source {there} {option}"
        yield f"new sheet{number} --source {there} {option} --mapping-sheet --format json --lang en"
        yield from (f"build draft{number}", f"build sheet{number} --format json")
        wanted = option or "--standard population"
        yield f"convert {there} {wanted} --out converted{number} --xlsx marked{number}.xlsx"
        yield f"convert {there} {wanted} --out converted{number} --format json --lang en"
    for number, path in enumerate(_tables(inputs / "cases" / "reading")[::3]):
        yield f"new case{number} --source {shlex.quote(f'{CASES}/reading/{path.name}')} --lang {_LANGS[number % 2]}"
    yield from (write("own.csv", "見本,数\nA,1\n"), *texts("new own --source own.csv"), "build own", "plan own")
    yield from texts("new preschool --source own.csv", "new Ａ --source own.csv", "new x --source nothing.csv")
    yield from texts(
        "new x --source own.csv --standard aedd", f"convert {shlex.quote(RADIO)} --standard aed --out radio"
    )
    yield from texts("convert own.csv --standard aed --out own.csv", "convert nothing.csv --standard aed --out x")


def _batch() -> Iterator[Step]:
    """Tables of several kinds at once, and one table with every option of ``validate``."""
    yield from (CITY, write("aed.csv", 'ID,緯度,独自\n"Ａ\n1",35.6\n1,99,x,y\n'))
    yield write("own.json", '{"fields": [{"name": "ID", "type": "integer"}, {"name": "緯度", "type": "number"}]}')
    yield from (write("many/none.csv", "色,形\n赤,丸\n"), write("many/map.pdf", b"%PDF-1.7"))
    yield from (copy("aed.csv", "many/aed.csv"), copy(NURSERIES, "many/n.csv"), copy(RADIO, "many/radio.xlsx"))
    yield from four("validate aed.csv --standard aed", "validate aed.csv --schema own.json", "validate many aed.csv")
    yield from four("validate aed.csv --explain-engine")
    yield from texts("validate aed.csv --schema own.json --engine frictionless")
    for lang in _LANGS:
        yield f"validate many --jobs 2 --html {lang} --xlsx {lang} --junit {lang}.xml --lang {lang}"
    yield from (f"validate ../inputs/{SAMPLES} --jobs 2 --junit all.xml --html all", "validate many --personal")
    yield from texts(f"validate {shlex.quote(RADIO)} --standard emergency_radio", "validate aed.csv --html aed.csv")
    yield from texts("validate many --html aed.csv", "validate", "validate nothing.csv", "validate aed.csv --jobs 0")
    yield from (*four("standards list"), *texts("standards show aedd", "standards show aed@1999"))
    yield from texts("standards template aed -o no/such/folder/x.xlsx", "standards template x -o x.xlsx")
    yield from four(
        f"inspect {shlex.quote(RADIO)}", f"inspect {shlex.quote(LIST)}", f"inspect {shlex.quote(NURSERIES)}"
    )


def _init() -> Iterator[Step]:
    yield from (*texts("init town --municipality 013030"), "init city --municipality 131105 --format json --lang en")
    yield from texts("init town --municipality 131105", "init other --municipality 131104", "init other")
    yield from (f"{line} --workspace town" for line in ("status", "build", "plan", "doctor", "catalog check"))
    yield from (f"{line} --workspace town" for line in ("standards list", "kpi show", "publish --yes", "geo setup"))
    yield from ("build --workspace .", "kpi show", "doctor", "doctor --format json --lang en")


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


def _geo() -> Iterator[Step]:
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


def _geo_files(inputs: Path) -> Iterator[Step]:
    """Files of geographic programs, where they are at hand."""
    shapes = [*sorted((inputs / "corpus").rglob("*.shp")), *sorted((inputs / "cases" / "geo").rglob("*.*"))]
    for number, path in enumerate(path for path in shapes if path.suffix in TABLES - {".xml"}):
        there = shlex.quote(f"../inputs/{path.relative_to(inputs)}")
        yield f"inspect {there} --lang {_LANGS[number % 2]}"
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


def _gtfs() -> Iterator[Step]:
    yield zipped("feed.zip", _FEED)
    yield from four("validate feed.zip --standard gtfs_jp", "inspect feed.zip", "standards show gtfs_jp")
    yield from ("validate feed.zip --html feed.html --junit feed.xml", "validate feed.zip --xlsx feed.xlsx --lang en")


def _wrong_use() -> Iterator[Step]:
    """Calls that are refused before anything is read, and commands where no workspace is."""
    yield from texts("nothing", "buidl", "geo nothing", "kpi shwo", "ledger", "catalog export", "build --nothing")
    yield from texts(
        "standards show", "build --jobs many", "validate --format xml x.csv", "plan --portal", "map preview"
    )
    yield from texts("catalog export --as rdf -o x", "publish --yes --allow everything", "publish --not-before morgen")
    yield from ("", "--lang de build", "--version", "geo", "kpi", "portal", "--workspace nothing build", "-h")
    for line in (
        "build",
        "status",
        "plan",
        "publish",
        "publish --yes",
        "kpi show",
        "ledger verify",
        "portal releases x",
    ):
        yield from texts(line)
    yield from texts("catalog check", "new x --source y.csv", "geo setup", "map preview x -o x.html", "demo --out .")
    yield from (CITY, *texts("build nothing", "plan nothing", "publish nothing --yes", "status --portal nothing"))
    yield from texts(
        "publish", "publish --plan nothing.json", "publish --yes --plan-hash 1", "publish --yes --release 1"
    )
    yield from texts("plan --overwrite preschool", "plan --remove nothing", "portal releases nothing", "plan preschool")
    yield from texts("publish --yes --not-before 2026-12-01", "portal restore nothing --yes", "portal backup x")
    yield from texts("portal snapshot -o no/such/folder/x.json", "plan --portal-state nothing.json")
    yield from (write("plan.json", "{}"), *texts("publish --plan plan.json", "plan --portal-state plan.json"))


def _wrong_files() -> Iterator[Step]:
    """Tables that cannot be read or hold what no table should."""
    files: dict[str, bytes] = {
        "empty.csv": b"",
        "pdf.csv": b"%PDF-1.7",
        "html.xls": b"<html><table><tr><td>1</td></tr></table></html>",
        "torn.xlsx": b"PK\x03\x04torn",
        "cp932.csv": "名称,住所\n".encode("cp932") + b"\xff\xff,x\n",
        "utf32.csv": "名称,住所\nあ,い\n".encode("utf-32"),
        "utf16.csv": "ID,名称\n1,例\n".encode("utf-16"),
        "semicolon.csv": "一覧、令和5年度;x\n名称,住所,電話\nあ,い,う\n".encode(),
        "deep.csv": ("\n" * 60 + "甲,乙\n1,2\n").encode(),
        "formula.csv": "ID,名称\n=1+1,@x\n-2,+3\n".encode(),
        "header.csv": "ID,名称\n".encode(),
        "quotes.csv": 'ID,名称\n1,"例\n2,"b"c\n'.encode(),
        "persons.csv": "氏名,電話番号,生年月日\n見本 太郎,090-0000-0000,昭和50年1月1日\n".encode(),
        "text.txt": "名称\tID\n例\t1\n".encode(),
    }
    for name, content in files.items():
        yield from (write(name, content), f"inspect {name}", f"validate {name} --standard aed --lang en")
        yield f"convert {name} --standard aed --out converted/{name} --lang en"
    yield from texts("inspect .", "inspect nothing.csv", "validate persons.csv --personal", "inspect /dev/null")
    yield from (write("bad.json", "{"), *texts("validate header.csv --schema bad.json"))
    yield from (write("odd.json", '{"fields": [{"name": "ID", "type": "odd"}, {"name": "ID"}, 5]}'),)
    yield from texts("validate header.csv --schema odd.json", "validate header.csv --schema nothing.json")


_RECIPES = (
    ("metadata:\n", "skip_rows:\n  - {row: 3, reason: a}\n  - {row: 3, reason: b}\nmetadata:\n"),
    ("metadata:\n", "skip_rows: [{row: 999, reason: a}]\nmetadata:\n"),
    ("metadata:\n", "drop:\n  備考: x\nmetadata:\n"),
    ("metadata:\n", "formats: [csv, geojson]\nmetadata:\n"),
    ("  frequency: 随時\n", "  frequency: 随時\n  landing_page: javascript:alert(1)\n"),
    ("title: 備蓄倉庫一覧", "title: 5\ntitle: 6"),
    ("title: 備蓄倉庫一覧", "titel: 備蓄倉庫一覧\n\tx"),
    ("title: 備蓄倉庫一覧", "titel: 備蓄倉庫一覧"),
    ("schema: schema.json", "schema: ../../opendata.toml"),
    ("schema: schema.json", "schema: schema.json\nstandard: aed"),
    ("  encoding: cp932", "  encoding: utf-8"),
    ("  file: 備蓄倉庫一覧.csv", "  file: 無い.csv"),
    ("  地区: 地区", "  地区: 地域"),
    ("  備考: 備考", "  備孝: 備考"),
)
_PROFILES = (
    ('path = "../portal"', 'path = "a\\u0000b"'),
    ('code = "131105"', 'code = "131104"'),
    ('"baby_station"', '"baby_staton"'),
    ('homepage = "https://www.city.meguro.tokyo.jp/"', 'homepage = "javascript:x"'),
    ("[city]\n", "[city\n"),
    ("[city]\n", "[city]\nnothing = 1\n"),
)


def _wrong_recipes() -> Iterator[Step]:
    yield CITY
    for before, after in _RECIPES:
        yield from (edit(RECIPE, before, after), "build stockpile_warehouse", "build stockpile_warehouse --lang en")
        yield from ("plan stockpile_warehouse", copy(f"../inputs/{RECIPE}", RECIPE))
    for before, after in _PROFILES:
        yield from (edit(PROFILE, before, after), *texts("build preschool"), "doctor")
        yield copy(f"../inputs/{PROFILE}", PROFILE)
    strategy = f"{WORKSPACE}/strategy/2025.yaml"
    for text in ("fiscal_year: 2025\n", "fiscal_year: [\n", "fiscal_year: 2024\ntitle: x\n"):
        yield from (write(strategy, text), *texts("kpi show --fiscal-year 2025"))
    yield from (write(f"{WORKSPACE}/coverage.yaml", "standards: {aed: {status: x}}\n"), *texts("kpi show"))


def _wrong_portals() -> Iterator[Step]:
    """Portals that are not there, are not allowed, or are not what they are called."""
    yield from (CITY, edit(PROFILE, "[guards]", _portals("http://127.0.0.1:9") + "\n[guards]"), "build preschool")
    yield from texts(
        "status --portal lab", "plan preschool", "plan preschool --portal lab", "publish --yes --portal lab"
    )
    yield from texts("portal backup saved --portal lab", "portal snapshot --portal lab -o x.json", "doctor")
    yield from texts("plan --portal plain", "status --portal plain", "ledger import --portal lab")
    yield from ("portal restore x --portal folder --yes", "doctor --format json", "portal backup x --portal folder")


def _portals(url: str) -> str:
    """Return the part of a profile that names a CKAN, and one behind an address that is not secure."""
    lab = (
        f'[portals.lab]\nkind = "ckan"\nurl = "{url}"\norganization = "{ORGANISATION}"\nname_rule = "golden-{{slug}}"\n'
    )
    return lab + '[portals.plain]\nkind = "ckan"\nurl = "http://ckan.invalid"\norganization = "golden"\n'


# --- a real CKAN --------------------------------------------------------------------------------------------------


def _ckan(url: str, token: str) -> Scenario:
    """A real CKAN: published twice, changed by hand, saved, emptied and brought back."""
    call = partial(_called, url, token)
    return Scenario("ckan", list(_ckan_steps(url, call)), {"MEGURO_OPENDATA_TOKEN_LAB": token})


def _ckan_steps(url: str, call: Call) -> Iterator[Step]:
    yield lambda _: _empty(call)
    yield lambda _: call("organization_create", name=ORGANISATION, title="試験の組織（架空の例）")
    yield from (CITY, edit(PROFILE, "[guards]", _portals(url) + "\n[guards]"), "build")
    yield from texts("status --portal lab", "doctor", "plan --portal lab")
    yield "plan --portal lab --out plan.json --html plan.html --format json"
    yield from ("publish --portal lab --plan plan.json", _shown(call, "first.json"))
    yield from (*texts("publish --portal lab --yes"), "publish --portal lab --yes --format json")
    yield from (_shown(call, "second.json"), *four("status --portal lab", "plan --portal lab"))
    yield lambda _: call("package_patch", id="golden-stockpile_warehouse", maintainer_email="bosai@example.org")
    yield from (edit(LIST, "R3", "R4", "cp932"), "build stockpile_warehouse", *four("plan --portal lab"))
    yield from (*texts("publish --portal lab --yes"), _shown(call, "changed.json"))
    yield lambda _: call("package_patch", id="golden-preschool", title="手で変えた題")
    yield from (*four("plan --portal lab", "status --portal lab"), "publish --portal lab --yes")
    yield from (*texts("plan --portal lab --overwrite preschool"), "publish --portal lab --yes --overwrite preschool")
    yield from (*texts("portal backup saved --portal lab"), "portal snapshot --portal lab -o state.json")
    yield from ("plan --portal lab --portal-state state.json", "catalog check --portal lab")
    yield from (f"catalog export --as {shape} --portal lab -o {shape}" for shape in ("dcat", "ckan", "open_data_list"))
    yield from (f"harvest {url} --organization golden -o h.jsonl {more}" for more in ("", "--allow-private"))
    yield from ("ledger import --portal lab", "ledger verify", "kpi show", "portal releases preschool")
    yield from (
        *texts("plan --portal lab --remove golden-preschool"),
        "publish --portal lab --yes --remove golden-preschool",
    )
    yield from (_shown(call, "removed.json"), *texts("status --portal lab"))
    yield from (lambda _: _empty(call, organisation=False), "portal restore saved --portal lab --yes --format json")
    yield from (_shown(call, "restored.json"), "portal restore saved --portal lab --yes --lang en")
    yield lambda _: _empty(call)


def _called(url: str, token: str, action: str, **data: Any) -> Any:
    with ckanapi.RemoteCKAN(url, apikey=token) as remote:
        return remote.call_action(action, data)


def _held(call: Call) -> list[str]:
    """Return the names of the organisation's datasets."""
    asked = {"fq": f"organization:{ORGANISATION}", "rows": 1000, "include_private": True, "include_drafts": True}
    return sorted(part["name"] for part in call("package_search", **asked)["results"])


def _empty(call: Call, *, organisation: bool = True) -> None:
    """Take the datasets away for good, those that were only deleted as well, and the organisation."""
    there = ORGANISATION in call("organization_list")
    for name in {*_NAMES, *(_held(call) if there else ())}:
        with suppress(ckanapi.NotFound):
            call("dataset_purge", id=name)
    if there and organisation:
        call("organization_purge", id=ORGANISATION)


def _shown(call: Call, name: str) -> Edit:
    """Return the step that writes what the CKAN tells of every dataset."""

    def step(folder: Path) -> None:
        shown = [call("package_show", id=dataset) for dataset in _held(call)]
        text = json.dumps(shown, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / name).write_text(text, encoding="utf-8")

    return step


# --- recording ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recorder:
    """Runs scenarios of one checkout and keeps what comes out of them below a folder."""

    checkout: Path
    out: Path

    def record(self, scenario: Scenario) -> None:
        """Run one scenario, and keep its transcripts and files."""
        folder, kept = WORK / scenario.name.replace("/", "-"), self.out / scenario.name
        (folder / ".tmp").mkdir(parents=True)
        kept.mkdir(parents=True)
        before: dict[str, bytes] = {}
        for number, step in enumerate(scenario.steps, start=1):
            if isinstance(step, str):
                name = re.sub(r"[/\s]+", "_", step.strip()).replace("_.._", "_")[:70]
                (kept / f"{number:03} {name}.txt").write_bytes(self._transcript(scenario, number, step, folder))
            else:
                step(folder)
                before = _contents(folder) if number == 1 else before
        _keep_files(folder, before, kept / "files", self.checkout)

    def _transcript(self, scenario: Scenario, number: int, line: str, folder: Path) -> bytes:
        done = subprocess.run(
            [sys.executable, "-m", "meguro_opendata", *shlex.split(line)],
            cwd=folder,
            env={**self._environment(folder, number), **scenario.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=600,
        )
        parts = (
            f"$ {line}\nexit {done.returncode}\n--- stdout\n".encode(),
            done.stdout,
            b"\n--- stderr\n",
            done.stderr,
        )
        return _placeless(b"".join(parts), self.checkout)

    def _environment(self, folder: Path, number: int = 0) -> dict[str, str]:
        """Return the whole environment of a command; each command runs a minute after the one before it."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": os.pathsep.join([str(WORK / "clock"), str(self.checkout)]),
            "PYTHONHASHSEED": "0",
            "GOLDEN_NOW": (START + timedelta(minutes=number)).isoformat(),
            "OGR_CURRENT_DATE": "2026-05-20T01:00:00Z",
            "HOME": str(folder / ".home"),
            "MEGURO_OPENDATA_DATA": str(folder / ".data"),
            "TMPDIR": str(folder / ".tmp"),
            "USER": "golden",
            "LOGNAME": "golden",
            "TZ": "Asia/Tokyo",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "100",
        }

    def require_own_code(self) -> None:
        """Refuse to record code that does not come from the checkout."""
        asked = [sys.executable, "-c", "import meguro_opendata; print(meguro_opendata.__file__)"]
        found = subprocess.run(asked, cwd=WORK, env=self._environment(WORK), capture_output=True, text=True, check=True)
        if not Path(found.stdout.strip()).resolve().is_relative_to(self.checkout):
            sys.exit(f"the code comes from {found.stdout.strip()}, not from {self.checkout}")

    def help_lines(self, *words: str) -> Iterator[str]:
        """Yield the help of a command and of every command below it, as the help itself lists them."""
        line = shlex.join([*words, "--help"])
        yield line
        command = [sys.executable, "-m", "meguro_opendata", *shlex.split(line)]
        environment = self._environment(WORK)
        done = subprocess.run(command, cwd=WORK, env=environment, capture_output=True, text=True, check=True)
        for name in re.findall(r"^  ([a-z][\w-]*)", done.stdout.partition("\nCommands:\n")[2], re.MULTILINE):
            yield from self.help_lines(*words, name)


def _contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def _placeless(content: bytes, checkout: Path) -> bytes:
    """Return a text without the two folders that may lie elsewhere the next time; containers are left alone."""
    if content.startswith(b"PK"):
        return content
    return content.replace(str(checkout).encode(), b"<checkout>").replace(str(WORK).encode(), b"<work>")


def _keep_files(folder: Path, before: Mapping[str, bytes], out: Path, checkout: Path) -> None:
    """Keep every file that the steps made or changed, and the names of those that they took away."""
    after = _contents(folder)
    for name, content in after.items():
        if before.get(name) != content:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_bytes(_placeless(content, checkout))
    gone = sorted(set(before) - set(after))
    if gone:
        (out.parent / "gone.txt").write_text("\n".join(gone) + "\n", encoding="utf-8")


def _gather(checkout: Path, shared: Path, inputs: Path) -> None:
    """Copy what the scenarios read: the sample workspace and samples of the checkout, and the shared files."""
    found = [path for path in checkout.rglob("*") if not _is_made(path.relative_to(checkout))]
    (workspace,) = (path.parent for path in found if path.name == "coverage.yaml")
    unwanted = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(workspace, inputs / WORKSPACE, ignore=unwanted)
    for path in found:
        if path.name == "valid.csv":
            version = path.parent
            target = inputs / SAMPLES / f"{version.parent.name}@{version.name}"
            target.mkdir(parents=True)
            for kind in ("valid.csv", "invalid.csv"):
                shutil.copy(version / kind, target / kind)
    for name in SHARED:
        if (shared / name).is_dir():
            shutil.copytree(shared / name, inputs / name)


def _is_made(path: Path) -> bool:
    """Whether a path belongs to what was made from the checkout, or to the environment."""
    made = {"build", "dist", "demo", "releases", "portal", "node_modules"}
    return any(part.startswith(".") or part in made for part in path.parts)


def _checksums(folder: Path) -> str:
    parts = _contents(folder).items()
    return "".join(f"{hashlib.sha256(content).hexdigest()[:16]}  {name}\n" for name, content in parts)


def _record(arguments: argparse.Namespace) -> int:
    """Record everything that is asked for; another recording on this machine is waited for."""
    checkout, out = arguments.checkout.resolve(), arguments.folder.resolve()
    started = time.time()
    if out.exists() and any(out.iterdir()):
        sys.exit(f"{out} is not empty")
    with WORK.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(WORK, ignore_errors=True)
        (WORK / "clock").mkdir(parents=True)
        (WORK / "clock" / "sitecustomize.py").write_text(CLOCK, encoding="utf-8")
        _gather(checkout, arguments.shared, WORK / "inputs")
        recorder = Recorder(checkout, out)
        recorder.require_own_code()
        wanted = _wanted(recorder, arguments)
        with ThreadPoolExecutor(max_workers=arguments.jobs) as pool:
            list(pool.map(recorder.record, wanted))
        (out / "inputs.txt").write_text(_checksums(WORK / "inputs"), encoding="utf-8")
        shutil.rmtree(WORK)
    if arguments.ckan:
        _normalise(out / "ckan", arguments.ckan, started)
    count = sum(1 for path in out.rglob("*") if path.is_file())
    _say(f"{len(wanted)} scenarios, {count} files in {time.time() - started:.0f} s")
    return 0


def _wanted(recorder: Recorder, arguments: argparse.Namespace) -> list[Scenario]:
    known = [*scenarios(WORK / "inputs"), Scenario("help", list(recorder.help_lines()))]
    known += [_ckan(arguments.ckan, arguments.token)] if arguments.ckan else []
    return [scenario for scenario in known if scenario.name.startswith(tuple(arguments.only or ("",)))]


def _normalise(folder: Path, url: str, started: float) -> None:
    """Replace what a CKAN makes up anew each time: ids, times of its own clock, hashes over both, and its address.

    Ids and hashes are numbered in the order in which they come up, so that they still tell what belongs together.
    """
    named, hashed = partial(_numbered, {}, "id"), partial(_numbered, {}, "hash")
    ended = time.time()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".xlsx", ".zip"}):
        content = _UUID.sub(named, path.read_bytes())
        content = _MOMENT.sub(partial(_timeless, started, ended), content)
        for day in _days(started, ended):
            content = content.replace(day, b"<day>")
        content = _DERIVED.sub(hashed, content)
        path.write_bytes(content.replace(url.rstrip("/").encode(), b"<ckan>"))
    for path in sorted(folder.rglob("*"), reverse=True):
        name = _UUID.sub(named, path.name.encode()).decode()
        if name != path.name:
            path.rename(path.with_name(name))


def _days(*moments: float) -> set[bytes]:
    """Return the days of both ends of the recording, in UTC and in Japan."""
    there = [datetime.fromtimestamp(moment, UTC) + timedelta(hours=ahead) for moment in moments for ahead in (0, 9)]
    return {moment.date().isoformat().encode() for moment in there}


def _numbered(known: dict[bytes, bytes], kind: str, found: re.Match[bytes]) -> bytes:
    return known.setdefault(found.group(), f"<{kind} {len(known) + 1}>".encode())


def _timeless(started: float, ended: float, found: re.Match[bytes]) -> bytes:
    """Return a mark for a time at which the recording ran, in UTC or in Japan's time; any other time as it is."""
    moment = datetime.fromisoformat(found.group().decode()).replace(tzinfo=UTC).timestamp()
    hours_ahead = (0, 9 * 3600)
    ran = any(started - 60 <= moment - ahead <= ended + 60 for ahead in hours_ahead)
    return b"<time>" if ran else found.group()


# --- comparing ----------------------------------------------------------------------------------------------------


def _compare(arguments: argparse.Namespace) -> int:
    """Print each file that differs; the exit code is 1 if any does."""
    left, right = (_contents(folder) for folder in (arguments.left, arguments.right))
    if not left or not right:
        sys.exit("nothing is recorded there")
    names = sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))
    for name in names:
        _say("\n".join([f"=== {name}", *_difference(left.get(name), right.get(name))]))
    _say(f"{len(names)} of {len(left.keys() | right.keys())} files differ")
    return 1 if names else 0


def _difference(left: bytes | None, right: bytes | None) -> Iterator[str]:
    """Yield the first lines of what differs."""
    if left is None or right is None:
        yield "only in the second" if left is None else "only in the first"
        return
    if left.startswith(b"PK") and right.startswith(b"PK"):
        yield from _zip_difference(left, right)
        return
    lines = difflib.unified_diff(_lines(left), _lines(right), lineterm="", n=1)
    for number, line in enumerate(lines):
        if number >= _DIFFERENCE:
            yield "..."
            return
        yield line if len(line) <= _WIDTH else line[:_WIDTH] + "..."


def _zip_difference(left: bytes, right: bytes) -> Iterator[str]:
    """Yield the members of two containers that differ, each with its own difference."""
    try:
        members = [_members(content) for content in (left, right)]
    except zipfile.BadZipFile:
        yield "broken containers"
        return
    first, second = members
    for name in sorted(first.keys() | second.keys()):
        if first.get(name) != second.get(name):
            yield f"--- {name}"
            yield from _difference(first.get(name), second.get(name))
    if first == second:
        yield "the containers alone: order, times or compression"


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _lines(content: bytes) -> list[str]:
    """Return the lines of a text; the long ones of JSON and XML are broken at their parts."""
    text = content.decode("utf-8", "backslashreplace")
    return text.replace("><", ">\n<").replace(', "', ',\n"').replace(',{"', ',\n{"').splitlines()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def main(arguments: Iterable[str]) -> int:
    """Record or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(required=True)
    record = kinds.add_parser("record", help="write every output below a new folder")
    record.set_defaults(run=_record)
    record.add_argument("folder", type=Path)
    record.add_argument("--checkout", type=Path, default=ROOT, help="the code that is run")
    record.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="further files to be read, if any")
    record.add_argument("--only", action="append", metavar="PREFIX", help="scenarios whose names begin so")
    record.add_argument("--jobs", type=int, default=os.cpu_count(), help="scenarios that run at the same time")
    record.add_argument("--ckan", metavar="URL", help="a CKAN that may be written to")
    record.add_argument("--token", help="the token of an administrator of it")
    compare = kinds.add_parser("compare", help="tell what differs between two recordings")
    compare.set_defaults(run=_compare)
    compare.add_argument("left", type=Path)
    compare.add_argument("right", type=Path)
    given = parser.parse_args(list(arguments))
    code: int = given.run(given)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
