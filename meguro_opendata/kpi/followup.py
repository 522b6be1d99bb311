"""The follow-up sheet of each department for a quarter or a half year (重点取組13 of the strategy)."""

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

# The questions and the columns without a figure are filled in by hand: no file of the workspace has the answers.
_ASKED = ("ask-done", "ask-problem", "ask-action", "ask-next", "ask-writer")
_FIGURES = ("kpi", "followup-plan", "held", "target", "actual", "noted", "followup-own", "of-which", "unit", "status")
_BY_HAND = ("ask-problem", "followup-next", "followup-signer", "followup-signed")


def followup_of(workspace: Workspace, period: Period, as_of: date, lang: str, department: str | None = None) -> Paper:
    """Return the sheets of a quarter or a half year, one section a department.

    For each indicator of the department, a section has the plan, the result, and cells for the problem, the next step
    and the sign-off. Then follow the new files, the state of each dataset, and the next steps. Indicators without a
    department in the strategy are in a section of their own.

    Args:
        workspace: The workspace with ledger and strategies.
        period: The quarter or the half year.
        as_of: The last day to count; the period's end if that is earlier.
        lang: Language of the sheets.
        department: Return the sheet of this department only.

    Raises:
        MeguroOpendataError: ``department-unknown-here`` if the workspace has no such department.
    """
    situation = situation_of(workspace, period.fiscal_year, min(as_of, period.last))
    figures = figures_of(situation, lang)
    status = status_board_of(situation.strategy, figures, progress_of(situation, figures, lang)).lines
    basis = _Period(situation, period, lang, tuple(figures), tuple(next_steps(situation)), status)
    names = departments_of(situation, basis.steps)
    if department is not None and department not in names:
        raise MeguroOpendataError("department-unknown-here", value=department, known=names)
    sections = [Section(name, tuple(_sheets(basis, name))) for name in ([department] if department else names)]
    if department is None:
        sections += _unowned(basis)
    title = messages.message("followup-title-half" if period.half else "followup-title", lang, city=workspace.city.name)
    return Paper(title, tuple(_facts(basis)), tuple(sections))


@dataclass(frozen=True)
class _Period:
    """The data from which the sheets of all departments are made."""

    situation: Situation
    period: Period
    lang: str
    figures: tuple[Indicator, ...]
    steps: tuple[Step, ...]
    status: tuple[Status, ...]

    def sheet(
        self, title: str, header: tuple[str, ...], rows: Iterator[tuple[Cell, ...]], entry: tuple[int, ...] = ()
    ) -> Sheet:
        """Return a table whose title and header are words of the message catalogue, given by their codes."""
        return Sheet(self.word(title), tuple(map(self.word, header)), tuple(rows), entry=entry)

    def word(self, code: str) -> str:
        """Return a word in the language of the sheets."""
        return messages.word(code, self.lang)


def _facts(basis: _Period) -> Iterator[tuple[str, str]]:
    """Yield the facts above every sheet: the period, the month of submission, the ledger's head and corrections."""
    period, situation = basis.period, basis.situation
    yield basis.word("half" if period.half else "quarter"), period.name(basis.lang)
    yield basis.word("period"), messages.message("span", basis.lang, first=period.first, last=situation.until)
    yield from _submission(situation.strategy, period, basis)
    notes = notes_of(situation, basis.lang)
    head = messages.message("paper-ledger-head", basis.lang, path=situation.workspace.ledger.name, lines=notes.lines)
    yield basis.word("ledger-state"), f"{head} {notes.head}"
    yield from ((basis.word("ledger-state"), warning) for warning in notes.warnings)
    yield from _corrections(basis)


def _corrections(basis: _Period) -> Iterator[tuple[str, str]]:
    """Yield one fact with the figures of the year's last submission that were corrected since, not merely continued."""
    compared = last_compared(basis.situation, basis.figures, basis.lang)
    found = [one for one in compared.differences if one.corrected] if compared else []
    if compared and found:
        changed = ["{} {} → {}".format(one.name, *map(_number, (one.submitted, one.same_day))) for one in found]
        yield basis.word("corrections-handed-in"), f"{compared.handed_in.name}: {'、'.join(changed)}"


