"""The days on which ledger lines were entered: the ledger's knowledge on a day is its lines up to a certain number.

``time`` of this tool's own entries is the time of entry. ``time`` of a harvested event is the catalogue's, and its
``entered`` is the time of import. A harvested line without ``entered`` was entered after the lines before it, and not
before the catalogue's own day.
"""

from __future__ import annotations

from bisect import bisect_right
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import storage_guard
from meguro_opendata.japan.calendar import japan_day, today
from meguro_opendata.ledger.chain import entry_at, hashes_of, ledger_lines, load_line
from meguro_opendata.ledger.entries import HARVESTED, PUBLISHED
from meguro_opendata.ledger.history import History

__all__ = ["line_of_hash", "lines_in_full", "lines_known_on"]

# The offset of nearly every line, from character 19 on: the day is then the first ten characters, without a calendar.
_JAPAN = "+09:00"


class _Line(msgspec.Struct, gc=False):
    """The keys of a line from which the day of its entry is known."""

    time: str
    origin: str = PUBLISHED
    entered: str = ""


_DECODER = msgspec.json.Decoder(_Line)


def lines_known_on(path: Path, day: date) -> int:
    """Return the number of lines that had been entered by the end of a day in Japan.

    Lines are entered in their order. A time that contradicts those of the other lines, as a wrong clock writes it, is
    ignored; so is a time in the future.

    Raises:
        MeguroOpendataError: If a line cannot be read.
    """
    said, earliest = _days(path)
    certain = _in_order(said)
    limit = day.isoformat()
    known = 1 + max((number for number in certain if said[number] <= limit), default=-1)
    # Lines without a certain day follow the last certain one: they count unless their own bound is later.
    while known < len(said) and known not in certain and earliest[known] <= limit:
        known += 1
    return known


def lines_in_full(history: History, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return all keys and values of some lines, their hashes included, by line number.

    Raises:
        MeguroOpendataError: If a line cannot be read.
    """
    wanted = sorted(set(numbers))
    found: dict[int, dict[str, Any]] = {}
    if not wanted:
        return found
    with storage_guard(history.path), history.path.open("rb") as file:
        for number in wanted:
            begin, end = history.offsets[number - 1 : number + 1]
            file.seek(begin)
            found[number] = load_line(history.path, number, file.read(end - begin))
    return found


def line_of_hash(history: History, hash_: str, near: int) -> int | None:
    """Return the number of the line that has a hash, or ``None`` if no line has it.

    A line that was chained anew by a merge is also found by its former hashes (``was``).

    Args:
        history: The ledger.
        hash_: The hash.
        near: The line at which it was once, tried first.
    """
    if 0 < near <= history.lines and hash_ in hashes_of(lines_in_full(history, [near])[near]):
        return near
    # Searching the bytes first spares the decoding of nearly all lines of a large ledger.
    mark = hash_.encode("ascii", "replace")
    found = (number for number, line, _ in ledger_lines(history.path) if mark in line and number <= history.lines)
    return next((one for one in found if hash_ in hashes_of(lines_in_full(history, [one])[one])), None)


def _days(path: Path) -> tuple[list[str], list[str]]:
    """Return each line's stated day of entry and its earliest possible day of entry; empty where unknown."""
    said: list[str] = []
    earliest: list[str] = []
    present = today().isoformat()
    for number, text, ended in ledger_lines(path):
        bare = text.removeprefix(BOM_UTF8)
        if not bare.strip():  # a blank line that an editor left: it has no entry, and no day
            said.append("")
            earliest.append("")
            continue
        try:
            line = _DECODER.decode(bare)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            entry_at(path, number, text, ended=ended)  # raises: torn or broken
            raise MeguroOpendataError("ledger-broken", file=path, line=number) from None
        own = line.origin != HARVESTED
        day = _day(line.time if own else line.entered)
        # A day in the future comes from a clock that was ahead, and must not make earlier lines look late.
        said.append(day if day <= present else "")
        bound = "" if own else _day(line.time)
        earliest.append(bound if bound <= present else "")
    return said, earliest


def _day(time: str) -> str:
    """Return the day in Japan of a time; an empty text for an empty time."""
    return time[:10] if time[19:] == _JAPAN else japan_day(time)


def _in_order(days: Sequence[str]) -> set[int]:
    """Return the indices of the longest series of days that never goes back; empty days are not in it.

    >>> sorted(_in_order(["2025-05-01", "2025-05-02", "2010-01-01", "", "2025-06-01", "2099-01-01", "2025-06-02"]))
    [0, 1, 4, 6]
    """
    tails: list[str] = []
    ends: list[int] = []
    before: dict[int, int] = {}
    for place, day in enumerate(days):
        if day:
            at = bisect_right(tails, day)
            before[place] = ends[at - 1] if at else -1
            tails[at : at + 1] = [day]
            ends[at : at + 1] = [place]
    found: set[int] = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        found.add(place)
        place = before[place]
    return found
