"""Text files in other encodings, with other separators, and with invisible signs."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meguro_opendata.errors import SourceError
from meguro_opendata.pipeline.conversion import convert_file
from meguro_opendata.sources import Grid, propose_source, read_grid, read_source, structure_findings
from meguro_opendata.sources.text.textfile import decode
from meguro_opendata.validation import validate_file, validate_table

ROWS = [
    ["名称", "住所", "備考"],
    ["見本センター", "目黒区上目黒2-19-15", "ひらがな"],
    ["スポーツ館", "中央町1丁目", ""],
]
SEPARATORS = [",", "\t", ";", "|", "^", "~", "\u001f", "｜", "，", "；"]
TEXT = st.text(st.sampled_from("あいう見本目黒アイABC019- 　"), min_size=1, max_size=8).map(str.strip)


def written(rows: list[list[str]], sign: str = ",") -> str:
    """Rows as CSV text."""
    text = io.StringIO()
    csv.writer(text, delimiter=sign).writerows(rows)
    return text.getvalue()


def grid_of(tmp_path: Path, raw: bytes, name: str = "t.csv") -> Grid:
    """What is read of these bytes."""
    path = tmp_path / name
    path.write_bytes(raw)
    return read_grid(path)


def refusal(tmp_path: Path, raw: bytes) -> SourceError:
    """Why these bytes are not read."""
    with pytest.raises(SourceError) as refused:
        grid_of(tmp_path, raw)
    return refused.value


@pytest.mark.parametrize("encoding", ["iso2022_jp", "euc_jp", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", [0, 3000], ids=["small", "in blocks"])
def test_other_japanese_encodings_are_read(encoding: str, before: int, tmp_path: Path) -> None:
    """Also where the first letters that tell it stand far behind the beginning."""
    rows = [["ID", "a", "b"], *([str(number), "x" * 20, "y"] for number in range(before)), *ROWS]
    grid = grid_of(tmp_path, written(rows).encode(encoding))
    assert grid.encoding == encoding
    assert [grid.record(at) for at in range(grid.height)] == rows


@given(
    words=st.lists(
        st.text(st.sampled_from("ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ"), min_size=3, max_size=9), min_size=8
    )
)
@settings(max_examples=200, deadline=None)
def test_half_width_katakana_are_never_taken_for_another_encoding(
    words: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Their bytes in CP932 are letters of EUC-JP, too."""
    rows = [[word, "x"] for word in words]
    assert grid_of(tmp_path_factory.getbasetemp(), written(rows).encode("cp932")).encoding == "cp932"


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        ("名称,住所\n".encode("utf-7"), "UTF-7"),
        ("가나,a\n".encode("iso2022_kr"), "ISO-2022-KR"),
    ],
)
def test_other_seven_bit_encodings_are_refused_by_name(raw: bytes, named: str, tmp_path: Path) -> None:
    """They are valid ASCII, and would be read as a row of signs."""
    refused = refusal(tmp_path, raw)
    assert (refused.code, refused.params["name"]) == ("encoding-unsupported", named)
    assert named in refused.text("ja")


@pytest.mark.parametrize(("main", "other"), [("utf-8", "cp932"), ("cp932", "utf-8"), ("utf-8", "euc_jp")])
@pytest.mark.parametrize("line", [2, 4, 3000])
def test_the_line_where_the_encoding_changes_is_named(main: str, other: str, line: int, tmp_path: Path) -> None:
    """Not the first line, which the encoding that fits less breaks at."""
    good, bad = "見本会館,ミホンカイカン,ひらがなの備考\n", "東京都目黒区,ミホンカイカン,ひらがな\n"
    raw = good.encode(main) * (line - 1) + bad.encode(other) + good.encode(main)
    refused = refusal(tmp_path, raw)
    assert (refused.code, refused.params["line"]) == ("encoding-mixed", line)


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_text_that_ends_within_a_letter_is_cut_off(encoding: str, tmp_path: Path) -> None:
    """It is not called a file of two encodings."""
    refused = refusal(tmp_path, ("名称,住所\n見本会館,目黒区".encode(encoding))[:-1])
    assert (refused.code, refused.params["line"]) == ("text-cut", 2)


