"""The period of a follow-up sheet: a quarter or a half of a fiscal year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from meguro_opendata import messages
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.japan.calendar import QUARTERS, quarter_ends, quarter_of, year_days
from meguro_opendata.japan.eras import era_name
from meguro_opendata.kpi.strategy import Focus

__all__ = ["Period", "period_of"]

_HALVES = 2


@dataclass(frozen=True)
class Period:
    """A quarter or a half of a fiscal year.

    Attributes:
        fiscal_year: The calendar year in which the fiscal year starts.
        number: 1 to 4 for a quarter, 1 or 2 for a half.
        quarters: The numbers of its quarters.
        first: Its first day.
        last: Its last day.
    """

    fiscal_year: int
    number: int
    quarters: tuple[int, ...]
    first: date
    last: date

    @property
    def half(self) -> bool:
        """Return whether it is a half of the year."""
        return len(self.quarters) > 1

    def name(self, lang: str) -> str:
        """Return the period's name for a heading."""
        era = era_name(self.fiscal_year, lang)
        if self.half:
            return messages.message("half-of", lang, year=self.fiscal_year, era=era, half=self.number)
        return messages.message("quarter-of", lang, year=self.fiscal_year, era=era, quarter=self.number)

    def plan(self, focus: Focus) -> tuple[str, ...]:
        """Return the strategy's plan of a focus for the period, or the reason for which its schedule is unknown."""
        plan = focus.schedule
        if plan is None:
            return (focus.schedule_reason or "",)
        by_quarter = (plan.q1, plan.q2, plan.q3, plan.q4)
        return tuple(dict.fromkeys(task for number in self.quarters for task in by_quarter[number - 1]))


def period_of(fiscal_year: int, start: int, day: date, quarter: int | None = None, half: int | None = None) -> Period:
    """Return a half or a quarter of a fiscal year; without either number, the quarter in which a day is.

    Args:
        fiscal_year: The calendar year in which the fiscal year starts.
        start: The month in which fiscal years start.
        day: The day by which the period must have begun.
        quarter: 1 to 4.
        half: 1 or 2; replaces ``quarter``.

    Raises:
        MeguroOpendataError: ``quarter-not-begun`` or ``half-not-begun``.
    """
    if half:
        length = QUARTERS // _HALVES
        quarters = tuple(range((half - 1) * length + 1, half * length + 1))
    else:
        quarters = (quarter or quarter_of(day, fiscal_year, start),)
    ends = quarter_ends(fiscal_year, start)
    first = year_days(fiscal_year, start)[0] if quarters[0] == 1 else ends[quarters[0] - 2] + timedelta(days=1)
    period = Period(fiscal_year, half or quarters[0], quarters, first, ends[quarters[-1] - 1])
    if day < first:
        code = "half-not-begun" if half else "quarter-not-begun"
        raise MeguroOpendataError(code, half=half, quarter=quarters[0], year=fiscal_year, day=first)
    return period
