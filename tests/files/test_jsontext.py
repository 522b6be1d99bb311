"""JSON in which a text holds half of a sign is refused with the place, whoever reads it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locations import ROOT
from stub_server import serving

from meguro_opendata.catalog import from_dcat, read_any, read_entries
from meguro_opendata.catalog.harvest import read_dump
from meguro_opendata.errors import ConfigurationError, MeguroOpendataError
from meguro_opendata.files.jsontext import HalfSignError, half_sign, parsed_json
from meguro_opendata.ledger import read_packages
from meguro_opendata.ledger.chain import load_line
from meguro_opendata.portals.backup import open_backup
from meguro_opendata.portals.ckan.client import CkanClient
from meguro_opendata.portals.folder import FolderPortal
from meguro_opendata.portals.snapshot import SNAPSHOT_FORMAT, SnapshotPortal
from meguro_opendata.release.descriptor import damage_guard
from meguro_opendata.standard.schemafile import read_json
from meguro_opendata.workspace.city import open_workspace

WHOLE = st.text(st.characters(exclude_categories=("Cs",)), max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WHOLE | st.just("😀"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WHOLE, inner, max_size=3),
    max_leaves=8,
)
HALVES = st.characters(categories=("Cs",))
CITY = open_workspace(ROOT / "datasets").city
# A dataset whose file's name was cut in the middle of a sign; an example.
CUT: dict[str, Any] = {
    "name": "cut",
    "title": "見本😀",
    "metadata_created": "2025-04-01T00:00:00",
    "tags": [],
    "groups": [],
    "extras": [],
    "resources": [{"name": "一覧\ud83d", "hash": "", "created": "2025-04-01T00:00:00", "url": "", "format": "CSV"}],
}


@given(VALUES)
def test_whole_texts_are_read_as_json_reads_them(value: object) -> None:
    """A sign that is written as a pair is one sign, in text and in bytes."""
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert parsed_json(text) == parsed_json(text.encode()) == json.loads(text)


@given(st.lists(VALUES, max_size=2), st.lists(VALUES, max_size=2), WHOLE, HALVES, WHOLE, st.booleans())
def test_half_of_a_sign_is_found_at_its_place(
    before: list[Any], after: list[Any], start: str, half: str, end: str, in_key: bool
) -> None:
    """The first one is named by its place, whether in a value or in a key."""
    cut = start + half + end
    document = {"list": [*before, {cut: 1} if in_key else {"name": cut}, *after]}
    with pytest.raises(HalfSignError) as found:
        parsed_json(json.dumps(document))
    shown = cut.encode("utf-8", "backslashreplace").decode() if in_key else "name"
    assert (found.value.place, found.value.sign) == (f"list[{len(before)}].{shown}", f"U+{ord(half):04X}")
    assert half_sign([*before, *after]) is None


def as_lines(path: Path) -> Path:
    """A dump that has a dataset as it should be, and one that has not."""
    whole = {**CUT, "resources": []}
    path.write_text("".join(json.dumps(package) + "\n" for package in (whole, CUT)), encoding="utf-8")
    return path


def as_own_line(path: Path) -> Path:
    """The dataset in our own catalogue form."""
    path.write_text(json.dumps({"name": "cut", "title": "見本", "distributions": CUT["resources"]}), encoding="utf-8")
    return path


def as_folder(path: Path) -> FolderPortal:
    """A portal's folder with the dataset in it."""
    shown = path / "api" / "3" / "action" / "package_show" / "cut.json"
    shown.parent.mkdir(parents=True)
    shown.write_text(json.dumps({"result": CUT}), encoding="utf-8")
    return FolderPortal("folder", path, CITY)


def as_snapshot(path: Path) -> SnapshotPortal:
    """A portal's saved state with the dataset in it."""
    state = {"format": SNAPSHOT_FORMAT, "portal": "folder", "packages": {"cut": CUT}}
    path.write_text(json.dumps(state), encoding="utf-8")
    return SnapshotPortal(FolderPortal("folder", path.parent / "none", CITY), path)


def as_backup(path: Path) -> Path:
    """A backup of a portal with the dataset in it."""
    path.mkdir()
    (path / "backup.json").write_text('{"files": {}, "groups": [], "organization": {}}', encoding="utf-8")
    (path / "packages.jsonl").write_text(json.dumps(CUT), encoding="utf-8")
    return path


def from_server(path: Path) -> object:
    """What a CKAN answers that has the dataset."""
    with serving(body=json.dumps({"success": True, "result": CUT}), headers={"X-Kept": path.name}) as server:
        return CkanClient("lab", server.url).read("package_show", {"id": "cut"})


READERS: dict[str, tuple[Callable[[Path], object], str, int]] = {
    "any": (lambda path: read_any(as_lines(path)), ":2 resources[0].name", 2),
    "entries": (lambda path: read_entries(as_own_line(path)), ":1 distributions[0].name", 2),
    "dump": (lambda path: read_dump(as_lines(path)), ":2 resources[0].name", 2),
    "ledger": (lambda path: read_packages(as_lines(path)), ":2 resources[0].name", 2),
    "dcat": (lambda path: from_dcat(json.dumps({"dct:title": "a\udfff"}), path.name), ": dct:title", 2),
    "folder": (lambda path: as_folder(path).state(), "cut.json: result.resources[0].name", 3),
    "snapshot": (as_snapshot, ": packages.cut.resources[0].name", 2),
    "backup": (lambda path: open_backup(as_backup(path)), ": resources[0].name", 2),
    "ckan": (from_server, "lab: result.resources[0].name", 3),
}


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_of_json_names_the_place(tmp_path: Path, reader: str) -> None:
    """Dumps, catalogues, portals and what was saved of them end with one sentence, which can be written anywhere."""
    read, place, exit_code = READERS[reader]
    with pytest.raises(MeguroOpendataError) as refused:
        read(tmp_path / "read")
    assert (refused.value.code, refused.value.exit_code) == ("half-sign", exit_code)
    assert place in refused.value.text("ja").partition("\n")[0]
    assert refused.value.text("ja").encode("utf-8")


def test_a_release_a_schema_and_a_ledger_that_somebody_edited_are_refused(tmp_path: Path) -> None:
    """What this program writes itself, and a schema of the user's own, can have been edited by hand."""
    with pytest.raises(MeguroOpendataError) as release, damage_guard("aed"):
        parsed_json('{"title": "\\ud83d", "resources": [1]}')
    assert (release.value.code, release.value.params["place"]) == ("half-sign", "aed/datapackage.json: title")
    (tmp_path / "own.json").write_text('{"fields": [{"title": "\\udc00"}]}', encoding="utf-8")
    with pytest.raises(ConfigurationError) as schema:
        read_json(tmp_path / "own.json")
    assert [(fault.path, fault.code) for fault in schema.value.faults] == [("fields[0].title", "half-sign-here")]
    with pytest.raises(MeguroOpendataError) as ledger:
        load_line(tmp_path, 3, b'{"hash": "\\ud83d"}')
    assert ledger.value.code == "ledger-broken"
