"""Japan's time zone, the current day in Japan, days of the week, and the fiscal year (年度) with its quarters.

The first month of a city's fiscal year is part of its profile (``fiscal_year_start`` in ``opendata.toml``) and is
passed in. :data:`FISCAL_YEAR_START` is used where no city is known, as in a file's name.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

__all__ = [
    "FISCAL_YEAR_START",
    "JST",
    "QUARTERS",
    "WEEKDAYS",
    "calendar_year_of_month",
    "fiscal_year_of",
    "fiscal_year_of_month",
    "japan_day",
    "japan_moment",
    "quarter_ends",
    "quarter_of",
    "today",
    "year_days",
]

# A fixed offset, not zoneinfo: Japan has had no summer time since 1951, and Windows brings no time zone data.
JST = timezone(timedelta(hours=9), "JST")
# Local Autonomy Act (地方自治法), article 208: a municipality's fiscal year begins on 1 April.
FISCAL_YEAR_START = 4
QUARTERS = 4
WEEKDAYS = "月火水木金土日"  # in the order of date.weekday()
_MONTHS = 12
_DAY_LETTERS = 10
# ISO 8601 has no space before an offset, and no name of a zone; RFC 3339 and some portals do.
_SPACED_OFFSET = re.compile(r"\s+([+-]\d\d:?\d\d)$")
_UTC_NAME = re.compile(r"\s*(?:Z|UTC|GMT)$", re.IGNORECASE)


def today() -> date:
    """Return the current day in Japan."""
    return datetime.now(UTC).astimezone(JST).date()


def japan_moment(text: str) -> datetime:
    """Return a time that a portal or catalogue wrote, in Japan's time.

    A time without an offset is UTC, as CKAN stores its times.

    >>> japan_moment("2021-03-31T15:00:00.123456").isoformat()
    '2021-04-01T00:00:00.123456+09:00'

    Raises:
        ValueError: If the text is no time of ISO 8601.
        OverflowError: If the moment lies outside the years 1 to 9999.
    """
    written = _SPACED_OFFSET.sub(r"\1", _UTC_NAME.sub("+00:00", text.strip()))
    moment = datetime.fromisoformat(written)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(JST)


def japan_day(text: str) -> str:
    """Return the day in Japan of a portal's time, as ``YYYY-MM-DD``; a date without a time stays that date.

    All code that shows or counts a portal's days uses this function, so that the list, the ledger, pages and figures
    agree. A text that is no time is returned unchanged but for blanks at its ends. Of a day with an unreadable time
    the day is returned.

    >>> japan_day("2021-03-31T15:00:00"), japan_day("2021-03-31T15:00:00+09:00"), japan_day("2021-03-31")
    ('2021-04-01', '2021-03-31', '2021-03-31')
    >>> japan_day("2021-03"), japan_day("2021-03-31T99:00"), japan_day("令和3年")
    ('2021-03', '2021-03-31', '令和3年')
    """
    written = text.strip()
    # The date alone first: read as a moment it would be midnight UTC, and 15:00 UTC is the next day in Japan.
    for read in (_written_day, _day_of_moment):
        try:
            return read(written)
        except (ValueError, OverflowError):
            continue
    try:
        return _written_day(written[:_DAY_LETTERS])
    except ValueError:
        return written


def _written_day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _day_of_moment(text: str) -> str:
    return japan_moment(text).date().isoformat()


def fiscal_year_of_month(year: int, month: int, start_month: int = FISCAL_YEAR_START) -> int:
    """Return the fiscal year that contains a month of a calendar year.

    >>> fiscal_year_of_month(2026, 3), fiscal_year_of_month(2026, 4), fiscal_year_of_month(2026, 1, start_month=1)
    (2025, 2026, 2026)
    """
    return year - (month < start_month)


def calendar_year_of_month(fiscal_year: int, month: int, start_month: int = FISCAL_YEAR_START) -> int:
    """Return the calendar year of a month of a fiscal year; the inverse of :func:`fiscal_year_of_month`.

    >>> calendar_year_of_month(2025, 3), calendar_year_of_month(2025, 4)
    (2026, 2025)
    """
    return fiscal_year + (month < start_month)


def fiscal_year_of(day: date, start_month: int = FISCAL_YEAR_START) -> int:
    """Return the fiscal year that contains a day.

    >>> fiscal_year_of(date(2026, 3, 31)), fiscal_year_of(date(2026, 4, 1)), fiscal_year_of(date(2024, 2, 29))
    (2025, 2026, 2023)
    """
    return fiscal_year_of_month(day.year, day.month, start_month)


def year_days(fiscal_year: int, start_month: int = FISCAL_YEAR_START) -> tuple[date, date]:
    """Return the first and the last day of a fiscal year.

    >>> [day.isoformat() for day in year_days(2023)], [day.isoformat() for day in year_days(2023, 1)]
    (['2023-04-01', '2024-03-31'], ['2023-01-01', '2023-12-31'])
    """
    first = date(fiscal_year, start_month, 1)
    return first, date(fiscal_year + 1, start_month, 1) - timedelta(days=1)


def quarter_ends(fiscal_year: int, start_month: int = FISCAL_YEAR_START) -> tuple[date, ...]:
    """Return the last day of each quarter of a fiscal year.

    >>> [day.isoformat() for day in quarter_ends(2023)]
    ['2023-06-30', '2023-09-30', '2023-12-31', '2024-03-31']
    """
    length = _MONTHS // QUARTERS
    months = [start_month - 1 + length * quarter for quarter in range(1, QUARTERS + 1)]
    return tuple(date(fiscal_year + m // _MONTHS, m % _MONTHS + 1, 1) - timedelta(days=1) for m in months)


def quarter_of(day: date, fiscal_year: int, start_month: int = FISCAL_YEAR_START) -> int:
    """Return the quarter of a fiscal year that contains a day: 1 for a day before that year, 4 for one after it.

    >>> [quarter_of(day, 2025) for day in (date(2025, 12, 15), date(2026, 5, 1), date(2025, 1, 1))]
    [3, 4, 1]
    """
    ends = quarter_ends(fiscal_year, start_month)
    return next((number for number, end in enumerate(ends, start=1) if day <= end), QUARTERS)
