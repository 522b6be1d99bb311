"""A CKAN as a portal: creating, revising and removing datasets, what a lost answer leads to, and backups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from planned_datasets import small_workspace
from pretend_ckan import PretendClient

from meguro_opendata.catalog import Package
from meguro_opendata.errors import MeguroOpendataError, PortalError, RefusedError, StaleError, UncertainError
from meguro_opendata.files.whole import sha256
from meguro_opendata.portals import TableLoad, Upload
from meguro_opendata.portals.backup import Difference, back_up, differences, open_backup, restore
from meguro_opendata.portals.base import View
from meguro_opendata.portals.ckan.portal import CkanPortal, Standing, _any_of
from meguro_opendata.portals.contents import Attempt
from meguro_opendata.portals.marks import DATASET, RELEASE
from meguro_opendata.portals.snapshot import SnapshotPortal, snapshot_text
from meguro_opendata.workspace.city import PortalSettings

NAME = "131105_aed"
VIEW = {"view_type": "recline_view", "title": "表"}


class Lab:
    """A portal on a CKAN in memory, with one file to upload."""

    def __init__(self, folder: Path) -> None:
        self.client = PretendClient()
        settings = PortalSettings(kind="ckan", url="http://localhost", datastore=("aed",))
        self.portal = CkanPortal("ward", small_workspace().city, settings, self.client)  # type: ignore[arg-type]
        self.file = folder / "a.csv"
        self.file.write_bytes(b"ID\r\n1\r\n")

    def package(self, release: str = "r1", links: tuple[str, ...] = (), **fields: Any) -> Package:
        """Return a dataset with one file and some links."""
        data = self.file.read_bytes()
        part = {"name": "a.csv", "hash": sha256(data), "sha256": sha256(data), "mo_bytes": str(len(data))}
        parts = [part, *({"name": url, "url": url} for url in links)]
        marks = [{"key": DATASET, "value": "131105/aed"}, {"key": RELEASE, "value": release}]
        known: dict[str, Any] = {"name": NAME, "title": "AED", "private": False, "owner_org": "131105"}
        return Package.from_ckan({**known, "tags": [], "groups": [], "extras": marks, "resources": parts, **fields})

    def uploads(self) -> list[Upload]:
        """Return the file as an upload."""
        data = self.file.read_bytes()
        return [Upload("a.csv", self.file, sha256(data), len(data))]

    def put(self, package: Package | None = None, before: Package | None = None, *, files: bool = True) -> Package:
        """Publish a dataset."""
        return self.portal.put(package or self.package(), self.uploads() if files else [], "", before)

    def held(self) -> Package:
        """Return the dataset as the portal has it."""
        return self.portal.state([NAME]).packages[NAME]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """An empty CKAN."""
    return Lab(tmp_path)


def test_a_new_dataset_with_files_is_created_empty_and_private_first(lab: Lab) -> None:
    """No reader sees half of it; the answer has the ids."""
    answer = lab.put()
    assert lab.client.calls == ["package_create", "package_revise"]
    assert [part.id for part in answer.resources] == [f"id-{NAME}-0"]
    assert (lab.held().fields["private"], lab.held().resources[0].hash) == (False, lab.uploads()[0].sha256)
    assert lab.portal.read_file(lab.held(), "a.csv") == b"ID\r\n1\r\n"


def test_a_new_dataset_without_files_is_one_call(lab: Lab) -> None:
    """Only links, or none."""
    package = lab.package(links=("http://a/x",))
    lab.put(Package.from_ckan({**package.to_ckan(), "resources": package.to_ckan()["resources"][1:]}), files=False)  # type: ignore[index]
    assert lab.client.calls == ["package_create"]


@pytest.mark.parametrize(
    ("lost", "calls"),
    [
        (["package_create"], ["package_create", "package_revise"]),
        (["package_revise"], ["package_create", "package_revise"]),
        (["package_create", "package_revise"], ["package_create", "package_revise"]),
    ],
)
def test_a_lost_answer_is_asked_after_and_nothing_is_sent_twice(lab: Lab, lost: list[str], calls: list[str]) -> None:
    """The dataset is there as it was sent."""
    lab.client.lose = lost
    answer = lab.put()
    assert (lab.client.calls, answer.modified) == (calls, lab.held().modified)


def test_an_existing_dataset_is_revised_against_its_state(lab: Lab) -> None:
    """A state that has changed meanwhile is refused, and nothing is written."""
    before = lab.put()
    lab.put(lab.package("r2", title="AED 2"), before)
    assert (lab.held().text("title"), lab.held().modified != before.modified) == ("AED 2", True)
    with pytest.raises(MeguroOpendataError):
        lab.put(lab.package("r3"), before)
    assert lab.held().text("title") == "AED 2"


def test_a_name_that_is_taken_makes_the_plan_stale(lab: Lab) -> None:
    """Another editor made a dataset of that name after the plan."""
    lab.put(lab.package(extras=[]), files=False)
    with pytest.raises(StaleError):
        lab.put()


def test_the_same_publication_once_more_finds_its_dataset(lab: Lab) -> None:
    """A killed run's last request went on: it counts as done."""
    lab.put()
    lab.client.calls.clear()
    assert lab.put().modified == lab.held().modified
    assert lab.client.calls == ["package_create"]


