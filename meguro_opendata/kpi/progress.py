"""The progress of a figure through the year by quarter, and where it leads if it goes on like that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from meguro_opendata.japan.calendar import quarter_ends
from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.records import recorded_value
from meguro_opendata.kpi.situation import Situation

__all__ = ["Point", "Progress", "progress_of"]


@dataclass(frozen=True)
class Point:
    """A quarter of a year.

    Attributes:
        quarter: 1 to 4.
        end: Its last day.
        share: How much of the year is over by then, from 0 to 1.
        known: Likewise by the day up to which the figure is known: the quarter's end, or the day asked for.
        actual: The figure by that day; ``None`` for later quarters.
        forecast: Where the figure leads if it goes on like that, from the running quarter on; else ``None``.
        pace: What the figure would be if the target came evenly; ``None`` without a target.
    """

    quarter: int
    end: date
    share: float
    known: float
    actual: float | None
    forecast: float | None
    pace: float | None


@dataclass(frozen=True)
class Progress:
    """The four quarters of an indicator."""

    indicator: Indicator
    points: tuple[Point, ...]

    @property
    def forecast(self) -> float | None:
        """Where the year leads; ``None`` once it is over, or before anything is known."""
        return self.points[-1].forecast


def progress_of(situation: Situation, figures: Sequence[Indicator]) -> list[Progress]:
    """Return the progress of what adds up over the year: new datasets and files, and recorded figures."""
    counters = _counters(situation)
    return [_progress(figure, counters[figure.id], situation) for figure in figures if figure.id in counters]


Counter = Callable[[date], float | None]


def _counters(situation: Situation) -> dict[str, Counter]:
    """How to count each figure up to a day."""
    datasets, files = situation.new
    counters: dict[str, Counter] = {
        "opendata.new_datasets": lambda day: sum(new.day <= day.isoformat() for new in datasets),
        "opendata.new_resources": lambda day: sum(new.day <= day.isoformat() for new in files),
    }
    for name, known in situation.recordable.items():
        if known.adds:
            counters[name] = _record_counter(situation, name)
    return counters


def _record_counter(situation: Situation, name: str) -> Counter:
    records = situation.history.records
    return lambda day: recorded_value(records, name, situation.first, day, method="sum")[0]


def _progress(figure: Indicator, count: Counter, situation: Situation) -> Progress:
    points: list[Point] = []
    begun = situation.first
    gone = _share(situation.until, situation)
    for number, end in enumerate(quarter_ends(situation.fiscal_year, situation.first.month), start=1):
        share, day = _share(end, situation), min(end, situation.until)
        actual = count(day) if begun <= situation.until else None
        ahead = figure.actual * share / gone if end > situation.as_of and gone and figure.actual is not None else None
        pace = figure.target * share if figure.target is not None else None
        points.append(Point(number, end, share, _share(day, situation), actual, _rounded(ahead), _rounded(pace)))
        begun = end + timedelta(days=1)
    return Progress(figure, tuple(points))


def _share(day: date, situation: Situation) -> float:
    """How much of the year is over at the end of a day."""
    return max((day - situation.first).days + 1, 0) / ((situation.last - situation.first).days + 1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
