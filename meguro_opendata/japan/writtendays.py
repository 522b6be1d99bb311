"""Days as offices and Excel write them: western or in an era, with 年月日, slashes, hyphens or stops."""

from __future__ import annotations

import re
from datetime import date

from meguro_opendata.japan.eras import era_at_start
from meguro_opendata.japan.folding import one_width
from meguro_opendata.japan.numerals import with_digits

__all__ = ["lacks_day", "written_day"]

_DAY = re.compile(r"(元|\d{1,4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?")
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PART = re.compile(r"(元|\d{1,4})(?:\s*年度?)?(?:\s*[年./-]?\s*(\d{1,2})\s*月?)?")
# What Excel adds when a day is stored with a time, and a weekday in brackets.
_AFTER = re.compile(r"(?:(?:\s+|T)0{1,2}:00(?::00(?:\.0+)?)?|\s*\([月火水木金土日](?:曜日?)?\))$")
_WESTERN = 4


def written_day(text: str) -> date | None:
    """Return the day that a text writes in full, ``None`` if it writes none, or one that its era does not have.

    >>> written_day("2025/3/1"), written_day("平成30年3月1日"), written_day("Ｈ30．3．1")
    (datetime.date(2025, 3, 1), datetime.date(2018, 3, 1), datetime.date(2018, 3, 1))
    >>> written_day("2025-3-1 0:00"), written_day("20250301"), written_day("令和元年5月1日").isoformat()
    (datetime.date(2025, 3, 1), datetime.date(2025, 3, 1), '2019-05-01')
    >>> written_day("平成30年"), written_day("25/3/1"), written_day("平成31年5月1日"), written_day("2025/2/30")
    (None, None, None, None)
    """
    era, rest = era_at_start(_bare(text))
    found = _DAY.fullmatch(rest) or (None if era else _PACKED.fullmatch(rest))
    if found is None or (era is None and len(found[1]) != _WESTERN):
        return None
    try:
        day = date(era.western_year(found[1]) if era else int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return day if era is None or era.first <= day <= era.last else None


def lacks_day(text: str) -> bool:
    """Return whether a text writes a year, or a year and a month, and no day.

    >>> lacks_day("平成30年"), lacks_day("H30.3"), lacks_day("2025年3月"), lacks_day("2025/3/1"), lacks_day("昨年")
    (True, True, True, False, False)
    """
    era, rest = era_at_start(_bare(text))
    found = _PART.fullmatch(rest)
    return found is not None and (era is not None or len(found[1]) == _WESTERN)


def _bare(text: str) -> str:
    return _AFTER.sub("", with_digits(one_width(text).strip()))
