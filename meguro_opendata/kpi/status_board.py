"""The standings of all indicators of the strategy, for the first page of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.forecast import Forecast, Silence
from meguro_opendata.kpi.progress import Progress
from meguro_opendata.kpi.standing import Standing, standing_of
from meguro_opendata.kpi.strategy import Focus, Strategy, Theme

__all__ = ["FocusStatus", "Status", "StatusBoard", "ThemeStatus", "status_board_of"]


@dataclass(frozen=True)
class Status:
    """One indicator's line: its figure, standing, forecast and responsible department (``owner``)."""

    figure: Indicator
    standing: Standing
    forecast: Forecast | Silence
    owner: str = ""


@dataclass(frozen=True)
class FocusStatus:
    """The indicators of one focus."""

    focus: Focus
    lines: tuple[Status, ...]


@dataclass(frozen=True)
class ThemeStatus:
    """The focuses of one theme that have indicators."""

    theme: Theme
    focuses: tuple[FocusStatus, ...]


@dataclass(frozen=True)
class StatusBoard:
    """Every indicator of the strategy, by theme and focus."""

    themes: tuple[ThemeStatus, ...]

    @property
    def lines(self) -> tuple[Status, ...]:
        """Return every indicator in the document's order."""
        return tuple(line for theme in self.themes for focus in theme.focuses for line in focus.lines)

    @property
    def counts(self) -> Mapping[Standing, int]:
        """Return the number of indicators for each standing, 0 included."""
        found = Counter(line.standing for line in self.lines)
        return {standing: found[standing] for standing in Standing}

    @property
    def owned(self) -> bool:
        """Return whether any indicator has a responsible department."""
        return any(line.owner for line in self.lines)


def status_board_of(
    strategy: Strategy | None, figures: Sequence[Indicator], progress: Sequence[Progress]
) -> StatusBoard:
    """Return the standings of the strategy's indicators; the board is empty without a strategy."""
    forecasts = {path.indicator.id: path.forecast for path in progress}
    themes = strategy.themes if strategy else ()
    found = [ThemeStatus(theme, tuple(_focuses(theme, figures, forecasts))) for theme in themes]
    return StatusBoard(tuple(theme for theme in found if theme.focuses))


def _focuses(
    theme: Theme, figures: Sequence[Indicator], forecasts: Mapping[str, Forecast | Silence]
) -> Iterator[FocusStatus]:
    by_id = {figure.id: figure for figure in figures}
    for focus in theme.focuses:
        lines = []
        for target in focus.indicators:
            figure = by_id[target.id]
            forecast = forecasts.get(target.id, Silence.NO_PACE)
            standing = standing_of(figure, forecast)
            if standing:
                lines.append(Status(figure, standing, forecast, target.owner or ""))
        if lines:
            yield FocusStatus(focus, tuple(lines))
