"""Addresses: every spelling comes to the same parts, and an ambiguous place is reported."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locations import DATA

from meguro_opendata.geo.places.gazetteer.builtin import Builtin
from meguro_opendata.japan.addresses import Address, Town, Towns, parse_address, town_of_name
from meguro_opendata.japan.addresses.lots import read_lot
from meguro_opendata.japan.addresses.places import find_place
from meguro_opendata.japan.addresses.spelling import folded_name, plain_address
from meguro_opendata.japan.municipalities import municipalities, municipality
from meguro_opendata.japan.numerals import to_kanji

VARIANTS = list(csv.DictReader((DATA / "address_variants.csv").read_text(encoding="utf-8").splitlines()))
MEGURO = municipality("131105")
WARD = Builtin().towns("131105")


def of_ward(text: str) -> Address:
    """An address of the ward, by the towns that the project holds."""
    return parse_address(text, MEGURO, Builtin().towns)


def test_there_are_sixty_variants() -> None:
    """The table is as long as it is said to be."""
    assert len(VARIANTS) >= 60


@pytest.mark.parametrize("row", VARIANTS, ids=[row["written"] for row in VARIANTS])
def test_every_spelling_comes_to_the_same_parts(row: dict[str, str]) -> None:
    """Town, lot, building, postal code and note of each variant; prefecture and ward are always the same."""
    found = of_ward(row["written"])
    assert (found.prefecture, found.city, found.code, found.problem) == ("東京都", "目黒区", "131105", "")
    assert {name: getattr(found, name) for name in row if name != "written"} == {
        name: value for name, value in row.items() if name != "written"
    }


@pytest.mark.parametrize("chome", range(1, 4))
@pytest.mark.parametrize("form", ["{}丁目", "{} 丁目", "{}-"])
def test_a_chome_in_every_numeral(chome: int, form: str) -> None:
    """Digits of both widths and kanji name the same chome."""
    for written in (str(chome), chr(ord("０") + chome), to_kanji(chome)):
        found = of_ward(f"目黒区柿の木坂{form.format(written)}5-6")
        assert (found.town, found.lot) == (f"柿の木坂{to_kanji(chome)}丁目", "5-6")


@pytest.mark.parametrize(
    ("text", "level", "town", "problem"),
    [
        ("東京都目黒区", "city", "", ""),
        ("目黒区", "city", "", ""),
        ("東京都", "prefecture", "", "municipality-missing"),
        ("東京都目黒区上目黒", "oaza", "上目黒", ""),
        ("東京都目黒区上目黒19番15号", "oaza", "上目黒", "chome-missing"),
        ("東京都目黒区上目黒9-1-1", "city", "上目黒", "chome-unknown"),
        ("東京都目黒区南大井1-2-3", "city", "", "town-unknown"),
        ("東京都目黒区目黒駅前1-2", "city", "", "town-unknown"),
        ("東京都目黒区1-2-3", "city", "", "town-unknown"),
        ("神奈川県目黒区上目黒2-19-15", "prefecture", "", "municipality-not-in-prefecture"),
        ("府中町1-2", "none", "", "municipality-ambiguous"),
        ("", "none", "", "address-empty"),
        ("　", "none", "", "address-empty"),
        ("目黒区中里480-1;480-2", "city", "", "town-unknown"),
        ("目黒区八雲1-1;2-3", "town", "八雲一丁目", "lot-unclear"),
        ("目黒区八雲1-1-2一3", "town", "八雲一丁目", "lot-unclear"),
    ],
)
def test_what_is_not_certain_is_reported(text: str, level: str, town: str, problem: str) -> None:
    """No town is made up: an address goes as far as it is certain, and says why it goes no further."""
    found = of_ward(text)
    assert (found.level, found.town, found.problem) == (level, town, problem)


@pytest.mark.parametrize(
    ("text", "home", "prefecture", "city", "problem"),
    [
        ("府中市宮西町2-24", None, "", "", "municipality-ambiguous"),
        ("府中市宮西町2-24", "131105", "東京都", "府中市", ""),
        ("広島県府中市府川町315", None, "広島県", "府中市", ""),
        ("中央区築地1-1-1", None, "", "", "municipality-ambiguous"),
        ("東京都中央区築地1-1-1", None, "東京都", "中央区", ""),
        ("横浜市西区みなとみらい2-2-1", None, "神奈川県", "横浜市西区", ""),
        ("神奈川県横浜市みなとみらい2-2-1", None, "神奈川県", "横浜市", "ward-missing"),
        ("北方町4-1463-12", "122033", "", "", "municipality-ambiguous"),
        ("岐阜県本巣郡北方町北方1", "122033", "岐阜県", "本巣郡北方町", ""),
        ("石狩郡当別町白樺町58番地9", None, "北海道", "石狩郡当別町", ""),
        ("北海道当別町白樺町58番地9", None, "北海道", "石狩郡当別町", ""),
        ("茨城県龍ヶ崎市3710番地", None, "茨城県", "龍ケ崎市", "town-unclear"),
        ("上目黒2-19-15", None, "", "", "municipality-missing"),
        ("東京都檜原村357", None, "東京都", "西多摩郡檜原村", ""),
    ],
)
def test_the_municipality_is_found_by_name_only(
    text: str, home: str | None, prefecture: str, city: str, problem: str
) -> None:
    """A name that several municipalities have is none of them, unless the prefecture says which."""
    found = parse_address(text, municipality(home) if home else None)
    assert (found.prefecture, found.city, found.problem) == (prefecture, city, problem)


def test_a_town_that_another_municipality_is_called_like() -> None:
    """What may be a town of the data's own city or another municipality is both."""
    towns = Towns.of("122033", [town_of_name("北方町四丁目")])
    found = parse_address("北方町4-1463-12", municipality("122033"), {"122033": towns}.get)
    assert found.problem == "municipality-ambiguous"
    assert found.readings == ("岐阜県北方町4-1463-12", "千葉県市川市北方町4-1463-12")


