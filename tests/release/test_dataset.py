"""Releases that are ready to be published: what the catalogue entry is made from, and which releases are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from planned_datasets import small_workspace

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import sha256
from meguro_opendata.portals import Upload
from meguro_opendata.release.dataset import load_releases, open_disclosures
from meguro_opendata.release.descriptor import DescribedFile, Descriptor, Disclosure
from meguro_opendata.release.facts import ReleaseFacts
from meguro_opendata.release.freshness import SourceList, source_stamp
from meguro_opendata.release.shape import refuse_other_types
from meguro_opendata.workspace.city import Workspace

DATA = b"ID\r\n1\r\n"
META: dict[str, Any] = {"description": "一覧", "department": "防災課", "frequency": "随時", "keywords": ["防災"]}
UNSAID = ("issued", "modified", "landing_page", "temporal", "provenance")
FACTS = ReleaseFacts((139.6, 35.6, 139.7, 35.7), "2026-04", "2026-04-01")
SCHEMA = {"fields": [{"name": "ID"}]}


class Office:
    """A workspace with one dataset and its release."""

    def __init__(self, folder: Path) -> None:
        self.workspace: Workspace = small_workspace(folder / "datasets")
        self.source = self.workspace.root / "aed" / "a.csv"
        self.folder = self.workspace.releases / "aed"
        for path in (self.source, self.folder / "131105_aed.csv"):
            path.parent.mkdir(parents=True)
            path.write_bytes(DATA)

    def write(self, *files: DescribedFile, meta: dict[str, Any] | None = None, **more: Any) -> None:
        """Write the release's descriptor."""
        one = DescribedFile("a", "AED（CSV）", "131105_aed.csv", "csv", len(DATA), sha256(DATA), schema=SCHEMA)
        known: dict[str, Any] = {
            "name": "131105_aed",
            "title": "AED",
            "description": "一覧",
            "slug": "aed",
            "standard": None,
            "key": ("ID",),
            "metadata": {**dict.fromkeys(UNSAID), **META, **(meta or {})},
            "rows": 1,
            "files": files or (one,),
            "stamp": source_stamp(SourceList({"source": "a.csv"}), self.source.parent),
        }
        (self.folder / "datapackage.json").write_bytes(Descriptor(**{**known, **more}).to_bytes())

    def load(self) -> Any:
        """Return the release."""
        return load_releases(self.workspace, ["aed"])[0]

    def refused(self, *slugs: str) -> tuple[str, dict[str, object]]:
        """Return code and parameters of the refusal."""
        with pytest.raises(MeguroOpendataError) as refused:
            load_releases(self.workspace, slugs or ["aed"])
        return refused.value.code, dict(refused.value.params)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A dataset that was built."""
    made = Office(tmp_path)
    made.write()
    return made


def test_a_whole_release_is_ready(office: Office) -> None:
    """Its file, rows, key and schema are those of the descriptor."""
    release, path = office.load(), office.folder / "131105_aed.csv"
    assert release.files == (Upload("131105_aed.csv", path.resolve(), sha256(DATA), len(DATA)),)
    assert (release.rows, release.key, release.rows_of) == (1, ("ID",), {"131105_aed.csv": 1})
    assert (release.schemas, release.personal) == ({"131105_aed.csv": SCHEMA}, ())
    assert (release.entry.license_id, release.entry.spatial) == ("CC-BY-4.0", "東京都目黒区")


def test_all_missing_then_all_stale_releases_are_named(office: Office) -> None:
    """In the order in which they were asked for; a missing one is named before a stale one."""
    office.source.write_bytes(b"x")
    assert office.refused("bus", "aed", "car") == ("release-missing", {"slugs": ["bus", "car"]})
    assert office.refused("aed") == ("release-stale", {"slugs": ["aed"]})


@pytest.mark.parametrize("change", [{"stamp": None}, {"meta": {"department": "旧課"}}])
def test_a_release_that_a_build_would_change_is_stale(office: Office, change: dict[str, Any]) -> None:
    """Without a stamp, or of a department that the profile no longer has."""
    office.write(**change)
    assert office.refused() == ("release-stale", {"slugs": ["aed"]})


@pytest.mark.parametrize("data", [b"", DATA + b"2\r\n", None])
def test_a_file_that_was_edited_in_the_release_is_refused(office: Office, data: bytes | None) -> None:
    """It was never checked."""
    path = office.folder / "131105_aed.csv"
    path.unlink() if data is None else path.write_bytes(data)
    assert office.refused() == ("release-damaged", {"slug": "aed", "file": "131105_aed.csv"})


def test_a_file_outside_of_the_release_is_refused(office: Office) -> None:
    """A descriptor cannot publish another file of the computer."""
    office.write(DescribedFile("a", "A", "../../a.csv", "csv", 1, "0" * 64))
    with pytest.raises(MeguroOpendataError):
        office.load()


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("mo:rows", "1", "mo:rows"),
        ("mo:key", "ID", "mo:key"),
        ("title", None, "title"),
        ("mo:metadata", {**META, "keywords": [1]}, "mo:metadata.keywords[0]"),
        ("resources", [{"title": "a"}], "resources[0]"),
        ("mo:facts", {"bbox": [1.0, 2.0]}, "mo:facts.bbox"),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_place(office: Office, key: str, value: object, place: str) -> None:
    """The place is the path in the JSON file."""
    path = office.folder / "datapackage.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), key: value}), "utf-8")
    assert office.refused() == ("release-damaged", {"slug": "aed", "file": f"datapackage.json {place}"})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"resources": []}', "[" * 100_000], ids=["e", "l", "d", "r", "n"])
def test_a_descriptor_without_files_is_refused(office: Office, text: str) -> None:
    """Like one that is not JSON."""
    (office.folder / "datapackage.json").write_text(text, "utf-8")
    assert office.refused() == ("release-damaged", {"slug": "aed", "file": "datapackage.json"})


def test_the_types_of_a_written_descriptor_are_right(office: Office) -> None:
    """The writer and the check agree."""
    refuse_other_types(json.loads((office.folder / "datapackage.json").read_text("utf-8")), "aed")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({}, ("2026-04-01", "2026-04")),
        ({"modified": "2026-03-31", "temporal": "2025"}, ("2026-03-31", "2025")),
        ({"modified": "2026-03-31"}, ("2026-03-31", "2026-04")),
    ],
)
def test_the_recipe_wins_over_the_facts_of_the_files(
    office: Office, written: dict[str, str], expected: tuple[str, str]
) -> None:
    """A person stated it."""
    office.write(meta=written, facts=FACTS)
    entry = office.load().entry
    assert ((entry.modified, entry.temporal), entry.bbox) == (expected, FACTS.bbox)


def coordinates(grid: dict[str, str] | None = None, *, approximate: bool = False, steps: int = 1) -> dict[str, Any]:
    """Return the record of a transformation."""
    step = {"operation": "TKY2JGD", "grid": grid}
    systems = {"source": "EPSG:4301", "target": "EPSG:6668"}
    return {**systems, "steps": [step] * steps, "expected_error_m": 0.20, "approximate": approximate}


@pytest.mark.parametrize(
    ("written", "records", "text"),
    [
        (None, (), None),
        ("台帳から", (), "台帳から"),
        (None, (coordinates(steps=0),), None),
        (None, (coordinates(),), "座標は EPSG:4301 から EPSG:6668 へ変換した（TKY2JGD、誤差の目安 0.2 m）。"),
        (
            None,
            (coordinates({"name": "TKY2JGD.par", "version": "2.1.2"}),),
            "座標は EPSG:4301 から EPSG:6668 へ変換した（TKY2JGD TKY2JGD.par 2.1.2、誤差の目安 0.2 m）。",
        ),
        (
            "台帳から",
            (coordinates(approximate=True), coordinates(approximate=True)),
            "台帳から\n座標は EPSG:4301 から EPSG:6668 へ近似で変換した（TKY2JGD、誤差は最大 0.2 m）。",
        ),
    ],
)
def test_transformations_of_coordinates_are_stated_once_each(
    office: Office, written: str | None, records: tuple[dict[str, Any], ...], text: str | None
) -> None:
    """After the recipe's own words; the files of a series have the same transformation."""
    office.write(meta={"provenance": written}, coordinates=records)
    assert office.load().entry.provenance == text


