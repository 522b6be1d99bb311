"""What a line of the ledger says: an event of a file, a recorded figure, or what is said later of other lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, get_type_hints

from meguro_opendata._version import __version__
from meguro_opendata.japan.calendar import JST

__all__ = [
    "ANNUL",
    "DATING",
    "FILE_EVENTS",
    "HARVESTED",
    "MERGE",
    "PUBLISH",
    "PUBLISHED",
    "RECORD",
    "SAME",
    "SUBMISSION",
    "UPDATE",
    "WITHDRAW",
    "Annulment",
    "Dating",
    "Entry",
    "Event",
    "Merge",
    "Record",
    "SameAs",
    "Submission",
    "entry_of",
    "filled",
    "japan_time",
]

PUBLISH, UPDATE, WITHDRAW = "publish", "update", "withdraw"
DATING, RECORD = "dating", "record"
SAME, ANNUL, SUBMISSION, MERGE = "same_as", "annul", "submission", "merge"
FILE_EVENTS = frozenset({PUBLISH, UPDATE, WITHDRAW})
PUBLISHED, HARVESTED = "published", "harvested"
TOOL = f"meguro-opendata {__version__}"


@dataclass(frozen=True)
class Event:
    """One thing that happened to one published file, or the withdrawal of a whole dataset.

    Attributes:
        event: ``publish`` (the file's first time on this portal), ``update`` or ``withdraw``.
        time: ISO 8601 in Japan's time.
        dataset: The slug; for a catalogue's dataset its name there, without the municipality's code.
        resource: The file's name; empty in the ``withdraw`` of a whole dataset, which takes all its files off this
            portal and lasts until the dataset is published there anew.
        standard: Id and version, or ``None``.
        rows: Rows of the file, ``None`` if they are not known.
        sha256: Its checksum, empty if it is not known.
        origin: ``published`` (by this tool, once the portal confirmed) or ``harvested`` (from a catalogue's own dates).
        title: The dataset's title.
        theme: Its group in the catalogue.
        frequency: How often it is updated, as declared.
        approval: The number of the decision that allowed it, ``None`` if there is none.
        resource_id: The portal's id of the file, once the portal had confirmed it; empty if it is not known.
        entered: When a harvested event was entered, since its ``time`` is the catalogue's; empty in older lines.
    """

    event: str
    time: str
    portal: str
    dataset: str
    resource: str
    standard: str | None
    department: str
    rows: int | None
    sha256: str
    tool: str = TOOL
    origin: str = PUBLISHED
    title: str = ""
    theme: str = ""
    frequency: str = ""
    approval: str | None = None
    resource_id: str = ""
    entered: str = ""


@dataclass(frozen=True)
class Dating:
    """When a dataset, or one of its files, was first published, with the evidence for it.

    Attributes:
        time: When this was entered.
        resource: The file; empty for the dataset and all its files that a catalogue's dates brought in.
        first: The day of the first publication, ``YYYY-MM-DD``.
    """

    time: str
    dataset: str
    resource: str
    first: str
    evidence: str
    recorder: str
    event: str = DATING
    tool: str = TOOL


@dataclass(frozen=True)
class Record:
    """A figure that a person records.

    Attributes:
        time: When this was entered.
        day: The day that the figure is about, ``YYYY-MM-DD``.
        evidence: An address, a document's number or a file with its checksum.
    """

    time: str
    indicator: str
    value: float | int
    unit: str
    day: str
    evidence: str
    recorder: str
    note: str = ""
    event: str = RECORD
    tool: str = TOOL


@dataclass(frozen=True)
class SameAs:
    """A dataset, or one of its files, continues an earlier one: it was renamed, moved, split off or merged.

    What continues another is new in no year; the earlier one stays new in its own.

    Attributes:
        time: When this was entered.
        dataset: The dataset as it is called since.
        former: The dataset that it continues.
        resource: The file; empty for the whole dataset.
        former_resource: The file that it continues; empty for the whole dataset.
    """

    time: str
    dataset: str
    former: str
    reason: str
    recorder: str
    resource: str = ""
    former_resource: str = ""
    event: str = SAME
    tool: str = TOOL


@dataclass(frozen=True)
class Annulment:
    """A line that was entered by mistake, or with a wrong time; the line itself stays.

    Attributes:
        time: When this was entered.
        target: The ``hash`` of the line, which stays the same when ledgers are merged.
        line: The number of the line when this was entered, for people.
        at: The time at which it really happened, where only the time was wrong; else empty, and it never happened.
    """

    time: str
    target: str
    line: int
    reason: str
    recorder: str
    at: str = ""
    event: str = ANNUL
    tool: str = TOOL


@dataclass(frozen=True)
class Submission:
    """The figures of a quarter were handed in; ``previous`` of this line is the ledger's head at that moment.

    Attributes:
        time: When.
        quarter: Fiscal year and quarter, ``2025Q2``.
        approval: The number of the decision.
        figures: SHA-256 of the figures that were handed in.
        as_of: The day up to whose end they were counted, ``YYYY-MM-DD``.
        version: 1 for the first submission of the quarter; a revision has the next number.
        reason: Why it was revised; empty for the first one.
    """

    time: str
    quarter: str
    approval: str
    figures: str
    recorder: str
    as_of: str = ""
    version: int = 1
    reason: str = ""
    event: str = SUBMISSION
    tool: str = TOOL


@dataclass(frozen=True)
class Merge:
    """The ledgers of two computers were made one; the lines after the fork were chained anew.

    Attributes:
        time: When.
        head: The head of this computer's ledger.
        other: The other's; several with a blank between them.
        fork: The hash of the last line that both had.
    """

    time: str
    head: str
    other: str
    fork: str
    recorder: str
    event: str = MERGE
    tool: str = TOOL


Entry = Event | Dating | Record | SameAs | Annulment | Submission | Merge
_KINDS: Mapping[str, Callable[..., Entry]] = {
    **dict.fromkeys(FILE_EVENTS, Event),
    DATING: Dating,
    RECORD: Record,
    SAME: SameAs,
    ANNUL: Annulment,
    SUBMISSION: Submission,
    MERGE: Merge,
}
_DAYS = ("first", "day")


def japan_time(moment: datetime | None = None) -> str:
    """Return a moment (default: now) as the ledger writes it.

    >>> japan_time(datetime(2026, 3, 31, 15, 0, tzinfo=UTC))
    '2026-04-01T00:00:00+09:00'
    """
    return (moment or datetime.now(UTC)).astimezone(JST).isoformat(timespec="seconds")


def filled(entry: Entry) -> dict[str, Any]:
    """Return an entry as the keys of a line; what may be left out, and is empty, is left out."""
    optional = {field.name for field in fields(entry) if field.default is not MISSING}
    return {name: value for name, value in asdict(entry).items() if value not in (None, "") or name not in optional}


def entry_of(loaded: Mapping[str, Any]) -> Entry:
    """Return the entry that a line says; keys that it does not know are left alone.

    Raises:
        KeyError: If a key is missing, or the kind of event is unknown.
        TypeError: If a value is of another kind.
        ValueError: If a time or day cannot be read, or a time has no offset.

    >>> entry_of({"event": "moved"})
    Traceback (most recent call last):
    KeyError: 'moved'
    """
    kind = _KINDS[loaded["event"]]
    values = {name: loaded[name] for name, (_, required) in _shape(kind).items() if required or name in loaded}
    for name, value in values.items():
        if not isinstance(value, _shape(kind)[name][0]) or isinstance(value, bool):
            raise TypeError(name)
        if name in _DAYS:
            date.fromisoformat(value)
    if datetime.fromisoformat(loaded["time"]).tzinfo is None:
        raise ValueError("time")
    return kind(**values)


@cache
def _shape(kind: Callable[..., Entry]) -> dict[str, tuple[Any, bool]]:
    """Return the type of each key, and whether it has to be there."""
    hints = get_type_hints(kind)
    return {field.name: (hints[field.name], field.default is MISSING) for field in fields(kind)}  # type: ignore[arg-type]
