"""Figures against the strategy's targets, from what happened; the same figure when asked again."""

from __future__ import annotations

from meguro_opendata.kpi.assessment import KPI_FORMAT, indicators, to_dict
from meguro_opendata.kpi.figures import Indicator, Part, Situation, figures_of, situation_of
from meguro_opendata.kpi.fiscal import era_name, fiscal_year_of, quarter_ends, today, year_days

__all__ = [
    "KPI_FORMAT",
    "Indicator",
    "Part",
    "Situation",
    "era_name",
    "figures_of",
    "fiscal_year_of",
    "indicators",
    "quarter_ends",
    "situation_of",
    "to_dict",
    "today",
    "year_days",
]
