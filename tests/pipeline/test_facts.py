"""Facts in the files of a release fill the catalogue, unless the recipe states them."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from locations import DATA

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError
from meguro_opendata.pipeline.summaries import read_facts, saved_day
from meguro_opendata.recipe.series.periods import Period
from meguro_opendata.release.dataset import load_releases
from meguro_opendata.standard.model import Field, coordinate_fields, load_standard
from meguro_opendata.workspace.city import open_workspace

# An example city profile and example data, not the ward's own.
PROFILE = (DATA / "example_city.toml").read_text(encoding="utf-8")
FIELDS = load_standard("aed").fields


def points(*pairs: tuple[str, str]) -> pl.DataFrame:
    """A table of points."""
    return pl.DataFrame({"緯度": [lat for lat, _ in pairs], "経度": [lon for _, lon in pairs]}, schema_overrides={
        "緯度": pl.String, "経度": pl.String})  # fmt: skip


@pytest.mark.parametrize(
    ("frames", "box"),
    [
        ([points(("35.6", "139.7"), ("35.5", "139.8"))], (139.7, 35.5, 139.8, 35.6)),
        ([points(("35.6", "139.7")), points(("35.7", "139.6"))], (139.6, 35.6, 139.7, 35.7)),
        (
            [points(("35.6", "139.7"), ("", "139.9"), ("北緯35度", "139.9"), ("139.9", "35.6"))],
            (139.7, 35.6, 139.7, 35.6),
        ),
        ([points(("", ""))], None),
        ([points()], None),
    ],
)
def test_the_box_holds_every_point(frames: list[pl.DataFrame], box: tuple[float, ...] | None) -> None:
    """West, south, east, north of what lies on earth; other cells are errors of the report, not corners."""
    assert coordinate_fields(FIELDS) is not None
    assert read_facts(frames, [], FIELDS, []).bbox == box


def test_a_table_without_coordinates_has_no_box() -> None:
    """Nothing is invented."""
    frame = pl.DataFrame({"名称": ["見本"]})
    assert read_facts([frame], [], [Field("名称", "text", "required", "", {})], []).bbox is None


@pytest.mark.parametrize(
    ("frames", "periods", "sources", "temporal"),
    [
        ([], [Period(2020, 11, 1), Period(2021, 3, 1)], ["a.csv", "b.csv"], "2020-11-01/2021-03-01"),
        ([], [Period(2020, fiscal=True), Period(2022, fiscal=True)], [], "2020-04-01/2023-03-31"),
        ([], [Period(2020, 11)], [], "2020-11"),
        ([{"調査年月日": ["2026-04-01", "2026-04-01", None]}], [None], ["x_20250101.csv"], "2026-04-01"),
        ([{"調査年月日": ["2026-04-01", "2025-04-01", "不明", ""]}], [None], [], "2025-04-01/2026-04-01"),
        ([{"名称": ["a"]}], [None], ["保育所_20250601.csv"], "2025-06-01"),
        ([{"名称": ["a"]}], [None], ["保育所_R6.4.csv"], "2024-04"),
        ([{"名称": ["a"]}], [None], ["a_20250601.csv", "b_20250701.csv"], None),
        ([{"名称": ["a"]}], [None], ["保育所.csv"], None),
    ],
)
def test_the_period_is_read(
    frames: list[dict[str, list[str]]], periods: list[Period | None], sources: list[str], temporal: str | None
) -> None:
    """The periods of a series, dates that say as of when the table is, or the name of the only source."""
    tables = [pl.DataFrame(frame) for frame in frames]
    assert read_facts(tables, periods, [], [(Path(name), "csv") for name in sources]).temporal == temporal


def workbook(path: Path, part: str, text: str | bytes) -> Path:
    """A package with one part."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, text)
    return path


