"""The chain checked line by line, and the one damage that is mended here: a last line that a kill broke off."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import locked, storage_guard
from meguro_opendata.ledger.chain import START, entry_at, hash_of, ledger_lines, load_line

__all__ = ["Check", "LineFault", "repair_ledger", "verify_ledger"]


@dataclass(frozen=True)
class LineFault:
    """One line that is not as it was written.

    Attributes:
        kind: ``unreadable``, ``edited`` (its hash is not that of what it says), ``unchained`` (the line before is not
            the one that it was written after: lines were removed, moved or put in) or ``torn`` (it breaks off).
    """

    line: int
    kind: str


@dataclass(frozen=True)
class Check:
    """What the check found.

    Attributes:
        lines: How many lines there are.
        head: The last line's hash: noted elsewhere, it shows later that nothing before it was changed.
        kept: Where a repair put the torn line's bytes.
    """

    lines: int
    faults: tuple[LineFault, ...]
    head: str
    kept: Path | None = None

    @property
    def whole(self) -> bool:
        """Whether every line is as it was written."""
        return not self.faults


def verify_ledger(path: Path) -> Check:
    """Check every line and the chain; a ledger that is not there yet is whole.

    Raises:
        StorageError: If the file cannot be read.
    """
    faults: list[LineFault] = []
    previous, number = START, 0
    for number, line, ended in ledger_lines(path):
        fault, previous = _checked(path, number, line, previous, ended=ended)
        if fault:
            faults.append(LineFault(number, fault))
    return Check(number, tuple(faults), previous)


def repair_ledger(path: Path) -> Check:
    """Move a torn last line into ``<name>.torn`` beside the ledger, then check; no other damage is touched.

    Raises:
        StorageError: If a file cannot be written.
    """
    with locked(path):
        torn = next((fault for fault in verify_ledger(path).faults if fault.kind == "torn"), None)
        kept = _set_aside(path) if torn else None
        check = verify_ledger(path)
    return Check(check.lines, check.faults, check.head, kept)


def _checked(path: Path, number: int, line: bytes, previous: str, *, ended: bool) -> tuple[str | None, str]:
    """What is wrong with a line, and the hash that the next one has to name."""
    try:
        loaded = load_line(path, number, line, ended=ended)
        entry_at(path, number, line)
    except MeguroOpendataError as error:
        return ("torn" if error.code == "ledger-torn" else "unreadable"), previous
    stated = str(loaded["hash"])
    if loaded.get("previous") != previous:
        return "unchained", stated
    return (None if hash_of(loaded) == stated else "edited"), stated


def _set_aside(path: Path) -> Path:
    """Append the bytes after the last newline to the file beside, then cut them off."""
    kept = path.with_name(f"{path.name}.torn")
    with storage_guard(path):
        *_, (_, torn, _) = ledger_lines(path)
        with kept.open("ab") as aside:
            aside.write(torn + b"\n")
            aside.flush()
            os.fsync(aside.fileno())
        with path.open("rb+") as file:
            file.truncate(path.stat().st_size - len(torn))
    return kept
