"""A series: one file a period becomes one resource; gaps, doubles and files that do not fit are reported by name."""

import csv
import io
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from locations import DATA, ROOT
from referencing import Registry, Resource

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError, MeguroOpendataError
from meguro_opendata.findings import Finding
from meguro_opendata.pipeline.outcome import BUILD_FORMAT, Release
from meguro_opendata.portals import open_portal
from meguro_opendata.publication import plan_publication, publish
from meguro_opendata.recipe.series import Member, found_step, name_periods, period_findings
from meguro_opendata.recipe.series.periods import Period
from meguro_opendata.validation import check_package
from meguro_opendata.workspace.city import Workspace

NOW = datetime(2025, 6, 10, 3, 0, tzinfo=UTC)
# An example city profile and example data, not the ward's own.
PROFILE = (DATA / "example_city.toml").read_text(encoding="utf-8")
RECIPE: dict[str, Any] = {
    "title": "地域・年齢別人口（見本）",
    "standard": "population@2026",
    "source": {"series": "131105_population_*.csv"},
    "series": {"title": "{title} {period:%Y年%m月}"},
    "formats": ["csv"],
    "allow": [{"code": "small-count", "reason": "見本の数である"}],
    "metadata": {"description": "見本。", "department": "見本部見本課", "frequency": "毎月"},
}
VALID = (ROOT / "standard_schemas" / "population" / "2026" / "valid.csv").read_text(encoding="utf-8-sig")
HEADER, ROW, *_ = list(csv.reader(io.StringIO(VALID)))
DAY = HEADER.index("調査年月日")
AREA = HEADER.index("地域名")


def monthly(day: str, rows: int = 2, header: Iterable[str] = HEADER) -> bytes:
    """A month's table of some example rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    for number in range(rows):
        cells = list(ROW)
        cells[DAY], cells[AREA] = day, f"見本{number + 1}"
        writer.writerow(cells)
    return text.getvalue().encode("utf-8")


def names_of(count: int, start: int = 2020 * 12 + 10) -> dict[str, bytes]:
    """A number of monthly files in a row, the first that of November 2020."""
    months = [divmod(start + number, 12) for number in range(count)]
    days = [date(year, month + 1, 1) for year, month in months]
    return {f"131105_population_{day:%Y%m%d}.csv": monthly(day.isoformat()) for day in days}


def make(folder: Path, files: dict[str, bytes], **changes: Any) -> Workspace:
    """An example workspace with one series."""
    home = folder / "datasets" / "population"
    home.mkdir(parents=True, exist_ok=True)
    (home.parent / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    recipe = {**RECIPE, **changes}
    (home / "dataset.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True, sort_keys=False), encoding="utf-8")
    for name, data in files.items():
        (home / name).write_bytes(data)
    return mo.open_workspace(home.parent)


def build(workspace: Workspace) -> Release:
    """The series built."""
    return mo.build_release("population", workspace)


def told(release: Release, prefix: str = "series-") -> list[tuple[str, str, str | None]]:
    """Code, severity and file of the findings whose code begins so."""
    return [(f.code, f.severity, f.file) for f in release.report.findings if f.code.startswith(prefix)]


def data_names(release: Release) -> list[str]:
    """The published data files."""
    return [file.path.name for file in release.files if file.path.name.startswith("131105_")]


def test_each_month_becomes_one_resource(tmp_path: Path) -> None:
    """Twenty-one files are twenty-one resources with period, title and rows of their own; all rows come out."""
    release = build(make(tmp_path, names_of(21)))
    assert told(release) == []
    assert (release.rows_in, release.rows_out, release.rejected) == (42, 42, ())
    assert sorted(data_names(release)) == sorted(names_of(21))
    package = json.loads((release.folder / "datapackage.json").read_text(encoding="utf-8"))
    first, last = package["resources"][-1], package["resources"][0]
    assert (first["path"], first["mo:period"]) == ("131105_population_20201101.csv", "2020-11-01")
    assert last["title"] == "地域・年齢別人口（見本） 2022年07月（CSV）"
    assert (package["mo:rows"], last["mo:rows"]) == (42, 2)
    assert check_package(str(release.folder / "datapackage.json")) == []


def test_one_more_month_is_exactly_one_new_resource(tmp_path: Path) -> None:
    """The twenty-second month is one resource to create; the others keep their bytes and are unchanged."""
    workspace = make(tmp_path, names_of(21))
    before = {file.path.name: file.sha256 for file in build(workspace).files}
    portal = open_portal(workspace, None)
    publish(plan_publication(workspace, portal), portal, workspace, now=NOW)
    make(tmp_path, names_of(22))
    with pytest.raises(MeguroOpendataError) as error:
        plan_publication(workspace, portal)
    assert error.value.code == "release-stale"
    after = build(workspace)
    assert {f.path.name for f in after.files if before.get(f.path.name) == f.sha256} >= set(names_of(21))
    (change,) = plan_publication(workspace, portal).changes
    assert (change.action, [part.field for part in change.metadata]) == ("update", ["extras.temporal"])
    (new,) = [part for part in change.resources if part.action != "unchanged"]
    assert (new.name, new.action) == ("131105_population_20220801.csv", "create")
    assert new.rows is not None
    assert new.rows.to_dict() == {"before": 0, "after": 2, "added": 2, "changed": 0, "removed": 0}
    outcome, events = publish(plan_publication(workspace, portal), portal, workspace, now=NOW)
    assert (outcome.resources, events) == ((new.name,), 1)


def test_the_newest_also_has_a_name_that_stays(tmp_path: Path) -> None:
    """With ``latest`` the newest table is published a second time, under the dataset's own name."""
    release = build(make(tmp_path, names_of(3), series={"latest": True}))
    assert data_names(release)[:2] == ["131105_population.csv", "131105_population_20210101.csv"]
    newest = (release.folder / "131105_population_20210101.csv").read_bytes()
    assert (release.folder / "131105_population.csv").read_bytes() == newest
    assert release.rows_out == 6


