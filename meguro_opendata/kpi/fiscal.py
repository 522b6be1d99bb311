"""The Japanese fiscal year: its days and quarters in Japan's time, and its name in both calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from meguro_opendata import messages
from meguro_opendata.ledger import JST

__all__ = ["QUARTERS", "era_name", "fiscal_year_of", "quarter_ends", "today", "year_days"]

_ERAS = (("reiwa", 2018), ("heisei", 1988))
QUARTERS = 4
_MONTHS = 12


def today() -> date:
    """The current day in Japan."""
    return datetime.now(UTC).astimezone(JST).date()


def fiscal_year_of(day: date, start_month: int = 4) -> int:
    """The fiscal year of a day.

    >>> fiscal_year_of(date(2026, 3, 31)), fiscal_year_of(date(2026, 4, 1)), fiscal_year_of(date(2024, 2, 29))
    (2025, 2026, 2023)
    """
    return day.year if day.month >= start_month else day.year - 1


def year_days(fiscal_year: int, start_month: int = 4) -> tuple[date, date]:
    """The first and the last day of a fiscal year.

    >>> [day.isoformat() for day in year_days(2023)], [day.isoformat() for day in year_days(2023, 1)]
    (['2023-04-01', '2024-03-31'], ['2023-01-01', '2023-12-31'])
    """
    first = date(fiscal_year, start_month, 1)
    return first, date(fiscal_year + 1, start_month, 1) - timedelta(days=1)


def quarter_ends(fiscal_year: int, start_month: int = 4) -> tuple[date, ...]:
    """The last day of each quarter of a fiscal year.

    >>> [day.isoformat() for day in quarter_ends(2023)]
    ['2023-06-30', '2023-09-30', '2023-12-31', '2024-03-31']
    """
    length = _MONTHS // QUARTERS
    months = [start_month - 1 + length * quarter for quarter in range(1, QUARTERS + 1)]
    return tuple(date(fiscal_year + m // _MONTHS, m % _MONTHS + 1, 1) - timedelta(days=1) for m in months)


def era_name(fiscal_year: int, lang: str = "ja") -> str:
    """A fiscal year in the Japanese era that its year begins in, 令和 or 平成; an earlier one in western form.

    >>> era_name(2025), era_name(2019), era_name(2018), era_name(2025, "en")
    ('令和7', '令和元', '平成30', 'Reiwa 7')
    """
    for era, before in _ERAS:
        number = fiscal_year - before
        if number > 0:
            return messages.word(era, lang) + (messages.word("first-year", lang) if number == 1 else str(number))
    return str(fiscal_year)