@pytest.mark.parametrize(
    ("container", "part", "text", "day"),
    [
        ("xlsx", "docProps/core.xml", "<dcterms:modified a='x'>2025-03-31T14:59:59Z</dcterms:modified>", "2025-03-31"),
        ("xlsx", "docProps/core.xml", "<dcterms:modified>2025-03-31T15:00:00Z</dcterms:modified>", "2025-04-01"),
        ("ods", "meta.xml", "<dc:date>2025-03-31T10:00:00</dc:date>", "2025-03-31"),
        ("xlsx", "docProps/core.xml", "<dcterms:modified>1980-01-01T00:00:00Z</dcterms:modified>", None),
        ("xlsx", "docProps/core.xml", "<dcterms:modified>2025-13-41T25:00:00Z</dcterms:modified>", None),
        ("xlsx", "docProps/core.xml", "<dcterms:modified>9999-12-31T23:00:00Z</dcterms:modified>", None),
        ("xlsx", "docProps/core.xml", b"\xff\xfe\x00", None),
        ("xlsx", "other.xml", "", None),
        ("csv", "docProps/core.xml", "<dcterms:modified>2025-03-31T10:00:00Z</dcterms:modified>", None),
    ],
)  # fmt: skip
def test_a_workbook_says_when_it_was_saved(
    tmp_path: Path, container: str, part: str, text: str | bytes, day: str | None
) -> None:
    """The day is Japan's; a program's fixed stamp and anything broken say nothing."""
    assert saved_day(workbook(tmp_path / "a.xlsx", part, text), container) == day


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no package"])
def test_a_broken_workbook_says_nothing(tmp_path: Path, content: bytes) -> None:
    """What cannot be opened is not asked further."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert saved_day(path, "xlsx") is None


def test_real_workbooks_say_when_they_were_saved(shared: Path) -> None:
    """Workbooks of a real city carry their day, and it is one of the years in which they were published."""
    days = [saved_day(path, "xlsx") for path in sorted((shared / "corpus" / "sabae").glob("*.xlsx"))]
    assert len(days) >= 10
    assert all(day is None or "2021" < day < "2027" for day in days)
    assert any(days)


def make(folder: Path, metadata: dict[str, Any]) -> Path:
    """A workspace with one dataset of AEDs, an example."""
    home = folder / "datasets" / "aed"
    home.mkdir(parents=True)
    (home.parent / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    table = "ID,名称,緯度,経度\n1,見本A,35.61,139.68\n2,見本B,35.65,139.70\n"
    (home / "aed_20250601.csv").write_text(table, encoding="utf-8")
    recipe = {
        "title": "AED設置箇所一覧",
        "standard": "aed@2026",
        "source": {"file": "aed_20250601.csv"},
        "formats": ["csv"],
        "waive": [
            {"code": "constraint-required", "field": field.name, "reason": "見本"}
            for field in FIELDS
            if field.requirement == "required"
        ],
        "metadata": {"description": "見本。", "department": "見本部見本課", "frequency": "随時", **metadata},
    }
    (home / "dataset.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return home.parent


def test_the_entry_holds_what_the_files_say(tmp_path: Path) -> None:
    """Rows, size, checksum, encoding, box, period and the crawler's tags are in the entry, unasked."""
    home = make(tmp_path, {})
    release = mo.build_release("aed", home)
    assert release.published, [found.code for found in release.report.findings]
    (ready,) = load_releases(open_workspace(home), ["aed"])
    entry, part = ready.entry, ready.entry.distributions[0]
    assert (entry.bbox, entry.temporal) == ((139.68, 35.61, 139.7, 35.65), "2025-06-01")
    assert entry.keywords == ("自治体標準ODS", "AED設置箇所")
    assert (part.rows, part.encoding, len(part.sha256 or "")) == (2, "utf-8-sig", 64)
    facts = json.loads((release.folder / "datapackage.json").read_text(encoding="utf-8"))["mo:facts"]
    assert facts == {"bbox": [139.68, 35.61, 139.7, 35.65], "temporal": "2025-06-01", "modified": None}


def test_the_recipe_has_the_last_word(tmp_path: Path) -> None:
    """What the recipe states about period, date, contact and the rest goes before what the files say."""
    said: dict[str, Any] = {
        "temporal": "2024-04-01/2025-03-31",
        "keywords": ["AED", "自治体標準ODS"],
        "groups": ["防災"],
        "contact": {"phone": "03-0000-0000", "email": "a@example.com", "form": "https://example.com/f"},
        "documents": ["https://example.com/d"],
        "version": "2",
        "subtitle": "副題",
        "universal_menu": "救急",
        "remarks": "備考",
        "language": "en",
    }
    home = make(tmp_path, said)
    mo.build_release("aed", home)
    (ready,) = load_releases(open_workspace(home), ["aed"])
    entry = ready.entry
    assert entry.keywords == ("AED", "自治体標準ODS", "AED設置箇所")
    assert (entry.temporal, entry.groups, entry.language) == ("2024-04-01/2025-03-31", ("防災",), "en")
    assert (entry.contact.phone, entry.contact.email, entry.contact.note) == ("03-0000-0000", "a@example.com", "")
    assert (entry.documents, entry.version, entry.subtitle) == (("https://example.com/d",), "2", "副題")
    assert (entry.universal_menu, entry.remarks) == ("救急", "備考")


