"""Places, groups and counts of findings in reports: ranges of rows, cells of a workbook, XML splices."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meguro_opendata.errors import ExitCode
from meguro_opendata.findings import Finding, Report
from meguro_opendata.reports.grouping import Group, extent, grouped, label, place, place_words, subject
from meguro_opendata.reports.overview import Overview, PassedOver, Unchecked, short_name
from meguro_opendata.reports.summary import actors, columns, severity_counts, waived_counts
from meguro_opendata.reports.workbook.sheetpatch import address, place_of
from meguro_opendata.reports.workbook.spans import spans
from meguro_opendata.reports.workbook.xmlsplice import legal_xml, set_attribute, small_number, splice, xml_text

WORDS = place_words("en")


def found(code: str = "type-date", severity: str = "error", **more: object) -> Finding:
    """Return a finding."""
    return Finding(code, severity, **more)  # type: ignore[arg-type]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 1_048_575), st.integers(0, 16_383))
def test_an_address_reads_back_as_its_place(row: int, column: int) -> None:
    """Up to the last cell of a sheet."""
    assert place_of(address((row, column))) == (row, column)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("A1", (0, 0)),
        ("$A$1", (0, 0)),
        ("Z1", (0, 25)),
        ("AA1", (0, 26)),
        ("XFD1048576", (1_048_575, 16_383)),
        ("A0", None),
        ("a1", None),
        ("A", None),
        ("1", None),
        ("A1:B2", None),
        ("AAAA1", None),
        ("A12345678", None),
        ("", None),
    ],
)
def test_a_text_that_is_no_address_has_no_place(text: str, at: tuple[int, int] | None) -> None:
    """Letters are capital, and rows begin with 1."""
    assert place_of(text) == at


@pytest.mark.parametrize(
    ("findings", "texts"),
    [
        ([], []),
        ([found(row=5)], ["Row 5"]),
        ([found(row=5), found(row=6)], ["Row 5-6"]),
        ([found(row=6), found(row=5)], ["Row 5-6"]),
        ([found(row=5), found(row=7)], ["Row 5", "Row 7"]),
        ([found(row=5), found(row=5)], ["Row 5"]),
        ([found(row=5, sheet="a"), found(row=6, sheet="b")], ["Sheet「a」 Row 5", "Sheet「b」 Row 6"]),
        ([found(row=5, cell="I5"), found(row=6, cell="J6")], ["Cell I5", "Cell J6"]),
        ([found(row=5, line=5), found(row=6, line=7)], ["Row 5", "Row 6 Line 7"]),
        ([found(row=5, line=6), found(row=6, line=7)], ["Row 5-6 Line 6-7"]),
    ],
)
def test_only_neighbouring_rows_of_one_sheet_and_column_form_a_range(findings: list[Finding], texts: list[str]) -> None:
    """Lines of a text file have to move together with the rows."""
    assert spans(findings, WORDS) == texts


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(1, 40), min_size=1))
def test_ranges_contain_exactly_the_rows_of_the_findings(rows: set[int]) -> None:
    """No row is lost between two ranges, and none is added."""
    listed: set[int] = set()
    for text in spans([found(row=row) for row in rows], WORDS):
        first, _, last = text.removeprefix("Row ").partition("-")
        listed |= set(range(int(first), int(last or first) + 1))
    assert listed == rows


def test_groups_are_in_order_of_severity_and_then_of_their_first_finding() -> None:
    """Waived findings form a group of their own."""
    info, late = found("x", "info", row=1), found("b", row=9, field="c")
    first, second, waived = found(row=2, field="a"), found(row=3, field="a"), found(row=4, field="a", waived="agreed")
    groups = grouped([info, first, late, second, waived])
    assert [group.findings for group in groups] == [(first, second), (late,), (waived,), (info,)]


@pytest.mark.parametrize(
    ("code", "count", "subject_text"),
    [("column-unknown", 2, ""), ("column-unknown", 1, "列1"), ("type-date", 2, "列1"), ("gtfs-file-missing", 2, "")],
)
def test_findings_that_differ_by_name_have_no_common_column(code: str, count: int, subject_text: str) -> None:
    """A single finding of such a group names its column."""
    group = Group(tuple(found(code, column="列1", sheet="a.txt") for _ in range(count)))
    assert subject(group) == subject_text


@pytest.mark.parametrize(
    ("rows", "total", "text"),
    [([2], 1, ""), ([2, 3], 2, "All 2 rows"), ([2, 3], 3, "2"), ([2, 2], 2, "2"), ([2, None], 2, "2")],
    ids=["once", "every row", "some rows", "twice on a row", "once on the file"],
)
def test_a_cause_is_on_all_rows_only_if_each_row_has_one_finding(rows: list[int | None], total: int, text: str) -> None:
    """Two findings on one row are not «all rows» of a table of two."""
    group = Group(tuple(found(row=row) for row in rows))
    shown = extent(group, Report("表.csv", None, total, total, group.findings), "en")
    assert (shown == text) if text in ("", "All 2 rows") else (text in shown and "All" not in shown)


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (found("gtfs-file-missing", sheet="stops.txt"), "「stops.txt」"),
        (found("column-unknown", column="列"), "「列」"),
        (found("column-absent", column="列", field="項目"), "「項目」"),
        (found(row=3), "Row 3"),
        (found(), ""),
    ],
)
def test_a_finding_in_a_list_is_labelled_by_its_name_or_place(one: Finding, text: str) -> None:
    """A finding on the whole file has no place."""
    assert label(one, WORDS) == text


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (found(cell="I5", row=5, column="日付"), "Cell I5"),
        (found(row=5, line=5, column="日付"), "Row 5 Column「日付」"),
        (found(row=5, line=6), "Row 5 Line 6"),
        (found(file="a.csv", sheet="一", row=2), "File「a.csv」 Sheet「一」 Row 2"),
        (found(file="a.csv", sheet="一", params={"file": "a.csv"}), ""),
    ],
)
def test_a_place_names_the_cell_or_else_row_line_and_column(one: Finding, text: str) -> None:
    """A line equal to the row is left out, and so is a file that the message names."""
    assert place(one, WORDS) == text


def test_columns_with_the_most_errors_come_first_and_the_whole_file_last() -> None:
    """Warnings decide where the errors are equal."""
    groups = [
        Group((found(), found(), found())),
        Group((found(column="a"), found("w", "warning", column="a"))),
        Group((found(column="b", cell="B2"), found(column="b", cell="B3"))),
        Group((found("i", "info", column="c"),)),
    ]
    assert [(one.name, one.letter, one.groups, one.asks) for one in columns(groups)] == [
        ("b", "B", (2,), True),
        ("a", None, (1,), True),
        ("c", None, (3,), False),
        (None, None, (0,), True),
    ]


def test_waived_findings_are_counted_apart_and_ask_no_one_to_act() -> None:
    """Every severity is present in the counts."""
    waived = found("blank-row", "warning", waived="agreed")
    assert severity_counts([waived, found()]) == {"error": 1, "warning": 1, "info": 0}
    assert waived_counts([waived, found()]) == {"error": 0, "warning": 1, "info": 0}
    assert actors([Group((waived,))], "en") == []


@pytest.mark.parametrize(
    ("overview", "code"),
    [
        (Overview(()), ExitCode.DONE),
        (Overview((Report("a", None, 0, 0, ()),)), ExitCode.DONE),
        (Overview((Report("a", None, 1, 1, (found(),)),)), ExitCode(1)),
        (Overview((), (PassedOver("a", "hidden"),)), ExitCode.DONE),
        (Overview((), (PassedOver("a", "closed"),)), ExitCode.WRONG_USE),
        (
            Overview((Unchecked("a", "x", "", ExitCode.NO_ACCESS), Report("a", None, 1, 1, (found(),)))),
            ExitCode.NO_ACCESS,
        ),
    ],
)
def test_the_exit_code_over_many_files_is_the_highest(overview: Overview, code: ExitCode) -> None:
    """A folder that cannot be opened counts as wrong use."""
    assert overview.exit_code == code


@pytest.mark.parametrize(
    ("files", "file", "name"),
    [
        (["a/b.csv"], "a/b.csv", "b.csv"),
        (["a/b/c.csv", "a/d.csv"], "a/b/c.csv", "b/c.csv"),
        (["a/b.csv", "/x/c.csv"], "/x/c.csv", "c.csv"),
        (["a/b.csv"], "z/q.csv", "q.csv"),
    ],
)
def test_a_short_name_leaves_out_the_folders_that_all_files_share(files: list[str], file: str, name: str) -> None:
    """Of a file elsewhere only its own name is shown."""
    assert short_name(Overview(tuple(Unchecked(one, "", "") for one in files)), file) == name


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=8))
def test_escaped_text_reads_back_as_the_legal_part_of_the_text(text: str) -> None:
    """Excel's own escapes such as ``_x000D_`` are escaped once more."""
    read = ET.fromstring(f"<a>{xml_text(text)}</a>").text or ""  # noqa: S314
    legal = legal_xml(text)
    assert read.replace("_x005F_", "_") == legal.replace("_x005F_", "_").replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(
    ("tag", "value", "changed"),
    [
        (b'<c r="A1"/>', "7", b'<c r="A1" s="7"/>'),
        (b"<c>", "7", b'<c s="7">'),
        (b"<c s='3' t=\"n\">", "7", b'<c s="7" t="n">'),
        (b'<c s="3"/>', None, b"<c/>"),
        (b"<c/>", None, b"<c/>"),
        (b'<c ss="3"/>', "7", b'<c ss="3" s="7"/>'),
    ],
)
def test_an_attribute_is_replaced_added_or_removed(tag: bytes, value: str | None, changed: bytes) -> None:
    """An attribute whose name only ends alike stays."""
    assert set_attribute(tag, "s", value) == changed


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("999999999", 999_999_999), ("1000000000", None), ("", None), ("1.0", None), ("１", None), ("+1", None)],
)
def test_a_number_of_a_workbook_has_at_most_nine_ascii_digits(text: str, number: int | None) -> None:
    """Longer ones name no row, column or format."""
    assert small_number(text) == number


def test_edits_at_one_place_keep_their_order() -> None:
    """Insertions are made before the text at their place; edits can come in any order."""
    assert splice(b"abc", [(3, 3, b"z"), (1, 1, b"x"), (1, 1, b"y"), (0, 1, b"")]) == b"xybcz"
    assert splice(b"abc", []) == b"abc"