@pytest.mark.parametrize("state", ["deleted", "other"])
def test_a_dataset_in_neither_state_is_stale(lab: Lab, state: str) -> None:
    """After a lost answer: it was deleted, or edited by another."""
    before = lab.put()
    raw = lab.client.packages[f"id-{NAME}"]
    raw["metadata_modified"] = "later"
    if state == "deleted":
        raw["state"] = "deleted"
    with pytest.raises(StaleError):
        lab.portal._is_revised(lab.package("r2"), before)


def test_a_dataset_that_is_not_found_is_uncertain(lab: Lab) -> None:
    """CKAN 2.11 needs a moment after its creation; as before it is not yet revised."""
    before = lab.put()
    assert lab.portal._is_revised(lab.package(), before) is False
    lab.client.packages.clear()
    with pytest.raises(UncertainError):
        lab.portal._is_revised(lab.package(), before)


def test_a_removed_dataset_is_gone_from_the_state(lab: Lab) -> None:
    """A deleted one counts as gone once the search has lost it; its files are looked for by their ids."""
    package = lab.put()
    assert lab.portal.remains(package) == (NAME,)
    assert lab.portal.remains(package, package.resources) == ("a.csv",)
    lab.client.lose = ["package_delete"]
    lab.portal.remove(package)
    assert (lab.portal.remains(package), lab.portal.state().packages) == ((), {})
    lab.client.packages.clear()
    assert lab.portal.remains(package) == ()


def test_a_file_that_left_a_dataset_is_gone(lab: Lab) -> None:
    """By its id, not by its name."""
    package = lab.put()
    lab.client.packages[f"id-{NAME}"]["resources"][0]["id"] = "another"
    assert lab.portal.remains(package, package.resources) == ()


@pytest.mark.parametrize(
    ("token", "organizations", "standing"),
    [
        (True, ["131105", "x"], Standing("2.11.6", "staff", may_publish=True)),
        (True, ["x"], Standing("2.11.6", "staff", may_publish=False)),
        (True, [], Standing("2.11.6", "staff", may_publish=False)),
        (False, ["131105"], Standing("2.11.6", None, may_publish=False)),
    ],
)
def test_the_standing_says_whether_the_token_can_publish(
    lab: Lab, token: bool, organizations: list[str], standing: Standing
) -> None:
    """In the organisation of the settings, not in any other."""
    lab.client.has_token = token
    lab.client.lists["organization"] = organizations
    assert lab.portal.standing() == standing


def test_a_portal_without_a_list_of_licences_can_be_published_to(lab: Lab) -> None:
    """The list only leads to a warning."""
    assert lab.portal.lists().licenses == {"cc-by"}
    other = Lab(lab.file.parent)
    other.client.refuse = {"license_list": ("id",)}
    assert other.portal.lists().licenses is None


@pytest.mark.parametrize(
    ("first", "names", "query"),
    [
        ("organization:x", [], "+(organization:x)"),
        ("organization:x", ["a", "b"], '+(organization:x OR name:("a" OR "b"))'),
        ("", ["a"], '+(name:("a"))'),
    ],
)
def test_a_search_is_for_an_organisation_or_names(first: str, names: list[str], query: str) -> None:
    """One filter, so that one search answers."""
    assert _any_of(first, names) == query


