"""The comparison of a portal with the last publication: files, tables and views, and the parts left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from meguro_opendata.cli.texts.plan import plan_lines
from memory_portal import MemoryPortal

import meguro_opendata as mo
from meguro_opendata.catalog import CatalogEntry, Distribution
from meguro_opendata.errors import GuardError, MeguroOpendataError
from meguro_opendata.files.whole import sha256
from meguro_opendata.portals import FolderPortal, HeldTable, Upload, View
from meguro_opendata.portals.snapshot import SnapshotPortal, snapshot_text
from meguro_opendata.publication import DatasetPlan, Plan, Wishes, plan_releases, publish
from meguro_opendata.publication.looking import Look
from meguro_opendata.publication.status import status
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import PortalSettings, Workspace

NAME, FILE = "131105_stock", "131105_stock.csv"
SCHEMA: dict[str, Any] = {"fields": [{"name": "ID", "type": "integer"}, {"name": "名称", "type": "string"}]}
CHEAP, DEEP, FILES = Look(), Look(deep=True), Look(deep=True, files=True)
TABLE_VIEW = View({"view_type": "datatables_view", "title": "表", "description": ""})
TEXT_VIEW = View({"view_type": "text_view", "title": "本文", "description": ""})


@pytest.fixture
def workspace(workspace_dir: Path) -> Workspace:
    """The shipped workspace, opened."""
    return mo.open_workspace(workspace_dir)


@pytest.fixture
def portal(workspace: Workspace) -> MemoryPortal:
    """An empty portal with a DataStore."""
    opened = MemoryPortal(workspace.city)
    opened.datastore = frozenset({"stock"})
    return opened


@pytest.fixture
def release(tmp_path: Path) -> PublishedDataset:
    """A release of one table of two rows."""
    data = "ID,名称\r\n1,第一倉庫\r\n2,第二倉庫\r\n".encode()
    path = tmp_path / FILE
    path.write_bytes(data)
    file = Upload(FILE, path, sha256(data), len(data))
    entry = CatalogEntry(
        name=NAME,
        title="備蓄倉庫",
        description="一覧",
        department="防災課",
        frequency="随時",
        license_id="CC-BY-4.0",
        keywords=("防災",),
        distributions=(Distribution(FILE, "CSV", FILE, "備蓄倉庫（CSV）", len(data), file.sha256, 2),),
    )
    return PublishedDataset("stock", entry, (file,), 2, ("ID",), {FILE: 2}, schemas={FILE: SCHEMA})


Run = Callable[..., Plan]


@pytest.fixture
def run(release: PublishedDataset, portal: MemoryPortal, workspace: Workspace) -> Run:
    """Plan and publish that release; returns the plan."""

    def published(look: Look = CHEAP, wishes: Wishes | None = None) -> Plan:
        plan = plan_releases([release], portal, workspace, wishes, look=look)
        publish(plan, portal, workspace, seen=plan.seen)
        return plan

    return published


@pytest.fixture
def planned(release: PublishedDataset, portal: MemoryPortal, workspace: Workspace) -> Callable[..., DatasetPlan]:
    """The plan of that release."""

    def change(look: Look = CHEAP, wishes: Wishes | None = None) -> DatasetPlan:
        return plan_releases([release], portal, workspace, wishes, look=look).changes[0]

    return change


def part_of(portal: MemoryPortal) -> dict[str, Any]:
    """The file as the portal tells of it."""
    part: dict[str, Any] = portal.packages[NAME]["resources"][0]
    return part


def replace_file(portal: MemoryPortal, *, same_size: bool = True) -> None:
    """Somebody puts another file into the place of ours."""
    (key,) = portal.files
    held = portal.files[key]
    portal.files[key] = held.replace("第一".encode(), "第三".encode()) if same_size else held + b"3,x\r\n"
    part = part_of(portal)
    part |= {"size": len(portal.files[key]), "last_modified": "2026-05-05T05:05:05"}
    portal.packages[NAME]["metadata_modified"] += "+"


def test_the_cheap_run_asks_nothing_beyond_the_search(run: Run, portal: MemoryPortal) -> None:
    """Of an unchanged dataset one search is enough; it is said what it does not tell."""
    run()
    portal.reads, writes = 0, portal.writes
    plan = run()
    assert (plan.pending, portal.reads, portal.asked, portal.writes) == (False, 1, [], writes)
    assert plan.to_dict()["not_looked_at"] == ["table-contents", "views", "file-contents"]
    assert "確かめていないもの" in "\n".join(plan_lines(plan, "ja"))


@pytest.mark.parametrize(
    ("look", "asked", "left_out"),
    [
        (DEEP, ["views", "table"], ["table-values", "file-contents"]),
        (FILES, ["content", "views", "table", "rows"], []),
    ],
)
def test_a_deep_look_asks_for_each_file(
    look: Look, asked: list[str], left_out: list[str], run: Run, portal: MemoryPortal
) -> None:
    """Tables and views are asked for, with --files contents, too; where no views are noted that is said."""
    run()
    first = run(DEEP)
    assert first.not_looked_at == ("table-values", "lost-views", "file-contents")
    portal.asked.clear()
    plan = run(look)
    assert (plan.pending, portal.asked) == (False, [f"{kind} {FILE}" for kind in asked])
    assert plan.to_dict()["not_looked_at"] == left_out


def _dropped(portal: MemoryPortal) -> None:
    part_of(portal)["datastore_active"] = False
    portal.tables.clear()


def _dropped_in_the_database(portal: MemoryPortal) -> None:
    portal.tables.clear()


def _fewer_rows(portal: MemoryPortal) -> None:
    (key,) = portal.tables
    portal.tables[key] = replace(portal.tables[key], rows=1)


def _other_columns(portal: MemoryPortal) -> None:
    (key,) = portal.tables
    portal.tables[key] = HeldTable(2, (("ID", "text"), ("名称", "text")))


def _another_value(portal: MemoryPortal) -> None:
    (key,) = portal.rows
    portal.rows[key][0]["名称"] = "別の値"


@pytest.mark.parametrize(
    ("spoil", "look"),
    [
        (_dropped, CHEAP),
        (_dropped, DEEP),
        (_dropped_in_the_database, DEEP),
        (_fewer_rows, DEEP),
        (_other_columns, DEEP),
        (_another_value, FILES),
    ],
)
@pytest.mark.parametrize("wishes", [None, Wishes(overwrite=("stock",))])
def test_a_lost_table_is_loaded_again(
    spoil: Callable[[MemoryPortal], None],
    look: Look,
    wishes: Wishes | None,
    run: Run,
    planned: Callable[..., DatasetPlan],
    portal: MemoryPortal,
) -> None:
    """A table that is gone, or has other rows or columns, is planned as a load and is there afterwards."""
    run()
    spoil(portal)
    change = planned(look, wishes)
    assert (change.action, change.lost_tables, change.only_loads) == ("update", (FILE,), True)
    assert change.to_dict()["datastore"][0]["lost"] is True  # type: ignore[index, call-overload]
    run(look, wishes)
    assert (planned(DEEP).action, [table.rows for table in portal.tables.values()]) == ("unchanged", [2])


def test_a_file_of_the_same_size_is_seen_to_be_another(
    run: Run, planned: Callable[..., DatasetPlan], portal: MemoryPortal, workspace: Workspace, release: PublishedDataset
) -> None:
    """Its date moved, so it is read; the conflict tells both checksums, and --overwrite puts ours back."""
    run()
    replace_file(portal)
    change = planned()
    (conflict,) = change.conflicts
    found = sha256(next(iter(portal.files.values())))
    assert (change.action, conflict.published, conflict.portal) == ("conflict", release.files[0].sha256, found)
    with pytest.raises(GuardError):
        run()
    run(wishes=Wishes(overwrite=("stock",)))
    assert next(iter(portal.files.values())) == release.files[0].path.read_bytes()
    portal.asked.clear()
    assert (planned().action, portal.asked) == ("unchanged", [])


@pytest.mark.parametrize(
    "told", [{"last_modified": "2026-05-05T05:05:05"}, {"hash": "d41d8cd98f00b204e9800998ecf8427e"}]
)
def test_a_date_or_hash_that_moves_alone_is_no_conflict(
    told: dict[str, str], run: Run, portal: MemoryPortal, planned: Callable[..., DatasetPlan]
) -> None:
    """The portal's own jobs change both: the file is read, found to be ours, and once noted not read again."""
    run()
    part_of(portal).update(told)
    assert (planned().action, portal.asked) == ("unchanged", [f"content {FILE}"])
    run()
    portal.asked.clear()
    assert (planned().action, portal.asked) == ("unchanged", [])


