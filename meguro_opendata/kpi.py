"""Figures against the strategy's targets, counted from the ledger by fiscal year; the same figure when asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from meguro_opendata import messages
from meguro_opendata.ledger import JST, Event, read_ledger
from meguro_opendata.standard import standards
from meguro_opendata.strategy import IndicatorDefinition, Target, indicator_definitions, open_strategy
from meguro_opendata.workspace import City, Workspace, as_workspace

__all__ = ["KPI_FORMAT", "Indicator", "era_name", "fiscal_year_of", "indicators", "to_dict", "today"]

KPI_FORMAT = "meguro-opendata/kpi@1"
REIWA_OFFSET = 2018


@dataclass(frozen=True)
class Indicator:
    """One figure.

    Attributes:
        target: ``None`` if no strategy sets one.
        actual: ``None`` if it is recorded by hand and nothing has been recorded.
        rate: ``actual / target``, rounded to three places.
        source: Where the target and the figure come from.
        status: ``reached``, ``under_way``, ``missed``, ``no_target`` or ``not_recorded``.
        definition: What is counted.
    """

    id: str
    name: str
    target: float | None
    actual: float | None
    rate: float | None
    unit: str
    source: str
    status: str
    definition: str


def today() -> date:
    """The current day in Japan."""
    return datetime.now(UTC).astimezone(JST).date()


def fiscal_year_of(day: date, start_month: int = 4) -> int:
    """The fiscal year of a day.

    >>> fiscal_year_of(date(2026, 3, 31)), fiscal_year_of(date(2026, 4, 1))
    (2025, 2026)
    """
    return day.year if day.month >= start_month else day.year - 1


def era_name(fiscal_year: int, lang: str = "ja") -> str:
    """A fiscal year in the Japanese era, from 令和元 on; an earlier one in western form.

    >>> era_name(2025), era_name(2019), era_name(2025, "en")
    ('令和7', '令和元', 'Reiwa 7')
    """
    number = fiscal_year - REIWA_OFFSET
    if number < 1:
        return str(fiscal_year)
    return messages.word("reiwa", lang) + (messages.word("first-year", lang) if number == 1 else str(number))


def indicators(
    workspace: Workspace | Path | str, fiscal_year: int, as_of: date | None = None, lang: str = "ja"
) -> list[Indicator]:
    """Every indicator of a fiscal year.

    Args:
        workspace: The workspace or its folder, for its ledger, strategy and profile.
        fiscal_year: The year in which it starts.
        as_of: Count only what had happened by the end of this day; default today.
        lang: Language of names and definitions.
    """
    home = as_workspace(workspace)
    until = as_of or today()
    strategy = open_strategy(home, fiscal_year)
    events = [event for event in read_ledger(home.ledger) if _day(event) <= until]
    over = fiscal_year_of(until, home.city.fiscal_year_start) > fiscal_year
    counted = _counts(events, fiscal_year, home.city)
    return [
        _indicator(
            definition,
            strategy.target(definition.id) if strategy else None,
            counted[definition.count](),
            strategy.source if strategy else "",
            over,
            lang,
        )
        for definition in indicator_definitions()
    ]


def to_dict(figures: Sequence[Indicator], fiscal_year: int, as_of: date | None = None) -> dict[str, Any]:
    """The figures as the JSON of ``kpi@1``."""
    return {
        "format": KPI_FORMAT,
        "fiscal_year": fiscal_year,
        "as_of": (as_of or today()).isoformat(),
        "indicators": [asdict(figure) for figure in figures],
    }


def _counts(events: Sequence[Event], year: int, city: City) -> Mapping[str, Callable[[], float | None]]:
    start = city.fiscal_year_start
    numbered = {standard.id for standard in standards() if standard.number}
    return {
        "new_datasets": lambda: _first_in(year, start, ((event.dataset, event) for event in events)),
        "new_resources": lambda: _first_in(year, start, (((event.dataset, event.resource), event) for event in events)),
        "coverage_standard": lambda: _coverage(events, year, start, numbered),
        "coverage_planned": lambda: _coverage(events, year, start, set(city.planned_standards)),
        "recorded": lambda: None,
    }


def _first_in(year: int, start: int, keyed: Iterable[tuple[object, Event]]) -> int:
    """How many things were published for the first time in the year."""
    first: dict[object, date] = {}
    for key, event in keyed:
        day = _day(event)
        first[key] = min(first.get(key, day), day)
    return sum(fiscal_year_of(day, start) == year for day in first.values())


def _coverage(events: Iterable[Event], year: int, start: int, kinds: set[str]) -> float | None:
    """The share, in percent, of kinds published in standard form up to the end of the year."""
    if not kinds:
        return None
    published = {
        event.standard.partition("@")[0]
        for event in events
        if event.standard and fiscal_year_of(_day(event), start) <= year
    }
    return round(100 * len(published & kinds) / len(kinds), 1)


def _day(event: Event) -> date:
    return datetime.fromisoformat(event.time).astimezone(JST).date()


def _indicator(
    definition: IndicatorDefinition, target: Target | None, actual: float | None, source: str, over: bool, lang: str
) -> Indicator:
    aim = target.target if target else None
    return Indicator(
        id=definition.id,
        name=definition.name[lang],
        target=aim,
        actual=actual,
        rate=round(actual / aim, 3) if aim and actual is not None else None,
        unit=definition.unit[lang],
        source="; ".join(filter(None, [source if target else "", "ledger.jsonl" if actual is not None else ""])),
        status=_status(aim, actual, over),
        definition=definition.definition[lang],
    )


def _status(target: float | None, actual: float | None, over: bool) -> str:
    if target is None:
        return "no_target"
    if actual is None:
        return "not_recorded"
    if actual >= target:
        return "reached"
    return "missed" if over else "under_way"
