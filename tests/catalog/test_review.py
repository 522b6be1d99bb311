"""The quality of metadata and what BODIK's crawler would do are told, fairly, with the next step."""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from locations import ROOT

import meguro_opendata as mo
from meguro_opendata import messages
from meguro_opendata.catalog import CatalogEntry, Contact, Distribution, crawler_tags, judge_pickup, list_csv, read_any
from meguro_opendata.catalog.review.quality import measure_quality
from meguro_opendata.catalog.review.review import review_catalog
from meguro_opendata.standard.model import standards
from meguro_opendata.workspace.city import City, open_workspace

CITY: City = open_workspace(ROOT / "datasets").city
QUESTIONS = tomllib.loads(
    (ROOT / "meguro_opendata" / "catalog" / "review" / "quality.toml").read_text(encoding="utf-8")
)
TODAY = date(2026, 4, 1)
PART = Distribution(
    "131105_aed.csv", "CSV", "https://example.com/131105_aed.csv", "一覧", 12, "a" * 64, 3, encoding="utf-8-sig"
)
FULL = CatalogEntry(
    name="131105_aed",
    title="AED設置箇所一覧",
    description="区内のAEDの設置場所の一覧。2026年4月1日現在。",
    department="見本課",
    frequency="1年",
    license_id="CC-BY-4.0",
    keywords=("AED", "自治体標準ODS", "AED設置箇所"),
    groups=("防災",),
    modified="2026-04-01",
    landing_page="https://example.com/",
    spatial="東京都目黒区",
    temporal="2026-04-01",
    provenance="見本",
    standard="aed@2026",
    contact=Contact(phone="03-0000-0000"),
    distributions=(PART,),
)


def test_a_dataset_that_says_everything_has_a_hundred_points() -> None:
    """A hundred points can be reached, and then there is no next step."""
    quality = measure_quality(FULL, TODAY)
    assert (quality.score, quality.next_step) == (100, None)


@pytest.mark.parametrize(
    ("changed", "step"),
    [
        ({"description": "AED"}, "description"),
        ({"description": FULL.title}, "description"),
        ({"department": ""}, "department"),
        ({"contact": Contact()}, "contact"),
        ({"frequency": ""}, "frequency"),
        ({"modified": "2024-04-01"}, "fresh"),
        ({"modified": None}, "modified"),
        ({"license_id": "notspecified"}, "licence"),
        ({"license_id": ""}, "licence"),
        ({"keywords": ("自治体標準ODS", "AED設置")}, "tagged"),
        ({"keywords": ()}, "keywords"),
        ({"provenance": None}, "provenance"),
        ({"spatial": None}, "spatial"),
        ({"temporal": None}, "temporal"),
        ({"landing_page": None}, "landing-page"),
        ({"distributions": (replace(PART, format="PDF"),)}, "format"),
        ({"distributions": (replace(PART, url=""),)}, "files"),
        ({"distributions": (replace(PART, name=""),)}, "file-title"),
        ({"distributions": (replace(PART, description=""),)}, "file-description"),
        ({"distributions": (replace(PART, encoding=None),)}, "encoding"),
        ({"distributions": (replace(PART, size=None),)}, "size"),
        ({"distributions": (replace(PART, sha256=None),)}, "checksum"),
    ],
)
def test_each_lack_is_the_next_step(changed: dict[str, object], step: str) -> None:
    """What is taken away is what is to be done next, and costs points."""
    quality = measure_quality(replace(FULL, **changed), TODAY)  # type: ignore[arg-type]
    assert quality.next_step is not None
    assert (quality.next_step.code, quality.score < 100) == (step, True)


def test_nobody_loses_points_for_what_he_cannot_have() -> None:
    """Irregular data is never late, data of no standard needs no tags of one, a workbook beside its CSV is no fault."""
    own = replace(
        FULL, frequency="随時", modified="2001-01-01", standard=None, keywords=("区", "見本"), title="見本の一覧"
    )
    part = replace(PART, name="own.csv", url="https://example.com/own.csv")
    workbook = replace(part, format="GeoJSON", encoding=None)
    twin = replace(part, format="XLSX", url="https://example.com/own.xlsx")
    assert measure_quality(replace(own, distributions=(part, twin)), TODAY).score == 100
    other = replace(twin, url="https://example.com/other.xlsx")
    assert measure_quality(replace(own, distributions=(part, other)), TODAY).score < 100
    assert measure_quality(replace(own, distributions=(part,)), TODAY).score == 100
    assert measure_quality(replace(own, distributions=(workbook,)), TODAY).score == 100
    assert measure_quality(replace(FULL, distributions=(replace(PART, url=""),)), TODAY, published=False).score == 100


