"""The check that the ledger is as it was written; only lines after the verified head are checked one by one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import storage_guard
from meguro_opendata.ledger.entries import entry_of
from meguro_opendata.ledger.kepthead import Kept, believed, keep
from meguro_opendata.ledger.lines import BOM, START, hash_of, is_blank, ledger_lines, load_line
from meguro_opendata.packaged import packaged_toml

__all__ = [
    "FORM",
    "LineFault",
    "Trust",
    "check_ledger",
    "refuse_unverified",
]

# The ways in which a program writes JSON: with or without blanks after signs, with or without escapes. A line that was
# pretty-printed, or in which a sign was replaced by an equal one, is in none of them, although its hash still fits.
_SPELLINGS = tuple(
    json.JSONEncoder(ensure_ascii=ascii_only, separators=separators)
    for separators in ((", ", ": "), (",", ":"))
    for ascii_only in (False, True)
)

# Marks and blanks that an editor leaves around the lines. No content is lost, so that figures still count.
FORM = frozenset({"bom", "blank", "crlf", "newline-missing"})


@dataclass(frozen=True)
class LineFault:
    """One line that is not as it was written.

    Attributes:
        line: The number of the line.
        kind: ``unreadable``, ``edited`` (its hash is not that of its content), ``respelled`` (the same content in other
            bytes), ``unchained`` (it does not follow the line before it: lines were removed, moved or inserted),
            ``forked`` (it follows an earlier line, as another computer wrote it) or ``torn`` (it breaks off); or one
            of :data:`FORM`.
    """

    line: int
    kind: str


@dataclass(frozen=True)
class Trust:
    """The result of checking a ledger's lines.

    Attributes:
        lines: Number of lines, blank ones included.
        head: The hash of the last line. Noted elsewhere, it proves later that no line before it was changed.
        faults: Lines whose content or order is not as it was written.
        form: Lines with blanks and marks around them, whose content is complete.
        kept: Number of lines that the verified head covered, so that they were not checked one by one.
    """

    lines: int
    head: str
    faults: tuple[LineFault, ...] = ()
    form: tuple[LineFault, ...] = ()
    kept: int = 0

    @property
    def verified(self) -> bool:
        """Return whether the content of every line is as it was written."""
        return not self.faults


def check_ledger(path: Path, *, anew: bool = False) -> Trust:
    """Check the ledger's lines from the verified head on; a ledger that does not exist yet has no faults.

    Args:
        path: The ledger.
        anew: Check every line, and ignore the verified head.

    Raises:
        StorageError: If the file cannot be read.
    """
    if not path.exists():
        return Trust(0, START)
    with storage_guard(path), path.open("rb") as file:
        kept, digest = (None, hashlib.sha256()) if anew else believed(path, file)
        before = kept or Kept(0, 0, START, "")
        file.seek(before.bytes)
        walk = _Walk(path, before.head, before.lines)
        size = before.bytes
        for line in file:
            digest.update(line)
            size += len(line)
            walk.take(line)
    trust = Trust(walk.number, walk.head, _named_forks(path, walk.faults), tuple(walk.form), before.lines)
    fresh = Kept(trust.lines, size, trust.head, digest.hexdigest())
    # A head is kept only for lines without any fault: the next check starts after it, and would not see the fault.
    if not (trust.faults or trust.form) and trust.lines - before.lines >= _settings()["keep_after"]:
        keep(path, fresh)
    return trust


def refuse_unverified(path: Path, *, torn: bool = False) -> Trust:
    """Check a ledger before an entry is appended, and return the result of the check.

    Args:
        path: The ledger.
        torn: Accept a torn last line, which the recovery of a publication completes.

    Raises:
        MeguroOpendataError: ``ledger-changed``, ``ledger-broken``, ``ledger-forked`` or ``ledger-torn``, with the line.
    """
    trust = check_ledger(path)
    faults = [fault for fault in trust.faults if not (torn and fault.kind == "torn")]
    for fault in faults:
        _refuse(path, fault, len(faults))
    return trust


def _refuse(path: Path, fault: LineFault, count: int) -> NoReturn:
    match fault.kind:
        case "unreadable":
            raise MeguroOpendataError("ledger-broken", file=path, line=fault.line)
        case "torn":
            raise MeguroOpendataError("ledger-torn", file=path, line=fault.line)
        case "forked":
            raise MeguroOpendataError("ledger-forked", file=path, line=fault.line, count=count)
    raise MeguroOpendataError("ledger-changed", file=path, line=fault.line, count=count)


class _Walk:
    """The check of a ledger's lines, one after the other."""

    def __init__(self, path: Path, head: str, number: int) -> None:
        """Start after a line whose hash (``head``) and number are known to be right."""
        self._path = path
        self.head, self.number = head, number
        self.faults: list[LineFault] = []
        self.form: list[LineFault] = []

    def take(self, line: bytes) -> None:
        """Check the next line, with its newline if it has one."""
        self.number += 1
        bare = line.removesuffix(b"\n")
        if is_blank(bare):
            self._note("blank")
            return
        if bare.endswith(b"\r"):
            bare = bare.removesuffix(b"\r")
            self._note("crlf")
        if bare.startswith(BOM):
            bare = bare.removeprefix(BOM)
            self._note("bom")
        if self._take_content(bare, ended=line.endswith(b"\n")) and not line.endswith(b"\n"):
            self._note("newline-missing")

    def _take_content(self, line: bytes, *, ended: bool) -> bool:
        """Check the content of a line, and return whether it can be read."""
        try:
            loaded = load_line(self._path, self.number, line, ended=ended)
            entry_of(loaded)
        except MeguroOpendataError as error:
            self.faults.append(LineFault(self.number, "torn" if error.code == "ledger-torn" else "unreadable"))
            return False
        except (KeyError, TypeError, ValueError):
            self.faults.append(LineFault(self.number, "unreadable"))
            return False
        kind = _content_fault(loaded, line, self.head)
        if kind:
            self.faults.append(LineFault(self.number, kind))
        self.head = str(loaded["hash"])
        return True

    def _note(self, kind: str) -> None:
        self.form.append(LineFault(self.number, kind))


