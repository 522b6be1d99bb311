"""The resources on a portal that are ours, by ids of the ledger, marks and names, and the conflicts about them."""

from __future__ import annotations

import json
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
from meguro_opendata.ledger import read_ledger, read_portal
from meguro_opendata.ledger.lines import START, hash_of
from meguro_opendata.portals import Upload
from meguro_opendata.portals.ckan.package import slug_named
from meguro_opendata.publication import DatasetPlan, Wishes, plan_page, plan_releases, publish
from meguro_opendata.publication.guards import allowed_by_name
from meguro_opendata.publication.status import status
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import PortalSettings, Workspace

NAME = "131105_stock"
FILE = "131105_stock.csv"
Raw = dict[str, Any]


class Office:
    """A workspace, a portal that others write to, and releases of one dataset with one table."""

    def __init__(self, folder: Path, workspace: Workspace) -> None:
        """Start with an empty portal."""
        self.folder = folder
        self.workspace = workspace
        self.portal = MemoryPortal(workspace.city)

    def release(self, *rows: str, slug: str = "stock") -> PublishedDataset:
        """A release of some rows."""
        data = "".join(f"{row}\r\n" for row in ("ID", *rows)).encode()
        path = self.folder / "built" / sha256(data)[:8] / f"131105_{slug}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        file = Upload(path.name, path, sha256(data), len(data))
        entry = CatalogEntry(
            name=f"131105_{slug}",
            title="備蓄倉庫",
            description="一覧",
            department="防災課",
            frequency="随時",
            license_id="CC-BY-4.0",
            distributions=(Distribution(file.name, "CSV", file.name, "備蓄倉庫（CSV）", file.bytes, file.sha256),),
        )
        return PublishedDataset(slug, entry, (file,), len(rows), ("ID",), {file.name: len(rows)})

    def plan(self, *rows: str, **wishes: tuple[str, ...]) -> DatasetPlan:
        """The plan of a release."""
        return plan_releases([self.release(*rows)], self.portal, self.workspace, Wishes(**wishes)).changes[0]

    def publish(self, *rows: str, allow: tuple[str, ...] = (), **wishes: tuple[str, ...]) -> None:
        """Publish a release."""
        plan = plan_releases([self.release(*rows)], self.portal, self.workspace, Wishes(**wishes))
        publish(plan, self.portal, self.workspace, allow=allow)

    @property
    def parts(self) -> list[Raw]:
        """The resources of the dataset as the portal has them."""
        found: list[Raw] = self.portal.packages[NAME]["resources"]
        return found

    def copy(self, identifier: str, **changed: Any) -> None:
        """Somebody adds a copy of our resource, marks included."""
        self.parts.append({**self.parts[0], "id": identifier, "url": f"http://localhost/{identifier}", **changed})

    def as_version_01(self) -> None:
        """Write the ledger as version 0.1 did, without ids."""
        lines = [json.loads(line) for line in self.workspace.ledger.read_text(encoding="utf-8").splitlines()]
        previous, written = START, []
        for line in lines:
            bare = {key: value for key, value in line.items() if key != "resource_id"} | {"previous": previous}
            previous = hash_of(bare)
            written.append(json.dumps(bare | {"hash": previous}) + "\n")
        self.workspace.ledger.write_text("".join(written), encoding="utf-8")


@pytest.fixture
def office(tmp_path: Path, workspace_dir: Path) -> Office:
    """An office that has published one row."""
    made = Office(tmp_path, mo.open_workspace(workspace_dir))
    made.publish("1")
    return made


def reasons(change: DatasetPlan) -> list[str]:
    """Why a plan is in conflict."""
    return [conflict.reason for conflict in change.conflicts]


def test_a_resource_that_lost_its_mark_is_a_conflict(office: Office) -> None:
    """The ledger knows its id, the mark is gone: nothing is written; overwriting restores it under its id."""
    identifier = office.parts[0]["id"]
    for mark in ("mo_bytes", "sha256", "hash"):
        del office.parts[0][mark]
    before = json.dumps(office.portal.packages)
    assert reasons(office.plan("1")) == ["unmarked"]
    with pytest.raises(GuardError) as error:
        office.publish("1", "2")
    assert (error.value.code, error.value.exit_code) == ("plan-identity", 4)
    assert json.dumps(office.portal.packages) == before
    office.publish("1", overwrite=("stock",))
    assert [(part["id"], "mo_bytes" in part) for part in office.parts] == [(identifier, True)]
    assert office.plan("1").action == "unchanged"


