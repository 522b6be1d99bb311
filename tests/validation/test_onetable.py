"""Checking files by name and tables by position: places, suggestions, and the same answers as frictionless itself."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from frictionless import Dialect, Resource, Schema
from frictionless.formats import CsvControl
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from meguro_opendata.errors import MeguroOpendataError, UnknownStandardError
from meguro_opendata.findings import Report
from meguro_opendata.standard.model import Standard
from meguro_opendata.validation import Engine, validate_file, validate_table

ENGINES: tuple[Engine, ...] = get_args(Engine)
Write = Callable[[str], Path]


def field(name: str, kind: str, type_: str = "string", **constraints: object) -> dict[str, Any]:
    """A field of a Table Schema, with our kind of value."""
    return {"name": name, "type": type_, "mo:kind": kind, "constraints": constraints}


FIELDS = [
    field("ID", "id", required=True, unique=True, pattern="[!-~]+"),
    field("名称", "text", required=True),
    field("建物名等(方書)", "text"),
    field("緯度", "latitude", "number", minimum=20, maximum=46),
    field("開設日", "date", "date"),
    field("電話番号", "text_halfwidth", maxLength=12, pattern="[0-9-]+"),
]
SMALL = Standard("small", None, "小さな標準", "Small", "1", ("1",), "schema", "", {"fields": FIELDS})


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text as a UTF-8 file; its path."""

    def written(text: str) -> Path:
        path = tmp_path / "table.csv"
        path.write_bytes(text.encode("utf-8"))
        return path

    return written


def shown(report: Report, *names: str, absent: bool = False) -> list[tuple[Any, ...]]:
    """Code and the named parts of each finding, those on absent columns only if asked for."""
    kept = [found for found in report.findings if absent or found.code != "column-absent"]
    return [(found.code, *(getattr(found, name) for name in names)) for found in kept]


def test_the_order_of_the_columns_is_free(write: Write) -> None:
    """Columns match by name: another order is no finding, absent optional ones are information, nothing more."""
    report = validate_file(write("緯度,名称,ID\n35.6,あ,1\n,い,2\n"), SMALL)
    assert (report.valid, report.rows, report.rows_checked) == (True, 2, 2)
    assert shown(report, "severity", "check", "row", "field", "column", absent=True) == [
        ("column-absent", "info", None, 1, name, None) for name in ("建物名等(方書)", "開設日", "電話番号")
    ]


@pytest.mark.parametrize(
    ("label", "suggestion"),
    [
        ("建物名等（方書）", "建物名等(方書)"),
        ("建物名等　(方書)", "建物名等(方書)"),
        ("開設日時", "開設日"),
        ("備考", None),
    ],
)
def test_an_unknown_column_is_information(label: str, suggestion: str | None, write: Write) -> None:
    """A column that the standard lacks is kept and told, with the field that was probably meant, if any."""
    report = validate_file(write(f"ID,{label},名称\n1,x,あ\n"), SMALL)
    assert report.valid
    assert shown(report, "severity", "check", "row", "column", "field", "suggestion") == [
        ("column-unknown", "info", None, 1, label, None, suggestion)
    ]
    assert report.header == ("ID", label, "名称")


def test_a_missing_required_column_is_an_error(write: Write) -> None:
    """Frictionless's missing-label, once for each required field that has no column, and nothing else on that field."""
    report = validate_file(write("緯度\n35.6\n"), SMALL)
    assert not report.valid
    assert shown(report, "severity", "check", "row", "field", absent=True) == [
        *(("column-absent", "info", None, 1, name) for name in ("建物名等(方書)", "開設日", "電話番号")),
        ("missing-label", "error", "missing-label", 1, "ID"),
        ("missing-label", "error", "missing-label", 1, "名称"),
    ]


def test_duplicate_headers_are_one_error_of_ours(write: Write) -> None:
    """The first of them is checked; the error names all the places and is none of frictionless's."""
    report = validate_file(write("ID,名称,緯度,名称\n1,あ,x,い\n"), SMALL)
    assert shown(report, "severity", "check", "row", "column") == [
        ("duplicate-header", "error", None, 1, "名称"),
        ("type-number", "error", "type-error", 2, "緯度"),
    ]
    assert report.findings[0].params["places"] == ["B", "D"]


