"""Plans and workspaces made by hand, so that a rule of publication is tested without a portal and without files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from meguro_opendata.catalog import CatalogEntry, Distribution, Package
from meguro_opendata.files.whole import sha256
from meguro_opendata.portals import Upload
from meguro_opendata.publication import DatasetPlan, Plan, ResourcePlan
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import City, Folders, Guards, License, PortalSettings, Workspace

__all__ = ["dataset_plan", "plan_of", "release_of_rows", "resource_plan", "small_workspace"]


def small_workspace(root: Path = Path("/w"), **changes: Any) -> Workspace:
    """Return a workspace that only exists in memory."""
    city = City(
        code="131105",
        name="目黒区",
        name_en="Meguro City",
        prefecture="東京都",
        organization="東京都目黒区",
        homepage="https://www.city.meguro.tokyo.jp/",
        license=License(id="CC-BY-4.0", title="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/"),
        fiscal_year_start=4,
        departments=("防災課",),
    )
    known: dict[str, Any] = {"guards": Guards(), "portals": {"folder": PortalSettings(kind="folder")}}
    return Workspace(**{"root": root, "city": city, "folders": Folders(), **known, **changes})


def resource_plan(name: str, action: str = "unchanged", **more: Any) -> ResourcePlan:
    """Return the plan of one file."""
    return ResourcePlan(name, action, more.pop("sha256", None), more.pop("rows", None), **more)


def dataset_plan(dataset: str = "aed", action: str = "unchanged", **more: Any) -> DatasetPlan:
    """Return the plan of one dataset in which nothing else happens than what is given."""
    known: dict[str, Any] = {
        "name": f"131105_{dataset}",
        "metadata": (),
        "resources": (),
        "guards": (),
        "package": Package({"name": f"131105_{dataset}"}),
        "standard": None,
        "department": "防災課",
        "rows": 0,
    }
    return DatasetPlan(**{"dataset": dataset, "action": action, **known, **more})


def plan_of(*changes: DatasetPlan, **more: Any) -> Plan:
    """Return a plan of some datasets."""
    return Plan(more.pop("portal", "folder"), "state", changes, **more)


def release_of_rows(tmp_path: Path, *rows: str, slug: str = "aed") -> PublishedDataset:
    """Return a release of one file."""
    data = "".join(f"{row}\r\n" for row in ("ID", *rows)).encode()
    path = tmp_path / f"{sha256(data)[:8]}.csv"
    path.write_bytes(data)
    file = Upload(f"131105_{slug}.csv", path, sha256(data), len(data))
    parts = (Distribution(file.name, "CSV", file.name, "一覧", file.bytes, file.sha256, len(rows)),)
    entry = CatalogEntry(f"131105_{slug}", "AED", "一覧", "防災課", "随時", "CC-BY-4.0", distributions=parts)
    return PublishedDataset(slug, entry, (file,), len(rows), ("ID",), {file.name: len(rows)}, schemas={file.name: {}})
