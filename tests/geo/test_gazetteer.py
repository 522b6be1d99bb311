"""Gazetteers: the ward's own, files of every publisher into the user's index, and what is found in them."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from gazetteer_files import (
    ABR_BLOCK_POS,
    ABR_RESIDENCE_POS,
    ABR_TOWN,
    ABR_TOWN_POS,
    GEOLONIA,
    ISJ_BLOCK,
    ISJ_TOWN,
    YAIZU,
    csv_text,
    yaizu_blocks,
)

from meguro_opendata.errors import MeguroOpendataError, SourceError, StorageError
from meguro_opendata.files.whole import checksum
from meguro_opendata.geo.places.gazetteer.available import open_gazetteer
from meguro_opendata.geo.places.gazetteer.builtin import Builtin
from meguro_opendata.geo.places.gazetteer.importing import Imported, import_addresses
from meguro_opendata.geo.places.gazetteer.index import imported_checksums, index_path, open_index
from meguro_opendata.geo.places.geocoding import Geocoder, geocode
from meguro_opendata.geo.places.nearness import distance
from meguro_opendata.japan.municipalities import municipality

WARD = "131105"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a data folder of its own."""
    monkeypatch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path / "data"))


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., Imported]:
    """Write a file and import it."""

    def do(content: bytes | str, name: str = "addresses.csv") -> Imported:
        path = tmp_path / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return import_addresses(path)

    return do


def test_the_wards_own_gazetteer() -> None:
    """27 towns with 88 chome, each with ID, reading and a point in the ward."""
    towns = list(Builtin().towns(WARD) or ())
    points = [Builtin().point(WARD, town, ()) for town in towns]
    assert (len(towns), len({town.oaza for town in towns})) == (88, 27)
    assert len({town.id for town in towns}) == 88
    assert all(town.kana and len(town.id) == 7 for town in towns)
    assert all(point and 35.60 < point.lat < 35.67 and 139.66 < point.lon < 139.72 for point in points)
    assert all(point and 200 <= point.error <= 510 for point in points)


def test_the_wards_gazetteer_is_that_of_the_registry(shared: Path) -> None:
    """IDs, names, readings and points are those of the facts given."""
    text = (shared / "geo" / "meguro_addresses_chome.csv").read_text(encoding="utf-8-sig")
    given = {
        (row["machiaza_id"], row["town"], row["oaza_kana"], float(row["lat"]), float(row["lon"]))
        for row in csv.DictReader(text.splitlines())
    }
    held = set()
    for town in Builtin().towns(WARD) or ():
        point = Builtin().point(WARD, town, ())
        assert point is not None
        held.add((town.id, town.name, town.kana, point.lat, point.lon))
    assert held == given


