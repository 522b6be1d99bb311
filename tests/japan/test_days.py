"""Days as people in Japan write them: which texts are a certain full date, and which lack the day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.japan.days import era_day, iso_day, lacks_day, western_day, written_day
from meguro_opendata.japan.numerals import from_kanji, to_kanji, with_digits

DAY = date(2025, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2025/3/1",
            "2025-03-01",
            "2025.3.1",
            "2025年3月1日",
            "20250301",
            "２０２５／３／１",
            "2025―3―1",
            "2025ー3ー1",
        ),
        *(
            "令和7年3月1日",
            "令和七年三月一日",
            "R7.3.1",
            "r7/3/1",
            "令7.3.1",
            "令和7年3月1日(土)",
            "令和7年3月1日（土曜日）",
        ),
        *(" 2025/3/1 ", "2025/3/1 0:00", "2025-03-01T00:00:00Z", "2025-03-01 00:00:00.000"),
    ],
)
def test_a_full_date_is_read_in_every_spelling(text: str) -> None:
    """Western and era years, widths, dashes, kanji; a weekday and the time of midnight are dropped."""
    assert written_day(text) == DAY
    assert not lacks_day(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "昨年", "7/3/1", "2025/3", "2025", "2025-02-30", "20250230", "2025年13月1日", "令和7年3月", "X7.3.1"),
        *("平成31年5月1日", "令和1年4月30日", "2025/3/1 9:00", "2025/3/1頃", "明治5年12月2日", "0000/1/1"),
    ],
)
def test_a_text_that_is_no_certain_full_date_is_not_read(text: str) -> None:
    """Incomplete dates, days that calendar or era do not have, and other times than midnight."""
    assert written_day(text) is None


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("平成30年", True),
        ("平成30年度", True),
        ("H30.3", True),
        ("H30", True),
        ("令和元年", True),
        ("2025", True),
        ("2025年3月", True),
        ("2025/3", True),
        ("令和七年三月", True),
        ("30年", False),
        ("202", False),
        ("3月", False),
        ("昨年", False),
        ("", False),
    ],
)
def test_a_year_or_month_lacks_its_day(text: str, lacks: bool) -> None:
    """A year without an era has four digits."""
    assert lacks_day(text) is lacks


@given(st.dates(date(2019, 5, 1), date(2099, 12, 31)))
def test_every_day_of_an_era_is_read_in_all_forms(day: date) -> None:
    """Western, with the letter of the era, and in kanji."""
    year = day.year - 2018
    era = "元" if year == 1 else to_kanji(year)
    assert western_day(f"{day.year}/{day.month}/{day.day}") == day.isoformat()
    assert era_day(f"R{year}.{day.month}.{day.day}") == day.isoformat()
    assert written_day(f"令和{era}年{to_kanji(day.month)}月{to_kanji(day.day)}日") == day


@pytest.mark.parametrize(
    ("text", "strict", "loose"),
    [
        ("H31.4.30", "2019-04-30", "2019-04-30"),
        ("H31.5.1", None, "2019-05-01"),
        ("S64.1.7", "1989-01-07", "1989-01-07"),
        ("S64.1.8", None, "1989-01-08"),
        ("R1.4.30", None, "2019-04-30"),
        ("R1.5.1", "2019-05-01", "2019-05-01"),
        ("H31.2.30", None, None),
        ("2019.5.1", None, None),
        ("H31.5", None, None),
    ],
)
def test_the_days_of_an_era_end_with_it_unless_counted_on(text: str, strict: str | None, loose: str | None) -> None:
    """Both its first and its last day belong to it."""
    assert (era_day(text), era_day(text, strict=False)) == (strict, loose)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("2024", "2", "29"), "2024-02-29"),
        (("2023", "2", "29"), None),
        (("1", "1", "1"), "0001-01-01"),
        (("0", "1", "1"), None),
        (("9999", "12", "31"), "9999-12-31"),
        (("10000", "1", "1"), None),
    ],
)
def test_a_day_is_one_of_the_calendar(parts: tuple[str, str, str], expected: str | None) -> None:
    """From year 1 to 9999."""
    assert iso_day(*parts) == expected


@given(st.integers(1, 99))
def test_numbers_in_kanji_are_read_back(number: int) -> None:
    """Both readings are the inverse of writing."""
    assert from_kanji(to_kanji(number)) == number
    assert with_digits(f"{to_kanji(number)}日") == f"{number}日"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *[("〇", 0), ("一", 1), ("十", 10), ("百", 100), ("千百十一", 1111), ("九千九百九十九", 9999), ("二〇", 20)],
        *[
            ("0", 0),
            ("007", 7),
            ("", None),
            ("十百", None),
            ("十十", None),
            ("一二十", None),
            ("三x", None),
            ("x", None),
        ],
        *[("1" * 18, int("1" * 18)), ("1" * 19, None), ("1.5", None), ("百二三", None)],
    ],
)
def test_a_text_is_a_number_as_a_whole_or_not_at_all(text: str, number: int | None) -> None:
    """Greater units first, one digit before each, 18 signs at most."""
    assert from_kanji(text) == number


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("平成三十年十一月二日", "平成30年11月2日"),
        ("二〇〇五年〇四月", "2005年04月"),
        ("○四月零五日", "04月05日"),
        ("〇十三日", "3日"),
        ("十〇日", "10日"),
        ("十十日", "十十日"),
        ("二十三四日", "二十三四日"),
        ("百日", "百日"),
        ("三人", "三人"),
    ],
)
def test_kanji_before_year_month_and_day_become_digits(text: str, digits: str) -> None:
    """Zeros are kept; hundreds and runs that are no number stay."""
    assert with_digits(text) == digits
