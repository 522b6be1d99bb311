"""GTFS-JP: the list of files, feeds checked by file and required field, and what hostile feeds must not do.

The feed in this file is an example made for these tests; no such bus runs.
"""

import io
import json
import os
import re
import stat
import struct
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from meguro_opendata.cli import gtfs_text

import meguro_opendata as mo
from meguro_opendata import filestandard, messages, reports
from meguro_opendata.errors import SourceError, UnknownStandardError
from meguro_opendata.filestandard import FileField, FileStandard, load_file_standard
from meguro_opendata.findings import Finding, Report
from meguro_opendata.sources import feed as feeds
from meguro_opendata.validation.gtfs import validate_gtfs

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = {
    "required",
    "conditional_required",
    "recommended",
    "optional",
    "conditional_forbidden",
    "not_used",
    "unknown",
}
FEED = {
    "feed_info.txt": "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,feed_version\n"
    "見本市,https://bus.example.jp/,ja,20260401,20270331,見本-1\n",
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone,agency_lang\n"
    "0000000000000,見本バス,https://bus.example.jp/,Asia/Tokyo,ja\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,zone_id,location_type,parent_station\n"
    "S1,見本駅前,35.0,139.0,Z1,0,\nS2,見本役所,35.1,139.1,Z2,0,\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\n"
    "R1,0000000000000,見本01,見本駅前～見本役所,3\n",
    "trips.txt": "route_id,service_id,trip_id,direction_id,shape_id\nR1,平日,T1,0,\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence,"
    "start_pickup_drop_off_window,end_pickup_drop_off_window\n"
    "T1,23:50:00,23:50:00,S1,1,,\nT1,24:05:00,24:05:00,S2,2,,\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "平日,1,1,1,1,1,0,0,20260401,20270331\n",
    "calendar_dates.txt": "service_id,date,exception_type\n平日,20260503,2\n",
    "fare_attributes.txt": "fare_id,price,currency_type,payment_method,transfers,agency_id\n"
    "F1,100,JPY,0,0,0000000000000\n",
    "fare_rules.txt": "fare_id,route_id\nF1,R1\n",
    "translations.txt": "table_name,field_name,language,translation,field_value\n"
    "stops,stop_name,ja-Hrkt,みほんえきまえ,見本駅前\n",
}
ROWS = 13


