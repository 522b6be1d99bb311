"""The append-only history of publications: JSON Lines, each line chained to the one before by hash."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import IO, Any

from meguro_opendata._version import __version__
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files import sha256, storage_guard

__all__ = ["JST", "Event", "append_events", "japan_time", "read_ledger"]

JST = timezone(timedelta(hours=9), "JST")
_START = "0" * 64


@dataclass(frozen=True)
class Event:
    """One thing that happened to one published file.

    Attributes:
        event: ``publish`` (the file's first time on this portal), ``update`` or ``remove``.
        time: ISO 8601 in Japan's time.
        dataset: The slug.
        resource: The file's name.
        standard: Id and version, or ``None``.
        approval: The number of the document that approved the publication, or ``None``.
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
    tool: str = f"meguro-opendata {__version__}"
    approval: str | None = None


def japan_time(moment: datetime | None = None) -> str:
    """A moment (default: now) as the ledger writes it.

    >>> japan_time(datetime(2026, 3, 31, 15, 0, tzinfo=UTC))
    '2026-04-01T00:00:00+09:00'
    """
    return (moment or datetime.now(UTC)).astimezone(JST).isoformat(timespec="seconds")


def read_ledger(path: Path) -> list[Event]:
    """Every event in its order; none if there is no ledger yet.

    Raises:
        MeguroOpendataError: If a line cannot be read; it is never skipped.
    """
    return [_event(path, number, line) for number, line in enumerate(_lines(path), start=1)]


def append_events(path: Path, events: Iterable[Event]) -> int:
    """Write events at the end, each chained to the line before; returns how many. The caller holds the lock.

    Raises:
        MeguroOpendataError: If the ledger cannot be read.
        StorageError: If it cannot be written.
    """
    lines = _lines(path)
    previous = str(_loaded(path, len(lines), lines[-1])["hash"]) if lines else _START
    written = list(_chained(events, previous))
    if written:
        with storage_guard(path), path.open("ab+") as file:
            file.write((_missing_newline(file) + "".join(written)).encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
    return len(written)


def _missing_newline(file: IO[bytes]) -> str:
    """The newline that an editor may have taken from the last line."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        return ""
    file.seek(size - 1)
    return "" if file.read(1) == b"\n" else "\n"


def _chained(events: Iterable[Event], previous: str) -> Iterator[str]:
    for event in events:
        body = {**_written(event), "previous": previous}
        previous = sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode("utf-8"))
        yield json.dumps({**body, "hash": previous}, ensure_ascii=False) + "\n"


def _written(event: Event) -> dict[str, Any]:
    """An event's parts; an approval stands only where there is one."""
    return {name: value for name, value in asdict(event).items() if name != "approval" or value is not None}


def _lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    with storage_guard(path):
        raw = path.read_bytes()
    try:
        return raw.decode("utf-8").removesuffix("\n").split("\n") if raw else []
    except UnicodeDecodeError as error:
        raise MeguroOpendataError("ledger-broken", file=path, line=raw[: error.start].count(b"\n") + 1) from None


def _event(path: Path, number: int, line: str) -> Event:
    loaded = _loaded(path, number, line)
    try:
        parts = {name: loaded[name] for name in Event.__dataclass_fields__ if name != "approval"}
        event = Event(**parts, approval=loaded.get("approval"))
        datetime.fromisoformat(event.time).astimezone(JST)
    except (KeyError, TypeError, ValueError):
        raise MeguroOpendataError("ledger-broken", file=path, line=number) from None
    texts = (event.event, event.portal, event.dataset, event.resource, event.department, event.sha256)
    if not all(isinstance(text, str) for text in texts) or not isinstance(event.standard, str | None):
        raise MeguroOpendataError("ledger-broken", file=path, line=number)
    return event


def _loaded(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        loaded = json.loads(line)
    except (ValueError, RecursionError):
        loaded = None
    if not isinstance(loaded, dict) or "hash" not in loaded:
        raise MeguroOpendataError("ledger-broken", file=path, line=number)
    return loaded
