"""What a city does with its workspace, its portal and its ledger."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from golden_record.inputs import CASES, CITY, DUMP, LIST, NURSERIES, PROFILE, RECIPE, WORKSPACE
from golden_record.steps import LANGS, Step, copy, edit, four, remove, texts, write

YEAR = "--fiscal-year 2025 --as-of 2026-03-31"


def day(lang: str) -> Iterator[Step]:
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


def kpi() -> Iterator[Step]:
    """Figures recorded, shown and reported."""
    yield from (CITY, "build", "publish --yes --format json")
    record = "kpi record opendata.use_cases --value 1 --evidence https://example.jp/ --date 2025-07-01"
    yield from (record, f"{record} --recorder 係 --note 補足", f"{record} --format json --lang en --value 2件")
    yield from texts("kpi record opendata.nothing --value 1 --evidence x", "kpi record opendata.trained_staff")
    yield from texts("kpi record opendata.trained_staff --value 多い --evidence x --date 2025-13-01")
    for table in ("online_74_96.csv", "online_bad.csv"):
        yield f"kpi record procedures.online_rate --from {CASES}/kpi/{table} --evidence x --date 2025-07-01"
    yield from four("kpi show", f"kpi show {YEAR}", "kpi show --fiscal-year 1999", "kpi show --fiscal-year 2024")
    for ending in ("html", "md", "xlsx"):
        yield from (f"kpi report {YEAR} -o {lang}.{ending} --lang {lang}" for lang in LANGS)
        yield from (f"kpi followup {YEAR} --quarter 4 -o f-{lang}.{ending} --lang {lang}" for lang in LANGS)
    yield "kpi followup --department 危機管理部防災課 -o department.md"
    yield from texts("kpi followup --department 無い課 -o no.md", "kpi report -o no.txt")
    yield from four("ledger verify")
    yield from texts("kpi show --as-of 2026-99-01", "kpi show --fiscal-year 12")


def ledger(inputs: Path) -> Iterator[Step]:
    """Ledgers verified, imported, dated and mended."""
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


def catalog() -> Iterator[Step]:
    """Catalogues exported, checked and harvested."""
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


def init() -> Iterator[Step]:
    """Workspaces that are begun."""
    yield from (*texts("init town --municipality 013030"), "init city --municipality 131105 --format json --lang en")
    yield from texts("init town --municipality 131105", "init other --municipality 131104", "init other")
    yield from (f"{line} --workspace town" for line in ("status", "build", "plan", "doctor", "catalog check"))
    yield from (f"{line} --workspace town" for line in ("standards list", "kpi show", "publish --yes", "geo setup"))
    yield from ("build --workspace .", "kpi show", "doctor", "doctor --format json --lang en")