def test_a_copy_with_our_mark_is_a_conflict_and_never_deleted(office: Office) -> None:
    """Overwriting takes our marks from the copy and keeps it; by its id, and if allowed, it is taken away."""
    ours = office.parts[0]["id"]
    office.copy("copy")
    assert reasons(office.plan("1")) == ["copied"]
    office.publish("1", overwrite=("stock",))
    assert [(part["id"], "mo_bytes" in part) for part in office.parts] == [(ours, True), ("copy", False)]
    assert office.plan("1").action == "unchanged"
    office.parts.pop()
    office.copy("copy")
    with pytest.raises(GuardError):
        office.publish("1", remove=("stock/copy",))
    office.publish("1", remove=("stock/copy",), allow=("foreign-resource",))
    assert [part["id"] for part in office.parts] == [ours]
    assert [event.event for event in read_ledger(office.workspace.ledger)] == ["publish"]


def test_a_ledger_of_version_01_goes_by_mark_name_and_checksum(office: Office) -> None:
    """Without ids the checksum decides between two of a name; the next real update notes the id."""
    office.as_version_01()
    ours = office.parts[0]["id"]
    writes = office.portal.writes
    office.publish("1")
    assert (office.portal.writes, len(read_ledger(office.workspace.ledger))) == (writes, 1)
    office.parts.insert(0, {**office.parts[0], "id": "other", "sha256": "0" * 64, "hash": "0" * 64})
    assert office.plan("1").resources[0].id == ours
    office.publish("1", "2")
    assert {part["id"] for part in office.parts} == {ours, "other"}
    assert read_portal(office.workspace.ledger, "memory").files("stock").ids == {FILE: ours}


def test_ambiguous_resources_are_a_conflict_not_a_deletion(office: Office) -> None:
    """Two of a name, mark and checksum and no id in the ledger: also with overwriting nothing is written."""
    office.as_version_01()
    office.copy("copy")
    for wishes in ({}, {"overwrite": ("stock",)}):
        assert reasons(office.plan("1", "2", **wishes)) == ["ambiguous"]
        with pytest.raises(GuardError):
            office.publish("1", "2", **wishes)
    assert len(office.parts) == 2
    office.publish("1", "2", remove=("stock/copy",))
    assert [part["id"] for part in office.parts] != ["copy"]
    assert [event.event for event in read_ledger(office.workspace.ledger)] == ["publish", "update"]


def test_the_same_file_under_a_new_id_is_ours_another_one_is_a_conflict(office: Office) -> None:
    """After a restore ids are new, and nothing is to be done; a marked file with other content is in doubt."""
    office.parts[0]["id"] = "restored"
    assert office.plan("1").action == "unchanged"
    office.parts[0] |= {"sha256": "0" * 64, "hash": "0" * 64}
    assert reasons(office.plan("1", "2")) == ["other-id"]
    office.publish("1", "2", overwrite=("stock",))
    assert office.plan("1", "2").action == "unchanged"
    assert read_portal(office.workspace.ledger, "memory").files("stock").ids == {FILE: "restored"}


def test_a_resource_that_was_renamed_on_the_portal_is_an_edit(office: Office) -> None:
    """Its id says which file it is; the name is shown as edited, and overwriting gives it back."""
    identifier = office.parts[0]["id"]
    office.parts[0]["name"] = "名前を変えた.csv"
    assert reasons(office.plan("1")) == ["edited"]
    office.publish("1", overwrite=("stock",))
    assert [(part["id"], part["name"]) for part in office.parts] == [(identifier, FILE)]


def test_a_dataset_taken_over_takes_the_one_resource_of_the_name_and_asks_where_there_are_two(office: Office) -> None:
    """Of a dataset that others made, the resource of our file's name keeps its id; two of the name are a conflict."""
    office.workspace.ledger.unlink()
    office.portal.packages[NAME]["extras"] = []
    office.parts[:] = [{"id": "1", "name": FILE, "url": "http://localhost/1", "url_type": "upload"}]
    office.parts.append({**office.parts[0], "id": "2"})
    assert reasons(office.plan("1")) == ["ambiguous"]
    office.publish("1", remove=("stock/2",), allow=("name-taken", "foreign-resource"))
    assert [part["id"] for part in office.parts] == ["1"]
    assert office.plan("1").action == "unchanged"


def test_a_removed_dataset_names_what_others_added_to_it(office: Office) -> None:
    """Taking a dataset away takes a colleague's resource along, so that it has to be allowed; it is no withdrawal."""
    office.parts.append({"id": "colleague", "name": FILE, "url": "https://example.org/a.csv"})
    wishes = Wishes(remove=("stock",))
    plan = plan_releases([], office.portal, office.workspace, wishes)
    assert plan.changes[0].guards == ("foreign-resource",)
    with pytest.raises(GuardError):
        publish(plan, office.portal, office.workspace)
    (orphan,) = [drift for drift in status(office.workspace, office.portal).drifts if drift.kind == "orphaned"]
    assert orphan.command.endswith(f"--remove {NAME} --allow foreign-resource")
    publish(plan, office.portal, office.workspace, allow=["foreign-resource"])
    assert [event.event for event in read_ledger(office.workspace.ledger)] == ["publish", "withdraw"]


