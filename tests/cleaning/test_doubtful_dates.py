"""Doubtful dates and years: the exact readings of each, and the boundaries between a date, a doubt and other text."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.cleaning.data import Unsure
from meguro_opendata.cleaning.dates import date_doubt, to_iso, to_year, year_doubt
from meguro_opendata.japan.calendar import WEEKDAYS


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2015/4/1(水)", "2015-04-01"),
        ("2015/4/1 (水)", "2015-04-01"),
        ("R5.4.1(土曜日)", "2023-04-01"),
        ("2023年4月1日(土・祝)", "2023-04-01"),
        ("2023年4月1日(土曜･休日)", "2023-04-01"),
        ("2015年4月1日(水) 0:00", "2015-04-01"),
        ("2023-04-01T00:00:00Z", "2023-04-01"),
        ("平成30年(2018年)4月1日", "2018-04-01"),
        ("2018(平成30)年4月1日", "2018-04-01"),
        ("H30(2018)年4月1日", "2018-04-01"),
        ("18680101", "1868-01-01"),
        ("21001231", "2100-12-31"),
        ("20000", "1954-10-03"),
        ("45016", "2023-03-31"),
        ("59999", "2064-04-07"),
    ],
)
def test_a_weekday_midnight_and_a_repeated_year_are_dropped(written: str, expected: str) -> None:
    """What a date repeats in another form is removed if both agree; counts of days are read from 20000 to 59999."""
    assert to_iso(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        *("2015/4/1(木)", "2015/4/1 (木)", "2023/4/1 0:01", "平成30年(2019年)4月1日", "2018(令和30)年4月1日"),
        *("18671231", "21010101", "20230229", "19999", "60000", "40401", "20510"),
    ],
)
def test_a_date_that_contradicts_itself_is_unchanged(written: str) -> None:
    """A wrong weekday, another year in brackets, a year outside 1868 to 2100, and digits with two readings stay."""
    assert to_iso(written) == written


@pytest.mark.parametrize(
    ("value", "readings"),
    [
        # The year comes last: month and day in both orders, and one reading where only one is a day.
        ("1/4/2015", ("2015-01-04", "2015-04-01")),
        ("4.4.2015", ("2015-04-04",)),
        ("31/12/2020", ("2020-12-31",)),
        # Two digits: this century, then 令和, 平成 and 昭和 as far as each had that day.
        ("5/4/1", ("2005-04-01", "2023-04-01", "1993-04-01", "1930-04-01")),
        ("05.04.01", ("2005-04-01", "2023-04-01", "1993-04-01", "1930-04-01")),
        ("64.1.7", ("2064-01-07", "2082-01-07", "1989-01-07")),
        ("64.1.8", ("2064-01-08", "2082-01-08")),
        # Counted on after the end of an era.
        ("平成31年5月1日", ("2019-05-01",)),
        ("H33.1.1", ("2021-01-01",)),
        ("S64.1.8", ("1989-01-08",)),
        # Four digits are a count of days unless they can be a year, 1868 to 2100.
        ("1000", ("1902-09-26",)),
        ("1867", ("1905-02-09",)),
        ("2101", ("1905-10-01",)),
        ("9999", ("1927-05-17",)),
        # Five digits: a count of days, a year and month, a day of 令和.
        ("10101", ("1927-08-27",)),
        ("18681", ("1951-02-22", "1868-01")),
        ("19999", ("1954-10-02", "1999-09")),
        ("20500", ("1956-02-15",)),
        ("20505", ("1956-02-20", "2050-05", "2020-05-05")),
        ("20510", ("1956-02-25", "2020-05-10")),
        ("20511", ("1956-02-26", "2020-05-11")),
        ("20509", ("1956-02-24", "2050-09", "2020-05-09")),
        ("40401", ("2010-08-11", "2022-04-01")),
        ("51231", ("2040-04-05", "2023-12-31")),
        ("59999", ("2064-04-07",)),
    ],
)
def test_a_doubtful_date_has_these_readings_in_this_order(value: str, readings: tuple[str, ...]) -> None:
    """The likeliest reading comes first; no reading is listed twice."""
    assert date_doubt(value) == Unsure("ambiguous-value", readings)


@pytest.mark.parametrize(
    "value", ["2023年4月", "2023/1", "2023/12", "2023", "R5.1", "R5.12", "令和5年度", "1868", "2100"]
)
def test_a_year_or_month_alone_is_an_incomplete_date(value: str) -> None:
    """No day is proposed for it."""
    assert date_doubt(value) == Unsure("date-incomplete")


@pytest.mark.parametrize(
    "value",
    [
        *("", "2015-04-01", "2023-04-31"),
        *("13/13/2020", "元.5.1", "M5.8.2", "M1.9.8", "999", "60000", "R5.4.1頃", "平成30年(2019年)4月1日"),
        *("2023.13", "2023/0", "5/4", "98年", "R5.0", "R5.13", "元年4月", "元/4", "不明"),
    ],
)
def test_a_value_without_any_date_reading_is_no_doubt(value: str) -> None:
    """The check of its form reports it; a date of the old calendar is never carried over to the western one."""
    assert date_doubt(value) is None


@pytest.mark.parametrize(
    ("value", "partial"),
    [
        ("2023/4/1 9:30", True),
        ("2015/4/1(木)", True),
        ("1/4/2015 8:00", True),
        ("5/4/1", False),
        ("40401", False),
        ("平成31年5月1日", False),
    ],
)
def test_a_reading_that_drops_a_time_or_weekday_is_partial(value: str, partial: bool) -> None:
    """Such a reading is never put in place of the value without a person's decision."""
    found = date_doubt(value)
    assert found is not None
    assert found.partial is partial