def test_the_files_of_a_series_have_their_own_rows_and_period(office: Office) -> None:
    """In the catalogue as well."""
    data = b"ID\r\n"
    (office.folder / "b.csv").write_bytes(data)
    office.write(
        DescribedFile("a", "4月", "131105_aed.csv", "csv", len(DATA), sha256(DATA), "2026-04", "2026-04", 1),
        DescribedFile("b", "5月", "b.csv", "csv", len(data), sha256(data), "2026-05", "2026-05", 0),
    )
    release = office.load()
    assert release.rows_of == {"131105_aed.csv": 1, "b.csv": 0}
    assert [(part.temporal, part.rows) for part in release.entry.distributions] == [("2026-04", 1), ("2026-05", 0)]


@pytest.mark.parametrize(
    ("disclosed", "expected"),
    [
        ([], []),
        ([Disclosure("personal-name", "備考", 1, None)], ["personal-name (備考)"]),
        ([Disclosure("personal-name", None, 1, None)], ["personal-name"]),
        ([Disclosure("personal-name", "備考", 1, "公表済み")], []),
        ([Disclosure("personal-name", "備考", 1, "")], ["personal-name (備考)"]),
    ],
)
def test_a_personal_data_finding_is_open_without_a_reason(disclosed: list[Disclosure], expected: list[str]) -> None:
    """An empty reason does not count."""
    assert list(open_disclosures(disclosed)) == expected
