"""Real CKANs saved and brought back, told apart from the workspace, and planned against without a network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from ckan_labs import REASON, TOKEN, Lab, clean_up, labs
from publish_ten import publish_ten, ten_releases, workspace_for

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.portals import open_portal
from meguro_opendata.portals.backup import back_up, differences, open_backup, restore
from meguro_opendata.portals.ckan.portal import CkanPortal
from meguro_opendata.portals.snapshot import SnapshotPortal, snapshot_text
from meguro_opendata.publication import Wishes, plan_releases, publish
from meguro_opendata.publication.status import status
from meguro_opendata.workspace.city import Workspace

LABS = [pytest.param(lab, id=f"ckan{number}") for number, lab in enumerate(labs(), start=1)]
pytestmark = pytest.mark.ckan
Published = tuple[Lab, CkanPortal, Workspace, Path]


@pytest.fixture(params=LABS or [pytest.param(None, marks=pytest.mark.skip(reason=REASON), id="ckan")])
def published(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Published]:
    """Ten datasets in an organisation of their own on each CKAN."""
    lab: Lab = request.param
    monkeypatch.setenv(TOKEN, lab.token)
    organization = lab.organization()
    workspace = workspace_for(tmp_path, lab.url, organization, workers=2)
    assert publish_ten(workspace, tmp_path).exit_code == 0
    portal = open_portal(workspace, "lab")
    assert isinstance(portal, CkanPortal)
    yield lab, portal, workspace, tmp_path
    clean_up(lab, organization)


def test_an_emptied_portal_is_rebuilt_from_its_backup(published: Published) -> None:
    """Every field and every file comes back, ids and links too; a difference that is made by hand is found."""
    lab, portal, workspace, folder = published
    hand_made = {
        "title": "手で作った（架空の例）",
        "notes": "説明",
        "url": "https://example.org/a.pdf",
        "name": "案内.pdf",
    }
    name = f"{portal.organization}-by-hand"
    lab.call(
        "package_create",
        name=name,
        title=hand_made["title"],
        owner_org=portal.organization,
        extras=[{"key": "係", "value": "防災係"}],
        resources=[{"name": hand_made["name"], "url": hand_made["url"]}],
    )
    back_up(portal, folder / "backup")
    saved = open_backup(folder / "backup")
    assert (len(saved.packages), len(saved.files)) == (11, 10)
    before = lab.datasets(portal.organization)
    for package in before.values():
        lab.call("dataset_purge", id=package["id"])
    assert len(differences(portal, saved)) == 11
    assert sorted(restore(portal, saved)) == sorted(before)
    assert differences(portal, saved) == []
    after = lab.datasets(portal.organization)
    for package in before.values():
        then, now = ([part["id"] for part in held["resources"]] for held in (package, after[package["name"]]))
        assert then == now
    assert not plan_releases(ten_releases(folder), portal, workspace).pending
    lab.call("package_patch", id=name, title="変えた題名")
    assert [(found.dataset, found.place) for found in differences(portal, saved)] == [(name, "title")]
    assert restore(portal, saved) == []


@pytest.mark.parametrize("purged", [True, False])
def test_files_of_one_name_come_back_each_with_its_own_bytes(published: Published, purged: bool) -> None:
    """Doubled names are ordinary: every file is restored to its own resource, under old ids or new ones."""
    lab, portal, _, folder = published
    name = f"{portal.organization}-doubled"
    made = lab.call("package_create", name=name, title="同じ名前（架空の例）", owner_org=portal.organization)
    texts = ["1つ目", "2つ目", "3つ目"]
    for number, text in enumerate(texts):
        path = folder / f"{number}.csv"
        path.write_text(text, encoding="utf-8")
        lab.upload(made["id"], "一覧", path)
    back_up(portal, folder / "backup")
    saved = open_backup(folder / "backup")
    lab.call("dataset_purge" if purged else "package_delete", id=made["id"])
    assert restore(portal, saved) == [name]
    (held,) = [package for package in portal.raw_packages() if package.name == name]
    assert [portal.read_part(held, part).decode() for part in held.resources] == texts
    assert {found.place.rpartition(".")[2] for found in differences(portal, saved)} == (set() if purged else {"id"})


def test_a_portal_that_was_not_purged_is_rebuilt_under_new_ids(published: Published) -> None:
    """Where deleted datasets still hold their ids, the datasets come back under new ones, and the diff says so."""
    lab, portal, workspace, folder = published
    back_up(portal, folder / "backup")
    saved = open_backup(folder / "backup")
    victim = f"{portal.organization}-set0"
    lab.call("package_delete", id=victim)
    assert restore(portal, saved) == [victim]
    assert {found.place.rpartition(".")[2] for found in differences(portal, saved)} == {"id"}
    assert not plan_releases(ten_releases(folder), portal, workspace).pending


def test_a_plan_without_a_network_is_the_plan_with_it(published: Published) -> None:
    """Against a saved state the same is planned, with the same hash; nothing can be written through it."""
    _, portal, workspace, folder = published
    releases = ten_releases(folder, version=2)
    path = folder / "state.json"
    path.write_text(snapshot_text(portal), encoding="utf-8")
    saved = SnapshotPortal(portal, path)
    plan = plan_releases(releases, saved, workspace)
    assert plan.digest == plan_releases(releases, portal, workspace).digest
    outcome, events = publish(plan, saved, workspace)
    assert ({result.error.code for result in outcome.failed if result.error}, events) == ({"snapshot-read-only"}, 0)


def test_earlier_releases_come_back_on_the_portal(published: Published) -> None:
    """After a second version the first one is published again from what is kept, to the byte."""
    from meguro_opendata.publication.history import History

    _, portal, workspace, folder = published
    first = ten_releases(folder)[0]
    then = {file.name: file.path.read_bytes() for file in first.files}
    publish_ten(workspace, folder, version=2)
    history = History(workspace)
    kept = history.load("set0", history.releases("set0")[0].release)
    wishes = Wishes(releases=(("set0", history.releases("set0")[0].release),))
    publish(plan_releases([kept], portal, workspace, wishes), portal, workspace)
    package = portal.state().packages[f"{portal.organization}-set0"]
    assert {name: portal.read_file(package, name) for name in then} == then
    assert package.title == first.entry.title


def test_a_removed_dataset_is_deleted_not_purged(published: Published) -> None:
    """Taking a dataset off the portal is CKAN's delete: an administrator can still see it."""
    lab, portal, workspace, _ = published
    name = f"{portal.organization}-set1"
    identifier = lab.datasets(portal.organization)[name]["id"]
    publish(plan_releases([], portal, workspace, Wishes(remove=("set1",))), portal, workspace)
    assert name not in lab.datasets(portal.organization)
    assert lab.call("package_show", id=identifier)["state"] == "deleted"