TOWNS = Towns.of(
    "222127",
    [
        *map(
            town_of_name, ("焼津二丁目", "焼津", "大字坂本", "坂本", "北五条西六丁目", "三丁", "栄町１丁目", "越後島")
        ),
    ],
)


@pytest.mark.parametrize(
    ("rest", "town", "lot", "problem"),
    [
        ("焼津2丁目3-4", "焼津二丁目", "3-4", ""),
        ("焼津2-3-4", "", "", "town-ambiguous"),
        ("焼津5-3", "焼津", "5-3", ""),
        ("焼津2番3号", "焼津", "2-3", ""),
        ("坂本12", "坂本", "12", ""),
        ("大字坂本12", "大字坂本", "12", ""),
        ("北5条西6丁目2-1", "北五条西六丁目", "2-1", ""),
        ("北五条西六丁目2-1", "北五条西六丁目", "2-1", ""),
        ("大字越後島120番地の3", "越後島", "120-3", ""),
        ("栄町1-5", "栄町一丁目", "5", ""),
    ],
)
def test_towns_of_other_cities(rest: str, town: str, lot: str, problem: str) -> None:
    """Names with and without chome, with 大字, with numbers in them; one that may be two towns is neither."""
    found = parse_address(f"静岡県焼津市{rest}", None, {"222127": TOWNS}.get)
    assert (found.town, found.lot, found.problem) == (town, lot, problem)


