"""Addresses of all of Japan, three hundred of each difficulty: the right town, and nothing wrong in silence."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

import pytest
from towns_of_japan import PLACES, MadeGazetteer, some_town, towns_of

from meguro_opendata.geo.places.geocoding import Geocoded, Geocoder
from meguro_opendata.japan.addresses import Town
from meguro_opendata.japan.addresses.spelling import address_data
from meguro_opendata.japan.municipalities import Municipality
from meguro_opendata.japan.numerals import from_kanji, to_kanji

DRAWS = 300
RIGHT = 0.998
Drawn = tuple[str, Municipality, str]
FULL = str.maketrans("0123456789-", "０１２３４５６７８９－")
GEOCODER = Geocoder(gazetteer=MadeGazetteer())


def lot_of(draw: random.Random) -> str:
    """A lot in a spelling."""
    block, number = draw.randint(1, 40), draw.randint(1, 60)
    forms = ("{0}-{1}", "{0}番{1}号", "{0}番地{1}", "{0}番地の{1}", "{0}番{1}", "{0}の{1}", "{0}", "{0}番地", "{0}番")
    return draw.choice(forms).format(block, number)


def head_of(place: Municipality) -> str:
    """Prefecture, 郡 and municipality."""
    return f"{place.prefecture}{place.county}{place.name}"


def chosen(draw: random.Random, fits: Callable[[Town], bool], *prefectures: str) -> tuple[Municipality, Town]:
    """A municipality and a town of a kind."""
    while True:
        place, town = some_town(draw, *prefectures)
        if fits(town):
            return place, town


def plain(draw: random.Random) -> Drawn:
    """As it should be."""
    place, town = some_town(draw)
    return head_of(place) + town.name + lot_of(draw), place, town.name


def without_prefecture(draw: random.Random) -> Drawn:
    """郡 and municipality only, of names that only one has."""
    place, town = some_town(draw)
    while sum(one.name == place.name for one in PLACES) > 1:
        place, town = some_town(draw)
    return f"{place.county}{place.name}{town.name}{lot_of(draw)}", place, town.name


def without_county(draw: random.Random) -> Drawn:
    """Prefecture and municipality without 郡."""
    place, town = chosen(draw, lambda _: True)
    while not place.county:
        place, town = some_town(draw)
    return f"{place.prefecture}{place.name}{town.name}{lot_of(draw)}", place, town.name


def bare_prefecture(draw: random.Random) -> Drawn:
    """The prefecture without 都, 府 or 県: 千葉市川市."""
    place, town = some_town(draw)
    while place.prefecture == "北海道" or f"{place.prefecture[:-1]}市" in place.name:
        place, town = some_town(draw)
    return f"{place.prefecture[:-1]}{place.county}{place.name}{town.name}{lot_of(draw)}", place, town.name


def spaces(draw: random.Random) -> Drawn:
    """Spaces between the parts, and between city and ward."""
    place, town = some_town(draw)
    city, sign, ward = place.name.partition("市")
    name = f"{city}市 {ward}" if place.kind == "ward" and sign else place.name
    gap = draw.choice([" ", "　", ""])
    return f"{place.prefecture}{gap}{place.county} {name}　{town.name}{gap}{lot_of(draw)}", place, town.name


def full_width(draw: random.Random) -> Drawn:
    """Full-width digits and signs."""
    place, town = some_town(draw)
    return (head_of(place) + with_digits(town) + lot_of(draw)).translate(FULL), place, town.name


def with_digits(town: Town) -> str:
    """A name with its chome in digits."""
    if town.chome is None:
        return town.name
    return town.name.replace(f"{to_kanji(town.chome)}丁", f"{town.chome}丁")


def chome_in_digits(draw: random.Random) -> Drawn:
    """2丁目, 2-, 2の."""
    place, town = chosen(draw, lambda one: one.chome is not None)
    joint = draw.choice(["丁目", "丁目 ", "-", "－", "ー", "の", " 丁目", "丁"])
    return (
        f"{head_of(place)}{town.oaza}{town.chome}{joint}{draw.randint(1, 40)}-{draw.randint(1, 60)}",
        place,
        town.name,
    )


def kanji_numbers(draw: random.Random) -> Drawn:
    """All numbers in kanji."""
    place, town = chosen(draw, lambda one: one.chome is not None)
    block, number = to_kanji(draw.randint(1, 40)), to_kanji(draw.randint(1, 60))
    return f"{head_of(place)}{town.name}{block}番{number}号", place, town.name


def without_oaza(draw: random.Random) -> Drawn:
    """大字 and 字 left out, where no other town is called so."""
    place, town = chosen(draw, lambda one: one.name.startswith(("大字", "字")))
    return head_of(place) + town.name.removeprefix("大").removeprefix("字") + lot_of(draw), place, town.name


def more_oaza(draw: random.Random) -> Drawn:
    """大字 before a town that has none."""
    place, town = chosen(draw, lambda one: one.chome is None and not one.name.startswith(("大字", "字")))
    return f"{head_of(place)}大字{town.name}{lot_of(draw)}", place, town.name


def inner_aza(draw: random.Random) -> Drawn:
    """字 inside of a name, written or not."""
    place, town = chosen(draw, lambda one: "字東" in one.name)
    return (
        head_of(place) + town.name.replace("字", draw.choice(["", "字", " 字", "大字", " "])) + lot_of(draw),
        place,
        town.name,
    )


def variants(draw: random.Random) -> Drawn:
    """Other forms of characters: 弥 and 彌, 船 and 舟."""
    data = address_data()
    groups = [*data["alike"], *data["older"].split(), *data["variant"].split()]
    known = {sign: group for group in groups for sign in group}
    place, town = chosen(draw, lambda one: any(sign in known for sign in one.oaza))
    name = "".join(draw.choice(known[sign]) if sign in known else sign for sign in town.name)
    return head_of(place) + name + lot_of(draw), place, town.name


def jo(draw: random.Random) -> Drawn:
    """条 and chome in digits or kanji: 北24条西6丁目, 二十四軒4条2丁目."""
    place, town = chosen(draw, lambda one: "条" in one.name and one.chome is not None, "北海道")
    number = re.search("([一二三四十]+)条", town.oaza)
    assert number is not None
    name = town.oaza.replace(number[0], draw.choice([number[0], f"{from_kanji(number[1])}条"]))
    chome = draw.choice([f"{town.chome}丁目", f"{to_kanji(town.chome or 1)}丁目", f"{town.chome}-"])
    return f"{head_of(place)}{name}{chome}{draw.randint(1, 30)}-{draw.randint(1, 60)}", place, town.name


def jiwari(draw: random.Random) -> Drawn:
    """地割 in digits or kanji, with and without 第."""
    place, town = chosen(draw, lambda one: "地割" in one.name, "岩手県")
    number = int("".join(sign for sign in town.name if sign.isdigit()))
    written = draw.choice(["第{}地割", "{}地割", " 第{}地割", "第 {}地割"][:3]).format(
        draw.choice([number, to_kanji(number)])
    )
    return f"{head_of(place)}例石{written}{lot_of(draw)}", place, town.name


def iroha(draw: random.Random) -> Drawn:
    """イロハ and 亥 behind the town's name."""
    place, town = chosen(draw, lambda one: one.name.startswith("例橋町") and len(one.name) > 3, "石川県")
    gap = draw.choice(["", " ", "　"])
    return (
        f"{head_of(place)}例橋町{gap}{town.name[3:]}{gap}{draw.choice([45, 12])}{draw.choice(['番地1', '-1'])}",
        place,
        town.name,
    )


