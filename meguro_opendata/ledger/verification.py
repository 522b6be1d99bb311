"""The check of every ledger line (``ledger verify``), and the repair of damage that loses no content.

Repairable are marks and blanks that an editor left around lines, and a last line that a kill broke off.
"""

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
    """The result of a check.

    Attributes:
        lines: Number of lines.
        faults: Each line that is not as it was written.
        head: The last line's hash. Noted elsewhere, it proves later that no line before it was changed.
        kept: The file to which a repair moved the bytes that it removed.
        repaired: Number of repaired lines by the kind of their fault.
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
    """Check every line and the chain; a ledger that does not exist yet has no faults.

    Raises:
        StorageError: If the file cannot be read.
    """
    trust = check_ledger(path, anew=True)
    return Check(trust.lines, tuple(sorted((*trust.faults, *trust.form), key=_line_of)), trust.head)


def repair_ledger(path: Path) -> Check:
    """Move a torn last line, byte order marks, blank lines and carriage returns into ``<name>.torn``, then check.

    A missing last newline is added. Other damage is not touched, since only a copy of the ledger shows the original.

    Raises:
        StorageError: If a file cannot be written.
    """
    with locked(path):
        found = Counter(fault.kind for fault in verify_ledger(path).faults if fault.kind in _REPAIRED)
        kept = _set_aside(path) if found else None
        check = verify_ledger(path)
    return replace(check, kept=kept, repaired=dict(found))


# Faults that lose no entry. A torn line was never confirmed to the user, and `publish` enters it again.
_REPAIRED = frozenset({"torn", "bom", "blank", "crlf", "newline-missing"})


def _line_of(fault: LineFault) -> int:
    return fault.line


def _set_aside(path: Path) -> Path | None:
    """Append the bytes that do not belong to the ledger to ``<name>.torn``, then write the ledger without them.

    The removed bytes are on the disk before the ledger is replaced, so that a kill between the two loses nothing.
    """
    torn = {fault.line for fault in verify_ledger(path).faults if fault.kind == "torn"}
    lines: list[bytes] = []
    aside: list[bytes] = []
    for number, line, _ in ledger_lines(path):
        # Everything that is removed goes to the other file, blank lines too: the two together are the old ledger.
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
