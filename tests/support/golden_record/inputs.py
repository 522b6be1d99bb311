"""What the scenarios read, and the folder in which they run."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from golden_record.steps import copy

WORK = Path(tempfile.gettempdir()) / "meguro-opendata-golden"
# What lies beside the workspace of a city: those of the checkout are found by what they hold, wherever they lie.
WORKSPACE, SAMPLES, SHARED = "datasets", "samples", ("corpus", "corpus2", "cases", "catalog", "geo")
TABLES = {".csv", ".xlsx", ".xls", ".ods", ".geojson", ".shp", ".kml", ".gpkg", ".zip", ".xml"}
CITY = copy(f"../inputs/{WORKSPACE}", WORKSPACE)
LIST = f"{WORKSPACE}/stockpile_warehouse/備蓄倉庫一覧.csv"
RECIPE = f"{WORKSPACE}/stockpile_warehouse/dataset.yaml"
PROFILE = f"{WORKSPACE}/opendata.toml"
RADIO = f"{WORKSPACE}/emergency_radio/防災行政無線設置一覧.xlsx"
NURSERIES = f"{WORKSPACE}/preschool/保育所利用枠空き状況_20250601.csv"
DUMP = "../inputs/catalog/meguro_package_show.jsonl"
CASES = "../inputs/cases"


def tables(folder: Path) -> list[Path]:
    """Return the tables of a folder in the order of their names."""
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in TABLES)


def gather(checkout: Path, shared: Path, inputs: Path) -> None:
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