def test_contents_are_compared_though_nothing_else_moved(
    run: Run, planned: Callable[..., DatasetPlan], portal: MemoryPortal
) -> None:
    """Bytes that were replaced on the server's disk are found by --deep --files, and only by it."""
    run()
    (key,) = portal.files
    portal.files[key] = portal.files[key][::-1]
    assert [planned(look).action for look in (CHEAP, DEEP, FILES)] == ["unchanged", "unchanged", "conflict"]


def test_a_wrong_size_is_no_conflict_if_the_content_is_ours(
    run: Run, planned: Callable[..., DatasetPlan], portal: MemoryPortal
) -> None:
    """CKAN 2.11 keeps whatever size it is given; the file itself decides where it is read."""
    run()
    part_of(portal)["size"] = 9999
    assert [planned(look).action for look in (CHEAP, FILES)] == ["conflict", "unchanged"]


def add_views(portal: MemoryPortal) -> str:
    """Two views of the file; returns its id."""
    identifier: str = part_of(portal)["id"]
    portal.views[identifier] = [TABLE_VIEW, TEXT_VIEW]
    return identifier


def test_a_lost_view_is_made_again(run: Run, planned: Callable[..., DatasetPlan], portal: MemoryPortal) -> None:
    """A view that a deep publication saw, and that is gone, comes back with its settings; then silence."""
    run()
    identifier = add_views(portal)
    assert run(DEEP).pending is False
    portal.views[identifier].remove(TABLE_VIEW)
    assert planned().action == "unchanged"
    plan = run(DEEP)
    assert plan.changes[0].to_dict()["views"] == [{"file": FILE, "type": "datatables_view", "title": "表"}]
    assert "「表」（datatables_view）" in "\n".join(plan_lines(plan, "ja"))
    assert sorted(view.kind for view in portal.views[identifier]) == [TABLE_VIEW.kind, TEXT_VIEW.kind]
    assert planned(DEEP).action == "unchanged"


