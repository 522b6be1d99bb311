"""The sheet by which each department follows up a quarter or a half year, handed in when the strategy says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from meguro_opendata import messages
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.japan.calendar import QUARTERS
from meguro_opendata.kpi.board_tables import standing_text
from meguro_opendata.kpi.figures import Indicator, Part, figures_of
from meguro_opendata.kpi.followup_period import Period
from meguro_opendata.kpi.next_steps import Step, next_steps
from meguro_opendata.kpi.notes import notes_of
from meguro_opendata.kpi.offices import departments_of
from meguro_opendata.kpi.papers import Cell, Paper, Section, Sheet, day_cell
from meguro_opendata.kpi.progress import progress_of
from meguro_opendata.kpi.situation import Situation, situation_of
from meguro_opendata.kpi.status_board import Status, status_board_of
from meguro_opendata.kpi.strategy import Strategy
from meguro_opendata.kpi.submission import last_compared
from meguro_opendata.pages.numbers import figure_text
from meguro_opendata.workspace.city import Workspace

__all__ = ["followup_of"]

_ASKED = ("ask-done", "ask-problem", "ask-action", "ask-next", "ask-writer")
_FIGURES = ("kpi", "followup-plan", "held", "target", "actual", "noted", "followup-own", "of-which", "unit", "status")
_BY_HAND = ("ask-problem", "followup-next", "followup-signer", "followup-signed")


def followup_of(workspace: Workspace, period: Period, as_of: date, lang: str, department: str | None = None) -> Paper:
    """Return the sheets of a quarter or a half year, one section a department.

    Each has, for every indicator of the department's own, the plan, the result, and cells for the problem, the next
    step and the sign-off; then what was published, how the data stands, and the next steps. Indicators whose department
    is not entered in the strategy have a section of their own.

    Args:
        workspace: Whose figures.
        period: The quarter or the half year.
        as_of: Count up to this day, or to the period's end if that is earlier.
        lang: Language.
        department: Only this one.

    Raises:
        MeguroOpendataError: If the workspace knows no such department.
    """
    situation = situation_of(workspace, period.fiscal_year, min(as_of, period.last))
    figures = figures_of(situation, lang)
    status = status_board_of(situation.strategy, figures, progress_of(situation, figures, lang)).lines
    told = _Period(situation, period, lang, tuple(figures), tuple(next_steps(situation)), status)
    names = departments_of(situation, told.steps)
    if department is not None and department not in names:
        raise MeguroOpendataError("department-unknown-here", value=department, known=names)
    sections = [Section(name, tuple(_sheets(told, name))) for name in ([department] if department else names)]
    if department is None:
        sections += _unowned(told)
    title = messages.message("followup-title-half" if period.half else "followup-title", lang, city=workspace.city.name)
    return Paper(title, tuple(_facts(told)), tuple(sections))


@dataclass(frozen=True)
class _Period:
    """What the sheets of all departments are made from."""

    situation: Situation
    period: Period
    lang: str
    figures: tuple[Indicator, ...]
    steps: tuple[Step, ...]
    status: tuple[Status, ...]

    def sheet(
        self, title: str, header: tuple[str, ...], rows: Iterator[tuple[Cell, ...]], entry: tuple[int, ...] = ()
    ) -> Sheet:
        """Return a table under words of the catalogue."""
        return Sheet(self.word(title), tuple(map(self.word, header)), tuple(rows), entry=entry)

    def word(self, code: str) -> str:
        """Return a word in the language of the sheets."""
        return messages.word(code, self.lang)


def _facts(told: _Period) -> Iterator[tuple[str, str]]:
    """What stands above every sheet: the time, when it is handed in, and the ledger's head."""
    period, situation = told.period, told.situation
    yield told.word("half" if period.half else "quarter"), period.name(told.lang)
    yield told.word("period"), messages.message("span", told.lang, first=period.first, last=situation.until)
    yield from _submission(situation.strategy, period, told)
    notes = notes_of(situation, told.lang)
    head = messages.message("paper-ledger-head", told.lang, path=situation.workspace.ledger.name, lines=notes.lines)
    yield told.word("ledger-state"), f"{head} {notes.head}"
    yield from ((told.word("ledger-state"), warning) for warning in notes.warnings)
    yield from _corrections(told)


