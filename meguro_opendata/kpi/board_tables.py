"""A year's report as a paper of tables for the workbook: the same numbers as on the page, each with its unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from meguro_opendata import messages
from meguro_opendata.japan.eras import era_name
from meguro_opendata.kpi.board import DEPARTMENT_FIGURES, Board, PartsRow
from meguro_opendata.kpi.board_page import quarter_names
from meguro_opendata.kpi.board_plots import quarter_plots, quarter_rows, status_plot, year_plots, year_rows
from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.forecast import Forecast
from meguro_opendata.kpi.papers import Cell, Paper, Section, Share, Sheet, day_cell
from meguro_opendata.kpi.standing import Standing, sign_of
from meguro_opendata.kpi.strategy import share_units

__all__ = ["paper_of", "standing_text"]

# Colours of the standings, light enough that the text on them is readable in a grey print.
_TONES = {"reached": "#C6E7D0", "expected": "#EEF8F1", "action": "#FBD9D3", "unrecorded": "#F4F6FA"}


def paper_of(board: Board) -> Paper:
    """Return the report's tables, the status of all indicators first."""
    situation, lang = board.situation, board.lang
    year = situation.fiscal_year
    title = messages.message("kpi-title", lang, year=year, era=era_name(year, lang), as_of=situation.as_of)
    source = situation.strategy.source if situation.strategy else messages.message("kpi-no-strategy", lang, year=year)
    head = messages.message("paper-ledger-head", lang, path=situation.workspace.ledger.name, lines=board.notes.lines)
    facts = [(_word("source", board), source), (_word("ledger-state", board), f"{head} {board.notes.head}")]
    facts += [(_word("ledger-state", board), warning) for warning in board.notes.warnings]
    return Paper(f"{situation.workspace.city.name} {title}", tuple(facts), tuple(_sections(board)))


def standing_text(standing: Standing, lang: str) -> str:
    """Return a standing as its sign and its word."""
    return f"{sign_of(standing)} {messages.word(f'standing-{standing.value}', lang)}"


def _sections(board: Board) -> Iterator[Section]:
    if board.status.lines:
        yield _status_section(board)
    yield _section(board, "open-data", _OPEN_DATA, _open_data(board))
    if board.notes.corrections:
        yield _section(board, "corrections", _CORRECTIONS, _corrections(board))
    if board.differences:
        yield Section(_word("differences", board), (board.differences,))
    quarters = _section(board, "path", _QUARTERS, quarter_rows(board, quarter_names(board)))
    years = _section(
        board, "years", ("id", "kpi", "fiscal-year", "target", "actual", "noted", "unit"), year_rows(board)
    )
    plots = [status_plot(board, _word("all-statuses", board)), *quarter_plots(board, quarters.name)]
    yield Section(_word("charts", board), (), (*filter(None, plots), *year_plots(board, years.name)))
    yield from (quarters, years)
    yield from _rest(board)


_OPEN_DATA = (
    "id",
    "kpi",
    "held",
    "target",
    "all-counted",
    "tables",
    "not-routine",
    "apart",
    "unit",
    "rate",
    "status",
    "definition",
)
_CORRECTIONS = ("id", "kpi", "fiscal-year", "before", "after", "ledger-line", "event", "reason")
_QUARTERS = ("id", "kpi", "quarter", "actual", "forecast-lower", "forecast-upper", "pace", "unit")
_YEARS = ("id", "kpi", "fiscal-year", "target", "actual", "noted", "unit")
_STATUS = (
    "strategy-theme",
    "focus",
    "id",
    "kpi",
    "department",
    "status",
    "held",
    "target",
    "actual",
    "noted",
    "unit",
    "rate",
    "forecast-lower",
    "forecast-upper",
)


def _rest(board: Board) -> Iterator[Section]:
    """Yield the sections that follow the first pages."""
    yield _section(board, "gap", ("kpi", "held", "target", "actual", "gap", "in-reach", "unit"), _gaps(board))
    yield _section(board, "steps", ("step", "what", "department", "how"), _steps(board))
    for name, rows, label in (("by-department", board.departments, "department"), ("by-theme", board.themes, "theme")):
        yield _section(board, name, (label, "kpi", "actual", "of-which", "unit"), _parts(rows, board))
    yield _section(board, "kinds", ("standard", "status", "by", "reason"), _kinds(board))
    if board.themes_of_strategy:
        yield _section(board, "outline", ("focus", "aims", "outline", "tasks"), _outlines(board))
        yield _section(board, "strategy", ("strategy-theme", "focus", "quarter", "schedule"), _schedule(board))
        yield _section(board, "results", ("focus", "kpi", "before", "actual", "unit", "as-written"), _results(board))
    header = ("id", "kpi", "held", "target", "actual", "noted", "unit", "rate", "status", "definition", "as-written")
    yield _section(board, "kpi", header, _figures(board))
    yield _section(
        board, "evidence", ("kpi", "ledger-line", "day", "event", "what", "file", "by", "proof"), _evidence(board)
    )


def _status_section(board: Board) -> Section:
    """Return the first worksheet: the number of indicators by standing, then every indicator."""
    counts = [(standing_text(standing, board.lang), count) for standing, count in board.status.counts.items()]
    header = (_word("status", board), _word("how-many", board))
    tones = tuple((standing_text(Standing(name), board.lang), colour) for name, colour in _TONES.items())
    summary = Sheet(_word("all-statuses", board), header, tuple(counts))
    whole = Sheet(_word("kpi", board), tuple(_word(part, board) for part in _STATUS), tuple(_status(board)), tones)
    return Section(_word("all-statuses", board), (summary, whole))