def bancho(draw: random.Random) -> Drawn:
    """番町 and 番丁 in digits."""
    place, town = chosen(draw, lambda one: one.name[1:3] in ("番町", "番丁") or one.name[2:4] == "番丁")
    number = town.name.rpartition("番")[0]
    written = town.name.replace(number, str(from_kanji(number)), 1) if from_kanji(number) else town.name
    return head_of(place) + draw.choice([written, town.name]) + lot_of(draw), place, town.name


def cho_of_sakai(draw: random.Random) -> Drawn:
    """丁 without 目, as 堺市 has it."""
    place = draw.choice([one for one in PLACES if one.name.startswith("堺市")])
    town = draw.choice([one for one in towns_of(place.code) if one.chome is not None])
    unit = draw.choice(["丁", "丁目", "-", "丁 "])
    return (
        f"{head_of(place)}{town.oaza}{town.chome}{unit}{draw.randint(1, 40)}番{draw.randint(1, 40)}",
        place,
        town.name,
    )


def kyoto(draw: random.Random) -> Drawn:
    """Street names before the town."""
    place = draw.choice([one for one in PLACES if one.name.startswith("京都市")])
    town = draw.choice([one for one in towns_of(place.code) if one.chome is None])
    first, second = draw.sample(["河原町通", "二条通", "西中筋通", "北小路通", "四条", "烏丸", "御池通り", "寺町"], 2)
    way = draw.choice(
        ["上る", "下る", "上ル", "下ル", "東入る", "西入る", "東入ル", "西入", "東入", "下がる", "東入二丁目"]
    )
    gap = draw.choice(["", " "])
    return f"{head_of(place)}{first}{second}{way}{gap}{town.name}{lot_of(draw)}", place, town.name


