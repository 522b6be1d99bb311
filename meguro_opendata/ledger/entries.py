"""The kinds of ledger entries: events of files, datings, recorded figures, corrections, submissions and merges."""

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
    """The publication, update or withdrawal of one file, or the withdrawal of a whole dataset.

    Attributes:
        event: ``publish`` (the file's first time on this portal), ``update`` or ``withdraw``.
        time: ISO 8601 in Japan's time.
        portal: The portal's name in ``opendata.toml``, or the name under which a catalogue was imported.
        dataset: The slug; for a catalogue's dataset its name there, without the municipality's code.
        resource: The file's name; empty in the ``withdraw`` of a whole dataset, which removes all its files from this
            portal and lasts until the dataset is published there again.
        standard: Id and version of the standard, or ``None``.
        department: The department that owns the dataset.
        rows: Number of rows of the file; ``None`` if it is not known.
        sha256: Checksum of the file; empty if it is not known.
        tool: Name and version of the program that wrote the line.
        origin: ``published`` (by this tool, after the portal confirmed it) or ``harvested`` (from a catalogue).
        title: The dataset's title.
        theme: The dataset's group in the catalogue.
        frequency: The declared update frequency.
        approval: The number of the decision that allowed the publication; ``None`` without one.
        resource_id: The portal's id of the file, as the portal confirmed it; empty if it is not known.
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
    """The day on which a dataset, or one of its files, was first published, with the evidence for that day.

    Attributes:
        time: When the entry was written.
        resource: The file; empty for the dataset and for all its files of which only a catalogue's date is known.
        first: The day of the first publication, ``YYYY-MM-DD``.
        evidence: An address, a document's number or a file with its checksum.
        recorder: The person who entered it.
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
    """A figure of an indicator that a person recorded by hand.

    Attributes:
        time: When the entry was written.
        day: The day that the figure is about, ``YYYY-MM-DD``.
        evidence: An address, a document's number or a file with its checksum.
        recorder: The person who entered it.
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
    """The statement that a dataset or file continues an earlier one: it was renamed, moved, split off or merged.

    The continuation counts as new in no year; the earlier dataset or file stays new in its own year.

    Attributes:
        time: When the entry was written.
        dataset: The dataset under its later name.
        former: The dataset that it continues.
        resource: The later file; empty for the whole dataset.
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
    """The statement that a line was entered by mistake, or with a wrong time; the line itself stays in the file.

    Attributes:
        time: When the entry was written.
        target: The ``hash`` of the annulled line. A merge of ledgers changes line numbers, but not this hash.
        line: The number of the annulled line when this entry was written, for human readers.
        at: The right time of the event, if only its time was wrong; empty if the event never happened.
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
    """The statement that the figures of a quarter were handed in.

    The line's ``previous`` is the ledger's head at that moment, which fixes the lines that were counted.

    Attributes:
        time: When the figures were handed in.
        quarter: Fiscal year and quarter, ``2025Q2``.
        approval: The number of the decision.
        figures: SHA-256 of the figures that were handed in.
        as_of: The last day that was counted, ``YYYY-MM-DD``.
        version: 1 for the first submission of the quarter; a revision has the next number.
        reason: The reason of the revision; empty for the first submission.
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
    """The statement that the ledgers of two computers were merged, and the lines after the fork chained anew.

    Attributes:
        time: When they were merged.
        head: The head of this computer's ledger before the merge.
        other: The head of the other ledger; several heads are separated by a blank.
        fork: The hash of the last line that both ledgers had.
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
# The keys that hold a day without a time. They are parsed when a line is read, so that a figure never fails later.
_DAYS = ("first", "day")


def japan_time(moment: datetime | None = None) -> str:
    """Return a moment (default: now) as the ledger writes it.

    >>> japan_time(datetime(2026, 3, 31, 15, 0, tzinfo=UTC))
    '2026-04-01T00:00:00+09:00'
    """
    return (moment or datetime.now(UTC)).astimezone(JST).isoformat(timespec="seconds")


def filled(entry: Entry) -> dict[str, Any]:
    """Return the keys and values of an entry's line, without empty optional ones."""
    optional = {field.name for field in fields(entry) if field.default is not MISSING}
    return {name: value for name, value in asdict(entry).items() if value not in (None, "") or name not in optional}


def entry_of(loaded: Mapping[str, Any]) -> Entry:
    """Return the entry of a line's keys; unknown keys are ignored, so that lines of a later version can be read.

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
        # In Python True is an int: without the second condition `"rows": true` would count as one row.
        if not isinstance(value, _shape(kind)[name][0]) or isinstance(value, bool):
            raise TypeError(name)
        if name in _DAYS:
            date.fromisoformat(value)
    # Without an offset the fiscal year is unknown: 31 March 15:00 UTC is 1 April in Japan.
    if datetime.fromisoformat(loaded["time"]).tzinfo is None:
        raise ValueError("time")
    return kind(**values)


@cache
def _shape(kind: Callable[..., Entry]) -> dict[str, tuple[Any, bool]]:
    """Return the type of each key of a kind of entry, and whether the key is required."""
    hints = get_type_hints(kind)
    return {field.name: (hints[field.name], field.default is MISSING) for field in fields(kind)}  # type: ignore[arg-type]
