"""Numbers in kanji, in addresses and in dates: a text that is no number is not read."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.japan.numerals import NUMERALS, from_kanji, to_kanji, with_digits

DIGITS = "〇一二三四五六七八九"
UNITS = {"千": 1000, "百": 100, "十": 10}


def written(number: int) -> str:
    """Return a number from 1 to 9999 as it is read: 一 is left out before a unit."""
    text = ""
    for sign, unit in UNITS.items():
        times, number = divmod(number, unit)
        text += ("" if times == 1 else DIGITS[times]) + sign if times else ""
    return text + (DIGITS[number] if number else "")


def test_numbers_to_99_go_there_and_back() -> None:
    """As names of chome have them."""
    assert [to_kanji(number) for number in (1, 9, 10, 11, 20, 45)] == ["一", "九", "十", "十一", "二十", "四十五"]
    assert [from_kanji(to_kanji(number)) for number in range(1, 100)] == list(range(1, 100))
    assert len({to_kanji(number) for number in range(1, 100)}) == 99


@given(st.integers(1, 9999))
def test_numbers_with_units_are_read(number: int) -> None:
    """To 九千九百九十九, with 一 before a unit or without it, and digit by digit."""
    assert from_kanji(written(number)) == number
    assert from_kanji("".join(DIGITS[int(digit)] for digit in str(number))) == number
    assert from_kanji(str(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("百五", 105),
        ("百〇五", 105),
        ("一百五", 105),
        ("千", 1000),
        ("〇", 0),
        ("〇〇七", 7),
        ("十百", None),
        ("十十", None),
        ("二三十", None),
        ("零", None),
        ("○", None),
        ("１", None),
        ("三丁目", None),
        ("-1", None),
        ("1.5", None),
        ("", None),
    ],
)
def test_what_is_a_number_in_an_address(text: str, number: int | None) -> None:
    """Only whole texts of numerals in their order."""
    assert from_kanji(text) == number


def test_only_numerals_are_numbers() -> None:
    """Of all characters of the basic plane, ten ASCII digits and thirteen kanji."""
    found = {chr(code) for code in range(0x10000) if not 0xD800 <= code <= 0xDFFF and from_kanji(chr(code)) is not None}
    assert found == set("0123456789" + NUMERALS)
    assert sorted(NUMERALS) == sorted(DIGITS + "十百千")


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("令和五年四月一日", "令和5年4月1日"),
        ("二〇〇五年〇四月〇一日", "2005年04月01日"),
        ("二○二三年零四月", "2023年04月"),
        ("昭和六〇年一二月三十一日", "昭和60年12月31日"),
        ("十月二十日", "10月20日"),
        ("〇十三年十〇月", "3年10月"),
        ("十十日", "十十日"),
        ("二三十日", "二三十日"),
        ("十一二日", "十一二日"),
        ("百二十年", "百20年"),
        ("三丁目一番", "三丁目一番"),
        ("第一日曜日", "第1日曜日"),
        ("", ""),
    ],
)
def test_numbers_of_dates(text: str, digits: str) -> None:
    """Only what precedes 年, 月 or 日, with its zeros."""
    assert with_digits(text) == digits


@given(st.integers(1, 99), st.integers(1, 12), st.integers(1, 31))
def test_dates_in_kanji_have_the_digits_of_their_numbers(year: int, month: int, day: int) -> None:
    """With tens or digit by digit, the numbers are those that addresses read, too."""
    kanji = "".join(f"{to_kanji(number)}{unit}" for number, unit in ((year, "年"), (month, "月"), (day, "日")))
    assert with_digits(f"令和{kanji}") == f"令和{year}年{month}月{day}日"


def test_both_readings_agree_but_on_zeros() -> None:
    """To four signs: what both take for a number is the same one unless a zero precedes 十."""
    for signs in (signs for length in range(1, 5) for signs in product("〇一三九十", repeat=length)):
        kanji = "".join(signs)
        rewritten = with_digits(f"{kanji}日").removesuffix("日")
        if rewritten != kanji and not kanji.startswith("〇十"):
            assert int(rewritten) == from_kanji(kanji)
