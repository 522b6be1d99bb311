"""The history of one dataset: when each file first came, and what last happened to it on each portal."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

import msgspec

__all__ = ["DatasetHistory", "Moment", "Occurrence"]

Moment = tuple[str, int]
_moment = attrgetter("moment")


class Occurrence(msgspec.Struct, frozen=True, gc=False):
    """When an event happened and where the ledger says so.

    A ledger of a million files holds a million of these. A struct that the garbage collector does not track takes
    half the memory of a dataclass, which keeps such a ledger below 300 MiB.

    Attributes:
        day: The day in Japan, ``YYYY-MM-DD``.
        line: The number of the ledger's line.
        own: Whether this tool published it; ``False`` for a catalogue's own date.
        withdrawn: Whether the event took the file away.
    """

    day: str
    line: int
    own: bool = True
    withdrawn: bool = False

    @property
    def moment(self) -> Moment:
        """Day and line: what happened later is greater, and of one day's what was entered later."""
        return self.day, self.line


class DatasetHistory:
    """The history of one dataset.

    Attributes:
        firsts: The first occurrence of each file by name, also of those that came after the day asked for.
        portals: By portal and file, the last occurrence up to the day asked for.
        withdrawals: By portal, the last withdrawal of the whole dataset up to that day.
        newest_own: The newest event up to that day that is this tool's own.
        newest_catalogued: The newest one of a catalogue's.
    """

    def __init__(self) -> None:
        """Start without any event."""
        self.firsts: dict[str, Occurrence] = {}
        self.portals: dict[str, dict[str, Occurrence]] = {}
        self.withdrawals: dict[str, Occurrence] = {}
        self.newest_own: Occurrence | None = None
        self.newest_catalogued: Occurrence | None = None

    def enter_first(self, file: str, occurrence: Occurrence) -> None:
        """Enter an event, in the order of the ledger's lines, for what it says of the file's first day.

        If a catalogue's date and this tool's event lie on the same day, the catalogue had the file first.
        """
        first = self.firsts.get(file)
        if first is None or occurrence.day < first.day:
            self.firsts[file] = occurrence
        elif first.own and not occurrence.own and occurrence.day == first.day:
            self.firsts[file] = msgspec.structs.replace(first, own=False)

    def enter_last(self, file: str, portal: str, occurrence: Occurrence) -> None:
        """Enter an event, in the order of the ledger's lines, for what it says of the file's state on a portal."""
        files = self.portals.setdefault(portal, {})
        if _is_newer(occurrence, files.get(file)):
            files[file] = occurrence
        if occurrence.own and _is_newer(occurrence, self.newest_own):
            self.newest_own = occurrence
        elif not occurrence.own and _is_newer(occurrence, self.newest_catalogued):
            self.newest_catalogued = occurrence

    def withdraw(self, portal: str, occurrence: Occurrence) -> None:
        """Enter the withdrawal of the whole dataset from a portal, in the order of the ledger's lines."""
        if _is_newer(occurrence, self.withdrawals.get(portal)):
            self.withdrawals[portal] = occurrence

    @property
    def newest(self) -> Occurrence | None:
        """The newest event up to the day asked for; ``None`` if there is none."""
        return max(filter(None, (self.newest_own, self.newest_catalogued)), key=_moment, default=None)

    @property
    def first(self) -> Occurrence:
        """The first occurrence of the file that came first; of one day's those of a catalogue go before."""
        return min(self.firsts.values(), key=lambda first: (first.day, first.own, first.line))

    def published(self) -> Iterator[str]:
        """Yield the names of the files that a portal has, once for each portal that has it."""
        for portal, files in self.portals.items():
            whole = self.withdrawals.get(portal)
            there = (file for file, last in files.items() if not last.withdrawn)
            yield from there if whole is None else (file for file in there if files[file].moment > whole.moment)

    @property
    def withdrawn(self) -> bool:
        """Whether it was on a portal up to the day asked for, and is on none any more."""
        return bool(self.portals) and next(self.published(), None) is None

    def catalogued(self, until: str) -> list[str]:
        """Return the names of the files of which only a catalogue's date is known, those up to a day first."""
        known = [file for file, first in self.firsts.items() if not first.own]
        return sorted(known, key=lambda file: self.firsts[file].day > until)


def _is_newer(occurrence: Occurrence, known: Occurrence | None) -> bool:
    """Compare days alone, since an event is entered after those of earlier lines."""
    return known is None or occurrence.day >= known.day