def marked_koaza(draw: random.Random) -> Drawn:
    """A 小字 that the gazetteer lacks, marked by 字: the 大字 is right."""
    place, town = chosen(draw, lambda one: one.chome is None and one.name not in ("古例見字東例",))
    koaza = draw.choice(["東三分一", "三保野", "北原", "家六", "名字八五十", "アイウエオ", "上ノ段", "七曲り"])
    return f"{head_of(place)}{town.name}字{koaza}{draw.randint(10, 3000)}番地{draw.randint(1, 9)}", place, town.name


def building(draw: random.Random) -> Drawn:
    """Names of buildings with numbers and kanji numerals right behind the lot."""
    place, town = some_town(draw)
    names = [
        "見本ビル3階",
        "三番例ビル",
        "十五番館",
        " 第一例ビル2F",
        "例21ビル7階",
        "-101",
        " 1丁目例ハイツ301",
        "例レジデンス",
    ]
    return (
        f"{head_of(place)}{town.name}{draw.randint(1, 40)}番{draw.randint(1, 40)}号{draw.choice(names)}",
        place,
        town.name,
    )


def near(draw: random.Random) -> Drawn:
    """地先, 番外地, 無番地 and the like."""
    place, town = some_town(draw)
    tails = [
        "地先",
        "番外地",
        "無番地",
        "12番地先",
        "12番地内",
        "12-3付近",
        "官有無番地",
        "12番地の3ほか",
        "12-3（見本）",
    ]
    return head_of(place) + town.name + draw.choice(tails), place, town.name


def left_out_cho(draw: random.Random) -> Drawn:
    """町 or 通 left out of a name that no other town then has."""
    names = ("西例見川町", "例木之本町西山", "例見駅前通", "三十軒例町")
    place, town = chosen(draw, lambda one: one.name in names)
    return head_of(place) + town.name.replace("町", "").replace("通", "") + lot_of(draw), place, town.name


def postal(draw: random.Random) -> Drawn:
    """A postal code in front."""
    text, place, town = plain(draw)
    return draw.choice(["〒153-0051 ", "〒1530051", "153-0051　", "（〒153-0051）"]) + text, place, town


def at_home(draw: random.Random) -> Drawn:
    """Nothing but the town, in data about its municipality."""
    place, town = some_town(draw)
    return town.name + lot_of(draw), place, town.name


DIFFICULTIES: Sequence[Callable[[random.Random], Drawn]] = (
    *(plain, without_prefecture, without_county, bare_prefecture, spaces, full_width, chome_in_digits, kanji_numbers),
    *(without_oaza, more_oaza, inner_aza, variants, jo, jiwari, iroha, bancho, cho_of_sakai, kyoto, marked_koaza),
    *(building, near, left_out_cho, postal),
)


def found(text: str, home: Municipality | None = None) -> Geocoded:
    """What the geocoder says of an address."""
    GEOCODER.at_home(home)
    return GEOCODER.find(text)


def is_told(one: Geocoded) -> bool:
    """Whether a user sees that it is not certain: a problem, or no town at all."""
    return bool(one.problem) or not one.address.known


@pytest.mark.parametrize("difficulty", DIFFICULTIES, ids=[one.__name__ for one in DIFFICULTIES])
def test_the_right_town(difficulty: Callable[[random.Random], Drawn]) -> None:
    """Of three hundred addresses at least 99.8 % have the right town, and none has a wrong one in silence."""
    draw = random.Random(difficulty.__name__)
    rows = [difficulty(draw) for _ in range(DRAWS)]
    read = [(row, found(row[0])) for row in rows]
    missed = [
        (text, town, one.address.town, one.problem)
        for (text, place, town), one in read
        if (one.address.code, one.address.town) != (place.code, town) or not one.address.known
    ]
    silent = [row for row in missed if not row[3]]
    assert silent == []
    assert len(missed) <= (1 - RIGHT) * DRAWS, missed[:10]


def test_at_home() -> None:
    """In data about a municipality the town is enough; one that another municipality is called like is reported."""
    draw = random.Random("at home")
    for _ in range(DRAWS):
        text, place, town = at_home(draw)
        one = found(text, place)
        assert (one.address.code, one.address.town) == (place.code, town) or is_told(one), text


