"""The parts of a strategy's file and of the file of the older documents, as they are written (``strategy/*.yaml``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from meguro_opendata.files.declarations import Declared

__all__ = [
    "Aim",
    "Background",
    "Comparison",
    "CurrentState",
    "Document",
    "Focus",
    "FollowUp",
    "Footnote",
    "KnownResult",
    "Method",
    "Qualifier",
    "Reference",
    "Strategy",
    "Target",
    "Theme",
]

Comparison = Literal["at_least", "more_than", "at_most", "reduction"]
Method = Literal["sum", "latest", "max", "min"]
Qualifier = Literal["about", "at_least"]
Filled = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Filled, ...], Field(strict=False)]
Number = Annotated[int, Field(ge=1)]


def _indicator_id(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", name):
        raise ValueError("indicator-id")
    return name


IndicatorId = Annotated[str, AfterValidator(_indicator_id)]


class Reference(Declared):
    """A figure that the document gives beside a target, such as that of the year before.

    Attributes:
        document: The document's title, where it is another than the strategy's own.
    """

    fiscal_year: int
    value: float = Field(strict=False)
    text: Filled
    document: Filled | None = None


class Ruling(Declared):
    """A decision of the ward on how something is counted: the document and its day."""

    document: Filled
    date: date

    @property
    def text(self) -> str:
        """Return the document with its day."""
        return f"{self.document} ({self.date.isoformat()})"


class Target(Declared):
    """One target.

    Attributes:
        unit: What is counted; ``%`` for shares.
        comparison: ``at_least``, ``more_than``, ``at_most``, or ``reduction`` (by at least so much).
        text: The document's own words.
        definition: What is counted, and how.
        footnote: What the document says of it below.
        official: Which count of new data is held against the target: ``files``, ``tables`` (formats not counted) or
            ``without_routine``. Where the document is silent, ``files``, which was written ``all`` before.
        ruling: The ward's decision on that count, where there is one.
        from_file: The kind of table that the figure may be computed from.
        records: What the records of a year come to: their sum, the newest, the greatest or the least of them. By
            default they add up, and of shares the newest counts.
        formerly: Ids under which the indicator was recorded before; records of these count as its own.
        owner: The department that answers for it, where the city enters one.
    """

    id: IndicatorId
    name: Filled
    name_en: Filled | None = None
    target: float = Field(ge=0, strict=False)
    unit: Filled
    comparison: Comparison = "at_least"
    text: Filled
    definition: Filled
    footnote: Filled | None = None
    official: Literal["files", "tables", "without_routine", "all"] = "files"
    ruling: Ruling | None = None
    from_file: Literal["procedures"] | None = None
    records: Method | None = None
    formerly: Annotated[tuple[IndicatorId, ...], Field(strict=False)] = ()
    owner: Filled | None = None
    reference: Annotated[tuple[Reference, ...], Field(strict=False)] = ()

    @property
    def counted(self) -> str:
        """Return the count of new data that is held against the target."""
        return "files" if self.official == "all" else self.official


class KnownResult(Declared):
    """What a document gives as done in a year.

    Attributes:
        value: Its number; ``None`` where the document gives none.
        qualifier: ``about`` (約) or ``at_least`` (以上), where the document puts that word to the number.
        text: The document's own words.
        section: Where in the document.
        document: The document's title, where it is another than the strategy's own.
        indicator: The target whose figure it is.
        before: The figure that it rose or fell from.
    """

    name: Filled
    value: float | None = Field(default=None, strict=False)
    unit: Filled | None = None
    qualifier: Qualifier | None = None
    text: Filled
    section: Filled
    document: Filled | None = None
    indicator: str | None = None
    before: float | None = Field(default=None, strict=False)

    @model_validator(mode="after")
    def _number_with_unit(self) -> Self:
        of_numbers = any(part is not None for part in (self.qualifier, self.indicator, self.before))
        if (self.value is None) != (self.unit is None) or (self.value is None and of_numbers):
            raise ValueError("result-number-and-unit")
        return self


class Schedule(Declared):
    """What the document plans for each quarter."""

    q1: Texts
    q2: Texts
    q3: Texts
    q4: Texts


class Footnote(Declared):
    """A word that the document explains below, with the explanation in words of our own."""

    term: Filled
    meaning: Filled


class Focus(Declared):
    """One focus (重点取組); a schedule that the document does not give is ``null``, with the reason.

    Attributes:
        also_named: How the document names it elsewhere, where that differs.
        aims: Numbers of the aims (めざす姿) of the vision that the document names for it.
        aims_note: What a reader has to know of these numbers.
        summary: What it is about.
        outline: What is done (実施の概要), in words of our own.
    """

    number: Number
    name: Filled
    also_named: Texts = ()
    aims: Annotated[tuple[Number, ...], Field(strict=False)] = ()
    aims_note: Filled | None = None
    summary: Filled | None = None
    outline: Filled | None = None
    footnotes: Annotated[tuple[Footnote, ...], Field(strict=False)] = ()
    tasks: Texts = ()
    schedule: Schedule | None
    schedule_reason: Filled | None = None
    indicators: Annotated[tuple[Target, ...], Field(strict=False)] = ()
    results: Annotated[tuple[KnownResult, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _reason_or_schedule(self) -> Self:
        if (self.schedule is None) == (self.schedule_reason is None):
            raise ValueError("schedule-or-reason")
        return self


class Theme(Declared):
    """One theme (戦略テーマ) with its focuses."""

    number: Number
    name: Filled
    focuses: Annotated[tuple[Focus, ...], Field(strict=False, min_length=1)]


class FollowUp(Declared):
    """When figures are handed in, as the document says."""

    months: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], Field(strict=False, min_length=1)]
    text: Filled
    section: Filled


class CurrentState(Declared):
    """Where the city stands and what is to be done (現状と課題), as the document sees it.

    Attributes:
        section: Where in the document.
        achievements: What was achieved, each under the document's own heading.
        issues: The document's headings of what is to be done.
        priority: What the year's policy names as its most important task.
        outlook: What follows for the year, in words of our own.
    """

    section: Filled
    achievements: Annotated[tuple[KnownResult, ...], Field(strict=False)] = ()
    issues: Texts = ()
    priority: Filled | None = None
    outlook: Texts = ()


class Strategy(Declared):
    """The strategy of one fiscal year, with the document that it is taken from.

    Attributes:
        mission: Its purpose (Mission), in words of our own.
        vision: Where the city wants to be at the end of the year (Vision), likewise.
        other_results: Results of the year that no document gives to one of its focuses.
    """

    fiscal_year: int
    title: Filled
    publisher: Filled
    source: Filled
    follow_up: FollowUp | None = None
    mission: Filled | None = None
    vision: Filled | None = None
    state: CurrentState | None = None
    themes: Annotated[tuple[Theme, ...], Field(strict=False, min_length=1)]
    other_results: Annotated[tuple[KnownResult, ...], Field(strict=False)] = ()

    @property
    def focuses(self) -> tuple[Focus, ...]:
        """Return every focus, theme by theme."""
        return tuple(focus for theme in self.themes for focus in theme.focuses)

    @property
    def targets(self) -> Mapping[str, tuple[Focus, Target]]:
        """Return every target by its indicator's id, with its focus, in the document's order."""
        return {target.id: (focus, target) for focus in self.focuses for target in focus.indicators}

    @property
    def results(self) -> Mapping[str, KnownResult]:
        """Return the published figures of targets, by the indicator's id."""
        known = [*(result for focus in self.focuses for result in focus.results), *self.other_results]
        return {result.indicator: result for result in known if result.indicator}

    @property
    def renamed(self) -> Mapping[str, str]:
        """Return the ids of today by those under which their indicators were recorded before."""
        return {old: name for name, (_, target) in self.targets.items() for old in target.formerly}

    def placed_targets(self) -> Iterator[tuple[str, Target]]:
        """Yield every target with its place in the file."""
        for t, theme in enumerate(self.themes):
            for f, focus in enumerate(theme.focuses):
                for i, target in enumerate(focus.indicators):
                    yield f"themes.{t}.focuses.{f}.indicators.{i}", target


