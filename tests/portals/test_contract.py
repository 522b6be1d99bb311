"""The promises of every portal, held by all kinds: the folder, the one in memory, and each real CKAN."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ckan_labs import REASON, TOKEN, Lab, clean_up, labs
from memory_portal import MemoryPortal

import meguro_opendata as mo
from meguro_opendata.catalog import CatalogEntry, Distribution, Package, Resource
from meguro_opendata.errors import GuardError, MeguroOpendataError, StaleError
from meguro_opendata.files.whole import sha256
from meguro_opendata.ledger import read_ledger
from meguro_opendata.portals import FolderPortal, Portal, TableLoad, Upload, View
from meguro_opendata.portals.ckan.client import CkanClient
from meguro_opendata.portals.ckan.portal import CkanPortal
from meguro_opendata.portals.datastore import stored_table
from meguro_opendata.portals.marks import STORED_HASH, extras_of, marked
from meguro_opendata.publication import Plan, Wishes, plan_releases, publish
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import City, PortalSettings, Workspace

MOMENT = "2026-04-01T00:00:00.000000"
REAL = [pytest.param(lab, id=f"ckan{number}", marks=pytest.mark.ckan) for number, lab in enumerate(labs(), start=1)]
NO_LAB = [] if REAL else [pytest.param(None, id="ckan", marks=[pytest.mark.ckan, pytest.mark.skip(reason=REASON)])]


@pytest.fixture
def workspace(workspace_dir: Path) -> Workspace:
    """The shipped workspace, in a folder of its own."""
    return mo.open_workspace(workspace_dir)


@pytest.fixture
def city(workspace: Workspace) -> City:
    """The ward."""
    return workspace.city


@pytest.fixture(params=["folder", "memory", *REAL, *NO_LAB])
def portal(
    request: pytest.FixtureRequest, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Portal]:
    """Each portal, empty."""
    if request.param == "folder":
        yield FolderPortal("lab", tmp_path / "portal", city)
    elif request.param == "memory":
        yield MemoryPortal(city)
    else:
        lab: Lab = request.param
        monkeypatch.setenv(TOKEN, lab.token)
        organization = lab.organization()
        rule = organization + "-{slug}"
        settings = PortalSettings(kind="ckan", url=lab.url, organization=organization, name_rule=rule)
        yield CkanPortal("lab", city, settings, CkanClient("lab", lab.url))
        clean_up(lab, organization)


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str], Upload]:
    """A file to put on a portal, by its name and text."""

    def make(name: str, text: str) -> Upload:
        folder = tmp_path / "files" / sha256(text.encode())[:8]
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return Upload(name, path, sha256(path.read_bytes()), path.stat().st_size)

    return make


def package_of(portal: Portal, *uploads: Upload, slug: str = "aed", title: str = "AED設置箇所一覧") -> Package:
    """A dataset with some files, as the portal wants it."""
    parts = tuple(Distribution(u.name, "CSV", u.name, f"{title}（CSV）", u.bytes, u.sha256) for u in uploads)
    entry = CatalogEntry(
        name=f"131105_{slug}",
        title=title,
        description="設置箇所の一覧。\n2行目もある。",
        department="危機管理部防災課",
        frequency="随時",
        license_id="CC-BY-4.0",
        keywords=("防災", "AED"),
        distributions=parts,
    )
    return marked(portal.wanted(slug, entry), f"131105/{slug}", sha256(title.encode())[:8])


def only(portal: Portal) -> Package:
    """The one dataset that the portal holds."""
    (package,) = portal.state().packages.values()
    return package


def as_held(held: Package, wanted: Package) -> Package:
    """A wanted package with what the portal keeps of its own: ids and addresses of the files that stay."""
    kept = {part.name: part.fields for part in held.resources}
    parts = (Resource({**kept.get(part.name, {}), **part.fields}) for part in wanted.resources)
    return replace(wanted, resources=tuple(parts))


def test_an_empty_portal_holds_nothing(portal: Portal) -> None:
    """Before the first publication there are no packages, and no file can be read."""
    assert portal.state(["131105_aed"]).packages == {}


def test_what_was_put_is_there(portal: Portal, file: Callable[[str, str], Upload]) -> None:
    """Texts, keywords, marks, files with their checksums and bytes are what was sent, and shown to everybody."""
    first, second = file("131105_aed.csv", "名称\r\n目黒区役所\r\n"), file("131105_aed_2.csv", "名称\r\n")
    wanted = package_of(portal, first, second)
    portal.put(wanted, [first, second], MOMENT, None)
    held = only(portal)
    for name in ("name", "title", "notes", "license_id", "author", "maintainer", "private"):
        assert held.fields[name] == wanted.fields[name]
    assert sorted(tag.name for tag in held.tags) == ["AED", "防災"]
    assert extras_of(held) == extras_of(wanted)
    assert [(part.name, part.hash) for part in held.resources] == [
        (first.name, first.sha256),
        (second.name, second.sha256),
    ]
    assert portal.read_file(held, first.name) == first.path.read_bytes()
    assert portal.read_file(held, "other.csv") == b""


def test_an_update_keeps_ids_order_and_links(portal: Portal, file: Callable[[str, str], Upload]) -> None:
    """A file with new bytes keeps its place, its id and its link; the file that stays is not sent again."""
    one, two = file("a.csv", "1"), file("b.csv", "2")
    portal.put(package_of(portal, one, two), [one, two], MOMENT, None)
    before = only(portal)
    newer = file("a.csv", "one")
    wanted = as_held(before, package_of(portal, newer, two, title="新しい題名"))
    portal.put(wanted, [newer], MOMENT, before)
    after = only(portal)
    ids = [[(part.id, part.name, part.url) for part in held.resources] for held in (before, after)]
    assert ids[0] == ids[1]
    assert (after.id, after.title) == (before.id, "新しい題名")
    assert after.fields["metadata_created"] == before.fields["metadata_created"]
    assert [part.hash for part in after.resources] == [newer.sha256, two.sha256]
    assert [portal.read_file(after, name) for name in ("a.csv", "b.csv")] == [b"one", b"2"]


def test_a_field_that_is_not_said_any_more_is_emptied(portal: Portal, file: Callable[[str, str], Upload]) -> None:
    """A version and an address that a dataset had, and has no more, do not stay on the portal."""
    one = file("a.csv", "1")
    said = package_of(portal, one).with_fields(version="1.0", maintainer_email="a@example.org")
    portal.put(said, [one], MOMENT, None)
    before = only(portal)
    assert (before.text("version"), before.text("maintainer_email")) == ("1.0", "a@example.org")
    portal.put(as_held(before, package_of(portal, one)), [], MOMENT, before)
    after = only(portal)
    assert not after.text("version")
    assert not after.text("maintainer_email")


def test_files_come_go_and_change_places(portal: Portal, file: Callable[[str, str], Upload]) -> None:
    """The list of files that is sent is what is there afterwards, in its order; a file that stays keeps its id."""
    one, two, three = file("a.csv", "1"), file("b.csv", "2"), file("c.csv", "3")
    portal.put(package_of(portal, one, two), [one, two], MOMENT, None)
    before = only(portal)
    portal.put(as_held(before, package_of(portal, three, two)), [three], MOMENT, before)
    after = only(portal)
    assert [(part.name, part.hash) for part in after.resources] == [
        ("c.csv", three.sha256),
        ("b.csv", two.sha256),
    ]
    kept = [part.id for held in (before, after) for part in held.resources if part.name == "b.csv"]
    assert kept[0] == kept[1]
    assert portal.read_file(after, "c.csv") == b"3"
    assert portal.read_file(after, "a.csv") == b""


def test_a_removed_dataset_is_gone(portal: Portal, file: Callable[[str, str], Upload]) -> None:
    """After a removal the portal does not show the dataset; its name can be used again."""
    one = file("a.csv", "1")
    portal.put(package_of(portal, one), [one], MOMENT, None)
    portal.remove(only(portal))
    assert portal.state().packages == {}
    portal.put(package_of(portal, one), [one], MOMENT, None)
    assert only(portal).title == "AED設置箇所一覧"


def test_what_was_removed_is_looked_for(portal: Portal, file: Callable[[str, str], Upload]) -> None:
    """A dataset, or a file of it, remains as long as it can be had, and does not once it was taken away."""
    one, two = file("a.csv", "1"), file("b.csv", "2")
    portal.put(package_of(portal, one, two), [one, two], MOMENT, None)
    held = only(portal)
    (first, second) = held.resources
    assert portal.remains(held)
    assert portal.remains(held, [first, second]) == ("a.csv", "b.csv")
    portal.put(as_held(held, package_of(portal, two)), [], MOMENT, held)
    assert portal.remains(held, [first, second]) == ("b.csv",)
    portal.remove(only(portal))
    assert portal.remains(held) == ()


def test_what_others_changed_is_not_overwritten(portal: Portal, file: Callable[[str, str], Upload]) -> None:
    """A dataset that is not any more what it was is refused, and nothing of it changes."""
    if portal.exclusive:
        pytest.skip("nobody else writes to this portal")
    one = file("a.csv", "1")
    portal.put(package_of(portal, one), [one], MOMENT, None)
    before = only(portal)
    portal.put(as_held(before, package_of(portal, one, title="別の人の題名")), [], MOMENT, before)
    newer = file("a.csv", "2")
    for stale in (before, None):
        with pytest.raises(StaleError):
            portal.put(as_held(before, package_of(portal, newer)), [newer], MOMENT, stale)
    held = only(portal)
    assert (held.title, [part.hash for part in held.resources]) == ("別の人の題名", [one.sha256])
    assert portal.read_file(held, "a.csv") == b"1"


def test_a_name_that_others_hold_is_reported(portal: Portal, file: Callable[[str, str], Upload]) -> None:
    """A dataset under a wanted name is told, whoever made it."""
    one = file("a.csv", "1")
    wanted = package_of(portal, one)
    portal.put(wanted, [one], MOMENT, None)
    assert list(portal.state([wanted.name, "131105_no_such"]).packages) == [wanted.name]


TOLD = ("id", "name", "hash", "last_modified", STORED_HASH, "size", "mo_bytes", "sha256")


def test_the_answer_of_a_write_equals_the_next_search(portal: Portal, file: Callable[[str, str], Upload]) -> None:
    """Ids, dates, checksums and sizes of files in the answer are those of the portal; so they can be noted from it."""
    one = file("a.csv", "1")
    answer = portal.put(package_of(portal, one), [one], MOMENT, None)
    for uploads in ([], [file("a.csv", "one")]):
        before = only(portal)
        assert answer is not None
        told = [[{name: part.fields.get(name) for name in TOLD} for part in p.resources] for p in (answer, before)]
        assert told[0] == told[1]
        wanted = as_held(before, package_of(portal, *(uploads or [one]), title=f"題名{len(uploads)}"))
        answer = portal.put(wanted, uploads, MOMENT.replace("04", "05"), before)


def test_a_file_that_is_written_again_gets_another_date(portal: Portal, file: Callable[[str, str], Upload]) -> None:
    """The date of a file moves when its bytes are written, and stays when only words of the dataset change."""
    one = file("a.csv", "1")
    portal.put(package_of(portal, one), [one], MOMENT, None)
    first = only(portal)
    portal.put(as_held(first, package_of(portal, one, title="新しい題名")), [], MOMENT.replace("04", "05"), first)
    second = only(portal)
    newer = file("a.csv", "2")
    portal.put(as_held(second, package_of(portal, newer)), [newer], MOMENT.replace("04", "06"), second)
    dates = [held.resources[0].fields["last_modified"] for held in (first, second, only(portal))]
    assert dates[0] == dates[1] != dates[2]


def test_the_content_of_a_file_is_its_bytes(portal: Portal, file: Callable[[str, str], Upload]) -> None:
    """A file can be read by its entry, to the byte."""
    one = file("a.csv", "名称\r\n目黒区役所\r\n")
    portal.put(package_of(portal, one), [one], MOMENT, None)
    held = only(portal)
    assert portal.content(held, held.resources[0]) == one.path.read_bytes()


def test_a_table_is_described_by_rows_and_columns(portal: Portal, file: Callable[[str, str], Upload]) -> None:
    """A file has no table before one is loaded; then its rows and typed columns are known, and the search says so."""
    if portal.exclusive:
        pytest.skip("this portal has no DataStore")
    one = file("a.csv", "ID,台数\r\n1,10\r\n2,\r\n")
    portal.put(package_of(portal, one), [one], MOMENT, None)
    assert portal.held_table(only(portal).resources[0]) is None
    schema = {"fields": [{"name": "ID", "type": "string"}, {"name": "台数", "type": "integer"}]}
    portal.load(only(portal), TableLoad(one.name, one.path, schema, ("ID",), "d"))
    (part,) = only(portal).resources
    table = portal.held_table(part)
    assert table is not None
    stored = stored_table(one.path.read_bytes(), schema, ("ID",))
    assert (table.rows, table.columns, part.fields["datastore_active"]) == (2, stored.shape, True)


def test_a_view_is_listed_with_its_settings(portal: Portal, file: Callable[[str, str], Upload]) -> None:
    """A view that was added is reported; two of one type and title are two."""
    if portal.exclusive:
        pytest.skip("this portal has no views")
    one = file("a.csv", "1")
    portal.put(package_of(portal, one), [one], MOMENT, None)
    (part,) = only(portal).resources
    assert portal.held_views(part) == ()
    view = View({"view_type": "text_view", "title": "本文", "description": "説明"})
    for count in (1, 2):
        portal.add_view(part, view)
        assert portal.held_views(part) == (view,) * count


def release_of(*uploads: Upload) -> PublishedDataset:
    """A release of some tables."""
    parts = tuple(Distribution(u.name, "CSV", u.name, "AED（CSV）", u.bytes, u.sha256) for u in uploads)
    entry = CatalogEntry(
        name="131105_aed",
        title="AED設置箇所一覧",
        description="設置箇所の一覧。",
        department="危機管理部防災課",
        frequency="随時",
        license_id="CC-BY-4.0",
        distributions=parts,
    )
    return PublishedDataset("aed", entry, uploads, 1, (), {upload.name: 1 for upload in uploads})


def add_by_hand(portal: Portal, name: str, url: str) -> str:
    """Somebody adds a link to the one dataset of a portal, by the portal's own means; returns its id."""
    package = only(portal)
    part = {"id": str(uuid.uuid4()), "name": name, "url": url, "url_type": None, "hash": "", "created": MOMENT}
    if isinstance(portal, FolderPortal):
        path = portal.root / "api" / "3" / "action" / "package_show" / f"{package.name}.json"
        answer = json.loads(path.read_text(encoding="utf-8"))
        answer["result"]["resources"].append(part)
        path.write_text(json.dumps(answer), encoding="utf-8")
    elif isinstance(portal, MemoryPortal):
        portal.packages[package.name]["resources"].append(part)
    else:
        assert isinstance(portal, CkanPortal)
        call = {key: part[key] for key in ("id", "name", "url")} | {"package_id": package.id}
        portal.client.write("resource_create", call, {}, lambda: False)
    return str(part["id"])