def test_the_stated_error_holds(shared: Path) -> None:
    """At least 95 of 100 given residences lie within the error that is stated for them."""
    text = (shared / "geo" / "meguro_addresses_rsdt_sample.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    found = geocode([row["input"] for row in rows])
    within = [
        distance(float(row["lat"]), float(row["lon"]), lat, lon) <= error
        for row, lat, lon, error in zip(rows, found["lat"], found["lon"], found["error_m"], strict=True)
    ]
    assert found["level"].unique().to_list() == ["town"]
    assert sum(within) >= 0.95 * len(rows)


def test_a_city_by_blocks(imported: Callable[..., Imported]) -> None:
    """位置参照情報 makes any city known: blocks, towns from their blocks; what is of no use is counted."""
    done = imported(yaizu_blocks())
    assert (done.codes, done.rows, done.skipped, done.lines) == ({"222127"}, 5, 3, [5, 8, 9])
    finder = Geocoder()
    block = finder.find("静岡県焼津市焼津2丁目2-5")
    assert block.point is not None
    assert (block.level, block.point.lat, block.point.lon, block.point.error) == ("block", 34.8682, 138.3252, 100.0)
    assert block.is_position
    town = finder.find("焼津市焼津二丁目77")
    assert town.point is not None
    assert (town.level, town.is_position) == ("town", False)
    assert 34.867 < town.point.lat < 34.8682
    assert town.point.error > 100
    parcel = finder.find("静岡県焼津市坂本1428番地の3")
    assert parcel.point is not None
    assert (parcel.level, parcel.point.error) == ("block", 200.0)
    assert finder.find("静岡県焼津市焼津7-1-1").problem == "chome-unknown"


def test_the_registrys_files_make_one_gazetteer(imported: Callable[..., Imported]) -> None:
    """Names, towns, blocks and residences come in four files, in any order; made-up IDs are no numbers."""
    residences = [
        (WARD, "0024002", "019", "015", "", "1", "139.6980", "35.6412", "EPSG:6668"),
        (WARD, "0024002", "019", "016", "10001", "1", "139.6981", "35.6413", "EPSG:6668"),
        (WARD, "0024002", "901", "001", "", "1", "139.6", "35.6", "EPSG:6668"),
        (WARD, "0024002", "020", "902", "", "1", "139.6", "35.6", "EPSG:6668"),
    ]
    done = imported(csv_text(ABR_RESIDENCE_POS, residences), "rsdt.csv")
    assert (done.rows, done.skipped) == (2, 2)
    imported(csv_text(ABR_BLOCK_POS, [(WARD, "0024002", "020", "1", "139.699", "35.642", "EPSG:6668")]), "blk.csv")
    finder = Geocoder()
    found = [finder.find(f"目黒区上目黒2-{lot}") for lot in ("19-15", "19-16", "20-2", "1-1")]
    assert [one.level for one in found] == ["residence", "residence", "block", "town"]
    assert [one.point.lat for one in found[:3] if one.point] == [35.6412, 35.6413, 35.642]


def test_names_and_points_of_another_city(imported: Callable[..., Imported]) -> None:
    """The registry's names with their own points, with koaza, and without what has ended."""
    code = "202053"
    names = [
        (code, "0010001", "2", "長野県", "", "飯田市", "", "松尾町", "マツオマチ", "一丁目", "1", "", "1", ""),
        (code, "0020000", "1", "長野県", "", "飯田市", "", "上郷黒田", "カミサトクロダ", "", "", "", "0", ""),
        (code, "0030101", "3", "長野県", "", "飯田市", "", "座光寺", "ザコウジ", "", "", "原", "0", ""),
        (code, "0040000", "1", "長野県", "", "飯田市", "", "無くなった町", "", "", "", "", "0", "2020-01-01"),
    ]
    points = [(code, identity, "0", "137.82", "35.52", "EPSG:6668") for identity in ("0010001", "0020000", "0030101")]
    imported("\ufeff" + csv_text(ABR_TOWN, names), "mt_town.csv")
    imported(csv_text(ABR_TOWN_POS, points), "mt_town_pos.csv")
    finder = Geocoder(municipality(code))
    assert finder.find("飯田市松尾町1丁目3").address.town_id == "0010001"
    assert finder.find("飯田市上郷黒田341番地").level == "town"
    assert finder.find("座光寺原12").address.town == "座光寺原"
    assert finder.find("無くなった町1").problem == "town-unknown"


@pytest.mark.parametrize("header", [ISJ_TOWN, GEOLONIA])
def test_lists_of_towns(header: str, imported: Callable[..., Imported]) -> None:
    """A list of towns has their points; how near they are is told from their neighbours."""
    names = header.split(",")
    rows = []
    for at, town in enumerate(("広坂一丁目", "広坂二丁目", "片町一丁目", "香林坊一丁目", "大字小立野")):
        row = dict.fromkeys(names, "")
        row |= {"都道府県名": "石川県", "市区町村名": "金沢市", "大字町丁目名": town}
        row |= {"緯度": f"{36.56 + at / 200:.4f}", "経度": "136.65"}
        rows.append([row[name] for name in names])
    imported(csv_text(header, rows))
    found = Geocoder().find("石川県金沢市広坂1-1-1")
    assert found.point is not None
    assert (found.level, found.address.lot, found.point.error) == ("town", "1-1", 1665.0)


def test_towns_that_are_compared_alike_are_two(imported: Callable[..., Imported]) -> None:
    """弥見町 and 彌見町 of one city keep their own points; without its own form a name is still found."""
    names = GEOLONIA.split(",")
    rows = []
    for at, town in enumerate(("弥見町", "彌見町", "舟見町", "例見町")):
        row = dict.fromkeys(names, "") | {"都道府県名": "石川県", "市区町村名": "金沢市", "大字町丁目名": town}
        rows.append([{**row, "緯度": f"{36.56 + at / 200:.4f}", "経度": "136.65"}[name] for name in names])
    imported(csv_text(GEOLONIA, rows))
    finder = Geocoder()
    found = [finder.find(f"金沢市{town}1") for town in ("弥見町", "彌見町", "船見町")]
    assert [one.address.town for one in found] == ["弥見町", "彌見町", "舟見町"]
    assert [one.point.lat for one in found if one.point] == [36.56, 36.565, 36.57]


def test_towns_of_one_name_are_told(imported: Callable[..., Imported]) -> None:
    """Two towns that only their IDs tell apart are neither of them: 京都市 has such."""
    code = "261041"
    names = [
        (code, one, "1", "京都府", "", "京都市", "中京区", "例屋町", "", "", "", "", "0", "")
        for one in ("0010000", "0990000")
    ]
    points = [(code, one[1], "0", "135.76", f"35.0{at}", "EPSG:6668") for at, one in enumerate(names)]
    imported(csv_text(ABR_TOWN, names), "mt_town.csv")
    imported(csv_text(ABR_TOWN_POS, points), "mt_town_pos.csv")
    found = Geocoder().find("京都市中京区河原町二条下る例屋町1")
    assert (found.problem, found.point, found.address.readings) == ("town-ambiguous", None, ("例屋町", "例屋町"))


def test_the_same_file_twice_is_no_error(imported: Callable[..., Imported]) -> None:
    """A second import of the same bytes does nothing and says so; a newer edition takes the older one's place."""
    first, second = imported(yaizu_blocks()), imported(yaizu_blocks())
    assert (first.repeated, second.repeated, second.rows, second.codes) == (False, True, 5, {"222127"})
    newer = [(*row[:4], "77", *row[5:]) for row in YAIZU[:1]]
    imported(csv_text(ISJ_BLOCK, newer).encode("cp932"))
    finder = Geocoder()
    assert finder.find("焼津市焼津2-77-1").level == "block"
    assert finder.find("焼津市焼津2-2-1").level == "town"
    assert finder.find("焼津市本町5-9-1").problem == "town-unknown"


def test_cities_lie_side_by_side(imported: Callable[..., Imported]) -> None:
    """An index holds several cities, beside the ward that the project holds."""
    imported(yaizu_blocks())
    other = [("石川県", "金沢市", "広坂一丁目", *YAIZU[0][3:8], "36.56", "136.65", *YAIZU[0][10:])]
    imported(csv_text(ISJ_BLOCK, other), "other.csv")
    assert open_gazetteer().codes() == ("131105", "172014", "222127")
    levels = geocode(["石川県金沢市広坂1-1-1", "静岡県焼津市焼津2-1", "東京都目黒区目黒1-1"])["level"].to_list()
    assert levels == ["block", "block", "town"]


def test_imported_files_are_known_by_their_checksums(tmp_path: Path, imported: Callable[..., Imported]) -> None:
    """Each file counts for the municipalities that it has places of; an absent or damaged index has none."""
    assert imported_checksums() == imported_checksums("222127") == []
    imported(yaizu_blocks(), "blocks.csv")
    other = [("石川県", "金沢市", "広坂一丁目", *YAIZU[0][3:8], "36.56", "136.65", *YAIZU[0][10:])]
    imported(csv_text(ISJ_BLOCK, other), "towns.csv")
    blocks, towns = (checksum(tmp_path / name) for name in ("blocks.csv", "towns.csv"))
    assert imported_checksums() == sorted((blocks, towns))
    assert imported_checksums("222127") == [blocks]
    assert imported_checksums(WARD) == []
    index_path().write_bytes(b"no database" * 100)
    assert imported_checksums() == []


def test_a_zip_is_read_as_it_is(tmp_path: Path) -> None:
    """The registry's files come as ZIPs."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/22_2020.csv", yaizu_blocks())
        archive.writestr("readme.txt", "x")
    assert import_addresses(path).rows == 5


def bomb() -> bytes:
    """A CSV that packs to nearly nothing."""
    return b"a," * 3_000_000


BAD_FILES = {
    "empty": (b"", "addresses-not-text"),
    "binary": (b"PK\0\0\0\1" * 10, "addresses-not-text"),
    "utf-16": ("都道府県名,緯度".encode("utf-16"), "addresses-not-text"),
    "euc": (csv_text(ISJ_BLOCK, YAIZU).encode("euc-jp"), "addresses-encoding"),
    "another header": ("名称,緯度,経度\nx,35,139\n".encode(), "addresses-header"),
    "no rows": (csv_text(ISJ_BLOCK, []).encode("cp932"), "addresses-no-rows"),
    "no coordinates": (csv_text(ISJ_BLOCK, [YAIZU[6]]).encode("cp932"), "addresses-no-rows"),
    "broken quotes": (yaizu_blocks() + b'"x', "addresses-csv"),
    "a line without end": (yaizu_blocks() + b"x" * 200_000, "addresses-not-text"),
    "broken in the middle": (yaizu_blocks() + b'"' + b"\x81" * 70_001, "addresses-encoding"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_files_are_refused(name: str, imported: Callable[..., Imported]) -> None:
    """A file that is none of the known ones is refused as what it is, and leaves the index as it was."""
    imported(yaizu_blocks(), "good.csv")
    before = index_path().read_bytes()
    content, code = BAD_FILES[name]
    with pytest.raises(SourceError) as caught:
        imported(content)
    assert caught.value.code == code
    assert index_path().read_bytes() == before


def test_bad_zips_are_refused(tmp_path: Path) -> None:
    """A bomb, a ZIP without a CSV, a damaged one."""
    path = tmp_path / "a.zip"
    codes = []
    for member, content in (("a.csv", bomb()), ("a.txt", b"x")):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, content)
        with pytest.raises(SourceError) as caught:
            import_addresses(path)
        codes.append(caught.value.code)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", yaizu_blocks() * 3)
    raw = bytearray(path.read_bytes())
    raw[60:90] = b"\0" * 30
    path.write_bytes(raw)
    with pytest.raises(SourceError) as caught:
        import_addresses(path)
    assert [*codes, caught.value.code] == ["addresses-zip-too-large", "addresses-zip-empty", "addresses-zip-broken"]


def test_a_broken_index_is_told(tmp_path: Path) -> None:
    """A file that is no index, or that of another version, is refused with what to do."""
    index_path().parent.mkdir()
    index_path().write_bytes(b"no index at all" * 100)
    with pytest.raises(SourceError) as caught:
        open_index()
    assert caught.value.code == "index-broken"
    assert str(index_path()) in str(caught.value)
    (tmp_path / "a.csv").write_bytes(yaizu_blocks())
    with pytest.raises(SourceError):
        import_addresses(tmp_path / "a.csv")


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data folder that is a file is told as such."""
    (tmp_path / "a.csv").write_bytes(yaizu_blocks())
    monkeypatch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path / "a.csv"))
    with pytest.raises(StorageError):
        import_addresses(tmp_path / "a.csv")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file is told as such, and no index is made."""
    with pytest.raises(MeguroOpendataError):
        import_addresses(tmp_path / "none.csv")
    assert not index_path().exists()


def test_a_refused_file_leaves_no_index(tmp_path: Path) -> None:
    """What is refused at the first import leaves nothing behind."""
    (tmp_path / "a.csv").write_bytes(BAD_FILES["another header"][0])
    with pytest.raises(SourceError):
        import_addresses(tmp_path / "a.csv")
    assert not index_path().exists()


def test_distinct_addresses_are_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand rows with two addresses cost two looks."""
    seen: list[str] = []
    found = Geocoder._found

    def counted(self: Geocoder, text: str) -> object:
        seen.append(text)
        return found(self, text)

    monkeypatch.setattr(Geocoder, "_found", counted)
    frame = geocode(["目黒区目黒1-1", "目黒区八雲1-1"] * 500)
    assert (frame.height, len(seen)) == (1000, 2)
    assert frame["town"].to_list()[:2] == ["目黒一丁目", "八雲一丁目"]
