"""Numbers and codes that a spreadsheet turned into dates, and the original entry where the date still shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from meguro_opendata.cleaning.data import Unsure, read_data

__all__ = ["lot_as_date", "number_as_date"]

_DATA: Mapping[str, Any] = read_data("damage.toml")["as_date"]
_MONTHS = {name: number for number, name in enumerate(_DATA["months"], 1)}
_MONTH = "|".join(_MONTHS)
_CLOCK = r"(?:[ T](?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}(?:\.[0-9]+)?))?)?"
_SHAPES = [
    re.compile(rf"(?P<year>[12][0-9]{{3}})[-/](?P<month>[0-9]{{1,2}})[-/](?P<day>[0-9]{{1,2}}){_CLOCK}"),
    re.compile(r"(?:(?P<year>[12][0-9]{3})年)?(?P<month>[0-9]{1,2})月(?P<day>[0-9]{1,2})日"),
    re.compile(rf"(?P<day>[0-9]{{1,2}})-(?P<name>{_MONTH})(?:-(?P<year>[12][0-9]{{3}}))?"),
    re.compile(rf"(?P<name>{_MONTH})-(?P<short>[0-9]{{2}})"),
]
# Excel kept the error of Lotus 1-2-3 that 1900 was a leap year: before 1 March 1900 its count is one day lower.
_LEAP_DAY = date(1900, 3, 1)
_DAY_0 = date(1899, 12, 30)  # day 0 of the count from March 1900 onwards
_CENTURY, _TURN = 2000, 1930  # Excel reads 30 to 99 as years of the last century
_OLD = 1990  # no spreadsheet table is older than this: an earlier date is a number shown as a date
_PLACES = Decimal("1e-6")  # 0.1 m of a coordinate; a shown time of day has whole seconds and carries no more
_DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class _Shown:
    """A date as a spreadsheet shows it.

    Attributes:
        day: The day, ``None`` if the text has only a month and a number, as ``Jun-41``.
        passed: The elapsed part of the day, from 0 to 1.
        month: The month where there is no day.
        number: The number beside that month: a day or a year of two digits.
    """

    day: date | None
    passed: Decimal = Decimal(0)
    month: int = 0
    number: int = 0


def lot_as_date(text: str, kind: str = "text") -> Unsure | None:
    """Return the readings of ``number_as_date`` for a text that can contain lot numbers.

    A lot of three numbers, such as ``1911-7-16``, is never padded with zeros, and is therefore not taken for a date.

    >>> lot_as_date("2026-01-02").readings, lot_as_date("1911-7-16")
    (('1-2', '26-1-2'), None)
    """
    return number_as_date(text, kind) if re.search(_DATA["shape"], text) else None


def number_as_date(text: str, kind: str = "text_halfwidth") -> Unsure | None:
    """Return the number or code that became a date, for a field that never contains dates.

    Args:
        text: The value.
        kind: The field's kind of value. In numbers and codes the count of days is the original entry; in texts
            ``1-2`` became January 2nd of the year of its entry, and ``6-41`` became June 1941.

    >>> number_as_date("1911/7/16"), number_as_date("1900-01-20 00:00:00").readings, number_as_date("4215")
    (Unsure(code='number-as-date', readings=('4215',)), ('20',), None)
    >>> number_as_date("1900-02-04 15:23:36", "latitude").readings, number_as_date("2258-12-13", "lgcode6").readings
    (('35.641389',), ('131105',))
    >>> [number_as_date(text, "text").readings for text in ("1月2日", "1941-06-01", "6-Feb", "2026-01-02")]
    [('1-2',), ('6-41',), ('2-6',), ('1-2', '26-1-2')]
    >>> number_as_date("1941-06-01", "latitude"), number_as_date("1941-06-01", "phone")
    (Unsure(code='number-as-date', readings=('15128',)), Unsure(code='number-as-date', readings=()))
    """
    shown = next(
        (found for shape in _SHAPES if (matched := shape.fullmatch(text)) and (found := _shown(matched))), None
    )
    if shown is None or (shown.day is not None and _count(shown.day) <= 0):
        return None
    return Unsure("number-as-date", tuple(dict.fromkeys(_readings(shown, kind))))


def _shown(found: re.Match[str]) -> _Shown | None:
    """Return the recognised date, ``None`` for a day that no calendar has."""
    parts = found.groupdict()
    month = _MONTHS[parts["name"]] if parts.get("name") else int(parts["month"])
    if parts.get("short"):
        return _Shown(None, month=month, number=int(parts["short"]))
    day = int(parts["day"])
    try:
        # Without a year, 2000 takes its place: a leap year, so that 2月29日 is a day.
        whole = date(int(parts["year"] or _CENTURY), month, day)
    except ValueError:
        return None
    return _Shown(whole, _passed(parts)) if parts["year"] else _Shown(None, month=month, number=day)


def _passed(parts: Mapping[str, str | None]) -> Decimal:
    """Return a time of day as a part of the day, from 0 to 1."""
    clock = (Decimal(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    seconds = sum(part * size for part, size in zip(clock, (3600, 60, 1), strict=True))
    return Decimal(seconds) / _DAY_SECONDS


def _count(day: date) -> int:
    return (day - _DAY_0).days - (day < _LEAP_DAY)


def _readings(shown: _Shown, kind: str) -> Iterator[str]:
    """Yield the possible original entries, the likeliest first."""
    if kind in _DATA["typed"]:
        yield from _typed(shown)
    if shown.day is None:
        return
    count = _count(shown.day)
    if kind in _DATA["widths"]:
        yield str(count).zfill(_DATA["widths"][kind])
    elif kind in _DATA["numbers"]:
        yield format((count + shown.passed).quantize(_PLACES).normalize(), "f")
    elif kind in _DATA["counted"] and shown.day.year < _OLD:
        yield str(count)


def _typed(shown: _Shown) -> Iterator[str]:
    """Yield the numbers with hyphens that Excel reads as this date."""
    if shown.day is None:
        yield f"{shown.month}-{shown.number}"
        return
    day = shown.day
    short = f"{day.year % 100}-{day.month}-{day.day}"
    if _TURN <= day.year < _CENTURY:
        yield f"{day.month}-{day.year % 100}" if day.day == 1 else short
    elif day.year >= _CENTURY:
        yield from (f"{day.month}-{day.day}", short)