def _content_fault(loaded: dict[str, Any], line: bytes, previous: str) -> str:
    """Return the fault of a readable line: of its place, its content or its spelling; an empty text without a fault."""
    # The chain comes first: a line that was moved here is whole in itself, so that its own hash still fits.
    if loaded.get("previous") != previous:
        return "unchained"
    if hash_of(loaded) != loaded["hash"]:
        return "edited"
    return "" if _is_spelled(loaded, line) else "respelled"


def _named_forks(path: Path, faults: list[LineFault]) -> tuple[LineFault, ...]:
    """Return faults, with ``forked`` instead of ``unchained`` if every line follows some earlier line.

    Two computers that write to copies of one ledger, which a shared folder then puts together, leave such lines.
    ``ledger merge`` can repair them, but only if there is no other fault.
    """
    # Any other fault means that lines were edited, which a merge must not make part of a new chain.
    if not faults or any(fault.kind != "unchained" for fault in faults):
        return tuple(faults)
    attached = {START}
    for number, line, ended in ledger_lines(path):
        if is_blank(line):
            continue
        loaded = load_line(path, number, line, ended=ended)
        if str(loaded.get("previous")) not in attached or hash_of(loaded) != loaded["hash"]:
            return tuple(faults)
        attached.add(str(loaded["hash"]))
    return tuple(LineFault(fault.line, "forked") for fault in faults)


def _is_spelled(loaded: dict[str, Any], line: bytes) -> bool:
    """Return whether a line has the bytes that a program writes; a tab instead of a blank is a change, too."""
    return any(spelling.encode(loaded).encode("utf-8") == line for spelling in _SPELLINGS)


def _settings() -> dict[str, Any]:
    found: dict[str, Any] = packaged_toml(__package__, "ledger.toml")["verified"]
    return found
