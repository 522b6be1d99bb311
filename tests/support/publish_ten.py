"""A publication of ten datasets, five with files and five with links, as one run of a program that can be killed.

python tests/support/publish_ten.py FOLDER URL ORGANISATION
"""

from __future__ import annotations

import sys
from pathlib import Path

from locations import ROOT

from meguro_opendata.catalog import CatalogEntry, Distribution
from meguro_opendata.files.whole import sha256
from meguro_opendata.portals import Upload, open_portal
from meguro_opendata.publication import Outcome, plan_releases, publish
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import Workspace, open_workspace

SLUGS = tuple(f"set{number}" for number in range(10))
_PORTAL = """
[portals.lab]
kind = "ckan"
url = "{url}"
organization = "{organization}"
name_rule = "{organization}-{{slug}}"
license_ids = {{"CC-BY-4.0" = "cc-by"}}
workers = {workers}
"""


def workspace_for(folder: Path, url: str, organization: str, workers: int = 1) -> Workspace:
    """A workspace with one portal, ``lab``, in a folder."""
    settings = (ROOT / "datasets" / "opendata.toml").read_text(encoding="utf-8")
    home = folder / "datasets"
    home.mkdir(parents=True, exist_ok=True)
    portal = _PORTAL.format(url=url, organization=organization, workers=workers)
    (home / "opendata.toml").write_text(settings + portal, encoding="utf-8")
    return open_workspace(home)


def ten_releases(folder: Path, version: int = 1) -> list[PublishedDataset]:
    """Ten small datasets; every second one has two files, the others a link."""
    return [_release(folder / f"built{version}", slug, n % 2 == 0, version) for n, slug in enumerate(SLUGS)]


def _release(folder: Path, slug: str, with_files: bool, version: int) -> PublishedDataset:
    files = tuple(_file(folder, f"{slug}_{part}.csv", version) for part in ("a", "b")) if with_files else ()
    parts = [Distribution(f.name, "CSV", f.name, f"表{f.name}", f.bytes, f.sha256) for f in files]
    if not with_files:
        parts = [Distribution("案内", "PDF", f"https://www.city.meguro.tokyo.jp/{slug}.pdf", "案内（PDF）")]
    entry = CatalogEntry(
        name=f"131105_{slug}",
        title=f"試験{slug} 第{version}版（架空の例）",
        description="試験のためのデータセット（架空の例）。",
        department="情報政策推進部情報政策課",
        frequency="随時",
        license_id="CC-BY-4.0",
        keywords=("試験",),
        distributions=tuple(parts),
    )
    return PublishedDataset(slug, entry, files, 2, ("ID",), {file.name: 2 for file in files})


def _file(folder: Path, name: str, version: int) -> Upload:
    data = f"ID,名称\r\n1,{name}\r\n2,第{version}版\r\n".encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return Upload(name, path, sha256(data), len(data))


def publish_ten(workspace: Workspace, folder: Path, version: int = 1) -> Outcome:
    """Publish the ten."""
    portal = open_portal(workspace, "lab")
    plan = plan_releases(ten_releases(folder, version), portal, workspace)
    return publish(plan, portal, workspace, seen=plan.seen)[0]


def main(folder: str, url: str, organization: str) -> int:
    """Publish, saying when it starts."""
    workspace = workspace_for(Path(folder), url, organization, workers=2)
    print("start", flush=True)
    return publish_ten(workspace, Path(folder)).exit_code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
