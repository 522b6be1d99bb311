"""Decoding of ledger lines into the few keys that counting needs, and of times into days in Japan."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal, NoReturn

import msgspec

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.japan.calendar import JST
from meguro_opendata.ledger.lines import BOM, entry_at, is_blank, ledger_lines

__all__ = ["CountedLine", "Days", "counted_lines"]

# The offset of nearly every time, from character 19 on; such times need no calendar.
_OFFSET = "+09:00"


class CountedLine(msgspec.Struct, gc=False):
    """The keys of a line that counting needs; other keys are skipped undecoded, which is most of a line."""

    event: Literal["publish", "update", "withdraw", "dating", "record", "same_as", "annul", "submission", "merge"]
    time: str
    dataset: str = ""
    resource: str = ""
    former: str = ""
    former_resource: str = ""
    portal: str = ""
    standard: str | None = None
    sha256: str = ""
    origin: Literal["published", "harvested"] = "published"


_DECODER = msgspec.json.Decoder(CountedLine)


def counted_lines(path: Path, offsets: array[int], limit: int | None) -> Iterator[tuple[int, CountedLine]]:
    """Yield the number and the decoded keys of each line that is not blank.

    Args:
        path: The ledger.
        offsets: An array to which the offset of each line's end in the file is appended, blank lines included.
        limit: The number of the last line to read; ``None`` for all lines.

    Raises:
        MeguroOpendataError: If a line cannot be read; it is never skipped.
    """
    decode, begin = _DECODER.decode, 0
    for number, text, ended in ledger_lines(path):
        if limit is not None and number > limit:
            return
        begin += len(text) + ended
        offsets.append(begin)
        try:
            line = decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            if is_blank(text):
                continue
            line = _decode_marked(text, path)
        yield number, line


def _decode_marked(text: bytes, path: Path) -> CountedLine:
    """Return the keys of a line behind a byte order mark, which an editor may have put there."""
    try:
        return _DECODER.decode(text.removeprefix(BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        _refuse_broken(path)


class Days:
    """The days in Japan of the ledger's times.

    The last day is remembered: most lines are of the same day as the line before, and are written in Japan's time.
    """

    def __init__(self, path: Path) -> None:
        """Start without a remembered day; the path is for messages."""
        self._path = path
        self._day, self._begin, self._end = "", "", ""

    def of(self, time: str, number: int) -> str:
        """Return the day of a line's time, ``YYYY-MM-DD``.

        Raises:
            MeguroOpendataError: If the time cannot be read or has no offset.
        """
        if self._begin <= time < self._end and time[19:] == _OFFSET:
            return self._day
        self._day = self._parsed(time, number)
        self._begin, self._end = (self._day, f"{self._day}U") if time[19:] == _OFFSET else ("", "")
        return self._day

    def _parsed(self, time: str, number: int) -> str:
        try:
            moment = datetime.fromisoformat(time)
            if moment.tzinfo is not None:
                return moment.astimezone(JST).date().isoformat()
        except (ValueError, OverflowError):
            pass
        raise MeguroOpendataError("ledger-broken", file=self._path, line=number)


def _refuse_broken(path: Path) -> NoReturn:
    """Raise the error of the first unreadable line, found by reading the ledger once more with full checks."""
    number = 0
    for number, line, ended in ledger_lines(path):
        if not is_blank(line):
            entry_at(path, number, line, ended=ended)
    raise MeguroOpendataError("ledger-broken", file=path, line=number)
