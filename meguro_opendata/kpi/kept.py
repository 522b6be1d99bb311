"""Figures with their sources and ledger lines, readable without the ledger and the strategy file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from meguro_opendata.kpi.assessment import to_dict
from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.situation import Situation
from meguro_opendata.ledger import lines_in_full

__all__ = ["in_full"]


def in_full(situation: Situation, figures: Sequence[Indicator]) -> dict[str, Any]:
    """Return figures with the origin of each, and every ledger line that makes one of them, once.

    Strategy files can be edited later, so that a submission keeps the document's words itself.
    """
    numbers = sorted({line for figure in figures for line in figure.lines})
    full = lines_in_full(situation.history, numbers)
    return {
        "indicators": to_dict(figures, situation.fiscal_year, situation.as_of)["indicators"],
        "origins": [_origin(figure, situation) for figure in figures],
        "evidence": [{"line": line, "entry": full[line]} for line in numbers],
    }


def _origin(figure: Indicator, situation: Situation) -> dict[str, Any]:
    """Return the document's words for a figure's target, their footnote, and the numbers of the figure's lines."""
    placed = situation.strategy.targets.get(figure.id) if situation.strategy else None
    text, footnote = (placed[1].text, placed[1].footnote or None) if placed else (None, None)
    return {"indicator": figure.id, "text": text, "footnote": footnote, "lines": list(figure.lines)}
