"""A figure's way through the year by quarter, where it leads if it goes on like that, and the same as a chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from meguro_opendata.japan.calendar import quarter_ends
from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.records import recorded_value
from meguro_opendata.kpi.situation import Situation

__all__ = ["Chart", "Path", "Point", "chart_of", "paths_of"]

WIDTH, HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 600, 24, 220
_ROOM = 1.15
_LABEL = 48


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
class Path:
    """An indicator's four quarters."""

    indicator: Indicator
    points: tuple[Point, ...]

    @property
    def forecast(self) -> float | None:
        """Where the year leads; ``None`` once it is over, or before anything is known."""
        return self.points[-1].forecast


@dataclass(frozen=True)
class Mark:
    """A point of a chart with the number beside it."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """The lines of a chart as points of an SVG, told apart by their dashes and marks, not by colour.

    Attributes:
        actual: The figure: a full line with filled circles.
        forecast: Where it leads: a dashed line with open squares; one beside the last figure has no number.
        target: The height of the target's dotted line; ``None`` without one.
        ticks: Below the axis, the middle of each label and the quarter.
    """

    width: int
    height: int
    actual: tuple[Mark, ...]
    forecast: tuple[Mark, ...]
    target: Mark | None
    ticks: tuple[Mark, ...]
    base: int = _BOTTOM
    left: int = _LEFT
    right: int = _RIGHT

    def line(self, marks: Sequence[Mark]) -> str:
        """Marks as the points of a polyline."""
        return " ".join(f"{mark.x:g},{mark.y:g}" for mark in marks)


def paths_of(situation: Situation, figures: Sequence[Indicator]) -> list[Path]:
    """The paths of what adds up over the year: new datasets and files, and recorded figures."""
    ways = _counters(situation)
    return [_path(figure, ways[figure.id], situation) for figure in figures if figure.id in ways]


def chart_of(path: Path) -> Chart:
    """A path as a chart."""
    top = _Scale(_highest(path) * _ROOM)
    start = Mark(_LEFT, _BOTTOM, "0")
    actual = (start, *(top.mark(point.known, point.actual) for point in path.points if point.actual is not None))
    ahead = tuple(top.mark(point.share, point.forecast) for point in path.points if point.forecast is not None)
    ahead = tuple(replace(mark, text="") if mark.x - actual[-1].x < _LABEL else mark for mark in ahead)
    aim = path.indicator.target
    target = top.mark(1, aim) if aim is not None else None
    width = (_RIGHT - _LEFT) / len(path.points)
    ticks = tuple(Mark(_LEFT + width * (number + 0.5), _BOTTOM + 18, "") for number in range(len(path.points)))
    return Chart(WIDTH, HEIGHT, actual, (actual[-1], *ahead) if ahead else (), target, ticks)


def _highest(path: Path) -> float:
    """The greatest value of a path, its target included; 1 at least."""
    values = [value for point in path.points for value in (point.actual, point.forecast) if value is not None]
    return max([*values, path.indicator.target or 0, 1])


@dataclass(frozen=True)
class _Scale:
    """Where shares of the year and values lie in a chart."""

    highest: float

    def mark(self, share: float, value: float) -> Mark:
        """The place of a value at a share of the year."""
        x, y = _LEFT + (_RIGHT - _LEFT) * share, _BOTTOM - (_BOTTOM - _TOP) * value / self.highest
        return Mark(round(x, 1), round(y, 1), f"{value:,.10g}")


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
    return lambda day: recorded_value(records, name, situation.first, day, adds=True)[0]


def _path(figure: Indicator, count: Counter, situation: Situation) -> Path:
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
    return Path(figure, tuple(points))


def _share(day: date, situation: Situation) -> float:
    """How much of the year is over at the end of a day."""
    return max((day - situation.first).days + 1, 0) / ((situation.last - situation.first).days + 1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
