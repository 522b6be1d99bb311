"""The folder portal: what counts as ours, damage, removal, leftovers of a killed run, and pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from planned_datasets import small_workspace

from meguro_opendata.catalog import CatalogEntry, Distribution, Package
from meguro_opendata.errors import PortalError
from meguro_opendata.files.whole import sha256
from meguro_opendata.portals import FolderPortal, TableLoad, Upload
from meguro_opendata.portals import folder as folder_module
from meguro_opendata.portals.base import PortalLists, View

NAME, FILE = "131105_aed", "131105_aed.csv"
DATA = "ID,名称,空\r\n1,役所,\r\n2,駅,\r\n".encode()


def names(folder: Path) -> list[str]:
    """Return the sorted names in a folder."""
    return sorted(path.name for path in folder.iterdir())


class Shop:
    """A folder portal and a release of one dataset."""

    def __init__(self, folder: Path) -> None:
        self.portal = FolderPortal("folder", folder / "portal", small_workspace().city)
        self.built = folder / FILE
        self.built.write_bytes(DATA)
        self.data = self.portal.root / "dataset" / NAME
        self.show = self.portal.root / "api" / "3" / "action" / "package_show" / f"{NAME}.json"

    def put(self, *files: str, moment: str = "2026-04-01T00:00:00") -> Package:
        """Publish the dataset with files of some names."""
        parts = tuple(Distribution(name, "CSV", name, "一覧", len(DATA), sha256(DATA), 2) for name in files or (FILE,))
        entry = CatalogEntry(NAME, "AED設置場所", "一覧", "防災課", "随時", "CC-BY-4.0", distributions=parts)
        uploads = [Upload(part.name, self.built, sha256(DATA), len(DATA)) for part in parts]
        return self.portal.put(self.portal.wanted("aed", entry), uploads, moment, None)

    def held(self) -> Package:
        """Return the dataset as the portal has it."""
        return self.portal.state().packages[NAME]

    def edit(self, **fields: Any) -> None:
        """Edit the announcing file by hand."""
        answer = json.loads(self.show.read_text("utf-8"))
        answer["result"] |= fields
        self.show.write_text(json.dumps(answer), "utf-8")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """An empty portal."""
    return Shop(tmp_path)


def test_ids_and_the_time_of_creation_stay_and_the_time_of_a_file_follows_its_bytes(shop: Shop) -> None:
    """A change of metadata does not look like new data."""
    first = shop.put()
    again = shop.put(moment="2026-05-01T00:00:00")
    assert (again.id, again.resources[0].id) == (first.id, first.resources[0].id)
    assert again.fields["metadata_created"] == "2026-04-01T00:00:00"
    assert again.fields["metadata_modified"] == "2026-05-01T00:00:00"
    assert again.resources[0].fields["last_modified"] == "2026-04-01T00:00:00"


@pytest.mark.parametrize("data", [None, b"", DATA + b"x"])
def test_a_file_that_is_not_the_announced_one_has_no_checksum(shop: Shop, data: bytes | None) -> None:
    """So that the plan uploads it again."""
    shop.put()
    assert shop.held().resources[0].hash == sha256(DATA)
    path = shop.data / FILE
    path.unlink() if data is None else path.write_bytes(data)
    assert shop.held().resources[0].hash is None
    assert shop.portal.content(shop.held(), shop.held().resources[0]) == (data or b"")


def test_a_resource_that_was_written_in_by_hand_is_of_others(shop: Shop) -> None:
    """Its id is not one of ours; its bytes are never read, and it stays in the next publication."""
    shop.put()
    foreign = {"name": FILE, "id": "by-hand", "hash": "", "created": "x", "url": "https://a/x"}
    shop.edit(resources=[*json.loads(shop.show.read_text("utf-8"))["result"]["resources"], foreign])
    ours, other = shop.held().resources
    assert (ours.fields.get("ours"), other.fields["ours"]) == (None, False)
    assert shop.portal.read_file(shop.held(), "by-hand") == b""
    assert shop.portal.read_file(shop.held(), ours.id or "") == DATA
    shown = shop.portal.put(shop.held(), [], "2026-06-01T00:00:00", None)
    assert shown.resources[1].fields == foreign


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"result": {}}',
        '{"result": {"name": "a"}}',
        '{"result": {"name": "../a", "metadata_created": "", "resources": [], "tags": [], "groups": [], "extras": []}}',
        '{"result": {"name": "a", "metadata_created": "x", "resources": [{}], "tags": [], "groups": [], "extras": []}}',
        '{"result": {"name": "a", "metadata_created": "x", "resources": {}, "tags": [], "groups": [], "extras": []}}',
    ],
)
def test_a_damaged_announcement_is_named(shop: Shop, text: str) -> None:
    """Nothing is written until it is repaired."""
    shop.put()
    shop.show.write_text(text, "utf-8")
    with pytest.raises(PortalError) as refused:
        shop.portal.state()
    assert (refused.value.code, refused.value.params["file"]) == ("portal-damaged", str(shop.show))


def test_half_a_character_in_an_announcement_is_named(shop: Shop) -> None:
    """It could be written into no plan."""
    shop.put()
    shop.edit(title="x")
    shop.show.write_text(shop.show.read_text("utf-8").replace('"x"', '"\\ud83d"'), "utf-8")
    with pytest.raises(PortalError) as refused:
        shop.portal.state()
    assert refused.value.code == "half-sign"


def test_a_removed_dataset_leaves_nothing(shop: Shop) -> None:
    """Files and folders of other programs in its place go, too; a link is removed and not followed."""
    package = shop.put()
    shop.portal.finish()
    outside = shop.portal.root.parent / "outside"
    outside.mkdir()
    (outside / "kept").write_bytes(b"")
    (shop.data / "sub").mkdir()
    (shop.data / "sub" / "memo.txt").write_bytes(b"")
    (shop.data / "link").symlink_to(outside)
    assert [part.name for part in shop.portal.unlisted(package)] == ["link", "sub/memo.txt"]
    shop.portal.remove(package)
    assert (shop.portal.remains(package), shop.data.exists(), shop.show.exists()) == ((), False, False)
    assert (outside / "kept").exists()


def test_a_file_that_cannot_be_deleted_keeps_the_dataset_announced(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where another program has it open: the others are gone, and the removal can be repeated."""
    package = shop.put(FILE, "b.csv")
    delete = folder_module._deletion_trouble
    monkeypatch.setattr(folder_module, "_deletion_trouble", lambda path: "open" if path.name == FILE else delete(path))
    with pytest.raises(PortalError) as refused:
        shop.portal.remove(package)
    assert refused.value.params == {"name": "folder", "files": [f"dataset/{NAME}/{FILE}"], "reason": "open"}
    assert set(shop.portal.remains(package)) == {f"dataset/{NAME}/{FILE}", f"api/3/action/package_show/{NAME}.json"}
    monkeypatch.undo()
    shop.portal.remove(package)
    assert shop.portal.remains(package) == ()


