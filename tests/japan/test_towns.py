"""Towns of a municipality: their names, chome and 小字, and the index that finds them at the beginning of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.japan.addresses import Town, Towns, town_of_name
from meguro_opendata.japan.addresses.canonical import canonical, canonical_name
from meguro_opendata.japan.addresses.spelling import folded_name
from meguro_opendata.japan.numerals import to_kanji


@pytest.mark.parametrize(
    ("written", "town"),
    [
        ("駒場", Town("駒場", "駒場")),
        ("駒場三丁目", Town("駒場三丁目", "駒場", 3)),
        ("駒場3丁目", Town("駒場三丁目", "駒場", 3)),
        ("駒場　３丁目", Town("駒場三丁目", "駒場", 3)),
        ("下三丁", Town("下三丁", "下", 3)),
        ("見本99丁目", Town("見本九十九丁目", "見本", 99)),
        ("見本百丁目", Town("見本百丁目", "見本百丁目")),
        ("見本0丁目", Town("見本0丁目", "見本0丁目")),
        ("見本100丁目", Town("見本100丁目", "見本100丁目")),
        ("十二丁目", Town("十二丁目", "十二丁目")),
        ("1丁目", Town("1丁目", "1丁目")),
        ("見本一丁目東", Town("見本一丁目東", "見本", 1, koaza="東")),
        ("一番町", Town("一番町", "一番町")),
    ],
)
def test_a_name_is_divided_into_oaza_chome_and_koaza(written: str, town: Town) -> None:
    """The chome becomes kanji; a chome has two digits at most, and a name of numbers alone has none."""
    assert town_of_name(written) == town
    assert town_of_name(written, "0000001", "ミホン") == Town(
        town.name, town.oaza, town.chome, "0000001", town.koaza, "ミホン"
    )


@given(st.integers(1, 99))
def test_every_chome_is_found_in_both_numerals(chome: int) -> None:
    """Digits and kanji name the same town, with the same key."""
    one, other = town_of_name(f"見本{chome}丁目"), town_of_name(f"見本{to_kanji(chome)}丁目")
    assert one == other
    assert one.key == other.key == f"見本{to_kanji(chome)}丁目"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("大字柿ノ木坂1丁目", "柿の木坂一丁目", True),
        ("自由ヶ丘", "自由が丘", True),
        ("富澤", "富沢", True),
        ("大字見本", "見本", True),
        ("見本一丁目", "見本二丁目", False),
        ("見本一丁目東", "見本一丁目西", False),
        ("見本", "見本一丁目", False),
        ("大字", "見本", False),
    ],
)
def test_the_key_of_a_town_is_one_for_all_spellings(one: str, other: str, same: bool) -> None:
    """Chome and 小字 are parts of it, 大字 is not."""
    assert (town_of_name(one).key == town_of_name(other).key) is same


def index(*names: str) -> Towns:
    """The index of some towns, with an ID for each."""
    return Towns.of("131105", [town_of_name(name, f"{number:07}") for number, name in enumerate(names, 1)])


def test_the_towns_of_a_name_are_ordered_by_chome() -> None:
    """The one without a chome comes first."""
    (name,) = index("見本十丁目", "見本二丁目", "見本").by_key["見本"]
    assert name.names == ("見本", "見本二丁目", "見本十丁目")
    assert name.has_chome
    (plain,) = index("見本").by_key["見本"]
    assert not plain.has_chome


def test_every_town_is_in_the_index_once() -> None:
    """Whatever its spellings; a town that is listed twice under one ID is one, two under two IDs are two."""
    names = ["大字見本", "自由が丘", "北1条西二丁目", "見本一丁目東"]
    assert sorted(town.name for town in index(*names)) == sorted(names)
    twice = Towns.of("131105", [town_of_name("甲", "1"), town_of_name("甲", "1"), town_of_name("甲", "2")])
    assert sorted(town.id for town in twice) == ["1", "2"]


def found(towns: Towns, text: str) -> list[tuple[int, tuple[str, ...]]]:
    """Length and names of each find at the beginning of a text."""
    return [(length, tuple(oaza.name for oaza in names)) for length, names in towns.at_start(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("目黒本町1", [(4, ("目黒本町",)), (2, ("目黒",))]),
        ("目黒1", [(2, ("目黒",))]),
        ("目黒", [(2, ("目黒",))]),
        ("目", []),
        ("", []),
        ("見本1", [(2, ("大字見本",))]),
        ("大字見本1", [(4, ("大字見本",))]),
        ("北一条西", []),  # found in its canonical form
        ("北1条西", [(4, ("北1条西",))]),
        ("富沢1", [(2, ("富沢",))]),
        ("富澤1", [(2, ("富澤",))]),
        ("冨沢1", [(2, ("富沢", "富澤"))]),
    ],
)
def test_names_at_the_beginning_of_a_text(text: str, expected: list[tuple[int, tuple[str, ...]]]) -> None:
    """The longest first; of several the one that is written, and all of them if none is."""
    towns = index("目黒", "目黒本町", "大字見本", "北1条西二丁目", "富沢", "富澤")
    assert found(towns, text) == expected


def test_an_index_without_towns_finds_nothing() -> None:
    """A municipality whose towns are unknown."""
    empty = Towns.of("131105", [])
    assert (found(empty, "目黒1"), list(empty), list(empty.canonical_at_start(canonical("目黒1")))) == ([], [], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("町野桶戸1", [(4, "町野町桶戸")]),
        ("野町桶戸1", []),
        ("四条9", [(2, "四条通")]),
        ("十六1", []),
        ("乙村川1", []),
        ("乙川1", [(2, "乙村川")]),
    ],
)
def test_a_word_that_people_leave_out_is_found(text: str, expected: list[tuple[int, str]]) -> None:
    """Never the first sign of a name, nor after a number."""
    towns = index("町野町桶戸", "四条通", "十六町", "乙村川")
    shortened = [(end, name.name) for end, names in towns.shortened_at_start(canonical(text)) for name in names]
    assert shortened == expected


def test_an_oaza_is_known_by_its_koaza() -> None:
    """It has no towns of its own; the places in it are those of its 小字."""
    towns = index("見本一丁目東", "見本一丁目西", "別")
    ((end, (oaza,)),) = towns.canonical_at_start(canonical("見本字南1"))
    assert (end, oaza.name, oaza.by_chome, oaza.has_chome) == (2, "見本", {}, False)
    assert [town.koaza for town in towns.within(oaza)] == ["東", "西"]
    assert [town.name for town in towns.within(towns.by_key["別"][0])] == ["別"]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("大字見本", "見本"),
        ("見本字東", "見本東"),
        ("見本小字東", "見本東"),
        ("西根第十二地割", "西根12地割"),
        ("二十四軒四条", "24軒4条"),
        ("三宅町", "三宅町"),
        ("見本 町", "見本町"),
        ("見本通り", "見本通"),
        ("自由ヶ丘", "自由ヶ丘"),
    ],
)
def test_the_canonical_form_of_a_name(name: str, form: str) -> None:
    """Numbers of names in digits, without 大字, 字, 第 and spaces."""
    assert canonical_name(name) == folded_name(form)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("二十四軒 4条", [None, 3, 4, 6, 7]),
        ("大字見本", [3, 4]),
        ("見本", [1, 2]),
    ],
)
def test_each_sign_of_the_canonical_form_ends_at_a_place_in_the_text(text: str, ends: list[int | None]) -> None:
    """Inside a number there is none."""
    written = canonical(text)
    assert [written.end(length) for length in range(1, len(written.form) + 1)] == ends