def test_a_missing_month_is_reported_with_both_neighbours(tmp_path: Path) -> None:
    """A gap is a warning that names the months and the files around it; the release is made."""
    files = names_of(6)
    del files["131105_population_20210101.csv"]
    release = build(make(tmp_path, files))
    assert told(release) == [("series-gap", "warning", "131105_population_20210201.csv")]
    (gap,) = [finding for finding in release.report.findings if finding.code == "series-gap"]
    assert "131105_population_20201201.csv" in gap.text("message", "ja")
    assert "2021-01" in gap.text("message", "ja")
    assert release.published


def test_a_copy_is_a_double_until_the_recipe_leaves_it_out(tmp_path: Path) -> None:
    """Two files for one month keep the release back and are both named; with a reason in the recipe one is left out."""
    copy = "131105_population_20201201 - コピー.csv"
    files = {**names_of(3), copy: monthly("2020-12-01")}
    release = build(make(tmp_path, files))
    assert told(release) == [("series-double", "error", copy)]
    (double,) = [finding for finding in release.report.findings if finding.code == "series-double"]
    assert "'131105_population_20201201.csv'" in double.text("message", "en")
    assert not release.published
    source = {**RECIPE["source"], "leave_out": {copy: "誤って作った写し"}}
    assert build(make(tmp_path, files, source=source)).published


def test_an_unreadable_period_keeps_the_release_back(tmp_path: Path) -> None:
    """A date with a digit too many is an error that names the file; the last release stays."""
    release = build(make(tmp_path, {**names_of(2), "131105_population_202100301.csv": monthly("2021-03-01")}))
    assert told(release) == [("series-period-unreadable", "error", "131105_population_202100301.csv")]
    assert not release.published


def test_data_of_another_month_is_reported(tmp_path: Path) -> None:
    """A file named 2020-12 that holds October is a warning; an error if the recipe wants it confirmed."""
    files = names_of(3)
    files["131105_population_20201201.csv"] = monthly("2020-10-01")
    release = build(make(tmp_path, files))
    assert told(release) == [("series-period-differs", "warning", "131105_population_20201201.csv")]
    source = {**RECIPE["source"], "period": {"from": "name", "confirm": "調査年月日"}}
    strict = build(make(tmp_path, files, source=source))
    assert told(strict) == [("series-period-differs", "error", "131105_population_20201201.csv")]
    waive = [{"code": "series-period-differs", "field": "調査年月日", "reason": "見本の理由"}]
    assert build(make(tmp_path, files, source=source, waive=waive)).published


def test_a_file_with_other_columns_is_named(tmp_path: Path) -> None:
    """A month with one column more is reported with the columns; so are its rows that do not fit its own header."""
    files = names_of(3)
    files["131105_population_20210101.csv"] = monthly("2021-01-01", header=[*HEADER, "余分"])
    release = build(make(tmp_path, files))
    assert ("series-header-differs", "warning", "131105_population_20210101.csv") in told(release)
    ragged = {finding.file for finding in release.report.findings if finding.code == "ragged-row"}
    assert ragged == {"131105_population_20210101.csv"}


