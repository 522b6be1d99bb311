"""The ledger's head as the source of figures on papers and screens, and the warning if its lines were changed."""

from __future__ import annotations

from typing import Any

from meguro_opendata import messages
from meguro_opendata.ledger import Trust

__all__ = ["head_fact", "head_text", "ledger_dict", "unverified_text"]

# A warning names this many lines: enough to find the place, and still one line on a printed sheet.
_SHOWN = 5


def head_fact(trust: Trust, lang: str) -> tuple[str, str]:
    """Return label and value of the ledger's head for a paper; the value is a warning if the chain is broken.

    Years later ``ledger verify --expect HASH`` shows with it whether the ledger still has the lines from which the
    paper was counted.
    """
    return messages.word("ledger-head", lang), unverified_text(trust, lang) or head_text(trust, lang)


def head_text(trust: Trust, lang: str) -> str:
    """Return the head of a verified ledger with the number of its lines, as a sentence."""
    if not trust.lines:
        return messages.message("ledger-head-none", lang)
    return messages.message("ledger-head", lang, head=trust.head, count=trust.lines)


def unverified_text(trust: Trust, lang: str) -> str:
    """Return the warning that figures are unverified, with the changed lines; empty for a verified ledger."""
    if trust.verified:
        return ""
    lines = [str(fault.line) for fault in trust.faults[:_SHOWN]] + ["…"] * (len(trust.faults) > _SHOWN)
    if all(fault.kind == "forked" for fault in trust.faults):
        return messages.message("ledger-unverified-forked", lang, lines=lines, count=len(trust.faults))
    return messages.message("ledger-unverified", lang, lines=lines, count=len(trust.faults))


def ledger_dict(trust: Trust) -> dict[str, Any]:
    """Return the key ``ledger`` of the JSON of figures: head, number of lines, and faults."""
    faults = [{"line": fault.line, "kind": fault.kind} for fault in (*trust.faults, *trust.form)]
    said = {"verified": trust.verified, "head": trust.head, "lines": trust.lines}
    return {"ledger": {**said, "faults": sorted(faults, key=lambda fault: (fault["line"], fault["kind"]))}}
