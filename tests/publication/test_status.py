"""The differences between a portal and the workspace: the kind of each, and the command that fixes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from memory_portal import MemoryPortal
from planned_datasets import dataset_plan, resource_plan, small_workspace

from meguro_opendata.catalog import Package
from meguro_opendata.catalog.harvest import Manners
from meguro_opendata.errors import ExitCode, PortalError
from meguro_opendata.portals import TableLoad, View
from meguro_opendata.portals.marks import DATASET, RELEASE
from meguro_opendata.publication import DatasetPlan
from meguro_opendata.publication import status as status_module
from meguro_opendata.publication.fields import Conflict, FieldChange
from meguro_opendata.publication.looking import LostView
from meguro_opendata.publication.status import Drift, Status, _dataset_drifts, _left_over, status
from meguro_opendata.workspace.city import PortalSettings, Workspace

CKAN = PortalSettings(kind="ckan", url="http://localhost", name_rule="{code}_{slug}")
PUBLISH = "meguro-opendata publish aed --portal memory"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace without recipes."""
    return small_workspace(tmp_path, portals={"memory": CKAN})


@pytest.fixture
def portal(workspace: Workspace) -> MemoryPortal:
    """An empty portal that others write to as well."""
    return MemoryPortal(workspace.city, CKAN)


def put(portal: MemoryPortal, name: str, mark: str | None = None, **fields: Any) -> None:
    """Put a dataset on the portal, with the mark of its owner."""
    extras = [{"key": DATASET, "value": mark}] if mark else []
    parts = [{"url_type": "", **part} for part in fields.pop("resources", [])]
    portal.packages[name] = {
        "name": name,
        "id": f"id-{name}",
        "title": name,
        "metadata_modified": "2026-01-01",
        "metadata_created": "2026-01-01",
        "tags": [],
        "groups": [],
        "extras": extras,
        "organization": {"name": "131105"},
        "resources": parts,
        **fields,
    }


def published(*extras: str) -> Package:
    """Return a dataset on a portal with the given marks."""
    return Package.from_ckan({"name": "131105_aed", "extras": [{"key": key, "value": "x"} for key in extras]})


def edited(*reasons: str) -> tuple[Conflict, ...]:
    """Return a conflict for each reason."""
    return tuple(Conflict(f"f{number}", None, "a", "b", reason) for number, reason in enumerate(reasons))


LOAD = TableLoad("a.csv", Path("a.csv"), {"fields": []}, (), "digest")
LOST_VIEW = LostView("a.csv", "1", View({"view_type": "recline_view", "title": "表"}))
LOST_TABLE: dict[str, Any] = {"loads": (LOAD,), "lost_tables": ("a.csv",), "only_loads": True}


@pytest.mark.parametrize(
    ("change", "drift"),
    [
        (dataset_plan(), None),
        (dataset_plan(action="create"), ("missing", (), PUBLISH)),
        (
            dataset_plan(action="update", guards=("name-taken", "link-changes")),
            ("missing", ("131105_aed",), f"{PUBLISH} --allow name-taken"),
        ),
        (
            dataset_plan(action="conflict", conflicts=edited("edited")),
            ("edited", ("f0",), f"{PUBLISH} --overwrite aed"),
        ),
        (
            dataset_plan(action="conflict", conflicts=edited("edited", "copied"), guards=("name-taken",)),
            ("disputed", ("f0", "f1"), f"{PUBLISH} --overwrite aed"),
        ),
        (
            dataset_plan(action="conflict", conflicts=edited("ambiguous")),
            ("disputed", ("f0",), "meguro-opendata plan aed --portal memory"),
        ),
        (
            dataset_plan(
                action="update",
                before=published(DATASET, RELEASE),
                metadata=(FieldChange("title", "a", "b"),),
                resources=(resource_plan("a.csv", "update"), resource_plan("b.csv"), resource_plan("c.csv", "create")),
                loads=(LOAD,),
            ),
            ("stale", ("title", "a.csv", "c.csv", "a.csv (DataStore)"), PUBLISH),
        ),
        (dataset_plan(action="update", before=published(DATASET)), ("unfinished", (), PUBLISH)),
        (dataset_plan(action="update", **LOST_TABLE), ("lost", ("a.csv (DataStore)",), PUBLISH)),
        (
            dataset_plan(action="update", views=(LOST_VIEW,), only_loads=True),
            ("lost", ("a.csv (表)",), f"{PUBLISH} --deep"),
        ),
        (
            dataset_plan(action="update", before=published(DATASET, RELEASE), **{**LOST_TABLE, "lost_tables": ()}),
            ("stale", ("a.csv (DataStore)",), PUBLISH),
        ),
    ],
)
def test_each_state_of_a_dataset_has_its_kind_and_command(
    change: DatasetPlan, drift: tuple[str, tuple[str, ...], str] | None, workspace: Workspace, portal: MemoryPortal
) -> None:
    """A conflict comes before everything else, since nothing can be published until it is decided."""
    found = [(one.kind, one.details, one.command) for one in _dataset_drifts(change, workspace, portal)]
    assert found == ([] if drift is None else [drift])


