"""The search for an address's town in a gazetteer: names, chome, left-out words, and a 小字 that is missing."""

import pytest

from meguro_opendata.japan.addresses import Address, Towns, parse_address, town_of_name
from meguro_opendata.japan.municipalities import municipality

NAMES = [
    *("目黒一丁目", "目黒二丁目", "目黒本町一丁目", "自由が丘", "大橋", "大橋一丁目", "西小松川町", "三田一丁目"),
    *("大字見本", "大字見本字北", "二十四軒4条一丁目", "北24条西六丁目", "見本通", "中町", "中町東一丁目"),
]
IDS = {name: f"{number:07}" for number, name in enumerate(NAMES, 1)}
TOWNS = Towns.of("131105", [town_of_name(name, town_id) for name, town_id in IDS.items()])
KYOTO = Towns.of("261041", [town_of_name("亀屋町", "0000001"), town_of_name("笹屋町", "0000002")])


def found(text: str) -> Address:
    """The parts of an address of the ward, by these towns."""
    return parse_address(f"東京都目黒区{text}", None, lambda _code: TOWNS)


@pytest.mark.parametrize(
    ("text", "town", "lot", "building"),
    [
        ("目黒1-2-3", "目黒一丁目", "2-3", ""),
        ("目黒一丁目2-3", "目黒一丁目", "2-3", ""),
        ("目黒本町1-5", "目黒本町一丁目", "5", ""),
        ("目黒 本町1-5", "目黒本町一丁目", "5", ""),
        ("自由ヶ丘1-2", "自由が丘", "1-2", ""),
        ("大橋1丁目2", "大橋一丁目", "2", ""),
        ("大橋5-1", "大橋", "5-1", ""),
        ("大橋12番", "大橋", "12", ""),
        ("西小松川5", "西小松川町", "5", ""),
        ("三田1見本ビル", "三田一丁目", "", "見本ビル"),
        ("三田1", "三田一丁目", "", ""),
        ("大字見本1", "大字見本", "1", ""),
        ("見本1", "大字見本", "1", ""),
        ("見本字北3", "大字見本字北", "3", ""),
        ("二十四軒4条1丁目2", "二十四軒4条一丁目", "2", ""),
        ("24軒4条1-2", "二十四軒4条一丁目", "2", ""),
        ("北24西6", "北24条西六丁目", "", ""),
        ("北24条西6丁目1", "北24条西六丁目", "1", ""),
        ("見本通り5", "見本通", "5", ""),
        ("中町東1-1", "中町東一丁目", "1", ""),
        ("中町 5", "中町", "5", ""),
    ],
)
def test_a_town_is_found_in_every_spelling(text: str, town: str, lot: str, building: str) -> None:
    """With its ID; the longest name that can end there wins."""
    address = found(text)
    assert (address.town, address.lot, address.building, address.problem) == (town, lot, building, "")
    assert (address.town_id, address.known) == (IDS[town], True)
    assert address.level == ("lot" if lot else "town")


@pytest.mark.parametrize(
    ("text", "town", "lot", "building", "locality", "level", "problem", "readings"),
    [
        ("目黒", "目黒", "", "", "", "oaza", "", ()),
        ("三田9見本", "三田", "9", "見本", "", "oaza", "", ()),
        ("目黒2番3号", "目黒", "2-3", "", "", "oaza", "chome-missing", ("目黒一丁目", "目黒二丁目")),
        ("目黒3丁目1", "目黒", "", "1", "", "city", "chome-unknown", ("目黒一丁目", "目黒二丁目")),
        ("大橋1-2", "", "", "1-2", "", "city", "town-ambiguous", ("大橋", "大橋一丁目")),
        ("見本字南3", "大字見本", "3", "", "字南", "oaza", "", ()),
        ("見本字南", "大字見本", "", "", "字南", "oaza", "", ()),
        ("見本南山3", "大字見本", "3", "", "南山", "oaza", "koaza-unknown", ()),
        ("不明町1", "", "", "不明町1", "", "city", "town-unknown", ()),
        ("目" * 1001, "", "", "目" * 1001, "", "city", "town-unknown", ()),
    ],
)
def test_an_address_that_goes_no_further_names_the_reason(
    text: str, town: str, lot: str, building: str, locality: str, level: str, problem: str, readings: tuple[str, ...]
) -> None:
    """The last certain part, what is left over, and the possible towns."""
    address = found(text)
    assert (address.town, address.lot, address.building, address.locality) == (town, lot, building, locality)
    assert (address.level, address.problem, address.readings) == (level, problem, readings)
    assert address.town_id == ""


