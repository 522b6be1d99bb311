"""Corrections of figures as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .kpi import number_text

if TYPE_CHECKING:
    from meguro_opendata.kpi.corrections import Change, Correction

__all__ = ["change_lines", "correction_lines"]


def change_lines(changes: Sequence[Change], lang: str) -> Iterator[str]:
    """Yield each figure that is another now, with its year, before and after."""
    from meguro_opendata.messages import message

    for one in changes:
        yield message("figure-corrected", lang, **_values(one, lang))


def correction_lines(corrections: Sequence[Correction], lang: str) -> Iterator[str]:
    """Yield each correction of a year that was over, with the line of the ledger that made it and its reason."""
    from meguro_opendata.messages import message, word

    if corrections:
        yield message("corrections-title", lang, count=len(corrections))
    for entry in corrections:
        event = word(f"event-{entry.event}", lang)
        told = message("correction-bare", lang, line=entry.line, event=event)
        if entry.reason:
            told = message("correction-reason", lang, line=entry.line, event=event, reason=entry.reason)
        yield "  " + message("figure-corrected", lang, **_values(entry, lang)) + told


def _values(one: Change | Correction, lang: str) -> dict[str, object]:
    from meguro_opendata.messages import word

    nothing = word("status-not_recorded", lang)
    before, after = (nothing if value is None else number_text(value, "") for value in (one.before, one.after))
    return {"id": one.indicator, "year": one.fiscal_year, "before": before, "after": after}
