"""A year's report as one page: no script, no network, readable in print and without colour."""

from __future__ import annotations

from meguro_opendata import messages, pages
from meguro_opendata.japan.calendar import QUARTERS, quarter_ends
from meguro_opendata.japan.eras import era_name
from meguro_opendata.kpi.board import DEPARTMENT_FIGURES, Board
from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.progress import Progress
from meguro_opendata.kpi.provenance import head_fact
from meguro_opendata.kpi.strategy import share_units
from meguro_opendata.pages.charts import Chart, line_chart

__all__ = ["chart_of", "page_of", "quarter_names"]


def page_of(board: Board) -> str:
    """The page."""
    situation, lang = board.situation, board.lang
    names = {figure.id: figure.name for figure in board.figures}
    return pages.render(
        "kpi.html",
        lang,
        title=situation.workspace.city.name,
        board=board,
        strategy=situation.strategy,
        fiscal_year=situation.fiscal_year,
        era=era_name(situation.fiscal_year, lang),
        as_of=situation.as_of.isoformat(),
        charts=[(progress, chart_of(progress)) for progress in board.progress],
        quarter_names=quarter_names(board),
        part_ids=DEPARTMENT_FIGURES,
        part_names=[names[name] for name in DEPARTMENT_FIGURES],
        evident={found.indicator.id for found in board.evidence},
        targets=situation.strategy.targets if situation.strategy else {},
        own_sources={figure.id: _own_source(figure, board) for figure in board.figures},
        aims=situation.background.aims if situation.background else {},
        shares=share_units(),
        open_ids=[figure.id for figure in board.open_data],
        ledger=situation.workspace.ledger.name,
        ledger_head=head_fact(situation.trust, lang),
        verified=situation.trust.verified,
    )


def chart_of(progress: Progress) -> Chart:
    """Return the chart of a figure's progress, with a label below each quarter."""
    points = progress.points
    actual = [(point.known, point.actual) for point in points if point.actual is not None]
    forecast = [(point.share, point.forecast) for point in points if point.forecast is not None]
    return line_chart(actual, forecast, progress.indicator.target, len(points))


def quarter_names(board: Board) -> list[str]:
    """The months of each quarter."""
    year, start = board.situation.fiscal_year, board.situation.first.month
    length = 12 // QUARTERS
    return [
        messages.message("months", board.lang, first=(end.month - length) % 12 + 1, last=end.month)
        for end in quarter_ends(year, start)
    ]


def _own_source(figure: Indicator, board: Board) -> str:
    """A figure's source without that of the whole strategy, which stands above."""
    strategy = board.situation.strategy
    parts = figure.source.split("; ")
    return "; ".join(part for part in parts if strategy is None or part != strategy.source)
