"""GTFS-JP: feeds checked by file and required field."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gtfs_feeds import FEED, ROWS, checked, found, gtfs_jp, only, zipped
from jsonschema import Draft202012Validator
from locations import ROOT

import meguro_opendata as mo
from meguro_opendata import reports
from meguro_opendata.reports.html import as_html
from meguro_opendata.sources import feed as feeds
from meguro_opendata.validation.gtfs import validate_gtfs

# Good feeds


def test_a_good_feed_is_valid(tmp_path: Path) -> None:
    """The example has nothing to be said against it, and every record of every file is counted."""
    report = checked(tmp_path)
    assert (report.findings, report.valid) == ((), True)
    assert (report.rows, report.rows_checked, report.standard) == (ROWS, ROWS, ("gtfs_jp", "2025"))


def test_a_folder_is_a_feed_too(tmp_path: Path) -> None:
    """A folder with the same files gives the same report but for its name."""
    folder = tmp_path / "feed"
    folder.mkdir()
    for name, content in FEED.items():
        (folder / name).write_text(content, encoding="utf-8-sig", newline="\r\n")
    report = mo.validate_file(folder, "gtfs_jp")
    assert (report.findings, report.rows) == ((), ROWS)


def test_the_listed_standard_is_checked_like_its_id(tmp_path: Path) -> None:
    """The entry of ``mo.standards()`` works as the id does, with either engine."""
    path = zipped(tmp_path / "feed.zip", dict(FEED))
    (entry,) = [entry for entry in mo.standards() if entry.id == "gtfs_jp"]
    assert mo.validate_file(path, entry) == mo.validate_file(path, "gtfs_jp@2025", engine="frictionless")


def test_columns_may_stand_in_any_order_and_be_missing_if_optional(tmp_path: Path) -> None:
    """Order is free and optional columns and files are not asked for."""
    report = checked(tmp_path, fare_rules="route_id,fare_id\nR1,F1\n", levels="level_index,level_id\n0,L1\n")
    assert (report.findings, report.rows) == ((), ROWS + 1)


# Bad content


def test_a_missing_required_file_is_an_error_each(tmp_path: Path) -> None:
    """Every required file that is not there is named; an empty ZIP lacks all nine, in the standard's order."""
    finding = only(checked(tmp_path, agency=None), "gtfs-file-missing")
    assert (finding.sheet, finding.row, finding.severity) == ("agency.txt", None, "error")
    assert "事業者情報" in finding.text("message", "ja")
    empty = validate_gtfs(zipped(tmp_path / "empty.zip", {}))
    required = [file.name for file in gtfs_jp().files if file.requirement == "required"]
    assert [each.sheet for each in found(empty, "gtfs-file-missing")] == required
    assert (len(required), empty.rows, empty.valid) == (9, 0, False)


def test_a_missing_conditional_file_or_column_is_information(tmp_path: Path) -> None:
    """What is required under conditions that nobody has told us is named but never an error."""
    report = checked(tmp_path, calendar_dates=None, trips="route_id,service_id,trip_id,shape_id\nR1,平日,T1,\n")
    assert report.valid
    assert [each.sheet for each in found(report, "gtfs-file-conditional")] == ["calendar_dates.txt"]
    (column,) = found(report, "gtfs-column-conditional")
    assert (column.sheet, column.row, column.field, column.severity) == ("trips.txt", 1, "direction_id", "info")


def test_an_unknown_file_is_information(tmp_path: Path) -> None:
    """A file outside the standard is named and not read; one that is spelled almost like a missing one is told so."""
    report = checked(tmp_path, agency=None, Agency=FEED["agency.txt"], memo="a", 運行注意="あ")
    shown = {each.sheet: (each.severity, each.suggestion) for each in found(report, "gtfs-file-unknown")}
    assert shown == {"Agency.txt": ("info", "agency.txt"), "memo.txt": ("info", None), "運行注意.txt": ("info", None)}


def test_a_file_of_an_earlier_version_is_checked_and_told(tmp_path: Path) -> None:
    """routes_jp.txt belongs to earlier versions: it is no unknown file, and its one required field is checked."""
    report = checked(tmp_path, routes_jp="route_id,origin_stop\nR1,見本駅前\n,見本役所\n")
    assert [each.severity for each in found(report, "gtfs-file-legacy")] == ["info"]
    assert only(report, "gtfs-cell-empty").row == 3
    assert report.rows == ROWS + 2


def test_a_missing_required_column_is_an_error_on_the_header(tmp_path: Path) -> None:
    """The header lacks a required field; its cells are not told again."""
    finding = only(checked(tmp_path, fare_rules="route_id\nR1\nR1\n"), "gtfs-column-missing")
    assert (finding.sheet, finding.row, finding.line, finding.field) == ("fare_rules.txt", 1, None, "fare_id")