@pytest.mark.parametrize(
    ("metadata", "place", "code"),
    [
        ({"temporal": "令和7年"}, "metadata.temporal", "period-form"),
        ({"temporal": "2025-02-30"}, "metadata.temporal", "period-form"),
        ({"temporal": "2025-04-01/2024-04-01"}, "metadata.temporal", "period-form"),
        ({"temporal": "2025/2026/2027"}, "metadata.temporal", "period-form"),
        ({"contact": {"mail": "a@example.com"}}, "metadata.contact.mail", "key-unknown-near"),
        ({"contact": {"form": "example.com"}}, "metadata.contact.form", "not-a-web-address"),
        ({"contact": {"email": "課の代表"}}, "metadata.contact.email", "not-a-mail-address"),
        ({"documents": ["x"]}, "metadata.documents.0", "not-a-web-address"),
        ({"language": "日本語"}, "metadata.language", "not-one-of"),
        ({"group": ["防災"]}, "metadata.group", "key-unknown-near"),
    ],
)
def test_a_wrong_word_is_reported(tmp_path: Path, metadata: dict[str, Any], place: str, code: str) -> None:
    """Each fault of the metadata has its place, and a sentence in both languages."""
    home = make(tmp_path, metadata)
    with pytest.raises(ConfigurationError) as refused:
        mo.build_release("aed", home)
    assert [(fault.path, fault.code) for fault in refused.value.faults] == [(place, code)]
    assert all(refused.value.text(lang) for lang in ("ja", "en"))


def test_a_day_and_a_note_may_be_written_plainly(tmp_path: Path) -> None:
    """A day without quotation marks, and a contact that is one line, are what they look like."""
    home = make(tmp_path, {})
    path = home / "aed" / "dataset.yaml"
    path.write_text(
        path.read_text(encoding="utf-8") + "  temporal: 2025-04-01\n  contact: 窓口は3階\n", encoding="utf-8"
    )
    mo.build_release("aed", home)
    (ready,) = load_releases(open_workspace(home), ["aed"])
    assert (ready.entry.temporal, ready.entry.contact.note) == ("2025-04-01", "窓口は3階")


def test_build_tells_what_a_ckan_would_make_of_the_words(tmp_path: Path) -> None:
    """Keywords that cannot be tags are reported when the release is built, long before anything is sent."""
    home = make(tmp_path, {"keywords": ["水", "子育て・教育", "AED"]})
    release = mo.build_release("aed", home)
    told = [(found.code, found.severity, found.value) for found in release.report.findings if "ckan" in found.code]
    assert told == [("ckan-tag-left-out", "warning", "水"), ("ckan-tag-fitted", "warning", "子育て・教育")]
    assert release.published


def test_a_folder_with_a_japanese_name_is_reported(tmp_path: Path) -> None:
    """A dataset with a schema of its own is named by its folder, which CKAN has to take."""
    home = make(tmp_path, {})
    folder = home / "設置箇所"
    folder.mkdir()
    (folder / "a.csv").write_text("名称\n見本\n", encoding="utf-8")
    (folder / "schema.json").write_text('{"fields": [{"name": "名称", "type": "string"}]}', encoding="utf-8")
    text = "title: 見本\nschema: schema.json\nsource: {file: a.csv}\nformats: [csv]\n"
    text += "metadata: {description: 見本。, department: 見本部見本課, frequency: 随時}\n"
    (folder / "dataset.yaml").write_text(text, encoding="utf-8")
    release = mo.build_release("設置箇所", home)
    codes = [found.code for found in release.report.findings if found.code.startswith("ckan")]
    assert (codes, release.published) == (["ckan-name", "ckan-file-name"], True)


def test_a_package_is_read_from_memory_only_as_far_as_needed(tmp_path: Path) -> None:
    """A part that unpacks to more than any properties do is read up to a limit."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("docProps/core.xml", b" " * 50_000_000 + b"<dcterms:modified>2025-03-31T10:00:00Z")
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed.getvalue())
    assert saved_day(path, "xlsx") is None