def test_withdrawn_from_a_real_ckan_stays_withdrawn(published: Published) -> None:
    """A routine run leaves it deleted; an undeleted one is reported and left alone; by name it is published anew."""
    lab, portal, workspace, folder = published
    name, releases = f"{portal.organization}-set1", ten_releases(folder)
    identifier = lab.datasets(portal.organization)[name]["id"]
    down = Wishes(remove=("set1",))
    outcome, events = publish(plan_releases([], portal, workspace, down), portal, workspace)
    assert (outcome.withdrawn, events) == (("set1",), 1)
    plan = plan_releases(releases, portal, workspace)
    publish(plan, portal, workspace)
    assert (plan.pending, [change.dataset for change in plan.kept_withdrawn]) == (False, ["set1"])
    assert name not in lab.datasets(portal.organization)
    lab.call("package_patch", id=identifier, state="active")
    plan = plan_releases(releases, portal, workspace)
    outcome, events = publish(plan, portal, workspace)
    assert (outcome.results, events) == ((), 0)
    assert [change.withdrawn.found for change in plan.kept_withdrawn if change.withdrawn] == [("案内",)]
    assert ("returned", "set1") in {(drift.kind, drift.dataset) for drift in status(workspace, portal).drifts}
    publish(plan_releases([], portal, workspace, down), portal, workspace)
    assert name not in lab.datasets(portal.organization)
    again = plan_releases(releases, portal, workspace, Wishes(again=("set1",)))
    assert [change.action for change in again.changes if change.dataset == "set1"] == ["create"]
    publish(again, portal, workspace)
    assert lab.datasets(portal.organization)[name]["id"] != identifier
    after = plan_releases(releases, portal, workspace)
    assert (after.pending, after.kept_withdrawn) == (False, ())


@pytest.mark.parametrize("spoil", ["file", "list", "missing", "format"])
def test_a_damaged_backup_brings_nothing_back(spoil: str, tmp_path: Path) -> None:
    """A file with other bytes, a list that is none, a folder without a backup: refused as a whole."""
    checksum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    told = {"format": "meguro-opendata-backup@1", "organization": {"name": "x"}, "groups": [], "files": {"r": checksum}}
    package = {"name": "a", "resources": [{"id": "r", "name": "a.csv", "url_type": "upload"}]}
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / checksum).write_bytes(b"")
    (tmp_path / "packages.jsonl").write_text(json.dumps(package), encoding="utf-8")
    (tmp_path / "backup.json").write_text(json.dumps(told), encoding="utf-8")
    assert len(open_backup(tmp_path).packages) == 1
    spoiled = {"file": f"files/{checksum}", "list": "packages.jsonl", "missing": "backup.json", "format": "backup.json"}
    path = tmp_path / spoiled[spoil]
    if spoil == "missing":
        path.unlink()
    else:
        path.write_text(json.dumps({**told, "format": "x"}) if spoil == "format" else "[", encoding="utf-8")
    with pytest.raises(MeguroOpendataError) as error:
        open_backup(tmp_path)
    assert error.value.code == "backup-damaged"