def test_a_workbook_is_told_by_sheet_and_cell(tmp_path: Path) -> None:
    """Sheet and address are those that Excel shows, wherever the table begins and however its columns are ordered."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "一覧"
    rows = [["表題"], [], [None, "名称", "ID", "緯度", "名称"], [None, "あ", "1", 99, 5], [None, "い", "1", "ｘ"]]
    for row in rows:
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    report = validate_file(tmp_path / "t.xlsx", SMALL)
    assert shown(report, "sheet", "cell", "row", "line", "column", "value") == [
        ("duplicate-header", "一覧", "E3", 3, None, "名称", "名称"),
        ("constraint-maximum", "一覧", "D4", 4, None, "緯度", "99"),
        ("type-number", "一覧", "D5", 5, None, "緯度", "ｘ"),
        ("unique-error", "一覧", "C5", 5, None, "ID", "1"),
    ]


def test_a_text_file_is_told_by_record_and_line(write: Write) -> None:
    """A line break inside quotation marks moves the physical line, not the number of the record."""
    report = validate_file(write('ID,名称,緯度\n1,"a\n\nb",x\n2,b,y\n'), SMALL)
    assert shown(report, "sheet", "cell", "row", "line") == [
        ("type-number", None, None, 2, 2),
        ("type-number", None, None, 3, 5),
    ]


@pytest.mark.parametrize(
    ("name", "value", "code", "suggestion"),
    [
        ("ID", "Ａ１", "constraint-pattern", "A1"),
        ("ID", "東", "constraint-pattern", None),
        ("緯度", "３５．６", "type-number", "35.6"),
        ("緯度", "９９", "constraint-maximum", None),
        ("緯度", "北緯35度", "type-number", None),
        ("開設日", "R5.4.1", "type-date", "2023-04-01"),
        ("開設日", "令和５年４月１日", "type-date", "2023-04-01"),
        ("開設日", "令和5年2月30日", "type-date", None),
        ("電話番号", "０３－５７２２", "constraint-pattern", "03-5722"),
    ],
)
def test_a_suggestion_is_a_value_that_passes(
    name: str, value: str, code: str, suggestion: str | None, write: Write
) -> None:
    """What the field's normalisers make of a value is suggested if the check then accepts it, and only then."""
    cells = {"ID": "1", "名称": "あ", name: value}
    report = validate_file(write(",".join(cells) + "\n" + ",".join(cells.values()) + "\n"), SMALL)
    assert shown(report, "field", "value", "suggestion") == [(code, name, value, suggestion)]


def test_each_constraint_that_a_cell_fails_has_its_name(write: Write) -> None:
    """Two constraint errors on one cell are told apart, in every row anew."""
    report = validate_file(
        write("ID,名称,電話番号\n1,あ,03(5722)1111番\n2,い,0000000000000\n3,う,03(1)\n,え,1\n"), SMALL
    )
    assert shown(report, "check", "row", "field") == [
        ("constraint-maxLength", "constraint-error", 2, "電話番号"),
        ("constraint-pattern", "constraint-error", 2, "電話番号"),
        ("constraint-maxLength", "constraint-error", 3, "電話番号"),
        ("constraint-pattern", "constraint-error", 4, "電話番号"),
        ("constraint-required", "constraint-error", 5, "ID"),
    ]
    bounds = [found.params["bound"] for found in report.findings if found.severity == "error"]
    assert bounds == [12, "[0-9-]+", 12, "[0-9-]+", True]


def test_records_of_another_length(write: Write) -> None:
    """Blank, short and long records are frictionless's errors; empty cells beyond the header are none."""
    text = (
        "ID,名称,緯度,開設日\n1,a,35,2020-01-01\n2,b\n3,c,35,2020-01-01,x,y\n\n4,d,35,2020-01-01,,\n,,,\n5,e,35,\n\n,\n"
    )
    report = validate_file(write(text), SMALL)
    assert shown(report, "check", "row", "field", "value") == [
        ("missing-cell", "missing-cell", 3, "緯度", None),
        ("missing-cell", "missing-cell", 3, "開設日", None),
        ("extra-cell", "extra-cell", 4, None, "x"),
        ("extra-cell", "extra-cell", 4, None, "y"),
        ("blank-row", "blank-row", 5, None, None),
        ("blank-row", "blank-row", 7, None, None),
    ]
    assert (report.rows, report.rows_checked) == (7, 7)


