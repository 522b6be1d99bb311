"""Coordinates of SVG charts: a line with its forecast range and target, and bars of years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from meguro_opendata.pages.numbers import figure_text

__all__ = ["Bar", "Bars", "Chart", "Mark", "bar_chart", "line_chart"]

# Pixels of the SVG's view box; the margins leave room for the axis labels.
_WIDTH, _HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 600, 24, 220
# A seventh of the height stays free above the highest line, for the number beside its mark.
_ROOM = 1.15
# A number needs this width: one that is nearer to the last known figure would be written over that one's number.
_LABEL = 48
_TICK_DROP = 18

# The share of a bar's space that is filled.
_FILLED = 0.5

Place = tuple[float, float]
Span = tuple[float, float, float]


@dataclass(frozen=True)
class Mark:
    """A point of a chart with the number beside it."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """The lines of a chart as points of an SVG, distinguished by dashes and marks, not by colour.

    Attributes:
        actual: The figure: a full line with filled circles, from the axis on where it starts at 0.
        lower: The lower end of the forecast, from the last figure on: a dashed line with open squares; a mark close to
            the last figure has no number.
        upper: The upper end of the forecast, drawn like the lower one.
        target: The height of the target's dotted line; ``None`` without one.
        ticks: The middle of each label below the axis.
    """

    width: int
    height: int
    actual: tuple[Mark, ...]
    lower: tuple[Mark, ...]
    upper: tuple[Mark, ...]
    target: Mark | None
    ticks: tuple[Mark, ...]
    base: int = _BOTTOM
    left: int = _LEFT
    right: int = _RIGHT

    def line(self, marks: Sequence[Mark]) -> str:
        """Return marks as the points of a polyline."""
        return " ".join(f"{mark.x:g},{mark.y:g}" for mark in marks)


@dataclass(frozen=True)
class Bar:
    """One bar with its number, and the height of its own target; ``None`` without one."""

    x: float
    y: float
    width: float
    height: float
    text: str
    label: str
    target: float | None

    @property
    def middle(self) -> float:
        """Return the middle of its width."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Bars:
    """A chart of bars side by side on one axis."""

    bars: tuple[Bar, ...]
    width: int = _WIDTH
    height: int = _HEIGHT
    base: int = _BOTTOM
    left: int = _LEFT
    right: int = _RIGHT


def bar_chart(values: Sequence[tuple[str, float, float | None]]) -> Bars:
    """Return a chart of labels, each with its value and its target.

    >>> [(bar.label, bar.text, bar.middle) for bar in bar_chart([("2024", 70.6, 60), ("2025", 72, None)]).bars]
    [('2024', '70.6', 180.0), ('2025', '72', 460.0)]
    """
    highest = _highest([number for _, *pair in values for number in pair])
    room = (_RIGHT - _LEFT) / max(len(values), 1)
    return Bars(tuple(_bar(number, room, highest, *found) for number, found in enumerate(values)))


def _bar(number: int, room: float, highest: float, label: str, value: float, target: float | None) -> Bar:
    top = _mark((0, value), highest)
    aim = None if target is None else _mark((0, target), highest).y
    x = _LEFT + room * (number + (1 - _FILLED) / 2)
    return Bar(round(x, 1), top.y, round(room * _FILLED, 1), round(_BOTTOM - top.y, 1), top.text, label, aim)


def line_chart(
    actual: Sequence[Place], forecast: Sequence[Span], target: float | None, ticks: int, *, grows: bool = True
) -> Chart:
    """Return a chart of a figure over time.

    Args:
        actual: The figure so far: shares of the time from 0 to 1, each with a value.
        forecast: The forecast: shares of the time from 0 to 1, each with a lower and an upper value.
        target: The value to be reached at the end, if there is one.
        ticks: The number of labels, of equal width, below the axis.
        grows: Whether the figure starts at 0, as a count does; a share's line starts at its first value.

    >>> [mark.text for mark in line_chart([(0.5, 3)], [(1, 5, 6)], 10, 4).upper]
    ['3', '6']
    """
    highest = _highest([*(value for _, *span in (*actual, *forecast) for value in span), target])
    origin = (Mark(_LEFT, _BOTTOM, "0"),) if grows or not actual else ()
    known = (*origin, *(_mark(place, highest) for place in actual))
    lower = _ahead([(share, low) for share, low, _ in forecast], known[-1], highest)
    upper = _ahead([(share, high) for share, _, high in forecast], known[-1], highest)
    aim = _mark((1, target), highest) if target is not None else None
    return Chart(_WIDTH, _HEIGHT, known, lower, upper, aim, _ticks(ticks))


def _highest(values: Sequence[float | None]) -> float:
    """Return the value at the top of the picture."""
    # At least 1, so that a chart of zeros has a scale.
    return max(value or 0 for value in (*values, 1)) * _ROOM


def _ahead(places: Sequence[Place], last: Mark, highest: float) -> tuple[Mark, ...]:
    """Return the marks of one end of a range, from the last known figure on."""
    marks = [_mark(place, highest) for place in places]
    marks = [replace(mark, text="") if mark.x - last.x < _LABEL else mark for mark in marks]
    return (last, *marks) if marks else ()


def _mark(place: Place, highest: float) -> Mark:
    """Return the place of a value at a share of the time."""
    share, value = place
    x, y = _LEFT + (_RIGHT - _LEFT) * share, _BOTTOM - (_BOTTOM - _TOP) * max(value, 0) / highest
    return Mark(round(x, 1), round(y, 1), figure_text(value))


def _ticks(count: int) -> tuple[Mark, ...]:
    width = (_RIGHT - _LEFT) / count
    return tuple(Mark(_LEFT + width * (number + 0.5), _BOTTOM + _TICK_DROP, "") for number in range(count))
