"""The tables of figures by quarter and by year, and the native charts that a workbook draws from these tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from meguro_opendata import messages
from meguro_opendata.kpi.board import Board
from meguro_opendata.kpi.papers import Cell, Plot, Series
from meguro_opendata.kpi.progress import Progress
from meguro_opendata.kpi.standing import Standing

__all__ = ["quarter_plots", "quarter_rows", "status_plot", "year_plots", "year_rows"]

# Columns of the tables: labels and values of a chart.
_QUARTER, _YEAR = 2, 2
_ACTUAL, _LOWER, _UPPER, _PACE = 3, 4, 5, 6
_YEAR_TARGET, _YEAR_ACTUAL = 3, 4
_SHARES, _WHOLE = ("%", "％"), 100


def quarter_rows(board: Board, names: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each quarter of each figure."""
    for path in board.progress:
        for name, point in zip(names, path.points, strict=True):
            ends = (point.forecast.lower, point.forecast.upper) if point.forecast else (None, None)
            figure = path.indicator
            yield figure.id, figure.name, name, point.actual, *ends, point.pace, figure.unit


def year_rows(board: Board) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each known year of each figure."""
    for path in board.progress:
        for year in path.years:
            noted = messages.word(f"noted-{year.qualifier}", board.lang) if year.qualifier else ""
            figure = path.indicator
            yield figure.id, figure.name, str(year.fiscal_year), year.target, year.actual, noted, figure.unit


def status_plot(board: Board, section: str) -> Plot | None:
    """Return the chart of the number of indicators by standing, or ``None`` without a strategy."""
    if not board.status.lines:
        return None
    return Plot("column", section, section, (0, len(Standing) - 1), 0, (Series(1),), table=0)


def quarter_plots(board: Board, section: str) -> Iterator[Plot]:
    """Yield a chart for each figure with more than one quarter to draw."""
    row = 0
    for path in board.progress:
        last = row + len(path.points) - 1
        if sum(point.actual is not None or point.forecast is not None for point in path.points) > 1:
            yield Plot(
                "line", _title(path), section, (row, last), _QUARTER, tuple(_quarter_series(path)), top=_top(path)
            )
        row = last + 1


def year_plots(board: Board, section: str) -> Iterator[Plot]:
    """Yield a chart for each figure with more than one year."""
    row = 0
    for path in board.progress:
        last = row + len(path.years) - 1
        if len(path.years) > 1:
            series = (Series(_YEAR_ACTUAL), Series(_YEAR_TARGET, "dash"))
            yield Plot("column", _title(path), section, (row, last), _YEAR, series, top=_top(path))
        row = last + 1


def _quarter_series(path: Progress) -> Iterator[Series]:
    yield Series(_ACTUAL)
    if any(point.forecast for point in path.points):
        yield from (Series(_LOWER, "dash"), Series(_UPPER, "dash"))
    if path.points[0].pace is not None:
        yield Series(_PACE, "round_dot")


def _top(path: Progress) -> float | None:
    """Return 100 for a share, whose axis would end at its largest value, or at 1 where all values are 0."""
    values = [point.actual for point in path.points] + [year.actual for year in path.years]
    within = all(value is None or value <= _WHOLE for value in values)
    return _WHOLE if path.indicator.unit in _SHARES and within else None


def _title(path: Progress) -> str:
    return f"{path.indicator.name} ({path.indicator.unit})"
