"""``inspect``, ``new``, ``geo transform``, ``map preview``: whose points a file has, and whether they were misread."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from conftest import Ran
from gis_files import shapefile

Command = Callable[..., Ran]
ADDRESSES = ["上目黒2-19-15", "目黒本町2丁目1番20号", "八雲１－１－８", "鷹番3-17-20先", "どこか"]


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """Areas of the ward in zone 9, whose .prj says zone 8; two areas of known addresses."""
    path = shapefile(tmp_path / "nine", "EPSG:6677")
    other = shapefile(tmp_path / "eight", "EPSG:6676")
    shutil.copy(other.with_suffix(".prj"), path.with_suffix(".prj"))
    return path


@pytest.fixture
def city(typed: Command) -> Callable[[str], Path]:
    """A workspace of any city."""

    def make(code: str) -> Path:
        assert typed("init", code, "--municipality", code).code == 0
        return Path(code)

    return make


def workbook(path: Path) -> Path:
    """A list with addresses only, below a title."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["消火器設置場所一覧"], [], ["番号", "名称", "設置場所"]):
        sheet.append(row)
    for number, address in enumerate(ADDRESSES, start=1):
        sheet.append([number, f"見本{number}", address])
    book.save(path)
    return path


def test_a_wrong_zone_is_told_by_every_command(typed: Command, wrong: Path, city: Callable[[str], Path]) -> None:
    """The addresses of the layer name the ward, so no workspace and no option is needed."""
    city("131105")
    commands = (
        ("inspect", wrong),
        ("geo", "transform", wrong, "--to", "EPSG:6668", "-o", "out.geojson"),
        ("map", "preview", wrong, "-o", "out.html"),
        ("new", "areas", "--source", wrong, "--workspace", "131105"),
    )
    for words in commands:
        ran = typed(*words, "--lang", "ja")
        assert (ran.code, "9系の座標を8系として読んだときのずれです" in ran.out) == (0, True), words
        assert "測地系の取り違え" in ran.out
    ran = typed("inspect", wrong, "--format", "json")
    points = json.loads(ran.out)["points"]
    assert (points["municipality"]["code"], points["evidence"][0]["kind"]) == ("131105", "names")
    assert [found["code"] for found in points["findings"]] == ["zone-mistaken"]
    assert [demand["constraint"] for demand in points["not_checked"]] == ["datum"]


def test_the_right_zone_is_silent(typed: Command, tmp_path: Path) -> None:
    """The same areas under the right .prj have no finding; another municipality on the command line is asked for."""
    right = shapefile(tmp_path / "right", "EPSG:6677")
    for words in (("inspect", right), ("map", "preview", right, "-o", "out.html")):
        assert "外にあります" not in typed(*words, "--lang", "ja").out
        ran = typed(*words, "--municipality", "221007", "--lang", "ja")
        assert "2地点のうち2地点が、静岡県静岡市の大まかな範囲の外にあります" in ran.out


def test_exchanged_columns_of_metres(typed: Command, tmp_path: Path) -> None:
    """X and Y that are named the wrong way round are reported by ``geo transform``, in either language."""
    (tmp_path / "xy.csv").write_text(
        "名称,X座標,Y座標\n" + "".join(f"見本{at},{-42148 + at * 900},{-13889 + at * 300}\n" for at in range(4)),
        encoding="utf-8",
    )
    asked = ("--from", "EPSG:6677", "--to", "EPSG:6668", "--municipality", "131105", "-o", "o.csv")
    wrong = typed("geo", "transform", "xy.csv", "--first", "Y座標", "--second", "X座標", *asked)
    assert (wrong.code, "axes-mistaken" in wrong.out) == (0, True)
    right = typed("geo", "transform", "xy.csv", "--first", "X座標", "--second", "Y座標", *asked)
    assert (right.code, "mistaken" in right.out) == (0, False)


@pytest.mark.parametrize(
    ("code", "named", "shown"),
    [
        ("131105", "EPSG:6677", ["EPSG:6677 (9)"]),
        ("221007", "EPSG:6676", ["EPSG:6676 (8)"]),
        ("012025", "EPSG:6679", ["EPSG:6679 (11)"]),
        ("462152", "EPSG:6670", ["EPSG:6670 (2)", "EPSG:6669 (1)"]),
        ("134210", "EPSG:6682", ["EPSG:6682 (14)", "EPSG:6686 (18)", "EPSG:6687 (19)"]),
    ],
)
def test_new_offers_the_citys_own_zone(
    code: str, named: str, shown: list[str], typed: Command, city: Callable[[str], Path], tmp_path: Path
) -> None:
    """For a layer that does not name its system, the zone of the city by law is offered, all of them if several."""
    bare = shapefile(tmp_path / "bare", prj=False)
    home = city(code)
    assert typed("new", "areas", "--source", bare, "--workspace", home).code == 0
    text = (home / "areas" / "dataset.yaml").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "crs:" in line)
    assert f"crs: {named} " in line
    assert all(one in line for one in shown)