def test_the_header_stays_the_header_when_most_records_are_short(write: Write) -> None:
    """Records much shorter than the header do not make one of them the header."""
    report = validate_file(write("ID,名称,緯度,開設日,電話番号,備考\n1,あ,x\n2,い,y\n"), SMALL)
    assert [found[1:] for found in shown(report, "row", "field") if found[0] == "type-number"] == [
        (2, "緯度"),
        (3, "緯度"),
    ]


def test_blank_headers_do_not_stop_the_check(write: Write) -> None:
    """Two columns without a header are a matter of these columns; the others are still checked."""
    report = validate_file(write("ID,名称,,,緯度\n1,あ,x,y,z\n"), SMALL)
    assert ("type-number", 2, "緯度") in shown(report, "row", "field")


def test_a_column_without_a_header_is_told(write: Write) -> None:
    """Values that stand under no header belong to no field; that is said."""
    assert shown(validate_file(write("ID,名称,,緯度\n1,あ,x,35\n"), SMALL)) != []


def test_a_missing_label_has_no_column(write: Write) -> None:
    """A column that is not there has no name in the source, also if a record has cells beyond the header."""
    report = validate_file(write("ID,緯度\n1,35.6,x\n"), SMALL)
    assert ("missing-label", None) in shown(report, "column")


def test_an_unknown_standard_is_refused(write: Write) -> None:
    """A standard is found by id and version, or refused; nothing is checked against another."""
    path = write("ID\n1\n")
    assert validate_file(path, "aed@2020").standard == ("aed", "2020")
    with pytest.raises(UnknownStandardError):
        validate_file(path, "aed@1999")


@pytest.mark.parametrize("name", ["codes", pytest.param("main")])
def test_keys_are_checked_against_the_other_tables(name: str, write: Write, tmp_path: Path) -> None:
    """A foreign key is looked up in the named table, a primary key in the table itself."""
    other = tmp_path / "codes.csv"
    other.write_text("code,label\nA,a\nB,b\n", encoding="utf-8")
    schema = {
        "fields": [{"name": "k", "type": "string"}, {"name": "v", "type": "integer"}],
        "primaryKey": ["v"],
        "foreignKeys": [{"fields": ["k"], "reference": {"resource": name, "fields": ["code"]}}],
    }
    report = validate_table(write("k,v\nA,1\nZ,2\nB,1\n,x\n"), schema, tables={name: other})
    assert shown(report, "check", "row", "field") == [
        ("foreign-key", "foreign-key", 3, None),
        ("primary-key", "primary-key", 4, None),
        ("type-integer", "type-error", 5, "v"),
        ("primary-key", "primary-key", 5, None),
    ]


def test_the_header_is_checked_by_position(write: Write) -> None:
    """Labels are compared with the fields one by one, as frictionless does by default."""
    schema = {"fields": [{"name": name, "type": "string"} for name in ("a", "b", "c")]}
    assert shown(validate_table(write("a,x,c,d\n1,2,3,4\n"), schema), "check", "row", "column", "field") == [
        ("extra-label", "extra-label", 1, "d", None),
        ("incorrect-label", "incorrect-label", 1, "x", "b"),
    ]
    assert shown(validate_table(write("a,a\n1,2\n"), schema), "check", "row", "field") == [
        ("missing-label", "missing-label", 1, "c"),
        ("duplicate-label", "duplicate-label", 1, "b"),
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"fields": [{"name": "k", "type": "colour"}]},
        {"fields": [{"name": "k", "type": "integer", "constraints": {"minLength": 2}}]},
        {"fields": [{"name": "k", "type": "string"}], "primaryKey": ["z"]},
        pytest.param({"fields": [field("k", "text", pattern="(")]}),
        pytest.param({"fields": ["k"]}),
        pytest.param({}),
    ],
    ids=["type", "constraint", "key", "pattern", "field", "no fields"],
)
def test_a_wrong_schema_is_refused(schema: dict[str, Any], write: Write) -> None:
    """A schema that cannot be used is told with an error of ours, not blamed on the data."""
    with pytest.raises(MeguroOpendataError):
        validate_table(write("k\n1\n"), schema)


def test_a_sheet_without_cells_is_refused(tmp_path: Path) -> None:
    """There is no header to check."""
    Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(MeguroOpendataError):
        validate_table(tmp_path / "empty.xlsx", {"fields": [{"name": "k", "type": "string"}]})


