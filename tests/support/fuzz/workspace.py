"""A small workspace with a release, a portal, a ledger and a plan: the whole files of which cases are made."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from golden_record.clock import CLOCK
from locations import ROOT
from meguro_opendata.cli import main

__all__ = ["make", "whole_workspace"]

_NOW = "2025-06-10T10:00:00+09:00"
_SHEET = "項目,元の列\n地区,地区\n名称,名称\n所在地,所在地\n面積_平方メートル,面積（㎡）\n設置年,設置年\n備考,備考\n"
_WAIVED = "waive:\n  - {code: constraint-required, field: 全国地方公共団体コード, reason: 例}\n"


@cache
def whole_workspace() -> Path:
    """Return the folder that contains everything; it is made once, and removed when this process ends.

    A process of its own makes it at a fixed time, so that the same seed and number give the same case on any day.
    """
    home = Path(mkdtemp(prefix="fuzz-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    places = os.pathsep.join((str(ROOT), str(ROOT / "tests" / "support")))
    environment = {**os.environ, "PYTHONPATH": places, "MEGURO_OPENDATA_DATA": str(home), "GOLDEN_NOW": _NOW}
    program = f"{CLOCK}\nimport sys\nfrom fuzz.workspace import make\nmake(sys.argv[1])"
    arguments = [sys.executable, "-c", program, str(home / "whole")]
    subprocess.run(arguments, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return home / "whole"


def make(folder: str) -> None:
    """Make the workspace in a new folder: build, publish, export, and plan a change."""
    home = Path(folder)
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
