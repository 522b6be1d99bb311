"""A small workspace with a release, a portal, a ledger and a plan: the whole files of which cases are made."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from locations import ROOT
from meguro_opendata.cli import main

__all__ = ["PLACES", "seed_workspace", "whole_copy"]

_SHEET = "項目,元の列\n地区,地区\n名称,名称\n所在地,所在地\n面積_平方メートル,面積（㎡）\n設置年,設置年\n備考,備考\n"
_WAIVED = "waive:\n  - {code: constraint-required, field: 全国地方公共団体コード, reason: 例}\n"
# Each kind of file, and where it is in the workspace.
PLACES = {
    "recipe": "city/stockpile_warehouse/dataset.yaml",
    "recipe_of_standard": "city/preschool/dataset.yaml",
    "settings": "city/opendata.toml",
    "strategy": "city/strategy/2025.yaml",
    "coverage": "city/coverage.yaml",
    "ledger": "city/ledger.jsonl",
    "plan": "plan.json",
    "descriptor": "releases/stockpile_warehouse/datapackage.json",
    "dump": "dump.jsonl",
    "snapshot": "snapshot.json",
    "schema": "city/stockpile_warehouse/schema.json",
    "package": "package/datapackage.json",
    "table": "city/stockpile_warehouse/備蓄倉庫一覧.csv",
    "mapping_sheet": "city/by_sheet/mapping.csv",
}


@cache
def seed_workspace() -> Path:
    """Return the folder that holds everything; it is made once."""
    home = Path(mkdtemp(prefix="datafuzz-"))
    city = home / "city"
    left_out = shutil.ignore_patterns("emergency_radio", "open_data_list", "__*", "catalog.jsonl")
    shutil.copytree(ROOT / "datasets", city, ignore=left_out)
    table = city / "preschool" / "保育所利用枠空き状況_20250601.csv"
    table.write_bytes(b"".join(table.read_bytes().splitlines(keepends=True)[:6]))
    inside = ["--workspace", str(city)]
    for arguments in (
        ["build", *inside],
        ["publish", "--yes", *inside],
        ["portal", "snapshot", "-o", str(home / "snapshot.json"), *inside],
        ["catalog", "export", "--as", "ckan", "-o", str(home / "dump.jsonl"), *inside],
    ):
        _run(arguments)
    recipe = city / "stockpile_warehouse" / "dataset.yaml"
    recipe.write_text(recipe.read_text(encoding="utf-8").replace("20か所", "二十か所"), encoding="utf-8")
    _more(home)
    _run(["build", *inside])
    _run(["plan", "--out", str(home / "plan.json"), *inside])
    return home


@cache
def whole_copy() -> Path:
    """Return a copy of that folder, from which it is restored: a plan holds for the place where it was made."""
    home = seed_workspace()
    return Path(shutil.copytree(home, home.with_name(f"{home.name}-whole")))


def _run(arguments: list[str]) -> None:
    try:
        code = main._outcome(arguments)
    except SystemExit as ending:
        code = int(ending.code or 0)
    if code not in (0, 1):
        raise AssertionError(f"{arguments}: {code}")


def _more(home: Path) -> None:
    lines = (home / "dump.jsonl").read_text(encoding="utf-8").splitlines()
    (home / "dump.jsonl").write_text("".join(map(_dated, lines)), encoding="utf-8")
    by_sheet = home / "city" / "by_sheet"
    shutil.copytree(home / "city" / "stockpile_warehouse", by_sheet)
    recipe = (by_sheet / "dataset.yaml").read_text(encoding="utf-8")
    head, _, rest = recipe.partition("mapping:\n")
    tail = rest[rest.index("metadata:") :]
    (by_sheet / "dataset.yaml").write_text(f"{head}mapping: mapping.csv\n{_WAIVED}{tail}", encoding="utf-8")
    (by_sheet / "mapping.csv").write_text(_SHEET, encoding="utf-8")
    shutil.copytree(home / "releases" / "stockpile_warehouse", home / "package")


def _dated(line: str) -> str:
    """A line of the dump with the times that a CKAN writes."""
    package = json.loads(line)
    package |= {"id": "b", "metadata_created": "2021-08-13T13:42:00", "metadata_modified": "2021-08-14T13:42:00"}
    for resource in package["resources"]:
        resource |= {"id": "a", "created": "2021-08-13T13:42:00", "url": "https://www.example.com/a.csv"}
    return json.dumps(package, ensure_ascii=False) + "\n"