def test_a_koaza_keeps_all_places_of_its_oaza() -> None:
    """The position can then be estimated from all of them."""
    assert [town.name for town in found("見本字南3").place] == ["大字見本"]
    assert [town.name for town in found("目黒").place] == ["目黒一丁目", "目黒二丁目"]
    assert [town.name for town in found("目黒1-2").place] == ["目黒一丁目"]


@pytest.mark.parametrize(
    ("text", "town", "lot", "locality"),
    [
        ("亀屋町5", "亀屋町", "5", ""),
        ("烏丸通丸太町上る亀屋町5", "亀屋町", "5", "烏丸通丸太町上る"),
        ("烏丸通 丸太町上ル 笹屋町", "笹屋町", "", "烏丸通 丸太町上ル"),
    ],
)
def test_street_names_of_kyoto_precede_the_town(text: str, town: str, lot: str, locality: str) -> None:
    """They are kept as the address's locality."""
    address = parse_address(f"京都市中京区{text}", None, lambda _code: KYOTO)
    assert (address.town, address.lot, address.locality, address.problem) == (town, lot, locality, "")


def test_street_names_are_read_in_kyoto_only() -> None:
    """Elsewhere they are no way to write an address."""
    other = Towns.of("131105", [town_of_name("亀屋町")])
    assert parse_address("目黒区烏丸通丸太町上る亀屋町5", None, lambda _code: other).problem == "town-unknown"


def test_two_towns_of_one_name_are_ambiguous_unless_one_has_the_chome() -> None:
    """As in 京都市, where towns of different parts share their names."""
    twins = Towns.of("131105", [town_of_name("亀屋町", "0000001"), town_of_name("亀屋町", "0000002")])
    address = parse_address("目黒区亀屋町5", None, lambda _code: twins)
    assert (address.problem, address.readings) == ("town-ambiguous", ("亀屋町", "亀屋町"))
    one = Towns.of("131105", [town_of_name("泉ヶ丘一丁目", "1"), town_of_name("泉が丘二丁目", "2")])
    assert parse_address("目黒区泉ケ丘2-3", None, lambda _code: one).town == "泉が丘二丁目"


@pytest.mark.parametrize(
    ("text", "code", "problem"),
    [
        ("府中市見本1", "132063", ""),
        ("府中市不明1", "", "municipality-ambiguous"),
    ],
)
def test_the_town_decides_between_municipalities_of_one_name(text: str, code: str, problem: str) -> None:
    """If the towns of all of them are known, and one alone has the town."""
    towns = {
        "132063": Towns.of("132063", [town_of_name("見本")]),
        "342084": Towns.of("342084", [town_of_name("別")]),
    }
    address = parse_address(text, None, towns.get)
    assert (address.code, address.problem) == (code, problem)
    del towns["342084"]
    assert parse_address(text, None, towns.get).problem == "municipality-ambiguous"


def test_a_village_of_another_prefecture_is_a_town_of_the_home_unless_it_is_named_in_full() -> None:
    """北方町 is a town of 市川市 and a municipality of 岐阜県."""
    home = municipality("122033")
    towns = Towns.of(home.code, [town_of_name("北方町四丁目")])
    both = parse_address("北方町4-1", home, lambda code: towns if code == home.code else None)
    assert both.problem == "municipality-ambiguous"
    assert both.readings == ("岐阜県北方町4-1", "千葉県市川市北方町4-1")
    assert parse_address("岐阜県本巣郡北方町4-1", home).code == "214213"
    assert parse_address("本巣郡北方町4-1", home).code == "214213"


