"""A year's report as a paper of tables, for its workbook twin: the same numbers as the page."""

from __future__ import annotations

from collections.abc import Iterator

from meguro_opendata import messages
from meguro_opendata.japan.eras import era_name
from meguro_opendata.kpi.board import DEPARTMENT_FIGURES, Board
from meguro_opendata.kpi.board_page import quarter_names
from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.papers import Cell, Paper, Section, Sheet
from meguro_opendata.kpi.provenance import head_fact
from meguro_opendata.kpi.strategy import share_units
from meguro_opendata.pages.numbers import figure_text

__all__ = ["paper_of"]


def paper_of(board: Board) -> Paper:
    """The report's tables."""
    situation, lang = board.situation, board.lang
    year = situation.fiscal_year
    title = messages.message("kpi-title", lang, year=year, era=era_name(year, lang), as_of=situation.as_of)
    source = situation.strategy.source if situation.strategy else messages.message("kpi-no-strategy", lang, year=year)
    unknown = [
        messages.message("kpi-unknown-indicator", lang, id=one.id, lines=one.lines, year=year)
        for one in situation.unknown_indicators
    ]
    uncounted = ((_word("not-counted", board), text) for text in unknown)
    facts = ((_word("source", board), source), head_fact(situation.trust, lang), *uncounted)
    return Paper(f"{situation.workspace.city.name} {title}", facts, tuple(_sections(board)))


def _sections(board: Board) -> Iterator[Section]:
    yield _section(
        board,
        "kpi",
        ("id", "kpi", "target", "actual", "not-routine", "unit", "rate", "status", "definition", "as-written"),
        _figures(board),
    )
    if board.differences:
        yield Section(_word("differences", board), (board.differences,))
    yield _section(board, "path", ("kpi", "quarter", "actual", "forecast", "pace"), _quarters(board))
    gaps = _sheet(board, "gap", ("kpi", "target", "actual", "gap", "in-reach", "unit"), _gaps(board))
    steps = _sheet(board, "steps", ("step", "what", "department", "how"), _steps(board))
    yield Section(steps.title, (gaps, steps))
    names = {figure.id: figure.name for figure in board.figures}
    for name, rows, label in (("by-department", board.departments, "department"), ("by-theme", board.themes, "theme")):
        header = (_word(label, board), *(names[figure] for figure in DEPARTMENT_FIGURES))
        table = Sheet(_word(name, board), header, tuple((owner, *cells) for owner, cells in rows))
        yield Section(table.title, (table,))
    yield _section(board, "kinds", ("standard", "status", "by", "reason"), _kinds(board))
    if board.themes_of_strategy:
        plan = _sheet(board, "strategy", ("strategy-theme", "focus", "quarter", "schedule"), _schedule(board))
        results = _sheet(board, "results", ("focus", "kpi", "before", "actual", "unit", "as-written"), _results(board))
        outline = _sheet(board, "outline", ("focus", "aims", "outline", "tasks"), _outlines(board))
        yield Section(plan.title, (outline, plan, results))
    yield _section(
        board, "evidence", ("kpi", "ledger-line", "day", "event", "what", "file", "by", "proof"), _evidence(board)
    )


def _section(board: Board, name: str, header: tuple[str, ...], rows: Iterator[tuple[Cell, ...]]) -> Section:
    sheet = _sheet(board, name, header, rows)
    return Section(sheet.title, (sheet,))


def _sheet(board: Board, name: str, header: tuple[str, ...], rows: Iterator[tuple[Cell, ...]]) -> Sheet:
    return Sheet(_word(name, board), tuple(_word(part, board) for part in header), tuple(rows))


def _figures(board: Board) -> Iterator[tuple[Cell, ...]]:
    for figure in board.figures:
        aim = _target(figure, board)
        status = _word(f"status-{figure.status}", board)
        counted = (figure.actual, figure.without_routine, figure.unit, figure.percent, status)
        yield figure.id, figure.name, aim, *counted, figure.definition, _as_written(figure, board)


def _as_written(figure: Indicator, board: Board) -> str:
    """The document's own words of a target, with its footnote."""
    targets = board.situation.strategy.targets if board.situation.strategy else {}
    if figure.id not in targets:
        return ""
    target = targets[figure.id][1]
    return " ".join(filter(None, [target.text, target.footnote and f"{_word('footnote', board)}: {target.footnote}"]))


def _target(figure: Indicator, board: Board) -> str | None:
    if figure.target is None:
        return None
    return messages.message(f"comparison-{figure.comparison}", board.lang, value=figure_text(figure.target))


def _quarters(board: Board) -> Iterator[tuple[Cell, ...]]:
    names = quarter_names(board)
    for progress in board.progress:
        for name, point in zip(names, progress.points, strict=True):
            yield progress.indicator.name, name, point.actual, point.forecast, point.pace


def _gaps(board: Board) -> Iterator[tuple[Cell, ...]]:
    for gap in board.gaps:
        figure = gap.indicator
        unit = _word("points", board) if figure.unit in share_units() else figure.unit
        yield figure.name, _target(figure, board), figure.actual, gap.missing, gap.in_reach, unit


def _schedule(board: Board) -> Iterator[tuple[Cell, ...]]:
    """What is planned for each quarter of each focus, or why that is not known."""
    for theme in board.themes_of_strategy:
        for focus in theme.focuses:
            plan = focus.schedule
            quarters = (plan.q1, plan.q2, plan.q3, plan.q4) if plan else ()
            for name, tasks in zip(quarter_names(board), quarters, strict=False):
                yield theme.name, focus.name, name, "、".join(tasks)
            if not plan:
                yield theme.name, focus.name, None, focus.schedule_reason


def _outlines(board: Board) -> Iterator[tuple[Cell, ...]]:
    """What each focus is for and does; aims by their numbers in the vision."""
    for theme in board.themes_of_strategy:
        for focus in theme.focuses:
            aims = "、".join(map(str, focus.aims))
            yield focus.name, aims, focus.outline or focus.summary, "、".join(focus.tasks)


def _results(board: Board) -> Iterator[tuple[Cell, ...]]:
    """The figures that were published for the year."""
    strategy = board.situation.strategy
    focuses = strategy.focuses if strategy else ()
    other = [("", known) for known in strategy.other_results] if strategy else []
    for name, known in [*((focus.name, known) for focus in focuses for known in focus.results), *other]:
        words = f"{known.text} ({' '.join(filter(None, [known.document, known.section]))})"
        yield name, known.name, known.before, known.value, known.unit, words


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
