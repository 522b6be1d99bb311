"""The guards of a publication: when each applies, which an option accepts, and which datasets an error names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planned_datasets import dataset_plan, plan_of, resource_plan, small_workspace

from meguro_opendata.catalog import CatalogEntry, Package
from meguro_opendata.errors import GuardError, MeguroOpendataError
from meguro_opendata.files.rowdiff import RowCounts
from meguro_opendata.findings import Finding
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.publication import Wishes
from meguro_opendata.publication.fields import Conflict
from meguro_opendata.publication.guards import (
    allowed_by_name,
    foreign_guards,
    refuse_conflicts,
    refuse_guards,
    refuse_unknown_overwrites,
    release_guards,
    table_guards,
    tie_guards,
)
from meguro_opendata.publication.tables import TableChange
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import Guards

NEVER = ("personal-data", "placeholder", "other-organization", "not-sendable")


def change(before: int, after: int, gone: tuple[str, ...] = ()) -> TableChange:
    """Return the change of a table of so many rows before and after."""
    return TableChange(RowCounts(before, after, 0, 0, max(before - after, 0)), gone)


def stops(share: float, *changes: TableChange) -> list[str]:
    """Return the guards on tables where a share of the rows can vanish."""
    return list(table_guards(changes, small_workspace(guards=Guards(max_row_loss=share))))


@pytest.mark.parametrize(
    ("share", "before", "after", "guarded"),
    [
        (0.3, 10, 8, False),
        (0.3, 10, 7, False),
        (0.3, 10, 6, True),
        (0.3, 1000, 700, False),
        (0.3, 1000, 699, True),
        (0.0, 10, 10, False),
        (0.0, 10, 9, True),
        (1.0, 10, 0, False),
        (0.3, 0, 0, False),
        (0.3, 0, 5, False),
        (0.3, 10, 20, False),
        (0.7, 10, 3, False),
        (0.9, 10, 1, False),
        (0.29, 100, 71, False),
        (0.29, 100, 70, True),
    ],
)
def test_exactly_the_allowed_share_of_rows_can_vanish(share: float, before: int, after: int, guarded: bool) -> None:
    """The guard applies from the first row more on, also where the share is no exact binary fraction."""
    assert stops(share, change(before, after)) == (["row-loss"] if guarded else [])


@given(st.integers(0, 100), st.integers(1, 500), st.integers(0, 500))
def test_the_row_guard_agrees_with_whole_numbers(percent: int, before: int, after: int) -> None:
    """Whatever the share: the guard applies if and only if more than that many hundredths of the rows vanish."""
    guarded = (before - after) * 100 > before * percent
    assert stops(percent / 100, change(before, after)) == (["row-loss"] if guarded else [])


@pytest.mark.parametrize(
    ("changes", "guards"),
    [
        ((), []),
        ((change(10, 10), change(10, 10)), []),
        ((change(100, 200), change(10, 0)), ["row-loss"]),
        ((change(10, 10, ("緯度",)),), ["columns-gone"]),
        ((change(10, 0), change(10, 10, ("緯度",))), ["row-loss", "columns-gone"]),
    ],
)
def test_each_table_is_guarded_by_itself(changes: tuple[TableChange, ...], guards: list[str]) -> None:
    """A table that grows does not make up for one that loses its rows, and each guard is given once."""
    assert stops(0.3, *changes) == guards


@pytest.mark.parametrize(
    ("severities", "personal", "department", "guards"),
    [
        ((), (), "防災課", []),
        (("warning", "info"), (), "防災課", []),
        (("warning", "error"), (), "防災課", ["not-sendable"]),
        ((), ("personal-name (備考)",), "防災課", ["personal-data"]),
        ((), (), "担当課", ["placeholder"]),
        (("error",), ("personal-name",), "担当課", ["not-sendable", "personal-data", "placeholder"]),
    ],
)
def test_a_release_is_guarded_by_its_content(
    severities: tuple[str, ...], personal: tuple[str, ...], department: str, guards: list[str]
) -> None:
    """Only errors of the portal stop it, not warnings; `担当課` is the sample department of a new workspace."""
    entry = CatalogEntry("131105_aed", "AED", "", department, "", "CC-BY-4.0")
    release = PublishedDataset("aed", entry, (), 0, (), {}, personal)
    notes = [Finding("ckan-title", severity) for severity in severities]
    assert list(release_guards(release, notes, small_workspace())) == guards


def test_a_sample_homepage_is_guarded() -> None:
    """Every dataset of such a workspace is guarded, whatever its department."""
    workspace = small_workspace()
    sample = replace(workspace, city=workspace.city.model_copy(update={"homepage": "https://www.example.lg.jp/"}))
    entry = CatalogEntry("131105_aed", "AED", "", "防災課", "", "CC-BY-4.0")
    assert list(release_guards(PublishedDataset("aed", entry, (), 0, (), {}), [], sample)) == ["placeholder"]


def package(url: str = "https://example.org/a.pdf", name: str = "131105_aed", **part: str) -> Package:
    """Return a dataset with one link."""
    shown = {"name": "案内", "url": url, "url_type": "", **part}
    return Package.from_ckan({"name": name, "owner_org": "131105", "resources": [shown]})


@pytest.mark.parametrize(
    ("old", "ours", "guards"),
    [
        (None, False, []),
        (package(), True, []),
        (package(), False, ["name-taken"]),
        (package().with_fields(owner_org="other"), False, ["other-organization"]),
        (package().with_fields(owner_org="other"), True, []),
        (package(name="old_name"), True, ["link-changes"]),
        (package("https://example.org/b.pdf"), True, ["link-changes"]),
        (package("https://example.org/b.pdf", url_type="upload"), True, []),
        (package("https://example.org/b.pdf"), False, ["name-taken", "link-changes"]),
    ],
)
def test_ownership_and_links_are_guarded(old: Package | None, ours: bool, guards: list[str]) -> None:
    """The address of an uploaded file is the portal's, so it cannot change by publishing."""
    files = {part.name: part for part in old.resources} if old else {}
    assert list(tie_guards(package(), old, files, ours)) == guards


