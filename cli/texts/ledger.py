"""The state of the ledger, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from meguro_opendata.messages import message, word

if TYPE_CHECKING:
    from meguro_opendata.ledger import Check, Imported, Merged
    from meguro_opendata.ledger.plausible import FoundHead, OddEntry

__all__ = ["check_lines", "head_lines", "imported_lines", "merged_lines", "odd_lines"]


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


def odd_lines(odd: Sequence[OddEntry], lang: str) -> Iterator[str]:
    """Yield each line that is as it was written, and says what cannot be right."""
    for one in odd:
        yield message(f"ledger-odd-{one.kind}", lang, line=one.line, value=one.value)


def head_lines(head: FoundHead, count: int, lang: str) -> Iterator[str]:
    """Yield where a noted head is, and what came after it."""
    if head.line is None:
        yield message("ledger-head-missing", lang, value=head.wanted, count=count)
        return
    if head.former:
        yield message("ledger-head-former", lang, value=head.wanted, line=head.line)
    else:
        yield message("ledger-head-found", lang, value=head.wanted, line=head.line)
    kinds = [f"{word(f'event-{kind}', lang)} {number}" for kind, number in head.after.items()]
    after = sum(head.after.values())
    yield message("ledger-head-after", lang, count=after, kinds=kinds) if after else message("ledger-head-last", lang)


def merged_lines(done: Merged, path: Path, lang: str) -> Iterator[str]:
    """Yield what a merge did, with both heads and the point of the fork."""
    if not done.heads:
        yield message("ledger-merge-nothing", lang, path=path, count=done.lines)
    elif len(done.heads) == 1:
        yield message("ledger-merge-ahead", lang, path=path, count=done.lines)
    else:
        said = {"heads": done.heads, "fork": done.fork, "head": done.head}
        yield message("ledger-merged", lang, path=path, count=done.lines, common=done.common, **said)
    if done.doubled:
        yield message("ledger-merge-doubled", lang, count=done.doubled)
    if done.backup:
        yield message("ledger-merge-backup", lang, path=done.backup)


def imported_lines(done: Imported, ledger: Path, lang: str) -> Iterator[str]:
    """Yield what was entered, what was left out, and which times and names are odd."""
    yield message("ledger-imported", lang, count=done.entered, known=done.known, path=ledger)
    yield from _left_out_lines(done, lang)
    if done.withdrawn:
        names = ["/".join(one) for one in done.withdrawn]
        yield message("ledger-vanished", lang, count=len(names), names=names, portal=done.portal)
    if done.unsure:
        yield message("ledger-vanished-unsure", lang, count=len(done.unsure), names=done.unsure, portal=done.portal)
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


def _left_out_lines(done: Imported, lang: str) -> Iterator[str]:
    for reason in dict.fromkeys(reason for _, reason in done.left_out):
        names = [name for name, why in done.left_out if why == reason]
        yield message(f"ledger-left-{reason}", lang, count=len(names), names=names)