def test_the_period_can_be_in_a_cell_or_a_column(tmp_path: Path) -> None:
    """A title row such as 令和6年4月1日現在, or the column of dates, says what the name does not."""
    home = make(tmp_path, {}).root / "population"
    for number, day in enumerate(["令和6年4月1日", "令和6年5月1日"]):
        iso = f"2024-0{4 + number}-01"
        (home / f"人口その{number}.csv").write_bytes(f"人口,{day}現在\r\n".encode() + monthly(iso))
    cell = {"series": "人口*.csv", "header_row": 2, "period": {"from": "cell", "cell": "B1"}}
    expected = ["131105_population_20240501.csv", "131105_population_20240401.csv"]
    assert data_names(build(make(tmp_path, {}, source=cell))) == expected
    column = {"series": "人口*.csv", "header_row": 2, "period": {"from": "column", "column": "調査年月日"}}
    assert data_names(build(make(tmp_path, {}, source=column))) == expected


def test_json_lists_each_file(tmp_path: Path) -> None:
    """``build@1`` has one entry with the sums, and each file with its period and its own figures."""
    entry = build(make(tmp_path, names_of(2))).to_dict()
    assert (entry["rows_in"], entry["rows_out"], entry["rows_rejected"]) == (4, 4, 0)
    assert [(part["file"], part["period"], part["rows_in"]) for part in entry["sources"]] == [
        ("131105_population_20201101.csv", "2020-11-01", 2),
        ("131105_population_20201201.csv", "2020-12-01", 2),
    ]


def test_changes_and_rejected_rows_name_their_file(tmp_path: Path) -> None:
    """The lists of a series have a last column with the file."""
    files = {**names_of(2), "131105_population_20210101.csv": monthly("R3.1.1")}
    release = build(make(tmp_path, files))
    rows = list(csv.DictReader(io.StringIO((release.folder / "changes.csv").read_text(encoding="utf-8-sig"))))
    assert {row["file"] for row in rows} == {"131105_population_20210101.csv"}
    assert {row["after"] for row in rows} == {"2021-01-01"}


def test_building_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """A series is as repeatable as a single table."""
    workspace = make(tmp_path, names_of(3))
    assert [file.sha256 for file in build(workspace).files] == [file.sha256 for file in build(workspace).files]