def published(portal: Portal, workspace: Workspace, *uploads: Upload, **options: Any) -> Plan:
    """Plan and publish one release of some files; ``remove`` is taken away."""
    wishes = Wishes(remove=options.pop("remove", ()))
    plan = plan_releases([release_of(*uploads)], portal, workspace, wishes)
    publish(plan, portal, workspace, **options)
    return plan


ELSEWHERE = "https://example.org/colleague.csv"


def test_the_ledger_notes_the_ids_that_the_portal_confirmed(
    portal: Portal, file: Callable[[str, str], Upload], workspace: Workspace
) -> None:
    """Each event has the id of the file on the portal; an update has the same one."""
    published(portal, workspace, file("a.csv", "x\r\n1\r\n"), file("b.csv", "x\r\n"))
    published(portal, workspace, file("a.csv", "x\r\n2\r\n"), file("b.csv", "x\r\n"))
    ids = {part.name: part.id for part in only(portal).resources}
    events = read_ledger(workspace.ledger)
    assert [(event.event, event.resource) for event in events] == [
        ("publish", "a.csv"),
        ("publish", "b.csv"),
        ("update", "a.csv"),
    ]
    assert all(event.resource_id and event.resource_id == ids[event.resource] for event in events)


@pytest.mark.parametrize("name", ["a.csv", "b.csv", "案内.pdf"])
def test_a_resource_added_by_hand_stays_whatever_its_name(
    name: str, portal: Portal, file: Callable[[str, str], Upload], workspace: Workspace
) -> None:
    """A resource with the name of one of ours is planned by id and address, and is there after every publication."""
    one, two, newer = file("a.csv", "x\r\n1\r\n"), file("b.csv", "x\r\n"), file("a.csv", "x\r\n2\r\n")
    published(portal, workspace, one, two)
    identifier = add_by_hand(portal, name, ELSEWHERE)
    unchanged = published(portal, workspace, one, two)
    assert unchanged.pending is False
    part = unchanged.to_dict()["changes"][0]["resources"][-1]
    assert [part[key] for key in ("name", "id", "url", "ours", "action")] == [
        name,
        identifier,
        ELSEWHERE,
        False,
        "orphaned",
    ]
    for files in ((newer, two), (two,)):
        published(portal, workspace, *files)
        held = only(portal)
        assert held.resources_by_id[identifier].url == ELSEWHERE
        assert [portal.read_file(held, upload.name) for upload in files] == [u.path.read_bytes() for u in files]


