"""Plans and what applying them does, on a portal in memory that others write to as well."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from meguro_opendata.cli.texts.plan import plan_lines
from memory_portal import MemoryPortal

import meguro_opendata as mo
from meguro_opendata.catalog import CatalogEntry, Distribution, Extra, Group
from meguro_opendata.errors import GuardError, MeguroOpendataError, PortalError
from meguro_opendata.files.csvrows import plain_csv_bytes
from meguro_opendata.files.rowdiff import compare_tables, table_changes
from meguro_opendata.files.whole import sha256
from meguro_opendata.ledger import read_ledger
from meguro_opendata.portals import Upload
from meguro_opendata.portals.ckan.shape import understood
from meguro_opendata.portals.marks import DATASET, RELEASE
from meguro_opendata.publication import (
    DatasetPlan,
    Wishes,
    apply_plan,
    plan_page,
    plan_releases,
    publish,
    refuse_early,
    refuse_other_hash,
)
from meguro_opendata.publication.fields import compare, digests, mark_text, read_mark
from meguro_opendata.publication.guards import allowed_by_name
from meguro_opendata.publication.history import History
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import PortalSettings, Workspace

Make = Callable[..., PublishedDataset]
NAME = "131105_stock"
MARKS = (DATASET, RELEASE)


@pytest.fixture
def workspace(workspace_dir: Path) -> Workspace:
    """The shipped workspace, opened."""
    return mo.open_workspace(workspace_dir)


@pytest.fixture
def portal(workspace: Workspace) -> MemoryPortal:
    """An empty portal that others write to as well."""
    return MemoryPortal(workspace.city)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A release of one table, of given rows, columns and metadata."""

    def release(
        rows: list[str], header: str = "ID,名称", slug: str = "stock", links: dict[str, str] | None = None, **meta: Any
    ) -> PublishedDataset:
        data = "".join(f"{line}\r\n" for line in [header, *rows]).encode()
        folder = tmp_path / "built" / sha256(data)[:8]
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"131105_{slug}.csv"
        path.write_bytes(data)
        file = Upload(path.name, path, sha256(data), len(data))
        parts = [Distribution(file.name, "CSV", file.name, "備蓄倉庫（CSV）", file.bytes, file.sha256, len(rows))]
        parts += [Distribution(name, "PDF", url) for name, url in (links or {}).items()]
        known: dict[str, Any] = {
            "title": "備蓄倉庫",
            "description": "一覧",
            "department": "防災課",
            "frequency": "随時",
        }
        entry = CatalogEntry(
            **{"name": f"131105_{slug}", "license_id": "CC-BY-4.0", "keywords": ("防災", "備蓄"), **known, **meta},
            distributions=tuple(parts),
        )
        return PublishedDataset(slug, entry, (file,), len(rows), ("ID",), {file.name: len(rows)})

    return release


def run(release: PublishedDataset, portal: MemoryPortal, workspace: Workspace, **options: Any) -> DatasetPlan:
    """Plan and publish one release; returns its part of the plan."""
    plan = plan_releases([release], portal, workspace, options.pop("wishes", None))
    publish(plan, portal, workspace, seen=plan.seen if options.pop("fresh", False) else None, **options)
    return plan.changes[0]


def planned(
    release: PublishedDataset, portal: MemoryPortal, workspace: Workspace, wishes: Wishes | None = None
) -> DatasetPlan:
    """The plan of one release."""
    return plan_releases([release], portal, workspace, wishes).changes[0]


def edit(portal: MemoryPortal, name: str = NAME, **fields: Any) -> None:
    """An editor changes a dataset on the portal."""
    held = portal.packages[name]
    held.update(fields, metadata_modified=held["metadata_modified"] + "+")


