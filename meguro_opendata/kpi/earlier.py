"""The figures of earlier days and earlier years, equal to those of ``kpi show`` for that day or year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from meguro_opendata.japan.calendar import fiscal_year_of
from meguro_opendata.kpi.counting import rules
from meguro_opendata.kpi.figures import Indicator, figures_of
from meguro_opendata.kpi.situation import Situation, situation_of
from meguro_opendata.kpi.strategy_model import Reference

__all__ = ["Earlier", "YearFigure"]

_DIRECTORY = "strategy"


@dataclass(frozen=True)
class YearFigure:
    """An indicator's figure of one year.

    Attributes:
        fiscal_year: The calendar year in which the fiscal year starts.
        actual: The figure of the year.
        target: The target of that year; ``None`` if it had none.
        qualifier: ``about`` or ``at_least``, as in :attr:`Indicator.qualifier`.
    """

    fiscal_year: int
    actual: float
    target: float | None = None
    qualifier: str = ""


class Earlier:
    """The figures of earlier days and years of a situation; each day is counted only once."""

    def __init__(self, situation: Situation, lang: str) -> None:
        """Start without counting; figures are counted when they are requested."""
        self._situation, self._lang = situation, lang
        self._days: dict[date, dict[str, Indicator]] = {}

    def on(self, day: date) -> dict[str, Indicator]:
        """Return the figures of the year by the end of a day, by id."""
        if day not in self._days:
            known = situation_of(self._situation.workspace, self._situation.fiscal_year, day)
            self._days[day] = {figure.id: figure for figure in figures_of(known, self._lang)}
        return self._days[day]

    def years(self, figure: Indicator) -> tuple[YearFigure, ...]:
        """Return an indicator's figures by year, the present year last; years without a known figure are left out."""
        found: dict[int, YearFigure] = {}
        for year, figures in self._years.items():
            earlier = figures.get(figure.id)
            # A target whose unit changed (件 to ％) is another quantity, and would be a false point of the path.
            if earlier and earlier.actual is not None and earlier.unit == figure.unit:
                found[year] = YearFigure(year, earlier.actual, earlier.target, earlier.qualifier)
        # Counted figures come first: what the document gives for comparison was rounded by its authors.
        for reference in self._references(figure):
            found.setdefault(reference.fiscal_year, YearFigure(reference.fiscal_year, reference.value))
        year = self._situation.fiscal_year
        if figure.actual is not None:
            found[year] = YearFigure(year, figure.actual, figure.target, figure.qualifier)
        return tuple(found[known] for known in sorted(found) if known <= year)

    def _references(self, figure: Indicator) -> tuple[Reference, ...]:
        strategy = self._situation.strategy
        return strategy.targets[figure.id][1].reference if strategy and figure.id in strategy.targets else ()

    @cached_property
    def _years(self) -> dict[int, dict[str, Indicator]]:
        """Return the figures of each earlier year that has a strategy or events of this program's own."""
        situation = self._situation
        begun = self._begun
        found: dict[int, dict[str, Indicator]] = {}
        for year in range(situation.fiscal_year - rules()["report"]["years"], situation.fiscal_year):
            # A year with neither a strategy nor own events would only show counts of 0 that mean «unknown».
            written = (situation.workspace.root / _DIRECTORY / f"{year}.yaml").is_file()
            if written or begun <= year:
                figures = figures_of(situation_of(situation.workspace, year, situation.as_of), self._lang)
                found[year] = {one.id: one for one in figures if one.lines or begun <= year or _published(one)}
        return found

    @cached_property
    def _begun(self) -> int:
        """Return the fiscal year of the ledger's first own day; a count of 0 in an earlier year means «unknown»."""
        history = self._situation.history
        days = [dataset.first.day for dataset in history.datasets.values() if dataset.first.own]
        days += [record.day for _, record in history.records] + [dating.first for _, dating in history.datings]
        start = self._situation.workspace.city.fiscal_year_start
        return min((fiscal_year_of(date.fromisoformat(day), start) for day in days), default=date.max.year)


def _published(figure: Indicator) -> bool:
    """Return whether a figure without ledger lines comes from a document, and is not a count of 0."""
    return figure.actual is not None and not figure.id.startswith("opendata.")