def zipped(path: Path, files: dict[str, bytes | str]) -> Path:
    """A ZIP of these files; a name may stand for a folder (``"feed/"``)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def checked(path: Path, **changed: bytes | str | None) -> Report:
    """The report on the example with some of its files (``stops`` for stops.txt) replaced, added or left out."""
    files: dict[str, bytes | str] = dict(FEED)
    for name, content in changed.items():
        if content is None:
            del files[f"{name}.txt"]
        else:
            files[f"{name}.txt"] = content
    return validate_gtfs(zipped(path / "feed.zip", files))


def found(report: Report, code: str) -> list[Finding]:
    """The findings of one code; all findings of the report can be said in both languages."""
    for finding in report.findings:
        for part in ("title", "message", "advice"):
            assert finding.text(part, "ja") != finding.text(part, "en")
            assert "{" not in finding.text(part, "ja")
    return [finding for finding in report.findings if finding.code == code]


def only(report: Report, code: str) -> Finding:
    """The one finding of that code in a report without any other error."""
    (finding,) = found(report, code)
    assert [other.code for other in report.findings if other.severity == "error" and other != finding] == []
    assert finding.check is None
    return finding


def refused(path: Path) -> SourceError:
    """The refusal of a feed that cannot be checked at all."""
    with pytest.raises(SourceError) as error:
        validate_gtfs(path)
    assert error.value.exit_code == 2
    assert all(path.name in error.value.text(lang) for lang in messages.LANGUAGES)
    return error.value


def gtfs_jp() -> FileStandard:
    """The list of files."""
    loaded = load_file_standard("gtfs_jp")
    assert loaded is not None
    return loaded


# The list of files


def test_the_list_holds_exactly_what_the_evidence_gives(shared: Path) -> None:
    """Every file and field of the evidence with its requirement and values, in its order, and nothing else."""
    given = json.loads((shared / "standards" / "datasets" / "gtfs_jp.json").read_text(encoding="utf-8"))
    ours = [
        (file.name, file.requirement, [(field.name, field.requirement, field.values) for field in file.fields])
        for file in gtfs_jp().files
        if file.requirement != "legacy"
    ]
    theirs = [
        (
            file["file"],
            file["requirement"],
            [(item["name"], item["requirement"], tuple(item.get("values", ()))) for item in file.get("columns", ())],
        )
        for file in given["files"]
    ]
    assert ours == theirs
    old = [
        (file.name, [field.name for field in file.fields]) for file in gtfs_jp().files if file.requirement == "legacy"
    ]
    assert old == [(file["file"], file["columns"]) for file in given["legacy"]["files"]]


def test_the_list_is_whole_and_each_meaning_its_own() -> None:
    """35 files, 237 fields; names are unique, requirements known words, meanings Japanese sentences of their own."""
    current = [file for file in gtfs_jp().files if file.requirement != "legacy"]
    assert (len(current), sum(len(file.fields) for file in current)) == (35, 237)
    assert len({file.name for file in gtfs_jp().files}) == len({file.title for file in gtfs_jp().files}) == 36
    for file in gtfs_jp().files:
        assert {field.requirement for field in file.fields} <= REQUIREMENTS
        said = [field.description for field in file.fields if field.description]
        assert len(set(said)) == len(said), file.name
        assert all(re.search(r"[ぁ-んァ-ヶ].*。$", text) for text in said), file.name
        assert len({field.name for field in file.fields}) == len(file.fields)
    assert [field.name for file in current for field in file.fields if not field.description] == ["cemv_support"] * 2


def test_the_list_says_where_it_is_from() -> None:
    """Edition, gaps and evidence stand in the file, and each piece of evidence can be looked up."""
    described = gtfs_jp().descriptor
    known = yaml.safe_load((ROOT / "standard_schemas" / "evidence.yaml").read_text(encoding="utf-8"))
    assert set(described["evidence"]) <= set(known)
    assert gtfs_jp().known_gaps
    assert "2025-10-01" in gtfs_jp().edition


def test_a_required_column_may_allow_empty_cells() -> None:
    """A field that is marked so must have its column, but not a value in every cell."""
    assert FileField("transfers", "required").must_be_filled
    assert not FileField("transfers", "required", may_be_empty=True).must_be_filled
    assert not FileField("transfers", "optional").must_be_filled


def test_only_a_standard_of_files_is_one() -> None:
    """Tables, unknown ids and mere entries of the list are none."""
    assert gtfs_jp() is load_file_standard("gtfs_jp")
    assert [load_file_standard(name) for name in ("aed", "aed@2020", "boring_log", "gtfs", "")] == [None] * 5
    assert load_file_standard("gtfs_jp@2025") == gtfs_jp()
    with pytest.raises(UnknownStandardError) as error:
        load_file_standard("gtfs_jp@2020")
    assert (error.value.code, error.value.params["versions"]) == ("unknown-version", ["2025"])


@pytest.mark.parametrize("version", [None, "2026"])
def test_loading_it_as_a_table_says_what_to_do(version: str | None) -> None:
    """There is no table of items to load; the error names the commands that do work."""
    with pytest.raises(UnknownStandardError) as error:
        mo.load_standard("gtfs_jp", version)
    assert error.value.code == "standard-of-files"
    for lang in messages.LANGUAGES:
        assert "validate FEED.zip --standard gtfs_jp" in error.value.text(lang)
        assert "standards show gtfs_jp" in error.value.text(lang)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (None, "schema-missing", None),
        ("version: '2025'\nfiles: [\n", "schema-damaged", 3),
        ("[]", "schema-damaged", 1),
        ("version: '2025'", "schema-damaged", 1),
        ("\x00", "schema-damaged", 1),
        ("version: v\nedition: e\nknown_gaps: []\nlegacy_files: []\nfiles: [{name: a}]", "schema-damaged", 1),
    ],
)
def test_a_damaged_list_is_told(monkeypatch: pytest.MonkeyPatch, text: str | None, code: str, line: int | None) -> None:
    """A list that is missing or broken is told with its file, never as a traceback."""

    def read(_: str) -> str:
        if text is None:
            raise FileNotFoundError
        return text

    monkeypatch.setattr(filestandard, "_text", read)
    with pytest.raises(UnknownStandardError) as error:
        load_file_standard.__wrapped__("gtfs_jp")
    assert (error.value.code, error.value.params["file"]) == (code, "gtfs_jp/files.yaml")
    assert error.value.params.get("line") == line


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


# Hostile feeds


def test_a_nested_feed_is_checked_and_told(tmp_path: Path) -> None:
    """Files in a folder are checked all the same under their own names, and the folder is an error."""
    files = {"見本フィード/": "", "__MACOSX/見本フィード/._stops.txt": "x"}
    files |= {f"見本フィード/{name}": content for name, content in FEED.items()}
    report = validate_gtfs(zipped(tmp_path / "feed.zip", dict(files)))
    assert only(report, "gtfs-nested").value == "見本フィード/"
    assert [each.sheet for each in found(report, "gtfs-file-unknown")] == ["__MACOSX/見本フィード/._stops.txt"]
    assert report.rows == ROWS


def test_a_folder_in_a_folder_is_nested_too(tmp_path: Path) -> None:
    """A folder whose feed lies one level down is told like such a ZIP; deeper folders are not searched."""
    (tmp_path / "feed" / "inside" / "deep").mkdir(parents=True)
    for name, content in FEED.items():
        (tmp_path / "feed" / "inside" / name).write_text(content, encoding="utf-8")
    (tmp_path / "feed" / "inside" / "deep" / "stops.txt").write_text("x", encoding="utf-8")
    report = validate_gtfs(tmp_path / "feed")
    assert only(report, "gtfs-nested").value == "inside/"
    assert (len(report.findings), report.rows) == (1, ROWS)


def test_a_second_copy_in_a_folder_is_an_unknown_file(tmp_path: Path) -> None:
    """If the feed lies on top, a file of the same name in a folder is not of it."""
    report = validate_gtfs(zipped(tmp_path / "feed.zip", {**FEED, "old/stops.txt": "x"}))
    assert [each.sheet for each in found(report, "gtfs-file-unknown")] == ["old/stops.txt"]
    assert report.valid


@pytest.mark.parametrize("name", ["../stops.txt", "/etc/stops.txt", "C:\\stops.txt", "a/../../stops.txt", "..\\x.txt"])
def test_paths_that_lead_outside_are_errors_and_not_read(tmp_path: Path, name: str) -> None:
    """A path that would be unpacked elsewhere is told; nothing is written anywhere."""
    path = zipped(tmp_path / "feed.zip", {**FEED, name: "stop_id\n"})
    before = sorted(tmp_path.rglob("*"))
    finding = only(validate_gtfs(path), "gtfs-path-unsafe")
    assert finding.sheet == name.replace("\\", "/")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_name_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    """Two members of one name would be read differently by different programs; the first is checked."""
    path = zipped(tmp_path / "feed.zip", dict(FEED))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("stops.txt", "x")
    report = validate_gtfs(path)
    assert only(report, "gtfs-file-repeated").sheet == "stops.txt"
    assert report.rows == ROWS


def mark_encrypted(path: Path) -> None:
    """Set the flag of encryption of every member of a ZIP, in both places where it stands."""
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + offset] |= 0x1
            at = raw.find(mark, at + 4)
    path.write_bytes(raw)


def cp932_zip(files: dict[str, str]) -> bytes:
    """A ZIP whose names are CP932 without the mark for UTF-8, as Explorer on Japanese Windows writes it."""
    names = {f"{number:02}".ljust(len(name.encode("cp932")), "_"): name for number, name in enumerate(files)}
    with io.BytesIO() as sink:
        with zipfile.ZipFile(sink, "w") as archive:
            for stand_in, name in names.items():
                archive.writestr(stand_in, files[name])
        raw = sink.getvalue()
    for stand_in, name in names.items():
        raw = raw.replace(stand_in.encode("ascii"), name.encode("cp932"))
    return raw


def test_names_in_cp932_are_read(tmp_path: Path) -> None:
    """A ZIP made on Japanese Windows has CP932 names without saying so; they are shown as they were meant."""
    path = tmp_path / "feed.zip"
    path.write_bytes(cp932_zip({f"表計算/{name}": content for name, content in FEED.items()}))
    report = validate_gtfs(path)
    assert only(report, "gtfs-nested").value == "表計算/"
    assert report.rows == ROWS


def test_an_encrypted_feed_is_refused(tmp_path: Path) -> None:
    """A member with a password is named; the command ends without a report."""
    path = zipped(tmp_path / "feed.zip", dict(FEED))
    mark_encrypted(path)
    error = refused(path)
    assert (error.code, error.params["member"]) == ("feed-encrypted", "feed_info.txt")


def declare_size(path: Path, name: str, size: int) -> None:
    """Write another unpacked size into the directory of a ZIP."""
    raw = bytearray(path.read_bytes())
    at = raw.find(b"PK\x01\x02")
    while raw[at + 46 : at + 46 + len(name)] != name.encode("ascii"):
        at = raw.index(b"PK\x01\x02", at + 4)
    struct.pack_into("<I", raw, at + 24, size)
    path.write_bytes(raw)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """Members that together unpack to more than the limit are refused by what the ZIP itself says."""
    path = zipped(tmp_path / "feed.zip", dict(FEED))
    declare_size(path, "stops.txt", feeds.MAX_UNPACKED)
    assert refused(path).code == "feed-too-large"


def test_a_bomb_that_lies_about_its_size_is_cut_short(tmp_path: Path) -> None:
    """A member that unpacks to more than it says is read no further than it says, and told as unreadable."""
    path = zipped(tmp_path / "feed.zip", {**FEED, "shapes.txt": b"shape_id\n" + b"0" * 5_000_000})
    declare_size(path, "shapes.txt", 20)
    report = validate_gtfs(path)
    assert only(report, "gtfs-file-unreadable").sheet == "shapes.txt"


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ZIP of countless files is no feed."""
    path = zipped(tmp_path / "feed.zip", dict(FEED))
    monkeypatch.setattr(feeds, "MAX_MEMBERS", len(FEED) - 1)
    assert refused(path).code == "feed-too-many"


