"""Planning: which files change, what of other editors stays in a package, and which removals are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from memory_portal import MemoryPortal
from planned_datasets import dataset_plan, resource_plan, small_workspace

from meguro_opendata.catalog import Package, Resource
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger import PublishedFiles
from meguro_opendata.portals import PortalState, Upload
from meguro_opendata.publication import Wishes, plan_publication, planning
from meguro_opendata.publication.fields import Comparison, Conflict
from meguro_opendata.publication.matching import Matching
from meguro_opendata.publication.parts import parts_plan, places_to_remove, removed_resources
from meguro_opendata.workspace.city import PortalSettings, Workspace

SUM, OLD = "0" * 64, "1" * 64
FILE = Upload("a.csv", Path("/r/aed/a.csv"), SUM, 3)


def part(name: str = "a.csv", **fields: Any) -> Resource:
    """Return a resource of a portal."""
    return Resource({"name": name, "id": f"id-{name}", "url": f"u/{name}", **fields})


def package(*parts: Resource, **fields: Any) -> Package:
    """Return a dataset with some resources."""
    raw = {"name": "131105_aed", "tags": [], "groups": [], "extras": [], **fields}
    return replace(Package.from_ckan(raw), resources=parts)


def compared(*conflicts: Conflict, changed: bool = False, kept: dict[str, str] | None = None) -> Comparison:
    """Return a comparison of fields."""
    return Comparison({"title": ("a", "b")} if changed else {}, conflicts, kept or {})


@pytest.mark.parametrize(
    ("held", "file", "same", "action"),
    [
        (None, FILE, True, "create"),
        (part(hash=SUM), FILE, True, "unchanged"),
        (part(hash=SUM), FILE, False, "unchanged"),
        (part(hash=OLD), FILE, True, "update"),
        (part(hash=None), FILE, True, "update"),
        (part(hash=SUM, ours=False), FILE, True, "update"),
        (None, None, True, "create"),
        (part(), None, True, "unchanged"),
        (part(), None, False, "update"),
    ],
)
def test_a_file_is_compared_by_its_checksum_and_a_link_by_its_description(
    held: Resource | None, file: Upload | None, same: bool, action: str
) -> None:
    """A checksum on another editor's resource proves nothing, since anyone can write it."""
    wanted = Resource({"name": "a.csv", "hash": SUM, "url": "http://a/x"})
    plan = planning._file_plan(wanted, file, Matching({"a.csv": held} if held else {}), same=same)
    assert (plan.action, plan.path, plan.bytes) == (action, str(FILE.path) if file else None, 3 if file else 0)
    assert (plan.id, plan.url) == (("id-a.csv", "u/a.csv") if held else (None, None if file else "http://a/x"))


EDIT = Conflict("title", "a", "b", "c")


@pytest.mark.parametrize(
    ("old", "comparison", "actions", "moved", "action"),
    [
        (None, compared(), ["create"], False, "create"),
        (None, compared(EDIT), ["create"], True, "create"),
        (package(), compared(), ["unchanged", "orphaned"], False, "unchanged"),
        (package(), compared(), [], False, "unchanged"),
        (package(), compared(changed=True), ["unchanged"], False, "update"),
        (package(), compared(), ["update"], False, "update"),
        (package(), compared(), ["create"], False, "update"),
        (package(), compared(), ["remove"], False, "update"),
        (package(), compared(), ["unchanged"], True, "update"),
        (package(), compared(EDIT, changed=True), ["update"], True, "conflict"),
    ],
)
def test_a_conflict_comes_before_an_update(
    old: Package | None, comparison: Comparison, actions: list[str], moved: bool, action: str
) -> None:
    """Nothing of such a dataset may be written; a new dataset cannot have been edited."""
    assert planning._action(old, comparison, [resource_plan("x", one) for one in actions], moved) == action


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ([], [], False),
        (["a", "b"], ["a", "b"], False),
        (["a", "b"], ["b", "a"], True),
        (["a", "b"], ["b"], False),
        (["a", "b"], ["a", "x", "b"], False),
        (["a", "b", "c"], ["c", "x", "a"], True),
    ],
)
def test_only_files_that_stay_can_change_their_order(before: list[str], after: list[str], moved: bool) -> None:
    """A file that comes or goes is a change by itself."""
    assert planning._moved(package(*map(part, after)), package(*map(part, before))) is moved


def test_what_others_wrote_stays_in_the_package() -> None:
    """Texts, elements of lists, extras and files of theirs, and the fields of CKAN on files of ours."""
    wanted = package(Resource({"name": "a.csv", "hash": SUM}), tags=[{"name": "防災"}], title="AED")
    ours = part(hash=OLD, sha256="old", created="2020", license="x")
    others = ((part("x.pdf"), False), (part("y.pdf"), True))
    kept = {"notes": "書き足し", "tags.別": "別", "groups.g": "g", "extras.k": "v", "resources.x.pdf": "PDF"}
    merged = planning._merged(wanted, package(ours), compared(kept=kept), Matching({"a.csv": ours}, others))
    assert [(one.name, one.id) for one in merged.resources] == [("a.csv", "id-a.csv"), ("x.pdf", "id-x.pdf")]
    file = merged.resources[0].fields
    assert (file["hash"], file["created"], "sha256" in file) == (SUM, "2020", False)
    assert (merged.text("notes"), merged.text("title")) == ("書き足し", "AED")
    assert [tag.name for tag in merged.tags] == ["防災", "別"]
    assert ([group.name for group in merged.groups], {one.key: one.value for one in merged.extras}) == (
        ["g"],
        {"k": "v"},
    )
    assert planning._merged(wanted, None, compared(kept=kept), Matching({})) == wanted