def _status(board: Board) -> Iterator[tuple[Cell, ...]]:
    for theme in board.status.themes:
        for part in theme.focuses:
            focus = f"{part.focus.number} {part.focus.name}"
            for line in part.lines:
                figure = line.figure
                ends = (
                    (line.forecast.lower, line.forecast.upper) if isinstance(line.forecast, Forecast) else (None, None)
                )
                # The theme's number alone: its name, repeated on 40 rows, would take a third of the printed page.
                place = (theme.theme.number, focus, figure.id, figure.name, line.owner)
                yield *place, standing_text(line.standing, board.lang), *_held(figure, board), *ends


def _held(figure: Indicator, board: Board) -> tuple[Cell, ...]:
    """Return the cells of a figure: kind of comparison, target, figure, qualifier (約, 以上), unit and rate."""
    held = _word(f"held-{figure.comparison}", board) if figure.comparison else None
    return held, figure.target, figure.actual, _noted(figure, board), figure.unit, _rate(figure)


def _noted(figure: Indicator, board: Board) -> str:
    return _word(f"noted-{figure.qualifier}", board) if figure.qualifier else ""


def _rate(figure: Indicator) -> Share | None:
    return None if figure.rate is None else Share(figure.rate)


def _section(board: Board, name: str, header: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Section:
    sheet = Sheet(_word(name, board), tuple(_word(part, board) for part in header), tuple(rows))
    return Section(sheet.title, (sheet,))


def _open_data(board: Board) -> Iterator[tuple[Cell, ...]]:
    for figure in board.open_data:
        held, target, actual, _, unit, rate = _held(figure, board)
        counts = (actual, figure.tables, figure.without_routine, figure.apart)
        status = _word(f"status-{figure.status}", board)
        yield figure.id, figure.name, held, target, *counts, unit, rate, status, figure.definition


def _corrections(board: Board) -> Iterator[tuple[Cell, ...]]:
    names = {figure.id: figure.name for figure in board.figures}
    for entry in board.notes.corrections:
        event = _word(f"event-{entry.event}", board)
        name = names.get(entry.indicator, entry.indicator)
        yield entry.indicator, name, entry.fiscal_year, entry.before, entry.after, entry.line, event, entry.reason


def _figures(board: Board) -> Iterator[tuple[Cell, ...]]:
    for figure in board.figures:
        status = _word(f"status-{figure.status}", board)
        yield figure.id, figure.name, *_held(figure, board), status, figure.definition, _as_written(figure, board)


def _as_written(figure: Indicator, board: Board) -> str:
    """Return the document's own words for a target, with the footnote."""
    targets = board.situation.strategy.targets if board.situation.strategy else {}
    if figure.id not in targets:
        return ""
    target = targets[figure.id][1]
    return " ".join(filter(None, [target.text, target.footnote and f"{_word('footnote', board)}: {target.footnote}"]))


def _gaps(board: Board) -> Iterator[tuple[Cell, ...]]:
    for gap in board.gaps:
        figure = gap.indicator
        held, target, actual, *_ = _held(figure, board)
        unit = _word("points", board) if figure.unit in share_units() else figure.unit
        yield figure.name, held, target, actual, gap.missing, gap.in_reach, unit


def _parts(rows: Iterable[PartsRow], board: Board) -> Iterator[tuple[Cell, ...]]:
    """Yield one row for each part of each figure; of a share, with the number of its datasets."""
    figures = {figure.id: figure for figure in board.figures}
    for owner, parts in rows:
        for name, part in zip(DEPARTMENT_FIGURES, parts, strict=True):
            if part is not None:
                unit = figures[name].unit if part.of is None else _word("datasets", board)
                yield owner, figures[name].name, part.actual, part.of, unit


def _schedule(board: Board) -> Iterator[tuple[Cell, ...]]:
    """Yield the plan of each focus by quarter, or the reason for which its schedule is unknown."""
    for theme in board.themes_of_strategy:
        for focus in theme.focuses:
            plan = focus.schedule
            quarters = (plan.q1, plan.q2, plan.q3, plan.q4) if plan else ()
            for name, tasks in zip(quarter_names(board), quarters, strict=False):
                yield theme.name, focus.name, name, "、".join(tasks)
            if not plan:
                yield theme.name, focus.name, None, focus.schedule_reason


def _outlines(board: Board) -> Iterator[tuple[Cell, ...]]:
    """Yield the subject and measures of each focus, with the numbers of its aims in the vision."""
    for theme in board.themes_of_strategy:
        for focus in theme.focuses:
            aims = "、".join(map(str, focus.aims))
            yield focus.name, aims, focus.outline or focus.summary, "、".join(focus.tasks)


def _results(board: Board) -> Iterator[tuple[Cell, ...]]:
    """Yield the results that documents give for the year."""
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
            (name, row.line, day_cell(row.day), row.kind, row.what, row.file, row.value, row.evidence)
            for row in found.rows
        )
        if found.more:
            yield name, None, None, None, messages.message("and-more", board.lang, count=found.more), None, None, None


def _word(code: str, board: Board) -> str:
    return messages.word(code, board.lang)
