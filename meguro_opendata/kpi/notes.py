"""The notes on the ledger that every paper carries: its head, warnings about its chain, and corrections."""

from __future__ import annotations

from dataclasses import dataclass

from meguro_opendata import messages
from meguro_opendata.kpi.corrections import Correction
from meguro_opendata.kpi.provenance import unverified_text
from meguro_opendata.kpi.situation import Situation

__all__ = ["Notes", "notes_of"]


@dataclass(frozen=True)
class Notes:
    """The notes on a ledger.

    Attributes:
        head: The hash of the ledger's last line.
        lines: Number of lines of the ledger.
        warnings: Sentences that are printed before the figures, such as that the chain is broken.
        corrections: Figures of this and earlier years that were changed after their year was over.
    """

    head: str
    lines: int
    warnings: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()


def notes_of(situation: Situation, lang: str) -> Notes:
    """Return the notes on the ledger in a language.

    Raises:
        StorageError: If the ledger cannot be read.
    """
    trust, year = situation.trust, situation.fiscal_year
    unknown = [
        "\n".join(
            messages.message(code, lang, id=one.id, lines=one.lines, year=year)
            for code in ("kpi-unknown-indicator", "kpi-unknown-indicator-how")
        )
        for one in situation.unknown_indicators
    ]
    warnings = filter(None, [unverified_text(trust, lang), *unknown])
    return Notes(trust.head, trust.lines, tuple(warnings), situation.corrections)
