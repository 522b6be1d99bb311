"""Offices that publish to a folder portal with a fixed clock, and what they do; as a program, one that ends at a step.

python tests/support/offices.py FOLDER WORK STEP SIGNAL
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dying import dying

import meguro_opendata as mo
from meguro_opendata.catalog import CatalogEntry, Distribution
from meguro_opendata.files.whole import sha256
from meguro_opendata.portals import Portal, Upload, open_portal
from meguro_opendata.publication import Wishes, plan_releases, publish
from meguro_opendata.publication.recovery import recover, remaining
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import Workspace

__all__ = ["FIRST", "LAST_DAY", "Office", "Work", "copied", "everything", "one"]

FIRST = datetime(2026, 3, 30, 1, 0, tzinfo=UTC)
LAST_DAY = datetime(2026, 3, 31, 14, 59, 30, tzinfo=UTC)
KEPT_BACK = (".lock",)


@dataclass(frozen=True)
class Office:
    """A workspace in a folder of its own, with the releases that it publishes to a folder portal."""

    folder: Path

    @property
    def workspace(self) -> Workspace:
        """The workspace, opened anew as each run of the program does."""
        return mo.open_workspace(self.folder / "datasets")

    @property
    def portal(self) -> Portal:
        """Its folder portal."""
        return open_portal(self.workspace)

    def release(self, slug: str, version: int, *letters: str) -> PublishedDataset:
        """A release of some tables, which a version tells apart."""
        folder = self.folder / "built" / f"{slug}{version}"
        folder.mkdir(parents=True, exist_ok=True)
        files = tuple(_file(folder / f"131105_{slug}_{letter}.csv", version) for letter in letters)
        entry = CatalogEntry(
            name=f"131105_{slug}",
            title=f"{slug} 第{version}版",
            description="一覧",
            department="防災課",
            frequency="随時",
            license_id="CC-BY-4.0",
            keywords=("防災",),
            distributions=tuple(Distribution(f.name, "CSV", f.name, "表", f.bytes, f.sha256, 2) for f in files),
        )
        return PublishedDataset(slug, entry, files, 2, ("ID",), {file.name: 2 for file in files})

    def publish(self, now: datetime, releases: list[PublishedDataset], *remove: str) -> None:
        """Do what the command does: complete what was interrupted, plan the rest, publish it."""
        workspace, portal = self.workspace, self.portal
        past = recover(workspace, portal)
        wishes = remaining(Wishes(remove), past)
        plan = plan_releases(releases, portal, workspace, wishes)
        publish(plan, portal, workspace, now=now)

    def files(self) -> dict[str, bytes]:
        """Every file but locks and the releases that were built, by its path."""
        paths = [path for path in self.folder.rglob("*") if path.is_file() and not path.name.endswith(KEPT_BACK)]
        named = {str(path.relative_to(self.folder)): path for path in paths}
        return {name: path.read_bytes() for name, path in named.items() if not name.startswith("built/")}


def _file(path: Path, version: int) -> Upload:
    data = f"ID,名称\r\n1,{path.stem}\r\n2,第{version}版\r\n".encode()
    path.write_bytes(data)
    return Upload(path.name, path, sha256(data), len(data))


def everything(office: Office, now: datetime) -> None:
    """Publish a new dataset and a changed one, of which a file leaves, and take one away."""
    releases = [office.release("fresh", 1, "a", "b"), office.release("changed", 2, "a", "c")]
    office.publish(now, releases, "leaving", "changed/131105_changed_b.csv")


def one(office: Office, now: datetime) -> None:
    """Publish one new dataset of one file."""
    office.publish(now, [office.release("fresh", 1, "a")])


Work = Callable[[Office, datetime], None]


def copied(office: Office, name: str) -> Office:
    """The same office in another folder of the same depth."""
    target = office.folder.with_name(f"{office.folder.name}-{name}")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(office.folder, target)
    return Office(target)


def main(folder: str, work: str, step: str, name: str) -> None:
    """Do a work in a folder, and be ended by a signal at a step of it."""

    def end() -> None:
        os.kill(os.getpid(), signal.Signals[name])

    with dying(Path(folder), int(step), end):
        {"everything": everything, "one": one}[work](Office(Path(folder)), LAST_DAY)


if __name__ == "__main__":
    main(*sys.argv[1:])
