"""The part of an address after its town: 番地以下, building and note, and the numbers that belong to names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.japan.addresses import split_town
from meguro_opendata.japan.addresses.lots import Lot, Number, bare_number, first_number, read_lot
from meguro_opendata.japan.numerals import to_kanji


@pytest.mark.parametrize(
    ("text", "lot"),
    [
        ("19", Lot("19")),
        ("19-15", Lot("19-15")),
        ("-19-15", Lot("19-15")),
        ("19番15号", Lot("19-15")),
        ("19番 15号", Lot("19-15")),
        ("19番地15", Lot("19-15")),
        ("19番地の15", Lot("19-15")),
        ("19の15", Lot("19-15")),
        ("19ノ15", Lot("19-15")),
        ("19-15ノ2", Lot("19-15-2")),
        ("1234番地5の6", Lot("1234-5-6")),
        ("一番一号", Lot("1-1")),
        ("十九番", Lot("19")),
        # Signs of the lot, as registers have them.
        ("甲19-15", Lot("甲-19-15")),
        ("イ19-15", Lot("イ-19-15")),
        ("ノ19", Lot("ノ-19")),
        ("19ノ", Lot("19-ノ")),
        # Buildings, floors and rooms.
        ("19-15-301", Lot("19-15-301")),
        ("19番15号 3階", Lot("19-15", "3階")),
        ("19番15号室", Lot("19", "15号室")),
        ("5-20三井ビル2階", Lot("5-20", "三井ビル2階")),
        ("19-15 10F", Lot("19-15", "10F")),
        ("1-2-3-4 A棟", Lot("1-2-3-4", "A棟")),
        ("19-15-", Lot("19-15")),
        ("19-ビル", Lot("19", "ビル")),
        # Words for a place near the address.
        ("19-15先", Lot("19-15", "", "先")),
        ("19-15地先", Lot("19-15", "", "地先")),
        ("19-15ほか", Lot("19-15", "", "ほか")),
        ("19-15先 ビル", Lot("19-15", "ビル", "先")),
        ("12番付近(駅前)", Lot("12", "(駅前)", "付近")),
        ("19-15内科", Lot("19-15", "内科")),
        # No number.
        ("", Lot("")),
        ("ビル", Lot("", "ビル")),
        ("見本ビル3", Lot("", "見本ビル3")),
        ("無番地", Lot("無番地")),
        ("官有無番地 倉庫", Lot("官有無番地", "倉庫")),
        ("5番外地 ビル", Lot("5番外地", "ビル")),
        ("番外地", Lot("番外地")),
    ],
)
def test_the_lot_is_written_with_hyphens_and_the_rest_is_kept(text: str, lot: Lot) -> None:
    """Every spelling of the numbers comes to one form; a building or a note follows."""
    assert read_lot(text) == lot


@pytest.mark.parametrize(
    ("text", "lot"),
    [
        ("3丁目", Lot("", "3丁目", clear=False)),
        ("19番町", Lot("", "19番町", clear=False)),
        ("19甲-15", Lot("19-甲", "15", clear=False)),
        ("19区2", Lot("19", "区2", clear=False)),
        ("19/15", Lot("19", "/15", clear=False)),
    ],
)
def test_a_number_that_is_left_over_makes_the_lot_unclear(text: str, lot: Lot) -> None:
    """It may be a part of 番地以下 in a spelling that is unknown."""
    assert read_lot(text) == lot


@given(st.lists(st.integers(1, 9999), min_size=1, max_size=4), st.sampled_from(["-", "の", "番地の", "番地"]))
def test_numbers_of_a_lot_are_read_back(numbers: list[int], joint: str) -> None:
    """Whatever joins them."""
    parts = tuple(map(str, numbers))
    assert read_lot(joint.join(parts)).parts == parts


@given(st.integers(1, 99), st.integers(1, 99))
def test_kanji_and_digits_of_a_lot_are_equal(block: int, house: int) -> None:
    """番 and 号 mark both."""
    assert (
        read_lot(f"{to_kanji(block)}番{to_kanji(house)}号")
        == read_lot(f"{block}番{house}号")
        == Lot(f"{block}-{house}")
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("二丁目19-15", Number(2, "丁目", 3)),
        ("2丁目", Number(2, "丁目", 3)),
        ("2 丁目", Number(2, "丁目", 4)),
        ("2丁", Number(2, "丁", 2)),
        ("- 2丁目", Number(2, "丁目", 5)),
        ("十二丁目", Number(12, "丁目", 4)),
        ("2番", Number(2, "番", 2)),
        ("2番地", Number(2, "番地", 3)),
        ("2号", Number(2, "号", 2)),
        ("2-3", Number(2, "-", 2)),
        ("2の3", Number(2, "の", 2)),
        ("2ノ3", Number(2, "ノ", 2)),
        ("2 3", Number(2, "", 2)),
        ("2(3)", Number(2, "", 1)),
        ("2", Number(2, "", 1)),
        ("9999", Number(9999, "", 4)),
        ("12345", None),
        ("2ビル", None),
        ("三井ビル", None),
        ("十百丁目", None),
        ("", None),
    ],
)
def test_the_first_number_needs_a_sign_that_confirms_it(text: str, number: Number | None) -> None:
    """A number runs into a building's name unless a word, a sign or the end follows; it has four digits at most."""
    assert first_number(text) == number
    assert number is None or number.is_block == (number.unit in ("番", "番地", "号"))


