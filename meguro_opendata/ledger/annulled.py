"""The lines that annulments take back, once annulments of annulments are applied as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from meguro_opendata.ledger.entries import Annulment
from meguro_opendata.ledger.lines import BOM, is_blank, ledger_lines

__all__ = ["hashes_of", "struck_lines"]


class _Line(msgspec.Struct, gc=False):
    hash: str = ""
    was: tuple[str, ...] = ()


class Lines(Protocol):
    """The parts of a ledger's history that annulments need."""

    path: Path
    annulled: list[tuple[int, Annulment]]

    @property
    def lines(self) -> int:
        """Return the number of lines."""

    def texts(self, numbers: Iterable[int]) -> dict[int, bytes]:
        """Return the bytes of some lines by number."""


_DECODER = msgspec.json.Decoder(_Line)


def struck_lines(history: Lines) -> dict[int, str]:
    """Return the right time of each annulled line by its number; an empty time if the event never happened.

    An annulment of an annulment undoes it. Of two annulments of the same line, the later one is valid. An annulment
    names its target by hash, since a merge of ledgers changes line numbers; the number that it gives is tried first.
    """
    own = hashes_of(history, (line for line, _ in history.annulled))
    undone: set[str] = set()
    struck: dict[str, str] = {}
    hints: dict[str, int] = {}
    # From the last line backwards: whether an annulment is itself annulled is decided by later lines only.
    for line, annulment in reversed(history.annulled):
        if undone.isdisjoint(own[line]):
            undone.add(annulment.target)
            struck.setdefault(annulment.target, annulment.at)
            hints.setdefault(annulment.target, annulment.line)
    found = dict(_placed(history, hints))
    return {line: struck[target] for target, line in found.items()}


def hashes_of(history: Lines, numbers: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return the hashes of some lines by line number: each line's own, then those that it had before a merge."""
    return {number: _hashes(text) for number, text in history.texts(numbers).items() if not is_blank(text)}


def _hashes(text: bytes) -> tuple[str, ...]:
    line = _DECODER.decode(text.removeprefix(BOM))
    return (line.hash, *line.was)


def _placed(history: Lines, hints: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield each hash with the number of its line.

    The whole file is searched only for hashes that are not at the number that their annulment gives.
    """
    tried = [line for line in hints.values() if 0 < line <= history.lines]
    there = hashes_of(history, tried)
    missing = {target for target, line in hints.items() if target not in there.get(line, ())}
    yield from ((target, line) for target, line in hints.items() if target not in missing)
    if missing:
        yield from _searched(history.path, missing, history.lines)


def _searched(path: Path, missing: set[str], limit: int) -> Iterator[tuple[str, int]]:
    for number, text, _ in ledger_lines(path):
        if number > limit or not missing:
            return
        for stated in missing.intersection(() if is_blank(text) else _hashes(text)):
            missing.discard(stated)
            yield stated, number