def test_a_second_run_writes_nothing(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """After a publication everything is unchanged; publishing again makes no write and one read."""
    run(make(["1,a"]), portal, workspace)
    portal.reads, writes = 0, portal.writes
    assert run(make(["1,a"]), portal, workspace, fresh=True).action == "unchanged"
    assert (portal.writes, portal.reads) == (writes, 1)


def test_a_link_is_entered_once(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """A link has no checksum: it is an update when its address changes, and not at each run."""
    for address, allow in (("a", ()), ("a", ()), ("b", ("link-changes",)), ("b", ())):
        run(make(["1,a"], links={"地図": f"https://example.org/{address}.pdf"}), portal, workspace, allow=allow)
    told = [event.event for event in read_ledger(workspace.ledger) if event.resource == "地図"]
    assert told == ["publish", "update"]


def test_one_changed_cell_is_one_changed_row(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """Rows are compared by their key with what the portal has."""
    run(make(["1,a", "2,b", "3,c"]), portal, workspace)
    (part,) = planned(make(["1,a", "2,B", "3,c"]), portal, workspace).resources
    assert part.rows is not None
    assert part.rows.to_dict() == {"before": 3, "after": 3, "added": 0, "changed": 1, "removed": 0}


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"maintainer_email": "x@example.org"}, None),
        ({"tags": [{"name": "防災"}, {"name": "備蓄"}, {"name": "手で足した"}]}, "tags"),
        ({"url": "https://example.org/"}, "url"),
    ],
)
def test_what_others_add_stays(
    fields: dict[str, Any], kept: str | None, make: Make, portal: MemoryPortal, workspace: Workspace
) -> None:
    """Fields, keywords and links that the workspace does not own survive an update, and are no difference."""
    run(make(["1,a"]), portal, workspace)
    edit(portal, **fields)
    assert planned(make(["1,a"]), portal, workspace).action == "unchanged"
    run(make(["1,a"], title="新しい題名"), portal, workspace)
    held = portal.packages[NAME]
    assert held["title"] == "新しい題名"
    if kept == "tags":
        assert {tag["name"] for tag in held["tags"]} == {"防災", "備蓄", "手で足した"}
    elif kept:
        assert held[kept] == fields[kept]


def test_an_extra_field_of_others_stays_and_one_of_ours_goes(
    make: Make, portal: MemoryPortal, workspace: Workspace
) -> None:
    """An additional field added by hand stays; one that the workspace had and gave up is taken away."""
    run(make(["1,a"], spatial="目黒区", keywords=("防災", "備蓄")), portal, workspace)
    held = portal.packages[NAME]
    edit(portal, extras=[*held["extras"], {"key": "係", "value": "防災係"}])
    change = run(make(["1,a"], keywords=("防災",)), portal, workspace)
    extras = {extra["key"]: extra["value"] for extra in portal.packages[NAME]["extras"]}
    assert (extras.get("係"), "spatial" in extras) == ("防災係", False)
    assert [field.to_dict() for field in change.metadata] == [
        {"field": "extras.spatial", "before": "目黒区", "after": None},
        {"field": "tags", "before": ["備蓄", "防災"], "after": ["防災"]},
    ]


@pytest.mark.parametrize("of", ["package", "resource"])
def test_a_word_that_is_not_said_any_more_is_taken_back(
    of: str, make: Make, portal: MemoryPortal, workspace: Workspace
) -> None:
    """A version, or a file's period, that the recipe no longer gives leaves the portal, and nothing is left to do."""
    plain = make(["1,a"])
    file = replace(plain.entry.distributions[0], temporal="2026-04")
    said = replace(plain.entry, version="1.0") if of == "package" else replace(plain.entry, distributions=(file,))
    run(replace(plain, entry=said), portal, workspace)
    held = portal.packages[NAME]
    assert (held.get("version"), held["resources"][0].get("temporal")).count(None) == 1
    assert run(plain, portal, workspace).action == "update"
    assert not portal.packages[NAME].get("version")
    assert "temporal" not in portal.packages[NAME]["resources"][0]
    assert planned(plain, portal, workspace).action == "unchanged"


