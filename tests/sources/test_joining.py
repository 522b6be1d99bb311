"""Several sources: stacked or joined, no row is lost or multiplied, and each finding names its own file."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from locations import DATA

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError
from meguro_opendata.pipeline.outcome import Release
from meguro_opendata.sources import Grid, Table
from meguro_opendata.sources.header import cut_table
from meguro_opendata.sources.joining import JoinWords, join
from meguro_opendata.workspace.city import Workspace

# An example city profile and example data, not the ward's own.
PROFILE = (DATA / "example_city.toml").read_text(encoding="utf-8")
FIXED = {
    "全国地方公共団体コード": {"city": "code"},
    "地方公共団体名": {"city": "full_name"},
    "ID": "番号",
    "名称": "名称",
    "所在地_連結表記": "住所",
    "設置位置": {"constant": "見本"},
}
RECIPE: dict[str, Any] = {
    "title": "AED設置箇所一覧（見本）",
    "standard": "aed@2026",
    "mapping": FIXED,
    "formats": ["csv"],
    "metadata": {"description": "見本。", "department": "見本部見本課", "frequency": "随時"},
}
STACK = {"stack": [{"name": "北部", "file": "北部.csv"}, {"name": "南部", "file": "南部.csv"}]}
JOIN = {
    "first": {"name": "施設", "file": "施設.csv"},
    "join": [{"name": "連絡先", "file": "連絡先.csv", "by": {"番号": "施設番号"}}],
}
NORTH = "番号,名称,住所\n1,見本公園,見本1\n2,見本広場,見本2\n,,\n合計,2件,\n"
SOUTH = "番号,名称,住所\n3,見本会館,見本3\n"
PLACES = "番号,名称,住所\n1,見本公園,見本1\n2,見本広場,見本2\n3,見本会館,見本3\n"
PHONES = "施設番号,電話,名称\n３,(03)5722-0000,会館の担当\n1,(03)5722-0001,公園の担当\n"


def make(folder: Path, files: dict[str, str | bytes], **changes: Any) -> Workspace:
    """An example workspace with some source files."""
    home = folder / "datasets" / "aed"
    home.mkdir(parents=True, exist_ok=True)
    (home.parent / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    recipe = yaml.safe_dump({**RECIPE, **changes}, allow_unicode=True, sort_keys=False)
    (home / "dataset.yaml").write_text(recipe, encoding="utf-8")
    for name, data in files.items():
        (home / name).write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return mo.open_workspace(home.parent)


def build(folder: Path, files: dict[str, str | bytes], **changes: Any) -> Release:
    """The example dataset built."""
    return mo.build_release("aed", make(folder, files, **changes))


def rows_of(release: Release) -> list[dict[str, str]]:
    """The published rows."""
    text = (release.folder / "131105_aed.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def found(release: Release, prefix: str) -> list[tuple[str, str, str | None, int | None]]:
    """Code, severity, file and row of the findings whose code begins so."""
    return [(f.code, f.severity, f.file, f.row) for f in release.report.findings if f.code.startswith(prefix)]


def workbook(rows: list[list[str]]) -> bytes:
    """A workbook with these cells."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    sheet = book.add_worksheet("一覧")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return written.getvalue()


def table(rows: list[tuple[str, ...]], header: tuple[str, ...], name: str = "見本.csv") -> Table:
    """A table of text."""
    lines = list(range(1, len(rows) + 2))
    return cut_table(Grid.of_records(Path(name), "csv", [header, *rows], lines=lines), 1, keep_all=True)


def test_stacked_sources_stand_one_below_another(tmp_path: Path) -> None:
    """All rows of the first file, then all of the second; blank rows and totals are listed with their file."""
    release = build(tmp_path, {"北部.csv": NORTH, "南部.csv": SOUTH}, sources=STACK)
    assert [row["名称"] for row in rows_of(release)] == ["見本公園", "見本広場", "見本会館"]
    assert (release.rows_in, release.rows_out, len(release.rejected)) == (5, 3, 2)
    assert {rejection.file for rejection in release.rejected} == {"北部.csv"}
    listed = (release.folder / "rejected.csv").read_text(encoding="utf-8-sig").splitlines()
    assert listed[0] == "file,sheet,row,reason,text"
    assert [part["file"] for part in release.to_dict()["sources"]] == ["北部.csv", "南部.csv"]