@pytest.mark.parametrize("method", [99, 9, 1])
def test_an_unknown_packing_is_told_of_its_file(tmp_path: Path, method: int) -> None:
    """A member that is packed in a way unknown here is an error; the other files are checked."""
    path = zipped(tmp_path / "feed.zip", dict(FEED))
    raw = bytearray(path.read_bytes())
    local, central = raw.find(b"PK\x03\x04"), raw.find(b"PK\x01\x02")
    struct.pack_into("<H", raw, local + 8, method)
    struct.pack_into("<H", raw, central + 10, method)
    path.write_bytes(raw)
    report = validate_gtfs(path)
    assert only(report, "gtfs-file-unreadable").sheet == "feed_info.txt"
    assert report.rows == ROWS - 1


def test_a_damaged_member_is_told_of_its_file(tmp_path: Path) -> None:
    """Bytes that were changed on the way are an error of that file alone."""
    path = zipped(tmp_path / "feed.zip", dict(FEED))
    raw = bytearray(path.read_bytes())
    at = raw.find(b"agency.txt") + len("agency.txt")
    raw[at + 5 : at + 25] = b"\xff" * 20
    path.write_bytes(raw)
    assert only(validate_gtfs(path), "gtfs-file-unreadable").sheet == "agency.txt"


def test_a_zip_that_breaks_off_is_refused(tmp_path: Path) -> None:
    """A download that was cut short is refused as damaged."""
    path = zipped(tmp_path / "feed.zip", dict(FEED))
    path.write_bytes(path.read_bytes()[:-200])
    assert refused(path).code == "feed-broken"