def test_an_empty_address_has_only_its_postal_code() -> None:
    """There is nothing else to read."""
    address = parse_address("〒153-8573")
    assert (address.postal, address.problem, address.level) == ("1538573", "address-empty", "none")
    assert parse_address("").problem == "address-empty"


OTHERS = Towns.of(
    "131105",
    [
        *(
            town_of_name(name, f"{number:07}")
            for number, name in enumerate(("乙川町", "東町", "富沢", "富澤", "堀"), 1)
        ),
        *(town_of_name(f"目黒{chome}丁目") for chome in (1, 2)),
    ],
)


@pytest.mark.parametrize(
    ("text", "town", "locality", "problem"),
    [
        # A left-out 町: two signs are enough, one is not.
        ("乙川5", "乙川町", "", ""),
        ("東5", "", "", "town-unknown"),
        # A 小字 that is not marked: after an undivided name of two signs or more only.
        ("富沢南山3", "富沢", "南山", "koaza-unknown"),
        ("目黒南山3", "", "", "town-unknown"),
        ("堀南山3", "", "", "town-unknown"),
        ("堀字南山3", "堀", "字南山", ""),
        # Of two towns with one canonical form the one that is written.
        ("富澤字南3", "富澤", "字南", ""),
        ("富沢字南3", "富沢", "字南", ""),
        ("富沢5", "富沢", "", ""),
        ("富澤5", "富澤", "", ""),
    ],
)
def test_a_name_with_a_part_missing_is_found_only_if_certain(text: str, town: str, locality: str, problem: str) -> None:
    """Short names and names in blocks would match by chance."""
    address = parse_address(f"目黒区{text}", None, lambda _code: OTHERS)
    assert (address.town, address.locality, address.problem) == (town, locality, problem)


def test_a_koaza_of_two_towns_of_one_name_is_ambiguous() -> None:
    """The rest of the address is kept."""
    twins = Towns.of("131105", [town_of_name("富沢", "0000001"), town_of_name("富沢", "0000002")])
    address = parse_address("目黒区富沢字南3", None, lambda _code: twins)
    assert (address.problem, address.readings, address.building) == ("town-ambiguous", ("富沢", "富沢"), "字南3")
    assert (address.town, address.level) == ("", "city")


def test_a_municipality_of_the_prefecture_that_is_also_a_town_of_the_home_is_ambiguous() -> None:
    """Unless the gazetteer of the home has no such town, or the address names the prefecture."""
    home = municipality("131105")
    towns = Towns.of(home.code, [town_of_name("日の出町")])
    both = parse_address("日の出町5", home, lambda code: towns if code == home.code else None)
    assert both.problem == "municipality-ambiguous"
    assert both.readings == ("東京都日の出町5", "東京都目黒区日の出町5")
    other = Towns.of(home.code, [town_of_name("見本")])
    assert (
        parse_address("日の出町5", home, lambda code: other if code == home.code else None).city == "西多摩郡日の出町"
    )
    assert parse_address("東京都日の出町5", home, lambda code: towns if code == home.code else None).code == "133051"


@pytest.mark.parametrize(
    ("text", "town", "lot"),
    [
        ("山口県熊毛郡上関町357番地", "", "357"),
        ("山口県熊毛郡上関町見本357番地", "見本", "357"),
        ("東京都目黒区357番地", "", ""),
    ],
)
def test_the_lots_of_a_town_or_village_may_follow_its_name(text: str, town: str, lot: str) -> None:
    """Not those of a city or ward, where a town is missing."""
    address = parse_address(text)
    assert (address.town, address.lot) == (town, lot)
    assert address.problem == ("" if lot else "town-unclear")


def test_a_municipality_that_its_town_decided_is_assumed() -> None:
    """The address itself leaves it open."""
    towns = {"132063": Towns.of("132063", [town_of_name("見本")]), "342084": Towns.of("342084", [town_of_name("別")])}
    assert parse_address("府中市見本1", None, towns.get).assumed
    assert not parse_address("東京都府中市見本1", None, towns.get).assumed
