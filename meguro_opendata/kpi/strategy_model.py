"""Data model of the files ``strategy/*.yaml``: a fiscal year's strategy, and the older documents (background)."""

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


# The form of an id is fixed because ids are written into the ledger and into JSON, where they cannot be changed later.
def _indicator_id(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", name):
        raise ValueError("indicator-id")
    return name


IndicatorId = Annotated[str, AfterValidator(_indicator_id)]


class Reference(Declared):
    """A figure that the document gives beside a target, such as the figure of the year before.

    Attributes:
        document: The title of the document, if it is not the strategy's own.
    """

    fiscal_year: int
    value: float = Field(strict=False)
    text: Filled
    document: Filled | None = None


class Ruling(Declared):
    """A decision of the ward on the way of counting: the document and its day."""

    document: Filled
    date: date

    @property
    def text(self) -> str:
        """Return the document with its day."""
        return f"{self.document} ({self.date.isoformat()})"


class Target(Declared):
    """One target of a strategy.

    Attributes:
        unit: The unit of the target, such as 件; ``%`` for shares.
        comparison: ``at_least``, ``more_than``, ``at_most``, or ``reduction`` (a reduction by at least the target).
        text: The document's own words.
        definition: The definition of the count, in words of our own.
        footnote: The document's footnote to the target.
        official: The count of new data that is compared with the target: ``files``, ``tables`` (all formats of a table
            count once) or ``without_routine``. Without a decision it is ``files``; older files have ``all`` for it.
        ruling: The ward's decision on that count, if there is one.
        from_file: The kind of table from which the figure can be computed.
        records: The rule by which the records of a year become one figure: their sum, the newest, the greatest or the
            least. By default records add up, and of shares the newest counts.
        formerly: Former ids of the indicator; their records count as its own.
        owner: The department that is responsible for it, if the city enters one.
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
        """Return the count of new data that is compared with the target."""
        return "files" if self.official == "all" else self.official


class KnownResult(Declared):
    """A published result of a year, as a document gives it.

    Attributes:
        value: The result's number; ``None`` if the document gives no number.
        qualifier: ``about`` (約) or ``at_least`` (以上), if the document has that word beside the number.
        text: The document's own words.
        section: The section of the document.
        document: The title of the document, if it is not the strategy's own.
        indicator: The id of the target whose figure it is.
        before: The earlier figure that the document compares it with.
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
        # A number without a unit, or 約 without a number, is a slip of the person who copied the document.
        of_numbers = any(part is not None for part in (self.qualifier, self.indicator, self.before))
        if (self.value is None) != (self.unit is None) or (self.value is None and of_numbers):
            raise ValueError("result-number-and-unit")
        return self


class Schedule(Declared):
    """The document's plan for each quarter."""

    q1: Texts
    q2: Texts
    q3: Texts
    q4: Texts


class Footnote(Declared):
    """A term that the document explains in a footnote, with the explanation in words of our own."""

    term: Filled
    meaning: Filled


class Focus(Declared):
    """One focus (重点取組) of a strategy.

    Attributes:
        also_named: Other names of the focus in the same document.
        aims: Numbers of the aims (めざす姿) of the vision that the document names for it.
        aims_note: A remark on these numbers for readers.
        summary: The subject of the focus in one sentence.
        outline: The measures (実施の概要), in words of our own.
        schedule: The plan by quarter; ``null`` if the document does not give it in words.
        schedule_reason: The reason for which there is no schedule.
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
        # The ward's document draws some schedules as arrows in a picture; an empty plan would read as no plan at all.
        if (self.schedule is None) == (self.schedule_reason is None):
            raise ValueError("schedule-or-reason")
        return self


class Theme(Declared):
    """One theme (戦略テーマ) with its focuses."""

    number: Number
    name: Filled
    focuses: Annotated[tuple[Focus, ...], Field(strict=False, min_length=1)]


class FollowUp(Declared):
    """The months in which figures are handed in, by the document."""

    months: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], Field(strict=False, min_length=1)]
    text: Filled
    section: Filled


class CurrentState(Declared):
    """The present state and its issues (現状と課題), by the document.

    Attributes:
        section: The section of the document.
        achievements: The achievements, each under the document's own heading.
        issues: The document's headings of the open tasks.
        priority: The most important task by the year's policy.
        outlook: The consequences for the year, in words of our own.
    """

    section: Filled
    achievements: Annotated[tuple[KnownResult, ...], Field(strict=False)] = ()
    issues: Texts = ()
    priority: Filled | None = None
    outlook: Texts = ()


class Strategy(Declared):
    """The strategy of one fiscal year, with the document that it is taken from.

    Attributes:
        mission: The strategy's purpose (Mission), in words of our own.
        vision: The state that the city wants at the end of the year (Vision), in words of our own.
        other_results: Results of the year that no document assigns to one of its focuses.
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
        """Return the present id of each indicator by its former ids."""
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
        name: The heading above the aim, if it has one.
        summary: The subject of the aim, in words of our own.
        measures: The measures by which it is to be reached, in words of our own.
        state: The state when the document was written, in words of our own.
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
        fiscal_year: The fiscal year of the document.
        dated_by: The evidence for the fiscal year.
        source: The address at which it is published.
        purpose: The document's purpose, in words of our own.
        principles: The principles that the city follows, in words of our own.
        organisation: The bodies that carry it out, in words of our own.
        results: The results that the document gives.
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
    """The documents before the strategies; ``vision`` is the id of the document whose aims the strategies number."""

    vision: Filled
    documents: Annotated[tuple[Document, ...], Field(strict=False, min_length=1)]

    @property
    def aims(self) -> Mapping[int, Aim]:
        """Return the aims of the vision, by number."""
        return {aim.number: aim for document in self.documents if document.id == self.vision for aim in document.aims}