def unknown_town(draw: random.Random) -> Drawn:
    """A town that the gazetteer does not have, most of them longer or shorter than one that it has."""
    place, town = some_town(draw)
    names = [
        f"{town.oaza}新",
        f"新{town.oaza}",
        "無見町",
        "無見三丁目",
        f"{town.oaza}台{draw.randint(1, 9)}丁目",
        "無十番",
    ]
    name = draw.choice([one for one in names if one not in {known.oaza for known in towns_of(place.code)}])
    return head_of(place) + name + lot_of(draw), place, ""


def other_chome(draw: random.Random) -> Drawn:
    """A chome that there is none of."""
    place, town = chosen(draw, lambda one: one.chome is not None)
    return f"{head_of(place)}{town.oaza}{draw.choice([4, 5, 13, 99])}丁目{lot_of(draw)}", place, ""


def unmarked_koaza(draw: random.Random) -> Drawn:
    """A 小字 without 字 that the gazetteer lacks: the 大字, and a word that this is not sure."""
    place, town = chosen(draw, lambda one: one.chome is None and not one.name.endswith(("線町", "地割")))
    koaza = draw.choice(["東三分一", "三保野", "北原", "家六", "名子八五十", "千苅"])
    return f"{head_of(place)}{town.name}{koaza}{draw.randint(10, 3000)}番地{draw.randint(1, 9)}", place, town.name


def other_place(draw: random.Random) -> Drawn:
    """A municipality that the prefecture does not have."""
    place, town = some_town(draw)
    other = draw.choice([one for one in PLACES if one.prefecture != place.prefecture])
    return f"{other.prefecture}{place.county}{place.name}{town.name}{lot_of(draw)}", place, ""


@pytest.mark.parametrize("difficulty", [unknown_town, other_chome, unmarked_koaza, other_place])
def test_what_is_not_sure_is_told(difficulty: Callable[[random.Random], Drawn]) -> None:
    """An address that is wrong, or that the gazetteer lacks, is never a town in silence."""
    draw = random.Random(difficulty.__name__)
    silent = []
    for _ in range(DRAWS):
        text, _, town = difficulty(draw)
        one = found(text)
        if not is_told(one) or (town and one.address.town != town):
            silent.append((text, town, one.address.town, one.problem))
    assert silent == []


@pytest.mark.parametrize(
    ("text", "code", "town", "locality", "lot"),
    [
        ("千葉市川市例見谷1-1-1", "122033", "例見谷", "", "1-1-1"),
        ("青森県上北郡 横浜町字下例見888", "024066", "字下例見", "", "888"),
        ("京都市下京区四条烏丸東入二丁目例丸屋町5", "261068", "例丸屋町", "四条烏丸東入二丁目", "5"),
        ("堺市堺区例本町西3丁1番1", "271411", "", "", ""),
        ("堺市堺区例本町3丁1番1", "271411", "例本町三丁", "", "1-1"),
        ("札幌市西区二十四例4条2丁目1-1", "011070", "二十四例四条二丁目", "", "1-1"),
        ("香川県丸亀市例見谷字東三分一1番地1", "372021", "例見谷", "字東三分一", "1-1"),
        ("愛知県名古屋市瑞穂区彌例町1-1", "231088", "弥例町", "", "1-1"),
        ("東京都港区例十番2丁目1番1号", "131032", "", "", ""),
        ("東京都港区例十番通2丁目1番1号", "131032", "例十番通二丁目", "", "1-1"),
        ("石川県七尾市例橋町亥四十五番地1", "172022", "例橋町亥", "", "45-1"),
    ],
)
def test_names_that_were_read_wrongly(text: str, code: str, town: str, locality: str, lot: str) -> None:
    """Each kind that was once read as another place, or not at all; one that is not there says so."""
    one = found(text)
    parts = one.address
    assert parts.code == code
    if town:
        assert (parts.town, parts.locality, parts.lot, one.problem) == (town, locality, lot, "")
    else:
        assert one.problem != ""


def test_a_koaza_falls_back_to_the_whole_oaza() -> None:
    """The point of an unknown 小字 is that of the 大字, at that level, and never nearer than it."""
    one, whole = found("香川県丸亀市例見谷字東三分一1番地1"), found("香川県丸亀市例見谷1番地1")
    assert (one.level, whole.level) == ("oaza", "town")
    assert one.point is not None
    assert whole.point is not None
    assert one.point.error >= whole.point.error


def test_names_of_two_cities_are_told_apart_by_their_towns() -> None:
    """府中市 is the one that alone has the town; where both have it, or several wards do, that is reported."""
    both = found("府中市例見谷1-1")
    assert (both.problem, len(both.address.readings)) == ("municipality-ambiguous", 2)
    assert found("府中市四番町1-1").address.code == "132063"
    assert found("札幌市例見谷1-1").problem == "ward-missing"
