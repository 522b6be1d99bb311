"""What the ledger says of files and datasets, small enough for a million of them: days and lines as one number.

A *mark* is a day and a line of the ledger: marks sort by day, and within a day by line.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import islice

import msgspec

__all__ = ["LINES", "DatasetSeen", "Seen", "day_of", "line_of", "mark_of", "marks_between"]

LINES = 32
_LINE = (1 << LINES) - 1


def mark_of(day: date, line: int) -> int:
    """The mark of a day and a line.

    >>> mark_of(date(2025, 4, 1), 9) < mark_of(date(2025, 4, 2), 1) < mark_of(date(2025, 4, 2), 2)
    True
    """
    return day.toordinal() << LINES | line


def marks_between(first: date, last: date) -> range:
    """Every mark of the days from the first to the last.

    >>> mark_of(date(2025, 4, 1), 9) in marks_between(date(2025, 4, 1), date(2025, 4, 1))
    True
    """
    return range(first.toordinal() << LINES, (last.toordinal() + 1) << LINES)


def line_of(mark: int) -> int:
    """The line of a mark.

    >>> line_of(mark_of(date(2025, 4, 1), 9))
    9
    """
    return mark & _LINE


def day_of(mark: int) -> str:
    """The day of a mark, ``YYYY-MM-DD``; empty for 0, which is no mark.

    >>> day_of(mark_of(date(2025, 4, 1), 9)), day_of(0)
    ('2025-04-01', '')
    """
    return _iso(mark >> LINES) if mark else ""


@cache
def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


class Seen(msgspec.Struct, gc=False):
    """What is known of one file.

    Attributes:
        first: The mark of its first event.
        own: Whether that was this tool's publication; ``False`` for a catalogue's own date.
        places: Of each portal the mark of what it did last up to the day asked for, below 0 for a withdrawal.
    """

    first: int
    own: bool = True
    places: dict[str, int] = {}

    @property
    def published(self) -> bool:
        """Whether some portal has it; none does once it has been withdrawn from all."""
        return any(mark > 0 for mark in self.places.values())

    def enter(self, portal: str, mark: int, *, own: bool, withdrawn: bool) -> None:
        """Enter an event; of one day's a catalogue's own goes before this tool's."""
        self._came(mark, own=own)
        if mark > abs(self.places.get(portal, 0)):
            self.places[portal] = -mark if withdrawn else mark

    def _came(self, mark: int, *, own: bool) -> None:
        day, first = mark >> LINES, self.first >> LINES
        if day < first:
            self.first, self.own = mark, own
        elif day == first:
            self.own &= own


class DatasetSeen(msgspec.Struct, gc=False):
    """What is known of one dataset.

    Attributes:
        home: The portal of its first line.
        once: The marks, by name and in their order, of files that this tool published there, and has at most replaced.
        replaced: Of those that it replaced, the marks of the last time.
        files: All others that came up to the day asked for, by name.
        later: The marks of those that came later, below 0 for a catalogue's own; names of the others may be among them.
        own: The mark of the newest event that is this tool's own, 0 if there is none.
        other: That of the newest of a catalogue's.
    """

    home: str
    once: dict[str, int] = {}
    replaced: dict[str, int] = {}
    files: dict[str, Seen] = {}
    later: dict[str, int] = {}
    own: int = 0
    other: int = 0

    @property
    def newest(self) -> int:
        """The mark of the newest event up to the day asked for, 0 if there is none."""
        return max(self.own, self.other)

    def names(self) -> list[str]:
        """The names of its files, later ones included."""
        return [*{**self.later, **self.once, **self.files}]

    def seen(self, name: str) -> Seen | None:
        """What is known of a file; ``None`` if there is none of that name."""
        if name in self.once:
            mark = self.once[name]
            return Seen(mark, places={self.home: self.replaced.get(name, mark)})
        later = self.later.get(name)
        return self.files.get(name) or (Seen(abs(later), own=later > 0) if later else None)

    def catalogued(self) -> Iterator[str]:
        """The names of the files that only a catalogue's date is known of."""
        yield from (name for name, seen in self.files.items() if not seen.own)
        known = (self.once, self.files)
        yield from (name for name, mark in self.later.items() if mark < 0 and not any(name in one for one in known))

    def once_between(self, low: int, end: int) -> Iterator[tuple[str, int]]:
        """Those of ``once`` from one mark up to another, which does not belong to them."""
        marks = [*self.once.values()]
        return islice(self.once.items(), bisect_left(marks, low), bisect_left(marks, end))

    def opened(self, name: str, mark: int, *, own: bool) -> Seen:
        """A file, from now on among ``files``; one that has not come up to now comes at the mark."""
        if name in self.once:
            self.files[name] = self.seen(name) or Seen(mark)
            del self.once[name]
            self.replaced.pop(name, None)
        elif name not in self.files:
            self.files[name] = Seen(mark, own=own)
        return self.files[name]

    def enter_later(self, name: str, mark: int, *, own: bool) -> None:
        """Enter an event that is later than asked for; it matters only as a file's first."""
        if name in self.once or name in self.files:
            return
        signed = mark if own else -mark
        known = self.later.setdefault(name, signed)
        if known != signed:
            seen = Seen(abs(known), own=known > 0)
            seen.enter("", mark, own=own, withdrawn=False)
            self.later[name] = seen.first if seen.own else -seen.first

    def first(self) -> Seen:
        """Its earliest file."""
        return min(self._earliest(), key=lambda seen: (seen.first >> LINES, seen.own, seen.first))

    def _earliest(self) -> Iterator[Seen]:
        yield from self.files.values()
        if self.once:
            yield Seen(next(iter(self.once.values())))
        elif not self.files:
            yield from (Seen(abs(mark), own=mark > 0) for mark in self.later.values())
