"""Calls, files, recipes and portals that are wrong."""

from __future__ import annotations

from collections.abc import Iterator

from golden_record.inputs import CITY, PROFILE, RECIPE, WORKSPACE
from golden_record.portal import portals
from golden_record.steps import Step, copy, edit, texts, write


def wrong_use() -> Iterator[Step]:
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


def wrong_files() -> Iterator[Step]:
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


def wrong_recipes() -> Iterator[Step]:
    """Recipes, profiles and strategies with one mistake each."""
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


def wrong_portals() -> Iterator[Step]:
    """Portals that are not there, are not allowed, or are not what they are called."""
    yield from (CITY, edit(PROFILE, "[guards]", portals("http://127.0.0.1:9") + "\n[guards]"), "build preschool")
    yield from texts(
        "status --portal lab", "plan preschool", "plan preschool --portal lab", "publish --yes --portal lab"
    )
    yield from texts("portal backup saved --portal lab", "portal snapshot --portal lab -o x.json", "doctor")
    yield from texts("plan --portal plain", "status --portal plain", "ledger import --portal lab")
    yield from ("portal restore x --portal folder --yes", "doctor --format json", "portal backup x --portal folder")