def test_a_name_of_another_organisation_points_at_the_profile(workspace: Workspace, portal: MemoryPortal) -> None:
    """No option helps there: `name_rule` has to be changed first."""
    change = dataset_plan(action="create", guards=("other-organization",))
    (drift,) = _dataset_drifts(change, workspace, portal)
    expected = Drift("missing", "aed", ("131105_aed",), PUBLISH, str(workspace.root / "opendata.toml"))
    assert drift == expected


@pytest.mark.parametrize(
    ("names", "target"),
    [
        (["a.csv"], "a.csv"),
        (["a.csv", "a.csv"], "i0"),
        (["設置 箇所.csv"], "i0"),
        (["設置箇所.csv"], "設置箇所.csv"),
        (["a;rm.csv"], "i0"),
    ],
)
def test_a_file_to_remove_is_named_by_a_plain_word_or_its_id(
    names: list[str], target: str, portal: MemoryPortal
) -> None:
    """The command is copied into a shell, so a name with a space or a semicolon is replaced by the id."""
    parts = [{"name": name, "id": f"i{number}"} for number, name in enumerate(names)]
    before = Package.from_ckan({"name": "131105_aed", "resources": parts})
    orphan = resource_plan(names[0], "orphaned", id="i0")
    (drift,) = _left_over(dataset_plan(resources=(orphan,), before=before), portal)
    assert (drift.kind, drift.command) == ("orphaned-file", f"{PUBLISH} --remove aed/{target}")


def test_files_of_others_are_not_left_over(portal: MemoryPortal) -> None:
    """They stay, and are no difference."""
    part = resource_plan("a.csv", "orphaned", ours=False)
    assert list(_left_over(dataset_plan(resources=(part,), before=published()), portal)) == []


def test_datasets_without_a_recipe_are_ours_or_unmanaged(workspace: Workspace, portal: MemoryPortal) -> None:
    """Ours can be removed; one of others can be taken over if a recipe can have its name."""
    put(portal, "131105_old", "131105/old")
    put(portal, "131105_park")
    put(portal, "t131105d0000000032")
    found = {drift.dataset: (drift.kind, drift.command) for drift in status(workspace, portal).drifts}
    take_over = "meguro-opendata new park --source FILE && meguro-opendata build park && "
    assert found == {
        "131105_old": ("orphaned", "meguro-opendata publish --portal memory --remove 131105_old"),
        "131105_park": (
            "unmanaged",
            f"{take_over}meguro-opendata publish park --portal memory --allow name-taken",
        ),
        "t131105d0000000032": ("unmanaged", ""),
    }


def test_a_dataset_of_ours_with_a_foreign_file_needs_the_option(workspace: Workspace, portal: MemoryPortal) -> None:
    """The command that is shown passes the guard."""
    put(portal, "131105_old", "131105/old", resources=[{"name": "x.pdf", "id": "1", "url": "http://a/x.pdf"}])
    (drift,) = status(workspace, portal).drifts
    assert drift.command.endswith("--remove 131105_old --allow foreign-resource")


