"""The defects that the ward's own files are known to have had, each by its name, and how they are told.

The ward's files are not part of the project; the tables here are made in their form, with example numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import yaml
from locations import DATA

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError, SourceError
from meguro_opendata.findings import Finding, Report
from meguro_opendata.recipe import open_recipe
from meguro_opendata.sources import propose_source
from meguro_opendata.standard.model import load_standard, schema_fields
from meguro_opendata.validation.rules import identifier_findings, rule_findings
from meguro_opendata.workspace.city import Workspace

PROFILE = (DATA / "example_city.toml").read_text(encoding="utf-8")
HEADER = ["全国地方公共団体コード", "地方公共団体名", "調査年月日", "地域名", "総人口", "男性", "女性"]
SERIES: dict[str, Any] = {
    "title": "町丁別人口（架空の例）",
    "standard": "population@2026",
    "source": {"series": "131105_population_*.csv"},
    "formats": ["csv"],
    "metadata": {"description": "架空の例。", "department": "見本部見本課", "frequency": "毎月"},
}


def people(day: str, *, districts: int = 5, more: int = 0) -> str:
    """A table of one day: districts with men and women, whose number ``more`` changes."""
    rows = [["131105", "東京都目黒区", day, f"見本{at}丁目", 21 + more, 10 + more, 11] for at in range(districts)]
    return "\n".join(",".join(map(str, row)) for row in [HEADER, *rows]) + "\n"


def file(folder: Path, name: str, text: str) -> Path:
    """A file with some text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def series(folder: Path, files: dict[str, str], **more: Any) -> Workspace:
    """An example workspace with one series."""
    home = folder / "datasets" / "population"
    home.mkdir(parents=True)
    (home.parent / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    (home / "dataset.yaml").write_text(yaml.safe_dump({**SERIES, **more}, allow_unicode=True), encoding="utf-8")
    for name, text in files.items():
        file(home, name, text)
    return mo.open_workspace(home.parent)


def told(report: Report, code: str) -> list[Finding]:
    """The findings of one code."""
    return [found for found in report.findings if found.code == code]


def test_the_file_of_august_that_held_june(tmp_path: Path) -> None:
    """A file named 2026-08 whose rows are of 2026-06 is told when it is checked alone, with both periods."""
    report = mo.validate_file(file(tmp_path, "131105_population_20260801.csv", people("2026-06-01")), "population")
    (found,) = told(report, "period-differs")
    assert (found.row, found.field, found.value) == (2, "調査年月日", "2026-06-01")
    assert {found.params["period"], found.params["found"]} == {"2026-08-01", "2026-06-01"}
    right = mo.validate_file(file(tmp_path, "131105_population_20260601.csv", people("2026-06-01")), "population")
    assert told(right, "period-differs") == []


def test_the_file_of_august_that_held_june_in_its_series(tmp_path: Path) -> None:
    """In the series it is told as the copy of June's, and as of another period than its name."""
    names = ["131105_population_20260601.csv", "131105_population_20260701.csv", "131105_population_20260801.csv"]
    tables = [people("2026-06-01"), people("2026-07-01", more=3), people("2026-06-01")]
    report = mo.build_release("population", series(tmp_path, dict(zip(names, tables, strict=True)))).report
    (copy,) = told(report, "series-copy")
    (period,) = told(report, "series-period-differs")
    assert (copy.file, copy.params["other"], period.file) == (names[2], names[0], names[2])


def test_a_stray_copy(tmp_path: Path) -> None:
    """「… - コピー.csv」 is told by its name alone, and is a second file of its month in the series."""
    name = "131105_population_20201201 - コピー.csv"
    report = mo.validate_file(file(tmp_path, name, people("2020-12-01")), "population")
    assert [found.params["name"] for found in told(report, "name-of-copy")] == [name]
    files = {"131105_population_20201201.csv": people("2020-12-01"), name: people("2020-12-01", more=1)}
    release = mo.build_release("population", series(tmp_path, files))
    assert (len(told(release.report, "series-double")), release.published) == (1, False)
    assert len(told(release.report, "name-of-copy")) == 1


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("131105_aed_20210401 - コピー.csv", True),
        ("131105_aed_20210401 - コピー (2).csv", True),
        ("131105_aed_20210401のコピー.csv", True),
        ("131105_aed_20210401 (1).csv", True),
        ("コピー ～ 131105_aed.csv", True),
        ("131105_aed_20210401.csv", False),
        ("131105_コピー機設置場所.csv", False),
        ("131105_photocopy_places.csv", False),
        ("公共施設(本庁).csv", False),
    ],
)
def test_names_of_copies(tmp_path: Path, name: str, copy: bool) -> None:
    """The names that Windows and macOS give to copies, and names that only sound like them."""
    report = mo.validate_file(file(tmp_path, name, "ID,名称,所在地_連結表記\n1,見本,東京都目黒区\n"), "aed")
    assert bool(told(report, "name-of-copy")) == copy


