"""GTFS-JP: nested, unsafe, damaged and hostile packages of a feed."""

import io
import os
import stat
import struct
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from gtfs_feeds import FEED, ROWS, found, only, refused, zipped

from meguro_opendata.errors import SourceError
from meguro_opendata.sources import feed as feeds
from meguro_opendata.validation.gtfs import validate_gtfs

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
