"""A fiscal year's strategy as data: themes, focuses, targets, schedule, known results (``strategy/<year>.yaml``)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files.declarations import Declared, check, read_yaml, unknown
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.workspace.city import Workspace

__all__ = [
    "Comparison",
    "Focus",
    "FollowUp",
    "IndicatorDefinition",
    "KnownResult",
    "Strategy",
    "Target",
    "Theme",
    "indicator_definitions",
    "open_strategy",
    "share_units",
]

COUNTED = "opendata."
Comparison = Literal["at_least", "more_than", "at_most", "reduction"]
Filled = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Filled, ...], Field(strict=False)]


def _indicator_id(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", name):
        raise ValueError("indicator-id")
    return name


class Reference(Declared):
    """A figure that the document gives beside a target, such as that of the year before."""

    fiscal_year: int
    value: float = Field(strict=False)
    text: Filled


class Target(Declared):
    """One target.

    Attributes:
        unit: What is counted; ``%`` for shares.
        comparison: ``at_least``, ``more_than``, ``at_most``, or ``reduction`` (by at least so much).
        text: The document's own words.
        definition: What is counted, and how.
        footnote: What the document says of it below.
        official: Whether routine additions count; where the document is silent, ``all``.
        from_file: The kind of table that the figure may be computed from.
        records: Whether recorded figures add up, or the newest counts; default: shares do not add up.
        owner: The department whose indicator it is, where the city enters it.
    """

    id: Annotated[str, AfterValidator(_indicator_id)]
    name: Filled
    name_en: Filled | None = None
    target: float = Field(ge=0, strict=False)
    unit: Filled
    comparison: Comparison = "at_least"
    text: Filled
    definition: Filled
    footnote: Filled | None = None
    official: Literal["all", "without_routine"] = "all"
    from_file: Literal["procedures"] | None = None
    records: Literal["sum", "latest"] | None = None
    owner: Filled | None = None
    reference: Annotated[tuple[Reference, ...], Field(strict=False)] = ()

    @property
    def adds(self) -> bool:
        """Whether recorded figures add up."""
        return self.records == "sum" if self.records else self.unit not in share_units()


class KnownResult(Declared):
    """A figure that was published for the year; ``indicator`` where it is that of a target."""

    name: Filled
    value: float = Field(strict=False)
    unit: Filled
    text: Filled
    section: Filled
    indicator: str | None = None
    before: float | None = Field(default=None, strict=False)


class Schedule(Declared):
    """What the document plans for each quarter."""

    q1: Texts
    q2: Texts
    q3: Texts
    q4: Texts


class Focus(Declared):
    """One focus (重点取組); a schedule that the document does not give is ``null``, with the reason."""

    number: int = Field(ge=1)
    name: Filled
    summary: Filled | None = None
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

    number: int = Field(ge=1)
    name: Filled
    focuses: Annotated[tuple[Focus, ...], Field(strict=False, min_length=1)]


class FollowUp(Declared):
    """When figures are handed in, as the document says."""

    months: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], Field(strict=False, min_length=1)]
    text: Filled
    section: Filled


class Strategy(Declared):
    """The strategy of one fiscal year, with the document that it is taken from."""

    fiscal_year: int
    title: Filled
    publisher: Filled
    source: Filled
    follow_up: FollowUp | None = None
    themes: Annotated[tuple[Theme, ...], Field(strict=False, min_length=1)]

    @property
    def focuses(self) -> tuple[Focus, ...]:
        """Every focus, theme by theme."""
        return tuple(focus for theme in self.themes for focus in theme.focuses)

    @property
    def targets(self) -> Mapping[str, tuple[Focus, Target]]:
        """Every target by its indicator's id, with its focus, in the document's order."""
        return {target.id: (focus, target) for focus in self.focuses for target in focus.indicators}

    @property
    def results(self) -> Mapping[str, KnownResult]:
        """The published figures of targets, by the indicator's id."""
        return {known.indicator: known for focus in self.focuses for known in focus.results if known.indicator}


@dataclass(frozen=True)
class IndicatorDefinition:
    """What an indicator of open data counts, in both languages, and by which count of ``kpi``."""

    id: str
    count: str
    name: dict[str, str]
    unit: dict[str, str]
    definition: dict[str, str]


def _defined() -> dict[str, Any]:
    return packaged_toml(__package__, "indicators.toml")


@cache
def indicator_definitions() -> tuple[IndicatorDefinition, ...]:
    """The indicators of open data, which any year has, with or without a strategy."""
    return tuple(IndicatorDefinition(**entry) for entry in _defined()["indicator"])


def share_units() -> tuple[str, ...]:
    """The units of shares, which go from 0 to 100 and do not add up.

    >>> "%" in share_units(), "件" in share_units()
    (True, False)
    """
    return tuple(_defined()["shares"])


def open_strategy(workspace: Workspace, fiscal_year: int) -> Strategy | None:
    """The strategy of a fiscal year, ``None`` if the workspace has none.

    Raises:
        ConfigurationError: If the file has faults: all of them at once.
    """
    path = workspace.root / "strategy" / f"{fiscal_year}.yaml"
    if not path.is_file():
        return None
    strategy = check(path, read_yaml(path), Strategy)
    faults = [*_year_faults(strategy, fiscal_year, path.name), *_number_faults(strategy), *_target_faults(strategy)]
    if faults:
        raise ConfigurationError(path, faults)
    return strategy


def _year_faults(strategy: Strategy, fiscal_year: int, name: str) -> Iterator[Fault]:
    if strategy.fiscal_year != fiscal_year:
        yield Fault("fiscal_year", "fiscal-year-differs", {"value": strategy.fiscal_year, "name": name})


def _number_faults(strategy: Strategy) -> Iterator[Fault]:
    """Numbers of themes and of focuses that stand twice."""
    for place, numbers in (
        ("themes", [theme.number for theme in strategy.themes]),
        ("themes.focuses", [focus.number for focus in strategy.focuses]),
    ):
        for number, count in Counter(numbers).items():
            if count > 1:
                yield Fault(place, "number-twice", {"value": number})


def _target_faults(strategy: Strategy) -> Iterator[Fault]:
    """Ids that are unknown or stand twice, units that are not the indicator's, results without a target."""
    counted = {definition.id: definition for definition in indicator_definitions()}
    seen: set[str] = set()
    for place, target in _placed_targets(strategy):
        if target.id in seen:
            yield Fault(f"{place}.id", "indicator-twice", {"value": target.id})
        seen.add(target.id)
        if target.id not in counted and target.id.startswith(COUNTED):
            yield unknown(f"{place}.id", "indicator-unknown", target.id, list(counted))
        elif target.id in counted and target.unit not in counted[target.id].unit.values():
            wanted = counted[target.id].unit["ja"]
            yield Fault(f"{place}.unit", "unit-differs", {"value": target.unit, "unit": wanted})
    for name in strategy.results:
        if name not in seen:
            yield unknown("themes.focuses.results.indicator", "indicator-unknown", name, sorted(seen))


def _placed_targets(strategy: Strategy) -> Iterator[tuple[str, Target]]:
    for t, theme in enumerate(strategy.themes):
        for f, focus in enumerate(theme.focuses):
            for i, target in enumerate(focus.indicators):
                yield f"themes.{t}.focuses.{f}.indicators.{i}", target
