"""Real CKANs whose tables, views and files are lost or replaced: found, brought back, saved and restored."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from ckan_labs import REASON, TOKEN, Lab, labs, table_workspace
from ckan_proxy import Traffic
from publish_ten import ten_releases

from meguro_opendata.files.whole import sha256
from meguro_opendata.portals import Upload, open_portal
from meguro_opendata.portals.backup import back_up, differences, open_backup, restore
from meguro_opendata.portals.ckan.portal import CkanPortal
from meguro_opendata.portals.contents import Attempt
from meguro_opendata.publication import DatasetPlan, Wishes, plan_releases, publish
from meguro_opendata.publication.looking import Look
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import Workspace

LABS = [pytest.param(lab, id=f"ckan{number}") for number, lab in enumerate(labs(), start=1)]
pytestmark = pytest.mark.ckan
CHEAP, DEEP, FILES = Look(), Look(deep=True), Look(deep=True, files=True)
SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "ID", "type": "string"},
        {"name": "名称", "type": "string", "description": "施設の名称"},
        {"name": "緯度", "type": "number"},
        {"name": "台数", "type": "integer"},
        {"name": "公開日", "type": "date"},
    ]
}
ROWS = ["001,第一集会所,35.12345678901234567890,1,2026-04-01", "002,,35.10,,", '003,"あ, い",,3,2026-05-05']


@dataclass(frozen=True)
class Store:
    """A workspace whose dataset ``set0`` also goes into the DataStore of a CKAN, behind a recording proxy."""

    lab: Lab
    workspace: Workspace
    portal: CkanPortal
    release: PublishedDataset
    traffic: Traffic
    folder: Path

    def plan(self, look: Look = CHEAP, wishes: Wishes | None = None) -> DatasetPlan:
        """The plan of the dataset."""
        return plan_releases([self.release], self.portal, self.workspace, wishes, look=look).changes[0]

    def publish(self, look: Look = CHEAP, wishes: Wishes | None = None) -> None:
        """Publish the dataset."""
        plan = plan_releases([self.release], self.portal, self.workspace, wishes, look=look)
        outcome, _ = publish(plan, self.portal, self.workspace, seen=plan.seen)
        assert outcome.exit_code == 0

    @property
    def resource(self) -> str:
        """The id of the file."""
        (shown,) = self.lab.datasets(self.portal.organization).values()
        identifier: str = shown["resources"][0]["id"]
        return identifier

    def rows(self) -> list[dict[str, Any]]:
        """What the DataStore has."""
        found = self.lab.call("datastore_search", resource_id=self.resource, sort="ID")
        return [{key: value for key, value in row.items() if key != "_id"} for row in found["records"]]

    def views(self) -> list[tuple[str, str]]:
        """The views of the file."""
        return sorted((v["view_type"], v["title"]) for v in self.lab.call("resource_view_list", id=self.resource))


@pytest.fixture(params=LABS or [pytest.param(None, marks=pytest.mark.skip(reason=REASON), id="ckan")])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """One published table on each CKAN."""
    lab: Lab = request.param
    monkeypatch.setenv(TOKEN, lab.token)
    with table_workspace(lab, tmp_path) as (workspace, traffic):
        portal = open_portal(workspace, "lab")
        assert isinstance(portal, CkanPortal)
        made = Store(lab, workspace, portal, table_release(tmp_path), traffic, tmp_path)
        made.publish()
        yield made


def table_release(folder: Path) -> PublishedDataset:
    """A table with long numbers, empty cells and a comma in a cell."""
    data = "".join(f"{line}\r\n" for line in ["ID,名称,緯度,台数,公開日", *ROWS]).encode()
    path = folder / "set0.csv"
    path.write_bytes(data)
    base = ten_releases(folder)[0]
    part = replace(base.entry.distributions[0], name=path.name, url=path.name, size=len(data), sha256=sha256(data))
    return replace(
        base,
        entry=replace(base.entry, distributions=(part,)),
        files=(Upload(path.name, path, sha256(data), len(data)),),
        rows=3,
        rows_of={path.name: 3},
        schemas={path.name: SCHEMA},
    )


def test_the_unchanged_run_stays_one_search(store: Store) -> None:
    """What the search tells is compared with what was noted, and nothing else is asked."""
    store.traffic.restart()
    assert store.plan().action == "unchanged"
    store.publish()
    assert store.traffic.actions == ["package_search"] * 2
    store.traffic.restart()
    assert store.plan(DEEP).action == "unchanged"
    assert store.traffic.actions == ["package_search", "resource_view_list", "datastore_search"]
    assert store.plan(FILES).action == "unchanged"


@pytest.mark.parametrize("wishes", [None, Wishes(overwrite=("set0",))])
def test_a_table_that_was_deleted_comes_back(store: Store, wishes: Wishes | None) -> None:
    """A table deleted through the API is seen in the one search; its rows are there again after a publication."""
    before = store.rows()
    store.lab.call("datastore_delete", resource_id=store.resource, force=True)
    assert store.plan(CHEAP, wishes).lost_tables == ("set0.csv",)
    store.publish(CHEAP, wishes)
    assert (store.rows(), store.plan(DEEP).action) == (before, "unchanged")


def test_a_table_with_other_rows_comes_back(store: Store) -> None:
    """Rows deleted behind the portal's back change nothing in the search; a deep look counts them."""
    before = store.rows()
    store.lab.call("datastore_delete", resource_id=store.resource, force=True, filters={"ID": "002"})
    assert [store.plan(look).action for look in (CHEAP, DEEP)] == ["unchanged", "update"]
    store.publish(DEEP)
    assert (store.rows(), store.plan(DEEP).action) == (before, "unchanged")


