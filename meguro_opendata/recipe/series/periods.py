"""Periods of files: days, months, years and fiscal years, in the spellings of file names and cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from meguro_opendata.cleaning.dates import to_year
from meguro_opendata.japan.calendar import FISCAL_YEAR_START, calendar_year_of_month
from meguro_opendata.japan.eras import era_letters, era_names
from meguro_opendata.japan.folding import one_width
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.recipe.series.ownpattern import has_year, is_searchable, matches_in

__all__ = [
    "Period",
    "lacking_parts",
    "pattern_fault",
    "period_words",
    "periods_in",
    "stem_of",
    "titled",
    "unknown_words",
]

_WORD = re.compile(r"\{(title|period)(?::([^{}]*))?\}")
_BRACES = re.compile(r"[{}]")
_DIRECTIVE = re.compile(r"%(-?[A-Za-z%])")
_PARTS = {"%m": "month", "%-m": "month", "%d": "day", "%-d": "day"}
_DIRECTIVES = {"%Y", "%%", *_PARTS}
_LONGEST = 500  # characters of a text or pattern that are searched: file names have at most 255


@dataclass(frozen=True, order=True)
class Period:
    """A period, as exact as it is known: ``month`` and ``day`` are 0 where it has no month or day."""

    year: int
    month: int = 0
    day: int = 0
    fiscal: bool = False

    @property
    def compact(self) -> str:
        """Return the period in its form for the name of a published file.

        >>> Period(2020, 11, 1).compact, Period(2020, 11).compact, Period(2020).compact
        ('20201101', '202011', '2020')
        """
        return f"{self.year:04}" + "".join(f"{part:02}" for part in (self.month, self.day) if part)

    @property
    def label(self) -> str:
        """Return the period in its form for JSON.

        >>> Period(2020, 11, 1).label, Period(2020, fiscal=True).label
        ('2020-11-01', 'FY2020')
        """
        parts = "-".join([f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part)])
        return f"FY{parts}" if self.fiscal else parts

    @property
    def kind(self) -> str:
        """Return the kind of the period: ``day``, ``month``, ``year`` or ``fiscal-year``.

        >>> Period(2020, 11).kind
        'month'
        """
        if self.fiscal:
            return "fiscal-year"
        return "day" if self.day else "month" if self.month else "year"

    def written(self, form: str = "") -> str:
        """Return the period in words for a title, or in a form of ``%Y``, ``%m``, ``%-m``, ``%d`` and ``%-d``.

        >>> Period(2020, 11, 1).written(), Period(2020, 4).written("%Y-%m"), Period(2024, fiscal=True).written()
        ('2020年11月1日', '2020-04', '2024年度')
        """
        if not form:
            words: str = period_words()["written"][self.kind]
            return words.format(year=self.year, month=self.month, day=self.day)
        values = {"Y": str(self.year), "m": f"{self.month:02}", "d": f"{self.day:02}", "%": "%"}
        values |= {"-m": str(self.month), "-d": str(self.day)}
        return _DIRECTIVE.sub(lambda found: values[found[1]], form)


def periods_in(text: str, pattern: str | None = None, fiscal_start: int = FISCAL_YEAR_START) -> list[Period]:
    """Return the distinct periods in a text, in the most exact form that occurs; or the periods of an own pattern.

    Args:
        text: A file's name without extension, or a cell.
        pattern: A regular expression with the group ``year`` and, where possible, ``month`` and ``day``.
        fiscal_start: The month in which a fiscal year starts.

    >>> [period.label for period in periods_in("131105_population_20201101")]
    ['2020-11-01']
    >>> [periods_in(text)[0].label for text in ("令和6年4月1日現在", "R6.4", "202404", "2024年度", "人口R0604")]
    ['2024-04-01', '2024-04', '2024-04', 'FY2024', '2024-04']
    >>> periods_in("202100301"), periods_in("20210231")
    ([], [])
    """
    folded = one_width(text)[:_LONGEST]
    if pattern:
        return _different(matches_in(pattern, folded), False, fiscal_start)
    for form, fiscal in _forms():
        matched = [match.groupdict() for match in form.finditer(folded)]
        if matched:
            return _different(matched, fiscal, fiscal_start)
    return []


def _different(matched: Iterable[Mapping[str, str | None]], fiscal: bool, fiscal_start: int) -> list[Period]:
    found = (_period(match, fiscal, fiscal_start) for match in matched)
    return sorted({period for period in found if period is not None})


def stem_of(name: str) -> str:
    """Return the part of a file's name that can contain a period: without extension and municipality's code.

    >>> stem_of("131105_population_20201101.csv"), stem_of("202011_人口_R6.4.csv")
    ('population_20201101', '人口_R6.4')
    """
    folded = one_width(name)
    stem = re.sub(r"\.[A-Za-z]{1,5}[0-9]?$", "", folded)
    return re.sub(period_words()["prefix"], "", stem)


def pattern_fault(pattern: str) -> str | None:
    """Return the code of the reason why a pattern cannot be used, ``None`` for a usable pattern.

    >>> pattern_fault("(?P<year>[0-9]{4})"), pattern_fault("("), pattern_fault("([0-9]{4})")
    (None, 'pattern-broken', 'pattern-without-year')
    >>> pattern_fault("(?P<year>[0-9]{4})(?=年)")
    'pattern-not-linear'
    """
    if len(pattern) > _LONGEST:
        return "pattern-broken"
    try:
        with_year = has_year(pattern)
    except (re.error, RecursionError, OverflowError):
        return "pattern-broken"
    if not with_year:
        return "pattern-without-year"
    return None if is_searchable(pattern) else "pattern-not-linear"


def titled(template: str | None, title: str, period: Period) -> str:
    """Return the title of one file of a series.

    >>> titled("{title}（{period:%Y年%m月}）", "人口", Period(2020, 11, 1)), titled(None, "人口", Period(2020))
    ('人口（2020年11月）', '人口（2020年）')
    """
    chosen: str = template or period_words()["written"]["title"]
    return _WORD.sub(lambda found: title if found[1] == "title" else period.written(found[2] or ""), chosen)


def unknown_words(template: str) -> list[str]:
    """Return the words in braces and the directives of a title's template that are not supported.

    >>> unknown_words("{title}（{period:%Y年%B}）{month}"), unknown_words("{title} {period}")
    (['%B', '{month}'], [])
    """
    forms = [found[2] or "" for found in _WORD.finditer(template)]
    wrong = [f"%{sign}" for form in forms for sign in _DIRECTIVE.findall(form) if f"%{sign}" not in _DIRECTIVES]
    rest = _WORD.sub("", template)
    return [*wrong, *re.findall(r"\{[^{}]*\}", rest), *_BRACES.findall(re.sub(r"\{[^{}]*\}", "", rest))]


def lacking_parts(template: str | None, period: Period) -> list[str]:
    """Return the directives of a template for parts that the period does not have.

    >>> lacking_parts("{title} {period:%Y年%m月}", Period(2020)), lacking_parts(None, Period(2020))
    (['%m'], [])
    """
    forms = [found[2] or "" for found in _WORD.finditer(template or "")]
    asked = [f"%{sign}" for form in forms for sign in _DIRECTIVE.findall(form)]
    return [directive for directive in asked if directive in _PARTS and not getattr(period, _PARTS[directive])]


@cache
def period_words() -> Mapping[str, Any]:
    """Return the forms, words and steps of periods (``series.toml``)."""
    return packaged_toml(__package__, "series.toml")


@cache
def _forms() -> tuple[tuple[re.Pattern[str], bool], ...]:
    return tuple(_compiled())


def _compiled() -> Iterator[tuple[re.Pattern[str], bool]]:
    words = period_words()
    names, letters = era_names(words["oldest_era"]), era_letters(words["oldest_era"])
    for form in words["form"]:
        pattern = form["pattern"].replace("<year><year>", f"<year>{words['year']}")
        pattern = pattern.replace("<eras>", names).replace("<letters>", letters)
        yield re.compile(pattern), form.get("fiscal", False)


def _period(parts: Mapping[str, str | None], fiscal: bool, fiscal_start: int) -> Period | None:
    """Return the period of a match's parts, ``None`` if the calendar has no such day."""
    year = to_year((parts["year"] or "").replace(" ", "").replace(".", "").upper())
    month, day = (_number(parts.get(name)) for name in ("month", "day"))
    # A month that cannot be read makes no year of the rest: 2024年13月 is a mistake, not the year 2024.
    month_unread = month == 0 and bool(day or parts.get("month"))
    if month_unread or not re.fullmatch("[0-9]{4}", year):
        return None
    first = int(year)
    if fiscal and month:
        first, fiscal = calendar_year_of_month(first, month, fiscal_start), False
    return Period(first, month, day, fiscal) if _in_calendar(first, month, day) else None


def _in_calendar(year: int, month: int, day: int) -> bool:
    """Return whether there is such a day; where month or day is 0, whether there is such a year or month."""
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return False
    return True


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch("[0-9]{1,2}", text) else 0