@pytest.mark.parametrize(
    ("text", "number", "start"),
    [
        ("北1条西2丁目", "2", 4),
        ("麻布十番2丁目1番1号", "2", 4),
        ("一番町5", "5", 3),
        ("四番丁3", "3", 3),
        ("八幡1-1", "1", 2),
        ("上目黒二丁目19", "二", 3),
        ("12地割5", "5", 4),
        ("三区4", "4", 2),
        ("二ツ家12", "12", 3),
        ("中央1区2号線3", "3", 7),
    ],
)
def test_the_first_number_outside_names_ends_the_town(text: str, number: str, start: int) -> None:
    """Numbers before 条, 番町, 番丁, 地割, 区 and 号線 belong to names."""
    found = bare_number(text)
    assert found is not None
    assert (found[0], found.start()) == (number, start)


@pytest.mark.parametrize("text", ["一番町", "駒場", "1", "", "北1条"])
def test_a_name_alone_has_no_number(text: str) -> None:
    """The first sign of a text is always a part of the name."""
    assert bare_number(text) is None


@pytest.mark.parametrize(
    ("text", "town", "lot", "building", "problem"),
    [
        ("駒場三丁目11番13号", "駒場三丁目", "11-13", "", ""),
        ("駒場3丁目11-13 ビル", "駒場三丁目", "11-13", "ビル", ""),
        ("駒場3-11-13", "駒場", "3-11-13", "", ""),
        ("駒場", "駒場", "", "", ""),
        ("見本町 ビル", "見本町", "", "ビル", ""),
        ("大字見本字南1", "大字見本字南", "1", "", ""),
        ("北1条西2丁目3", "北1条西二丁目", "3", "", ""),
        ("一番町5-6", "一番町", "5-6", "", ""),
        ("見本丁2丁3", "見本丁二丁", "3", "", ""),
        ("見本99丁目1", "見本九十九丁目", "1", "", ""),
        ("見本100丁目1", "見本", "", "100丁目1", "lot-unclear"),
        ("見本0丁目1", "見本", "", "0丁目1", "lot-unclear"),
        ("3丁目", "", "", "3丁目", "town-unclear"),
        ("、見本1", "", "", "、見本1", "town-unclear"),
        ("見" * 1001, "", "", "見" * 1001, "town-unclear"),
    ],
)
def test_a_town_is_separated_from_its_lot_by_form(text: str, town: str, lot: str, building: str, problem: str) -> None:
    """A chome has two digits at most; a text that cannot begin with a town is kept whole."""
    found = split_town(text)
    assert (found.town, found.lot, found.building, found.problem) == (town, lot, building, problem)