def test_a_table_with_another_value_comes_back(store: Store) -> None:
    """A cell that was edited in the DataStore is found where every row is read, however long its numbers are."""
    before, changed = store.rows(), [{"ID": "002", "名称": "別の名称"}]
    store.lab.call("datastore_upsert", resource_id=store.resource, force=True, method="upsert", records=changed)
    assert [store.plan(look).action for look in (CHEAP, DEEP, FILES)] == ["unchanged", "unchanged", "update"]
    store.publish(FILES)
    assert (store.rows(), store.plan(FILES).action) == (before, "unchanged")


def test_a_table_made_anew_without_its_key_is_replaced(store: Store) -> None:
    """A table of the same columns that somebody made without a key takes no upserts: it is made anew."""
    before, fields = store.rows(), store.lab.call("datastore_search", resource_id=store.resource, limit=0)["fields"][1:]
    store.lab.call("datastore_delete", resource_id=store.resource, force=True)
    store.lab.call("datastore_create", resource_id=store.resource, force=True, fields=fields)
    store.publish(DEEP)
    assert (store.rows(), store.plan(DEEP).action) == (before, "unchanged")


def test_a_flag_that_was_lost_is_set_again(store: Store) -> None:
    """A portal that forgot that it has the table gets it again, and then all is quiet."""
    store.lab.call("resource_patch", id=store.resource, datastore_active=False)
    assert store.plan().action == "update"
    store.publish()
    assert store.plan(DEEP).action == "unchanged"


def test_a_file_of_the_same_size_is_a_conflict(store: Store) -> None:
    """Somebody uploads another file of the same size: found by its date, read once, put back by --overwrite."""
    data = store.release.files[0].path.read_bytes()
    spoiled = data.replace(b"35.10", b"35.99")
    patch = {"id": store.resource, "upload": ("set0.csv", io.BytesIO(spoiled))}
    upload(store.lab, patch)
    change = store.plan()
    (conflict,) = change.conflicts
    assert (conflict.published, conflict.portal) == (sha256(data), sha256(spoiled))
    store.publish(CHEAP, Wishes(overwrite=("set0",)))
    assert [store.plan(look).action for look in (CHEAP, FILES)] == ["unchanged"] * 2
    upload(store.lab, {"id": store.resource, "upload": ("set0.csv", io.BytesIO(data))})
    store.traffic.restart()
    assert (store.plan().action, store.traffic.actions) == ("unchanged", ["package_search", "GET"])


def upload(lab: Lab, patch: dict[str, Any]) -> None:
    """Somebody uploads a file into a resource."""
    import ckanapi

    fields = {key: value for key, value in patch.items() if key != "upload"}
    with ckanapi.RemoteCKAN(lab.url, apikey=lab.token) as remote:
        remote.call_action("resource_patch", fields, files={"upload": patch["upload"]})


def add_views(store: Store) -> list[tuple[str, str]]:
    """Two views, one with settings of its own."""
    table = {"view_type": "datatables_view", "title": "表", "description": "一覧", "ellipsis_length": 50}
    store.lab.call("resource_view_create", resource_id=store.resource, **table)
    store.lab.call("resource_view_create", resource_id=store.resource, view_type="text_view", title="本文")
    return store.views()


def test_a_view_that_is_gone_comes_back(store: Store) -> None:
    """A deep publication notes the views; one that is then deleted is made again with its settings."""
    views = add_views(store)
    store.publish(DEEP)
    listed = store.lab.call("resource_view_list", id=store.resource)
    store.lab.call("resource_view_delete", id=listed[0]["id"])
    assert [lost.view.kind for lost in store.plan(DEEP).views] == [("datatables_view", "表")]
    store.publish(DEEP)
    assert (store.views(), store.plan(DEEP).action) == (views, "unchanged")
    assert 50 in [view.get("ellipsis_length") for view in store.lab.call("resource_view_list", id=store.resource)]