def test_a_column_can_say_where_a_row_comes_from(tmp_path: Path) -> None:
    """The name of the source is a column that the mapping can use."""
    sources = {**STACK, "name_column": "地区"}
    extension = [{"name": "地区", "column": "地区", "description": "見本の独自の列。"}]
    release = build(tmp_path, {"北部.csv": NORTH, "南部.csv": SOUTH}, sources=sources, extensions=extension)
    assert [row["地区"] for row in rows_of(release)] == ["北部", "北部", "南部"]


def test_findings_of_stacked_sources_name_file_and_cell(tmp_path: Path) -> None:
    """A doubled ID across files is an error, a bad value names its own file and, in a workbook, its cell."""
    south = workbook([["名称", "番号", "住所", "緯度"], ["見本会館", "1", "見本3", "北緯"]])
    sources = {"stack": [STACK["stack"][0], {"name": "南部", "file": "南部.xlsx", "sheet": "一覧"}]}
    mapping = {**FIXED, "緯度": "緯度"}
    files = {"北部.csv": NORTH.replace("住所", "住所,緯度"), "南部.xlsx": south}
    release = build(tmp_path, files, sources=sources, mapping=mapping)
    errors = [(f.code, f.file, f.cell) for f in release.report.findings if f.severity == "error" and f.field == "緯度"]
    assert errors == [("type-number", "南部.xlsx", "D2")]
    own = build(tmp_path, {"北部.csv": NORTH, "南部.csv": SOUTH.replace("3,", "1,")}, sources=STACK, key=["ID"])
    assert found(own, "key-repeated") == [("key-repeated", "error", "南部.csv", 2)]
    (repeated,) = [finding for finding in own.report.findings if finding.code == "key-repeated"]
    assert "北部.csv 2" in repeated.text("message", "ja")


def test_a_stacked_file_with_other_columns_is_named(tmp_path: Path) -> None:
    """Another column in one of the files is told; a column that is used and missing stops the build."""
    release = build(tmp_path, {"北部.csv": NORTH, "南部.csv": SOUTH.replace("住所", "住所,階")}, sources=STACK)
    assert [part[:3] for part in found(release, "series-header")] == [("series-header-differs", "warning", "南部.csv")]
    with pytest.raises(ConfigurationError) as error:
        build(tmp_path, {"北部.csv": NORTH, "南部.csv": SOUTH.replace("住所", "場所")}, sources=STACK)
    assert "南部.csv" in error.value.text("ja")


def test_a_join_adds_columns_and_no_rows(tmp_path: Path) -> None:
    """Each row of the first file keeps its place; one without partner has empty cells and is told."""
    mapping = {**FIXED, "電話番号": "電話"}
    drop = {"連絡先.名称": "担当の名は公開しない"}
    release = build(tmp_path, {"施設.csv": PLACES, "連絡先.csv": PHONES}, sources=JOIN, mapping=mapping, drop=drop)
    assert [(row["ID"], row["電話番号"]) for row in rows_of(release)] == [
        ("1", "(03)5722-0001"),
        ("2", ""),
        ("3", "(03)5722-0000"),
    ]
    assert found(release, "join-") == [("join-key-unmatched", "warning", "施設.csv", 3)]
    assert (release.rows_in, release.rows_out, len(release.rejected)) == (3, 3, 0)
    joined = release.to_dict()["sources"][1]
    assert joined == {"file": "連絡先.csv", "period": None, "rows_in": 2, "rows_joined": 2, "rows_rejected": 0}


def test_what_joins_nothing_is_listed(tmp_path: Path) -> None:
    """A row of the other file without partner is told and stands in rejected.csv; the sums still agree."""
    phones = PHONES + "9,(03)5722-0009,見本\n"
    mapping = {**FIXED, "電話番号": "電話"}
    release = build(tmp_path, {"施設.csv": PLACES, "連絡先.csv": phones}, sources=JOIN, mapping=mapping)
    assert ("join-row-unused", "warning", "連絡先.csv", 4) in found(release, "join-")
    assert [(r.file, r.row, r.reason) for r in release.rejected] == [("連絡先.csv", 4, "unmatched")]
    assert release.rows_in == release.rows_out + len(release.rejected) == 4


