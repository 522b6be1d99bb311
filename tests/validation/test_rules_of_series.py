"""What a recipe expects of its tables, and tables of a series that are copies of each other."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
import yaml
from locations import DATA

import meguro_opendata as mo
from meguro_opendata import messages
from meguro_opendata.errors import ConfigurationError
from meguro_opendata.findings import Report
from meguro_opendata.recipe import open_recipe
from meguro_opendata.validation.rules import copied_tables, expectation_findings
from meguro_opendata.workspace.city import Workspace

PROFILE = (DATA / "example_city.toml").read_text(encoding="utf-8")
RECIPE: dict[str, Any] = {
    "title": "人口（見本）",
    "standard": "population@2026",
    "source": {"series": "population_*.csv"},
    "formats": ["csv"],
    "metadata": {"description": "見本。", "department": "見本部見本課", "frequency": "毎月"},
}
HEADER = "全国地方公共団体コード,地方公共団体名,調査年月日,地域名,総人口,男性,女性"


def month(day: str, *people: int) -> str:
    """A table with a district for each number of men, and one woman less."""
    lines = [f"131105,東京都目黒区,{day},見本{at},{men + men - 1},{men},{men - 1}" for at, men in enumerate(people)]
    return "\n".join([HEADER, *lines, ""])


def workspace(folder: Path, files: dict[str, str], **more: Any) -> Workspace:
    """An example workspace with one series."""
    home = folder / "datasets" / "population"
    home.mkdir(parents=True)
    (home.parent / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    (home / "dataset.yaml").write_text(yaml.safe_dump({**RECIPE, **more}, allow_unicode=True), encoding="utf-8")
    for name, text in files.items():
        (home / name).write_text(text, encoding="utf-8")
    return mo.open_workspace(home.parent)


def told(report: Report, *codes: str) -> list[tuple[str, str | None]]:
    """Code and file of the findings with some codes."""
    return [(found.code, found.file) for found in report.findings if found.code in codes]


EXPECTED = ("expect-rows", "expect-total", "expect-change", "expect-total-change")
FILES = {
    "population_202606.csv": month("2026-06-01", 11, 12, 13),
    "population_202607.csv": month("2026-07-01", 11, 12, 14),
    "population_202608.csv": month("2026-08-01", 11, 12, 13),
}


def test_a_build_tells_the_copy_of_another_month(tmp_path: Path) -> None:
    """The file of August that says what June's said is told with both names, and nothing else is."""
    report = mo.build_release("population", workspace(tmp_path, FILES)).report
    assert told(report, "series-copy") == [("series-copy", "population_202608.csv")]
    (found,) = [found for found in report.findings if found.code == "series-copy"]
    assert found.params["other"] == "population_202606.csv"
    assert report.valid


@pytest.mark.parametrize(
    ("expect", "codes"),
    [
        ({"rows": {"min": 3, "max": 3}, "totals": {"男性": {"min": 36}}}, []),
        ({"rows": {"min": 4}}, ["expect-rows"] * 3),
        ({"totals": {"男性": {"min": 37}}}, ["expect-total"] * 2),
        ({"change": 0.1, "totals": {"男性": {"min": 1}}}, []),
        ({"change": 0.01, "totals": {"男性": {"min": 1}}}, ["expect-total-change"] * 2),
    ],
)
def test_a_build_keeps_back_what_is_not_expected(tmp_path: Path, expect: dict[str, Any], codes: list[str]) -> None:
    """Each table of the series lies within the recipe's bounds, or the last release stays."""
    release = mo.build_release("population", workspace(tmp_path, FILES, expect=expect))
    assert [code for code, _ in told(release.report, *EXPECTED)] == codes
    assert release.published == (not codes)


def test_a_series_whose_rows_change_too_much_is_kept_back(tmp_path: Path) -> None:
    """A month with a third of the rows of the one before is told with both numbers, in both languages."""
    files = {**FILES, "population_202609.csv": month("2026-09-01", 11)}
    release = mo.build_release("population", workspace(tmp_path, files, expect={"change": 0.5}))
    (found,) = [found for found in release.report.findings if found.code in EXPECTED]
    assert (found.code, found.file, release.published) == ("expect-change", "population_202609.csv", False)
    assert all("3" in found.text("message", lang) for lang in messages.LANGUAGES)


@pytest.mark.parametrize(
    ("expect", "faults"),
    [
        ({"totals": {"男女": {"min": 1}}}, [("expect.totals.男女", "field-unknown")]),
        ({"rows": {}}, [("expect.rows", "expect-empty")]),
        ({"rows": {"min": 2, "max": 1}}, [("expect.rows", "expect-bounds")]),
        ({"rows": {"least": 1}}, [("expect.rows.least", "key-unknown")]),
    ],
)
def test_a_recipe_with_impossible_bounds_is_refused(
    tmp_path: Path, expect: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    """Bounds of nothing, between which nothing lies, or of a field that is none, are told with their place."""
    with pytest.raises(ConfigurationError) as refused:
        open_recipe("population", workspace(tmp_path, FILES, expect=expect))
    found = [(fault.path, fault.code) for fault in refused.value.faults]
    assert [(path, code.removesuffix("-near")) for path, code in found] == faults


def test_a_copy_of_another_period_is_told_by_both_names() -> None:
    """A table that says the same as an earlier one is told, its dates left aside; short tables are not compared."""
    one = pl.DataFrame({"地域名": ["北", "中", "南"], "総人口": ["1", "2", "3"], "調査年月日": ["2026-06-01"] * 3})
    copy = one.with_columns(pl.lit("2026-08-01").alias("調査年月日"))
    other = one.with_columns(pl.Series("総人口", ["1", "2", "4"]))
    tables = [("202606.csv", one), ("202607.csv", other), ("202608.csv", copy)]
    assert [(found.file, found.params["other"]) for found in copied_tables(tables, ["調査年月日"])] == [
        ("202608.csv", "202606.csv")
    ]
    assert copied_tables([(name, frame.head(2)) for name, frame in tables], ["調査年月日"]) == []


@pytest.mark.parametrize(
    ("least", "most", "codes"),
    [(1, 3, []), (3, None, []), (None, 2, ["expect-rows"]), (4, None, ["expect-rows"])],
)
def test_the_number_of_rows_lies_within_the_expected(least: int | None, most: int | None, codes: list[str]) -> None:
    """Both bounds belong to what is expected, and either may be left open."""
    expected = SimpleNamespace(rows=SimpleNamespace(min=least, max=most), totals={})
    assert [found.code for found in expectation_findings(pl.DataFrame({"a": ["1", "2", "3"]}), expected)] == codes


@pytest.mark.parametrize(("most", "codes"), [(6.5, []), (6, ["expect-total"])])
def test_totals_lie_within_the_expected(most: float, codes: list[str]) -> None:
    """Cells that are no numbers count nothing."""
    expected = SimpleNamespace(rows=None, totals={"a": SimpleNamespace(min=None, max=most)})
    found = list(expectation_findings(pl.DataFrame({"a": ["4", "2.5", "見本"]}), expected))
    assert [one.code for one in found] == codes
    assert all("6.5" in one.text("message", lang) for one in found for lang in messages.LANGUAGES)
