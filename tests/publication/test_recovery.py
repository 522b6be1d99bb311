"""Recovery: when a dataset counts as arrived, in which order entries are made, and what is left of a command."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from memory_portal import MemoryPortal
from planned_datasets import dataset_plan, plan_of, resource_plan, small_workspace

from meguro_opendata.catalog import Package
from meguro_opendata.errors import GuardError
from meguro_opendata.files.whole import sha256
from meguro_opendata.portals import PortalState, TableLoad
from meguro_opendata.portals.marks import DATASET, RELEASE
from meguro_opendata.publication import Wishes, recovery
from meguro_opendata.publication.fields import mark_text
from meguro_opendata.publication.history import History, KeptRelease
from meguro_opendata.publication.journal import Record, RecordedFile, record_of
from meguro_opendata.publication.recovery import Recovery, refuse_undone, remaining, without_arrived

FIELDS = {"title": "AED"}
SUM = "0" * 64


def file(action: str = "update", name: str = "a.csv", checksum: str | None = SUM) -> RecordedFile:
    """Return one resource of a record."""
    return RecordedFile(name, "10", checksum, action, ours=True)


def record(dataset: str = "aed", action: str = "update", **more: Any) -> Record:
    """Return the record of a dataset with one file."""
    known: dict[str, Any] = {
        "name": f"131105_{dataset}",
        "id": "1",
        "modified": "t0",
        "marks": (f"131105/{dataset}", mark_text(FIELDS)),
        "private": False,
        "files": (("a.csv", SUM),),
        "resources": (file(),),
        "fields": FIELDS,
        "events": (),
        "release": None,
        "noted": 0,
        "time": "2026-03-31T23:59:00+09:00",
        "rows": 1,
    }
    return Record(**{"dataset": dataset, "action": action, **known, **more})


def held(dataset: str = "aed", **more: Any) -> Package:
    """Return the dataset as it is on the portal after the write."""
    marks = [{"key": DATASET, "value": f"131105/{dataset}"}, {"key": RELEASE, "value": mark_text(FIELDS)}]
    part = {"name": "a.csv", "id": "10", "hash": SUM, "url_type": "upload"}
    known: dict[str, Any] = {"id": "1", "metadata_modified": "t1", "extras": marks, "resources": [part]}
    return Package.from_ckan({"name": f"131105_{dataset}", "title": "AED", **known, **more})


def state(*packages: Package) -> PortalState:
    """Return the state of a portal with some datasets."""
    return PortalState({package.name: package for package in packages})


OTHER_MARK = [{"key": DATASET, "value": "131105/aed"}, {"key": RELEASE, "value": "older"}]


@pytest.mark.parametrize(
    ("made", "packages", "exclusive", "arrived"),
    [
        (record(), [held()], False, True),
        (record(), [], False, False),
        (record(), [held(state="deleted")], False, False),
        (record(), [held(extras=OTHER_MARK)], False, False),
        (record(), [held(extras=[])], False, False),
        (record(), [held(private=True)], False, False),
        (record(), [held(resources=[])], False, False),
        (record(), [held(resources=[{"name": "a.csv", "hash": "1" * 64}])], False, False),
        (record(), [held(resources=[{"name": "b.csv", "hash": SUM}])], False, False),
        (record(), [held(name="renamed")], False, True),
        (record(id=None), [held(id="2")], False, True),
        (record(), [held(metadata_modified="t0")], False, False),
        (record(), [held(metadata_modified="t0")], True, True),
        (record(), [held(metadata_modified="t0", title="before")], True, False),
        (record(resources=(file("unchanged"),)), [held(metadata_modified="t0")], False, True),
        (record(resources=(file("unchanged"),)), [held(metadata_modified="t0", title="before")], False, False),
        (record(action="remove"), [], False, True),
        (record(action="remove"), [held()], False, False),
        (record(action="remove"), [held(state="deleted")], False, True),
    ],
)
def test_a_dataset_has_arrived_if_the_portal_has_its_marks_files_and_visibility(
    made: Record, packages: list[Package], exclusive: bool, arrived: bool
) -> None:
    """An upload moves the portal's time; where the time stands still, all fields have to be there already."""
    assert recovery._has_arrived(made, state(*packages), exclusive=exclusive) is arrived


def test_the_dataset_is_found_by_its_id_before_its_name() -> None:
    """The plan renamed it: another dataset has the old name meanwhile."""
    renamed, other = held(name="new"), held(id="2", title="other")
    assert recovery._held(record(), state(other, renamed)) == renamed
    assert recovery._held(record(id="9"), state(other)) == other


@pytest.mark.parametrize(
    ("missing", "completed"),
    [
        ((), ["a", "b", "c", "d"]),
        (("a",), ["c"]),
        (("c",), ["a", "b"]),
        (("a", "c"), []),
        (("d",), ["a", "b", "c", "d"]),
    ],
)
def test_entries_of_the_ledger_keep_the_order_of_an_uninterrupted_run(
    missing: tuple[str, ...], completed: list[str]
) -> None:
    """A dataset that needs only entries waits behind a missing one; one that was written does not."""
    actions = {"a": "update", "b": "unchanged", "c": "create", "d": "unchanged"}
    records = [record(name, action) for name, action in actions.items()]
    chosen = {one.dataset for one in records if one.written} & {*missing}
    assert [one.dataset for one in recovery._in_order(records, chosen)] == completed


