"""A gazetteer of all of Japan that is made for tests: example towns (架空の例) in the shapes that real names have.

Every municipality has towns with and without chome, with 大字 and 字, with numbers and old characters in their names,
and names that contain 市, 町, 村, 区 and 郡. What is peculiar to a place is only there: 条 in 北海道, 地割 in 岩手県,
丁 in 堺市, 番丁 in 和歌山市, イロハ in 石川県, towns behind street names in 京都市.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache

from meguro_opendata.geo.places.gazetteer.base import Point
from meguro_opendata.japan.addresses import Town, Towns, town_of_name
from meguro_opendata.japan.municipalities import DIVIDED, Municipality, municipalities
from meguro_opendata.japan.numerals import to_kanji

PLACES = tuple(one for one in municipalities() if one.kind != DIVIDED)
WITHOUT_CHOME = [
    *("見本町", "大字上例見", "字下例見", "例見谷", "本例見", "西例見川町", "例見駅前通", "例木之本町西山", "大字例見"),
    *("市場", "村中", "町屋例", "郡例見", "区例見", "四日市場例", "例見市", "例町田", "大村例", "例上市", "八日例町"),
    *("一番町", "二十人町", "三十軒例町", "十文字例", "千例", "八丁例町", "三ツ例", "六本例", "例十番"),
    *(
        "自由ヶ例",
        "桜ノ例町",
        "弥例町",
        "船例町",
        "澤例",
        "廣例",
        "竈例",
        "鶯例町",
        "例籠",
        "濱例",
        "例辺",
        "龍例",
        "例齋",
        "國例",
    ),
    *(
        "例センター北",
        "オフィス例",
        "いちご例",
        "みどり例",
        "例兎",
        "柳例瀬",
        "例驒",
        "惠例町",
        "例条",
        "例線町",
        "古例見字東例",
    ),
]
WITH_CHOME = ["例本", "例本町", "例センター", "東例之上町", "例ヶ崎", "例十番通", "中例", "例沢"]
OF_PREFECTURE = {
    "北海道": ["十四例軒", "西二線例", "東三号例"],
    "岩手県": [f"例石第{number}地割" for number in (1, 2, 12, 21)] + ["十二丁目", "例後"],
    "石川県": [f"例橋町{sign}" for sign in "イロハヘトヌ亥子甲"] + ["例橋町"],
    "和歌山県": ["七番丁", "十二番丁", "例番丁"],
    "京都府": ["例之船入町", "例丸屋町", "例東塩町", "例主計町", "三番町", "例元町"],
    "東京都": ["一番例町", "四番町", "六番町"],
}
JO = {"北海道": [f"{side}{to_kanji(jo)}条{other}" for side in "北南" for jo in (1, 3, 24) for other in "東西"]}
JO["北海道"] += [f"二十四例{to_kanji(jo)}条" for jo in (1, 4, 11)] + ["四条通", "例岡四条"]


@cache
def towns_of(code: str) -> tuple[Town, ...]:
    """The example towns of a municipality."""
    place = next((one for one in PLACES if one.code == code), None)
    if place is None:
        return ()
    plain = [*WITHOUT_CHOME, *OF_PREFECTURE.get(place.prefecture, ())]
    # A town that is called like its city: 市川市市川.
    plain.append(place.name[:-1].rpartition("市")[2] or place.name[:-1])
    many = [*WITH_CHOME, *JO.get(place.prefecture, ())]
    unit = "丁" if place.name.startswith("堺市") else "丁目"
    chome = [f"{name}{to_kanji(number)}{unit}" for name in many for number in (1, 2, 3, 12)]
    return tuple(town_of_name(name) for name in dict.fromkeys([*plain, *chome]))


class MadeGazetteer:
    """Every municipality with its example towns; points are made up."""

    def towns(self, code: str) -> Towns | None:
        """The towns of a municipality, ``None`` if there is none."""
        return _towns(code)

    def point(self, code: str, town: Town, numbers: Sequence[str]) -> Point | None:
        """A point that differs from town to town."""
        at = [one.name for one in towns_of(code)].index(town.name)
        return Point(35.0 + at / 1000, 139.0 + at / 1000, "town", 300.0, "made")

    def codes(self) -> tuple[str, ...]:
        """Every municipality."""
        return tuple(one.code for one in PLACES)


@cache
def _towns(code: str) -> Towns | None:
    found = towns_of(code)
    return Towns.of(code, found) if found else None


def some_town(draw: random.Random, *prefectures: str) -> tuple[Municipality, Town]:
    """A municipality, of some prefectures if they are named, and one of its towns."""
    place = draw.choice([one for one in PLACES if not prefectures or one.prefecture in prefectures])
    return place, draw.choice(towns_of(place.code))
