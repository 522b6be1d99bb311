"""The indicators of a fiscal year, counted from the ledger and compared with the strategy's targets."""

from __future__ import annotations

from meguro_opendata.kpi.assessment import KPI_FORMAT, indicators, to_dict
from meguro_opendata.kpi.figures import Indicator, Part, figures_of
from meguro_opendata.kpi.situation import Situation, situation_of

__all__ = [
    "KPI_FORMAT",
    "Indicator",
    "Part",
    "Situation",
    "figures_of",
    "indicators",
    "situation_of",
    "to_dict",
]
