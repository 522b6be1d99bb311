"""The content of a year's report, gathered once for both the page and the workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from meguro_opendata import messages
from meguro_opendata.japan.calendar import japan_day
from meguro_opendata.kpi.counting import rules
from meguro_opendata.kpi.coverage import Kind
from meguro_opendata.kpi.difference_rows import difference_sheet
from meguro_opendata.kpi.figures import Indicator, Part
from meguro_opendata.kpi.gaps import Gap, gaps_of
from meguro_opendata.kpi.next_steps import Step, next_steps
from meguro_opendata.kpi.notes import Notes, notes_of
from meguro_opendata.kpi.papers import Sheet
from meguro_opendata.kpi.progress import Progress, progress_of
from meguro_opendata.kpi.situation import Situation
from meguro_opendata.kpi.status_board import StatusBoard, status_board_of
from meguro_opendata.kpi.strategy import Theme
from meguro_opendata.kpi.submission import last_compared
from meguro_opendata.ledger import Annulment, Dating, Entry, Event, Merge, Record, SameAs, Submission
from meguro_opendata.pages.numbers import figure_text

__all__ = ["Board", "Evidence", "Row", "board_of"]

DEPARTMENT_FIGURES = (
    "opendata.new_datasets",
    "opendata.new_resources",
    "opendata.on_time",
    "opendata.machine_readable",
)


PartsRow = tuple[str, tuple[Part | None, ...]]


@dataclass(frozen=True)
class Row:
    """A ledger line in words, as evidence of a figure.

    Attributes:
        line: The number of the line.
        day: The day of the event, or the day that a record or dating is about.
        kind: The kind of entry in words.
        what: The dataset, indicator or quarter.
        file: The file; empty where the line is not about one.
        value: The department, value, recorder or former name, depending on the kind.
        evidence: The portal, evidence, reason or decision, depending on the kind.
    """

    line: int
    day: str
    kind: str
    what: str
    file: str
    value: str
    evidence: str


@dataclass(frozen=True)
class Evidence:
    """The ledger lines that make an indicator's figure; ``more`` is the number of lines that are not shown."""

    indicator: Indicator
    rows: tuple[Row, ...]
    more: int


@dataclass(frozen=True)
class Board:
    """The content of a year's report.

    Attributes:
        notes: The ledger's head, warnings and corrections.
        figures: Every indicator of the year.
        status: The standing of each indicator of the strategy.
        progress: The path of each known figure by quarter and over the years.
        departments: Each department's parts of new datasets, new files, timely and machine-readable datasets.
        themes: The same parts of each theme of the catalogue.
        steps: The next steps, the nearest to publication first.
        gaps: The distance of each figure from its target.
        evidence: The ledger lines of each figure.
    """

    situation: Situation
    lang: str
    notes: Notes
    figures: tuple[Indicator, ...]
    status: StatusBoard
    progress: tuple[Progress, ...]
    departments: tuple[PartsRow, ...]
    themes: tuple[PartsRow, ...]
    steps: tuple[Step, ...]
    gaps: tuple[Gap, ...]
    evidence: tuple[Evidence, ...]

    @property
    def open_data(self) -> tuple[Indicator, ...]:
        """Return the figures of open data."""
        return tuple(figure for figure in self.figures if figure.id.startswith("opendata."))

    @property
    def sides(self) -> tuple[Indicator, ...]:
        """Return the figures of new data, which have several counts side by side."""
        return tuple(figure for figure in self.open_data if figure.without_routine is not None)

    @property
    def themes_of_strategy(self) -> tuple[Theme, ...]:
        """Return the strategy's themes."""
        return self.situation.strategy.themes if self.situation.strategy else ()

    @property
    def kinds(self) -> list[Kind]:
        """Return the kinds of the national list."""
        return self.situation.kinds

    @cached_property
    def differences(self) -> Sheet | None:
        """Return the table of differences from the year's last submission, or ``None`` without a submission."""
        return difference_sheet(last_compared(self.situation, self.figures, self.lang), self.lang)

    def of_focus(self, number: int) -> tuple[Indicator, ...]:
        """Return the figures of one focus."""
        return tuple(figure for figure in self.figures if figure.focus == number)


def board_of(situation: Situation, figures: Sequence[Indicator], lang: str) -> Board:
    """Return the content of a year's report in a language."""
    progress = progress_of(situation, figures, lang)
    steps = next_steps(situation)
    return Board(
        situation,
        lang,
        notes_of(situation, lang),
        tuple(figures),
        status_board_of(situation.strategy, figures, progress),
        tuple(progress),
        _parts(figures, "by_department", lang),
        _parts(figures, "by_theme", lang),
        tuple(steps),
        tuple(gaps_of(figures, steps, over=situation.over)),
        tuple(_evidence(figure, situation, lang) for figure in figures if figure.lines),
    )


def _parts(figures: Sequence[Indicator], part: str, lang: str) -> tuple[PartsRow, ...]:
    """Return one row for each department or theme, with its part of each figure."""
    columns = [getattr(figure, part) for name in DEPARTMENT_FIGURES for figure in figures if figure.id == name]
    names = sorted({found.name for column in columns for found in column})
    by_name = [{found.name: found for found in column} for column in columns]
    return tuple(
        (name or messages.word("unnamed", lang), tuple(column.get(name) for column in by_name)) for name in names
    )


def _evidence(figure: Indicator, situation: Situation, lang: str) -> Evidence:
    # A first import can bring a figure of thousands of files; a page with all their lines would be too large to print.
    limit = rules()["report"]["events"]
    entries = situation.history.entries(figure.lines[:limit])
    rows = tuple(_row(line, entries[line], situation, lang) for line in figure.lines[:limit])
    return Evidence(figure, rows, max(len(figure.lines) - limit, 0))


def _row(line: int, entry: Entry, situation: Situation, lang: str) -> Row:
    kind = messages.word(f"event-{entry.event}", lang)
    if isinstance(entry, Event):
        day = japan_day(entry.time)
        what = entry.title or entry.dataset
        return Row(line, day, kind, what, entry.resource, entry.department, entry.portal)
    if isinstance(entry, Dating):
        return Row(line, entry.first, kind, entry.dataset, entry.resource, entry.recorder, entry.evidence)
    if isinstance(entry, Record):
        return _record_row(line, entry, kind, situation)
    return _correction_row(line, entry, kind)


def _record_row(line: int, entry: Record, kind: str, situation: Situation) -> Row:
    name = situation.recordable[entry.indicator].name if entry.indicator in situation.recordable else entry.indicator
    evidence = " / ".join(filter(None, [entry.evidence, entry.note]))
    return Row(line, entry.day, kind, name, "", f"{figure_text(entry.value)} {entry.unit} ({entry.recorder})", evidence)


def _correction_row(line: int, entry: SameAs | Annulment | Submission | Merge, kind: str) -> Row:
    match entry:
        case SameAs():
            former = "/".join(filter(None, [entry.former, entry.former_resource]))
            return Row(line, japan_day(entry.time), kind, entry.dataset, entry.resource, former, entry.reason)
        case Annulment():
            return Row(line, japan_day(entry.time), kind, str(entry.line), "", entry.recorder, entry.reason)
        case Submission():
            return Row(line, japan_day(entry.time), kind, entry.quarter, "", entry.recorder, entry.approval)
        case Merge():
            return Row(line, japan_day(entry.time), kind, entry.fork, "", entry.recorder, f"{entry.head} {entry.other}")