def test_a_bad_value_of_a_joined_column_is_found_in_its_own_file(tmp_path: Path) -> None:
    """The finding names the cell of the file that the value comes from, not the row of the first."""
    phones = workbook([["施設番号", "緯度"], ["3", "35.6"], ["1", "北緯"], ["2", "35.6"]])
    sources = {**JOIN, "join": [{"name": "位置", "file": "位置.xlsx", "by": {"番号": "施設番号"}}]}
    release = build(
        tmp_path, {"施設.csv": PLACES, "位置.xlsx": phones}, sources=sources, mapping={**FIXED, "緯度": "緯度"}
    )
    errors = [(f.file, f.cell, f.row) for f in release.report.findings if f.code == "type-number"]
    assert errors == [("位置.xlsx", "B3", 3)]


@pytest.mark.parametrize(
    ("places", "phones", "relation", "expected"),
    [
        (PLACES, PHONES + "1,(03)5722-0002,見本\n", "one-to-one", ("join-key-double", "error", "連絡先.csv", 4)),
        (PLACES, PHONES + "１,(03)5722-0002,見本\n", "many-to-one", ("join-key-double", "error", "連絡先.csv", 4)),
        (PLACES + "1,見本,見本\n", PHONES, "one-to-one", ("join-not-one-to-one", "error", "施設.csv", 5)),
    ],
)
def test_doubled_keys_are_errors(
    tmp_path: Path, places: str, phones: str, relation: str, expected: tuple[str, str, str, int]
) -> None:
    """A key that stands twice where it may stand once keeps the release back; no row is chosen in silence."""
    sources = {**JOIN, "join": [{**JOIN["join"][0], "relation": relation}]}  # type: ignore[dict-item]
    release = build(tmp_path, {"施設.csv": places, "連絡先.csv": phones}, sources=sources)
    assert expected in found(release, "join-")
    assert not release.published


def test_many_rows_may_take_the_same_row_if_the_recipe_says_so(tmp_path: Path) -> None:
    """``many-to-one`` lets several rows of the first file have the same partner."""
    sources = {**JOIN, "join": [{**JOIN["join"][0], "by": {"住所": "施設番号"}, "relation": "many-to-one"}]}  # type: ignore[dict-item]
    places = PLACES.replace("見本2", "見本1").replace("見本3", "見本1")
    phones = "施設番号,電話\n見本1,(03)5722-0000\n"
    mapping = {**FIXED, "電話番号": "電話"}
    release = build(tmp_path, {"施設.csv": places, "連絡先.csv": phones}, sources=sources, mapping=mapping)
    assert [row["電話番号"] for row in rows_of(release)] == ["(03)5722-0000"] * 3
    assert found(release, "join-") == []


KEYS = st.sampled_from(["", "1", "2", "3", "４", "4"])


