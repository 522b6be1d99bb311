"""Dates as a catalogue has them: a day, a month or a year."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

__all__ = ["day_range"]

# DCAT allows xsd:date, xsd:gYearMonth and xsd:gYear.
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def day_range(text: str) -> tuple[date, date] | None:
    """Return the first and the last day that a date means, ``None`` if it is no date.

    >>> [str(day) for day in day_range("2024-02")], day_range("2025-02-29"), day_range("令和7年4月1日")
    (['2024-02-01', '2024-02-29'], None, None)
    """
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        return None
    last_month = month or 12
    return first, first if day else date(year, last_month, monthrange(year, last_month)[1])
