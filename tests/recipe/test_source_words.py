"""The recipe's words for series, stacked and joined sources, coordinates and the register of IDs: every fault."""

from pathlib import Path
from typing import Any

import pytest
from written_recipes import EXTENSION, LACKING, faults_if_any, opened

from meguro_opendata.recipe.identifiers import Minting
from meguro_opendata.recipe.series.periods import Period, lacking_parts, pattern_fault, titled, unknown_words
from meguro_opendata.recipe.words import _is_moment
from meguro_opendata.sources.joining import JoinWords

SERIES = {"series": "人口_*.csv"}
FIRST = {"name": "甲", "file": "a.csv"}
SECOND = {"name": "乙", "file": "b.csv"}
JOINED = {**SECOND, "by": {"ID": "番号"}}
IDS = {"field": "ID", "match": ["名称", "所在地_連結表記"], "form": "131105{number:06}"}
GEO = {"file": "見本.geojson"}


def period(**words: str) -> dict[str, Any]:
    """Return the changes that make a series with a period."""
    return {"source": {**SERIES, "period": words}}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"source": SERIES}, []),
        ({"source": {"series": "人口_?.csv"}}, []),
        ({"source": {"series": "人口.csv"}}, [("source.series", "series-without-star")]),
        ({"source": {"series": "a/人口_*.csv"}}, [("source.series", "path-not-inside")]),
        ({"source": {**SERIES, "file": "x.csv"}}, [("source", "source-file-or-series")]),
        ({"source": {}}, [("source", "source-file-or-series")]),
        ({"source": {**SERIES, "kind": "catalog"}}, [("source.kind", "series-of-catalog")]),
        ({"source": {**SERIES, "leave_out": {"人口_旧.csv": "旧い版"}}}, []),
        ({"source.leave_out": {"x.csv": "旧い版"}}, [("source.leave_out", "word-needs-series")]),
        ({"source.period": {}}, [("source.period", "word-needs-series")]),
        ({"series": {"latest": True}}, [("series", "word-needs-series")]),
        ({"source": SERIES, "series": {"title": "{title}（{period}）"}}, []),
        ({"source": SERIES, "series": {"title": "人口"}}, [("series.title", "series-title-without-period")]),
        ({"source": SERIES, "series": {"title": "{period} {month}"}}, [("series.title", "series-title-words")]),
        ({"source": SERIES, "series": {"title": "{period:%B}"}}, [("series.title", "series-title-words")]),
        ({"source": SERIES, "series": {"title": "{period}\t"}}, [("series.title", "series-title-words")]),
        # Where the period is.
        (period(**{"from": "cell", "cell": "B2"}), []),
        (period(**{"from": "cell", "cell": "XFD1048576"}), []),
        (period(**{"from": "cell"}), [("source.period.cell", "period-origin")]),
        (period(cell="B2"), [("source.period.cell", "period-origin")]),
        (period(**{"from": "cell", "cell": "2B"}), [("source.period.cell", "cell-address")]),
        (period(**{"from": "cell", "cell": "B0"}), [("source.period.cell", "cell-address")]),
        (period(**{"from": "column", "column": "調査年月日"}), []),
        (period(**{"from": "column"}), [("source.period.column", "period-origin")]),
        (period(**{"from": "name", "column": "年月"}), [("source.period.column", "period-origin")]),
        (period(pattern="(?P<year>[0-9]{4})"), []),
        (period(pattern="("), [("source.period.pattern", "pattern-broken")]),
        (period(pattern="([0-9]{4})"), [("source.period.pattern", "pattern-without-year")]),
        (period(pattern="(?P<year>[0-9]{4})(?=年)"), [("source.period.pattern", "pattern-not-linear")]),
        (period(confirm="名称"), []),
        (period(confirm="ない項目"), [("source.period.confirm", "field-unknown")]),
        (period(step="week"), [("source.period.step", "not-one-of")]),
    ],
)
def test_the_words_of_a_series(tmp_path: Path, changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """A pattern with a wildcard; a period from exactly one place; a title that names the period."""
    assert faults_if_any(tmp_path, changes) == expected


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({"stack": [FIRST, SECOND]}, []),
        ({"stack": [FIRST, SECOND], "name_column": "施設の種類"}, []),
        ({"first": FIRST, "join": [JOINED]}, []),
        ({}, [("sources", "stack-or-join")]),
        ({"stack": [FIRST, SECOND], "first": FIRST}, [("sources", "stack-or-join"), ("sources.first.name", "TWICE")]),
        ({"stack": [FIRST]}, [("sources.stack", "stack-of-one")]),
        ({"first": FIRST}, [("sources", "join-incomplete")]),
        ({"join": [JOINED]}, [("sources", "join-incomplete")]),
        (
            {"first": FIRST, "join": [JOINED], "name_column": "種類"},
            [("sources.name_column", "name-column-without-stack")],
        ),
        ({"first": FIRST, "join": [{**JOINED, "by": {}}]}, [("sources.join.0.by", "join-without-key")]),
        ({"stack": [FIRST, {**SECOND, "name": "甲"}]}, [("sources.stack.1.name", "TWICE")]),
        ({"first": FIRST, "join": [{**JOINED, "name": "甲"}]}, [("sources.join.0.name", "TWICE")]),
        ({"stack": [FIRST, {**SECOND, "file": "../b.csv"}]}, [("sources.stack.1.file", "path-not-inside")]),
        ({"stack": [FIRST, {**SECOND, "sheet_column": "種類"}]}, [("sources.stack.1.sheet_column", "key-missing")]),
        ({"first": FIRST, "join": [{**JOINED, "relation": "many"}]}, [("sources.join.0.relation", "not-one-of")]),
    ],
)
def test_the_words_of_several_sources(tmp_path: Path, sources: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Two or more stacked ones, or a first one with others; each has a name and a file of its own."""
    named = [(place, code.replace("TWICE", "source-name-twice")) for place, code in expected]
    assert faults_if_any(tmp_path, {"source": LACKING, "sources": sources}) == named


def test_one_source_and_several_exclude_each_other(tmp_path: Path) -> None:
    """A dataset has either."""
    sources = {"stack": [FIRST, SECOND]}
    assert faults_if_any(tmp_path, {"sources": sources}) == [("sources", "source-and-sources")]


def test_sources_are_listed_in_the_order_of_the_recipe(tmp_path: Path) -> None:
    """The first one represents the dataset; each file is listed once."""
    stacked = opened(tmp_path, source=LACKING, sources={"stack": [SECOND, FIRST, {**FIRST, "name": "丙"}]})
    assert stacked.source.file == "b.csv"
    assert [path.name for path in stacked.source_files()] == ["b.csv", "a.csv"]
    assert stacked.for_file("a.csv").source_path == stacked.path.parent / "a.csv"
    joined = opened(tmp_path, source=LACKING, sources={"first": FIRST, "join": [{**JOINED, "unmatched": "info"}]})
    assert joined.sources is not None
    assert [source.name for source in joined.sources.every] == ["甲", "乙"]
    assert joined.sources.join[0].words == JoinWords("乙", "b.csv", {"ID": "番号"}, "one-to-one", "info")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"source.crs": "EPSG:6668"}, []),
        ({"source.crs": "EPSG:9999999"}, [("source.crs", "CRS")]),
        ({"source.axes": "swapped"}, []),
        ({"source.notation": "dms"}, [("source.crs", "key-missing")]),
        ({"source.allow_approximate": True}, [("source.crs", "key-missing")]),
        ({"source.notation": "dms", "source.crs": "EPSG:4301"}, []),
        ({"gis": {"crs": "EPSG:9999999"}}, [("gis.crs", "CRS")]),
        # A schema without coordinates.
        ({"standard": LACKING, "schema": "schema.json", "source.axes": "swapped"}, [("source.axes", "POINTS"), "own"]),
        ({"standard": LACKING, "schema": "schema.json", "source.crs": "EPSG:6668"}, [("source.crs", "POINTS"), "own"]),
        ({"standard": LACKING, "schema": "schema.json", "source": {**GEO, "crs": "EPSG:6668"}}, []),
        ({"standard": LACKING, "schema": "schema.json", "formats": ["csv", "geojson"]}, [("formats", "FORM"), "own"]),
        (
            {
                "source": LACKING,
                "sources": {"first": FIRST, "join": [{**JOINED, "crs": "EPSG:6668", "axes": "swapped"}]},
            },
            [("sources.join.0.axes", "crs-of-joined")],
        ),
    ],
)
def test_the_words_on_coordinates(tmp_path: Path, changes: dict[str, Any], expected: list[Any]) -> None:
    """A known system, for a table with coordinates or a GIS file; those of a joined table are the first table's."""
    found = faults_if_any(tmp_path, {**changes, "mapping": {"名称": "施設名"}})
    codes = {"CRS": "crs-unknown", "POINTS": "crs-without-coordinates", "FORM": "no-coordinates"}
    wanted = [
        ("schema", "schema-without-points") if one == "own" else (one[0], codes.get(one[1], one[1])) for one in expected
    ]
    assert found == wanted


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"match": ["名称"]}, []),
        ({"match": ["名称", "名称_カナ", "設置位置", "所在地_連結表記"]}, []),
        ({"match": []}, [("ids.match", "ids-match-count")]),
        (
            {"match": ["名称", "名称_カナ", "設置位置", "所在地_連結表記", "備考"]},
            [("ids.match", "ids-match-count")],
        ),
        ({"field": "zzz"}, [("ids.field", "field-unknown")]),
        ({"match": ["名称", "ない項目"]}, [("ids.match.1", "field-unknown")]),
        ({"match": ["ID"]}, [("ids.match", "ids-match-field")]),
        ({"match": ["名称", "名称"]}, [("ids.match", "ids-match-twice")]),
        ({"field": "名称", "match": ["設置位置"]}, [("mapping.名称", "ids-field-mapped")]),
        ({"form": "131105"}, [("ids.form", "ids-form-number")]),
    ],
)
def test_the_words_of_the_register(tmp_path: Path, changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """One to four known fields identify a row; the field of the ID is neither among them nor mapped."""
    assert faults_if_any(tmp_path, {"ids": {**IDS, **changes}}) == expected


def test_a_register_is_beside_the_recipe(tmp_path: Path) -> None:
    """With the minting that the recipe declares."""
    recipe = opened(tmp_path, ids=IDS)
    assert recipe.register_path == recipe.path.parent / "ids.csv"
    assert recipe.ids is not None
    assert recipe.ids.minting == Minting("ID", ("名称", "所在地_連結表記"), "131105{number:06}")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"source.confirm": "header"}, [("source.confirm", "header-unconfirmed")]),
        ({"source.sheet": "一", "source.sheets": ["一"]}, [("source.sheets", "sheet-and-sheets")]),
        ({"source.sheets": ["一", "二", "一"]}, [("source.sheets", "sheet-twice")]),
        ({"source.sheet_column": "月"}, [("source.sheet_column", "key-missing")]),
        ({"source.sheet_column": "月", "source.sheets": "*"}, []),
        ({"mapping": {}}, [("mapping", "mapping-empty")]),
        ({"mapping": {}, "extensions": [EXTENSION]}, []),
        ({"mapping": LACKING}, []),
        ({"drop": {"施設名": "不要"}}, [("drop.施設名", "dropped-and-used")]),
        ({"extensions": [EXTENSION], "drop": {"階": "不要"}}, [("drop.階", "dropped-and-used")]),
        ({"formats": ["xlsx"]}, [("formats", "formats-need-csv")]),
        ({"formats": ["csv", "gpkg"]}, []),
        ({"metadata.department": ""}, [("metadata.department", "department-missing")]),
        ({"metadata.contact": "内線1234"}, []),
        ({"metadata.contact": {"email": "a@example.org"}}, []),
        ({"metadata.contact": {"email": "a@b@example.org"}}, [("metadata.contact.email", "not-a-mail-address")]),
        ({"metadata.temporal": "2025-04"}, []),
        ({"metadata.temporal": "2025-04-01/2026-03-31"}, []),
        ({"metadata.temporal": "2026-03-31/2025-04-01"}, [("metadata.temporal", "period-form")]),
        ({"metadata.temporal": "2025/2026/2027"}, [("metadata.temporal", "period-form")]),
        ({"metadata.temporal": "令和7年"}, [("metadata.temporal", "period-form")]),
        # Rules.
        ({"mapping.名称": {"column": "a", "split": {"by": " ", "part": 2}}}, []),
        ({"mapping.名称": {"column": "a", "split": {}}}, [("mapping.名称.split", "split-one-way")]),
        (
            {"mapping.名称": {"column": "a", "split": {"by": " ", "pattern": "(a)"}}},
            [("mapping.名称.split", "split-one-way")],
        ),
        (
            {"mapping.名称": {"column": "a", "split": {"address": "city", "part": 2}}},
            [("mapping.名称.split", "split-address-part")],
        ),
        (
            {"mapping.名称": {"column": "a", "split": {"pattern": "("}}},
            [("mapping.名称.split.pattern", "split-pattern")],
        ),
        ({"mapping.名称": {"column": "a", "split": {"pattern": "(a)"}}}, []),
        (
            {"mapping.名称": {"column": "a", "split": {"pattern": "(a)", "part": 2}}},
            [("mapping.名称.split.part", "split-no-group")],
        ),
        ({"mapping.名称": {"column": "a", "separator": "-"}}, [("mapping.名称", "separator-needs-join")]),
        ({"mapping.名称": {"join": ["a", "b"], "separator": "-"}}, []),
        ({"mapping.名称": {"constant": "a", "default": "b"}}, [("mapping.名称", "default-needs-column")]),
        ({"mapping.名称": {"join": ["a", "b"], "default": "x"}}, []),
        # Expectations.
        ({"expect": {"rows": {"min": 1, "max": 1}}}, []),
        ({"expect": {"rows": {}}}, [("expect.rows", "expect-empty")]),
        ({"expect": {"rows": {"min": 2, "max": 1}}}, [("expect.rows", "expect-bounds")]),
        ({"expect": {"totals": {"名称": {"min": 1}}}}, []),
        ({"expect": {"totals": {"ない": {"min": 1}}}}, [("expect.totals.ない", "field-unknown")]),
        ({"expect": {"change": 0.1}}, [("expect.change", "word-needs-series")]),
        ({"expect": {"change": 0.1}, "source": SERIES}, []),
        ({"expect": {"earlier": "前回.csv"}}, []),
        ({"expect": {"earlier": "../前回.csv"}}, [("expect.earlier", "path-not-inside")]),
        # Estimates and approvals.
        ({"geocode": {"address": "所在地_連結表記"}}, []),
        ({"geocode": {"address": "ない項目"}}, [("geocode.address", "field-unknown")]),
        ({"allow": [{"code": "zzz", "reason": "見本"}]}, [("allow.0.code", "code-unknown")]),
    ],
)
def test_single_words_and_their_faults(
    tmp_path: Path, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Each word alone, right and wrong."""
    assert faults_if_any(tmp_path, changes) == expected


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        ("{title}（{period}）", []),
        ("{period:%Y年%m月%d日} {period:%-m/%-d} 100%", []),
        ("{period:%Y%%}", []),
        ("{period:%B %H}", ["%B", "%H"]),
        ("{titel} {period}", ["{titel}"]),
        ("{period} }{", ["}", "{"]),
        ("{period:{x}}", ["{x}", "{", "}"]),
    ],
)
def test_the_words_in_a_title_that_are_not_supported(template: str, wrong: list[str]) -> None:
    """Directives first, then words in braces, then single braces."""
    assert sorted(unknown_words(template)) == sorted(wrong)


@pytest.mark.parametrize(
    ("template", "period_", "title"),
    [
        (None, Period(2020, 11, 1), "人口（2020年11月1日）"),
        (None, Period(2020, 11), "人口（2020年11月）"),
        (None, Period(2020, fiscal=True), "人口（2020年度）"),
        ("{title} {period:%Y-%m-%d %-m/%-d %%}", Period(2020, 4, 1), "人口 2020-04-01 4/1 %"),
        ("{period}の{title}", Period(2020), "2020年の人口"),
    ],
)
def test_a_title_is_written_from_its_template(template: str | None, period_: Period, title: str) -> None:
    """With the period in words or in a form."""
    assert titled(template, "人口", period_) == title


@pytest.mark.parametrize(
    ("template", "period_", "lacking"),
    [
        ("{period:%Y年%m月%d日}", Period(2020, 11, 1), []),
        ("{period:%Y年%m月%d日}", Period(2020, 11), ["%d"]),
        ("{period:%Y年%-m月%-d日}", Period(2020), ["%-m", "%-d"]),
        ("{period}", Period(2020), []),
        (None, Period(2020), []),
    ],
)
def test_a_title_asks_for_parts_that_the_period_lacks(
    template: str | None, period_: Period, lacking: list[str]
) -> None:
    """A year has no month, a month no day."""
    assert lacking_parts(template, period_) == lacking


@pytest.mark.parametrize(("length", "fault"), [(500, None), (501, "pattern-broken")])
def test_a_pattern_has_500_characters_at_most(length: int, fault: str | None) -> None:
    """No file name is longer."""
    pattern = "(?P<year>[0-9]{4})"
    assert pattern_fault(pattern + "x" * (length - len(pattern))) == fault


@pytest.mark.parametrize("pattern", ["(?P<year>[0-9]{4})(?P<week>[0-9])", "(?P<month>[0-9])", ""])
def test_a_pattern_names_the_year_and_no_other_parts_than_month_and_day(pattern: str) -> None:
    """Another name would be ignored without a word."""
    assert pattern_fault(pattern) == "pattern-without-year"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025", True),
        ("2025-04", True),
        ("2025-04-01", True),
        ("2024-02-29", True),
        ("2025-02-29", False),
        ("2025-13", False),
        ("2025-4", False),
        ("25-04", False),
        ("2025-04-01-01", False),
        ("0000", False),
        ("", False),
    ],
)
def test_a_moment_is_a_year_month_or_day_of_the_calendar(text: str, moment: bool) -> None:
    """With two digits for month and day."""
    assert _is_moment(text) is moment
