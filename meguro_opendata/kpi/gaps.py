"""The gap of each figure to its target, and the part of it that the recipes at hand would close."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meguro_opendata.kpi.exact import as_number, exact
from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.next_steps import Step

__all__ = ["Gap", "gaps_of"]


@dataclass(frozen=True)
class Gap:
    """The distance of a figure from its target.

    Attributes:
        indicator: The figure.
        missing: The difference between target and figure, in the indicator's unit.
        in_reach: The number of new datasets or files that building and publishing the recipes at hand would add;
            ``None`` if they add nothing, or the year is over.
    """

    indicator: Indicator
    missing: float
    in_reach: int | None


def gaps_of(figures: Sequence[Indicator], steps: Sequence[Step], *, over: bool) -> list[Gap]:
    """Return the gap of every figure that has not reached its target; limits (``at_most``) have no gap."""
    new = [step.files for step in steps if step.files]
    reach = {"opendata.new_datasets": len(new), "opendata.new_resources": sum(new)}
    return list(_gaps(figures, {} if over else reach))


def _gaps(figures: Sequence[Indicator], reach: dict[str, int]) -> Iterator[Gap]:
    for figure in figures:
        # A count of open data without any dataset is 0, and has a gap; a figure without a record is unknown.
        known = figure.actual is not None or figure.id.startswith("opendata.")
        if figure.target is None or not known or figure.status == "reached" or figure.comparison == "at_most":
            continue
        missing = as_number(exact(figure.target) - exact(figure.actual or 0))
        yield Gap(figure, missing, reach.get(figure.id) or None)
