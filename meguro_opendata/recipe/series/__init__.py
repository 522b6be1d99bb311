"""Series, with one file for each period: the period of each file, and gaps, duplicates and differing headers."""

from __future__ import annotations

from meguro_opendata.recipe.series.members import (
    Member,
    cell_periods,
    column_periods,
    differing_headers,
    differing_periods,
    found_step,
    may_be_same,
    month_number,
    name_periods,
    period_findings,
)

__all__ = [
    "Member",
    "cell_periods",
    "column_periods",
    "differing_headers",
    "differing_periods",
    "found_step",
    "may_be_same",
    "month_number",
    "name_periods",
    "period_findings",
]
