"""The chain checked line by line, and what can be repaired without a copy: form, and a last line that a kill broke."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from meguro_opendata.files.whole import locked, storage_guard, write_synced
from meguro_opendata.ledger.lines import BOM, is_blank, ledger_lines
from meguro_opendata.ledger.trust import LineFault, check_ledger

__all__ = ["Check", "LineFault", "repair_ledger", "verify_ledger"]


@dataclass(frozen=True)
class Check:
    """What the check found.

    Attributes:
        lines: How many lines there are.
        faults: Each line that is not as it was written.
        head: The last line's hash: noted elsewhere, it shows later that nothing before it was changed.
        kept: Where a repair put the bytes that it took away.
        repaired: How many lines a repair put right, by the kind of their fault.
    """

    lines: int
    faults: tuple[LineFault, ...]
    head: str
    kept: Path | None = None
    repaired: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Return whether every line is as it was written."""
        return not self.faults


def verify_ledger(path: Path) -> Check:
    """Check every line and the chain; a ledger that is not there yet is whole.

    Raises:
        StorageError: If the file cannot be read.
    """
    trust = check_ledger(path, anew=True)
    return Check(trust.lines, tuple(sorted((*trust.faults, *trust.form), key=_line_of)), trust.head)


def repair_ledger(path: Path) -> Check:
    """Move what an editor or a kill left around the lines into ``<name>.torn`` beside the ledger, then check.

    That is a torn last line, byte order marks, blank lines and carriage returns; a missing last newline is put back.
    No other damage is touched: only a copy says what was written.

    Raises:
        StorageError: If a file cannot be written.
    """
    with locked(path):
        found = Counter(fault.kind for fault in verify_ledger(path).faults if fault.kind in _REPAIRED)
        kept = _set_aside(path) if found else None
        check = verify_ledger(path)
    return replace(check, kept=kept, repaired=dict(found))


_REPAIRED = frozenset({"torn", "bom", "blank", "crlf", "newline-missing"})


def _line_of(fault: LineFault) -> int:
    return fault.line


def _set_aside(path: Path) -> Path | None:
    """Append the bytes that do not belong to the file beside, then write the ledger without them, whole."""
    torn = {fault.line for fault in verify_ledger(path).faults if fault.kind == "torn"}
    lines: list[bytes] = []
    aside: list[bytes] = []
    for number, line, _ in ledger_lines(path):
        if number in torn or is_blank(line):
            aside.append(line + b"\n")
        else:
            bare = line.removeprefix(BOM).removesuffix(b"\r")
            lines.append(bare + b"\n")
            aside.append(line.replace(bare, b""))
    kept = path.with_name(f"{path.name}.torn")
    if any(aside):
        with storage_guard(path), kept.open("ab") as file:
            file.write(b"".join(aside))
            file.flush()
            os.fsync(file.fileno())
    write_synced(path, b"".join(lines))
    return kept if any(aside) else None
