"""Dates and years in Japanese eras or loose western form → ISO 8601. Uncertain values are left unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from meguro_opendata.cleaning.data import Unsure, short_read, short_rewritten
from meguro_opendata.japan.calendar import WEEKDAYS
from meguro_opendata.japan.days import MIDNIGHT, era_day, iso_day, western_day
from meguro_opendata.japan.eras import SOLAR_CALENDAR, Era, era_at_start, eras
from meguro_opendata.japan.numerals import with_digits

__all__ = ["date_doubt", "to_iso", "to_year", "year_doubt"]

_ERA_YEAR = re.compile(r"(元|\d{1,2})\s*(?:年(?:度)?)?")
_MONTH = re.compile(r"(元|\d{1,4})\s*(?:年|[-/.])\s*(\d{1,2})\s*月?")
_CLOCK = re.compile(r"\s+\d{1,2}:\d{2}(?::\d{2})?$")
_WEEKDAY = re.compile(r"\s*\(([月火水木金土日])(?:曜日?)?(?:[・･]?(?:祝日?|休日?))?\)$")
_OTHER_YEAR = re.compile(r"((?:[A-Za-z]|[一-鿿]{1,2})?\s*(?:元|\d{1,4}))(年?)\s*\(([^()]+?)年?\)\s*(年?)")
_SHORT = re.compile(r"(\d{1,2})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*日?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_SERIAL = re.compile(r"[2-5]\d{4}")  # 1954 to 2064, as Excel counts days
_COUNTED = re.compile(r"[1-9]\d{3}|[1-5]\d{4}")
_EXCEL_DAY_0 = date(1899, 12, 30)  # not 12-31: Excel counts a 29 February 1900 that there was not
_YEARS = range(1868, 2101)  # from Meiji 1; digits outside are no year of an office's table


@short_rewritten
def to_iso(text: str) -> str:
    """Return a full date as ``YYYY-MM-DD``; any other value, and a day that its era does not have, unchanged.

    A weekday in brackets is dropped if it fits the date, and so is the time of midnight that Excel adds.
    A number of five digits is read as Excel's count of days only if it can be neither a year with its month nor the
    year, month and day of an era; otherwise ``date_doubt`` reports it.

    >>> to_iso("R5.4.1"), to_iso("令和元年5月1日"), to_iso("H31.4.30"), to_iso("2015/4/1")
    ('2023-04-01', '2019-05-01', '2019-04-30', '2015-04-01')
    >>> to_iso("45016"), to_iso("20041117"), to_iso("2023年1月31日(火)"), to_iso("平成30年(2018年)4月1日")
    ('2023-03-31', '2004-11-17', '2023-01-31', '2018-04-01')
    >>> to_iso("令和五年四月一日"), to_iso("昭和六十二年十一月三日"), to_iso("二〇二三年四月一日")
    ('2023-04-01', '1987-11-03', '2023-04-01')
    >>> to_iso("平成31年5月1日"), to_iso("4月中旬"), to_iso("明治5年8月2日"), to_iso("40401")
    ('平成31年5月1日', '4月中旬', '明治5年8月2日', '40401')
    """
    bare, weekday = _bare(with_digits(text))
    if re.fullmatch(r"\d{8}", bare):
        found = iso_day(bare[:4], bare[4:6], bare[6:]) if int(bare[:4]) in _YEARS else None
    elif _SERIAL.fullmatch(bare):
        found = _excel_day(bare) if len(_number_readings(bare)) == 1 else None
    else:
        found = western_day(bare) or era_day(bare)
    if found is None or (weekday and weekday != _weekday(found)):
        return text
    return found


@short_read
def date_doubt(text: str) -> Unsure | None:
    """Return the reason why a value is no certain date, with the dates that it may be.

    >>> date_doubt("40401"), date_doubt("1/4/2015")
    (Unsure(code='ambiguous-value', readings=('2010-08-11', '2022-04-01')), \
Unsure(code='ambiguous-value', readings=('2015-01-04', '2015-04-01')))
    >>> date_doubt("令和5年4月"), date_doubt("平成31年5月1日").readings, date_doubt("2023-04-01")
    (Unsure(code='date-incomplete', readings=()), ('2019-05-01',), None)
    """
    if not text or re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    plain = with_digits(text)
    readings = tuple(dict.fromkeys(_readings(plain)))
    if readings:
        bare, weekday = _bare(plain)
        return Unsure("ambiguous-value", readings, partial=bool(weekday or _CLOCK.search(bare)))
    return Unsure("date-incomplete") if _is_part(plain) else None


@short_rewritten
def to_year(text: str) -> str:
    """Return a year as ``YYYY``; a year after the end of its era is unchanged.

    >>> to_year("R3"), to_year("S55"), to_year("平成元年"), to_year("1980年")
    ('2021', '1980', '1989', '1980')
    >>> to_year("平成三十年"), to_year("S65"), to_year("不明")
    ('2018', 'S65', '不明')
    """
    plain = with_digits(text)
    western = re.fullmatch(r"(\d{4})年(?:度)?", plain)
    if western:
        return western[1]
    found = _era_year(plain)
    if found is None:
        return text
    era, year = found
    return str(year) if era.offset < year <= era.last.year else text


@short_read
def year_doubt(text: str) -> Unsure | None:
    """Return the year of a full date, or of an era that had ended, for a value that is not a plain year.

    >>> year_doubt("2015/4/1"), year_doubt("H33"), year_doubt("2015")
    (Unsure(code='ambiguous-value', readings=('2015',)), Unsure(code='ambiguous-value', readings=('2021',)), None)
    """
    if not text or re.fullmatch(r"\d{4}", text):
        return None
    full = to_iso(text)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", full):
        return Unsure("ambiguous-value", (full[:4],), partial=True)
    found = _era_year(with_digits(text))
    return Unsure("ambiguous-value", (str(found[1]),)) if found and found[1] > found[0].offset else None


def _bare(text: str) -> tuple[str, str | None]:
    """Return a date without midnight, weekday and a repeated year, and return the weekday beside it."""
    day = MIDNIGHT.sub("", text)
    weekday = _WEEKDAY.search(day)
    day = _WEEKDAY.sub("", day)
    twice = _OTHER_YEAR.match(day)
    if twice and to_year(twice[1] + "年") == to_year(twice[3] + "年"):
        day = twice[1] + (twice[2] or twice[4]) + day[twice.end() :]
    return day, weekday[1] if weekday else None


def _readings(text: str) -> Iterable[str]:
    """Return the dates that an uncertain value may mean, the likeliest first."""
    bare, weekday = _bare(text)
    bare = _CLOCK.sub("", bare)
    if _COUNTED.fullmatch(bare) and int(bare) not in _YEARS:
        return _number_readings(bare)
    certain = to_iso(bare)
    if certain == bare:
        return filter(None, _loose_readings(bare))
    return [certain] if weekday or bare != text else []


def _loose_readings(text: str) -> list[str | None]:
    """Return the days of a date whose year comes last, has two digits, or belongs to an era that had ended."""
    if last := _YEAR_LAST.fullmatch(text):
        return [iso_day(last[3], last[1], last[2]), iso_day(last[3], last[2], last[1])]
    if short := _SHORT.fullmatch(text):
        return _short_readings(*short.groups())
    outside = era_day(text, strict=False)
    return [outside] if outside and outside >= SOLAR_CALENDAR.isoformat() else []


def _short_readings(year: str, month: str, day: str) -> list[str | None]:
    """Return the days that a year of two digits may mean: of this century, or of an era that had that day."""
    # Three eras (令和, 平成, 昭和) reach back to 1926; older ones are not in offices' tables with two digits only.
    of_eras = (era_day(f"{era.letter}{year}.{month}.{day}") for era in eras()[:3])
    return [iso_day(f"20{int(year):02}", month, day), *of_eras]


def _number_readings(digits: str) -> list[str]:
    """Return the readings of four or five digits: Excel's count of days, a year and month, or a day of Reiwa."""
    readings = [_excel_day(digits)]
    if len(digits) < 5:  # noqa: PLR2004
        return readings
    if int(digits[:4]) in range(1868, 2051) and digits[4] != "0":
        readings.append(f"{digits[:4]}-0{digits[4]}")
    of_era = era_day(f"R{digits[0]}.{digits[1:3]}.{digits[3:]}")
    return [*readings, of_era] if of_era else readings


def _excel_day(digits: str) -> str:
    return (_EXCEL_DAY_0 + timedelta(days=int(digits))).isoformat()


def _weekday(iso: str) -> str:
    return WEEKDAYS[date.fromisoformat(iso).weekday()]


def _era_year(text: str) -> tuple[Era, int] | None:
    """Return an era and the western year of a year written in it, even where the era had ended by then."""
    era, rest = era_at_start(text)
    matched = _ERA_YEAR.fullmatch(rest) if era else None
    return (era, era.western_year(matched[1])) if era and matched else None


def _is_part(text: str) -> bool:
    """Return whether a value is only a year, or only a year and month."""
    if re.fullmatch(r"\d{4}", to_year(text)):
        return True
    _, rest = era_at_start(text)
    matched = _MONTH.fullmatch(rest)
    return bool(matched and 1 <= int(matched[2]) <= 12 and (rest != text or len(matched[1]) == 4))  # noqa: PLR2004