def test_rows_with_more_cells_than_the_header(tmp_path: Path) -> None:
    """202412: of 88 rows, 77 have one or two cells too many; each is told by row, and the numbers with spaces too."""
    standard = load_standard("population@2026")
    header = [field.name for field in standard.fields]
    rows = [["131105", "", "東京都目黒区", "2024-12-01", f"見本{at}丁目", "4 095", *["1"] * 39, ""] for at in range(88)]
    assert {len(row) for row in rows} == {len(header)}
    wide = [[*row, *([""] * (at % 2)), "7"] if at < 77 else row for at, row in enumerate(rows)]
    text = "\n".join(",".join(row) for row in [header, *wide]) + "\n"
    report = mo.validate_file(file(tmp_path, "131105_population_20241201.csv", text), standard)
    assert len({found.row for found in told(report, "extra-cell")}) == 77
    assert len([found for found in told(report, "type-integer") if found.value == "4 095"]) == 88
    assert (report.rows, report.rows_checked) == (88, 88)


def test_a_resource_that_belongs_to_another_dataset(tmp_path: Path) -> None:
    """A list of children in after-school clubs among the nurseries shares no items with their standard."""
    text = "年度,クラブ名,定員,入所児童数\n2021,見本,40,38\n"
    report = mo.validate_file(file(tmp_path, "131105_afterschool_daycare_club.csv", text), "preschool")
    (found,) = told(report, "standard-unlike")
    assert found.params["count"] == 4


def test_a_table_of_payments_is_no_list_of_offices(tmp_path: Path) -> None:
    """介護保険介護サービス給付費 has a title like 介護サービス事業所, and none of its items."""
    text = "年度,サービスの種類,件数,給付費\n2021,訪問介護,10,1000\n"
    report = mo.validate_file(file(tmp_path, "131105_care_service_kyuhu_kingaku_20210401.csv", text), "care_service")
    assert len(told(report, "standard-unlike")) == 1


def test_a_date_of_nine_digits_in_a_name(tmp_path: Path) -> None:
    """202100301 is no day, in a file that is checked alone and in a series."""
    text = "ID,施設名称,所在地_連結表記\n1,見本,東京都目黒区\n"
    path = file(tmp_path, "131105_pharmacy_new_202100301_20210331.csv", text)
    assert [found.params["date"] for found in told(mo.validate_file(path, "food_business"), "period-unreadable")] == [
        "202100301"
    ]
    workspace = series(tmp_path, {"131105_population_202100301.csv": people("2021-03-01")})
    report = mo.build_release("population", workspace).report
    assert len(told(report, "series-period-unreadable")) == 1


