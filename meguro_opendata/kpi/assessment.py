"""The indicators of a fiscal year, compared with the strategy's targets; the same question gets the same figures.

``docs/kpi.md`` defines each count, and the effects of renames, withdrawals, republication and moves of portal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

from meguro_opendata.japan.calendar import today
from meguro_opendata.kpi.corrections import Correction
from meguro_opendata.kpi.figures import Indicator, figures_of
from meguro_opendata.kpi.records import UnknownIndicator
from meguro_opendata.kpi.situation import situation_of
from meguro_opendata.workspace.city import Workspace, as_workspace

__all__ = ["KPI_FORMAT", "indicators", "to_dict"]

KPI_FORMAT = "meguro-opendata/kpi@1"


def indicators(
    workspace: Workspace | Path | str, fiscal_year: int, as_of: date | None = None, lang: str = "ja"
) -> list[Indicator]:
    """Return every indicator of a fiscal year: those of open data, then the others of the year's strategy in its order.

    Args:
        workspace: The workspace or its folder.
        fiscal_year: The calendar year in which the fiscal year starts.
        as_of: The last day to count; default today.
        lang: Language of names and, for indicators of open data, of definitions.

    Raises:
        ConfigurationError: If strategy or coverage has faults.
        MeguroOpendataError: If the ledger cannot be read.
    """
    return figures_of(situation_of(as_workspace(workspace), fiscal_year, as_of), lang)


def to_dict(
    figures: Sequence[Indicator],
    fiscal_year: int,
    as_of: date | None = None,
    unknown: Sequence[UnknownIndicator] = (),
    corrections: Sequence[Correction] = (),
) -> dict[str, Any]:
    """Return the figures as the JSON of ``kpi@1``.

    Args:
        figures: The figures.
        fiscal_year: The calendar year in which the fiscal year starts.
        as_of: The last day that was counted; default today.
        unknown: Indicators of the year's records that belong to none of the figures.
        corrections: The corrections of years that are over.
    """
    return {
        "format": KPI_FORMAT,
        "fiscal_year": fiscal_year,
        "as_of": (as_of or today()).isoformat(),
        "indicators": [_indicator_dict(figure) for figure in figures],
        "unknown_indicators": [{"id": one.id, "lines": list(one.lines)} for one in unknown],
        "corrections": [asdict(one) for one in corrections],
    }


def _indicator_dict(figure: Indicator) -> dict[str, Any]:
    found = asdict(replace(figure, lines=()))
    del found["lines"]
    return {**found, "events": len(figure.lines)}