def test_the_state_of_a_plan_is_that_of_its_datasets() -> None:
    """Another dataset on the portal does not make a plan stale; each change of its own ones does."""
    changes = [dataset_plan("aed", before=package())]
    first = planning.fingerprint(PortalState({"131105_aed": package()}), changes)
    elsewhere = {"131105_aed": package(), "other": package(title="x")}
    assert planning.fingerprint(PortalState(elsewhere), changes) == first
    others = [{}, {"131105_aed": package(title="x")}, {"131105_aed": package(part())}]
    assert len({first, *(planning.fingerprint(PortalState(one), changes) for one in others)}) == len(others) + 1


OLD_PACKAGE = package(part(), part("b.csv"), Resource({"name": "b.csv", "id": "3", "url": "u"}))


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ([], set()),
        (["aed/a.csv"], {0}),
        (["131105_aed/a.csv"], {0}),
        (["aed/3"], {2}),
        (["aed/a.csv", "aed/3"], {0, 2}),
        (["bus/a.csv", "aed", "aed/", "aed/absent"], set()),
    ],
)
def test_a_file_to_remove_is_named_by_name_or_id(asked: list[str], places: set[int]) -> None:
    """Of the dataset's slug or its name on the portal."""
    assert places_to_remove(OLD_PACKAGE, {"aed", "131105_aed"}, asked) == places
    assert places_to_remove(None, {"aed"}, asked) == set()


def test_a_doubled_name_is_refused_with_the_ids() -> None:
    """The user chooses one by its id."""
    with pytest.raises(MeguroOpendataError) as refused:
        places_to_remove(OLD_PACKAGE, {"aed"}, ["aed/b.csv"])
    assert (refused.value.code, refused.value.params["count"]) == ("remove-doubled", 2)
    assert refused.value.params["ids"] == ["id-b.csv (u/b.csv)", "3 (u)"]


KNOWN = PublishedFiles({"a.csv": SUM}, {"a.csv": "id-a.csv"}, {"id-a.csv": "a.csv"})


@pytest.mark.parametrize(
    ("marked", "leaving", "expected"),
    [
        (1, None, [("remove", True), ("remove", True), ("remove", True)]),
        (1, {1}, [("orphaned", True), ("remove", True), ("orphaned", True)]),
        (2, None, [("remove", True), ("remove", False), ("remove", False)]),
    ],
)
def test_resources_of_a_copy_are_not_ours(
    marked: int, leaving: set[int] | None, expected: list[tuple[str, bool]]
) -> None:
    """Of several packages with one mark only the ids of the ledger show the original."""
    plans = removed_resources(OLD_PACKAGE, KNOWN, [OLD_PACKAGE] * marked, leaving)
    assert [(one.action, one.ours) for one in plans] == expected


def test_a_dataset_without_a_recipe_loses_only_the_named_files() -> None:
    """Everything else of it is sent back unchanged."""
    foreign = package(part(), part("x.pdf", ours=False))
    plan = parts_plan(foreign, "aed", KNOWN, [foreign], {1})
    assert (plan.action, plan.guards, [one.name for one in plan.package.resources]) == (
        "update",
        ("foreign-resource",),
        ["a.csv"],
    )
    assert parts_plan(foreign, "aed", KNOWN, [foreign], set()).action == "unchanged"


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    """A workspace without datasets, with one portal."""
    return small_workspace(tmp_path, portals={"memory": PortalSettings(kind="ckan", url="http://localhost")})


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        (Wishes(remove=("absent",)), "remove-unknown"),
        (Wishes(remove=("absent/a.csv",)), "remove-unknown"),
        (Wishes(overwrite=("absent",)), "overwrite-unknown"),
    ],
)
def test_an_option_that_names_nothing_is_refused(wishes: Wishes, code: str, home: Workspace) -> None:
    """A misspelled name would otherwise have no effect."""
    with pytest.raises(MeguroOpendataError) as refused:
        plan_publication(home, MemoryPortal(home.city), (), wishes)
    assert refused.value.code == code


def test_a_file_that_is_still_in_the_release_is_not_removed() -> None:
    """The error lists all such files, and those that are not there."""
    change = dataset_plan("aed", resources=(resource_plan("a.csv", "remove", id="1"), resource_plan("b.csv")))
    planning._refuse_unknown_files([change], Wishes(remove=("aed/a.csv", "131105_aed/1", "bus")))
    with pytest.raises(MeguroOpendataError) as refused:
        planning._refuse_unknown_files([change], Wishes(remove=("aed/a.csv", "aed/b.csv", "bus/c.csv")))
    assert (refused.value.code, refused.value.params["names"]) == ("remove-unknown", ["aed/b.csv", "bus/c.csv"])


def test_an_empty_workspace_has_an_empty_plan(home: Workspace) -> None:
    """The only portal needs no name where it is given opened."""
    plan = plan_publication(home, MemoryPortal(home.city))
    assert (plan.changes, plan.pending, plan.portal) == ((), False, "memory")