@pytest.mark.parametrize(
    ("kinds", "code"),
    [([], 0), (["unmanaged"], 0), (["unmanaged", "stale"], 1), (["orphaned"], 1), (["broken-link"], 1)],
)
def test_only_differences_of_ours_count_for_the_exit_code(kinds: list[str], code: int) -> None:
    """Datasets of other departments on the same portal do not make a check fail every night."""
    drifts = tuple(Drift(kind, "x", (), "") for kind in kinds)
    assert Status("memory", 1, drifts, ()).exit_code == ExitCode(code)


class Answers:
    """A fetcher that has one answer for each address and counts the questions."""

    asked: list[str]

    def __init__(self, answers: dict[str, int | str]) -> None:
        self.answers = answers
        self.asked = []

    def __call__(self, manners: Manners) -> Answers:
        """Stand for the class itself."""
        return self

    def get(self, url: str, most: int) -> Any:
        """Return the status, or raise the error with that code."""
        self.asked.append(url)
        answer = self.answers[url]
        if isinstance(answer, str):
            raise PortalError(answer, url=url)
        return type("Answer", (), {"status": answer})


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (200, None),
        (399, None),
        (400, "400"),
        (404, "404"),
        (503, "503"),
        ("harvest-too-large", None),
        ("harvest-unreachable", "harvest-unreachable"),
    ],
)
def test_a_link_is_broken_from_status_400_on(
    answer: int | str, trouble: str | None, workspace: Workspace, portal: MemoryPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that is too large proves that the link is alive."""
    put(portal, "131105_park", url="https://example.org/")
    monkeypatch.setattr(status_module, "Fetcher", Answers({"https://example.org/": answer}))
    found = [drift for drift in status(workspace, portal, Manners()).drifts if drift.kind == "broken-link"]
    details = ("https://example.org/", trouble, "landing_page")
    assert [(one.details, one.command, one.edit) for one in found] == ([] if trouble is None else [(details, "", None)])


def test_broken_links_of_ours_have_a_command_and_each_address_is_asked_once(
    workspace: Workspace, portal: MemoryPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A landing page is corrected in the recipe; a linked file is removed; uploaded files are not asked for."""
    link, page = "https://example.org/a.pdf", "https://example.org/"
    files = [
        {"name": "案内", "id": "1", "url": link},
        {"name": "案内2", "id": "2", "url": link},
        {"name": "a.csv", "id": "3", "url": "https://portal/a.csv", "url_type": "upload"},
    ]
    put(portal, "131105_aed", "131105/aed", url=page, resources=files)
    put(portal, "131105_bus", "131105/bus", url=page)
    answers = Answers({link: 404, page: 410})
    monkeypatch.setattr(status_module, "Fetcher", answers)
    found = [drift for drift in status(workspace, portal, Manners()).drifts if drift.kind == "broken-link"]
    assert sorted(answers.asked) == [page, link]
    recipes = {slug: str(workspace.root / slug / "dataset.yaml") for slug in ("aed", "bus")}
    build = "meguro-opendata build {0} && meguro-opendata publish {0} --portal memory"
    assert found == [
        Drift("broken-link", "aed", (page, "410", "landing_page"), build.format("aed"), recipes["aed"]),
        Drift("broken-link", "aed", (link, "404", "resources.案内"), f"{PUBLISH} --remove aed/案内", None),
        Drift("broken-link", "bus", (page, "410", "landing_page"), build.format("bus"), recipes["bus"]),
    ]


def test_without_manners_no_link_is_asked(
    workspace: Workspace, portal: MemoryPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links are checked only with `--links`."""
    put(portal, "131105_park", url="https://example.org/")
    monkeypatch.setattr(status_module, "Fetcher", None)
    assert [drift.kind for drift in status(workspace, portal).drifts] == ["unmanaged"]