@given(st.lists(KEYS, max_size=10), st.lists(KEYS, max_size=10), st.sampled_from(["one-to-one", "many-to-one"]))
def test_a_join_never_loses_or_multiplies_rows(left: list[str], right: list[str], relation: str) -> None:
    """Whatever the keys: the first table keeps its rows; each of the other's joined at least one row, or is listed."""
    first = table([(key, str(number)) for number, key in enumerate(left)], ("番号", "名称"))
    other = table([(key, str(number)) for number, key in enumerate(right)], ("施設番号", "電話"), "連絡先.csv")
    joined = join(first, other, JoinWords("連絡先", "連絡先.csv", {"番号": "施設番号"}, relation))
    assert joined.table.frame[:, :2].equals(first.frame)
    assert joined.rows_joined + len(joined.unused) == len(other.rows)
    values = [int(value) for value in joined.table.frame["電話"].to_list() if value]
    folded = {"４": "4"}
    for number, value in zip(joined.table.frame["名称"], joined.table.frame["電話"], strict=True):
        if value:
            key, partner = left[int(number)], right[int(value)]
            assert folded.get(key, key) == folded.get(partner, partner) != ""
    errors = {finding.code for finding in joined.findings if finding.severity == "error"}
    if relation == "one-to-one" and "join-not-one-to-one" not in errors:
        assert len(values) == len(set(values))


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(0, 5), min_size=2, max_size=4))
def test_a_stack_has_as_many_rows_as_its_sources(tmp_path_factory: pytest.TempPathFactory, counts: list[int]) -> None:
    """Rows in are rows out and rejected over all sources, in the order of the recipe."""
    number = iter(range(100))
    tables = [[f"{next(number)},見本,見本" for _ in range(count)] for count in counts]
    files: dict[str, str | bytes] = {
        f"{at}.csv": "\n".join(["番号,名称,住所", *rows]) + "\n" for at, rows in enumerate(tables)
    }
    sources = {"stack": [{"name": str(at), "file": f"{at}.csv"} for at in range(len(counts))]}
    release = build(tmp_path_factory.mktemp("stack"), files, sources=sources)
    assert release.rows_in == release.rows_out == sum(counts)
    if release.published:
        assert [row["ID"] for row in rows_of(release)] == [str(at) for at in range(sum(counts))]
    else:
        assert sum(counts) == 0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [("source", "key-missing")]),
        ({"sources": STACK, "source": {"file": "a.csv"}}, [("sources", "source-and-sources")]),
        ({"sources": {}}, [("sources", "stack-or-join")]),
        ({"sources": {**STACK, **JOIN}}, [("sources", "stack-or-join")]),
        ({"sources": {"stack": STACK["stack"][:1]}}, [("sources.stack", "stack-of-one")]),
        ({"sources": {"first": JOIN["first"]}}, [("sources", "join-incomplete")]),
        ({"sources": {**JOIN, "name_column": "地区"}}, [("sources.name_column", "name-column-without-stack")]),
        (
            {"sources": {"stack": [STACK["stack"][0], {"name": "北部", "file": "../x"}]}},
            [("sources.stack.1.file", "path-not-inside"), ("sources.stack.1.name", "source-name-twice")],
        ),
        (
            {"sources": {**JOIN, "join": [{"name": "a", "file": "a.csv", "by": {}}]}},
            [("sources.join.0.by", "join-without-key")],
        ),
        (
            {"sources": {**JOIN, "join": [{"name": "a", "file": "a.csv", "by": {"番号": "番号"}, "relation": "many"}]}},
            [("sources.join.0.relation", "not-one-of")],
        ),
        ({"sources": {"stak": []}}, [("sources.stak", "key-unknown-near")]),
    ],
)
def test_wrong_words_are_refused(tmp_path: Path, changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Each fault has its place and is told in both languages; nothing is written."""
    workspace = make(tmp_path, {}, **changes)
    with pytest.raises(ConfigurationError) as error:
        mo.build_release("aed", workspace)
    assert [(fault.path, fault.code) for fault in error.value.faults] == expected
    assert error.value.text("ja") != error.value.text("en")
    assert not workspace.releases.exists()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"sources": {**JOIN, "join": [{"name": "連絡先", "file": "連絡先.csv", "by": {"棟": "施設番"}}]}},
            [("sources.join.0.by", "join-column-unknown"), ("sources.join.0.by", "join-column-unknown-near")],
        ),
        (
            {"sources": {**STACK, "name_column": "名称"}},
            [("sources.name_column", "name-column-taken")],
        ),
        (
            {"sources": STACK, "skip_rows": [{"row": 2, "reason": "x", "file": "北.csv"}]},
            [("skip_rows", "skip-row-file-unknown-near")],
        ),
    ],
)
def test_sources_that_do_not_fit_are_refused(
    tmp_path: Path, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Columns and files that are not there are told with what is there."""
    files: dict[str, str | bytes] = {"北部.csv": NORTH, "南部.csv": SOUTH, "施設.csv": PLACES, "連絡先.csv": PHONES}
    with pytest.raises(ConfigurationError) as error:
        build(tmp_path, files, **changes)
    assert [(fault.path, fault.code) for fault in error.value.faults] == expected
    assert error.value.text("ja") != error.value.text("en")


def test_ids_run_through_all_stacked_sources(tmp_path: Path) -> None:
    """A register counts on from file to file, and the same facility in both is told with the other's file and row."""
    ids = {"field": "ID", "match": ["名称", "所在地_連結表記"], "form": "{number:03}"}
    mapping = {name: rule for name, rule in FIXED.items() if name != "ID"}
    release = build(tmp_path, {"北部.csv": NORTH, "南部.csv": SOUTH}, sources=STACK, ids=ids, mapping=mapping)
    assert [row["ID"] for row in rows_of(release)] == ["001", "002", "003"]
    double = SOUTH + "9,見本公園,見本1\n"
    again = build(tmp_path, {"北部.csv": NORTH, "南部.csv": double}, sources=STACK, ids=ids, mapping=mapping)
    assert found(again, "id-") == [
        ("id-row-double", "error", "北部.csv", 2),
        ("id-row-double", "error", "南部.csv", 3),
    ]
    assert not again.published
