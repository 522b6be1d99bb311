"""Plan files: which are refused, when an approval's hash fits, and when an embargo ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from memory_portal import MemoryPortal
from planned_datasets import dataset_plan, plan_of, small_workspace

from meguro_opendata.errors import GuardError, MeguroOpendataError
from meguro_opendata.portals.marks import DATASET, RELEASE
from meguro_opendata.publication import Wishes, agreed_plan, plan_releases, refuse_early, refuse_other_hash
from meguro_opendata.publication.planfile import _published, _slugs
from meguro_opendata.workspace.city import Workspace

Json = dict[str, Any]
START = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)


def write(path: Path, content: object) -> Path:
    """Write a plan file."""
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace without datasets."""
    return small_workspace(tmp_path)


def entry(portal: MemoryPortal, workspace: Workspace, name: str) -> Json:
    """Return a plan that withdraws one dataset of the portal, as JSON."""
    return plan_releases([], portal, workspace, Wishes(remove=(name,))).to_dict()


@pytest.fixture
def portal(workspace: Workspace) -> MemoryPortal:
    """A portal with one dataset of ours."""
    made = MemoryPortal(workspace.city)
    made.packages["131105_old"] = {
        "name": "131105_old",
        "id": "1",
        "title": "旧",
        "metadata_modified": "2026-01-01",
        "metadata_created": "2026-01-01",
        "tags": [],
        "groups": [],
        "extras": [{"key": DATASET, "value": "131105/old"}],
        "organization": {"name": "131105"},
        "resources": [],
    }
    return made


def test_a_plan_file_gives_the_plan_made_anew(workspace: Workspace, portal: MemoryPortal, tmp_path: Path) -> None:
    """The plan that is returned is the new one, with the portal's state in it."""
    content = entry(portal, workspace, "131105_old")
    plan = agreed_plan(write(tmp_path / "plan.json", content), workspace, portal)
    assert (plan.digest, plan.changes[0].action) == (content["hash"], "remove")


@pytest.mark.parametrize(
    "change",
    [
        {"hash": "0" * 64},
        {"portal": "other"},
        {"portal_state": "x"},
        {"summary": {}},
        {"wishes": {"remove": ["131105_old"], "overwrite": [], "releases": {}}},
        {"extra": 1},
    ],
)
def test_any_other_word_in_the_file_is_stale(
    change: Json, workspace: Workspace, portal: MemoryPortal, tmp_path: Path
) -> None:
    """Also a field that the program does not know, and one that an earlier version did not write."""
    content = {**entry(portal, workspace, "131105_old"), **change}
    with pytest.raises(GuardError) as refused:
        agreed_plan(write(tmp_path / "plan.json", content), workspace, portal)
    assert refused.value.code == "plan-stale"


def test_a_changed_portal_makes_the_file_stale(workspace: Workspace, portal: MemoryPortal, tmp_path: Path) -> None:
    """The dataset was edited after the approval."""
    path = write(tmp_path / "plan.json", entry(portal, workspace, "131105_old"))
    portal.packages["131105_old"]["metadata_modified"] = "2026-01-02"
    with pytest.raises(GuardError) as refused:
        agreed_plan(path, workspace, portal)
    assert refused.value.code == "plan-stale"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '"plan"',
        {},
        {"wishes": {}},
        {"wishes": [], "changes": []},
        pytest.param("[" * 100_000, id="nested"),
        {"format": "meguro-opendata/plan@1", "changes": [], "wishes": {"remove": [], "overwrite": [], "releases": {}}},
        {"format": "other", "changes": [], "wishes": {"remove": [], "overwrite": [], "releases": {}}},
        {"changes": [{"dataset": "a"}], "wishes": {"remove": [], "overwrite": [], "releases": {}}},
    ],
)
def test_a_file_that_is_no_plan_is_refused_by_name(
    content: object, workspace: Workspace, portal: MemoryPortal, tmp_path: Path
) -> None:
    """Never a traceback, whatever the file has in it."""
    path = write(tmp_path / "plan.json", content)
    with pytest.raises(MeguroOpendataError) as refused:
        agreed_plan(path, workspace, portal)
    assert (refused.value.code, refused.value.params) == ("plan-broken", {"file": str(path)})


def test_an_absent_file_is_refused_by_name(workspace: Workspace, portal: MemoryPortal, tmp_path: Path) -> None:
    """A misspelled path."""
    with pytest.raises(MeguroOpendataError) as refused:
        agreed_plan(tmp_path / "plan.json", workspace, portal)
    assert refused.value.code == "plan-broken"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/home/a/aed.csv", "plan-older-form"),
        ("C:\\data\\aed.csv", "plan-older-form"),
        ("aed/aed.csv", "plan-stale"),
        (None, "plan-stale"),
    ],
)
def test_a_plan_with_absolute_paths_is_of_an_earlier_version(
    path: str | None, code: str, workspace: Workspace, portal: MemoryPortal, tmp_path: Path
) -> None:
    """Paths of Windows are recognised on every system; the message says that the form is old, not that data changed."""
    content = entry(portal, workspace, "131105_old")
    content["changes"][0]["resources"] = [{"name": "aed.csv", "path": path}]
    with pytest.raises(GuardError) as refused:
        agreed_plan(write(tmp_path / "plan.json", content), workspace, portal)
    assert refused.value.code == code