@given(st.sets(st.integers(0, 60), min_size=3, max_size=25))
def test_gaps_are_exactly_what_is_missing(months: set[int]) -> None:
    """The missing months of a monthly series are those without a file between the first and the last."""
    members = [Member(f"{number}.csv", (Period(2020 + number // 12, number % 12 + 1),)) for number in sorted(months)]
    gaps = [finding for finding in period_findings(members, "month") if finding.code == "series-gap"]
    assert sum(int(str(gap.params["count"])) for gap in gaps) == max(months) - min(months) + 1 - len(months)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=20))
def test_every_file_more_than_one_a_month_is_a_double(months: list[int]) -> None:
    """Each file beyond the first of its month is reported once."""
    members = [Member(f"{at}.csv", (Period(2020 + n // 12, n % 12 + 1),)) for at, n in enumerate(months)]
    doubles: list[Finding] = [f for f in period_findings(members, "month") if f.code == "series-double"]
    assert len(doubles) == len(months) - len(set(months))


@pytest.mark.parametrize(
    ("names", "step"),
    [
        (["202401", "202402", "202403"], "month"),
        (["20240101", "20240201", "20240301", "20240401"], "month"),
        (["202401", "202404", "202407"], "quarter"),
        (["202303", "202309", "202403"], "half-year"),
        (["2021", "2022", "2024"], "year"),
        (["2021年度", "2022年度", "2023年度"], "fiscal-year"),
        (["20240401", "20240402", "20240410"], "day"),
        (["202401"], None),
    ],
)
def test_the_rhythm_is_found(names: list[str], step: str | None) -> None:
    """Months, quarters, half-years and years are reported by what most files have between them."""
    assert found_step([Member(name, name_periods(name, None, 4)) for name in names]) == step


def test_an_extra_file_in_a_yearly_series_is_no_double() -> None:
    """A rhythm that was only found does not make two months of one year a double; a declared one does."""
    names = ["201904", "202004", "202104", "202109", "202204", "202304"]
    members = [Member(name, name_periods(name, None, 4)) for name in names]
    assert found_step(members) == "year"
    assert period_findings(members) == []
    assert [finding.file for finding in period_findings(members, "year")] == ["202109"]


SERIES = "131105_population_*.csv"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"source": {"series": SERIES, "file": "a.csv"}}, [("source", "source-file-or-series")]),
        ({"source": {}}, [("source", "source-file-or-series")]),
        ({"source": {"series": "../*.csv"}}, [("source.series", "path-not-inside")]),
        ({"source": {"series": "a.csv"}}, [("source.series", "series-without-star")]),
        ({"source": {"series": SERIES, "kind": "catalog"}}, [("source.kind", "series-of-catalog")]),
        ({"source": {"file": "a.csv"}}, [("series", "word-needs-series")]),
        (
            {"source": {"file": "a.csv", "leave_out": {"b.csv": "x"}, "period": {"from": "name"}}},
            [
                ("source.leave_out", "word-needs-series"),
                ("source.period", "word-needs-series"),
                ("series", "word-needs-series"),
            ],
        ),
        ({"source": {"series": SERIES, "period": {"from": "cell"}}}, [("source.period.cell", "period-origin")]),
        (
            {"source": {"series": SERIES, "period": {"from": "cell", "cell": "2B"}}},
            [("source.period.cell", "cell-address")],
        ),
        (
            {"source": {"series": SERIES, "period": {"from": "name", "column": "年"}}},
            [("source.period.column", "period-origin")],
        ),
        ({"source": {"series": SERIES, "period": {"pattern": "("}}}, [("source.period.pattern", "pattern-broken")]),
        (
            {"source": {"series": SERIES, "period": {"pattern": "[0-9]+"}}},
            [("source.period.pattern", "pattern-without-year")],
        ),
        (
            {"source": {"series": SERIES, "period": {"confirm": "調査年月"}}},
            [("source.period.confirm", "field-unknown-near")],
        ),
        ({"source": {"series": SERIES, "period": {"form": "name"}}}, [("source.period.form", "key-unknown")]),
        ({"source": {"series": SERIES, "period": {"step": "week"}}}, [("source.period.step", "not-one-of")]),
        ({"series": {"title": "{title} {period:%B}"}}, [("series.title", "series-title-words")]),
        ({"series": {"title": "{titel}"}}, [("series.title", "series-title-words")]),
        ({"series": {"title": "{title}"}}, [("series.title", "series-title-without-period")]),
        ({"skip_rows": [{"row": 5, "reason": "x"}]}, [("skip_rows.0.file", "skip-row-file")]),
    ],
)
def test_wrong_words_are_refused(tmp_path: Path, changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Each fault of a series' words has its place, and is reported in both languages; nothing is written."""
    workspace = make(tmp_path, names_of(1), **changes)
    with pytest.raises(ConfigurationError) as error:
        build(workspace)
    assert [(fault.path, fault.code) for fault in error.value.faults] == expected
    assert error.value.text("ja") != error.value.text("en")
    assert not workspace.releases.exists()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"source": {"series": "131105_jinko_*.csv"}}, [("source.series", "series-empty")]),
        (
            {"skip_rows": [{"row": 5, "reason": "x", "file": "131105_population_20201102.csv"}]},
            [("skip_rows", "skip-row-file-unknown-near")],
        ),
        (
            {"source": {"series": SERIES, "period": {"from": "column", "column": "調査日"}}},
            [("source.period.column", "period-column-gone-near")],
        ),
        (
            {
                "series": {"title": "{period:%d}"},
                "source": {"series": SERIES, "period": {"pattern": "_(?P<year>....)"}},
            },
            [("series.title", "series-title-lacking")],
        ),
        (
            {"mapping": {"地域名": "町名", "調査年月日": "調査年月日"}},
            [("mapping.地域名", "column-gone"), ("mapping.地域名", "column-gone")],
        ),
    ],
)
def test_a_recipe_that_does_not_fit_the_files_is_refused(
    tmp_path: Path, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """What the files do not have is reported, for every file at once."""
    workspace = make(tmp_path, names_of(2), **changes)
    with pytest.raises(ConfigurationError) as error:
        build(workspace)
    found = [(fault.path, fault.code) for fault in error.value.faults]
    assert [(path, code.removesuffix("-values")) for path, code in found] == expected
    assert error.value.text("ja") != error.value.text("en")
    assert not workspace.releases.exists()


def test_a_skipped_row_belongs_to_its_file(tmp_path: Path) -> None:
    """A row that the recipe leaves out is left out of that file only, and listed with it."""
    skip = [{"file": "131105_population_20201101.csv", "row": 3, "reason": "見本の理由"}]
    release = build(make(tmp_path, names_of(2), skip_rows=skip))
    assert [(rejection.file, rejection.row) for rejection in release.rejected] == [
        ("131105_population_20201101.csv", 3)
    ]
    assert (release.rows_in, release.rows_out) == (4, 3)


def test_monthly_workbooks_of_a_city_are_distinguished(shared: Path) -> None:
    """The names of a real series, R5jinko10.xlsx and its like, are months by a pattern, and gaps are found."""
    names = sorted(path.name for path in (shared / "corpus" / "sabae").glob("R?jinko*.xlsx"))
    pattern = "(?P<year>R[0-9])jinko(?P<month>[0-9]+)"
    members = [Member(name, name_periods(name, pattern, 4)) for name in names]
    assert len(members) > 5
    assert all(member.period and member.period.month for member in members)
    assert {finding.code for finding in period_findings(members, "month")} == {"series-gap"}


def ward_months(shared: Path, count: int) -> dict[str, bytes]:
    """Monthly files with the header and the rows of the ward's own series, as far as these are given."""
    text = (shared / "corpus" / "meguro" / "MEGURO_POPULATION_HEADER_20211001.txt").read_text(encoding="utf-8-sig")
    lines = [line for line in text.splitlines() if line.count(",") == 49]
    made: dict[str, bytes] = {}
    for name in names_of(count):
        day = f"{name[18:22]}-{name[22:24]}-{name[24:26]}"
        body = "\r\n".join([lines[0], *(line.replace("2021-10-01", day) for line in lines[1:]), ""])
        made[name] = b"\xef\xbb\xbf" + body.encode("utf-8")
    return made


WARD = {
    "title": "町丁別・年齢別・男女別人口および町丁別世帯数",
    "standard": "population@2020",
    "series": {"title": "{title}　{period:%Y年%-m月}"},
    "drop": dict.fromkeys(["不詳者の男性", "不詳者の女性", "KEY_CODE"], "標準にない列"),
}


def test_the_wards_own_series_builds(shared: Path, tmp_path: Path) -> None:
    """Twenty-two months of the ward's real layout: every row out, the titles as the ward's catalogue has them.

    The months are one real file under other dates, which the findings report.
    """
    release = build(make(tmp_path, ward_months(shared, 22), **WARD))
    assert {code for code, *_ in told(release)} == {"series-copy"}
    assert release.published, release.report.counts
    assert release.rows_in == release.rows_out > 22 * 4
    package = json.loads((release.folder / "datapackage.json").read_text(encoding="utf-8"))
    assert len(package["resources"]) == 22
    assert package["resources"][-1]["title"].startswith("町丁別・年齢別・男女別人口および町丁別世帯数　2020年11月")


def test_rows_that_are_too_wide_are_reported_by_file(shared: Path, tmp_path: Path) -> None:
    """A month whose rows have 51 and 52 columns under a header of 50 is named, row by row."""
    files = ward_months(shared, 3)
    name = "131105_population_20201201.csv"
    header, *rows = files[name].decode("utf-8").splitlines()
    files[name] = "\r\n".join([header, *(row + ",1" * (1 + at % 2) for at, row in enumerate(rows)), ""]).encode()
    release = build(make(tmp_path, files, **WARD))
    wide = [finding for finding in release.report.findings if finding.code == "ragged-row"]
    assert ({finding.file for finding in wide}, len(wide)) == ({name}, len(rows))
    assert not release.published


def fits_the_schema(entry: dict[str, Any]) -> list[str]:
    """Where and why an entry of ``build@1`` does not fit the published schema."""
    folder = ROOT / "docs" / "schemas"
    schemas = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.schema.json")}
    registry: Registry[Any] = Registry().with_resources(
        (name, Resource.from_contents(schema)) for name, schema in schemas.items()
    )
    validator = Draft202012Validator(schemas["build.schema.json"], registry=registry)
    return [error.message for error in validator.iter_errors({"format": BUILD_FORMAT, "releases": [entry]})]


def test_the_json_fits_its_schema(tmp_path: Path) -> None:
    """Sources and the files of findings are in the published form of ``build@1``."""
    files = names_of(4)
    del files["131105_population_20201201.csv"]
    entry = build(make(tmp_path, files)).to_dict()
    assert entry["report"]["findings"][0]["file"] == "131105_population_20210101.csv"
    assert fits_the_schema(entry) == []
    assert fits_the_schema({**entry, "sources": [{}]}) != []
    assert fits_the_schema({**entry, "ids": {"minted": 2}}) == []
    assert fits_the_schema({**entry, "ids": {"minted": "2"}}) != []
