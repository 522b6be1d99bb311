"""Figures with everything that they are made of, so that they can be understood without the ledger and the strategy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from meguro_opendata.kpi.assessment import to_dict
from meguro_opendata.kpi.figures import Indicator
from meguro_opendata.kpi.situation import Situation
from meguro_opendata.ledger import lines_in_full

__all__ = ["in_full"]


def in_full(situation: Situation, figures: Sequence[Indicator]) -> dict[str, Any]:
    """Return figures, of each where it comes from, and each line of the ledger that makes one of them once."""
    numbers = sorted({line for figure in figures for line in figure.lines})
    full = lines_in_full(situation.history, numbers)
    return {
        "indicators": to_dict(figures, situation.fiscal_year, situation.as_of)["indicators"],
        "origins": [_origin(figure, situation) for figure in figures],
        "evidence": [{"line": line, "entry": full[line]} for line in numbers],
    }


def _origin(figure: Indicator, situation: Situation) -> dict[str, Any]:
    """Return the words of the strategy's document for a figure's target, their footnote, and the ledger's lines."""
    placed = situation.strategy.targets.get(figure.id) if situation.strategy else None
    text, footnote = (placed[1].text, placed[1].footnote or None) if placed else (None, None)
    return {"indicator": figure.id, "text": text, "footnote": footnote, "lines": list(figure.lines)}