def test_a_copy_of_a_dataset_is_reported_and_not_taken_for_ours(office: Office) -> None:
    """Two datasets with our mark and neither of our name: a conflict; by the ledger's ids the right one is known."""
    package = office.portal.packages.pop(NAME)
    copy = json.loads(json.dumps(package)) | {"id": "c", "name": "copy"}
    copy["resources"][0]["id"] = "c1"
    office.portal.packages = {"copy": copy, "renamed": package | {"name": "renamed"}}
    change = office.plan("1")
    assert change.before is not None
    assert (change.before.name, reasons(change)) == ("renamed", ["edited"])
    office.as_version_01()
    assert "ambiguous" in reasons(office.plan("1"))
    with pytest.raises(MeguroOpendataError) as error:
        plan_releases([], office.portal, office.workspace, Wishes(remove=("stock",)))
    assert (error.value.code, error.value.exit_code) == ("remove-copies", 2)
    plan = plan_releases([], office.portal, office.workspace, Wishes(remove=("copy",)))
    publish(plan, office.portal, office.workspace, allow=["foreign-resource"])
    assert list(office.portal.packages) == ["renamed"]
    assert [event.event for event in read_ledger(office.workspace.ledger)] == ["publish"]


def test_a_resource_of_a_dataset_without_a_recipe_can_be_taken_away(office: Office) -> None:
    """By its id alone where its name is doubled; everything else of the dataset stays as it is."""
    parts = [{"id": n, "name": "一覧", "url": f"https://example.org/{n}", "format": "CSV"} for n in ("1", "2")]
    package = {"name": "by-hand", "id": "x", "metadata_modified": "1", "owner_org": "131105"}
    office.portal.packages["by-hand"] = {
        **package,
        "title": "手で作った",
        "metadata_created": "1",
        "resources": parts,
        "tags": [{"name": "防災"}],
        "version": "3",
    }

    def publish_without(target: str, *allow: str) -> None:
        plan = plan_releases([], office.portal, office.workspace, Wishes(remove=(target,)))
        publish(plan, office.portal, office.workspace, allow=allow)

    for target, code in [
        ("by-hand/一覧", "remove-doubled"),
        ("by-hand/3", "remove-unknown"),
        ("no-such/1", "remove-unknown"),
        ("by-hand/1", "guard-foreign-resource"),
    ]:
        with pytest.raises(MeguroOpendataError) as error:
            publish_without(target)
        assert error.value.code == code
    publish_without("by-hand/1", "foreign-resource")
    held = office.portal.packages["by-hand"]
    assert held["resources"] == [{**parts[1], "url_type": None}]
    assert (held["title"], held["version"], held["tags"]) == ("手で作った", "3", [{"name": "防災"}])
    assert [event.dataset for event in read_ledger(office.workspace.ledger)] == ["stock"]


@pytest.mark.parametrize(
    ("case", "kind", "advice"),
    [
        ("copied", "disputed", "publish stock --portal memory --overwrite stock"),
        ("ambiguous", "disputed", "plan stock --portal memory"),
        ("doubled-orphans", "orphaned-file", "publish stock --portal memory --remove stock/o1"),
        ("made elsewhere", "missing", "publish stock --portal memory --allow name-taken"),
    ],
)
def test_the_advice_of_a_status_works(case: str, kind: str, advice: str, office: Office, monkeypatch: Any) -> None:
    """Each difference in identity has a command that ends it, or that shows the ids to choose from."""
    monkeypatch.setattr("meguro_opendata.publication.status.ready_releases", lambda *_: ([office.release("1")], []))
    if case == "ambiguous":
        office.as_version_01()
    if case in ("copied", "ambiguous"):
        office.copy("copy")
    elif case == "doubled-orphans":
        for identifier in ("o1", "o2"):
            office.copy(identifier, name="古い.csv")
    else:
        office.portal.packages[NAME]["extras"] = []
    drift = status(office.workspace, office.portal).drifts[0]
    assert (drift.kind, drift.command) == (kind, f"meguro-opendata {advice}")
    options = advice.split()[4:]
    if options:
        wishes = {option.removeprefix("--"): (value,) for option, value in zip(*[iter(options)] * 2, strict=True)}
        office.publish("1", **wishes)
        assert drift not in status(office.workspace, office.portal).drifts


@pytest.mark.parametrize(
    ("rule", "name", "slug"),
    [
        ("{stem}", "131105_aed", "aed"),
        ("{code}-{slug}", "131105-preschool", "preschool"),
        ("t131105{slug}", "t131105d0000000032", "d0000000032"),
        ("{code}_{slug}", "t131105d0000000032", None),
        ("{stem}", "131105_AED", None),
        ("{code}", "131105", None),
    ],
)
def test_a_slug_is_found_only_if_it_gives_the_name(rule: str, name: str, slug: str | None) -> None:
    """For a dataset of others it is known which recipe could have its name."""
    assert slug_named(name, rule, "131105") == slug


