"""The history of one dataset: the first publication of each file, and the last event of each file on each portal."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

import msgspec

__all__ = ["DatasetHistory", "Moment", "Occurrence", "packed"]

Moment = tuple[str, int]
_moment = attrgetter("moment")
_day = attrgetter("day")
# A line's number and a 32-bit mark of a checksum share one integer; see Occurrence for the reason. Two checksums have
# equal marks by chance once in 2**32: an update of the data would then pass for a repeated publication.
_MARK_BITS = 32
_MARK = (1 << _MARK_BITS) - 1


def packed(line: int, checksum: str) -> int:
    """Return a line's number and a 32-bit mark of a checksum as one integer.

    >>> Occurrence("2025-04-01", packed(7, "")).line, Occurrence("2025-04-01", packed(7, "")).mark
    (7, 0)
    """
    return line << _MARK_BITS | (hash(checksum) & _MARK if checksum else 0)


class Occurrence(msgspec.Struct, frozen=True, gc=False):
    """The day and the ledger line of one event.

    A ledger of a million files has a million of these. A struct that the garbage collector does not track takes half
    the memory of a dataclass, which keeps such a ledger below 300 MiB. For the same reason the line and the mark are
    one number: 60 bits take no more memory than the line alone.

    Attributes:
        day: The day in Japan, ``YYYY-MM-DD``.
        packed: The number of the ledger's line, then the mark's 32 bits (:func:`packed`).
        own: Whether the event is this tool's; ``False`` for a catalogue's own date.
        withdrawn: Whether the event is a withdrawal.
    """

    day: str
    packed: int
    own: bool = True
    withdrawn: bool = False

    @property
    def line(self) -> int:
        """Return the number of the ledger's line."""
        return self.packed >> _MARK_BITS

    @property
    def mark(self) -> int:
        """Return a mark of the file's checksum: equal marks mean equal data, and 0 an unknown checksum."""
        return self.packed & _MARK

    @property
    def moment(self) -> Moment:
        """Return day and line number, by which events are ordered: by day, and within a day by order of entry."""
        return self.day, self.line


