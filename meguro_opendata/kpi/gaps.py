"""How far each figure is from its target, and how much of that the recipes at hand would close."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meguro_opendata.kpi.exact import as_number, exact
from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.next_steps import Step

__all__ = ["Gap", "gaps_of"]


@dataclass(frozen=True)
class Gap:
    """What is missing to a target.

    Attributes:
        missing: How much, in the indicator's unit.
        in_reach: How much of a new kind the steps would add that only build and publish; ``None`` where they add none,
            or the year is over.
    """

    indicator: Indicator
    missing: float
    in_reach: int | None


def gaps_of(figures: Sequence[Indicator], steps: Sequence[Step], *, over: bool) -> list[Gap]:
    """Of every figure that has not reached its target, how much is missing; limits that are kept have no gap."""
    new = [step.files for step in steps if step.files]
    reach = {"opendata.new_datasets": len(new), "opendata.new_resources": sum(new)}
    return list(_gaps(figures, {} if over else reach))


def _gaps(figures: Sequence[Indicator], reach: dict[str, int]) -> Iterator[Gap]:
    for figure in figures:
        known = figure.actual is not None or figure.id.startswith("opendata.")
        if figure.target is None or not known or figure.status == "reached" or figure.comparison == "at_most":
            continue
        missing = as_number(exact(figure.target) - exact(figure.actual or 0))
        yield Gap(figure, missing, reach.get(figure.id) or None)
