"""The forecast of a figure for the end of the year, as a range of two paces, or the reason for having none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from meguro_opendata.kpi.counting import rules

__all__ = ["Course", "Forecast", "Silence", "forecast_of", "recent_days"]


class Silence(StrEnum):
    """A reason for which no forecast is made.

    * ``NO_PACE``: the figure does not grow by events (a share, a limit), or nothing was recorded.
    * ``NOT_BEGUN``, ``OVER``: the year has not begun, or is over.
    * ``EARLY``: less than a tenth of the year is over.
    * ``FEW``: the events are all of one day.
    """

    NO_PACE = "no_pace"
    NOT_BEGUN = "not_begun"
    OVER = "over"
    EARLY = "early"
    FEW = "few"


@dataclass(frozen=True)
class Forecast:
    """The range of a figure at the end of the year, from the lower of two paces to the higher one."""

    lower: float
    upper: float

    def after(self, part: float, actual: float, *, whole: bool) -> Forecast:
        """Return the range after a part (0 to 1) of the remaining days, on straight lines from the figure to here.

        >>> Forecast(13, 15).after(0.5, 10, whole=True)
        Forecast(lower=11, upper=13)
        """
        ends = [actual + (value - actual) * part for value in (self.lower, self.upper)]
        return Forecast(*_outward(min(ends), max(ends), actual, whole=whole))


@dataclass(frozen=True)
class Course:
    """The course of a figure through the year so far.

    Attributes:
        actual: The figure at the end of the requested day.
        gained: The part of it that came in the last ``recent`` days.
        gone: Number of days of the year that are over.
        recent: Number of days of the last quarter (:func:`recent_days`).
        days: Number of days of the year.
        event_days: Number of different days on which the figure's events happened.
        whole: Whether the figure is a whole number of things.
    """

    actual: float
    gained: float
    gone: int
    recent: int
    days: int
    event_days: int
    whole: bool = True


def recent_days(gone: int, days: int) -> int:
    """Return the number of days of the last quarter; early in the year, half of the days that are over.

    >>> recent_days(200, 365), recent_days(60, 365), recent_days(1, 365)
    (91, 30, 1)
    """
    rule = _rule()
    return max(min(int(days * rule["recent"]), int(gone * rule["recent_most"])), 1)


def forecast_of(course: Course) -> Forecast | Silence:
    """Return the range of the figure at the end of the year, or the reason for having no forecast.

    One end continues the pace of the whole year so far, the other that of the last quarter. The range is rounded
    outward, and never begins below the figure itself.

    >>> forecast_of(Course(actual=10, gained=2, gone=200, recent=91, days=365, event_days=4))
    Forecast(lower=13, upper=19)
    >>> forecast_of(Course(actual=1, gained=1, gone=2, recent=1, days=365, event_days=1))
    <Silence.EARLY: 'early'>
    """
    silence = _silence(course)
    if silence:
        return silence
    # Two paces instead of one: proportion alone led one dataset on 2 April to a forecast of 182.5.
    left = course.days - course.gone
    ends = [course.actual + pace * left for pace in (course.actual / course.gone, course.gained / course.recent)]
    lower, upper = max(min(ends), course.actual), max(*ends, course.actual)
    return Forecast(*_outward(lower, upper, course.actual, whole=course.whole))


def _silence(course: Course) -> Silence | None:
    if course.gone <= 0:
        return Silence.NOT_BEGUN
    if course.gone >= course.days:
        return Silence.OVER
    if course.gone < course.days * _rule()["least_share"]:
        return Silence.EARLY
    return Silence.FEW if course.event_days < _rule()["least_days"] else None


def _outward(lower: float, upper: float, actual: float, *, whole: bool) -> tuple[float, float]:
    """Round a range outward to whole numbers or one decimal place, but not below the figure, which can have more.

    The error of binary fractions is removed first: 15.000000000000002 is 15, and must not become 16.
    """
    scale = 1 if whole else 10
    down, up = math.floor(round(lower * scale, 6)) / scale, math.ceil(round(upper * scale, 6)) / scale
    return max(_tidy(down), actual), max(_tidy(up), actual)


def _tidy(value: float) -> float:
    """Return a whole number as an ``int``, so that JSON has no decimal places, and any other number unchanged."""
    return int(value) if value == int(value) else value


def _rule() -> dict[str, Any]:
    found: dict[str, Any] = rules()["forecast"]
    return found
