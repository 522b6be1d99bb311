"""A year's report as one HTML page without scripts or network access, readable in print and without colour."""

from __future__ import annotations

from meguro_opendata import messages, pages
from meguro_opendata.japan.calendar import QUARTERS, quarter_ends
from meguro_opendata.japan.eras import era_name
from meguro_opendata.kpi.board import DEPARTMENT_FIGURES, Board
from meguro_opendata.kpi.counting import rules
from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.progress import Progress
from meguro_opendata.kpi.standing import Standing, sign_of
from meguro_opendata.kpi.strategy import share_units
from meguro_opendata.pages.charts import Bars, Chart, bar_chart, line_chart

__all__ = ["bars_of", "chart_of", "page_of", "quarter_names"]

# The foot of a printed sheet has room for this many digits of the ledger's head, enough for `ledger verify --expect`;
# the section on open data has the whole head.
_SHORT = 16


def page_of(board: Board) -> str:
    """Return the report's HTML page."""
    situation, lang = board.situation, board.lang
    names = {figure.id: figure.name for figure in board.figures}
    return pages.render(
        "kpi.html",
        lang,
        style_file="kpi.css",
        more_style=_foot(board),
        title=situation.workspace.city.name,
        board=board,
        strategy=situation.strategy,
        fiscal_year=situation.fiscal_year,
        era=era_name(situation.fiscal_year, lang),
        as_of=situation.as_of.isoformat(),
        charts=[(progress, chart_of(progress), bars_of(progress)) for progress in board.progress],
        signs={standing: sign_of(standing) for standing in Standing},
        least_share=f"{rules()['forecast']['least_share']:.0%}",
        least_days=rules()["forecast"]["least_days"],
        quarter_names=quarter_names(board),
        part_ids=DEPARTMENT_FIGURES,
        names=names,
        part_names=[names[name] for name in DEPARTMENT_FIGURES],
        evident={found.indicator.id for found in board.evidence},
        targets=situation.strategy.targets if situation.strategy else {},
        aims=situation.background.aims if situation.background else {},
        verified=situation.trust.verified,
        own_sources={figure.id: _own_source(figure, board) for figure in board.figures},
        shares=share_units(),
        open_ids=[figure.id for figure in board.open_data],
        ledger=situation.workspace.ledger.name,
    )


def _foot(board: Board) -> str:
    """Return the CSS that prints city, day, the ledger's head and the page's number below each sheet."""
    situation, head = board.situation, board.notes.head[:_SHORT]
    text = f"{situation.workspace.city.name} {situation.as_of} {situation.workspace.ledger.name} {head}"
    left = f"@bottom-left {{ content: {pages.css_text(text)}; font-size: 7pt; }}"
    return f'@page {{ {left} @bottom-right {{ content: counter(page) " / " counter(pages); font-size: 7pt; }} }}'


def chart_of(progress: Progress) -> Chart | None:
    """Return the chart of a figure by quarter, or ``None`` if there is only one point to draw."""
    points = progress.points
    actual = [(point.known, point.actual) for point in points if point.actual is not None]
    spans = [(point.share, point.forecast) for point in points if point.forecast is not None]
    if len(actual) + len(spans) <= 1:
        return None
    forecast = [(share, span.lower, span.upper) for share, span in spans]
    return line_chart(actual, forecast, progress.indicator.target, len(points), grows=progress.grows)


def bars_of(progress: Progress) -> Bars | None:
    """Return the chart of a figure by year, or ``None`` if only one year is known."""
    if len(progress.years) <= 1:
        return None
    return bar_chart([(str(year.fiscal_year), year.actual, year.target) for year in progress.years])


def quarter_names(board: Board) -> list[str]:
    """Return a name with its months for each quarter."""
    year, start = board.situation.fiscal_year, board.situation.first.month
    length = 12 // QUARTERS
    return [
        messages.message("months", board.lang, first=(end.month - length) % 12 + 1, last=end.month)
        for end in quarter_ends(year, start)
    ]


def _own_source(figure: Indicator, board: Board) -> str:
    """Return a figure's source without the strategy's own, which the page gives once above the table."""
    strategy = board.situation.strategy
    parts = figure.source.split("; ")
    return "; ".join(part for part in parts if strategy is None or part != strategy.source)
