"""Reading the ledger's file, and appending lines to it, each with the hash of the line before."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import locked, storage_guard
from meguro_opendata.ledger.entries import Entry, Event
from meguro_opendata.ledger.lines import (
    START,
    chained,
    entry_at,
    hash_of,
    hashes_of,
    is_blank,
    ledger_lines,
    load_line,
)
from meguro_opendata.ledger.trust import refuse_unverified

__all__ = [
    "START",
    "append_events",
    "chained",
    "enter_events",
    "entry_at",
    "hash_of",
    "hashes_of",
    "last_hash",
    "ledger_lines",
    "load_line",
    "read_entries",
    "read_ledger",
]

# The last line is looked for in pieces of 64 KiB from the file's end: a line has several hundred bytes, so that one
# read nearly always finds it, however long the ledger is.
_TAIL = 1 << 16


def read_ledger(path: Path) -> list[Event]:
    """Return every event of a ledger, in the order of its lines; an empty list if the file does not exist.

    Raises:
        MeguroOpendataError: If a line cannot be read; it is never skipped.
    """
    return [entry for _, entry in read_entries(path) if isinstance(entry, Event)]


def read_entries(path: Path) -> Iterator[tuple[int, Entry]]:
    """Yield every entry with the number of its line, from 1; blank lines count as lines.

    Raises:
        MeguroOpendataError: If a line cannot be read; it is never skipped.
    """
    for number, line, ended in ledger_lines(path):
        if not is_blank(line):
            yield number, entry_at(path, number, line, ended=ended)


def append_events(path: Path, events: Iterable[Entry]) -> int:
    """Write entries at the ledger's end, each chained to the line before, and return their number.

    The caller holds the lock. The chain is checked first: a ledger that was edited is refused, since every later
    figure would rest on the edit.

    Raises:
        MeguroOpendataError: If a line of the ledger was changed, or its last line cannot be read.
        StorageError: If the file cannot be written.
    """
    entries = list(events)
    if not entries:
        return 0
    trust = refuse_unverified(path)
    written = list(chained(entries, trust.head))
    with storage_guard(path), path.open("ab+") as file:
        # One write and one fsync for all entries: a kill can tear the last line only, which `ledger verify` finds.
        file.write(_missing_newline(file) + b"".join(written))
        file.flush()
        os.fsync(file.fileno())
    return len(written)


def enter_events(path: Path, events: Iterable[Entry]) -> int:
    """Take the ledger's lock, waiting for other writers, and append entries as :func:`append_events` does."""
    with locked(path):
        return append_events(path, events)


def last_hash(path: Path) -> str:
    """Return the hash of the last line, without reading the lines before it.

    Raises:
        MeguroOpendataError: If that line cannot be read.
    """
    if not path.exists() or not path.stat().st_size:
        return START
    with storage_guard(path), path.open("rb") as file:
        line, ended = _last_line(file)
    if is_blank(line):
        return START
    try:
        return str(load_line(path, 0, line, ended=ended)["hash"])
    except MeguroOpendataError as error:
        # The file was read from its end, so that the number of the line, which the message names, is counted only now.
        number = sum(1 for _ in ledger_lines(path))
        raise MeguroOpendataError(error.code, file=path, line=number) from None


def _last_line(file: IO[bytes]) -> tuple[bytes, bool]:
    """Return the last line that is not blank, without its newline, and whether a newline follows it."""
    size = file.seek(0, os.SEEK_END)
    tail, start = b"", size
    while start and tail.rstrip().find(b"\n") < 0:
        start = max(0, start - _TAIL)
        file.seek(start)
        tail = file.read(size - start)
    whole = tail.rstrip()
    return whole.rpartition(b"\n")[2], b"\n" in tail[len(whole) :]


def _missing_newline(file: IO[bytes]) -> bytes:
    """Return a newline if the file does not end with one, as after an editor that removed it; else nothing."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        return b""
    file.seek(size - 1)
    return b"" if file.read(1) == b"\n" else b"\n"
