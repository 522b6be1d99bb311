"""The journal of a publication: its JSON, what stays in it after a part is done, and which portal reads it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planned_datasets import dataset_plan, resource_plan, small_workspace

from meguro_opendata.catalog import CatalogEntry, Package
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger import PUBLISH, Event, Place, pending_path
from meguro_opendata.portals.marks import DATASET, RELEASE
from meguro_opendata.publication import DatasetPlan
from meguro_opendata.publication.history import History, KeptRelease
from meguro_opendata.publication.journal import Journal, Record, RecordedFile, Started, record_of, with_ids
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import PortalSettings, Workspace

TEXT = st.text(max_size=6)
MAYBE = st.none() | TEXT
NOW = datetime(2026, 3, 31, 23, 0, tzinfo=UTC)


def event(dataset: str = "aed", resource: str = "a.csv", **more: Any) -> Event:
    """Return the publication of a file."""
    known: dict[str, Any] = {"standard": None, "department": "防災課", "rows": 1, "sha256": "0" * 64}
    return Event(PUBLISH, "2026-04-01T08:00:00+09:00", "ward", dataset, resource, **{**known, **more})


def record(dataset: str = "aed", action: str = "update", **more: Any) -> Record:
    """Return the record of a dataset."""
    known: dict[str, Any] = {
        "name": f"131105_{dataset}",
        "id": "1",
        "modified": "2026",
        "marks": ("d", "r"),
        "private": False,
        "files": (("a.csv", "0" * 64),),
        "resources": (RecordedFile("a.csv", "10", "0" * 64, "update", ours=True),),
        "fields": {"title": "AED"},
        "events": (event(dataset),),
        "release": None,
        "noted": 0,
        "time": "2026-04-01T08:00:00+09:00",
        "rows": 1,
    }
    return Record(**{"dataset": dataset, "action": action, **known, **more})


def started(*records: Record, **more: Any) -> Started:
    """Return a publication of some datasets."""
    known: dict[str, Any] = {"plan": "hash", "moment": NOW, "place": Place(0, ""), "wishes": {"remove": []}}
    return Started(**{"portal": "ward", "records": records, **known, **more})


RECORDS = st.builds(
    Record,
    dataset=TEXT,
    name=TEXT,
    action=st.sampled_from(["create", "update", "remove", "unchanged"]),
    id=MAYBE,
    modified=MAYBE,
    marks=st.tuples(MAYBE, MAYBE),
    private=st.booleans(),
    files=st.lists(st.tuples(TEXT, MAYBE), max_size=2).map(tuple),
    resources=st.lists(st.builds(RecordedFile, TEXT, MAYBE, MAYBE, TEXT, st.booleans()), max_size=2).map(tuple),
    fields=st.dictionaries(TEXT, TEXT, max_size=2),
    events=st.lists(st.builds(event, TEXT, TEXT), max_size=2).map(tuple),
    release=st.none() | st.builds(KeptRelease, TEXT, TEXT, TEXT),
    noted=st.integers(0, 9),
    time=TEXT,
    rows=st.integers(0, 9),
)


@given(st.lists(RECORDS, max_size=2), st.lists(TEXT, max_size=2), st.datetimes(timezones=st.just(UTC)))
def test_the_journal_is_read_as_it_was_written(records: list[Record], done: list[str], moment: datetime) -> None:
    """Through JSON and back nothing of a publication is lost, to the microsecond."""
    written = started(*records, done=tuple(done), fulfilled=tuple(done), moment=moment)
    assert Started.of(json.loads(json.dumps(written.to_dict()))) == written


def file(name: str, action: str = "unchanged", checksum: str | None = None) -> RecordedFile:
    """Return one resource of a record."""
    return RecordedFile(name, None, checksum, action, ours=True)


@pytest.mark.parametrize(
    ("files", "uploads", "gone"),
    [
        ((), False, ()),
        ((file("a", "update", "0"),), True, ()),
        ((file("a", "create", "0"),), True, ()),
        ((file("a", "update"),), False, ()),
        ((file("a", "unchanged", "0"), file("b", "orphaned", "0")), False, ()),
        ((file("a", "remove", "0"), file("b", "remove")), False, ("a", "b")),
    ],
)
def test_a_record_knows_its_uploads_and_removals(
    files: tuple[RecordedFile, ...], uploads: bool, gone: tuple[str, ...]
) -> None:
    """A link has no checksum and is no upload."""
    made = record(resources=files)
    assert (made.uploads, made.gone) == (uploads, gone)


def test_what_is_done_leaves_the_publication() -> None:
    """Only datasets of the portal count as done; a removal is fulfilled by slug, by name and by file."""
    aed, bus, car = record("aed", "remove"), record("bus", "unchanged"), record("car")
    wishes = ["aed", "131105_aed", "aed/a.csv", "car"]
    before = started(aed, bus, car, wishes={"remove": wishes}, done=("dam",), fulfilled=("dam",))
    after = before.after([aed, bus])
    assert (after.records, after.done) == ((car,), ("dam", "aed"))
    assert after.fulfilled == ("dam", "aed", "131105_aed", "aed/a.csv")
    assert after.asked == before.asked == {*wishes, "dam"}


def test_a_record_that_writes_only_the_ledger_leaves_the_publication_in_any_case() -> None:
    """The next run finds that need anew."""
    assert started(record("bus", "unchanged")).after([]).records == ()


def test_entries_get_the_ids_that_the_portal_gave() -> None:
    """A new file has its id only after the write; a removed file keeps it, and without an answer nothing changes."""
    files = (RecordedFile("a.csv", None, "0", "create", True), RecordedFile("b.csv", "20", "0", "remove", True))
    made = started(record(resources=files, events=(event(), event(resource="b.csv"), event(resource=""))))
    held = Package.from_ckan({"name": "x", "resources": [{"name": "a.csv", "id": "30"}]})
    ids = [[one.resource_id for one in with_ids(made, {"aed": h}).records[0].events] for h in (held, None)]
    assert ids == [["30", "20", ""], ["", "20", ""]]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace whose portal `ward` was called `old` before, beside another portal."""
    ckan = {"kind": "ckan", "url": "http://localhost"}
    portals = {"ward": PortalSettings(**ckan, formerly=("old",)), "tokyo": PortalSettings(**ckan)}
    return small_workspace(tmp_path / "w", portals=portals)


