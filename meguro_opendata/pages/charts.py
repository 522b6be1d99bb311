"""Line charts as numbers for an SVG: a figure so far, where it leads, and its target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from meguro_opendata.pages.numbers import figure_text

__all__ = ["Chart", "Mark", "line_chart"]

_WIDTH, _HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 600, 24, 220
# A seventh of the height stays free above the highest line, for the number beside its mark.
_ROOM = 1.15
# A number needs this width: one that is nearer to the last known figure would be written over that one's number.
_LABEL = 48
_TICK_DROP = 18

Place = tuple[float, float]


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
        ticks: Below the axis, the middle of each label.
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
        """Return marks as the points of a polyline."""
        return " ".join(f"{mark.x:g},{mark.y:g}" for mark in marks)


def line_chart(actual: Sequence[Place], forecast: Sequence[Place], target: float | None, ticks: int) -> Chart:
    """Return a chart of a figure that starts at 0.

    Args:
        actual: The figure so far: shares of the time from 0 to 1, each with a value.
        forecast: Where it leads, likewise.
        target: The value to be reached at the end, if there is one.
        ticks: How many labels of equal width the axis has.

    >>> [mark.text for mark in line_chart([(0.5, 3)], [(1, 6)], 10, 4).forecast]
    ['3', '6']
    """
    highest = max([*(value for _, value in (*actual, *forecast)), target or 0, 1]) * _ROOM
    known = (Mark(_LEFT, _BOTTOM, "0"), *(_mark(place, highest) for place in actual))
    ahead = [_mark(place, highest) for place in forecast]
    ahead = [replace(mark, text="") if mark.x - known[-1].x < _LABEL else mark for mark in ahead]
    aim = _mark((1, target), highest) if target is not None else None
    return Chart(_WIDTH, _HEIGHT, known, (known[-1], *ahead) if ahead else (), aim, _ticks(ticks))


def _mark(place: Place, highest: float) -> Mark:
    """The place of a value at a share of the time."""
    share, value = place
    x, y = _LEFT + (_RIGHT - _LEFT) * share, _BOTTOM - (_BOTTOM - _TOP) * value / highest
    return Mark(round(x, 1), round(y, 1), figure_text(value))


def _ticks(count: int) -> tuple[Mark, ...]:
    width = (_RIGHT - _LEFT) / count
    return tuple(Mark(_LEFT + width * (number + 0.5), _BOTTOM + _TICK_DROP, "") for number in range(count))