def test_a_dataset_without_a_recipe_gets_no_advice_that_does_nothing(office: Office) -> None:
    """The three commands that take it over, if a recipe can have its name; else none."""
    for name in ("131105_pool", "t131105d0000000032"):
        office.portal.packages[name] = {"name": name, "id": name, "metadata_modified": "1", "resources": []}
    office.workspace.portals["memory"] = PortalSettings(kind="ckan", url="http://localhost")
    found = {drift.dataset: drift.command for drift in status(office.workspace, office.portal).drifts}
    assert found["t131105d0000000032"] == ""
    assert found["131105_pool"] == (
        "meguro-opendata new pool --source FILE && meguro-opendata build pool"
        " && meguro-opendata publish pool --portal memory --allow name-taken"
    )


def test_ids_are_shown_where_a_name_does_not_say_which(office: Office) -> None:
    """On the screen and on the page: the id of somebody's resource, and of each of a doubled name."""
    office.parts.append({"id": "colleague", "name": FILE, "url": "https://example.org/a.csv"})
    plan = plan_releases([office.release("1", "2")], office.portal, office.workspace)
    lines = "\n".join(plan_lines(plan, "ja"))
    assert f"[残置] {FILE}（ID: colleague、ここから公開したものではありません）" in lines
    assert f"[変更] {FILE}（ID: {office.parts[0]['id']}）" in lines
    page = plan_page(plan, office.workspace, "ja")
    assert "colleague" in page


_PART = st.fixed_dictionaries(
    {
        "name": st.sampled_from([FILE, "案内.pdf", "古い.csv"]),
        "id": st.sampled_from(["p", "q", "r", "s", "t"]),
        "marked": st.booleans(),
        "same": st.booleans(),
    }
)


@given(
    parts=st.lists(_PART, max_size=5, unique_by=lambda part: part["id"]),
    known=st.dictionaries(st.sampled_from(["p", "q", "r"]), st.sampled_from([FILE, "古い.csv"]), max_size=3),
    taken=st.booleans(),
    overwrite=st.booleans(),
    allowed=st.booleans(),
    target=st.sampled_from(["", FILE, "案内.pdf", "p", "q", "s"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_nothing_leaves_a_portal_that_the_plan_does_not_name(
    parts: list[Raw],
    known: dict[str, str],
    taken: bool,
    overwrite: bool,
    allowed: bool,
    target: str,
    office: Office,
    tmp_path: Path,
) -> None:
    """Whatever names, marks and ids there are: what is gone is what the plan takes away, and what is in doubt stays."""
    checksum = office.release("1").files[0].sha256
    made = Office(tmp_path, replace(office.workspace, root=tmp_path / "fresh"))
    made.workspace.ledger.parent.mkdir(exist_ok=True)
    made.workspace.ledger.unlink(missing_ok=True)
    made.publish("1")
    (line,) = made.workspace.ledger.read_text(encoding="utf-8").splitlines()
    body = {key: value for key, value in json.loads(line).items() if key != "resource_id"}
    events = [{**body, "resource": name, "resource_id": identifier} for identifier, name in known.items()]
    lines = "".join(json.dumps(event) + "\n" for event in [body, *events])
    made.workspace.ledger.write_text(lines, encoding="utf-8")
    marks = {"mo_bytes": str(made.parts[0]["mo_bytes"]), "size": int(made.parts[0]["mo_bytes"])}
    made.parts[:] = [
        {"id": part["id"], "name": part["name"], "url": f"http://localhost/{part['id']}", "url_type": "upload"}
        | ({**marks, "sha256": checksum if part["same"] else "0" * 64} if part["marked"] else {})
        for part in parts
    ]
    if taken:
        made.portal.packages[NAME]["extras"] = []
    before = {part["id"] for part in made.parts}
    wishes = Wishes(remove=(f"stock/{target}",) if target else (), overwrite=("stock",) if overwrite else ())
    removed: set[str | None] = set()
    try:
        plan = plan_releases([made.release("1", "2")], made.portal, made.workspace, wishes)
        removed = {part.id for part in plan.changes[0].resources if part.action == "remove"}
        allow = [guard for guard in allowed_by_name() if allowed or guard != "foreign-resource"]
        publish(plan, made.portal, made.workspace, allow=allow)
    except MeguroOpendataError:
        removed = set()
    after = {part["id"] for part in made.parts}
    assert before - after == removed
    foreign = {part["id"] for part in parts if not part["marked"] and part["id"] not in known}
    assert allowed or foreign <= after
