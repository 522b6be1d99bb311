"""Composing and splitting addresses: what is whole stays, what is elsewhere or no address is reported."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from meguro_opendata.japan.addresses.composing import Composed, compose_address, is_address
from meguro_opendata.japan.addresses.places import find_place, ward_name
from meguro_opendata.japan.municipalities import DIVIDED, Municipality, municipalities
from meguro_opendata.mapping.address import join_address, split_address

DRAWS = 10_000
ALL = municipalities()
# Towns of the example (見本), and shapes of real names that look like something else.
TOWNS = [
    *(
        "見本",
        "大字見本",
        "見本町",
        "見本一丁目",
        "字見本",
        "見本一番町",
        "北1条西2丁目",
        "第3地割",
        "市場町",
        "大字市場",
    ),
    *(
        "郡家",
        "町屋",
        "村中",
        "区画町",
        "見本市場",
        "八日市",
        "中央",
        "本町",
        "十二丁目",
        "みほん台",
        "ミホンセンター北",
    ),
]
LOTS = ["", "1", "1番地", "12番3号", "1-2-3", "１２－３", "甲5番地", "無番地", "10番地先"]
VILLAGES = ("town", "village")


@dataclass(frozen=True)
class Row:
    """A drawn row: its cells, and what composing has to say."""

    prefecture: str
    city: str
    written: str
    right: Composed


def drawn(draw: random.Random) -> Row:
    """One combination of prefecture, 郡, city, ward, town and blank."""
    home = draw.choice(ALL)
    city = draw.choice([home.name, f"{home.county}{home.name}"])
    rest = draw.choice([draw.choice(TOWNS) + draw.choice(LOTS)] * 9 + [""])
    head, right = draw.choice([bare, whole, whole, whole, elsewhere])(draw, home)
    written = head + rest
    if not head and not rest:
        return Row(home.prefecture, city, "", Composed(""))
    front = home.prefecture + city
    text = front + written if right == "compose" else written
    return Row(home.prefecture, city, written, Composed(text, right if right.startswith("address") else ""))


def bare(draw: random.Random, home: Municipality) -> tuple[str, str]:
    """An address that begins with the town."""
    return "", "compose"


def whole(draw: random.Random, home: Municipality) -> tuple[str, str]:
    """An address that names its own municipality, with and without prefecture, 郡, ward and spaces."""
    prefecture = draw.choice(["", home.prefecture, f"{home.prefecture}　"])
    county = draw.choice(["", home.county, f"{home.county} " if home.county else ""])
    name = home.name
    if home.kind == "ward":
        name = name.replace("市", draw.choice(["市", "市 "]), 1) if not name.startswith(("四日市", "廿日市")) else name
    if home.kind == DIVIDED:
        name += draw.choice(["", *(ward_name(one) for one in ALL if one.kind == "ward" and one.name.startswith(name))])
    return f"{prefecture}{county}{name}", "stays"


def elsewhere(draw: random.Random, home: Municipality) -> tuple[str, str]:
    """An address that names another municipality, 町 and 村 with their 郡 or prefecture."""
    other = draw.choice(ALL)
    while other.name in home.name or home.name in other.name:
        other = draw.choice(ALL)
    prefecture = other.prefecture if other.kind in VILLAGES else draw.choice(["", other.prefecture])
    return f"{prefecture}{draw.choice(['', other.county])}{other.name}", "address-elsewhere"


def rows() -> Iterator[Row]:
    """The drawn rows, the same ones each time."""
    draw = random.Random(1741)
    for _ in range(DRAWS):
        yield drawn(draw)


def test_ten_thousand_combinations() -> None:
    """What names its municipality stays, what names another stays and is reported, the rest gets its place in front."""
    wrong = [row for row in rows() if compose_address(row.written, row.prefecture, row.city) != row.right]
    assert wrong == []


def test_composing_twice_is_composing_once() -> None:
    """A composed address is whole: composing it again, or joining it again, changes nothing."""
    changed = []
    for row in rows():
        once = compose_address(row.written, row.prefecture, row.city).text
        again = compose_address(once, row.prefecture, row.city).text
        joined = join_address([row.prefecture, row.city, once]).text if once else ""
        if {again, joined} != {once}:
            changed.append((row, again, joined))
    assert changed == []


def test_the_parts_of_ten_thousand_combinations() -> None:
    """Split parts never name a municipality again, and an address elsewhere has none."""
    wrong = []
    for row in rows():
        parts = split_address(row.written, row.prefecture, row.city)
        if parts is None:
            continue
        named = find_place(parts.town, None).municipality
        again = named is not None and named.kind not in VILLAGES and parts.town.startswith(named.name)
        if row.right.problem or again or parts.town + parts.lot == "":
            wrong.append((row, parts))
    assert wrong == []


def test_every_municipality_is_known_in_its_own_address() -> None:
    """With and without prefecture and 郡: the address of each of them stays, and is split behind its name."""
    wrong = []
    for home in ALL:
        for head in (home.name, f"{home.county}{home.name}", f"{home.prefecture}{home.name}"):
            written = f"{head}大字見本12番地"
            parts = split_address(written, home.prefecture, home.name)
            if compose_address(written, home.prefecture, home.name) != Composed(written):
                wrong.append(written)
            if parts is None or (parts.town, parts.lot) != ("大字見本", "12"):
                wrong.append(written)
    assert (len(ALL), wrong) == (1912, [])


@pytest.mark.parametrize(
    "text",
    [
        *(
            "-",
            "－",
            "ー",
            "―",
            "…",
            "〃",
            "同上",
            "未定",
            "（未定）",
            "不明",
            "なし",
            "非公開",
            "調査中",
            "別紙のとおり",
            "図書館の隣",
            "市役所付近",
            "学校敷地内",
        ),
        *(
            "市内全域",
            "町内各所",
            "村内一円",
            "オンライン",
            "HP参照",
            "12",
            "0001",
            "03-5722-1111",
            "153-0051",
            "N/A",
            "A-1",
        ),
        *("2026-04-01", "住所", "各地区", "1F", "*", "?", "35.6414,139.6981"),
    ],
)
def test_a_text_that_is_no_address_is_left_and_reported(text: str) -> None:
    """A mark, a word or a number in a column of addresses never gets a place in front."""
    assert not is_address(text)
    assert compose_address(text, "山口県", "熊毛郡上関町") == Composed(text, "address-none")


@pytest.mark.parametrize("city", ["0001", "1", "12", "第1", "見本", "-", "内", "上関", "山口県萩市1"])
def test_a_column_of_row_numbers_is_composed_into_nothing(city: str) -> None:
    """What is no municipality never precedes an address, by either way of composing."""
    assert compose_address("大字見本4", "山口県", city) == Composed("大字見本4", "address-place-unknown")
    assert compose_address("山口県熊毛郡上関町見本4", "山口県", city).text == "山口県熊毛郡上関町見本4"
    if city.isdigit():
        assert join_address(["山口県", city, "大字見本4"]) == Composed("大字見本4", "address-place-unknown")


@pytest.mark.parametrize(
    ("written", "prefecture", "city", "right"),
    [
        ("中央区北1条西2丁目", "北海道", "札幌市", "北海道札幌市中央区北1条西2丁目"),
        ("中央区北1条西2丁目", "北海道", "札幌市中央区", "北海道札幌市中央区北1条西2丁目"),
        ("札幌市 中央区北1条西2丁目", "北海道", "札幌市中央区", "札幌市 中央区北1条西2丁目"),
        ("札幌市北区北7条西4丁目", "北海道", "札幌市", "札幌市北区北7条西4丁目"),
        ("北方町4-1463", "千葉県", "市川市", "千葉県市川市北方町4-1463"),
        ("市川1-1", "千葉県", "市川市", "千葉県市川市市川1-1"),
        ("千葉市川市市川1-1", "千葉県", "市川市", "千葉市川市市川1-1"),
        ("大町1100", "長野県", "大町市", "長野県大町市大町1100"),
        ("四日市市諏訪町1-5", "三重県", "四日市市", "四日市市諏訪町1-5"),
        ("上市1", "富山県", "中新川郡上市町", "富山県中新川郡上市町上市1"),
        ("余市町朝日町26", "北海道", "余市郡余市町", "余市町朝日町26"),
        ("山口県大字見本1", "山口県", "上関町", "山口県上関町大字見本1"),
        ("上目黒2-19-15", "", "目黒区", "目黒区上目黒2-19-15"),
        ("上目黒2-19-15", "東京都", "東京都目黒区", "東京都目黒区上目黒2-19-15"),
        ("上目黒2-19-15", "東京都", "", "上目黒2-19-15"),
        ("目黒区上目黒2-19-15", "東京都", "", "東京都目黒区上目黒2-19-15"),
        ("357番地", "東京都", "檜原村", "東京都檜原村357番地"),
        ("〒153-0051 上目黒2-19-15", "東京都", "目黒区", "〒153-0051 上目黒2-19-15"),
    ],
)
def test_names_that_look_like_others(written: str, prefecture: str, city: str, right: str) -> None:
    """Wards with and without their city, towns that are called like their city or like another municipality."""
    assert compose_address(written, prefecture, city).text == right
