"""The situation of a fiscal year: what had happened by a day, and what the strategy wants."""

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
    """Everything that the figures of a year are made from, as of a day.

    Attributes:
        as_of: The day up to whose end is counted.
        until: That day, or the year's last one if that is earlier.
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
        """Return the last day that counts."""
        return min(self.as_of, self.last)

    @property
    def over(self) -> bool:
        """Return whether the year is over."""
        return self.as_of > self.last

    @cached_property
    def trust(self) -> Trust:
        """Return whether the ledger's lines, which the figures are counted from, are as they were written."""
        return check_ledger(self.workspace.ledger)

    @cached_property
    def recordable(self) -> dict[str, Recordable]:
        """Return the indicators that are recorded by hand."""
        return recordable(self.strategy)

    @cached_property
    def unknown_indicators(self) -> list[UnknownIndicator]:
        """The indicators of this year's records that its strategy does not know, so that no figure shows them."""
        return unknown_indicators(self.history.records, self.recordable, self.first, self.until)

    @cached_property
    def background(self) -> Background | None:
        """Return the older documents that the strategy builds on."""
        return open_background(self.workspace)

    @cached_property
    def novelties(self) -> Novelties:
        """What was published for the first time in the year, and what was only added to a catalogue's datasets."""
        return new_in_year(self.history, self.first, self.until)

    @cached_property
    def corrections(self) -> tuple[Correction, ...]:
        """Return the changes of this year and earlier ones that were entered when the year was over."""
        found = corrections_of(self.workspace, self.history)
        return tuple(one for one in found if one.fiscal_year <= self.fiscal_year)

    @property
    def new(self) -> tuple[list[New], list[New]]:
        """Return datasets and files that were published for the first time in the year."""
        return self.novelties.datasets, self.novelties.files

    @cached_property
    def owners(self) -> dict[str, Event]:
        """Of each dataset that has something new, an event that says whose it is."""
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
        """Return each dataset, whether it is updated as declared."""
        return timeliness_of(self.current, self.until)

    @cached_property
    def staged(self) -> list[Staged]:
        """Return each dataset with its stage."""
        return stages_of(self.current)


def situation_of(
    workspace: Workspace, fiscal_year: int, as_of: date | None = None, lines: int | None = None
) -> Situation:
    """Return the situation of a year by the end of a day (default: today), as the ledger's first lines say it.

    Without ``lines`` every line of the ledger counts.
    """
    first, last = year_days(fiscal_year, workspace.city.fiscal_year_start)
    day = as_of or today()
    until = min(day, last)
    seen = min(day, until + timedelta(days=rules()["withdrawn"]["days"]))
    history = scan_ledger(workspace.ledger, until, workspace.renamed_portals, seen=seen, lines=lines)
    strategy = open_strategy(workspace, fiscal_year)
    history.records = under_names_of_today(history.records, strategy)
    return Situation(workspace, fiscal_year, day, first, last, strategy, history)
