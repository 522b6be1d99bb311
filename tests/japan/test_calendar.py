"""Japan's time and its fiscal year: each day lies in one year and one quarter, wherever the year starts."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.japan.calendar import (
    FISCAL_YEAR_START,
    JST,
    QUARTERS,
    WEEKDAYS,
    calendar_year_of_month,
    fiscal_year_of,
    fiscal_year_of_month,
    japan_day,
    japan_moment,
    quarter_ends,
    quarter_of,
    today,
    year_days,
)

DAYS = st.dates(date(1990, 1, 1), date(2199, 12, 31))
MONTHS = st.integers(1, 12)
A_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "start", "year"),
    [
        ("2026-03-31", 4, 2025),
        ("2026-04-01", 4, 2026),
        ("2024-02-29", 4, 2023),
        ("2024-02-29", 3, 2023),
        ("2024-03-01", 3, 2024),
        ("2024-02-29", 2, 2024),
        ("2025-12-31", 1, 2025),
        ("2026-01-01", 1, 2026),
        ("2026-09-30", 10, 2025),
        ("2026-10-01", 10, 2026),
        ("2026-11-30", 12, 2025),
        ("2026-12-01", 12, 2026),
    ],
)
def test_the_fiscal_year_of_a_day(day: str, start: int, year: int) -> None:
    """A fiscal year has the number of the calendar year in which it starts."""
    assert fiscal_year_of(date.fromisoformat(day), start) == year


def test_the_year_starts_in_april_where_nothing_else_is_said() -> None:
    """Every function takes April for granted, as the law has it."""
    assert (FISCAL_YEAR_START, fiscal_year_of_month(2026, 3), calendar_year_of_month(2025, 3)) == (4, 2025, 2026)
    assert year_days(2025) == year_days(2025, 4) == (date(2025, 4, 1), date(2026, 3, 31))
    assert quarter_ends(2025) == quarter_ends(2025, 4)
    assert [quarter_of(date(2025, month, 1), 2025) for month in (4, 6, 7, 9, 10, 12)] == [1, 1, 2, 2, 3, 3]


@given(DAYS, MONTHS)
def test_every_day_lies_in_its_year(day: date, start: int) -> None:
    """The fiscal year of a day is the one between whose first and last day it lies."""
    year = fiscal_year_of(day, start)
    first, last = year_days(year, start)
    assert first <= day <= last
    assert (first.day, first.month) == (1, start)
    assert year_days(year + 1, start)[0] == last + A_DAY


@given(st.integers(1868, 2200), MONTHS, MONTHS)
def test_months_find_their_calendar_year_again(year: int, month: int, start: int) -> None:
    """A month goes to its fiscal year and back, whichever the first month is."""
    assert calendar_year_of_month(fiscal_year_of_month(year, month, start), month, start) == year
    assert fiscal_year_of_month(calendar_year_of_month(year, month, start), month, start) == year


@given(DAYS, MONTHS)
def test_quarters_part_the_year(day: date, start: int) -> None:
    """Four quarters of three months each end with the year, and a day lies in exactly one of them."""
    year = fiscal_year_of(day, start)
    first, last = year_days(year, start)
    ends = quarter_ends(year, start)
    begins = [first, *(end + A_DAY for end in ends[:-1])]
    assert (len(ends), ends[-1]) == (QUARTERS, last)
    assert [(begin.month - start) % 12 for begin in begins] == [0, 3, 6, 9]
    number = quarter_of(day, year, start)
    assert begins[number - 1] <= day <= ends[number - 1]


def test_quarters_over_a_leap_day_and_the_year() -> None:
    """A quarter that ends with February ends on its last day; those of a year from October cross the new year."""
    assert quarter_ends(2023, 12) == (date(2024, 2, 29), date(2024, 5, 31), date(2024, 8, 31), date(2024, 11, 30))
    assert quarter_ends(2025, 10)[:2] == (date(2025, 12, 31), date(2026, 3, 31))


def test_days_outside_a_year_have_its_nearest_quarter() -> None:
    """A follow-up that is asked for too early is the first, one that is asked for later the last."""
    assert [quarter_of(date(2026, 3, 31) + A_DAY * days, 2026) for days in (0, 1, 366, 4000)] == [1, 1, 4, 4]


@given(st.datetimes(datetime(1990, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 (given a zone)
def test_japan_is_nine_hours_ahead(moment: datetime) -> None:
    """The day in Japan begins at 15:00 UTC, in summer, too."""
    assert (moment.astimezone(JST).date() > moment.date()) == (moment.hour >= 15)


def test_today_is_japans(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the afternoon of UTC it is tomorrow in Japan."""

    class Clock(datetime):
        """Always the same moment."""

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            """Return a moment of the last day of a fiscal year."""
            return datetime(2026, 3, 31, 15, 0, tzinfo=UTC)

    monkeypatch.setattr("meguro_opendata.japan.calendar.datetime", Clock)
    assert today() == date(2026, 4, 1)


