"""Lines that were entered by mistake: which they are once every annulment, and those of annulments, is regarded."""

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
    """A ledger that was read, as far as annulments need it."""

    path: Path
    annulled: list[tuple[int, Annulment]]

    @property
    def lines(self) -> int:
        """Return the number of lines."""

    def texts(self, numbers: Iterable[int]) -> dict[int, bytes]:
        """Return some lines as they are written, by number."""


_DECODER = msgspec.json.Decoder(_Line)


def struck_lines(history: Lines) -> dict[int, str]:
    """Return the time at which each annulled line really happened, empty if it never did, by the line's number.

    An annulment of an annulment undoes it. Of two of the same line, the later one stands. An annulment aims at a hash,
    since ledgers that were merged have other line numbers; the number that it gives is tried first.
    """
    own = hashes_of(history, (line for line, _ in history.annulled))
    undone: set[str] = set()
    struck: dict[str, str] = {}
    hints: dict[str, int] = {}
    for line, annulment in reversed(history.annulled):
        if undone.isdisjoint(own[line]):
            undone.add(annulment.target)
            struck.setdefault(annulment.target, annulment.at)
            hints.setdefault(annulment.target, annulment.line)
    found = dict(_placed(history, hints))
    return {line: struck[target] for target, line in found.items()}


def hashes_of(history: Lines, numbers: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return by its number the hashes by which each of some lines is known: its own, then those before a merge."""
    return {number: _hashes(text) for number, text in history.texts(numbers).items() if not is_blank(text)}


def _hashes(text: bytes) -> tuple[str, ...]:
    line = _DECODER.decode(text.removeprefix(BOM))
    return (line.hash, *line.was)


def _placed(history: Lines, hints: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield each hash with the number of its line; the whole file is searched only for those not found at once."""
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