class Aim(Declared):
    """One aim (めざす姿、目標) of an older document.

    Attributes:
        text: The document's own words.
        name: The heading above it, where it has one.
        summary: What it is about, in words of our own.
        measures: How it is to be reached, likewise.
        state: How things stood when the document was written, likewise.
    """

    number: Number
    text: Filled
    name: Filled | None = None
    summary: Filled
    measures: Texts = ()
    state: Texts = ()


class Document(Declared):
    """An older document that the strategies build on.

    Attributes:
        fiscal_year: The fiscal year that it is of.
        dated_by: What tells the fiscal year.
        source: Where it is published.
        purpose: What it is for, in words of our own.
        principles: What the city heeds on the way, likewise.
        organisation: Who does it, likewise.
        results: The figures that it gives.
    """

    id: Filled
    title: Filled
    fiscal_year: int
    dated_by: Filled
    source: Filled
    purpose: Filled
    aims: Annotated[tuple[Aim, ...], Field(strict=False, min_length=1)]
    principles: Texts = ()
    organisation: Texts = ()
    results: Annotated[tuple[KnownResult, ...], Field(strict=False)] = ()


class Background(Declared):
    """The documents before the strategies; ``vision`` is the id of the one whose aims the strategies number."""

    vision: Filled
    documents: Annotated[tuple[Document, ...], Field(strict=False, min_length=1)]

    @property
    def aims(self) -> Mapping[int, Aim]:
        """Return the aims of the vision, by number."""
        return {aim.number: aim for document in self.documents if document.id == self.vision for aim in document.aims}