def test_views_stay_noted_through_runs_that_do_not_look(
    run: Run, planned: Callable[..., DatasetPlan], portal: MemoryPortal, release: PublishedDataset, workspace: Workspace
) -> None:
    """A cheap publication, one that writes included, does not forget which views there were."""
    run()
    portal.views.clear()
    add_views(portal)
    run(DEEP)
    titled = replace(release, entry=replace(release.entry, title="新しい題名"))
    plan = plan_releases([titled], portal, workspace)
    publish(plan, portal, workspace, seen=plan.seen)
    portal.views.clear()
    (change,) = plan_releases([titled], portal, workspace, look=DEEP).changes
    assert [lost.view for lost in change.views] == [TABLE_VIEW, TEXT_VIEW]


def test_views_are_left_to_people_where_the_settings_say_so(
    run: Run, portal: MemoryPortal, workspace: Workspace, release: PublishedDataset
) -> None:
    """With remake_views = false a view that somebody deleted stays deleted, now and after the setting is gone."""
    run()
    identifier = add_views(portal)
    run(DEEP)
    portal.views[identifier].remove(TABLE_VIEW)
    kept = PortalSettings(kind="ckan", url="http://localhost", remake_views=False)
    left = replace(workspace, portals={**workspace.portals, portal.name: kept})
    plan = plan_releases([release], portal, left, look=DEEP)
    assert (plan.pending, plan.not_looked_at) == (False, ("table-values", "views", "file-contents"))
    publish(plan, portal, left, seen=plan.seen)
    assert not plan_releases([release], portal, workspace, look=DEEP).pending


