"""The situation of a fiscal year: the ledger's events up to a day, and the strategy's targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from meguro_opendata.japan.calendar import today, year_days
from meguro_opendata.kpi.corrections import Correction, corrections_of
from meguro_opendata.kpi.counting import Current, New, current_datasets, rules
from meguro_opendata.kpi.coverage import Kind, kinds_of
from meguro_opendata.kpi.novelty import Novelties, new_in_year
from meguro_opendata.kpi.records import (
    Recordable,
    UnknownIndicator,
    recordable,
    under_names_of_today,
    unknown_indicators,
)
from meguro_opendata.kpi.strategy import Background, Strategy, open_background, open_strategy
from meguro_opendata.kpi.upkeep import Kept, Staged, stages_of, timeliness_of
from meguro_opendata.ledger import Event, History, Trust, check_ledger, scan_ledger
from meguro_opendata.workspace.city import Workspace

__all__ = ["Situation", "situation_of"]


@dataclass(frozen=True)
class Situation:
    """All data from which the figures of a fiscal year are counted, up to the end of a day.

    Attributes:
        workspace: The workspace with ledger and strategies.
        fiscal_year: The calendar year in which the fiscal year starts.
        as_of: The requested day.
        first: The fiscal year's first day.
        last: The fiscal year's last day.
        strategy: The strategy of the year; ``None`` if the workspace has none.
        history: The ledger's history up to ``until``.
    """

    workspace: Workspace
    fiscal_year: int
    as_of: date
    first: date
    last: date
    strategy: Strategy | None
    history: History

    @property
    def until(self) -> date:
        """Return the last day that counts: the requested day, or the year's last day if that is earlier."""
        return min(self.as_of, self.last)

    @property
    def over(self) -> bool:
        """Return whether the year is over."""
        return self.as_of > self.last

    @cached_property
    def trust(self) -> Trust:
        """Return the check of the ledger's chain, from whose lines the figures are counted."""
        return check_ledger(self.workspace.ledger)

    @cached_property
    def recordable(self) -> dict[str, Recordable]:
        """Return the indicators that are recorded by hand."""
        return recordable(self.strategy)

    @cached_property
    def unknown_indicators(self) -> list[UnknownIndicator]:
        """Return the indicators of this year's records that are not in its strategy, so that no figure counts them."""
        return unknown_indicators(self.history.records, self.recordable, self.first, self.until)

    @cached_property
    def background(self) -> Background | None:
        """Return the older documents that the strategy builds on."""
        return open_background(self.workspace)

    @cached_property
    def novelties(self) -> Novelties:
        """Return the first publications of the year, and the files that were only added to a catalogue's datasets."""
        return new_in_year(self.history, self.first, self.until)

    @cached_property
    def corrections(self) -> tuple[Correction, ...]:
        """Return the corrections of this and earlier years, entered after the corrected year was over."""
        found = corrections_of(self.workspace, self.history)
        return tuple(one for one in found if one.fiscal_year <= self.fiscal_year)

    @property
    def new(self) -> tuple[list[New], list[New]]:
        """Return datasets and files that were published for the first time in the year."""
        return self.novelties.datasets, self.novelties.files

    @cached_property
    def owners(self) -> dict[str, Event]:
        """Return, for each dataset with new data, the event that has its department and theme."""
        datasets, files = self.new
        lines = {
            new.dataset: self.history.datasets[new.dataset].telling.line
            for new in [*datasets, *files, *self.novelties.apart]
        }
        entries = self.history.entries(lines.values())
        return {name: event for name, line in lines.items() if isinstance(event := entries[line], Event)}

    @cached_property
    def current(self) -> list[Current]:
        """Return the datasets that were published on the last day that counts."""
        return current_datasets(self.history)

    @cached_property
    def kinds(self) -> list[Kind]:
        """Return the kinds of the national list."""
        return kinds_of(self.workspace, self.current)

    @cached_property
    def kept(self) -> list[Kept]:
        """Return the timeliness of each published dataset by its declared update frequency."""
        return timeliness_of(self.current, self.until)

    @cached_property
    def staged(self) -> list[Staged]:
        """Return each published dataset with its stage of machine-readability."""
        return stages_of(self.current)


def situation_of(
    workspace: Workspace, fiscal_year: int, as_of: date | None = None, lines: int | None = None
) -> Situation:
    """Return the situation of a fiscal year at the end of a day.

    Args:
        workspace: The workspace with ledger and strategies.
        fiscal_year: The calendar year in which the fiscal year starts.
        as_of: The last day to count; default today.
        lines: Count only this number of the ledger's first lines, as if it ended there; default all lines.
    """
    first, last = year_days(fiscal_year, workspace.city.fiscal_year_start)
    day = as_of or today()
    until = min(day, last)
    # Withdrawals soon after the last day still mark what was new in the year, but never those after the requested day.
    seen = min(day, until + timedelta(days=rules()["withdrawn"]["days"]))
    history = scan_ledger(workspace.ledger, until, workspace.renamed_portals, seen=seen, lines=lines)
    strategy = open_strategy(workspace, fiscal_year)
    history.records = under_names_of_today(history.records, strategy)
    return Situation(workspace, fiscal_year, day, first, last, strategy, history)