def _number(value: float | None) -> str:
    return "-" if value is None else figure_text(value)


def _submission(strategy: Strategy | None, period: Period, basis: _Period) -> Iterator[tuple[str, str]]:
    """Yield the month in which the sheet is handed in, in the strategy's words."""
    plan = strategy.follow_up if strategy else None
    if strategy and plan and len(plan.months) == QUARTERS:
        month = messages.message("month", basis.lang, month=plan.months[period.quarters[-1] - 1])
        yield basis.word("submission"), f"{month} ({strategy.title} {plan.section}: {plan.text})"


def _sheets(basis: _Period, department: str) -> Iterator[Sheet]:
    header = ("what", "frequency", "followup-last", "followup-due", "status", "followup-stage")
    own = [line for line in basis.status if line.owner == department or _part(line.figure, department)]
    yield _figures(basis, own, department)
    yield basis.sheet("followup-done", ("day", "what", "file"), _done(basis, department))
    yield basis.sheet("followup-check", header, _check(basis, department))
    yield basis.sheet("followup-steps", ("step", "what", "how"), _steps(basis, department))
    asked = ((basis.word(code), None) for code in _ASKED)
    yield basis.sheet("followup-act", ("followup-item", "followup-entry"), asked, (1,))


def _unowned(basis: _Period) -> Iterator[Section]:
    """Yield a section with the indicators without a department, so that every indicator is on some sheet."""
    lines = [line for line in basis.status if not line.owner]
    if lines:
        yield Section(basis.word("followup-unowned"), (_figures(basis, lines, ""),))


def _figures(basis: _Period, lines: list[Status], department: str) -> Sheet:
    """Return the indicators with plan and result, and room for problem, next step and sign-off."""
    header = (*_FIGURES, *_BY_HAND)
    entry = tuple(range(len(_FIGURES), len(header)))
    rows = (_figure_row(basis, line, department) for line in lines)
    return basis.sheet("followup-figures", header, rows, entry)


def _figure_row(basis: _Period, line: Status, department: str) -> tuple[Cell, ...]:
    figure, part = line.figure, _part(line.figure, department)
    focuses = basis.situation.strategy.focuses if basis.situation.strategy else ()
    plan = next((basis.period.plan(focus) for focus in focuses if focus.number == figure.focus), ())
    held = basis.word(f"held-{figure.comparison}") if figure.comparison else None
    noted = basis.word(f"noted-{figure.qualifier}") if figure.qualifier else None
    own = (part.actual, part.of) if part else (None, None)
    stands = standing_text(line.standing, basis.lang)
    found = (figure.name, "、".join(plan), held, figure.target, figure.actual, noted, *own, figure.unit, stands)
    return (*found, *[None] * len(_BY_HAND))


def _part(figure: Indicator, department: str) -> Part | None:
    return next((found for found in figure.by_department if department and found.name == department), None)


def _done(basis: _Period, department: str) -> Iterator[tuple[Cell, ...]]:
    """Yield the files that a department published for the first time in the period."""
    for new in basis.situation.new[1]:
        owner = basis.situation.owners[new.dataset]
        if owner.department == department and new.day >= basis.period.first.isoformat():
            yield day_cell(new.day), owner.title or new.dataset, new.resource


def _check(basis: _Period, department: str) -> Iterator[tuple[Cell, ...]]:
    """Yield the state of each dataset of a department: update, due day and stage."""
    stages = {one.current.dataset: one.stage for one in basis.situation.staged}
    for one in basis.situation.kept:
        newest, name = one.current.newest, one.current.dataset
        if newest.department == department:
            days = (day_cell(one.current.own), day_cell(one.due))
            yield newest.title or name, newest.frequency, *days, basis.word(f"kept-{one.state}"), stages[name]


def _steps(basis: _Period, department: str) -> Iterator[tuple[Cell, ...]]:
    for step in basis.steps:
        if step.department == department:
            detail = messages.message(f"step-detail-{step.kind}", basis.lang, detail=step.detail)
            yield basis.word(f"step-{step.kind}"), step.what, f"{detail} {step.command}".strip()
