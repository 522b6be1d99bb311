"""Full dates as people in Japan write them: in a western year or an era, with 年月日, slashes, hyphens or points."""

from __future__ import annotations

import re
from datetime import date

from meguro_opendata.japan.eras import era_at_start
from meguro_opendata.japan.folding import hyphened, plain
from meguro_opendata.japan.numerals import with_digits

__all__ = ["MIDNIGHT", "era_day", "iso_day", "lacks_day", "western_day", "written_day"]

_PARTS = r"\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*日?"
_WESTERN = re.compile(r"(\d{4})" + _PARTS)
_ERA_DAY = re.compile(r"(元|\d{1,2})" + _PARTS)
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)")
_WEEKDAY = re.compile(r"\s*\([月火水木金土日](?:曜日?)?\)$")
_YEAR_OR_MONTH = re.compile(r"(元|\d{1,4})(?:\s*年度?)?(?:\s*[年./-]?\s*(\d{1,2})\s*月?)?")
_WESTERN_DIGITS = 4
# Excel adds a time of midnight to a date that it writes as text.
MIDNIGHT = re.compile(r"(?:\s+|T)0{1,2}:00(?::00(?:\.0+)?)?Z?$")


def written_day(text: str) -> date | None:
    """Return the day that a person wrote; ``None`` for a text that is no certain full date.

    >>> {str(written_day(text)) for text in ("2025/3/1", "2025-3-1", "令和7年3月1日(土)", "R7.3.1")}
    {'2025-03-01'}
    >>> written_day("平成31年5月1日"), written_day("7/3/1"), written_day("2025-02-30"), written_day("令和7年3月")
    (None, None, None, None)
    """
    bare = _bare(text)
    digits = _DIGITS.fullmatch(bare)
    found = iso_day(*digits.groups()) if digits else western_day(bare) or era_day(bare)
    return date.fromisoformat(found) if found else None


def lacks_day(text: str) -> bool:
    """Return whether a text is a year, or a year and a month, without a day.

    >>> lacks_day("平成30年"), lacks_day("H30.3"), lacks_day("2025年3月"), lacks_day("2025/3/1"), lacks_day("昨年")
    (True, True, True, False, False)
    """
    era, rest = era_at_start(_bare(text))
    found = _YEAR_OR_MONTH.fullmatch(rest)
    return found is not None and (era is not None or len(found[1]) == _WESTERN_DIGITS)


def western_day(text: str) -> str | None:
    """Return a date with a western year of four digits as ``YYYY-MM-DD``, ``None`` for any other text.

    >>> western_day("2015/4/1"), western_day("2015年4月1日"), western_day("15/4/1")
    ('2015-04-01', '2015-04-01', None)
    """
    matched = _WESTERN.fullmatch(text)
    return iso_day(*matched.groups()) if matched else None


def era_day(text: str, *, strict: bool = True) -> str | None:
    """Return a date of an era as ``YYYY-MM-DD``, ``None`` for any other text.

    Args:
        text: The date.
        strict: Whether the day must lie within the era. Otherwise the years of the era are counted on after its end,
            as forms do that were printed before.

    >>> era_day("R5.4.1"), era_day("平成31年5月1日"), era_day("平成31年5月1日", strict=False)
    ('2023-04-01', None, '2019-05-01')
    """
    era, rest = era_at_start(text)
    matched = _ERA_DAY.fullmatch(rest) if era else None
    if era is None or matched is None:
        return None
    found = iso_day(str(era.western_year(matched[1])), matched[2], matched[3])
    inside = found is not None and era.first.isoformat() <= found <= era.last.isoformat()
    return found if inside or not strict else None


def iso_day(year: str, month: str, day: str) -> str | None:
    """Return year, month and day, each in digits, as ``YYYY-MM-DD``; ``None`` if the calendar has no such day."""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _bare(text: str) -> str:
    """Return a text without a time of midnight and without a weekday in brackets at its end."""
    return MIDNIGHT.sub("", _WEEKDAY.sub("", with_digits(hyphened(plain(text), "between_numbers"))))
