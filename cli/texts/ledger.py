"""The state of the ledger, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from meguro_opendata.messages import message

if TYPE_CHECKING:
    from meguro_opendata.ledger import Check

__all__ = ["check_lines"]


def check_lines(check: Check, ledger: Path, lang: str) -> Iterator[str]:
    """Yield each fault of the chain, and whether the ledger is whole."""
    if check.kept:
        yield message("ledger-repaired", lang, path=check.kept)
    for fault in check.faults:
        yield message(f"ledger-line-{fault.kind}", lang, line=fault.line)
    if check.whole:
        yield message("ledger-whole", lang, count=check.lines, head=check.head, path=ledger)
    else:
        yield message("ledger-not-whole", lang, count=len(check.faults), path=ledger)
