"""The files of a series: the period of each file, and findings on gaps, duplicates and differing headers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from meguro_opendata.findings import Finding
from meguro_opendata.japan.calendar import fiscal_year_of_month
from meguro_opendata.recipe.series.periods import Period, period_words, periods_in, stem_of
from meguro_opendata.sources import Grid, Table

__all__ = [
    "Member",
    "cell_periods",
    "column_periods",
    "differing_headers",
    "differing_periods",
    "found_step",
    "may_be_same",
    "month_number",
    "name_periods",
    "period_findings",
]

_OF_A_YEAR = 12
_LISTED = 6  # missing periods in a finding: half a year of months; the count says how many there are


@dataclass(frozen=True)
class Member:
    """A file of a series, and every period that was found in it; a file can be used if that is exactly one."""

    name: str
    periods: tuple[Period, ...]

    @property
    def period(self) -> Period | None:
        """Return the period of the file; ``None`` unless exactly one was found."""
        return self.periods[0] if len(self.periods) == 1 else None


def name_periods(name: str, pattern: str | None, fiscal_start: int) -> tuple[Period, ...]:
    """Return the periods in a file's name; a pattern of the recipe is searched for in the whole name.

    >>> name_periods("131105_population_20201101 - コピー.csv", None, 4)
    (Period(year=2020, month=11, day=1, fiscal=False),)
    >>> name_periods("131105_population_202100301.csv", None, 4)
    ()
    """
    return tuple(periods_in(name if pattern else stem_of(name), pattern, fiscal_start))


def cell_periods(grid: Grid, row: int, column: int, pattern: str | None, fiscal_start: int) -> tuple[Period, ...]:
    """Return the periods in a cell; row and column are counted from 0, and a cell outside the sheet has no period."""
    if row >= grid.height or column >= grid.width:
        return ()
    return tuple(periods_in(str(grid.cells[row, column]), pattern, fiscal_start))


def column_periods(values: pl.Series, pattern: str | None, fiscal_start: int) -> tuple[Period, ...]:
    """Return the periods of a column's values; several days of one month become that month.

    If any value contains no period, or several, the result is empty.

    >>> column_periods(pl.Series(["2020-11-01", "2020-11-30", ""]), None, 4)
    (Period(year=2020, month=11, day=0, fiscal=False),)
    """
    found: set[Period] = set()
    for value in values.unique().to_list():
        if value.strip():
            periods = periods_in(value, pattern, fiscal_start)
            if len(periods) != 1:
                return ()
            found.update(periods)
    months = {Period(period.year, period.month) for period in found}
    days_of_one_month = len(found) > 1 and len(months) == 1 and min(months).month > 0
    return tuple(months) if days_of_one_month else tuple(sorted(found))


def found_step(members: Sequence[Member]) -> str | None:
    """Return the rhythm that at least half of the distances between files follow, ``None`` without such a rhythm.

    A day counts as its month, unless most files share their month with another file.

    >>> found_step([Member(name, name_periods(name, None, 4)) for name in ("202401", "202402", "202404", "202405")])
    'month'
    """
    periods = sorted({member.period for member in members if member.period})
    if _is_daily(periods):
        return "day"
    numbers = sorted({month_number(period) for period in periods})
    distances = Counter(after - before for before, after in pairwise(numbers))
    if not distances:
        return None
    # Of equally frequent distances the shorter one: a gap makes a distance longer, never shorter.
    distance, times = max(distances.items(), key=lambda item: (item[1], -item[0]))
    if times * 2 < distances.total():
        return None
    fiscal = all(period.fiscal for period in periods)
    named = (name for name, months in period_words()["steps"].items() if months == distance)
    return next((name for name in named if (name == "fiscal-year") == fiscal), None)


def _is_daily(periods: Sequence[Period]) -> bool:
    """Return whether more than half of the files share their month with another, on another day."""
    months = Counter((period.year, period.month) for period in periods if period.day)
    sharing = sum(count for count in months.values() if count > 1)
    return sharing * 2 > len(periods)


def month_number(period: Period) -> int:
    """Return the number of months up to a period, for distances; a year counts as its first month.

    >>> month_number(Period(2021, 1)) - month_number(Period(2020, 11, 1))
    2
    """
    return period.year * _OF_A_YEAR + max(period.month, 1) - 1


def period_findings(members: Sequence[Member], declared: str | None = None) -> list[Finding]:
    """Return the findings on the periods of a series: unreadable ones, duplicates, and gaps in the rhythm.

    Args:
        members: The files.
        declared: The rhythm in the recipe, ``None`` if it has none. Two files in one quarter are duplicates only if
            the recipe declares a quarterly rhythm; without a declaration two files must share a month.
    """
    step = declared or found_step(members)
    narrow = "month" if step in period_words()["steps"] else step
    return [*_unreadable(members), *_doubled(members, declared or narrow), *_gaps(members, step)]


def _unreadable(members: Iterable[Member]) -> Iterator[Finding]:
    for member in members:
        if not member.periods:
            yield Finding("series-period-unreadable", "error", file=member.name, params={"file": member.name})
        elif member.period is None:
            params = {"file": member.name, "periods": [period.label for period in member.periods]}
            yield Finding("series-period-several", "error", file=member.name, params=params)


def _doubled(members: Iterable[Member], step: str | None) -> Iterator[Finding]:
    """Yield an error for each file whose place in the rhythm an earlier file has: the same month, quarter or year."""
    first: dict[object, str] = {}
    for member in members:
        if member.period is None:
            continue
        key = _place_in_rhythm(member.period, step)
        if key in first:
            params = {"file": member.name, "other": first[key], "period": member.period.label}
            yield Finding("series-double", "error", file=member.name, params=params)
        first.setdefault(key, member.name)


def _place_in_rhythm(period: Period, step: str | None) -> object:
    months = period_words()["steps"].get(step)
    return (month_number(period) // months, period.fiscal) if months else period.compact


def _gaps(members: Sequence[Member], step: str | None) -> Iterator[Finding]:
    months = period_words()["steps"].get(step)
    if not months:
        return
    dated = sorted((member.period, member.name) for member in members if member.period)
    for (before, earlier), (after, later) in pairwise(dated):
        start, end = month_number(before) // months, month_number(after) // months
        missing = [_period_at(number * months, before, months).label for number in range(start + 1, end)]
        if missing:
            shown = [*missing[:_LISTED], "..."] if len(missing) > _LISTED else missing
            params = {"file": later, "other": earlier, "missing": shown, "count": len(missing)}
            yield Finding("series-gap", "warning", file=later, params=params)


def _period_at(number: int, like: Period, months: int) -> Period:
    """Return the period at a number of months, as exact as the periods of the series."""
    month = number % _OF_A_YEAR + 1 if months < _OF_A_YEAR and like.month else 0
    return Period(number // _OF_A_YEAR, month, 0, like.fiscal)


def differing_headers(tables: Mapping[str, Table]) -> list[Finding]:
    """Return a warning for each file whose header is not the most frequent one, with missing and added columns."""
    headers = {name: tuple(table.frame.columns) for name, table in tables.items()}
    if not headers:
        return []
    # The most frequent header, not the newest: a single file with a slip must not make all others differ.
    usual = Counter(headers.values()).most_common(1)[0][0]
    like = next(name for name, header in headers.items() if header == usual)
    return [
        _other_header(name, tables[name], header, usual, like) for name, header in headers.items() if header != usual
    ]


def _other_header(name: str, table: Table, header: Sequence[str], usual: Sequence[str], like: str) -> Finding:
    missing = [column for column in usual if column not in header]
    added = [column for column in header if column not in usual]
    params = {"file": name, "other": like, "missing": missing or ["-"], "added": added or ["-"]}
    return Finding(
        "series-header-differs" if missing or added else "series-header-moved",
        "warning",
        file=name,
        sheet=table.grid.sheet,
        row=table.header_row,
        params=params,
    )


def differing_periods(
    member: Member, values: pl.Series, field: str, severity: str, fiscal_start: int
) -> Iterator[tuple[int, str, Finding]]:
    """Yield each distinct value of a published field outside the file's period: position, value and finding."""
    if member.period is None:
        return
    for value in sorted(filter(None, values.unique().to_list())):
        found = periods_in(value, None, fiscal_start)
        if len(found) == 1 and not may_be_same(member.period, found[0], fiscal_start):
            at = int((values == value).arg_true()[0])
            params = {"file": member.name, "period": member.period.label, "found": found[0].label}
            yield at, value, Finding("series-period-differs", severity, file=member.name, field=field, params=params)


def may_be_same(one: Period, other: Period, fiscal_start: int) -> bool:
    """Return whether two periods can be the same, compared as exactly as both are known; days count as months.

    >>> may_be_same(Period(2026, 8), Period(2026, 8, 1), 4), may_be_same(Period(2026, 8), Period(2026, 6), 4)
    (True, False)
    >>> may_be_same(Period(2025, fiscal=True), Period(2026, 3, 31), 4)
    True
    """
    if one.fiscal != other.fiscal:
        fiscal, plain = (one, other) if one.fiscal else (other, one)
        if plain.month:
            return fiscal.year == fiscal_year_of_month(plain.year, plain.month, fiscal_start)
        # A calendar year contains months of two fiscal years.
        return fiscal.year in (plain.year, plain.year - 1)
    return one.year == other.year and (one.month == other.month or not (one.month and other.month))