@pytest.mark.parametrize(("length", "fits"), [(0, False), (7, False), (8, True), (16, True), (64, True)])
def test_an_approved_hash_has_at_least_eight_letters(length: int, fits: bool) -> None:
    """Fewer could fit another plan by chance."""
    plan = plan_of(dataset_plan())
    if fits:
        refuse_other_hash(plan, plan.digest[:length])
    else:
        with pytest.raises(GuardError):
            refuse_other_hash(plan, plan.digest[:length])


def test_a_hash_is_compared_without_space_and_case_and_from_its_beginning() -> None:
    """It is typed from paper."""
    plan = plan_of(dataset_plan())
    refuse_other_hash(plan, f"  {plan.digest[:12].upper()}\n")
    for other in (plan.digest[1:17], plan.digest + "0", "x" * 8):
        with pytest.raises(GuardError) as refused:
            refuse_other_hash(plan, other)
        assert (refused.value.code, refused.value.params["actual"]) == ("plan-other-hash", plan.digest)


def test_the_rest_of_an_interrupted_plan_has_the_hash_of_the_whole() -> None:
    """That one was approved."""
    plan = plan_of(dataset_plan(), continues="abcdef0123456789")
    refuse_other_hash(plan, "abcdef01")
    with pytest.raises(GuardError):
        refuse_other_hash(plan, plan.digest)


@pytest.mark.parametrize(("seconds", "early"), [(-3600, True), (-1, True), (0, False), (1, False)])
def test_publication_is_allowed_from_the_very_moment_on(seconds: int, early: bool) -> None:
    """An embargo of nine o'clock ends at nine o'clock."""
    now = START + timedelta(seconds=seconds)
    if not early:
        refuse_early(START, now)
        return
    with pytest.raises(GuardError) as refused:
        refuse_early(START, now)
    assert (refused.value.code, refused.value.params["start"]) == ("plan-early", "2026-04-01T09:00+00:00")


def test_a_time_without_a_zone_is_japans() -> None:
    """Nine o'clock in Japan is midnight in UTC."""
    naive = datetime(2026, 4, 1, 9, 0)  # noqa: DTZ001 (the case that is tested)
    refuse_early(naive, datetime(2026, 4, 1, 0, 0, tzinfo=UTC))
    with pytest.raises(GuardError) as refused:
        refuse_early(naive, datetime(2026, 3, 31, 23, 59, tzinfo=UTC))
    assert refused.value.params["start"] == "2026-04-01T09:00+09:00"


def test_only_datasets_with_a_recipe_that_are_not_removed_are_planned_by_their_release(tmp_path: Path) -> None:
    """A removal is by slug or by the name on the portal."""
    for slug in ("aed", "bus", "car", "dam"):
        (tmp_path / slug).mkdir()
        (tmp_path / slug / "dataset.yaml").write_text("", encoding="utf-8")
    actions = {"aed": "update", "bus": "remove", "car": "update", "dam": "unchanged", "elsewhere": "update"}
    changes = [{"dataset": slug, "name": f"131105_{slug}", "action": action} for slug, action in actions.items()]
    assert _slugs(changes, ["131105_car"], small_workspace(tmp_path)) == ["aed", "dam"]


def published(**changes: Any) -> Json:
    """Return the JSON of a dataset's change with some differences."""
    extras = [{"key": RELEASE, "value": "r"}, {"key": DATASET, "value": "d"}, {"key": "spatial", "value": "x"}]
    parts = [{"name": "a.csv", "sha256": "1", "action": "update"}, {"name": "b", "sha256": None, "action": "orphaned"}]
    known = {"name": "n", "action": "update", "package": {"extras": extras}, "resources": parts, "guards": []}
    return {**known, **changes}


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"action": "create"}, True),
        ({"guards": ["row-loss"], "metadata": [1]}, True),
        ({"resources": [{"name": "a.csv", "sha256": "1", "action": "unchanged"}]}, True),
        ({"package": {"extras": [{"key": DATASET, "value": "d"}, {"key": RELEASE, "value": "r"}]}}, True),
        ({"action": "remove"}, False),
        ({"name": "m"}, False),
        ({"resources": [{"name": "a.csv", "sha256": "2", "action": "update"}]}, False),
        ({"resources": []}, False),
        ({"package": {"extras": [{"key": DATASET, "value": "d"}, {"key": RELEASE, "value": "other"}]}}, False),
        ({"package": {}}, False),
    ],
)
def test_the_public_part_of_a_change_is_its_name_marks_and_files(changes: Json, same: bool) -> None:
    """An interrupted run can have changed the rest, which compares with the portal."""
    assert (_published(published(**changes)) == _published(published())) is same
