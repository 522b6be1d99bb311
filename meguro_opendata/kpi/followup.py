"""The sheet by which each department follows up a quarter, handed in when the strategy says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from meguro_opendata import messages
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.japan.calendar import QUARTERS, quarter_ends
from meguro_opendata.japan.eras import era_name
from meguro_opendata.kpi.figures import Indicator, figures_of
from meguro_opendata.kpi.next_steps import Step, next_steps
from meguro_opendata.kpi.papers import Cell, Paper, Section, Sheet
from meguro_opendata.kpi.provenance import head_fact
from meguro_opendata.kpi.situation import Situation, situation_of
from meguro_opendata.kpi.strategy import Strategy
from meguro_opendata.kpi.submission import last_compared
from meguro_opendata.workspace.city import Workspace

__all__ = ["followup_of"]

_ASKED = ("ask-done", "ask-problem", "ask-action", "ask-next", "ask-writer")


def followup_of(
    workspace: Workspace, fiscal_year: int, quarter: int, as_of: date, lang: str, department: str | None = None
) -> Paper:
    """A quarter's sheets, one section a department: what was planned, what was done, how it stands, and what to write.

    Args:
        workspace: Whose figures.
        fiscal_year: The year.
        quarter: 1 to 4.
        as_of: Count up to this day, or to the quarter's end if that is earlier.
        lang: Language.
        department: Only this one.

    Raises:
        MeguroOpendataError: If the workspace knows no such department, or the quarter has not begun.
    """
    ends = quarter_ends(fiscal_year, workspace.city.fiscal_year_start)
    situation = situation_of(workspace, fiscal_year, min(as_of, ends[quarter - 1]))
    begin = situation.first if quarter == 1 else date.fromordinal(ends[quarter - 2].toordinal() + 1)
    if as_of < begin:
        raise MeguroOpendataError("quarter-not-begun", quarter=quarter, year=fiscal_year, day=begin)
    told = _Quarter(situation, begin, lang, tuple(figures_of(situation, lang)), tuple(next_steps(situation)))
    names = _departments(told)
    if department is not None and department not in names:
        raise MeguroOpendataError("department-unknown-here", value=department, known=names)
    chosen = [department] if department else names
    span = messages.message("span", lang, first=begin, last=situation.until)
    era = era_name(fiscal_year, lang)
    named = messages.message("quarter-of", lang, year=fiscal_year, era=era, quarter=quarter)
    facts = [("quarter", named), ("period", span), *_submission(situation.strategy, quarter, lang)]
    facts += _corrections(told)
    sections = tuple(Section(name, tuple(_sheets(told, name))) for name in chosen)
    title = messages.message("followup-title", lang, city=workspace.city.name)
    said = ((messages.word(code, lang), text) for code, text in facts)
    return Paper(title, (*said, head_fact(situation.trust, lang)), sections)


def _submission(strategy: Strategy | None, quarter: int, lang: str) -> list[tuple[str, str]]:
    """When the sheet is handed in, in the strategy's words."""
    plan = strategy.follow_up if strategy else None
    if not strategy or not plan or len(plan.months) != QUARTERS:
        return []
    month = messages.message("month", lang, month=plan.months[quarter - 1])
    return [("submission", f"{month} ({strategy.title} {plan.section}: {plan.text})")]


def _corrections(told: _Quarter) -> list[tuple[str, str]]:
    """What was corrected since the last submission of the year, in one line; what merely went on is no correction."""
    compared = last_compared(told.situation, told.figures, told.lang)
    found = [one for one in compared.differences if one.corrected] if compared else []
    if not compared or not found:
        return []
    changed = ["{} {} → {}".format(one.name, *map(_number, (one.submitted, one.same_day))) for one in found]
    return [("corrections", f"{compared.handed_in.name}: {'、'.join(changed)}")]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.10g}"


@dataclass(frozen=True)
class _Quarter:
    """What the sheets of all departments are made from."""

    situation: Situation
    begin: date
    lang: str
    figures: tuple[Indicator, ...]
    steps: tuple[Step, ...]

    def sheet(self, title: str, header: tuple[str, ...], rows: Iterator[tuple[Cell, ...]]) -> Sheet:
        """A table under words of the catalogue."""
        return Sheet(self.word(title), tuple(map(self.word, header)), tuple(rows))

    def word(self, code: str) -> str:
        """A word in the language of the sheets."""
        return messages.word(code, self.lang)


def _departments(told: _Quarter) -> list[str]:
    """The departments that publish something, and those that are to take a step."""
    owners = {one.newest.department for one in told.situation.current}
    return sorted(filter(None, owners | {step.department for step in told.steps}))


def _sheets(told: _Quarter, department: str) -> Iterator[Sheet]:
    header = ("what", "frequency", "followup-last", "followup-due", "status", "followup-stage")
    yield told.sheet("followup-figures", ("kpi", "target", "actual", "followup-own"), _figures(told, department))
    yield told.sheet("followup-done", ("day", "what", "file"), _done(told, department))
    yield told.sheet("followup-check", header, _check(told, department))
    yield told.sheet("followup-steps", ("step", "what", "how"), _steps(told, department))
    yield told.sheet("followup-act", ("followup-item", "followup-entry"), ((told.word(code), None) for code in _ASKED))


def _figures(told: _Quarter, department: str) -> Iterator[tuple[Cell, ...]]:
    """The city's figures of open data, and this department's part."""
    for figure in told.figures:
        part = next((found for found in figure.by_department if found.name == department), None)
        if figure.id.startswith("opendata.") and (part or figure.target is not None):
            own = None if part is None else f"{part.actual:g}" if part.of is None else f"{part.actual:g} / {part.of}"
            yield f"{figure.name} ({figure.unit})", figure.target, figure.actual, own


def _done(told: _Quarter, department: str) -> Iterator[tuple[Cell, ...]]:
    """What was published for the first time in the quarter."""
    for new in told.situation.new[1]:
        owner = told.situation.owners[new.dataset]
        if owner.department == department and new.day >= told.begin.isoformat():
            yield new.day, owner.title or new.dataset, new.resource


def _check(told: _Quarter, department: str) -> Iterator[tuple[Cell, ...]]:
    """How each dataset stands."""
    stages = {one.current.dataset: one.stage for one in told.situation.staged}
    for one in told.situation.kept:
        newest, name = one.current.newest, one.current.dataset
        if newest.department == department:
            state = told.word(f"kept-{one.state}")
            yield newest.title or name, newest.frequency, one.current.own, one.due, state, stages[name]


def _steps(told: _Quarter, department: str) -> Iterator[tuple[Cell, ...]]:
    for step in told.steps:
        if step.department == department:
            detail = messages.message(f"step-detail-{step.kind}", told.lang, detail=step.detail)
            yield told.word(f"step-{step.kind}"), step.what, f"{detail} {step.command}".strip()
