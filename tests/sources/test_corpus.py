"""Real files of real cities: every one passes through ``validate`` and comes back with an answer."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

import meguro_opendata as mo
from meguro_opendata import reports
from meguro_opendata.errors import SourceError
from meguro_opendata.reports.html import as_html

CITIES = ("ichikawa", "yaizu")
FALLBACK = "public_facility"

# What was found in the files that carry a standard's header, read one by one and judged true (see docs/corpus.md).
FINDINGS = {
    "ichikawa/122033_101_public_facility.csv": {
        ("constraint-pattern", "電話番号"): 4,
        ("type-string", "URL"): 1,
        ("constraint-pattern", "名称_カナ"): 1,
        ("constraint-enum", "盲導犬・介助犬、聴導犬同伴"): 1,
        ("constraint-enum", "飲食可否"): 2,
        ("constraint-enum", "ベビーカー利用"): 2,
        ("constraint-enum", "車椅子貸出"): 1,
    },
    "ichikawa/122033_102_cultural_property.csv": {
        ("type-date", "文化財指定日"): 76,
        ("constraint-pattern", "名称_カナ"): 1,
    },
    "ichikawa/122033_103_evacuation_space.csv": {
        ("constraint-pattern", "名称_カナ"): 121,
        ("constraint-required", "電話番号"): 17,
    },
    "ichikawa/122033_104_population.csv": {("type-date", "調査年月日"): 237},
    "ichikawa/122033_105_preschool.csv": {
        ("constraint-pattern", "名称_カナ"): 384,
        ("constraint-pattern", "電話番号"): 1,
    },
    "ichikawa/122033_108_aed.csv": {("constraint-pattern", "名称_カナ"): 191},
    "ichikawa/122033_109_care_service.csv": {("type-integer", "定員"): 3},
    "ichikawa/122033_201_multipurpose_toilet.csv": {
        ("constraint-pattern", "名称_カナ"): 49,
        ("constraint-required", "設置位置"): 49,
    },
    "ichikawa/122033_209_100_best_landscapes.csv": {
        ("type-string", "画像"): 100,
        ("constraint-pattern", "連絡先電話番号"): 1,
    },
    "ichikawa/122033_210_sakura_map.csv": {("type-string", "画像"): 18},
    "yaizu/222127_evacuation_space.csv": {
        ("constraint-enum", "災害種別_地震"): 26,
        ("constraint-enum", "災害種別_津波"): 26,
        ("constraint-enum", "災害種別_崖崩れ、土石流及び地滑り"): 5,
        ("constraint-enum", "指定避難所との重複"): 5,
    },
    "yaizu/222127_preschool.csv": {("constraint-pattern", "FAX番号"): 9, ("constraint-pattern", "電話番号"): 8},
    "yaizu/222127_public_toilet.csv": {("constraint-pattern", "高度の種別"): 5},
    "yaizu/222127_tourism.csv": {
        ("blank-label", None): 1,
        ("constraint-pattern", "連絡先電話番号"): 7,
        ("constraint-required", "名称_カナ"): 3,
    },
    "yaizu/222127_tourism_onsen.csv": {("blank-label", None): 1},
    "yaizu/222127_tourism_accommodations.csv": {("constraint-pattern", "連絡先電話番号"): 1},
    "yaizu/222127_tourism_meals.csv": {
        ("constraint-required", "名称_カナ"): 3,
        ("constraint-pattern", "連絡先電話番号"): 2,
    },
    "yaizu/222127_tourism_shops.csv": {("constraint-pattern", "連絡先電話番号"): 3},
    "yaizu/222127_tourism_sights.csv": {("constraint-pattern", "連絡先電話番号"): 1},
}


@pytest.fixture(scope="module")
def expected(shared: Path) -> dict[str, str]:
    """The standard of each file that carries a standard's header."""
    with (shared / "corpus" / "EXPECTED.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    versions = {"2020": "@2020", "current": ""}
    return {row["path"]: row["schema_id"] + versions[row["schema_version"]] for row in rows if row["schema_id"]}


@pytest.mark.parametrize("city", CITIES)
def test_every_table_passes_through_validate(city: str, shared: Path, expected: dict[str, str]) -> None:
    """No file of the city breaks the program: each is checked whole, or refused with a message."""
    checked = 0
    for path in sorted((shared / "corpus" / city).iterdir()):
        if path.suffix.lower() not in (".csv", ".xlsx", ".xls"):
            continue
        standard = expected.get(f"{city}/{path.name}", FALLBACK)
        report = mo.validate_file(path, standard)
        fits = all(found.code != "unmatched-header" for found in report.findings)
        assert report.rows > 0
        assert report.rows_checked == (report.rows if fits else 0)
        assert reports.as_text(report, "ja")
        assert as_html(report, "en")
        checked += 1
    assert checked == {"ichikawa": 22, "yaizu": 57}[city]


@pytest.mark.parametrize("city", CITIES)
def test_the_findings_are_those_judged_true(city: str, shared: Path, expected: dict[str, str]) -> None:
    """The errors in files of a standard's form are exactly those that were read in the files and found true."""
    for name, standard in expected.items():
        if name.startswith(city):
            report = mo.validate_file(shared / "corpus" / name, standard)
            errors = Counter((found.code, found.field) for found in report.findings if found.severity == "error")
            assert dict(errors) == FINDINGS.get(name, {}), name


def test_files_that_are_no_tables_are_refused(shared: Path) -> None:
    """Shapefiles lying in the same folder are told apart from tables, not misread."""
    for path in sorted((shared / "corpus" / "yaizu").glob("*.sh[px]")):
        with pytest.raises(SourceError):
            mo.validate_file(path, FALLBACK)
