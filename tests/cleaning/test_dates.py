"""Dates and years of the Japanese eras become western ones where that is certain; the others stay."""

import string
from datetime import date

import pytest
from cleaned_values import FULL_DIGITS, cleaned
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.cleaning.dates import to_iso, to_year


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("令和元年5月1日", "2019-05-01"),
        ("令和1年5月1日", "2019-05-01"),
        ("R元.5.1", "2019-05-01"),
        ("R5.4.1", "2023-04-01"),
        ("r5/4/1", "2023-04-01"),
        ("R05-04-01", "2023-04-01"),
        ("R.5.4.1", "2023-04-01"),
        ("令5.4.1", "2023-04-01"),
        ("㋿5.4.1", "2023-04-01"),
        ("令和 5年 4月 1日", "2023-04-01"),
        ("H31.4.30", "2019-04-30"),
        ("平成元年1月8日", "1989-01-08"),
        ("S64.1.7", "1989-01-07"),
        ("昭和元年12月25日", "1926-12-25"),
        ("大正15年12月24日", "1926-12-24"),
        ("大正元年7月30日", "1912-07-30"),
        ("明治45年7月29日", "1912-07-29"),
        ("明治6年1月1日", "1873-01-01"),
        ("2015年4月1日", "2015-04-01"),
        ("2015/4/1", "2015-04-01"),
        ("2015.04.01", "2015-04-01"),
        ("2015-4-1", "2015-04-01"),
        ("2015/4/1 0:00", "2015-04-01"),
        ("2015/04/01 00:00:00", "2015-04-01"),
        ("2024/2/29", "2024-02-29"),
        ("2015-04-01", "2015-04-01"),
        ("令和五年四月一日", "2023-04-01"),
        ("平成三十年十一月二十三日", "2018-11-23"),
        ("昭和六〇年一二月一〇日", "1985-12-10"),
        ("二〇二三年四月一日", "2023-04-01"),
        ("大正元年十月二十日", "1912-10-20"),
    ],
)
def test_a_date_becomes_iso(written: str, iso: str) -> None:
    """A full date is rewritten, whichever way the office wrote it, full-width too."""
    assert to_iso(written) == iso
    full_width = written.translate(str.maketrans(string.digits + "./-RHS", f"{FULL_DIGITS}．／－ＲＨＳ"))
    assert cleaned("date", f"　{full_width} ") == iso


@pytest.mark.parametrize(
    "text",
    [
        *("平成31年5月1日", "H31.5.1", "R1.4.30", "令和元年4月30日"),
        *("S64.1.8", "S65.1.1", "H1.1.7", "平成元年1月7日"),
        *("大正15年12月25日", "昭和元年12月24日", "大正元年7月29日", "明治45年7月30日"),
        *("R5.2.29", "R5.4.31", "R5.13.1", "R5.0.1", "R5.1.0", "R0.5.1", "2023/2/29", "2023年13月1日"),
        *("4月中旬", "令和5年", "R5.4", "2023年4月", "2023", "5.4.1", "X5.4.1", "元年5月1日"),
        *(
            "20150431",
            "18000101",
            "2015/4/1 9:00",
            "15/4/1",
            "R5.4.1頃",
            "令和五年四月三十一日",
            "第一日曜日",
            "R5.4.1、R6.4.1",
            "不明",
            "",
        ),
    ],
)
def test_what_is_no_certain_date_stays(text: str) -> None:
    """A day that its era, or the calendar, does not have, and anything that is no full date, is not touched."""
    assert to_iso(text) == text


@pytest.mark.parametrize("text", ["明治5年8月2日", "明治5年12月2日", "明治5年12月31日", "M1.9.8", "明治元年10月23日"])
def test_a_date_of_the_old_calendar_is_not_taken_for_a_new_one(text: str) -> None:
    """Before 明治6年1月1日 month and day are those of another calendar (明治5年8月2日 is 1872-09-04)."""
    assert to_iso(text) == text


@given(st.dates(date(2019, 5, 1), date(2099, 12, 31)), st.sampled_from(["R{}.{}.{}", "令和{}年{}月{}日"]))
def test_every_day_of_reiwa_is_read(day: date, form: str) -> None:
    """Era year 1 is 2019, and every day finds itself again."""
    assert to_iso(form.format(day.year - 2018, day.month, day.day)) == day.isoformat()


@pytest.mark.parametrize(
    ("written", "year"),
    [
        *[
            ("R3", "2021"),
            ("r3", "2021"),
            ("令和3年", "2021"),
            ("令和3年度", "2021"),
            ("R元", "2019"),
            ("令和元年度", "2019"),
        ],
        *[("H1", "1989"), ("H31", "2019"), ("平成元年", "1989"), ("S55", "1980"), ("S64", "1989"), ("昭和55", "1980")],
        *[("S1", "1926"), ("T1", "1912"), ("大正15年", "1926"), ("M45", "1912"), ("M1", "1868"), ("R 3", "2021")],
        *[("明治5年", "1872"), ("明治6年度", "1873"), ("明治元年", "1868")],
        *[("1980年", "1980"), ("1980年度", "1980"), ("1980", "1980")],
        *[("平成三十年", "2018"), ("昭和五十五年度", "1980"), ("二〇二三年", "2023"), ("令和二年", "2020")],
    ],
)
def test_a_year_becomes_western(written: str, year: str) -> None:
    """An era year, or a western one with 年, becomes four digits, full-width too."""
    assert to_year(written) == year
    full_width = written.translate(str.maketrans(string.digits + "RHS", f"{FULL_DIGITS}ＲＨＳ"))
    assert cleaned("year", f" {full_width}\u3000") == year


@pytest.mark.parametrize(
    "text",
    [
        *["S65", "S0", "H32", "H0", "R0", "T16", "T0", "M46", "M0", "明治0年"],
        *["R", "令和", "元年", "98年", "3", "不明", "R3.4", "X3", ""],
    ],
)
def test_what_is_no_certain_year_stays(text: str) -> None:
    """A year that its era does not have, and anything that is no year, is not touched."""
    assert to_year(text) == text