@pytest.mark.parametrize("emptied", ["dataset_purge", "package_delete"])
def test_tables_and_views_come_back_with_their_dataset(store: Store, emptied: str) -> None:
    """After restore every row is there to the last digit, with key, types and views, and a plan is silent."""
    views = add_views(store)
    rows = exact_rows(store)
    store.publish(DEEP)
    back_up(store.portal, store.folder / "backup")
    saved = open_backup(store.folder / "backup")
    assert differences(store.portal, saved) == []
    for package in store.lab.datasets(store.portal.organization).values():
        store.lab.call(emptied, id=package["id"])
    attempts: list[Attempt] = []
    assert restore(store.portal, saved, attempts.append) == [f"{store.portal.organization}-set0"]
    assert [(one.place.partition(".")[0], one.error) for one in attempts] == [
        ("tables", None),
        ("views", None),
        ("views", None),
    ]
    assert (store.views(), exact_rows(store)) == (views, rows)
    assert [store.plan(look).action for look in (CHEAP, DEEP, FILES)] == ["unchanged"] * 3
    left = {one.place.rpartition(".")[2] for one in differences(store.portal, saved)}
    assert left == (set() if emptied == "dataset_purge" else {"id"})
    store.lab.call(
        "datastore_upsert", resource_id=store.resource, force=True, method="upsert", records=[{"ID": "001", "台数": 9}]
    )
    assert [one.place for one in differences(store.portal, saved) if one.place.startswith("tables")] == [
        "tables.set0.csv"
    ]


def exact_rows(store: Store) -> str:
    """The rows as the database writes them."""
    asked = {"resource_id": store.resource, "sort": "ID", "fields": ["ID", "緯度"], "records_format": "csv"}
    text: str = store.lab.call("datastore_search", **asked)["records"]
    return text


def test_a_table_and_views_that_are_lost_alone_are_restored(store: Store) -> None:
    """A dataset that is there gets back what it lacks; a second restore does nothing."""
    views = add_views(store)
    rows = store.rows()
    back_up(store.portal, store.folder / "backup")
    saved = open_backup(store.folder / "backup")
    store.lab.call("datastore_delete", resource_id=store.resource, force=True)
    for view in store.lab.call("resource_view_list", id=store.resource):
        store.lab.call("resource_view_delete", id=view["id"])
    assert len(differences(store.portal, saved)) == 3
    attempts: list[Attempt] = []
    assert restore(store.portal, saved, attempts.append) == []
    assert (store.rows(), store.views(), differences(store.portal, saved)) == (rows, views, [])
    assert restore(store.portal, saved, attempts.append) == []
    assert len(attempts) == 3


def test_what_a_portal_refuses_is_named(store: Store) -> None:
    """A view of a type that the portal does not have is named with the portal's reason; all else comes back."""
    add_views(store)
    back_up(store.portal, store.folder / "backup")
    path = store.folder / "backup" / "backup.json"
    path.write_text(path.read_text(encoding="utf-8").replace("datatables_view", "no_such_view"), encoding="utf-8")
    saved = open_backup(store.folder / "backup")
    for view in store.lab.call("resource_view_list", id=store.resource):
        store.lab.call("resource_view_delete", id=view["id"])
    attempts: list[Attempt] = []
    restore(store.portal, saved, attempts.append)
    (refused,) = (one for one in attempts if one.error is not None)
    assert refused.place == "views.set0.csv.表 (no_such_view)"
    assert store.views() == [("text_view", "本文")]
    assert [one.place for one in differences(store.portal, saved)] == [refused.place]


def test_a_table_that_the_portal_has_lost_is_named_when_saving(store: Store) -> None:
    """The backup names a table that the portal says it has, and has not; an earlier backup knows no tables."""
    store.lab.call("datastore_delete", resource_id=store.resource, force=True)
    store.lab.call("resource_patch", id=store.resource, datastore_active=True)
    saved = back_up(store.portal, store.folder / "backup")
    assert saved.contents is not None
    assert saved.contents.lost == (f"{store.portal.organization}-set0/set0.csv",)
    path = store.folder / "backup" / "backup.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(
        json.dumps({key: told[key] for key in ("format", "organization", "groups", "files")}), encoding="utf-8"
    )
    earlier = open_backup(store.folder / "backup")
    assert (earlier.contents, differences(store.portal, earlier)) == (None, [])