def test_an_unknown_column_is_information_with_what_was_meant(tmp_path: Path) -> None:
    """A column outside the standard is named, a misspelled or full-width one with the field that was probably meant."""
    report = checked(tmp_path, fare_rules="fare_id,ｒoute_id,備考\nF1,R1,\n")
    shown = {each.column: (each.severity, each.suggestion) for each in found(report, "gtfs-column-unknown")}
    assert shown == {"ｒoute_id": ("info", "route_id"), "備考": ("info", None)}


def test_every_empty_required_cell_is_listed_with_its_place(tmp_path: Path) -> None:
    """Each empty cell of a required field is a finding with file, row and line; blanks of any width are empty."""
    content = 'fare_id,route_id\n,"R\n1"\n\u3000,R1\nF1,\n ,\n,R1'
    report = checked(tmp_path, fare_rules=content)
    cells = found(report, "gtfs-cell-empty")
    assert [(each.row, each.line, each.column, each.field) for each in cells] == [
        (2, 2, "fare_id", "fare_id"),
        (3, 4, "fare_id", "fare_id"),
        (6, 7, "fare_id", "fare_id"),
    ]
    assert {each.sheet for each in cells} == {"fare_rules.txt"}
    assert [each.row for each in found(report, "gtfs-blank-row")] == [5]
    assert report.rows == report.rows_checked == ROWS - 1 + 5


def test_blank_lines_at_the_end_are_no_rows(tmp_path: Path) -> None:
    """Line breaks and empty cells after the last record say nothing."""
    report = checked(tmp_path, fare_rules="fare_id,route_id\nF1,R1\n\n,\n\n")
    assert (report.findings, report.rows) == ((), ROWS)


def test_a_repeated_header_is_an_error_with_its_places(tmp_path: Path) -> None:
    """A label that stands twice is told once with the letters of its columns."""
    finding = only(checked(tmp_path, fare_rules="fare_id,route_id,fare_id\nF1,R1,\n"), "gtfs-duplicate-header")
    assert (finding.sheet, finding.row, finding.column) == ("fare_rules.txt", 1, "fare_id")
    assert "A、C" in finding.text("message", "ja")


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", " \r\n", "\x1a", ",,\n,,\n"])
def test_an_empty_file_is_an_error(tmp_path: Path, content: str) -> None:
    """A file with nothing in it, not even a header, is an error, be it required or not."""
    assert only(checked(tmp_path, shapes=content), "gtfs-file-empty").sheet == "shapes.txt"
    assert only(checked(tmp_path, agency=content), "gtfs-file-empty").sheet == "agency.txt"


def test_a_header_without_rows_is_information(tmp_path: Path) -> None:
    """A file with a header alone is told; whether it may be so is not known to us."""
    report = checked(tmp_path, fare_rules="fare_id\n")
    assert [(each.sheet, each.severity) for each in report.findings] == [("fare_rules.txt", "info")]
    assert found(report, "gtfs-no-rows")


@pytest.mark.parametrize("encoding", ["cp932", "utf-16"])
def test_another_encoding_is_an_error_and_read_all_the_same(tmp_path: Path, encoding: str) -> None:
    """A file that is not UTF-8 is told with the place of the first such byte, and the rest of it is still checked."""
    content = "fare_id,route_id\nF1,経路\n,経路\n".encode(encoding)
    report = checked(tmp_path, fare_rules=content)
    (finding,) = found(report, "gtfs-not-utf8")
    assert (finding.sheet, finding.line) == ("fare_rules.txt", 1 if encoding == "utf-16" else 2)
    assert [each.row for each in found(report, "gtfs-cell-empty")] == [3]
    assert report.rows_checked == ROWS + 1


def test_bytes_of_no_encoding_are_an_error(tmp_path: Path) -> None:
    """A file that is text in no encoding is told and not checked further."""
    report = checked(tmp_path, shapes=b"shape_id\n\xff\x81\xff\n")
    assert "ff 81 ff" in only(report, "gtfs-not-utf8").text("message", "ja")
    assert report.rows == ROWS


@pytest.mark.parametrize("rest", ['F2,"R2\nF3,R3\n', 'F2,"R2"x\nF3,R3\n'])
def test_broken_quotation_is_an_error_and_unchecked_rows_are_counted(tmp_path: Path, rest: str) -> None:
    """A quotation that never ends, or goes on after its end, is told with its line; the rest counts as unchecked."""
    report = checked(tmp_path, fare_rules=f"fare_id,route_id\nF1,R1\n{rest}")
    finding = only(report, "gtfs-not-csv")
    assert (finding.sheet, finding.line) == ("fare_rules.txt", 3)
    assert report.rows_checked == ROWS
    assert report.rows > report.rows_checked


