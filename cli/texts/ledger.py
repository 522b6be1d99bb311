"""The state of the ledger, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from meguro_opendata.messages import message

if TYPE_CHECKING:
    from meguro_opendata.ledger import Check, Imported

__all__ = ["check_lines", "imported_lines"]


def check_lines(check: Check, ledger: Path, lang: str) -> Iterator[str]:
    """Yield each fault of the chain, and whether the ledger is whole."""
    for kind, count in check.repaired.items():
        yield message(f"ledger-repaired-{kind}", lang, count=count)
    if check.kept:
        yield message("ledger-repaired", lang, path=check.kept)
    for fault in check.faults:
        yield message(f"ledger-line-{fault.kind}", lang, line=fault.line)
    if check.whole:
        yield message("ledger-whole", lang, count=check.lines, head=check.head, path=ledger)
    else:
        yield message("ledger-not-whole", lang, count=len(check.faults), path=ledger)


def imported_lines(done: Imported, ledger: Path, lang: str) -> Iterator[str]:
    """Yield what was entered, what was left out, and which times and names are odd."""
    yield message("ledger-imported", lang, count=done.entered, known=done.known, path=ledger)
    if done.skipped:
        yield message("ledger-skipped", lang, count=len(done.skipped), names=done.skipped)
    if done.odd:
        yield message("ledger-odd-times", lang, count=len(done.odd))
    for one in done.odd:
        said = {"place": one.place, "file": one.file, "value": one.value}
        if one.used:
            yield "  " + message("ledger-odd-time", lang, **said, used=one.used[:10])
        else:
            yield "  " + message("ledger-odd-time-left", lang, **said)
    if done.doubled:
        yield message("ledger-doubled", lang, count=len(done.doubled), names=done.doubled)
