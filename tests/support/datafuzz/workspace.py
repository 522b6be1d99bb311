"""A small workspace with a release, a portal, a ledger and a plan: the whole files of which cases are made."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from locations import ROOT

from meguro_opendata.cli import main

__all__ = ["PLACES", "seed_workspace"]

_SHEET = "項目,元の列\n地区,地区\n名称,名称\n所在地,所在地\n面積_平方メートル,面積（㎡）\n設置年,設置年\n備考,備考\n"
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
    recipe.write_text(recipe.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    _run(["build", *inside])
    _run(["plan", "--out", str(home / "plan.json"), *inside])
    _more(home)
    return home


def _run(arguments: list[str]) -> None:
    code = main._outcome(arguments)
    if code not in (0, 1):
        raise AssertionError(f"{arguments}: {code}")


def _more(home: Path) -> None:
    by_sheet = home / "city" / "by_sheet"
    shutil.copytree(home / "city" / "stockpile_warehouse", by_sheet)
    recipe = (by_sheet / "dataset.yaml").read_text(encoding="utf-8")
    head, _, rest = recipe.partition("mapping:\n")
    tail = rest[rest.index("metadata:") :]
    (by_sheet / "dataset.yaml").write_text(f"{head}mapping: mapping.csv\n{tail}", encoding="utf-8")
    (by_sheet / "mapping.csv").write_text(_SHEET, encoding="utf-8")
    shutil.copytree(home / "releases" / "stockpile_warehouse", home / "package")