@pytest.mark.parametrize(
    ("frequency", "modified", "late"),
    [
        ("毎月", "2026-01-20", False),
        ("毎月", "2026-01-10", True),
        ("1年", "2025-03-01", False),
        ("1年", "2025-02-01", True),
        ("5年", "2021-04-01", False),
        ("随時", "1999-01-01", False),
        ("毎月", "不明", False),
    ],
)
def test_lateness_follows_the_frequency(frequency: str, modified: str, late: bool) -> None:
    """A month late is judged by months, five years by years, with a grace of 45 days."""
    quality = measure_quality(replace(FULL, frequency=frequency, modified=modified), TODAY)
    assert any(answer.question.code == "fresh" and answer.share < 1 for answer in quality.answers) is late


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_each_question_and_characteristic_can_be_told(lang: str) -> None:
    """Every question has its texts, every characteristic a name, and none stands there without use."""
    codes = {f"quality-{question['code']}" for question in QUESTIONS["question"]}
    told = {code for code in messages.codes("properties", lang) if code.startswith("quality-")}
    assert told == codes
    named = {f"characteristic-{question['characteristic']}" for question in QUESTIONS["question"]}
    assert named == {code for code in messages.codes("words", lang) if code.startswith("characteristic-")}


@pytest.mark.parametrize(
    ("changed", "taken", "by", "codes"),
    [
        ({}, ("aed",), "tags", []),
        ({"keywords": ("AED",)}, ("aed",), "title", ["crawler-title-only"]),
        ({"keywords": ("自治体標準ODS",), "title": "救命器具"}, (), "", ["crawler-tags"]),
        ({"keywords": ("推奨データセット", "AED設置箇所"), "title": "x"}, ("aed",), "tags", []),
        ({"license_id": "PDL1.0"}, (), "", ["crawler-licence"]),
        ({"license_id": "cc-zero"}, ("aed",), "tags", []),
        ({"license_id": "cc-by-40-intl"}, ("aed",), "tags", []),
        ({"distributions": (replace(PART, format="XLSX"),)}, (), "", ["crawler-csv"]),
        ({"distributions": (PART, replace(PART, name="b"))}, ("aed",), "tags", ["crawler-newest"]),
        ({"title": "介護サービスとAED"}, ("aed", "care_service"), "tags", ["crawler-mistaken"]),
        ({"standard": None, "keywords": (), "title": "介護サービス給付費", "distributions": (replace(PART, url="x"),)},
         ("care_service",), "title", ["crawler-mistaken"]),
        ({"standard": None, "keywords": (), "title": "区民農園", "distributions": ()}, (), "", []),
    ],
)  # fmt: skip
def test_the_crawler_is_foreseen(changed: dict[str, object], taken: tuple[str, ...], by: str, codes: list[str]) -> None:
    """Licence, tags, title and format decide; a title that fits another standard is a danger that is told."""
    pickup = judge_pickup(replace(FULL, **changed))  # type: ignore[arg-type]
    assert (pickup.taken_as, pickup.by) == (taken, by)
    assert [found.code for found in pickup.findings] == codes
    assert all(
        found.text(part, lang) for found in pickup.findings for part in ("message", "advice") for lang in ("ja", "en")
    )


def test_every_standard_has_its_tags() -> None:
    """Each numbered standard gets the pair of tags, with which the crawler would take it for what it is."""
    for standard in standards():
        if standard.number is None or not standard.versions:
            continue
        entry = replace(FULL, title="x", standard=standard.id, keywords=crawler_tags(standard.id))
        assert judge_pickup(entry).taken_as == (standard.id,), standard.id


def test_the_wards_real_catalogue_is_reviewed(shared: Path) -> None:
    """Of the 56 real datasets one would be taken rightly, three are mistaken, and none has keywords."""
    entries = read_any(shared / "catalog" / "meguro_package_show.jsonl")
    reviewed = review_catalog(entries, CITY, TODAY)
    told = reviewed.to_dict("dump", "ja")
    mistaken = sorted(review.entry.title for review in reviewed.reviews if review.pickup.mistaken)
    assert mistaken == ["介護保険介護サービス給付件数", "介護保険介護サービス給付費", "地域密着型介護サービス事業所"]
    assert [review.entry.title for review in reviewed.reviews if review.pickup.picked_up] == ["AED設置場所"]
    assert (told["datasets"], told["files"], told["picked_up"], told["mistaken"]) == (56, 282, 1, 3)
    lacking = [found.field for found in reviewed.all_findings if found.code == "dcat-recommended"]
    assert lacking.count("dcat:keyword") == 56
    assert reviewed.exit_code == 0
    assert all(review.quality.next_step is not None for review in reviewed.reviews)


def test_the_wards_real_list_is_valid(shared: Path, tmp_path: Path) -> None:
    """オープンデータ一覧 of the 56 real datasets: 282 rows, all 42 items, and no error by our own check."""
    path = tmp_path / "131105_open_data_list.csv"
    path.write_bytes(list_csv(read_any(shared / "catalog" / "meguro_package_show.jsonl"), CITY))
    report = mo.validate_file(path, "open_data_list")
    assert (report.rows, report.rows_checked, len(report.header), report.counts["error"]) == (282, 282, 42, 0)