@pytest.mark.parametrize(
    ("content", "container"),
    [(FEED["stops.txt"].encode(), "text"), (b"%PDF-1.7", "pdf"), (b"<html><table>", "html"), (b"\0\1\2", "text")],
)
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes, container: str) -> None:
    """A single file of a feed, or anything else, is refused with what it is."""
    path = tmp_path / "feed.zip"
    path.write_bytes(content)
    error = refused(path)
    assert (error.code, error.params["container"]) == ("feed-not-zip", container)


def test_a_workbook_is_no_feed(tmp_path: Path) -> None:
    """A workbook is a ZIP by its bytes and still no feed."""
    error = refused(zipped(tmp_path / "feed.zip", {"xl/workbook.xml": "<x/>"}))
    assert (error.code, error.params["container"]) == ("feed-not-zip", "xlsx")


def test_a_missing_or_empty_file_is_refused(tmp_path: Path) -> None:
    """A feed that is not there, or has no byte, is refused like any other file."""
    assert refused(tmp_path / "feed.zip").code == "file-missing"
    (tmp_path / "feed.zip").touch()
    assert refused(tmp_path / "feed.zip").code == "file-empty"


def test_only_plain_files_of_a_folder_are_read(tmp_path: Path) -> None:
    """A pipe of a file's name does not hold the check up, and a folder of that name is no file."""
    folder = tmp_path / "feed"
    (folder / "stops.txt").mkdir(parents=True)
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "agency.txt")
        assert stat.S_ISFIFO((folder / "agency.txt").stat().st_mode)
    report = validate_gtfs(folder)
    assert len(found(report, "gtfs-file-missing")) == 9