@pytest.mark.parametrize("sign", SEPARATORS)
@given(cells=st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_the_separator_is_the_one_that_parses_evenly(
    sign: str, cells: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever it is; one that no program expects is reported."""
    rows = [["名称", "住所", "備考"], *cells]
    path = tmp_path_factory.getbasetemp() / "t.csv"
    path.write_text(written(rows, sign), encoding="utf-8", newline="")
    table = read_source(path, keep_all=True)
    assert (table.grid.delimiter, table.labels) == (sign, ("名称", "住所", "備考"))
    told = [found.value for found in structure_findings(table) if found.code == "delimiter-unusual"]
    assert told == ([] if sign in ",\t" else [sign])


@pytest.mark.parametrize(
    ("text", "sign", "header"),
    [
        ("備考\nA;B\nC\n", ",", ["備考"]),
        ("備考\nA;B;C\nD;E;F\n", ",", ["備考"]),
        ("備考\nA|B\nC|D\n", ",", ["備考"]),
        ("備考\nA\tB\nC\tD\n", ",", ["備考"]),
        ("f0,extra\n\t\nx\n\t\ny\n", ",", ["f0", "extra"]),
        ("a;b\n1,5;2\n3;4,5\n", ";", ["a", "b"]),
        ('"a;b;c",d\n1,2\n', ",", ["a;b;c", "d"]),
        ("a,b,c\n1;2,3\n4,5,6;7\n", ",", ["a", "b", "c"]),
        ("a\tb\n1,2\t3\n4,5,6\t7\n", "\t", ["a", "b"]),
        ("a\n", ",", ["a"]),
    ],
)
def test_the_first_record_is_the_header_of_a_table_with_a_schema(
    text: str, sign: str, header: list[str], tmp_path: Path
) -> None:
    """A sign that the header does not have separates nothing, and both engines see the same table."""
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8", newline="")
    schema = {"fields": [{"name": name, "type": "string"} for name in header]}
    fast, judge = (validate_table(path, schema, engine=engine) for engine in ("fast", "frictionless"))
    assert fast.header == judge.header == tuple(header)
    assert fast.findings == judge.findings
    assert [found.value for found in fast.findings if found.code == "delimiter-unusual"] == (
        [";"] if sign == ";" else []
    )


@pytest.mark.parametrize("name", ["t.tsv", "T.TAB"])
def test_a_file_named_tsv_of_one_column_keeps_its_commas(name: str, tmp_path: Path) -> None:
    """Its name says what separates, where nothing else does."""
    assert grid_of(tmp_path, "備考\n1,2\n3,4\n".encode(), name).record(1) == ["1,2"]


@pytest.mark.parametrize("before", [0, 3000], ids=["small", "in blocks"])
def test_byte_order_marks_are_dropped_and_reported(before: int, tmp_path: Path) -> None:
    """More than one at the beginning, before a quotation mark, where files were joined, and inside a cell."""
    mark = "\ufeff".encode()
    body = b"1,2,3\r\n" * before
    raw = mark * 3 + '"名称",住所,備考\r\n'.encode() + body + mark + '"見本","a\ufeffb",c\r\n'.encode()
    path = tmp_path / "t.csv"
    path.write_bytes(raw)
    table = read_source(path)
    assert table.labels == ("名称", "住所", "備考")
    assert table.frame.rows()[-1] == ("見本", "ab", "c")
    found = [(one.line, one.row, one.params["count"]) for one in structure_findings(table) if one.code == "stray-mark"]
    assert found == [(1, None, 2), (before + 2, before + 2, 1)]


AED = ["全国地方公共団体コード", "ID", "名称", "電話番号"]


@pytest.mark.parametrize(
    ("cell", "read", "rule"),
    [
        ('="0000000001"', "0000000001", "text_formula"),
        (' ="0000000001" ', "0000000001", "text_formula"),
        ('="見本""別館"""', '見本"別館"', "text_formula"),
        ("見本\0会館", "見本会館", "nul"),
        ("見本\ufeff会館", "見本会館", "stray_mark"),
    ],
)
def test_what_no_program_shows_is_taken_off_everywhere(cell: str, read: str, rule: str, tmp_path: Path) -> None:
    """In headers and cells; ``validate`` and ``convert`` see and report the same, and ``convert`` lists each change."""
    path = tmp_path / "t.csv"
    header = ["全国地方公共団体コード", '="ID"', "名\0称", "電話番号"]
    path.write_text(written([header, ["131105", "A1", cell, ""]]), encoding="utf-8", newline="")
    assert propose_source(path, AED).labels == tuple(AED)
    report = validate_file(path, "aed")
    code = {"text_formula": "text-formula", "nul": "nul-characters", "stray_mark": "stray-mark"}[rule]
    mine = [(one.row, one.column, one.value, one.suggestion) for one in report.findings if one.code == code]
    assert (2, "名称", cell, read) in mine
    release = convert_file(path, "aed", tmp_path / "out")
    again = {(one.row, one.column, one.code) for one in release.report.findings if one.code == code}
    assert again == {(row, column, code) for row, column, _, _ in mine}
    changes = (tmp_path / "out" / "changes.csv").read_text(encoding="utf-8-sig")
    assert [row[-3] for row in csv.reader(io.StringIO(changes)) if rule in row] == [rule]


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0\ufeff"), max_size=30))
@settings(max_examples=200, deadline=None)
def test_text_formulas_show_what_excel_shows(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Any text put between =" and ", its quotation marks doubled, is read as that text, quoted or not."""
    path = tmp_path_factory.getbasetemp() / "t.csv"
    formula = '="' + text.replace('"', '""') + '"'
    path.write_text(written([["a", "b"], [formula, "x"]]), encoding="utf-8", newline="")
    assert read_grid(path).record(1) == [text, "x"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "iso2022_jp"])
def test_a_text_within_an_archive_is_decoded_in_the_same_way(encoding: str) -> None:
    """It has no file of its own that could be opened again."""
    text = written(ROWS)
    assert decode(text.encode(encoding), Path("within.txt")) == (text, encoding)
