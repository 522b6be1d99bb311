"""Dates, times and durations as XML Schema writes them, and their order, which is partial.

Python's own types are not used: they know neither years beyond 9999, nor 24:00:00, nor a duration in months, and break
off where a time with a zone is compared with one without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

__all__ = ["Duration", "Moment", "compared", "read_date", "read_datetime", "read_duration", "read_month", "read_time",
           "read_year"]  # fmt: skip

_DAY = 86_400
_ZONE = r"(?P<zone>Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_DATE = r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?P<hour>[01][0-9]|2[0-4]):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9](?:\.[0-9]+)?)"
_YEAR = r"(?P<year>-?(?:[1-9][0-9]{4,8}|[0-9]{4}))"
_FORM = {
    "date": re.compile(_DATE),
    "time": re.compile(_TIME + _ZONE),
    "datetime": re.compile(f"{_DATE}T{_TIME}{_ZONE}"),
    "year": re.compile(_YEAR + _ZONE),
    "month": re.compile(f"{_YEAR}-(?P<month>0[1-9]|1[0-2]){_ZONE}"),
}
_DURATION = re.compile(
    r"(-?)P(?=[0-9T])(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9}(?:\.[0-9]+)?)S)?)?"
)
# How far apart the zones of a moment without one may be from UTC, by XML Schema: 14 hours to either side.
_FARTHEST = 14 * 3600
# The days at which XML Schema compares durations, since months differ in length.
_AT = ((1696, 9), (1697, 2), (1903, 3), (1903, 7))


@dataclass(frozen=True)
class Moment:
    """A point in time in seconds; ``zoned`` if its zone is known."""

    seconds: Decimal
    zoned: bool = False


@dataclass(frozen=True)
class Duration:
    """A duration in months and seconds, both of one sign."""

    months: int
    seconds: Decimal


def compared(left: object, right: object) -> int | None:
    """Return -1, 0 or 1 for less, equal or greater; ``None`` where the order is not known.

    >>> compared(read_time("09:00:00"), read_time("10:00:00Z")) is None
    True
    >>> compared(read_duration("P1M"), read_duration("P32D"))
    -1
    """
    if isinstance(left, Moment) and isinstance(right, Moment):
        return _moments(left, right)
    if isinstance(left, Duration) and isinstance(right, Duration):
        signs = {_sign(_after(year, month, left) - _after(year, month, right)) for year, month in _AT}
        return signs.pop() if len(signs) == 1 else None
    if left != left or right != right:  # noqa: PLR0124 (a NaN)
        return None
    order: int = (left > right) - (left < right)  # type: ignore[operator]
    return order


def _moments(left: Moment, right: Moment) -> int | None:
    apart = left.seconds - right.seconds
    return _sign(apart) if left.zoned == right.zoned or abs(apart) > _FARTHEST else None


def _sign(number: Decimal) -> int:
    return (number > 0) - (number < 0)


def _after(year: int, month: int, duration: Duration) -> Decimal:
    """Return the seconds from the beginning of the calendar to the end of a duration that begins with a month."""
    months = year * 12 + month - 1 + duration.months
    return Decimal(_days(months // 12, months % 12 + 1, 1)) * _DAY + duration.seconds


def _days(year: int, month: int, day: int) -> int:
    """Return the number of a day in the proleptic Gregorian calendar.

    >>> _days(1970, 1, 1) - _days(1969, 12, 31), _days(2024, 3, 1) - _days(2024, 2, 28)
    (1, 2)
    """
    shifted = year - (month <= 2)  # noqa: PLR2004 (the year is counted from March on)
    return 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400 + (153 * ((month - 3) % 12) + 2) // 5 + day


def _last_day(year: int, month: int) -> int:
    return _days(year + month // 12, month % 12 + 1, 1) - _days(year, month, 1)


def read_date(text: str, form: str | None = None) -> Moment | None:
    """Return the beginning of a day, ``None`` if the text is none; ``form`` is a pattern of ``strptime``.

    >>> read_date("2024-02-29") == read_date("29.2.2024", "%d.%m.%Y"), read_date("2023-02-29"), read_date("2024-2-1")
    (True, None, None)
    """
    if form is not None:
        parsed = _parsed(text, form)
        return None if parsed is None else _of_date(parsed.date())
    found = _FORM["date"].fullmatch(text)
    days = _day_of(found) if found else None
    return None if days is None else Moment(Decimal(days * _DAY))


def _of_date(day: date) -> Moment:
    return Moment(Decimal(_days(day.year, day.month, day.day) * _DAY))


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 (a zone is in the form, or is not known)
    except (ValueError, OverflowError):
        return None


def _day_of(found: re.Match[str]) -> int | None:
    year, month, day = (int(found[part]) for part in ("year", "month", "day"))
    return _days(year, month, day) if day <= _last_day(year, month) else None


def _clock(found: re.Match[str]) -> Decimal | None:
    """Return the seconds of a time of day; 24:00:00 is the end of the day."""
    seconds = int(found["hour"]) * 3600 + int(found["minute"]) * 60 + Decimal(found["second"])
    return seconds if seconds <= _DAY else None


def _offset(zone: str | None) -> int:
    if zone is None or zone == "Z":
        return 0
    return (int(zone[1:3]) * 3600 + int(zone[4:]) * 60) * (-1 if zone[0] == "-" else 1)


def read_time(text: str, form: str | None = None) -> Moment | None:
    """Return a time of day, ``None`` if the text is none.

    >>> read_time("24:00:00") == read_time("00:00:00"), read_time("9:00:00"), read_time("09:00")
    (True, None, None)
    """
    if form is not None:
        parsed = _parsed(text, form)
        return None if parsed is None else _of_time(parsed.timetz())
    found = _FORM["time"].fullmatch(text)
    seconds = _clock(found) if found else None
    if found is None or seconds is None:
        return None
    return Moment(seconds % _DAY - _offset(found["zone"]), zoned=found["zone"] is not None)


def _of_time(clock: time) -> Moment:
    seconds = Decimal(clock.hour * 3600 + clock.minute * 60 + clock.second) + Decimal(clock.microsecond) / 10**6
    offset = clock.utcoffset()
    return Moment(seconds - (int(offset.total_seconds()) if offset else 0), zoned=offset is not None)


def read_datetime(text: str, form: str | None = None) -> Moment | None:
    """Return a date with its time, ``None`` if the text is none.

    >>> read_datetime("2024-01-26T15:00:00Z") == read_datetime("2024-01-26T16:00:00.0+01:00")
    True
    >>> read_datetime("2024-01-26 15:00:00") is None
    True
    """
    if form is not None:
        parsed = _parsed(text, form)
        if parsed is None:
            return None
        clock = _of_time(parsed.timetz())
        return Moment(_of_date(parsed.date()).seconds + clock.seconds, zoned=clock.zoned)
    found = _FORM["datetime"].fullmatch(text)
    days, seconds = (_day_of(found), _clock(found)) if found else (None, None)
    if found is None or days is None or seconds is None:
        return None
    return Moment(days * _DAY + seconds - _offset(found["zone"]), zoned=found["zone"] is not None)


def read_year(text: str) -> int | None:
    """Return a year, ``None`` if the text is none.

    >>> read_year("2024"), read_year("-0044"), read_year("24"), read_year("２０２４")
    (2024, -44, None, None)
    """
    found = _FORM["year"].fullmatch(text)
    return int(found["year"]) if found else None


def read_month(text: str) -> tuple[int, int] | None:
    """Return year and month, ``None`` if the text is none.

    >>> read_month("2024-01"), read_month("2024-1")
    ((2024, 1), None)
    """
    found = _FORM["month"].fullmatch(text)
    return (int(found["year"]), int(found["month"])) if found else None


def read_duration(text: str) -> Duration | None:
    """Return a duration, ``None`` if the text is none.

    >>> read_duration("P1Y2M"), read_duration("P1W"), read_duration("P")
    (Duration(months=14, seconds=Decimal('0')), None, None)
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    sign = -1 if found[1] else 1
    years, months, days, hours, minutes = (int(found[part] or 0) for part in range(2, 7))
    seconds = Decimal(days * _DAY + hours * 3600 + minutes * 60) + Decimal(found[7] or 0)
    return Duration(sign * (years * 12 + months), sign * seconds)