@pytest.mark.parametrize(
    ("action", "ours", "guards"),
    [
        ("remove", True, []),
        ("remove", False, ["foreign-resource"]),
        ("orphaned", False, []),
        ("unchanged", False, []),
    ],
)
def test_only_the_removal_of_a_foreign_resource_is_guarded(action: str, ours: bool, guards: list[str]) -> None:
    """Other editors' resources stay without a question."""
    assert list(foreign_guards([resource_plan("a.csv"), resource_plan("b.csv", action, ours=ours)])) == guards


def test_the_error_names_the_datasets_with_the_guard_and_no_others() -> None:
    """The user looks at those datasets only."""
    plan = plan_of(
        dataset_plan("aed", guards=("row-loss",)),
        dataset_plan("park"),
        dataset_plan("toilet", guards=("columns-gone", "row-loss")),
        dataset_plan("bus", guards=("columns-gone",)),
    )
    with pytest.raises(GuardError) as refused:
        refuse_guards(plan, ["columns-gone"])
    assert (refused.value.code, refused.value.params) == ("guard-row-loss", {"datasets": ["aed", "toilet"]})


@pytest.mark.parametrize(
    ("allow", "code"),
    [
        ((), "guard-columns-gone"),
        (("columns-gone",), "guard-row-loss"),
        (("row-loss",), "guard-columns-gone"),
        (("row-loss", "columns-gone"), None),
    ],
)
def test_the_first_guard_by_its_code_is_reported(allow: tuple[str, ...], code: str | None) -> None:
    """The order is fixed, so that two runs give the same message."""
    plan = plan_of(dataset_plan(guards=("row-loss", "columns-gone")))
    if code is None:
        refuse_guards(plan, allow)
        return
    with pytest.raises(GuardError) as refused:
        refuse_guards(plan, allow)
    assert refused.value.code == code


@pytest.mark.parametrize("guard", NEVER)
def test_no_option_accepts_some_guards(guard: str) -> None:
    """The name of such a guard in `--allow` has no effect."""
    with pytest.raises(GuardError) as refused:
        refuse_guards(plan_of(dataset_plan(guards=(guard,))), [guard])
    assert refused.value.code == f"guard-{guard}"


@pytest.mark.parametrize("guard", allowed_by_name())
def test_an_option_accepts_the_other_guards(guard: str) -> None:
    """With `--allow` the plan passes, without it is refused."""
    plan = plan_of(dataset_plan(guards=(guard,)))
    refuse_guards(plan, [guard])
    with pytest.raises(GuardError):
        refuse_guards(plan, [])


def test_every_guard_is_either_accepted_by_name_or_never() -> None:
    """The file of rules lists each guard once."""
    guards = packaged_toml("meguro_opendata.publication", "publication.toml")["guards"]
    assert (tuple(guards["by_name"]), tuple(guards["never"])) == (allowed_by_name(), NEVER)
    assert not {*guards["by_name"]} & {*guards["never"]}


def test_a_dataset_to_overwrite_has_to_be_in_the_plan() -> None:
    """The error lists only the names that are not."""
    changes = [dataset_plan("aed"), dataset_plan("park")]
    refuse_unknown_overwrites(changes, Wishes(overwrite=("aed", "park")))
    with pytest.raises(MeguroOpendataError) as refused:
        refuse_unknown_overwrites(changes, Wishes(overwrite=("aed", "perk", "131105_park")))
    assert (refused.value.code, refused.value.params) == ("overwrite-unknown", {"names": ["perk", "131105_park"]})


@pytest.mark.parametrize(
    ("reasons", "code"),
    [(["edited"], "plan-conflict"), (["edited", "copied"], "plan-identity"), (["ambiguous"], "plan-identity")],
)
def test_a_conflict_is_refused_with_its_datasets_and_fields(reasons: list[str], code: str) -> None:
    """Edits have a message of their own: what helps there does not help where a resource is uncertain."""
    conflicts = tuple(Conflict(f"f{number}", "a", "b", "c", reason) for number, reason in enumerate(reasons))
    plan = plan_of(dataset_plan("aed"), dataset_plan("park", "conflict", conflicts=conflicts))
    with pytest.raises(GuardError) as refused:
        refuse_conflicts(plan)
    fields = [f"park (f{number})" for number in range(len(reasons))]
    assert (refused.value.code, refused.value.params) == (code, {"datasets": ["park"], "fields": fields})


def test_a_plan_without_conflicts_passes() -> None:
    """An update is no conflict."""
    refuse_conflicts(plan_of(dataset_plan("aed", "update"), dataset_plan("park")))
