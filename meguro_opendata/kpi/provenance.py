"""Where figures come from: the ledger's head on papers and screens, and a loud word where its lines were changed."""

from __future__ import annotations

from typing import Any

from meguro_opendata import messages
from meguro_opendata.ledger import Trust

__all__ = ["head_fact", "head_text", "ledger_dict", "unverified_text"]

_SHOWN = 5


def head_fact(trust: Trust, lang: str) -> tuple[str, str]:
    """Return the fact that papers carry: a word for the ledger's head, and the head itself or that it is unverified.

    The hash on a paper answers in years to come whether the ledger still has what the paper was counted from:
    ``ledger verify --expect HASH``.
    """
    return messages.word("ledger-head", lang), unverified_text(trust, lang) or head_text(trust, lang)


def head_text(trust: Trust, lang: str) -> str:
    """Return the head of a ledger whose chain is verified, with the number of its lines."""
    if not trust.lines:
        return messages.message("ledger-head-none", lang)
    return messages.message("ledger-head", lang, head=trust.head, count=trust.lines)


def unverified_text(trust: Trust, lang: str) -> str:
    """Return which lines are not as they were written, and that figures are not verified; empty if all are."""
    if trust.verified:
        return ""
    lines = [str(fault.line) for fault in trust.faults[:_SHOWN]] + ["…"] * (len(trust.faults) > _SHOWN)
    if all(fault.kind == "forked" for fault in trust.faults):
        return messages.message("ledger-unverified-forked", lang, lines=lines, count=len(trust.faults))
    return messages.message("ledger-unverified", lang, lines=lines, count=len(trust.faults))


def ledger_dict(trust: Trust) -> dict[str, Any]:
    """Return what the JSON of figures says of the ledger that they come from."""
    faults = [{"line": fault.line, "kind": fault.kind} for fault in (*trust.faults, *trust.form)]
    said = {"verified": trust.verified, "head": trust.head, "lines": trust.lines}
    return {"ledger": {**said, "faults": sorted(faults, key=lambda fault: (fault["line"], fault["kind"]))}}