class DatasetHistory:
    """The history of one dataset.

    Attributes:
        firsts: The first publication of each file by name, including files that came after the requested day.
        portals: By portal and file, the last occurrence up to the requested day.
        withdrawals: By portal, the last withdrawal of the whole dataset up to the requested day.
        newest_own: The newest publication or update by this tool up to the requested day.
        newest_catalogued: The newest publication or update by a catalogue's dates up to the requested day.
        updated: The newest event up to the requested day by which this tool brought new data, and not known data to
            another portal.
        endings: The endings of the files' names.
        own: Whether this tool, and no catalogue, published a file of the dataset first, at any time.
        after: By portal and file (for the whole dataset, an empty name), the last event in the weeks after the
            requested day, which shows that a file was withdrawn soon.
        checksums: The days and checksums of each file, kept only where files have to be recognised by them.
    """

    __slots__ = (
        "after",
        "checksums",
        "endings",
        "firsts",
        "newest_catalogued",
        "newest_own",
        "own",
        "portals",
        "updated",
        "withdrawals",
    )

    def __init__(self) -> None:
        """Start without any event."""
        self.firsts: dict[str, Occurrence] = {}
        self.portals: dict[str, dict[str, Occurrence]] = {}
        self.withdrawals: dict[str, Occurrence] = {}
        self.newest_own: Occurrence | None = None
        self.newest_catalogued: Occurrence | None = None
        self.updated: Occurrence | None = None
        self.endings: set[str] = set()
        self.own = False
        self.after: dict[str, dict[str, Occurrence]] = {}
        self.checksums: dict[str, list[tuple[str, str]]] = {}

    def enter_first(self, file: str, occurrence: Occurrence) -> bool:
        """Enter a publication, in the order of the ledger's lines, and return whether it changes the file's first.

        If a catalogue's date and this tool's event are of the same day, the catalogue had the file first.
        """
        first = self.firsts.get(file)
        if first is None or occurrence.day < first.day:
            self.firsts[file] = occurrence
            self.endings.add(file.rpartition(".")[2])
        elif first.own and not occurrence.own and occurrence.day == first.day:
            self.firsts[file] = msgspec.structs.replace(first, own=False)
        else:
            return False
        return True

    def enter_last(self, file: str, portal: str, occurrence: Occurrence, *, update: bool = False) -> None:
        """Enter an event of a file on a portal, in the order of the ledger's lines.

        The newest event depends on the question: a withdrawal does not describe the dataset, and the same file on a
        second portal, or published again, is no update of the data.

        Args:
            file: The file's name.
            portal: The portal's name.
            occurrence: The event.
            update: Whether the event is an ``update``, so that the file was on this portal before.
        """
        files = self.portals.get(portal)
        if files is None:
            files = self.portals[portal] = {}
        here = files.get(file)
        if not occurrence.withdrawn:
            if not occurrence.own:
                if _is_newer(occurrence, self.newest_catalogued):
                    self.newest_catalogued = occurrence
            elif self.newest_own is None or occurrence.day >= self.newest_own.day:
                self.newest_own = occurrence
                if self._is_renewed(file, portal, occurrence, here, update=update):
                    self.updated = occurrence
        if here is None or occurrence.day >= here.day:
            files[file] = occurrence

    def _is_renewed(
        self, file: str, portal: str, occurrence: Occurrence, here: Occurrence | None, *, update: bool
    ) -> bool:
        """Return whether an event of this tool brought data that no portal had, by checksums where they are known.

        Two frequent cases are decided here without looking at every portal: nearly every line of a large ledger is a
        new file, or an update of a file with a known checksum, on one portal.
        """
        if len(self.portals) == 1:
            if here is None:
                return len(self.endings) == 1 or not self._is_format(file, occurrence.day)
            if update and here.packed & _MARK and occurrence.packed & _MARK:
                return here.mark != occurrence.mark
        return self._is_renewed_elsewhere(file, portal, occurrence, update=update)

    def _is_renewed_elsewhere(self, file: str, portal: str, occurrence: Occurrence, *, update: bool) -> bool:
        """Return whether an event brought data that no portal had, by the file's state on every portal."""
        known = [files[file] for files in self.portals.values() if file in files]
        if not known:
            return not self._is_format(file, occurrence.day)
        if occurrence.mark and any(one.mark for one in known):
            return all(one.mark != occurrence.mark for one in known)
        last = self._last(portal, file) if update else None
        return not any(one.own for one in known) if last is None else not last.withdrawn

    def _is_format(self, file: str, day: str) -> bool:
        """Return whether a file only adds another format of a table that was published by that day."""
        stem, _, own = file.rpartition(".")
        others = (self.firsts.get(f"{stem}.{ending}") for ending in self.endings if ending != own)
        return any(first is not None and first.day <= day for first in others)

    def enter_after(self, file: str, portal: str, occurrence: Occurrence) -> None:
        """Enter an event of the weeks after the requested day; the withdrawal of a whole dataset has an empty file."""
        files = self.after.setdefault(portal, {})
        if _is_newer(occurrence, files.get(file)):
            files[file] = occurrence

    def withdraw(self, portal: str, occurrence: Occurrence) -> None:
        """Enter the withdrawal of the whole dataset from a portal, in the order of the ledger's lines."""
        if _is_newer(occurrence, self.withdrawals.get(portal)):
            self.withdrawals[portal] = occurrence

    @property
    def telling(self) -> Occurrence:
        """Return the event that describes the dataset: this tool's newest, else a catalogue's newest, else its first.

        A catalogue's event describes the dataset as it was before this tool published it, whatever its date is, and
        therefore never replaces this tool's description.
        """
        return self.newest_own or self.newest_catalogued or self.first

    @property
    def newest(self) -> Occurrence | None:
        """Return the newest publication or update up to the requested day, or ``None`` without any."""
        return max(filter(None, (self.newest_own, self.newest_catalogued)), key=_moment, default=None)

    @property
    def first(self) -> Occurrence:
        """Return the first occurrence of the earliest file; of several on one day, a catalogue's comes first."""
        day = min(map(_day, self.firsts.values()))
        return min((one for one in self.firsts.values() if one.day == day), key=lambda one: (one.own, one.line))

    def published(self) -> Iterator[str]:
        """Yield the name of each published file, once for each portal that has it."""
        return (file for file, _ in self.standing())

    def standing(self) -> Iterator[tuple[str, Occurrence]]:
        """Yield each published file with its last occurrence on a portal, once for each portal that has it."""
        for portal, files in self.portals.items():
            whole = self.withdrawals.get(portal)
            for file, last in files.items():
                if not last.withdrawn and (whole is None or last.moment > whole.moment):
                    yield file, last

    def gone(self, file: str) -> str:
        """Return the day since which no portal has a file; empty if a portal has it, or none ever had it.

        Events in the weeks after the requested day count, too.
        """
        days: list[str] = []
        for portal in {*self.portals, *self.after}:
            last = self._last(portal, file)
            if last is None:
                continue
            if not last.withdrawn:
                return ""
            days.append(last.day)
        return max(days, default="")

    def _last(self, portal: str, file: str) -> Occurrence | None:
        """Return the last occurrence of a file on a portal, by its own event or the withdrawal of its dataset."""
        after = self.after.get(portal, {})
        own = after.get(file) or self.portals.get(portal, {}).get(file)
        whole = after.get("") or self.withdrawals.get(portal)
        return whole if own and whole and whole.moment > own.moment else own

    @property
    def withdrawn(self) -> bool:
        """Return whether the dataset was on a portal up to the requested day, and no portal has it now."""
        return bool(self.portals) and next(self.published(), None) is None

    def catalogued(self, until: str) -> list[str]:
        """Return the names of files of which only a catalogue's date is known, files up to a day (``until``) first."""
        known = [file for file, first in self.firsts.items() if not first.own]
        return sorted(known, key=lambda file: self.firsts[file].day > until)


def _is_newer(occurrence: Occurrence, known: Occurrence | None) -> bool:
    """Return whether an occurrence is of the same day as a known one, or of a later day.

    Days alone are compared, since occurrences are entered in the order of their lines.
    """
    return known is None or occurrence.day >= known.day
