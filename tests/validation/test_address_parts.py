"""Parts of addresses in the wrong item: found by what they say, for every municipality, and with one cause a cell."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest

import meguro_opendata as mo
from meguro_opendata.japan.municipalities import municipalities
from meguro_opendata.standard.model import Field
from meguro_opendata.validation.rules.addressparts import misplaced_parts
from meguro_opendata.validation.rules.data import Rows

PREFECTURE, CITY, TOWN, LOT = "所在地_都道府県", "所在地_市区町村", "所在地_町字", "所在地_番地以下"
BUILDING, CODE, JOINED = "建物名等(方書)", "所在地_全国地方公共団体コード", "所在地_連結表記"
ITEMS = (PREFECTURE, CITY, TOWN, LOT, BUILDING)
TOWNS = ["見本一丁目", "大字見本", "見本町", "北1条西二丁目", "第3地割", "一番町", "", "中央", "本町", "イ", "十二丁目"]
LOTS = ["19-15", "12番地", "１９番１５号", "甲12", "無番地", "357", "1番地先", "字北原12", "", "2の1", "イ12-3", "地内"]
BUILDINGS = ["", "見本ビル", "見本ビル2階", "101", "3階", "みほん1-2館"]


def found(*rows: dict[str, str]) -> list[tuple[int, str, str, str]]:
    """Row, item, what it holds and where that belongs, of a table with all items."""
    columns = (*ITEMS, CODE)
    frame = pl.DataFrame({name: [row.get(name, "") for row in rows] for name in columns})
    table = Rows.of(frame, [Field(name, "text", "", "", {}) for name in columns])
    hits = misplaced_parts(table)
    return [(hit.position, hit.field, str(hit.params["found"]), str(hit.params["right"])) for hit in hits]


def right_rows() -> list[dict[str, str]]:
    """An address of each municipality, each part in its item."""
    draw = random.Random(7)
    made = []
    for one in municipalities():
        name = draw.choice([one.name, f"{one.county}{one.name}"])
        parts = [one.prefecture, name, draw.choice(TOWNS), draw.choice(LOTS), draw.choice(BUILDINGS)]
        made.append(dict(zip(ITEMS, parts, strict=True)) | {CODE: draw.choice(["", one.code])})
    return made


def test_no_part_of_a_right_address_is_misplaced() -> None:
    """Every municipality's name is in its place, and towns, lots and buildings of every shape are."""
    assert found(*right_rows()) == []