def _corrections(told: _Period) -> Iterator[tuple[str, str]]:
    """What was corrected since the last submission of the year, in one line; what merely went on is no correction."""
    compared = last_compared(told.situation, told.figures, told.lang)
    found = [one for one in compared.differences if one.corrected] if compared else []
    if compared and found:
        changed = ["{} {} → {}".format(one.name, *map(_number, (one.submitted, one.same_day))) for one in found]
        yield told.word("corrections-handed-in"), f"{compared.handed_in.name}: {'、'.join(changed)}"


def _number(value: float | None) -> str:
    return "-" if value is None else figure_text(value)


def _submission(strategy: Strategy | None, period: Period, told: _Period) -> Iterator[tuple[str, str]]:
    """When the sheet is handed in, in the strategy's words."""
    plan = strategy.follow_up if strategy else None
    if strategy and plan and len(plan.months) == QUARTERS:
        month = messages.message("month", told.lang, month=plan.months[period.quarters[-1] - 1])
        yield told.word("submission"), f"{month} ({strategy.title} {plan.section}: {plan.text})"


def _sheets(told: _Period, department: str) -> Iterator[Sheet]:
    header = ("what", "frequency", "followup-last", "followup-due", "status", "followup-stage")
    own = [line for line in told.status if line.owner == department or _part(line.figure, department)]
    yield _figures(told, own, department)
    yield told.sheet("followup-done", ("day", "what", "file"), _done(told, department))
    yield told.sheet("followup-check", header, _check(told, department))
    yield told.sheet("followup-steps", ("step", "what", "how"), _steps(told, department))
    asked = ((told.word(code), None) for code in _ASKED)
    yield told.sheet("followup-act", ("followup-item", "followup-entry"), asked, (1,))


def _unowned(told: _Period) -> Iterator[Section]:
    """Yield the indicators whose department the strategy file does not name, so that none is left out."""
    lines = [line for line in told.status if not line.owner]
    if lines:
        yield Section(told.word("followup-unowned"), (_figures(told, lines, ""),))


def _figures(told: _Period, lines: list[Status], department: str) -> Sheet:
    """Return the indicators with plan and result, and room for problem, next step and sign-off."""
    header = (*_FIGURES, *_BY_HAND)
    entry = tuple(range(len(_FIGURES), len(header)))
    rows = (_figure_row(told, line, department) for line in lines)
    return told.sheet("followup-figures", header, rows, entry)


def _figure_row(told: _Period, line: Status, department: str) -> tuple[Cell, ...]:
    figure, part = line.figure, _part(line.figure, department)
    focuses = told.situation.strategy.focuses if told.situation.strategy else ()
    plan = next((told.period.plan(focus) for focus in focuses if focus.number == figure.focus), ())
    held = told.word(f"held-{figure.comparison}") if figure.comparison else None
    noted = told.word(f"noted-{figure.qualifier}") if figure.qualifier else None
    own = (part.actual, part.of) if part else (None, None)
    stands = standing_text(line.standing, told.lang)
    found = (figure.name, "、".join(plan), held, figure.target, figure.actual, noted, *own, figure.unit, stands)
    return (*found, *[None] * len(_BY_HAND))


def _part(figure: Indicator, department: str) -> Part | None:
    return next((found for found in figure.by_department if department and found.name == department), None)


def _done(told: _Period, department: str) -> Iterator[tuple[Cell, ...]]:
    """What was published for the first time in this time."""
    for new in told.situation.new[1]:
        owner = told.situation.owners[new.dataset]
        if owner.department == department and new.day >= told.period.first.isoformat():
            yield day_cell(new.day), owner.title or new.dataset, new.resource


def _check(told: _Period, department: str) -> Iterator[tuple[Cell, ...]]:
    """Yield how each dataset stands."""
    stages = {one.current.dataset: one.stage for one in told.situation.staged}
    for one in told.situation.kept:
        newest, name = one.current.newest, one.current.dataset
        if newest.department == department:
            days = (day_cell(one.current.own), day_cell(one.due))
            yield newest.title or name, newest.frequency, *days, told.word(f"kept-{one.state}"), stages[name]


def _steps(told: _Period, department: str) -> Iterator[tuple[Cell, ...]]:
    for step in told.steps:
        if step.department == department:
            detail = messages.message(f"step-detail-{step.kind}", told.lang, detail=step.detail)
            yield told.word(f"step-{step.kind}"), step.what, f"{detail} {step.command}".strip()
