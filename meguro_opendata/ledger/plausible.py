"""Implausible times in the ledger, and the search for a head that was noted on a paper."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger.entries import ANNUL, HARVESTED, japan_time
from meguro_opendata.ledger.lines import hashes_of, is_blank, ledger_lines, load_line
from meguro_opendata.packaged import packaged_toml

__all__ = ["FoundHead", "OddEntry", "find_head", "implausible_times"]

# A head may be given by its beginning, as a narrow paper prints it: twelve hexadecimal digits or more.
_HEAD = re.compile("[0-9a-f]{12,64}")
# Clocks of two computers differ, and a time zone that is set wrongly shifts a time by less than a day.
_SLACK = timedelta(days=1)


@dataclass(frozen=True)
class OddEntry:
    """A line that was not edited, but has an implausible content.

    Attributes:
        line: The number of the line.
        kind: ``time-implausible`` or ``indicator-unknown``.
        value: The time, or the indicator.
    """

    line: int
    kind: str
    value: str


@dataclass(frozen=True)
class FoundHead:
    """The place of a noted head in the ledger.

    Attributes:
        wanted: The hash, or its beginning, as it was given.
        line: The line that has it; ``None`` if no line has it.
        former: Whether the line had this hash only before ledgers were merged.
        after: Number of lines after it, by kind of entry.
    """

    wanted: str
    line: int | None
    former: bool
    after: Mapping[str, int]


def find_head(path: Path, wanted: str) -> FoundHead:
    """Return the place of a head that was noted earlier, such as on a paper.

    Raises:
        MeguroOpendataError: ``head-not-hash`` if it is not a hash of at least 12 digits, ``head-ambiguous`` if the
            hashes of several lines begin with it.
    """
    begin = wanted.strip().lower()
    if not _HEAD.fullmatch(begin):
        raise MeguroOpendataError("head-not-hash", value=wanted)
    found: list[tuple[int, bool]] = []
    after: Counter[str] = Counter()
    for number, body in _bodies(path):
        if found:
            after[str(body.get("event"))] += 1
        own, *former = hashes_of(body)
        if own.startswith(begin) or any(one.startswith(begin) for one in former):
            found.append((number, not own.startswith(begin)))
    if len(found) > 1:
        raise MeguroOpendataError("head-ambiguous", value=wanted, lines=[line for line, _ in found])
    line, renamed = found[0] if found else (None, False)
    return FoundHead(wanted, line, renamed, dict(after))


def implausible_times(path: Path, now: datetime | None = None) -> list[OddEntry]:
    """Return the lines whose time is implausible, without lines that an annulment has corrected or taken back.

    Implausible is a time more than a day in the future, a time before 1990, and a time more than a day off those of
    the lines around it, since lines are written in the order of events. A catalogue's own dates may be of any day.
    """
    latest = japan_time((now or datetime.now(UTC)) + _SLACK)
    earliest = str(packaged_toml(__package__, "ledger.toml")["earliest_year"])
    odd: dict[int, str] = {}
    own: list[tuple[int, datetime]] = []
    corrected: set[str] = set()
    for number, body in _bodies(path):
        moment = _moment(body)
        corrected |= _targets(body)
        if moment is not None and not earliest <= str(body["time"]) < latest:
            odd[number] = str(body["time"])
        elif moment is not None and body.get("origin") != HARVESTED:
            own.append((number, moment))
    odd |= {number: moment.isoformat() for number, moment in _out_of_order(own)}
    aimed = _aimed(path, odd, corrected) if corrected else set()
    return [OddEntry(line, "time-implausible", odd[line]) for line in sorted(odd.keys() - aimed)]


def _aimed(path: Path, lines: Mapping[int, str], targets: set[str]) -> set[int]:
    """Return the lines that an annulment names, by any of their hashes."""
    return {number for number, body in _bodies(path) if number in lines and targets & {*hashes_of(body)}}


def _out_of_order(lines: Sequence[tuple[int, datetime]]) -> Iterator[tuple[int, datetime]]:
    """Yield the smallest set of lines without which the others are in order of time, with a day of tolerance.

    Of two lines that contradict each other, the later one is reported.
    """
    kept = _in_order([moment for _, moment in lines])
    moments = [lines[at][1] for at in kept]
    chosen = set(kept)
    for at, (number, moment) in enumerate(lines):
        if at not in chosen:
            place = bisect_left(kept, at)
            before = moments[place - 1] if place else moment
            behind = moments[place] if place < len(kept) else moment
            if moment < before - _SLACK or moment > behind + _SLACK:
                yield number, moment


def _in_order(moments: Sequence[datetime]) -> list[int]:
    """Return the indices of the longest series of times that never goes back.

    The series is built from the end, so that of several equally long ones the one with the earliest lines is found.
    """
    ends: list[float] = []
    places: list[int] = []
    behind: list[int] = [-1] * len(moments)
    for at in range(len(moments) - 1, -1, -1):
        key = -moments[at].timestamp()
        size = bisect_right(ends, key)
        behind[at] = places[size - 1] if size else -1
        ends[size : size + 1] = [key]
        places[size : size + 1] = [at]
    found: list[int] = []
    at = places[-1] if places else -1
    while at >= 0:
        found.append(at)
        at = behind[at]
    return found


def _targets(body: Mapping[str, Any]) -> set[str]:
    """Return the hash that an annulment names; an empty set for any other line."""
    return {str(body.get("target"))} if body.get("event") == ANNUL else set()


def _moment(body: Mapping[str, Any]) -> datetime | None:
    """Return the time of a line, or ``None`` if it has no valid one, which the check of the chain reports."""
    try:
        moment = datetime.fromisoformat(str(body.get("time")))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _bodies(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number, keys and values of each line that can be read."""
    for number, line, _ in ledger_lines(path):
        if not is_blank(line):
            try:
                body = load_line(path, number, line)
            except MeguroOpendataError:
                continue  # reported by the check of the chain
            yield number, body