def test_one_department_written_in_two_ways(tmp_path: Path) -> None:
    """目黒区保健所生活衛生課 for 保健所生活衛生課: a recipe names a department as the profile does, or is refused."""
    profile = PROFILE.replace("見本部見本課", "保健所生活衛生課")
    assert profile != PROFILE
    metadata = {**SERIES["metadata"], "department": "目黒区保健所生活衛生課"}
    workspace = series(tmp_path, {"131105_population_20210301.csv": people("2021-03-01")}, metadata=metadata)
    (tmp_path / "datasets" / "opendata.toml").write_text(profile, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        open_recipe("population", mo.open_workspace(workspace.root))
    assert [(fault.path, fault.code) for fault in refused.value.faults] == [
        ("metadata.department", "department-unknown-near")
    ]


@pytest.mark.parametrize(
    ("ids", "code", "rows"),
    [
        (["", "", ""], "identifier-empty", [1]),
        (["1", "", "3"], "identifier-empty", [1]),
        (["1", "2", "1"], "unique-error", [4]),
    ],
    ids=["blank", "partly-blank", "doubled"],
)
def test_ids_that_are_blank_or_doubled(tmp_path: Path, ids: list[str], code: str, rows: list[int]) -> None:
    """Empty IDs are told once a column, a doubled one by its row."""
    lines = [f"{one},見本{at},東京都目黒区" for at, one in enumerate(ids)]
    path = file(tmp_path, "131105_aed.csv", "\n".join(["ID,名称,所在地_連結表記", *lines, ""]))
    assert [found.row for found in told(mo.validate_file(path, "aed"), code)] == rows


FIELDS = load_standard("aed").fields
PLACES = {"ID": ["1", "2", "3"], "名称": ["北館", "南館", "東館"], "所在地_連結表記": ["北1", "南1", "東1"]}


def aed(folder: Path, **more: Any) -> Workspace:
    """An example workspace with one list of two places."""
    home = folder / "datasets" / "aed"
    home.mkdir(parents=True)
    (home.parent / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    recipe = {**SERIES, "standard": "aed", "source": {"file": "aed.csv"}, **more}
    (home / "dataset.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
    file(home, "aed.csv", "ID,名称,所在地_連結表記\n1,北館,東京都目黒区北1\n2,南館,東京都目黒区南1\n")
    return mo.open_workspace(home.parent)


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (PLACES, []),
        ({**PLACES, "ID": ["2", "1", "3"]}, [("identifier-reused", 2), ("identifier-reused", 3)]),
        ({**PLACES, "ID": ["9", "2", "3"]}, [("identifier-changed", 2)]),
        ({**PLACES, "名称": ["新北館", "南館", "東館"]}, []),
        ({**PLACES, "所在地_連結表記": ["北2", "南1", "東1"]}, []),
        ({name: column[:2] for name, column in PLACES.items()}, []),
        ({**PLACES, "ID": ["1", "1", "3"]}, []),
        ({"ID": ["1"], "名称": ["西館"], "所在地_連結表記": ["西1"]}, [("identifier-reused", 2)]),
    ],
    ids=["same", "exchanged", "renumbered", "renamed", "moved", "gone", "doubled", "given-away"],
)
def test_ids_stay_with_their_things(
    tmp_path: Path, later: dict[str, list[str]], expected: list[tuple[str, int]]
) -> None:
    """Against an earlier table: an ID that something else had, and a thing that had another ID; renaming is none."""
    frame = pl.DataFrame(later)
    table = propose_source(file(tmp_path, "aed.csv", frame.write_csv()), [])
    origins: dict[str, str | None] = {name: name for name in frame.columns}
    found = identifier_findings(pl.DataFrame(PLACES), table, table.frame, FIELDS, origins)
    assert [(one.code, one.row) for one in found] == expected


def test_a_series_tells_ids_that_were_given_away(tmp_path: Path) -> None:
    """The list of the next year with its rows numbered anew."""
    header = "ID,名称,所在地_連結表記"
    home = tmp_path / "datasets" / "aed"
    home.mkdir(parents=True)
    (home.parent / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    recipe = {**SERIES, "standard": "aed", "source": {"series": "131105_aed_*.csv"}}
    (home / "dataset.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
    file(home, "131105_aed_20240401.csv", f"{header}\n1,北館,東京都目黒区北1\n2,南館,東京都目黒区南1\n")
    file(home, "131105_aed_20250401.csv", f"{header}\n1,南館,東京都目黒区南1\n2,東館,東京都目黒区東1\n")
    report = mo.build_release("aed", mo.open_workspace(home.parent)).report
    moved = told(report, "identifier-reused")
    assert [(found.file, found.row, found.params["was"]) for found in moved] == [
        ("131105_aed_20250401.csv", 2, "北館"),
        ("131105_aed_20250401.csv", 3, "南館"),
    ]


@pytest.mark.parametrize(
    ("earlier", "codes"),
    [
        ("ID,名称,所在地_連結表記\n1,北館,東京都目黒区北1\n2,南館,東京都目黒区南1\n", []),
        ("ID,名称,所在地_連結表記\n2,北館,東京都目黒区北1\n1,南館,東京都目黒区南1\n", ["identifier-reused"] * 2),
        ("ID,名称,所在地_連結表記\n7,北館,東京都目黒区北1\n", ["identifier-changed"]),
        ("名称,所在地_連結表記\n北館,東京都目黒区北1\n", []),
    ],
    ids=["same", "exchanged", "renumbered", "without-ids"],
)
def test_a_recipe_names_the_earlier_table(tmp_path: Path, earlier: str, codes: list[str]) -> None:
    """``expect.earlier``: the CSV of an earlier release, with which the IDs are compared."""
    workspace = aed(tmp_path, expect={"earlier": "earlier.csv"})
    file(tmp_path / "datasets" / "aed", "earlier.csv", earlier)
    report = mo.build_release("aed", workspace).report
    assert [found.code for found in report.findings if found.code.startswith("identifier-")] == codes


def test_an_earlier_table_that_is_not_there(tmp_path: Path) -> None:
    """A missing file, and a path out of the folder, are refused before anything is written."""
    with pytest.raises(SourceError):
        mo.build_release("aed", aed(tmp_path, expect={"earlier": "earlier.csv"}))
    with pytest.raises(ConfigurationError) as refused:
        mo.build_release("aed", aed(tmp_path / "other", expect={"earlier": "../earlier.csv"}))
    assert [fault.code for fault in refused.value.faults] == ["path-not-inside"]
    assert not (tmp_path / "releases").exists()


@pytest.mark.parametrize(
    ("name", "title", "code"),
    [
        ("人口_202606.xlsx", "町丁別人口（令和8年8月1日現在）", "period-differs"),
        ("人口.xlsx", "町丁別人口（令和8年8月1日現在）", "period-differs"),
        ("人口_202606.xlsx", "町丁別人口（令和8年6月1日現在）", None),
        ("人口_2026年度.xlsx", "町丁別人口", None),
        ("人口.xlsx", "町丁別人口の推移（令和7年から令和8年）", None),
    ],
)
def test_a_title_above_the_header_is_compared(tmp_path: Path, name: str, title: str, code: str | None) -> None:
    """A workbook's title line says a month; the rows are of June 2026."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in ([title], [], HEADER, ["131105", "東京都目黒区", "2026-06-01", "見本", 3, 1, 2]):
        book.active.append(row)
    book.save(tmp_path / name)
    report = mo.validate_file(tmp_path / name, "population")
    assert [found.code for found in report.findings if found.code.startswith("period-")] == ([code] if code else [])


def test_a_name_and_a_title_of_different_periods(tmp_path: Path) -> None:
    """Where the data has no day of its own, the labels are compared with each other."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (
        ["AED設置箇所（令和3年4月1日現在）"],
        [],
        ["ID", "名称", "所在地_連結表記"],
        ["1", "見本", "東京都目黒区"],
    ):
        book.active.append(row)
    book.save(tmp_path / "131105_aed_20200401.xlsx")
    (found,) = told(mo.validate_file(tmp_path / "131105_aed_20200401.xlsx", "aed"), "period-labels-differ")
    assert (found.params["period"], found.params["found"]) == ("2020-04-01", "2021-04-01")


def test_a_workbook_of_several_months_is_not_compared_by_its_name(tmp_path: Path) -> None:
    """The file of February may hold a sheet for every month since April; each sheet's name counts for its own rows."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "R5.4.1"
    book.create_sheet("R5.5.1")
    for sheet, day in zip(book, ("2023-04-01", "2023-05-01"), strict=True):
        for row in (HEADER, ["131105", "東京都目黒区", day, "見本", 3, 1, 2]):
            sheet.append(row)
    book.save(tmp_path / "R6.2_人口.xlsx")
    report = mo.validate_file(tmp_path / "R6.2_人口.xlsx", "population")
    assert [found.code for found in report.findings if found.code.startswith("period-")] == []


def test_the_wards_own_population_adds_up(shared: Path, tmp_path: Path) -> None:
    """The eight known rows of the ward's population table of 2021-10 keep the sums; with one man more they do not."""
    lines = (shared / "corpus" / "meguro" / "MEGURO_POPULATION_HEADER_20211001.txt").read_text(encoding="utf-8")
    records = [line.split(",") for line in lines.splitlines() if line.count(",") == 49]
    header, rows = records[0], [["" if cell == "NA" else cell for cell in row] for row in records[1:]]
    assert len(rows) == 8
    fields = schema_fields(load_standard("population@2020").schema or {})
    for change, expected in ((0, 0), (1, 2)):
        rows[0][header.index("男性")] = str(int(rows[0][header.index("男性")]) + change)
        frame = pl.DataFrame(rows, schema=header, orient="row")
        table = propose_source(file(tmp_path, "131105_population_20211001.csv", frame.write_csv()), [])
        found = rule_findings(table, table.frame, fields)
        assert len([one for one in found if one.code == "sum-differs"]) == expected