def test_status_names_what_is_lost(
    run: Run, portal: MemoryPortal, workspace: Workspace, release: PublishedDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables and views that are gone are a difference of their own, each with a command that brings it back."""
    run()
    identifier = add_views(portal)
    run(DEEP)
    monkeypatch.setattr("meguro_opendata.publication.status.ready_releases", lambda *_: ([release], []))
    assert [drift.kind for drift in status(workspace, portal, look=DEEP).drifts] == []
    _dropped(portal)
    portal.views[identifier].clear()
    (cheap,), (deep,) = (status(workspace, portal, look=look).drifts for look in (CHEAP, DEEP))
    assert (cheap.kind, cheap.details) == ("lost", (f"{FILE} (DataStore)",))
    assert (deep.kind, deep.details) == ("lost", (f"{FILE} (DataStore)", f"{FILE} (表)", f"{FILE} (本文)"))
    assert (cheap.command.endswith("--portal memory"), deep.command.endswith("--deep")) == (True, True)


@pytest.mark.parametrize("killed", ["before the portal", "after the portal"])
@pytest.mark.parametrize("renewed", [False, True])
def test_a_killed_publication_leaves_no_outdated_note(
    killed: str,
    renewed: bool,
    run: Run,
    planned: Callable[..., DatasetPlan],
    portal: MemoryPortal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Killed between the portal and the note, the next run finds its own file, not somebody else's."""
    run()
    if renewed:
        replace_file(portal)
    else:
        portal.packages[NAME]["title"] = "別"
    done = portal.put

    def put(*arguments: Any) -> Any:
        if killed == "after the portal":
            done(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(portal, "put", put)
    with pytest.raises(KeyboardInterrupt):
        run(wishes=Wishes(overwrite=("stock",)))
    monkeypatch.setattr(portal, "put", done)
    if killed == "before the portal":
        run(wishes=Wishes(overwrite=("stock",)))
    run()
    assert planned(FILES).action == "unchanged"


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.sampled_from(["", "[", "[]", "null", '{"a": 1}', "\ud800", '{"id-1-131105_stock.csv": {"views": 3}}'])
    | st.recursive(
        st.none() | st.text(max_size=2), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    ).map(json.dumps)
)
def test_a_note_that_cannot_be_read_is_made_again(
    text: str, run: Run, planned: Callable[..., DatasetPlan], portal: MemoryPortal, workspace: Workspace
) -> None:
    """Whatever the file holds, a plan is made, and the next publication notes anew."""
    if NAME not in portal.packages:
        run()
    path = workspace.releases / ".history" / "stock" / "memory.seen.json"
    whole = path.read_bytes()
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert planned(DEEP).action == "unchanged"
    run(DEEP)
    assert json.loads(path.read_bytes()).keys() == json.loads(whole).keys()


def test_a_folder_is_read_whole(workspace: Workspace, tmp_path: Path, release: PublishedDataset) -> None:
    """Of a portal that only this program writes to nothing is left out, and nothing is noted."""
    folder = FolderPortal("public", tmp_path / "portal", workspace.city)
    plan = plan_releases([release], folder, workspace)
    publish(plan, folder, workspace, seen=plan.seen)
    assert plan.to_dict()["not_looked_at"] == []
    assert not list((workspace.releases / ".history").rglob("*.seen.json"))


def test_a_saved_state_cannot_be_looked_at_deeply(
    run: Run, portal: MemoryPortal, workspace: Workspace, release: PublishedDataset, tmp_path: Path
) -> None:
    """It has no tables and views: --deep is refused; a file whose date moved is a conflict, as it cannot be read."""
    run()
    path = tmp_path / "state.json"
    path.write_text(snapshot_text(portal), encoding="utf-8")
    saved = SnapshotPortal(portal, path)
    same = [plan_releases([release], one, workspace).digest for one in (saved, portal)]
    assert same[0] == same[1]
    with pytest.raises(MeguroOpendataError) as error:
        plan_releases([release], saved, workspace, look=DEEP)
    assert error.value.code == "snapshot-not-deep"
    replace_file(portal)
    path.write_text(snapshot_text(portal), encoding="utf-8")
    assert plan_releases([release], SnapshotPortal(portal, path), workspace).changes[0].action == "conflict"


def test_files_alone_are_refused() -> None:
    """--files goes with --deep."""
    with pytest.raises(MeguroOpendataError) as error:
        Look(files=True)
    assert error.value.code == "files-without-deep"