def test_each_portal_has_its_own_publication(workspace: Workspace) -> None:
    """One replaces an earlier one of the same portal, under its former name as well, and none of another."""
    journal = Journal(workspace)
    assert (journal.read(), journal.of("ward")) == ((), None)
    journal.begin(started(record("aed"), portal="old"))
    journal.begin(started(record("bus"), portal="tokyo"))
    assert journal.of("ward") == started(record("aed"))
    journal.begin(started(record("car")))
    assert [one.portal for one in journal.read()] == ["tokyo", "ward"]
    assert journal.of("ward") == started(record("car"))
    assert journal.of("tokyo") == started(record("bus"), portal="tokyo")


@pytest.mark.parametrize(
    ("missing", "refused", "left"),
    [([], [], None), (["aed"], [], ["aed"]), (["aed"], ["aed"], None), (["aed", "bus"], ["aed"], ["bus"])],
)
def test_what_the_portal_possibly_lacks_stays_in_the_journal(
    missing: list[str], refused: list[str], left: list[str] | None, workspace: Workspace
) -> None:
    """A refused dataset certainly did not arrive, so the next run has no question to ask."""
    journal, made = Journal(workspace), started(record("aed"), record("bus"))
    journal.begin(made)
    journal.end(made, missing, refused)
    found = journal.of("ward")
    assert (found and [one.dataset for one in found.records]) == left
    assert pending_path(workspace.ledger).exists() is (left is not None)


@pytest.mark.parametrize("key", ["plan", "moment", "ledger", "datasets", "wishes", "done"])
def test_a_journal_without_one_of_its_parts_is_damaged(key: str, workspace: Workspace) -> None:
    """It names the file, and nothing is published."""
    Journal(workspace).begin(started(record()))
    path = pending_path(workspace.ledger)
    path.write_text(path.read_text("utf-8").replace(f'"{key}":', f'"{key}_":'), "utf-8")
    with pytest.raises(MeguroOpendataError) as refused:
        Journal(workspace).of("ward")
    assert refused.value.code == "pending-damaged"


def release(tmp_path: Path) -> PublishedDataset:
    """Return a release without files."""
    return PublishedDataset("aed", CatalogEntry("131105_aed", "AED", "", "防災課", "", "CC-BY-4.0"), (), 3, (), {})


@pytest.mark.parametrize(
    ("change", "action"),
    [
        ({"action": "unchanged"}, None),
        ({"action": "update"}, "update"),
        ({"action": "create"}, "create"),
        ({"action": "remove"}, "remove"),
        ({"action": "update", "only_loads": True}, None),
        ({"action": "conflict"}, None),
    ],
)
def test_a_change_has_a_record_if_the_dataset_is_written(
    change: dict[str, Any], action: str | None, workspace: Workspace
) -> None:
    """To load a table again is no publication; an entry that the ledger lacks makes a record of any change."""
    history, planned = History(workspace), dataset_plan(**change)
    made = record_of(planned, (), history, "ward", "now")
    assert (made and made.action) == action
    entered = record_of(planned, (event(),), history, "ward", "now")
    assert entered is not None
    assert entered.action == (action or "unchanged")


def test_a_record_has_all_that_a_recovery_needs(workspace: Workspace, tmp_path: Path) -> None:
    """The state that the portal will have, and what the history keeps."""
    package = Package.from_ckan(
        {
            "name": "131105_aed",
            "private": True,
            "extras": [{"key": DATASET, "value": "d"}, {"key": RELEASE, "value": "r"}],
            "resources": [{"name": "a.csv", "hash": "0"}, {"name": "案内", "hash": ""}],
        }
    )
    before = Package.from_ckan({"name": "131105_aed", "id": "1", "metadata_modified": "2026"})
    part = resource_plan("a.csv", "update", sha256="0", id="10")
    change: DatasetPlan = dataset_plan(
        action="update", package=package, before=before, resources=(part,), rows=3, published={"title": "AED"}
    )
    made = record_of(replace(change, release=release(tmp_path)), (event(),), History(workspace), "ward", "now")
    assert made == record(
        private=True,
        files=(("a.csv", "0"), ("案内", None)),
        resources=(RecordedFile("a.csv", "10", "0", "update", ours=True),),
        release=KeptRelease.of(release(tmp_path)),
        time="now",
        rows=3,
    )


def test_an_unchanged_dataset_is_recorded_if_only_the_history_lacks_it(workspace: Workspace, tmp_path: Path) -> None:
    """Another computer published it, or the history was lost."""
    change = dataset_plan(release=release(tmp_path))
    made = record_of(change, (), History(workspace), "ward", "now")
    assert made is not None
    assert (made.action, made.release, made.noted) == ("unchanged", KeptRelease.of(release(tmp_path)), 0)
