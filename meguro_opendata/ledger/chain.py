"""The file: lines that are written once, at the end, each with the hash of the one before."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import locked, sha256, storage_guard
from meguro_opendata.ledger.entries import Entry, Event, entry_of, filled

__all__ = [
    "START",
    "append_events",
    "enter_events",
    "entry_at",
    "hash_of",
    "ledger_lines",
    "load_line",
    "read_entries",
    "read_ledger",
]

START = "0" * 64
_TAIL = 1 << 16


def read_ledger(path: Path) -> list[Event]:
    """Every event of a file in its order; none if there is no ledger yet.

    Raises:
        MeguroOpendataError: If a line cannot be read; it is never skipped.
    """
    return [entry for _, entry in read_entries(path) if isinstance(entry, Event)]


def read_entries(path: Path) -> Iterator[tuple[int, Entry]]:
    """Every entry with the number of its line, from 1.

    Raises:
        MeguroOpendataError: If a line cannot be read; it is never skipped.
    """
    for number, line, ended in ledger_lines(path):
        yield number, entry_at(path, number, line, ended=ended)


def append_events(path: Path, events: Iterable[Entry]) -> int:
    """Write entries at the end, each chained to the line before; returns how many. The caller holds the lock.

    Raises:
        MeguroOpendataError: If the ledger's last line cannot be read.
        StorageError: If it cannot be written.
    """
    written = list(_chained(events, _last_hash(path)))
    if written:
        with storage_guard(path), path.open("ab+") as file:
            file.write(_missing_newline(file) + b"".join(written))
            file.flush()
            os.fsync(file.fileno())
    return len(written)


def enter_events(path: Path, events: Iterable[Entry]) -> int:
    """As :func:`append_events`, waiting for other writers to finish."""
    with locked(path):
        return append_events(path, events)


def hash_of(body: Mapping[str, Any]) -> str:
    """The checksum of a line: of everything in it but the checksum itself, keys sorted.

    >>> hash_of({"a": 1, "hash": "x"}) == hash_of({"a": 1})
    True
    """
    bare = {name: value for name, value in body.items() if name != "hash"}
    return sha256(json.dumps(bare, ensure_ascii=False, sort_keys=True).encode("utf-8"))


def ledger_lines(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Each line without its newline: its number, its bytes, and whether its newline is there; nothing if no file is."""
    if not path.exists():
        return
    with storage_guard(path), path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            bare = line.removesuffix(b"\n")
            yield number, bare, bare != line


def load_line(path: Path, number: int, line: bytes, *, ended: bool = True) -> dict[str, Any]:
    """What a line holds.

    Raises:
        MeguroOpendataError: ``ledger-torn`` for a last line that breaks off, else ``ledger-broken``.
    """
    try:
        loaded = json.loads(line.decode("utf-8"))
        if b"\\ud" in line.lower():  # half of a sign, which no file can be written with
            json.dumps(loaded, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        loaded = None
    if isinstance(loaded, dict) and isinstance(loaded.get("hash"), str):
        return loaded
    if not ended:
        raise MeguroOpendataError("ledger-torn", file=path, line=number)
    raise MeguroOpendataError("ledger-broken", file=path, line=number)


def entry_at(path: Path, number: int, line: bytes, *, ended: bool = True) -> Entry:
    """The entry that a line says.

    Raises:
        MeguroOpendataError: If it says none.
    """
    try:
        return entry_of(load_line(path, number, line, ended=ended))
    except (KeyError, TypeError, ValueError):
        raise MeguroOpendataError("ledger-broken", file=path, line=number) from None


def _last_hash(path: Path) -> str:
    """The hash of the last line, which is read from the file's end; the lines before it are not looked at."""
    if not path.exists() or not path.stat().st_size:
        return START
    with storage_guard(path), path.open("rb") as file:
        line, ended = _last_line(file)
    try:
        return str(load_line(path, 0, line, ended=ended)["hash"])
    except MeguroOpendataError as error:
        number = sum(1 for _ in ledger_lines(path))
        raise MeguroOpendataError(error.code, file=path, line=number) from None


def _last_line(file: IO[bytes]) -> tuple[bytes, bool]:
    """The last line without its newline, and whether the newline is there."""
    size = file.seek(0, os.SEEK_END)
    tail, start = b"", size
    while start and tail.rstrip(b"\n").find(b"\n") < 0:
        start = max(0, start - _TAIL)
        file.seek(start)
        tail = file.read(size - start)
    ended = tail.endswith(b"\n")
    return tail.removesuffix(b"\n").rpartition(b"\n")[2], ended


def _missing_newline(file: IO[bytes]) -> bytes:
    """The newline that an editor may have taken from the last line."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        return b""
    file.seek(size - 1)
    return b"" if file.read(1) == b"\n" else b"\n"


def _chained(events: Iterable[Entry], previous: str) -> Iterator[bytes]:
    for event in events:
        body = {**filled(event), "previous": previous}
        previous = hash_of(body)
        yield (json.dumps({**body, "hash": previous}, ensure_ascii=False) + "\n").encode("utf-8")