def test_a_list_of_addresses_is_shown_alone(typed: Command, tmp_path: Path) -> None:
    """The towns of the addresses tell the ward, and the evidence is printed."""
    ran = typed("map", "preview", workbook(tmp_path / "一覧.xlsx"), "-o", "out.html", "--lang", "ja")
    assert ran.code == 0
    assert "市区町村: 東京都目黒区（131105）" in ran.out
    assert "根拠: 住所5件のうち4件の町名" in ran.out
    assert "粗い）4、位置なし 1" in ran.out


def test_two_candidates_stop_and_the_option_decides(typed: Command, tmp_path: Path) -> None:
    """A name of two cities is not decided; nothing is written until the option says which."""
    path = workbook(tmp_path / "府中市一覧.xlsx")
    ran = typed("map", "preview", path, "-o", "out.html", "--lang", "ja")
    assert ran.code == 2
    assert all(word in ran.err for word in ("東京都府中市", "広島県府中市", "--municipality"))
    assert not (tmp_path / "out.html").exists()
    assert typed("map", "preview", path, "-o", "out.html", "--municipality", "131105").code == 0


def test_a_list_of_nobody_knows_where(typed: Command, tmp_path: Path) -> None:
    """Addresses without a municipality, of which nothing else speaks, ask for the option."""
    (tmp_path / "a.csv").write_text("名称,住所\n見本,本町1-1\n", encoding="utf-8")
    ran = typed("map", "preview", "a.csv", "-o", "out.html", "--lang", "ja")
    assert (ran.code, "--municipality" in ran.err) == (2, True)


def test_new_asks_before_positions_are_published(typed: Command, city: Callable[[str], Path], tmp_path: Path) -> None:
    """``new`` writes ``geocode`` with a question; there are points, flagged, only once its line is gone."""
    home = city("131105")
    ran = typed("new", "list", "--source", workbook(tmp_path / "一覧.xlsx"), "--workspace", home, "--lang", "ja")
    assert "住所からの推定（4/5行、誤差の目安は最大398 m）" in ran.out
    waiting = typed("build", "list", "--workspace", home, "--lang", "ja")
    assert (waiting.code, "confirm の行を消し" in waiting.out) == (0, True)
    [table] = (tmp_path / "releases" / "list").glob("*_list.csv")
    assert "town" not in table.read_text(encoding="utf-8-sig")
    recipe = home / "list" / "dataset.yaml"
    recipe.write_text(re.sub("(?m)^  confirm: .*\n", "", recipe.read_text(encoding="utf-8")), encoding="utf-8")
    ran = typed("build", "list", "--workspace", home)
    assert (ran.code, "position-unconfirmed" in ran.out) == (0, False)
    rows = [line.split(",") for line in table.read_text(encoding="utf-8-sig").splitlines()]
    assert rows[0][-4:] == ["緯度", "経度", "位置の段階", "位置の誤差m"]
    assert [row[-2] for row in rows[1:]] == ["town"] * 4 + [""]


def test_a_list_with_coordinates_or_unknown_towns_gets_no_proposal(
    typed: Command, city: Callable[[str], Path], tmp_path: Path
) -> None:
    """Nothing is proposed where the table has coordinates, or no gazetteer knows the addresses."""
    ward, other = city("131105"), city("222127")
    (tmp_path / "own.csv").write_text("名称,住所,緯度,経度\n見本,上目黒2-19-15,35.64,139.69\n", encoding="utf-8")
    (tmp_path / "far.csv").write_text("名称,住所\n見本,焼津2-2-1\n", encoding="utf-8")
    for slug, file, home in (("own", "own.csv", ward), ("far", "far.csv", other)):
        ran = typed("new", slug, "--source", file, "--workspace", home, "--format", "json")
        assert json.loads(ran.out)["geocode"] is None
        assert "geocode:" not in (home / slug / "dataset.yaml").read_text(encoding="utf-8")
