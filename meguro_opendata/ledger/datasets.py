"""The history of one dataset: when each file first came, and what last happened to it on each portal."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

import msgspec

__all__ = ["DatasetHistory", "Moment", "Occurrence", "packed"]

Moment = tuple[str, int]
_moment = attrgetter("moment")
_day = attrgetter("day")
_MARK_BITS = 32
_MARK = (1 << _MARK_BITS) - 1


def packed(line: int, checksum: str) -> int:
    """Return a line's number and a mark of a checksum as one number.

    >>> Occurrence("2025-04-01", packed(7, "")).line, Occurrence("2025-04-01", packed(7, "")).mark
    (7, 0)
    """
    return line << _MARK_BITS | (hash(checksum) & _MARK if checksum else 0)


class Occurrence(msgspec.Struct, frozen=True, gc=False):
    """When an event happened and where the ledger says so.

    A ledger of a million files holds a million of these. A struct that the garbage collector does not track takes
    half the memory of a dataclass, which keeps such a ledger below 300 MiB. For the same reason the line and the mark
    are one number: 60 bits take no more memory than the line alone.

    Attributes:
        day: The day in Japan, ``YYYY-MM-DD``.
        packed: The number of the ledger's line, then the mark's 32 bits (:func:`packed`).
        own: Whether this tool published it; ``False`` for a catalogue's own date.
        withdrawn: Whether the event took the file away.
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
        """Return a mark of the file's checksum, 0 if that is not known: equal marks are equal data."""
        return self.packed & _MARK

    @property
    def moment(self) -> Moment:
        """Day and line: what happened later is greater, and of one day's what was entered later."""
        return self.day, self.line


class DatasetHistory:
    """The history of one dataset.

    Attributes:
        firsts: The first publication of each file by name, also of those that came after the day asked for.
        portals: By portal and file, the last occurrence up to the day asked for.
        withdrawals: By portal, the last withdrawal of the whole dataset up to that day.
        newest_own: The newest publication or update up to that day that is this tool's own.
        newest_catalogued: The newest one of a catalogue's.
        updated: The newest event up to that day by which this tool brought new data, not the same data elsewhere.
        endings: Those of the files' names.
        own: Whether this tool published a file of it first, at any time.
        after: By portal and file (or, for the whole dataset, an empty name), what last happened in the weeks after
            that day, by which it is seen that something was withdrawn soon.
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
        """Enter a publication, in the order of the ledger's lines; return whether it says more of the first day.

        If a catalogue's date and this tool's event lie on the same day, the catalogue had the file first.
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
        """Enter an event, in the order of the ledger's lines, for what it says of the file's state on a portal.

        Which event is the newest depends on what for: a withdrawal says nothing of what the dataset is, and the same
        file on a second portal, or published again, is no update of the data.

        Args:
            file: The file's name.
            portal: The portal's name.
            occurrence: The event.
            update: Whether it says that the file was there before on this portal.
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
        """Return whether an event of this tool brought data that no portal had: by the checksums where they are known.

        Nearly every line of a large ledger is a new file, or an update of a file of known data, on one portal.
        """
        if len(self.portals) == 1:
            if here is None:
                return len(self.endings) == 1 or not self._is_format(file, occurrence.day)
            if update and here.packed & _MARK and occurrence.packed & _MARK:
                return here.mark != occurrence.mark
        return self._is_renewed_elsewhere(file, portal, occurrence, update=update)

    def _is_renewed_elsewhere(self, file: str, portal: str, occurrence: Occurrence, *, update: bool) -> bool:
        """As :meth:`_is_renewed`, by what every portal has of the file."""
        known = [files[file] for files in self.portals.values() if file in files]
        if not known:
            return not self._is_format(file, occurrence.day)
        if occurrence.mark and any(one.mark for one in known):
            return all(one.mark != occurrence.mark for one in known)
        last = self._last(portal, file) if update else None
        return not any(one.own for one in known) if last is None else not last.withdrawn

    def _is_format(self, file: str, day: str) -> bool:
        """Return whether a file only adds another format of a table that was there by that day."""
        stem, _, own = file.rpartition(".")
        others = (self.firsts.get(f"{stem}.{ending}") for ending in self.endings if ending != own)
        return any(first is not None and first.day <= day for first in others)

    def enter_after(self, file: str, portal: str, occurrence: Occurrence) -> None:
        """Enter an event of the weeks after the day asked for; the withdrawal of the whole dataset has no file."""
        files = self.after.setdefault(portal, {})
        if _is_newer(occurrence, files.get(file)):
            files[file] = occurrence

    def withdraw(self, portal: str, occurrence: Occurrence) -> None:
        """Enter the withdrawal of the whole dataset from a portal, in the order of the ledger's lines."""
        if _is_newer(occurrence, self.withdrawals.get(portal)):
            self.withdrawals[portal] = occurrence

    @property
    def telling(self) -> Occurrence:
        """Return the event that says what the dataset is: this tool's newest, else a catalogue's, else its first.

        A catalogue's date is of its entry, and its words are older than that: they do not replace this tool's.
        """
        return self.newest_own or self.newest_catalogued or self.first

    @property
    def newest(self) -> Occurrence | None:
        """Return the newest publication or update up to the day asked for; ``None`` if there is none."""
        return max(filter(None, (self.newest_own, self.newest_catalogued)), key=_moment, default=None)

    @property
    def first(self) -> Occurrence:
        """Return the first occurrence of the file that came first; of one day's those of a catalogue go before."""
        day = min(map(_day, self.firsts.values()))
        return min((one for one in self.firsts.values() if one.day == day), key=lambda one: (one.own, one.line))

    def published(self) -> Iterator[str]:
        """Yield the names of the files that a portal has, once for each portal that has it."""
        return (file for file, _ in self.standing())

    def standing(self) -> Iterator[tuple[str, Occurrence]]:
        """Yield each file that a portal has with its last occurrence there, once for each portal that has it."""
        for portal, files in self.portals.items():
            whole = self.withdrawals.get(portal)
            for file, last in files.items():
                if not last.withdrawn and (whole is None or last.moment > whole.moment):
                    yield file, last

    def gone(self, file: str) -> str:
        """Return the day since which no portal has a file any more; empty while one has it or none ever had it.

        What happened in the weeks after the day asked for is regarded, too.
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
        """What last happened to a file on a portal, by an event of its own or of its dataset."""
        after = self.after.get(portal, {})
        own = after.get(file) or self.portals.get(portal, {}).get(file)
        whole = after.get("") or self.withdrawals.get(portal)
        return whole if own and whole and whole.moment > own.moment else own

    @property
    def withdrawn(self) -> bool:
        """Return whether it was on a portal up to the day asked for, and is on none any more."""
        return bool(self.portals) and next(self.published(), None) is None

    def catalogued(self, until: str) -> list[str]:
        """Return the names of the files of which only a catalogue's date is known, those up to a day first."""
        known = [file for file, first in self.firsts.items() if not first.own]
        return sorted(known, key=lambda file: self.firsts[file].day > until)


def _is_newer(occurrence: Occurrence, known: Occurrence | None) -> bool:
    """Compare days alone, since an event is entered after those of earlier lines."""
    return known is None or occurrence.day >= known.day
