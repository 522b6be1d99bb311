"""When lines were entered: what the ledger knew on a day is its lines up to a certain one.

An entry of this tool says when it was entered. What comes from a catalogue says when the catalogue's entry was made;
``entered`` says when it was imported, where the line has that key. A line without it was entered after the lines
before it, and not before the catalogue's own day.
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

_JAPAN = "+09:00"


class _Line(msgspec.Struct, gc=False):
    """The keys of a line that say when it was entered."""

    time: str
    origin: str = PUBLISHED
    entered: str = ""


_DECODER = msgspec.json.Decoder(_Line)


def lines_known_on(path: Path, day: date) -> int:
    """Return how many lines had been entered by the end of a day in Japan.

    Lines are entered in their order, so that a time which contradicts the others, as a wrong clock's does, is passed
    over; so is one that is still to come.

    Raises:
        MeguroOpendataError: If a line cannot be read.
    """
    said, earliest = _days(path)
    certain = _in_order(said)
    limit = day.isoformat()
    known = 1 + max((number for number in certain if said[number] <= limit), default=-1)
    while known < len(said) and known not in certain and earliest[known] <= limit:
        known += 1
    return known


def lines_in_full(history: History, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return everything that some lines hold, their hashes included, by number.

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
    """Return the number of the line that has a hash, ``None`` if no line has it; ``near`` is looked at first.

    A line that was chained anew when ledgers were merged keeps its former hashes in ``was``, and is found by them.
    """
    if 0 < near <= history.lines and hash_ in hashes_of(lines_in_full(history, [near])[near]):
        return near
    mark = hash_.encode("ascii", "replace")
    found = (number for number, line, _ in ledger_lines(history.path) if mark in line and number <= history.lines)
    return next((one for one in found if hash_ in hashes_of(lines_in_full(history, [one])[one])), None)


def _days(path: Path) -> tuple[list[str], list[str]]:
    """Return, of each line, the day on which it says that it was entered, or none, and its earliest possible one."""
    said: list[str] = []
    earliest: list[str] = []
    present = today().isoformat()
    for number, text, ended in ledger_lines(path):
        bare = text.removeprefix(BOM_UTF8)
        if not bare.strip():  # an editor left it: it says nothing, and was not entered
            said.append("")
            earliest.append("")
            continue
        try:
            line = _DECODER.decode(bare)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            entry_at(path, number, text, ended=ended)  # says whether the line is torn or broken
            raise MeguroOpendataError("ledger-broken", file=path, line=number) from None
        own = line.origin != HARVESTED
        day = _day(line.time if own else line.entered)
        said.append(day if day <= present else "")
        bound = "" if own else _day(line.time)
        earliest.append(bound if bound <= present else "")
    return said, earliest


def _day(time: str) -> str:
    """Return the day in Japan of a time; empty for an empty one."""
    return time[:10] if time[19:] == _JAPAN else japan_day(time)


def _in_order(days: Sequence[str]) -> set[int]:
    """Return the places of the longest series of days that never goes back; places without a day are none of it.

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