@pytest.mark.parametrize(
    ("value", "day"),
    [("2015/4/1(木)", "2015-04-01"), ("2023/4/1 9:30", "2023-04-01"), ("R5.4.1 9:30:15", "2023-04-01")],
)
def test_a_date_with_a_time_or_a_wrong_weekday_is_proposed_without_it(value: str, day: str) -> None:
    """The day itself is not in doubt."""
    assert date_doubt(value) == Unsure("ambiguous-value", (day,), partial=True)


@given(st.dates(date(1873, 1, 1), date(2100, 12, 31)))
def test_a_western_date_with_its_weekday_is_read_and_with_another_one_is_not(day: date) -> None:
    """Each of the seven weekdays is compared with the date."""
    own, other = WEEKDAYS[day.weekday()], WEEKDAYS[(day.weekday() + 1) % 7]
    written = f"{day.year}/{day.month}/{day.day}"
    assert to_iso(f"{written}({own})") == day.isoformat()
    assert to_iso(f"{written}({other}曜日)") == f"{written}({other}曜日)"


@given(st.integers(20_000, 59_999))
def test_a_count_of_days_is_the_first_reading_of_five_digits(count: int) -> None:
    """Excel counts from 1900-01-00 with a 29 February 1900, so that from March 1900 on day 0 is 1899-12-30."""
    day = (date(1899, 12, 30) + timedelta(days=count)).isoformat()
    found = date_doubt(str(count))
    assert found is not None
    assert found.readings[0] == day
    assert to_iso(str(count)) == (day if len(found.readings) == 1 else str(count))


@pytest.mark.parametrize(
    ("value", "year", "partial"),
    [
        ("2015/4/1", "2015", True),
        ("R5.4.1", "2023", True),
        ("20150401", "2015", True),
        ("45016", "2023", True),
        ("S65", "1990", False),
        ("H32", "2020", False),
        ("H33年", "2021", False),
        ("明治46年", "1913", False),
    ],
)
def test_a_doubtful_year_has_one_reading(value: str, year: str, partial: bool) -> None:
    """The year of a full date, or of an era that had ended."""
    found = year_doubt(value)
    assert found == Unsure("ambiguous-value", (year,), partial=partial)


@pytest.mark.parametrize("value", ["", "2015", "0000", "98", "H0", "S0", "2023年4月", "40401", "不明"])
def test_a_value_without_a_year_of_its_own_is_no_doubt(value: str) -> None:
    """Neither a plain year nor a value without any year has a reading; an era has no year 0."""
    assert year_doubt(value) is None


@pytest.mark.parametrize(
    ("written", "year"),
    [("S64", "1989"), ("H31", "2019"), ("T15", "1926"), ("M45", "1912"), ("R81", "2099"), ("平成元", "1989")],
)
def test_the_last_year_of_an_era_is_read(written: str, year: str) -> None:
    """An era's last year is the first one of the next era."""
    assert to_year(written) == year