def test_marks_of_earlier_versions_are_known(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """A dataset with the marks that earlier versions wrote is ours, is not written for them, and gets the new ones."""
    run(make(["1,a"]), portal, workspace)
    earlier = {"公開ツールの管理番号": "mo_dataset", "公開ツールの照合値": "mo_release"}
    extras = [{**one, "key": earlier.get(one["key"], one["key"])} for one in portal.packages[NAME]["extras"]]
    edit(portal, extras=extras)
    assert planned(make(["1,a"]), portal, workspace).action == "unchanged"
    run(make(["1,a"], title="備蓄倉庫一覧"), portal, workspace)
    keys = [one["key"] for one in portal.packages[NAME]["extras"]]
    assert ({*earlier} <= {*keys}, {*earlier.values()} & {*keys}) == (True, set())
    assert len(keys) == len({*keys})


@pytest.mark.parametrize("title", ["備蓄倉庫", "手元でも変えた題名"])
def test_an_edit_of_ours_is_a_conflict_in_three_versions(
    title: str, make: Make, portal: MemoryPortal, workspace: Workspace
) -> None:
    """An owned field that was edited on the portal stops the publication, and is shown as published, there and here."""
    run(make(["1,a"]), portal, workspace)
    edit(portal, title="ポータルで変えた題名")
    release = make(["1,b"], title=title)
    change = planned(release, portal, workspace)
    assert change.action == "conflict"
    assert [conflict.to_dict() for conflict in change.conflicts] == [
        {"field": "title", "published": "備蓄倉庫", "portal": "ポータルで変えた題名", "workspace": title}
    ]
    before = json.dumps(portal.packages)
    with pytest.raises(GuardError) as error:
        run(release, portal, workspace)
    assert (error.value.code, error.value.exit_code, json.dumps(portal.packages)) == ("plan-conflict", 4, before)
    run(release, portal, workspace, wishes=Wishes(overwrite=("stock",)))
    assert portal.packages[NAME]["title"] == title


def test_the_same_edit_on_both_sides_is_no_conflict(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """Writing the portal's edit into the recipe settles it, and nothing is written."""
    run(make(["1,a"]), portal, workspace)
    edit(portal, title="よい題名")
    assert planned(make(["1,a"], title="よい題名"), portal, workspace).action == "unchanged"


def test_a_keyword_of_ours_removed_by_hand_is_a_conflict(
    make: Make, portal: MemoryPortal, workspace: Workspace
) -> None:
    """Keywords are owned one by one."""
    run(make(["1,a"]), portal, workspace)
    edit(portal, tags=[{"name": "防災"}])
    assert [c.field for c in planned(make(["1,a"]), portal, workspace).conflicts] == ["tags.備蓄"]


def test_a_file_replaced_by_hand_is_a_conflict(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """A file that is not of the size that we sent was put there by somebody else."""
    run(make(["1,a"]), portal, workspace)
    portal.packages[NAME]["resources"][0]["size"] = 9999
    change = planned(make(["1,a"]), portal, workspace)
    assert (change.action, change.conflicts[0].field) == ("conflict", "resources.131105_stock.csv.file")


_JSON = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just([]) | st.just([{}]) | st.just({})
_PART_FIELDS = ("id", "url", "url_type", "hash", "sha256", "mo_bytes", "size", "format")
_EXTRA = st.fixed_dictionaries({"key": st.sampled_from([*MARKS, "x"]) | _JSON, "value": _JSON})
_ODD = st.fixed_dictionaries(
    {"id": st.just("1") | _JSON, "metadata_modified": st.just("2026-04-01") | _JSON, "owner_org": _JSON},
    optional={
        **dict.fromkeys(("title", "notes", "private", "version", "organization", "state"), _JSON),
        "extras": _JSON | st.lists(_EXTRA),
        "tags": _JSON | st.lists(st.fixed_dictionaries({"name": _JSON})),
        "groups": _JSON | st.lists(st.fixed_dictionaries({"name": _JSON})),
        "resources": _JSON
        | st.lists(
            st.fixed_dictionaries(
                {"name": st.just("131105_stock.csv") | _JSON},
                optional=dict.fromkeys(_PART_FIELDS, _JSON),
            )
        ),
    },
)


def test_rows_that_change_are_listed_one_by_one(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """A plan names each row and cell; of a table that may hold something personal, and of a first publication, none."""
    assert run(make(["1,a", "2,b", "3,c"]), portal, workspace).resources[0].shown == ()
    changed = make(["1,a", "2,B", "4,d"])
    told = planned(changed, portal, workspace).resources[0]
    assert [row.to_dict() for row in told.shown] == [
        {
            "action": "changed",
            "row": 3,
            "named": {"ID": "2"},
            "cells": [{"field": "名称", "before": "b", "after": "B"}],
        },
        {"action": "added", "row": 4, "named": {"ID": "4"}, "cells": []},
        {"action": "removed", "row": 4, "named": {"ID": "3"}, "cells": []},
    ]
    page = plan_page(plan_releases([changed], portal, workspace), workspace, "ja")
    assert "名称: b → B" in page
    hidden = planned(replace(changed, personal=("personal-name (名称)",)), portal, workspace).resources[0]
    assert (hidden.shown, hidden.rows) == ((), told.rows)


_ROWS = st.lists(st.tuples(st.sampled_from("123"), st.sampled_from("ab")), max_size=6)


@given(before=_ROWS, after=_ROWS, key=st.sampled_from([(), ("ID",), ("no",)]))
def test_every_row_is_listed_with_its_kind_of_change(
    before: list[tuple[str, str]], after: list[tuple[str, str]], key: tuple[str, ...]
) -> None:
    """Counts and rows agree, changed rows have cells that differ, and undoing all of it gives the old rows."""
    old, new = (plain_csv_bytes(["ID", "名称"], rows) for rows in (before, after))
    counts, told = table_changes(old, new, key, 99)
    assert counts == compare_tables(old, new, key)
    assert [len([row for row in told if row.action == kind]) for kind in ("added", "changed", "removed")] == [
        counts.added,
        counts.changed,
        counts.removed,
    ]
    assert counts.before + counts.added - counts.removed == counts.after == len(after)
    left = Counter(after)
    left.subtract(after[row.row - 2] for row in told if row.action != "removed")
    for row in told:
        assert (row.action == "changed") == bool(row.cells)
        if row.action == "changed":
            cells = dict(zip(("ID", "名称"), after[row.row - 2], strict=True)) | {c[0]: c[1] for c in row.cells}
            left[cells["ID"], cells["名称"]] += 1
        elif row.action == "removed":
            left[before[row.row - 2]] += 1
    assert +left == Counter(before)


@given(odd=_ODD)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_whatever_a_portal_holds_a_plan_is_made_or_it_is_refused(
    odd: dict[str, Any], make: Make, workspace: Workspace
) -> None:
    """A dataset with parts of any kind is refused as a whole when it comes, or can be planned and told in all forms."""
    portal = MemoryPortal(workspace.city)
    portal.packages = {NAME: {**odd, "name": NAME}}
    try:
        with understood("memory"):
            portal.state()
    except PortalError:
        return
    plan = plan_releases([make(["1,a"])], portal, workspace, Wishes(overwrite=("stock",)))
    assert json.loads(json.dumps(plan.to_dict()))["changes"][0]["name"] == NAME
    assert plan_page(plan, workspace, "ja")


def test_an_edit_is_seen_without_any_record_of_this_machine(
    make: Make, portal: MemoryPortal, workspace: Workspace, tmp_path: Path
) -> None:
    """From another computer only the text that was published is unknown; whose edit it was is not."""
    run(make(["1,a"], spatial="目黒区"), portal, workspace)
    edit(portal, notes="手で直した説明")
    elsewhere = replace(workspace, root=tmp_path / "elsewhere" / "datasets")
    change = planned(make(["1,a"], spatial="目黒区", title="題名"), portal, elsewhere)
    assert [conflict.to_dict() for conflict in change.conflicts] == [
        {"field": "notes", "published": None, "portal": "手で直した説明", "workspace": "一覧"}
    ]
    assert [field.field for field in change.metadata] == ["title"]


def guarded(case: str, make: Make, portal: MemoryPortal, workspace: Workspace) -> PublishedDataset:
    """A release that one guard stops."""
    rows = [f"{number},a" for number in range(10)]
    if case in ("name-taken", "other-organization"):
        run(make(rows), portal, workspace)
        portal.packages[NAME]["extras"] = []
        portal.packages[NAME]["organization"] = {"name": "131105" if case == "name-taken" else "999999"}
        return make(rows)
    links = {"地図": "https://example.org/old.pdf"} if case == "link-changes" else None
    run(make(rows, links=links), portal, workspace)
    changed = {
        "row-loss": lambda: make(rows[:5]),
        "columns-gone": lambda: make([f"{number}" for number in range(10)], header="ID"),
        "link-changes": lambda: make(rows, links={"地図": "https://example.org/new.pdf"}),
        "personal-data": lambda: replace(make(rows), personal=("name",)),
        "placeholder": lambda: make(rows, department="担当課"),
    }
    return changed[case]()


@pytest.mark.parametrize(
    "guard",
    ["row-loss", "columns-gone", "link-changes", "name-taken", "other-organization", "personal-data", "placeholder"],
)
def test_each_guard_stops_until_it_is_allowed_by_name(
    guard: str, make: Make, portal: MemoryPortal, workspace: Workspace
) -> None:
    """Nothing is written and the exit code is 4; those that may be allowed are, those that may not are not."""
    release = guarded(guard, make, portal, workspace)
    writes = portal.writes
    assert guard in planned(release, portal, workspace).guards
    with pytest.raises(GuardError) as error:
        run(release, portal, workspace)
    assert (error.value.code, error.value.exit_code, portal.writes) == (f"guard-{guard}", 4, writes)
    if guard in allowed_by_name():
        run(release, portal, workspace, allow=[guard])
        assert portal.writes == writes + 1
    else:
        with pytest.raises(GuardError):
            run(release, portal, workspace, allow=[guard])


def test_a_dataset_taken_over_keeps_what_others_wrote(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """Taking over a dataset that was made by hand keeps its id, its keywords, its other fields and its other files."""
    run(make(["1,a"]), portal, workspace)
    other = {"name": "案内.pdf", "id": "x", "url": "https://example.org/a.pdf", "url_type": None}
    held = portal.packages[NAME]
    parts = [{key: value for key, value in held["resources"][0].items() if not key.startswith("mo_")}, other]
    edit(portal, extras=[{"key": "係", "value": "防災係"}], tags=[{"name": "昔の札"}], resources=parts)
    run(make(["1,a"]), portal, workspace, allow=["name-taken"])
    after = portal.packages[NAME]
    assert after["id"] == held["id"]
    assert {tag["name"] for tag in after["tags"]} == {"防災", "備蓄", "昔の札"}
    assert [part["name"] for part in after["resources"]] == ["131105_stock.csv", "案内.pdf"]
    assert planned(make(["1,a"]), portal, workspace).action == "unchanged"


def test_files_are_removed_only_by_name(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """A file that left the release stays until its name is given; a dataset, too; the ledger tells of it."""
    run(make(["1,a"], links={"地図": "https://example.org/a.pdf"}), portal, workspace)
    change = run(make(["1,a"]), portal, workspace)
    assert [(part.name, part.action) for part in change.resources][1:] == [("地図", "orphaned")]
    assert len(portal.packages[NAME]["resources"]) == 2
    run(make(["1,a"]), portal, workspace, wishes=Wishes(remove=("stock/地図",)))
    assert [part["name"] for part in portal.packages[NAME]["resources"]] == ["131105_stock.csv"]
    publish(plan_releases([], portal, workspace, Wishes(remove=("stock",))), portal, workspace)
    assert portal.packages == {}
    assert [event.event for event in read_ledger(workspace.ledger)][-2:] == ["withdraw", "withdraw"]


def test_a_link_is_entered_once_and_when_its_address_changes(
    make: Make, portal: MemoryPortal, workspace: Workspace
) -> None:
    """A link has no checksum: a run that changes nothing enters no event of it."""
    for address in ("a", "a", "b", "b"):
        run(
            make(["1,a"], links={"地図": f"https://example.org/{address}.pdf"}),
            portal,
            workspace,
            allow=["link-changes"],
        )
    told = [event.event for event in read_ledger(workspace.ledger) if event.resource == "地図"]
    assert told == ["publish", "update"]


@pytest.mark.parametrize("name", ["no_such", "stock/no_such.csv", "stock/131105_stock.csv"])
def test_what_is_not_there_cannot_be_removed(name: str, make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """A wrong name, or a file that is still published, is told; nothing is taken away."""
    run(make(["1,a"]), portal, workspace)
    with pytest.raises(MeguroOpendataError) as error:
        planned(make(["1,a"]), portal, workspace, Wishes(remove=(name,)))
    assert (error.value.code, error.value.exit_code) == ("remove-unknown", 2)


def test_one_failure_does_not_stop_the_others(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """Each dataset has its own result; the ledger tells of what was published, and running again does the rest."""
    releases = [make(["1,a"], slug=slug) for slug in ("one", "two", "three")]
    portal.broken = {"131105_two"}
    outcome, events = publish(plan_releases(releases, portal, workspace), portal, workspace)
    assert [(result.dataset, result.error is None) for result in outcome.results] == [
        ("one", True),
        ("two", False),
        ("three", True),
    ]
    assert (outcome.exit_code, events) == (3, 2)
    portal.broken = set()
    again = plan_releases(releases, portal, workspace)
    assert [change.action for change in again.changes] == ["unchanged", "create", "unchanged"]
    assert publish(again, portal, workspace)[1] == 1


def test_a_stale_plan_is_refused(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """A portal that changed since the plan was made is not written to."""
    run(make(["1,a"]), portal, workspace)
    plan = plan_releases([make(["1,b"])], portal, workspace)
    edit(portal, maintainer_email="x@example.org")
    writes = portal.writes
    with pytest.raises(GuardError) as error:
        apply_plan(plan, portal)
    assert (error.value.code, portal.writes) == ("plan-stale", writes)


def test_any_earlier_release_can_be_published_again(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """The first release comes back byte for byte after two others, though its folder is long gone."""
    first = make(["1,a"], title="初版")
    for release in (first, make(["1,b"]), make(["1,c"])):
        run(release, portal, workspace)
    bytes_then = first.files[0].path.read_bytes()
    first.files[0].path.unlink()
    history = History(workspace)
    known = history.releases("stock")
    assert len({past.release for past in known}) == 3
    run(history.load("stock", known[0].release[:6]), portal, workspace)
    assert portal.packages[NAME]["title"] == "初版"
    assert list(portal.files.values()) == [bytes_then]


@pytest.mark.parametrize("asked", ["", "zzz"])
def test_an_unknown_release_is_refused_with_the_known_ones(
    asked: str, make: Make, portal: MemoryPortal, workspace: Workspace
) -> None:
    """A release that was never published is refused with those that were."""
    run(make(["1,a"]), portal, workspace)
    with pytest.raises(MeguroOpendataError) as error:
        History(workspace).load("stock", asked)
    assert error.value.code == "release-unknown"


def test_a_kept_file_that_is_damaged_is_not_published(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """A record whose file does not have its checksum any more is refused."""
    run(make(["1,a"]), portal, workspace)
    history = History(workspace)
    (kept,) = (workspace.releases / ".history" / "files").iterdir()
    kept.write_bytes(b"x")
    with pytest.raises(MeguroOpendataError) as error:
        history.load("stock", history.releases("stock")[0].release)
    assert error.value.code == "history-damaged"


def test_the_hash_is_that_of_everything_in_the_plan(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """The same plan has the same hash; another title, file or state of the portal gives another one."""
    plans = [plan_releases([make(rows, title=title)], portal, workspace) for rows, title in _VERSIONS]
    run(make(["1,z"]), portal, workspace)
    plans.append(plan_releases([make(["1,a"], title="題名")], portal, workspace))
    assert len({plan.digest for plan in plans}) == 4
    assert plans[0].digest == plans[1].digest == plans[0].to_dict()["hash"]


_VERSIONS = [(["1,a"], "題名"), (["1,a"], "題名"), (["1,b"], "題名"), (["1,a"], "別の題名")]


def test_an_approved_hash_is_compared(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """The whole hash or its first eight letters will do; fewer, or others, are refused with exit code 4."""
    plan = plan_releases([make(["1,a"])], portal, workspace)
    refuse_other_hash(plan, plan.digest)
    refuse_other_hash(plan, plan.digest[:8].upper())
    for other in (plan.digest[:7], "0" * 64, ""):
        with pytest.raises(GuardError) as error:
            refuse_other_hash(plan, other)
        assert (error.value.code, error.value.exit_code) == ("plan-other-hash", 4)


@pytest.mark.parametrize(
    ("not_before", "early"),
    [
        ("2026-04-01T09:00", False),
        ("2026-04-01T09:01", True),
        ("2026-04-01T00:00:00+00:00", False),
        ("2026-04-02", True),
    ],
)
def test_before_its_time_nothing_is_published(not_before: str, early: bool) -> None:
    """A time without a zone is Japan's; before it the exit code is 4."""
    now = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)
    if not early:
        refuse_early(datetime.fromisoformat(not_before), now)
        return
    with pytest.raises(GuardError) as error:
        refuse_early(datetime.fromisoformat(not_before), now)
    assert error.value.exit_code == 4


def test_the_page_for_approval_says_what_the_plan_says(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """Hash, names, three versions and guards stand on it, and nothing of the data is markup."""
    run(make(["1,a", "2,b"]), portal, workspace)
    edit(portal, title="<script>alert(1)</script>")
    plan = plan_releases([make(["1,a"])], portal, workspace)
    page = plan_page(plan, workspace, "ja")
    assert plan.digest in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert "--allow row-loss" in page


@pytest.mark.parametrize(
    ("lang", "line"),
    [("ja", "更新頻度 (extras.frequency): 随時 -> （なし）"), ("en", "Frequency (extras.frequency): 随時 -> (none)")],
)
def test_fields_are_shown_with_their_labels(
    lang: str, line: str, make: Make, portal: MemoryPortal, workspace: Workspace
) -> None:
    """On a screen a field has the word that people use, its own name, and a word where it has no value."""
    run(make(["1,a"]), portal, workspace)
    told = list(plan_lines(plan_releases([make(["1,a"], frequency="")], portal, workspace), lang))
    assert f"  {line}" in told


def test_the_page_for_approval_is_about_what_changes(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """Of datasets that stay as they are only the names stand on it, so that what changes is found on paper."""
    run(make(["1,a"], title="そのまま"), portal, workspace)
    other = make(["1,a"], slug="other", title="新しい一覧")
    page = plan_page(plan_releases([make(["1,a"], title="そのまま"), other], portal, workspace), workspace, "ja")
    assert page.count("131105_stock") == page.count("そのまま") == 1
    assert "131105_other.csv" in page


def test_the_ledger_keeps_the_number_of_the_approval(make: Make, portal: MemoryPortal, workspace: Workspace) -> None:
    """The document's number stands at each event of an approved publication, and at no other."""
    run(make(["1,a"]), portal, workspace, approval="5目情第100号")
    run(make(["1,b"]), portal, workspace)
    assert [event.approval for event in read_ledger(workspace.ledger)] == ["5目情第100号", None]


def test_names_and_licences_follow_the_portals_rules(make: Make, workspace: Workspace) -> None:
    """Two portals of one workspace have their own names, organisation, licence ids, extras and groups."""
    settings = PortalSettings(
        kind="ckan",
        url="https://example.org",
        organization="meguro",
        name_rule="{code}-{slug}",
        license_ids={"CC-BY-4.0": "cc-by-40-intl"},
        extras={"copyright": "目黒区"},
        groups=("bousai",),
    )
    package = MemoryPortal(workspace.city, settings).wanted("stock", make(["1,a"]).entry)
    owner = package.fields["owner_org"]
    assert (package.name, owner, package.license_id) == ("131105-stock", "meguro", "cc-by-40-intl")
    assert Extra.of("copyright", "目黒区") in package.extras
    assert package.groups == (Group.of("bousai"),)


TEXTS = st.dictionaries(st.sampled_from("abcd"), st.text("xyz ", min_size=1, max_size=3), max_size=4)


@settings(deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_three_versions_are_distinguished(
    published: dict[str, str], ours: dict[str, str], theirs: dict[str, str]
) -> None:
    """What nobody edited is written; what only others have stays; what both have, and was edited, is a conflict."""
    mark = read_mark(mark_text(published))
    assert mark == digests(published)
    found = compare(ours, theirs, mark)
    edited = {name for name in {*published, *theirs} if published.get(name) != theirs.get(name)}
    differing = {name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)}
    assert set(found.changed) | {conflict.field for conflict in found.conflicts} | set(found.kept) >= {
        name for name in differing if name in ours
    }
    for conflict in found.conflicts:
        assert conflict.field in edited & differing & set(ours)
    for name in found.kept:
        assert name not in ours
    for name in found.changed:
        assert name not in edited or (name not in published and name not in theirs)


@settings(deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_overwriting_leaves_no_conflict(
    published: dict[str, str], ours: dict[str, str], theirs: dict[str, str]
) -> None:
    """With ours winning, everything of ours is there afterwards."""
    found = compare(ours, theirs, read_mark(mark_text(published)), overwrite=True)
    after = {**theirs, **{name: new for name, (_, new) in found.changed.items()}}
    assert found.conflicts == ()
    assert {name: after[name] for name in ours} == ours
