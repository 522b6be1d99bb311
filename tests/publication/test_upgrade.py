"""A portal and a ledger that version 0.1 wrote, kept as data: nothing is to be done, and nothing is lost later.

``tests/data/version01`` was written by 0.1.0: a workspace with its ledger and release, the folder portal, and what a
CKAN 2.12.0 then answered to ``package_search`` (``ward.json``).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from locations import DATA
from memory_portal import MemoryPortal

import meguro_opendata as mo
from meguro_opendata.catalog import Package
from meguro_opendata.errors import GuardError
from meguro_opendata.files.whole import sha256
from meguro_opendata.ledger import read_ledger
from meguro_opendata.portals import FolderPortal, Portal, Upload
from meguro_opendata.portals.marks import DATASET, RELEASE
from meguro_opendata.publication import Plan, Wishes, plan_releases, publish
from meguro_opendata.release.dataset import PublishedDataset, load_releases
from meguro_opendata.workspace.city import Workspace

SLUG = "stockpile_warehouse"
NAME = f"131105_{SLUG}"
EARLIER = {DATASET: "mo_dataset", RELEASE: "mo_release"}
Raw = dict[str, Any]


class Home:
    """A copy of what version 0.1 wrote, with one of its portals."""

    def __init__(self, folder: Path, kind: str) -> None:
        """Copy it into a folder."""
        shutil.copytree(DATA / "version01", folder)
        self.folder = folder
        self.workspace: Workspace = mo.open_workspace(folder / "datasets")
        self.portal: Portal = FolderPortal("folder", folder / "folder", self.workspace.city)
        if kind == "ward":
            self.portal = MemoryPortal(self.workspace.city, self.workspace.portals["ward"], name="ward")
            held = json.loads((folder / "ward.json").read_text(encoding="utf-8"))
            self.portal.packages = {package["name"]: package for package in held}

    def change(self, edit: Callable[[Raw], None]) -> None:
        """Change the dataset on the portal behind the program's back."""
        if isinstance(self.portal, MemoryPortal):
            edit(self.portal.packages[NAME])
            return
        path = self.folder / "folder" / "api" / "3" / "action" / "package_show" / f"{NAME}.json"
        answer = json.loads(path.read_text(encoding="utf-8"))
        edit(answer["result"])
        path.write_text(json.dumps(answer), encoding="utf-8")

    def held(self) -> Package:
        """The dataset as the portal has it."""
        return self.portal.state().packages[NAME]

    def raw_keys(self) -> set[str]:
        """The keys of the additional fields, as they are on the portal."""
        found: set[str] = set()
        self.change(lambda package: found.update(extra["key"] for extra in package["extras"]))
        return found

    def release(self, *, changed: bool = False) -> PublishedDataset:
        """The release that 0.1 published, or one with another table."""
        (release,) = load_releases(self.workspace, [SLUG])
        if not changed:
            return release
        path = self.folder / "new" / f"{NAME}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(release.files[0].path.read_bytes().replace(b"22.14", b"22.15"))
        file = Upload(path.name, path, sha256(path.read_bytes()), path.stat().st_size)
        parts = tuple(replace(part, sha256=file.sha256, size=file.bytes) for part in release.entry.distributions)
        return replace(release, files=(file,), entry=replace(release.entry, distributions=parts))

    def publish(self, *, changed: bool = False, allow: tuple[str, ...] = (), **wishes: tuple[str, ...]) -> Plan:
        """Plan and publish."""
        plan = plan_releases([self.release(changed=changed)], self.portal, self.workspace, Wishes(**wishes))
        publish(plan, self.portal, self.workspace, allow=allow)
        return plan


@pytest.fixture(params=["folder", "ward"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """What 0.1 wrote, with each kind of portal."""
    return Home(tmp_path / "home", request.param)


def earlier_marks(package: Raw) -> None:
    """Give a dataset the marks that versions before 0.1.0 wrote."""
    for extra in package["extras"]:
        extra["key"] = EARLIER.get(extra["key"], extra["key"])


@pytest.mark.parametrize("earlier", [False, True])
def test_nothing_is_to_be_done(earlier: bool, home: Home) -> None:
    """The plan is unchanged; publishing writes neither to the portal nor to the ledger; older marks stay till then."""
    if earlier:
        home.change(earlier_marks)
    ledger, before = home.workspace.ledger.read_bytes(), home.held()
    plan = home.publish()
    assert [(change.action, change.guards, change.conflicts) for change in plan.changes] == [("unchanged", (), ())]
    assert (home.workspace.ledger.read_bytes(), home.held()) == (ledger, before)
    assert home.raw_keys() >= set(EARLIER.values() if earlier else EARLIER)


def test_the_next_real_write_replaces_old_marks_and_notes_the_id(home: Home) -> None:
    """An update keeps id and link, writes the present marks, and is the first line of the ledger with an id."""
    home.change(earlier_marks)
    (before,) = home.held().resources
    home.publish(changed=True)
    (after,) = home.held().resources
    assert (after.id, after.url) == (before.id, before.url)
    assert (home.raw_keys() >= set(EARLIER), home.raw_keys() & set(EARLIER.values())) == (True, set())
    events = [event for event in read_ledger(home.workspace.ledger) if event.portal == home.portal.name]
    assert [(event.event, event.resource_id) for event in events] == [("publish", ""), ("update", before.id)]
    assert home.publish(changed=True).pending is False


def test_what_others_added_before_the_upgrade_stays(home: Home) -> None:
    """A colleague's resource of our file's name survives the first update, whatever its place."""
    link = {"id": "colleague", "name": f"{NAME}.csv", "url": "https://example.org/a.csv", "url_type": None}
    home.change(lambda package: package["resources"].insert(0, {**link, "hash": "", "created": "2026-01-01"}))
    home.publish(changed=True)
    assert {part.id for part in home.held().resources} > {"colleague"}
    assert home.publish(changed=True).pending is False


def test_an_ambiguous_match_is_a_conflict(tmp_path: Path) -> None:
    """Two resources with our mark, name and checksum: nothing is written, nothing is deleted."""
    home = Home(tmp_path / "home", "ward")
    home.change(lambda package: package["resources"].append({**package["resources"][0], "id": "copy"}))
    with pytest.raises(GuardError) as error:
        home.publish(changed=True)
    assert (error.value.code, len(home.held().resources)) == ("plan-identity", 2)
    home.publish(changed=True, remove=(f"{SLUG}/copy",))
    assert len(home.held().resources) == 1
