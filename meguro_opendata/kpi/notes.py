"""What a paper says of the ledger that its figures come from: its head, whether it is whole, and corrections."""

from __future__ import annotations

from dataclasses import dataclass

from meguro_opendata import messages
from meguro_opendata.kpi.corrections import Correction as Corrected
from meguro_opendata.kpi.provenance import unverified_text
from meguro_opendata.kpi.situation import Situation
from meguro_opendata.pages.numbers import figure_text

__all__ = ["Correction", "Notes", "notes_of"]


@dataclass(frozen=True)
class Correction:
    """A total of an earlier year, or of what was submitted, that is another now (訂正).

    Attributes:
        what: The indicator, and the year or the submitted version.
        before: The figure as it was, in words.
        after: The figure now.
        line: The ledger's line that says so.
        reason: Why, as it was entered.
    """

    what: str
    before: str
    after: str
    line: int
    reason: str = ""


@dataclass(frozen=True)
class Notes:
    """What is printed of the ledger.

    Attributes:
        head: The hash of its last line.
        lines: How many lines it has.
        warnings: Sentences that stand above the figures, such as that the chain is broken.
        corrections: Each one beside the open data's figures.
    """

    head: str
    lines: int
    warnings: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()


def notes_of(situation: Situation, lang: str) -> Notes:
    """Return what is said of the ledger, in a language.

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
    corrections = tuple(_correction(one, lang) for one in situation.corrections)
    return Notes(trust.head, trust.lines, tuple(warnings), corrections)


def _correction(one: Corrected, lang: str) -> Correction:
    what = messages.message("corrected-figure", lang, id=one.indicator, year=one.fiscal_year)
    return Correction(what, _figure(one.before), _figure(one.after), one.line, one.reason)


def _figure(value: float | None) -> str:
    return "-" if value is None else figure_text(value)
