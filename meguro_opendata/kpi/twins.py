"""A year's report as a paper of tables, for its Markdown and workbook twins: the same numbers as the page."""

from __future__ import annotations

from collections.abc import Iterator

from meguro_opendata import messages
from meguro_opendata.kpi.board import DEPARTMENT_FIGURES, Board
from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.fiscal import era_name
from meguro_opendata.kpi.page import quarter_names
from meguro_opendata.kpi.papers import Cell, Paper, Section, Sheet

__all__ = ["paper_of"]


def paper_of(board: Board) -> Paper:
    """The report's tables."""
    situation, lang = board.situation, board.lang
    year = situation.fiscal_year
    title = messages.message("kpi-title", lang, year=year, era=era_name(year, lang), as_of=situation.as_of)
    source = situation.strategy.source if situation.strategy else messages.message("kpi-no-strategy", lang, year=year)
    facts = ((_word("source", board), source),)
    return Paper(f"{situation.workspace.city.name} {title}", facts, tuple(_sections(board)))


def _sections(board: Board) -> Iterator[Section]:
    yield _section(
        board, "kpi", ("id", "kpi", "target", "actual", "unit", "rate", "status", "definition"), _figures(board)
    )
    yield _section(board, "path", ("kpi", "quarter", "actual", "forecast", "pace"), _quarters(board))
    yield _section(board, "steps", ("step", "what", "department", "how"), _steps(board))
    names = {figure.id: figure.name for figure in board.figures}
    for name, rows, label in (("by-department", board.departments, "department"), ("by-theme", board.themes, "theme")):
        header = (_word(label, board), *(names[figure] for figure in DEPARTMENT_FIGURES))
        table = Sheet(_word(name, board), header, tuple((owner, *cells) for owner, cells in rows))
        yield Section(table.title, (table,))
    yield _section(board, "kinds", ("standard", "status", "by", "reason"), _kinds(board))
    yield _section(
        board, "evidence", ("kpi", "ledger-line", "day", "event", "what", "file", "by", "proof"), _evidence(board)
    )


def _section(board: Board, name: str, header: tuple[str, ...], rows: Iterator[tuple[Cell, ...]]) -> Section:
    title = _word(name, board)
    return Section(title, (Sheet(title, tuple(_word(part, board) for part in header), tuple(rows)),))


def _figures(board: Board) -> Iterator[tuple[Cell, ...]]:
    for figure in board.figures:
        rate = None if figure.rate is None else f"{figure.rate:.0%}"
        aim = _target(figure, board)
        status = _word(f"status-{figure.status}", board)
        yield figure.id, figure.name, aim, figure.actual, figure.unit, rate, status, figure.definition


def _target(figure: Indicator, board: Board) -> str | None:
    if figure.target is None:
        return None
    return messages.message(f"comparison-{figure.comparison}", board.lang, value=f"{figure.target:,.10g}")


def _quarters(board: Board) -> Iterator[tuple[Cell, ...]]:
    names = quarter_names(board)
    for path in board.paths:
        for name, point in zip(names, path.points, strict=True):
            yield path.indicator.name, name, point.actual, point.forecast, point.pace


def _steps(board: Board) -> Iterator[tuple[Cell, ...]]:
    for step in board.steps:
        detail = messages.message(f"step-detail-{step.kind}", board.lang, detail=step.detail)
        yield _word(f"step-{step.kind}", board), step.what, step.department, f"{detail} {step.command}".strip()


def _kinds(board: Board) -> Iterator[tuple[Cell, ...]]:
    for kind in board.kinds:
        yield kind.title, _word(f"kind-{kind.state}", board), kind.by, kind.reason or ", ".join(kind.datasets)


def _evidence(board: Board) -> Iterator[tuple[Cell, ...]]:
    for found in board.evidence:
        name = found.indicator.name
        yield from (
            (name, row.line, row.day, row.kind, row.what, row.file, row.value, row.evidence) for row in found.rows
        )
        if found.more:
            yield name, None, None, None, messages.message("and-more", board.lang, count=found.more), None, None, None


def _word(code: str, board: Board) -> str:
    return messages.word(code, board.lang)