def test_damage_anywhere_never_ends_in_a_traceback(tmp_path: Path) -> None:
    """With any single byte of a small feed changed, the check ends in a report or a refusal."""
    path = zipped(tmp_path / "feed.zip", {"stops.txt": FEED["stops.txt"], "見本.txt": "x"})
    whole = path.read_bytes()
    outcomes: Counter[str] = Counter()
    for at in range(len(whole)):
        for change in (0x01, 0x80):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :])
            try:
                validate_gtfs(path)
                outcomes["report"] += 1
            except SourceError:
                outcomes["refusal"] += 1
    assert outcomes["report"] > 0 < outcomes["refusal"]


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
    assert "[誤り] 必須の値が空 (gtfs-cell-empty) 同じ原因で4件" in text
    assert "必須のファイルがない (gtfs-file-missing) 同じ原因で2件" in text
    assert "行 5 列「fare_id」: ファイル「fare_rules.txt」の必須の項目「fare_id」が空です。" not in text
    assert "行 4 列「fare_id」: ファイル「fare_rules.txt」の必須の項目「fare_id」が空です。" in text
    assert "シート" not in text
    assert "fare_rules.txt" in reports.as_html(report, "en")


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_show_lists_files_and_required_fields(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every file with its requirement, every required field, and the known gaps are printed."""
    assert gtfs_text.show_files("gtfs_jp", "text", lang)
    shown = capsys.readouterr().out
    assert all(file.name in shown and file.title in shown for file in gtfs_jp().files)
    assert all(name in shown for file in gtfs_jp().files for name in file.names("required"))
    assert all(gap in shown for gap in gtfs_jp().known_gaps)
    assert messages.word("conditional_required", lang) in shown


def test_show_as_json_fits_the_schema_of_standards(capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON is ``standard@1`` without items; files and fields stand under our own prefix."""
    schema = json.loads((ROOT / "docs" / "schemas" / "standard.schema.json").read_text(encoding="utf-8"))
    assert gtfs_text.show_files("gtfs_jp", "json", "ja")
    printed = json.loads(capsys.readouterr().out)
    assert list(Draft202012Validator(schema).iter_errors(printed)) == []
    assert len(printed["schema"]["mo:files"]) == 35


def test_show_leaves_tables_to_others(capsys: pytest.CaptureFixture[str]) -> None:
    """For a standard that is a table nothing is printed here."""
    assert not gtfs_text.show_files("aed", "text", "ja")
    assert capsys.readouterr().out == ""
