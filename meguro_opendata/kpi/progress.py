"""The path of a figure by quarter and over the years, with its forecast for the end of the year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from meguro_opendata.japan.calendar import japan_day, quarter_ends
from meguro_opendata.kpi.counting import rules
from meguro_opendata.kpi.earlier import Earlier, YearFigure
from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.forecast import Course, Forecast, Silence, forecast_of, recent_days
from meguro_opendata.kpi.situation import Situation
from meguro_opendata.kpi.strategy import indicator_definitions, share_units
from meguro_opendata.ledger import Dating, Entry, Record

__all__ = ["Point", "Progress", "progress_of"]


@dataclass(frozen=True)
class Point:
    """A quarter of a year.

    Attributes:
        quarter: 1 to 4.
        end: The quarter's last day.
        share: The share of the year (0 to 1) that is over at the quarter's end.
        known: The share of the year that is over at the last known day: the quarter's end, or the requested day.
        actual: The figure at the last known day; ``None`` for quarters that have not begun.
        forecast: The forecast for the quarter's end; ``None`` for quarters that are over, and without a forecast.
        pace: The figure at an even pace towards the target; ``None`` without a target, or if the figure has no pace.
    """

    quarter: int
    end: date
    share: float
    known: float
    actual: float | None
    forecast: Forecast | None
    pace: float | None


@dataclass(frozen=True)
class Progress:
    """The path of an indicator.

    Attributes:
        indicator: The figure.
        points: The four quarters.
        forecast: The range at the end of the year, or the reason for having none.
        years: The known figures of earlier years, and this year's.
        grows: Whether the figure starts each year at 0 and grows by events.
    """

    indicator: Indicator
    points: tuple[Point, ...]
    forecast: Forecast | Silence
    years: tuple[YearFigure, ...]
    grows: bool


def progress_of(situation: Situation, figures: Sequence[Indicator], lang: str) -> list[Progress]:
    """Return the path of each known figure."""
    earlier = Earlier(situation, lang)
    return [_progress(figure, situation, earlier) for figure in figures if figure.actual is not None]


def _progress(figure: Indicator, situation: Situation, earlier: Earlier) -> Progress:
    paced = _has_pace(figure, situation)
    forecast = _forecast(figure, situation, earlier) if paced else Silence.NO_PACE
    points = tuple(_points(figure, situation, earlier, forecast, paced=paced))
    return Progress(figure, points, forecast, earlier.years(figure), paced)


def _has_pace(figure: Indicator, situation: Situation) -> bool:
    """Return whether the figure grows by events, so that a pace predicts its future."""
    rule = rules()["forecast"]
    counts = {known.id: known.count for known in indicator_definitions()}
    if counts.get(figure.id, "recorded") not in rule["counts"] or figure.unit in share_units():
        return False
    recorded = situation.recordable.get(figure.id)
    return figure.comparison not in rule["without"] and (recorded is None or recorded.adds)


def _forecast(figure: Indicator, situation: Situation, earlier: Earlier) -> Forecast | Silence:
    days, gone = _days_to(situation.last, situation), _days_to(situation.until, situation)
    recent = recent_days(gone, days)
    begin = situation.until - timedelta(days=recent)
    # Before the year began the figure was 0, since such figures start anew each fiscal year.
    before = earlier.on(begin)[figure.id].actual if begin >= situation.first else None
    actual = figure.actual or 0
    gained = actual - (before or 0)
    return forecast_of(Course(actual, gained, gone, recent, days, _event_days(figure, situation), _whole(figure)))


def _whole(figure: Indicator) -> bool:
    """Return whether the figure is a whole number of things, by its unit."""
    return figure.unit in rules()["units"]["whole"]


def _event_days(figure: Indicator, situation: Situation) -> int:
    """Return the number of different days of the events that make the figure."""
    return len({_day(entry) for entry in situation.history.entries(figure.lines).values()})


def _day(entry: Entry) -> str:
    if isinstance(entry, Record):
        return entry.day
    return entry.first if isinstance(entry, Dating) else japan_day(entry.time)


def _points(
    figure: Indicator, situation: Situation, earlier: Earlier, forecast: Forecast | Silence, *, paced: bool
) -> Iterator[Point]:
    begun = situation.first
    for number, end in enumerate(quarter_ends(situation.fiscal_year, situation.first.month), start=1):
        share, day = _share(end, situation), min(end, situation.until)
        actual = None
        # A quarter that has not begun has no figure: the present one would draw a flat line into the future.
        if begun <= situation.until:
            actual = figure.actual if day == situation.until else earlier.on(day)[figure.id].actual
        pace = round(figure.target * share, 1) if paced and figure.target is not None else None
        ahead = _by(end, figure, situation, forecast) if end > situation.until else None
        yield Point(number, end, share, _share(day, situation), actual, ahead, pace)
        begun = end + timedelta(days=1)


def _by(end: date, figure: Indicator, situation: Situation, forecast: Forecast | Silence) -> Forecast | None:
    """Return the forecast for a quarter's end, on straight lines to the forecast for the year's end."""
    if not isinstance(forecast, Forecast) or figure.actual is None:
        return None
    gone = _days_to(situation.until, situation)
    part = (_days_to(end, situation) - gone) / (_days_to(situation.last, situation) - gone)
    return forecast.after(part, figure.actual, whole=_whole(figure))


def _days_to(day: date, situation: Situation) -> int:
    """Return the number of days of the year that are over at the end of a day; 0 before the year."""
    return max((day - situation.first).days + 1, 0)


def _share(day: date, situation: Situation) -> float:
    return _days_to(day, situation) / _days_to(situation.last, situation)