def test_a_folder_that_is_not_empty_is_named_if_no_file_is(shop: Shop) -> None:
    """The system's reason is given."""
    shop.data.mkdir(parents=True)
    (shop.data / "x").write_bytes(b"")
    with pytest.raises(PortalError) as refused:
        shop.portal._delete([shop.data])
    assert (refused.value.code, refused.value.params["files"]) == ("removal-failed", [f"dataset/{NAME}"])


def test_a_file_that_left_the_release_is_deleted(shop: Shop) -> None:
    """Before the announcement is written without it."""
    shop.put(FILE, "b.csv")
    shown = shop.put(FILE)
    assert [part.name for part in shown.resources] == [FILE]
    assert names(shop.data) == [FILE]
    gone = Package.from_ckan({"resources": [{"name": "b.csv"}, {"name": FILE}]}).resources
    assert shop.portal.remains(shown, gone) == (FILE,)


def test_leftovers_of_a_killed_run_are_removed(shop: Shop) -> None:
    """Files that the dataset announces stay, whatever is asked; so does a dataset that was never announced."""
    shop.put()
    (shop.data / "new.csv").write_bytes(b"")
    shop.portal.settle(NAME, ["new.csv", FILE, "absent.csv"])
    assert names(shop.data) == [FILE]
    (shop.portal.root / "dataset" / "b").mkdir()
    (shop.portal.root / "dataset" / "b" / "x.csv").write_bytes(b"")
    shop.portal.settle("b", ["x.csv"])
    assert names(shop.portal.root / "dataset" / "b") == []


def test_pages_are_written_once(shop: Shop) -> None:
    """A second time nothing differs; a column that is empty in every row is not shown."""
    shop.put()
    assert (shop.portal.finish(), shop.portal.finish()) == (True, False)
    page = (shop.data / "index.html").read_text("utf-8")
    assert "役所" in page
    assert "空" not in page
    assert "AED設置場所" in (shop.portal.root / "index.html").read_text("utf-8")
    assert NAME in (shop.portal.root / "catalog.jsonld").read_text("utf-8")


def test_a_dataset_without_a_csv_has_a_page_without_a_table(shop: Shop) -> None:
    """Only links, say."""
    entry = CatalogEntry(NAME, "AED", "一覧", "防災課", "随時", "CC-BY-4.0")
    shop.portal.put(shop.portal.wanted("aed", entry), [], "2026", None)
    assert shop.portal._table(entry) == ([], [])
    assert shop.portal.finish()


def test_a_folder_has_no_lists_tables_or_views(shop: Shop) -> None:
    """It accepts every package and ignores what it has no place for."""
    package = shop.put()
    part = package.resources[0]
    assert (shop.portal.lists(), shop.portal.check(package)) == (PortalLists(), [])
    assert (shop.portal.held_table(part), shop.portal.held_rows(part), shop.portal.held_views(part)) == (None, [], ())
    before = sorted(path for path in shop.portal.root.rglob("*"))
    shop.portal.add_view(part, View({}))
    shop.portal.load(package, TableLoad(FILE, shop.built, {}, (), ""))
    assert sorted(path for path in shop.portal.root.rglob("*")) == before