def test_parts_that_have_moved_by_one() -> None:
    """Prefecture and municipality in the item behind their own, for each municipality."""
    moved = []
    for row in right_rows():
        prefecture, city = row[PREFECTURE], row[CITY]
        moved.append({CITY: prefecture, TOWN: city, LOT: "見本一丁目", BUILDING: "19-15", CODE: row[CODE]})
    told = found(*moved)
    for at, row in enumerate(moved):
        assert (at, CITY, row[CITY], PREFECTURE) in told
        assert (at, LOT, "見本一丁目", TOWN) in told
        assert (at, BUILDING, "19-15", LOT) in told
    cities = {at for at, field, _, right in told if (field, right) == (TOWN, CITY)}
    # Without a code, a 町 or 村 may as well be a town of that name.
    known = {at for at, row in enumerate(moved) if row[CODE] or row[TOWN].endswith(("市", "区"))}
    assert known <= cities


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({CITY: "目黒区上目黒二丁目19-15", PREFECTURE: "東京都"}, [(CITY, "上目黒二丁目19-15", f"{TOWN}・{LOT}")]),
        ({CITY: "目黒区上目黒二丁目"}, [(CITY, "上目黒二丁目", TOWN)]),
        ({CITY: "東京都目黒区", TOWN: "上目黒二丁目"}, [(CITY, "東京都", PREFECTURE)]),
        ({PREFECTURE: "東京都目黒区"}, [(PREFECTURE, "目黒区", CITY)]),
        ({PREFECTURE: "目黒区", CITY: "上目黒二丁目"}, [(PREFECTURE, "目黒区", CITY), (CITY, "上目黒二丁目", TOWN)]),
        ({CITY: "目黒区", TOWN: "上目黒二丁目19-15"}, [(TOWN, "19-15", LOT)]),
        ({CITY: "目黒区", TOWN: "上目黒2-19-15"}, [(TOWN, "2-19-15", LOT)]),
        ({CITY: "目黒区", TOWN: "目黒区上目黒二丁目"}, [(TOWN, "目黒区", CITY)]),
        ({CITY: "目黒区", TOWN: "東京都目黒区上目黒二丁目"}, [(TOWN, "東京都", PREFECTURE)]),
        ({CITY: "目黒区", TOWN: "19番15号"}, [(TOWN, "19番15号", LOT)]),
        ({CITY: "目黒区", LOT: "上目黒二丁目19-15"}, [(LOT, "上目黒二丁目", TOWN)]),
        ({CITY: "目黒区", LOT: "上目黒"}, [(LOT, "上目黒", TOWN)]),
        ({CITY: "目黒区", TOWN: "上目黒", LOT: "", BUILDING: "2-19-15"}, [(BUILDING, "2-19-15", LOT)]),
        ({CITY: "札幌市", TOWN: "中央区北1条西2丁目", CODE: "011002"}, []),
        ({CITY: "19-15"}, [(CITY, "19-15", LOT)]),
        ({CITY: "市川市", TOWN: "北方町"}, []),
        ({CITY: "府中市", TOWN: "府中町"}, []),
        ({CITY: "大町市", TOWN: "大町"}, []),
        ({CITY: "津市", TOWN: "市場町"}, []),
        ({CITY: "見本", TOWN: "津市場一丁目"}, []),
        ({CITY: "目黒区", LOT: "非公開"}, []),
        ({CITY: "目黒区", TOWN: "未定", LOT: "-"}, []),
        ({CITY: "目黒区", TOWN: "上目黒", LOT: "2丁目19-15", BUILDING: "目黒区総合庁舎"}, []),
        ({CITY: "目黒区", TOWN: "上目黒", LOT: "2-19-15", BUILDING: "1-101"}, []),
        ({}, []),
    ],
)
def test_what_is_found_by_its_content(row: dict[str, str], told: list[tuple[str, str, str]]) -> None:
    """Each misplaced piece, and the item that it belongs into; a town that is called like a city is in its place."""
    assert [hit[1:] for hit in found(row)] == told


def test_a_table_without_the_item_has_it_in_its_place() -> None:
    """山口県柳井市 is in the item of the municipality where no item of the prefecture is there."""
    frame = pl.DataFrame({CITY: ["山口県柳井市"]})
    assert list(misplaced_parts(Rows.of(frame, [Field(CITY, "text", "", "", {})]))) == []


@pytest.mark.parametrize("shape", ["moved", "all in one", "together"])
def test_one_cell_has_one_cause(tmp_path: Path, shape: str) -> None:
    """A misplaced part is not told again as a name that does not fit its code, nor as an address that differs."""
    rows = {
        "moved": ["", "東京都", "目黒区", "上目黒二丁目", "19-15"],
        "all in one": ["東京都", "目黒区上目黒二丁目19-15", "", "", ""],
        "together": ["東京都目黒区", "", "", "", ""],
    }
    cells = ["131105", "見本", "131105", "東京都目黒区上目黒二丁目19番15号", *rows[shape]]
    path = tmp_path / "見本.csv"
    header = ["全国地方公共団体コード", "名称", CODE, JOINED, *ITEMS]
    path.write_text(",".join(header) + "\n" + ",".join(cells) + "\n", encoding="utf-8")
    report = mo.validate_file(path, "aed")
    told = [(one.field, one.code) for one in report.findings if one.severity == "warning" and one.row == 2]
    assert {code for _, code in told} == {"address-part-misplaced"}
    assert len(told) == len({field for field, _ in told})