@pytest.mark.parametrize(
    ("text", "town", "lot"),
    [
        ("静岡県焼津市本町五丁目６－１", "本町五丁目", "6-1"),
        ("石川県金沢市広坂1-1-1", "広坂", "1-1-1"),
        ("東京都千代田区一番町10", "一番町", "10"),
        ("東京都千代田区六番町5-16", "六番町", "5-16"),
        ("北海道札幌市中央区北1条西2丁目", "北1条西二丁目", ""),
        ("長野県飯田市上郷黒田341番地", "上郷黒田", "341"),
        ("千葉県市川市柏井町1丁目1779-12地先", "柏井町一丁目", "1779-12"),
        ("岩手県盛岡市三本柳12-1", "三本柳", "12-1"),
    ],
)
def test_without_a_gazetteer_form_alone_tells(text: str, town: str, lot: str) -> None:
    """Where no list of towns is known, the town ends at the first number that is not part of a name."""
    found = parse_address(text)
    assert (found.town, found.lot, found.known, found.problem) == (town, lot, False, "")


FIGURES = (str, to_kanji, lambda number: str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９")))
JOINTS = (("丁目", "番", "号"), ("丁目", "-", ""), ("-", "-", ""), ("－", "ー", ""), ("の", "の", ""))
HEADS = ("東京都目黒区", "目黒区", "", "東京都　目黒区　", "〒153-0000 東京都目黒区")


@given(st.sampled_from(list(WARD or ())), st.data())
def test_no_spelling_of_a_town_leads_elsewhere(town: Town, data: st.DataObject) -> None:
    """Whatever way a town, block and number of the ward are written, the parts are those."""
    numbers = (town.chome or 0, data.draw(st.integers(1, 40)), data.draw(st.integers(1, 60)))
    alike = {"が": data.draw(st.sampled_from("がヶケガ")), "の": data.draw(st.sampled_from("のノ之"))}
    figure, joint = data.draw(st.sampled_from(FIGURES)), data.draw(st.sampled_from(JOINTS))
    lot = "".join(figure(value) + sign for value, sign in zip(numbers, joint, strict=True))
    text = data.draw(st.sampled_from(HEADS)) + town.oaza.translate(str.maketrans(alike)) + lot
    found = of_ward(text)
    assert (found.town, found.lot, found.problem) == (town.name, f"{numbers[1]}-{numbers[2]}", ""), text


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    """Any text at all has parts, or a problem, or is only a municipality."""
    found = of_ward(text)
    assert found.known or found.problem or found.level == "city"


@given(st.text(alphabet="東京都目黒区上目黒自由が丘一二三十丁目番号の1234-－ー ビル（）地先", max_size=40))
def test_nothing_of_an_address_is_lost(text: str) -> None:
    """Every digit of an address is in one of its parts, unless it stops at a problem."""
    found = of_ward(text)
    if found.problem:
        return
    digits = [sign for sign in plain_address(text) if sign.isdigit()]
    chome = [str(town.chome) for town in found.place if town.chome] if len(found.place) == 1 else []
    kept = [sign for sign in f"{found.postal}{''.join(chome)}{found.lot}{found.building}" if sign.isdigit()]
    assert len(kept) >= len([sign for sign in digits if sign != "0"]), (text, found)


@given(st.text(max_size=20))
def test_folding_keeps_every_place(text: str) -> None:
    """A folded name has as many signs as the name."""
    assert len(folded_name(text)) == len(text)


def test_a_lot_with_a_letter() -> None:
    """Letters of the old registers belong to the lot."""
    assert (read_lot("123番地イ").text, read_lot("甲45-6").text) == ("123-イ", "甲-45-6")


def test_all_places_have_their_own_name() -> None:
    """Every municipality is found again by prefecture and name."""
    lost = [
        one for one in municipalities() if find_place(f"{one.prefecture}{one.county}{one.name}").municipality != one
    ]
    assert lost == []


def test_the_given_addresses_of_the_ward(shared: Path) -> None:
    """All 261 given addresses come to the right chome and block."""
    text = (shared / "geo" / "meguro_addresses_rsdt_sample.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    wrong = [
        row["input"]
        for row in rows
        if (parsed := of_ward(row["input"])).town != row["town"] or parsed.lot != (row["addr"] or row["other"])
    ]
    assert (len(rows), wrong) == (261, [])