WIDE = {
    "fields": [
        field("ID", "id", required=True, unique=True, pattern="[A-Z]\\d+"),
        field("数", "integer", "integer", required=True, minimum=0, maximum=9),
        field("日", "date", "date"),
        field("語", "enum", enum=["有", "無"], minLength=1, maxLength=3, pattern="有|無"),
        field("真偽", "enum", "boolean"),
        field("年", "year", "year", minimum=2000),
        field("親", "id"),
    ],
    "missingValues": ["", "-"],
    "primaryKey": ["ID", "数"],
    "foreignKeys": [{"fields": ["親"], "reference": {"resource": "", "fields": ["ID"]}}],
}
WIDE_NAMES = [str(item["name"]) for item in WIDE["fields"]]
GOOD = [["A1", "A2", "A3"], ["0", "9"], ["2024-02-29"], ["有", "無"], ["true", "false"], ["2001"], ["", "A1"]]
ODD = [
    "",
    "-",
    " ",
    "A1",
    "b",
    "-5",
    "12",
    "1.5",
    "2024/1/2",
    "2023-02-29",
    "有無です",
    "はい",
    "1999",
    "NaN",
    'a,"b"',
    "l\nm",
]
GOOD_ROWS = st.tuples(*map(st.sampled_from, GOOD)).map(list)
ROWS = st.one_of(
    GOOD_ROWS,
    st.tuples(GOOD_ROWS, st.integers(0, 6), st.sampled_from(ODD)).map(
        lambda t: [*t[0][: t[1]], t[2], *t[0][t[1] + 1 :]]
    ),
    st.lists(st.sampled_from(ODD), max_size=9),
    st.lists(st.just(""), max_size=8),
)
HEADERS = st.one_of(
    st.just(WIDE_NAMES),
    st.permutations(WIDE_NAMES).map(list),
    st.lists(st.sampled_from([*WIDE_NAMES, "", "他"]), min_size=1, max_size=9),
)


def judged(path: Path) -> list[tuple[str, int, str | None]]:
    """Type, record and field of every error that frictionless itself finds in a file, in its order.

    Its guesses of the dialect and the header row are switched off: it is about the file's form, not about the schema.
    """
    control = CsvControl(delimiter=",", quote_char='"', skip_initial_space=False, line_terminator="\r\n")
    dialect = Dialect(controls=[control], header_rows=[1])
    schema = Schema.from_descriptor(WIDE)
    resource = Resource(path=path.name, basepath=str(path.parent), schema=schema, encoding="utf-8", dialect=dialect)
    report = resource.validate(limit_errors=2**62)
    errors = [*report.errors, *(error for task in report.tasks for error in task.errors)]
    return [(error.type, getattr(error, "row_number", None) or 1, known_field(error)) for error in errors]


def known_field(error: Any) -> str | None:
    """The field of an error, where it is one of the schema's."""
    name = getattr(error, "field_name", None)
    return name if name in WIDE_NAMES else None


@settings(max_examples=60, deadline=None)
@given(HEADERS, st.lists(ROWS, max_size=8))
def test_the_answers_are_those_of_frictionless(
    tmp_path_factory: pytest.TempPathFactory, header: list[str], rows: list[list[str]]
) -> None:
    """Whatever the table, both engines find what frictionless finds in the file, in its order."""
    path = tmp_path_factory.getbasetemp() / "judged.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\r\n").writerows([[*header, "x"] if header == [""] else header, *rows])
    wanted = judged(path)
    for engine in ENGINES:
        report = validate_table(path, WIDE, engine=engine)
        assert [(found.check, found.row, found.field) for found in report.findings] == wanted
        assert {found.severity for found in report.findings} <= {"error"}
        assert report.rows == report.rows_checked == len(rows)


@settings(max_examples=30, deadline=None)
@given(HEADERS, st.lists(ROWS, min_size=1, max_size=5))
def test_both_engines_give_equal_reports_on_a_file(
    tmp_path_factory: pytest.TempPathFactory, header: list[str], rows: list[list[str]]
) -> None:
    """Findings of a check by name are equal in every part, those on the header included."""
    path = tmp_path_factory.getbasetemp() / "both.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["ID", *header], *rows])
    wide = Standard("wide", None, "広い標準", "Wide", "1", ("1",), "schema", "", WIDE)
    fast, judge = (validate_file(path, wide, engine=engine) for engine in ENGINES)
    assert fast == judge
    assert all(found.check is None or found.severity == "error" for found in fast.findings)