def test_a_cell_that_is_too_large_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell beyond all measure is told as broken CSV instead of filling the memory."""
    monkeypatch.setattr(feeds, "_MAX_CELL", 100)
    report = checked(tmp_path, fare_rules=f"fare_id,route_id\nF1,{'R' * 200}\n")
    assert only(report, "gtfs-not-csv").line == 2


@pytest.mark.parametrize("sign", ["\t", ";"])
def test_another_delimiter_is_an_error(tmp_path: Path, sign: str) -> None:
    """A header that is not separated by commas is told once, not as a loss of every column."""
    content = FEED["fare_rules.txt"].replace(",", sign)
    assert only(checked(tmp_path, fare_rules=content), "gtfs-delimiter").sheet == "fare_rules.txt"


def test_a_row_of_another_length_is_an_error(tmp_path: Path) -> None:
    """Rows that are too short or hold more than the header are told; empty cells too many are not."""
    report = checked(tmp_path, fare_rules="fare_id,route_id\nF1\nF1,R1,余り\nF1,R1,,\n")
    assert [(each.row, each.value) for each in found(report, "gtfs-ragged-row")] == [(2, "1"), (3, "3")]


def test_a_short_row_also_lacks_its_required_cells(tmp_path: Path) -> None:
    """A required cell that is not there at all is empty."""
    report = checked(tmp_path, calendar_dates="service_id,date,exception_type\n平日,20260503\n")
    assert [each.field for each in found(report, "gtfs-cell-empty")] == ["exception_type"]


def test_geojson_is_known_but_not_checked(tmp_path: Path) -> None:
    """locations.geojson is a file of the standard and no table: it is said that its content was not checked."""
    report = validate_gtfs(zipped(tmp_path / "feed.zip", {**FEED, "locations.geojson": "{"}))
    assert [(each.code, each.sheet, each.severity) for each in report.findings] == [
        ("gtfs-not-checked", "locations.geojson", "info")
    ]


# Commands


def test_the_command_checks_a_feed(tmp_path: Path, command: Callable[..., Any]) -> None:
    """Exit 0 and valid JSON for a good feed, 1 for one with errors, 2 for no feed; the JSON fits its schema."""
    schema = json.loads((ROOT / "docs" / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
    good = zipped(tmp_path / "good.zip", dict(FEED))
    files = {**FEED, "stops.txt": "stop_id,location_type,x\n,\nS2\n", "memo.txt": "", "fare_rules.txt": b"\x82\xa0"}
    bad = zipped(tmp_path / "bad.zip", files)
    for path, code in ((good, 0), (bad, 1)):
        ran = command("validate", path, "--standard", "gtfs_jp", "--format", "json")
        assert (ran.code, ran.err) == (code, "")
        printed = json.loads(ran.out)
        assert list(Draft202012Validator(schema).iter_errors(printed)) == []
        assert printed["standard"] == {"id": "gtfs_jp", "version": "2025"}
        assert all(each["check"] is None for each in printed["findings"])
    assert command("validate", tmp_path / "none.zip", "--standard", "gtfs_jp").code == 2
    unknown = command("validate", good, "--standard", "gtfs_jp@2020")
    assert (unknown.code, "2025" in unknown.err, "Traceback" in unknown.err) == (2, True, False)


def test_the_text_groups_by_file_and_column(tmp_path: Path) -> None:
    """The same field empty in two files is told twice with its count; missing files are told together."""
    report = checked(
        tmp_path,
        trips="route_id,service_id,trip_id,direction_id,shape_id\nR1,,T1,0,\n",
        calendar_dates="service_id,date,exception_type\n,20260503,2\n",
        fare_rules="route_id,fare_id\n" + "R1,\n" * 4,
        agency=None,
        calendar=None,
    )
    text = reports.as_text(report, "ja")
    assert text.count("(gtfs-cell-empty)") == 3
    assert "[誤り] 必須の値が空: fare_id (gtfs-cell-empty) 同じ原因で4件" in text
    assert "必須のファイルがない (gtfs-file-missing) 同じ原因で2件" in text
    assert "行 5 列「fare_id」: ファイル「fare_rules.txt」の必須の項目「fare_id」が空です。" not in text
    assert "行 4 列「fare_id」: ファイル「fare_rules.txt」の必須の項目「fare_id」が空です。" in text
    assert "シート" not in text
    assert "fare_rules.txt" in as_html(report, "en")
