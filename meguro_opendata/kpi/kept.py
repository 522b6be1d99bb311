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
    """Return figures with their lines and the document's words, and each of those lines of the ledger once."""
    numbers = sorted({line for figure in figures for line in figure.lines})
    full = lines_in_full(situation.history, numbers)
    listed = to_dict(figures, situation.fiscal_year, situation.as_of)["indicators"]
    return {
        "indicators": [
            {**shown, "lines": list(figure.lines), **_document(figure, situation)}
            for shown, figure in zip(listed, figures, strict=True)
        ],
        "evidence": [{"line": line, "entry": full[line]} for line in numbers],
    }


def _document(figure: Indicator, situation: Situation) -> dict[str, str | None]:
    """Return the words of the strategy's document for a target, and their footnote."""
    placed = situation.strategy.targets.get(figure.id) if situation.strategy else None
    return {"text": placed[1].text if placed else None, "footnote": (placed[1].footnote or None) if placed else None}