def past(**more: Any) -> Recovery:
    """Return a recovery in which one dataset was completed."""
    known: dict[str, Any] = {
        "portal": "memory",
        "plan": "hash",
        "moment": datetime(2026, 3, 31, tzinfo=UTC),
        "datasets": ("aed",),
        "missing": (),
        "removed": (),
        "unkept": (),
        "events": 0,
        "done": ("aed",),
        "asked": frozenset(),
        "wishes": (),
        "state": state(held()),
    }
    return Recovery(**{**known, **more})


def test_removals_that_are_done_are_not_asked_for_again() -> None:
    """All other options stay."""
    wishes = Wishes(remove=("aed", "bus/a.csv"), overwrite=("car",), again=("dam",))
    assert remaining(wishes, None) == wishes
    assert remaining(wishes, past(wishes=("aed",))) == replace(wishes, remove=("bus/a.csv",))
    assert remaining(wishes, past(wishes=("aed", "bus/a.csv"))).remove == ()


def test_a_command_whose_removals_are_all_done_plans_nothing_else(tmp_path: Path) -> None:
    """Without names a plan would compare every dataset."""
    home = small_workspace(tmp_path)
    portal = MemoryPortal(home.city)
    wishes = Wishes(remove=("aed",))
    plan = recovery.remaining_plan(home, portal, [], wishes, past(wishes=("aed",)))
    assert (plan.changes, plan.wishes) == ((), Wishes())


@pytest.mark.parametrize(
    ("action", "removed", "refused"),
    [
        ("create", ("aed",), True),
        ("create", ("bus",), False),
        ("update", ("aed",), False),
        ("unchanged", ("aed",), False),
    ],
)
def test_a_plan_does_not_undo_a_recovered_removal(action: str, removed: tuple[str, ...], refused: bool) -> None:
    """It was made before the removal was in the ledger."""
    plan = plan_of(dataset_plan("aed", action))
    refuse_undone(plan, None)
    if not refused:
        refuse_undone(plan, past(removed=removed))
        return
    with pytest.raises(GuardError) as error:
        refuse_undone(plan, past(removed=removed))
    assert error.value.code == "plan-stale"


@pytest.fixture
def history(tmp_path: Path) -> History:
    """An empty history."""
    return History(small_workspace(tmp_path))


def change(**more: Any) -> Any:
    """Return the plan of a dataset that the portal has in the wanted state by now."""
    part = resource_plan("a.csv", "update", sha256=SUM)
    before = held(metadata_modified="t0", title="before")
    return dataset_plan("aed", "update", package=held(), before=before, resources=(part,), published=FIELDS, **more)


def test_a_dataset_that_arrived_while_the_plan_was_made_is_unchanged(history: History) -> None:
    """The last request of the killed run went on; the plan keeps the hash under which it was made."""
    plan = plan_of(change(), dataset_plan("bus", "create"))
    after = without_arrived(plan, past(), history, exclusive=False)
    assert [(one.action, one.only_loads) for one in after.changes] == [("unchanged", True), ("create", False)]
    assert (after.changes[0].resources[0].action, after.continues) == ("unchanged", plan.digest)
    assert without_arrived(replace(plan, continues="x"), past(), history, exclusive=False).continues == "x"


@pytest.mark.parametrize(
    "known",
    [
        None,
        past(datasets=()),
        past(datasets=("bus",)),
        past(state=state()),
        past(state=state(held(title="x", extras=[]))),
    ],
)
def test_a_plan_stays_as_it_was_if_nothing_arrived(known: Recovery | None, history: History) -> None:
    """Without a recovery, for another dataset, or where the portal does not have it."""
    plan = plan_of(change())
    assert without_arrived(plan, known, history, exclusive=False).changes == plan.changes


def test_the_tables_of_a_dataset_that_arrived_are_still_loaded(history: History, tmp_path: Path) -> None:
    """They come after the dataset."""
    load = TableLoad("a.csv", tmp_path / "a.csv", {}, (), "digest")
    (after,) = without_arrived(plan_of(change(loads=(load,))), past(), history, exclusive=False).changes
    assert (after.action, after.only_loads, after.loads) == ("update", True, (load,))
    assert record_of(after, (), history, "memory", "now") is None


def test_files_for_the_history_are_taken_where_they_are(history: History) -> None:
    """One that is kept already, that is removed, or of another editor is not asked for."""
    history.keep_file(b"kept")
    checksums = {name: sha256(name.encode()) for name in ("kept", "found", "lost", "gone", "other")}
    actions = {"kept": "unchanged", "found": "update", "lost": "create", "gone": "remove", "other": "orphaned"}
    files = [file(actions[name], name, checksums[name]) for name in actions] + [file("create", "link", None)]
    made = record(resources=tuple(files), release=KeptRelease("i", "e", "f"))
    asked: list[str] = []

    def finder(_: Record, name: str, checksum: str) -> bytes | None:
        asked.append(name)
        assert checksum == checksums[name]
        return b"found" if name == "found" else None

    assert list(recovery._kept(made, history, finder)) == [True, False]
    assert (asked, history.has(checksums["found"]), history.has(checksums["lost"])) == (["found", "lost"], True, False)