def test_a_resource_of_others_goes_only_by_its_id_and_if_that_is_allowed(
    portal: Portal, file: Callable[[str, str], Upload], workspace: Workspace
) -> None:
    """A doubled name is refused with both ids; an id of somebody's resource needs the guard; ours stays in any case."""
    one = file("a.csv", "x\r\n1\r\n")
    published(portal, workspace, one)
    (ours,) = only(portal).resources
    theirs = add_by_hand(portal, "a.csv", ELSEWHERE)
    with pytest.raises(MeguroOpendataError) as doubled:
        published(portal, workspace, one, remove=("aed/a.csv",))
    assert (doubled.value.code, doubled.value.exit_code) == ("remove-doubled", 2)
    assert all(identifier in doubled.value.text("ja") for identifier in (str(ours.id), theirs))
    with pytest.raises(GuardError) as guarded:
        published(portal, workspace, one, remove=(f"aed/{theirs}",))
    assert (guarded.value.code, guarded.value.exit_code) == ("guard-foreign-resource", 4)
    assert len(only(portal).resources) == 2
    with pytest.raises(MeguroOpendataError) as released:
        published(portal, workspace, one, remove=(f"aed/{ours.id}",))
    assert released.value.code == "remove-unknown"
    published(portal, workspace, one, remove=(f"aed/{theirs}",), allow=["foreign-resource"])
    held = only(portal)
    assert [part.id for part in held.resources] == [ours.id]
    assert portal.read_file(held, "a.csv") == one.path.read_bytes()
    assert [event.event for event in read_ledger(workspace.ledger)] == ["publish"]