@given(DAYS)
def test_weekdays_are_in_pythons_order(day: date) -> None:
    """Seven days later has the same letter; 1 April 2024 was a Monday."""
    assert WEEKDAYS[date(2024, 4, 1).weekday()] == "月"
    assert WEEKDAYS[(day + A_DAY).weekday()] == WEEKDAYS[(WEEKDAYS.index(WEEKDAYS[day.weekday()]) + 1) % 7]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2021-03-31T15:00:00", "2021-04-01"),
        ("2021-03-31T14:59:59.999999", "2021-03-31"),
        ("2021-03-31T15:00:00.123456", "2021-04-01"),
        ("2021-03-31T15:00:00.1234567Z", "2021-04-01"),
        ("2021-03-31T15:00:00Z", "2021-04-01"),
        ("2021-03-31T15:00:00z", "2021-04-01"),
        ("2021-03-31 15:00:00 UTC", "2021-04-01"),
        ("2021-03-31 15:00:00 +0000", "2021-04-01"),
        ("2021-03-31T15:00:00+09:00", "2021-03-31"),
        ("2021-03-31T10:00:00-05:00", "2021-04-01"),
        ("20210331T150000Z", "2021-04-01"),
        (" 2021-03-31T15:00 ", "2021-04-01"),
        ("2020-12-31T15:00:00", "2021-01-01"),
        ("2024-02-28T15:00:00", "2024-02-29"),
        ("1965-12-31T15:00:00", "1966-01-01"),
        ("2021-03-31", "2021-03-31"),
        ("20210331", "2021-03-31"),
        ("2021-03", "2021-03"),
        ("2021", "2021"),
        ("9999-12-31T23:00:00Z", "9999-12-31"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01"),
        ("2021-03-31T99:00:00", "2021-03-31"),
        ("令和3年3月31日", "令和3年3月31日"),
        ("2021年度から順次公開している", "2021年度から順次公開している"),
        ("", ""),
    ],
)
def test_a_portals_time_is_a_day_in_japan(written: str, day: str) -> None:
    """Times of every kind become Japan's day, a date stays that date, and what is no time is not cut."""
    assert japan_day(written) == day


@given(
    st.builds(datetime.combine, st.dates(date(1, 1, 3), date(9999, 12, 29)), st.times()),
    st.sampled_from([None, *(timezone(timedelta(minutes=minutes)) for minutes in (-720, -300, 0, 345, 540, 840))]),
    st.sampled_from(["auto", "seconds", "microseconds"]),
    st.sampled_from(["T", " "]),
)
def test_however_a_moment_is_written_it_is_of_one_day(
    clock: datetime, zone: timezone | None, precision: str, separator: str
) -> None:
    """The day is nine hours on from UTC, whatever the offset; reading it once more changes nothing."""
    written = clock.replace(tzinfo=zone).isoformat(separator, precision)
    expected = (clock - (zone.utcoffset(None) if zone else timedelta()) + timedelta(hours=9)).date().isoformat()
    assert japan_day(written) == expected == japan_day(expected) == japan_day(japan_moment(written).isoformat())