def test_every_name_is_asked_for_however_many_there_are(lab: Lab) -> None:
    """Solr takes a limited number of clauses, so that names beyond 400 are asked for in further searches."""
    lab.put()
    raw = lab.client.packages.pop(f"id-{NAME}")
    lab.client.packages = {str(number): {**raw, "id": str(number), "name": f"n{number:04}"} for number in range(1001)}
    names = [f"n{number:04}" for number in range(1001)] + [f"m{number}" for number in range(900)]
    assert len(lab.portal.state(names).packages) == 1001


@pytest.mark.parametrize("answer", [None, [], {"count": "1", "results": []}, {"count": 1}, {"count": 5, "results": []}])
def test_an_answer_that_is_no_search_is_an_error(lab: Lab, answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Datasets that are left out would be planned as missing."""
    monkeypatch.setattr(lab.client, "read", lambda _action, _data: answer)
    with pytest.raises(PortalError) as refused:
        lab.portal.state()
    assert refused.value.code == "portal-no-answer"


def test_a_table_is_loaded_for_the_file_that_is_named(lab: Lab) -> None:
    """A file that is not in the dataset any more makes the plan stale."""
    package = lab.put()
    schema = {"fields": [{"name": "ID", "type": "string"}]}
    load = TableLoad("a.csv", lab.file, schema, ("ID",), "digest")
    lab.portal.load(package, load)
    held = lab.portal.held_table(lab.held().resources[0])
    assert held is not None
    assert (held.rows, lab.portal.held_rows(lab.held().resources[0])) == (1, [{"ID": "1"}])
    with pytest.raises(StaleError):
        lab.portal.load(package, TableLoad("b.csv", lab.file, schema, ("ID",), "digest"))


@pytest.fixture
def kept(lab: Lab) -> Lab:
    """A CKAN with a dataset, its table and its view, saved in the folder `backup`."""
    package = lab.put(lab.package(links=("http://a/x",)))
    lab.portal.load(package, TableLoad("a.csv", lab.file, {"fields": [{"name": "ID"}]}, ("ID",), "digest"))
    part = lab.client.packages[f"id-{NAME}"]["resources"][0]
    part["datastore_active"] = True
    lab.portal.add_view(package.resources[0], View(VIEW))
    back_up(lab.portal, lab.file.parent / "backup")
    return lab


def test_a_backup_of_an_unchanged_portal_has_no_difference(kept: Lab) -> None:
    """And nothing to bring back."""
    saved = open_backup(kept.file.parent / "backup")
    assert (differences(kept.portal, saved), restore(kept.portal, saved)) == ([], [])
    assert saved.contents is not None
    assert (list(saved.files.values()), len(saved.contents.tables)) == ([kept.uploads()[0].sha256], 1)


def test_lost_tables_and_views_come_back(kept: Lab) -> None:
    """Each is reported, and afterwards the portal is as its backup."""
    saved, attempts = open_backup(kept.file.parent / "backup"), list[Attempt]()
    resource = f"id-{NAME}-0"
    kept.client.tables.clear()
    kept.client.views.clear()
    assert [one.place for one in differences(kept.portal, saved)] == ["tables.a.csv", "views.a.csv.表 (recline_view)"]
    assert restore(kept.portal, saved, attempts.append) == []
    assert [(one.place, one.error) for one in attempts] == [
        ("tables.a.csv", None),
        ("views.a.csv.表 (recline_view)", None),
    ]
    assert (differences(kept.portal, saved), resource in kept.client.tables) == ([], True)


def test_a_refused_view_is_reported_and_the_rest_goes_on(kept: Lab) -> None:
    """The portal lacks the extension for that type of view."""
    saved, attempts = open_backup(kept.file.parent / "backup"), list[Attempt]()
    kept.client.views.clear()
    kept.client.refuse = {"resource_view_create": ("view_type",)}
    restore(kept.portal, saved, attempts.append)
    assert [isinstance(one.error, RefusedError) for one in attempts] == [True]


def test_every_kind_of_change_is_a_difference(kept: Lab) -> None:
    """Fields, bytes of a file, rows of a table, views that came or changed; a dataset that is absent has no place."""
    saved = open_backup(kept.file.parent / "backup")
    raw, resource = kept.client.packages[f"id-{NAME}"], f"id-{NAME}-0"
    raw["title"] = "other"
    kept.client.files[resource] = b"x"
    kept.client.tables[resource]["rows"].clear()
    kept.client.views[resource][0]["filter"] = "x"
    kept.client.views[resource].append({"view_type": "image", "title": "図"})
    found = {one.place: (one.saved, one.found) for one in differences(kept.portal, saved)}
    assert list(found) == [
        "title",
        "files.a.csv",
        "tables.a.csv",
        "views.a.csv.表 (recline_view)",
        "views.a.csv.図 (image)",
    ]
    assert found["title"] == ("AED", "other")
    assert [text.partition(",")[0] for text in found["tables.a.csv"]] == ["1 rows", "0 rows"]
    raw["state"] = "deleted"
    assert differences(kept.portal, saved) == [Difference(NAME, "", NAME, "")]


def test_a_lost_dataset_comes_back_under_its_id(kept: Lab) -> None:
    """With its file, so that links go on leading to it."""
    saved = open_backup(kept.file.parent / "backup")
    kept.client.packages.clear()
    kept.client.lists["group"] = []
    assert restore(kept.portal, saved) == [NAME]
    held = kept.held()
    assert (held.id, kept.portal.read_file(held, "a.csv")) == (f"id-{NAME}", b"ID\r\n1\r\n")


@pytest.mark.parametrize("name", ["backup.json", "packages.jsonl", "files"])
@pytest.mark.parametrize("content", [b"", b"{}", None])
def test_a_damaged_backup_is_refused(kept: Lab, name: str, content: bytes | None) -> None:
    """Whatever is absent or changed, nothing is brought back."""
    folder = kept.file.parent / "backup"
    paths = sorted((folder / "files").iterdir()) if name == "files" else [folder / name]
    for path in paths:
        path.unlink() if content is None else path.write_bytes(content)
    if (name, content) == ("packages.jsonl", b""):
        assert open_backup(folder).packages == ()
        return
    with pytest.raises(MeguroOpendataError) as refused:
        open_backup(folder)
    assert refused.value.code == "backup-damaged"


def test_a_snapshot_has_the_state_and_the_lists_and_takes_no_writes(kept: Lab, tmp_path: Path) -> None:
    """A plan against it compares the same packages; everything that would write, or needs the portal, is refused."""
    path = tmp_path / "state.json"
    path.write_text(snapshot_text(kept.portal), encoding="utf-8")
    snapshot = SnapshotPortal(kept.portal, path)
    assert snapshot.state().packages == kept.portal.state().packages
    assert snapshot.lists() == kept.portal.lists()
    package, part = kept.held(), kept.held().resources[0]
    assert (snapshot.read_file(package, "a.csv"), snapshot.content(package, part)) == (b"", None)
    assert (snapshot.remains(package), snapshot.remains(package, [part])) == ((NAME,), ("a.csv",))
    assert (snapshot.remains(Package({"name": "x"})), snapshot.unlisted(package), snapshot.finish()) == ((), (), False)
    load = TableLoad("a.csv", kept.file, {}, (), "")
    for refused, code in [
        (lambda: snapshot.held_table(part), "snapshot-not-deep"),
        (lambda: snapshot.held_rows(part), "snapshot-not-deep"),
        (lambda: snapshot.held_views(part), "snapshot-not-deep"),
        (lambda: snapshot.add_view(part, View({})), "snapshot-read-only"),
        (lambda: snapshot.put(package, [], "", None), "snapshot-read-only"),
        (lambda: snapshot.load(package, load), "snapshot-read-only"),
        (lambda: snapshot.remove(package), "snapshot-read-only"),
        (lambda: snapshot.settle(NAME, []), "snapshot-read-only"),
    ]:
        with pytest.raises(MeguroOpendataError) as error:
            refused()
        assert (error.value.code, error.value.params) == (code, {"name": "ward"})


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "meguro-opendata-snapshot@1", "portal": "other"}'])
def test_a_file_that_is_no_snapshot_of_the_portal_is_refused(lab: Lab, text: str, tmp_path: Path) -> None:
    """Also one of another portal."""
    (tmp_path / "state.json").write_text(text, encoding="utf-8")
    with pytest.raises(MeguroOpendataError) as refused:
        SnapshotPortal(lab.portal, tmp_path / "state.json")
    assert refused.value.code == "snapshot-broken"
