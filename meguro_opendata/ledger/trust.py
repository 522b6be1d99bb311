"""Whether the ledger is as it was written, at next to no cost: only lines after the kept head are read one by one."""

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

_SPELLINGS = tuple(
    json.JSONEncoder(ensure_ascii=ascii_only, separators=separators)
    for separators in ((", ", ": "), (",", ":"))
    for ascii_only in (False, True)
)

# What an editor leaves around the lines. Nothing of what they say is lost, so that figures still count.
FORM = frozenset({"bom", "blank", "crlf", "newline-missing"})


@dataclass(frozen=True)
class LineFault:
    """One line that is not as it was written.

    Attributes:
        kind: ``unreadable``, ``edited`` (its hash is not that of what it says), ``respelled`` (it says the same in
            other bytes), ``unchained`` (the line before is not the one that it was written after: lines were removed,
            moved or put in), ``forked`` (it follows an earlier line, as another computer wrote it) or ``torn`` (it
            breaks off); or one of :data:`FORM`.
    """

    line: int
    kind: str


@dataclass(frozen=True)
class Trust:
    """What is known of a ledger's lines.

    Attributes:
        lines: How many there are, blank ones included.
        head: The hash of the last line: noted elsewhere, it shows later that nothing before it was changed.
        faults: Lines whose content or order is not as it was written.
        form: Blanks and marks around lines, by which nothing is lost.
        kept: How many lines the kept head vouched for.
    """

    lines: int
    head: str
    faults: tuple[LineFault, ...] = ()
    form: tuple[LineFault, ...] = ()
    kept: int = 0

    @property
    def verified(self) -> bool:
        """Return whether everything that the lines say is as it was written."""
        return not self.faults


def check_ledger(path: Path, *, anew: bool = False) -> Trust:
    """Check the ledger from its verified head on; one that is not there yet is as it was written.

    Args:
        path: The ledger.
        anew: Check every line, whatever head is kept.

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
    if not (trust.faults or trust.form) and trust.lines - before.lines >= _settings()["keep_after"]:
        keep(path, fresh)
    return trust


def refuse_unverified(path: Path, *, torn: bool = False) -> Trust:
    """Return what is known of a ledger that something is to be appended to.

    Args:
        path: The ledger.
        torn: Let a torn last line pass, which the recovery of a publication completes.

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
    """The lines of a ledger, checked one after the other."""

    def __init__(self, path: Path, head: str, number: int) -> None:
        """Begin after a verified line."""
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
        """Check what a line says; return whether it can be read."""
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
    """Return what is wrong with a line that can be read: its place, what it says, how it is written; else nothing."""
    if loaded.get("previous") != previous:
        return "unchained"
    if hash_of(loaded) != loaded["hash"]:
        return "edited"
    return "" if _is_spelled(loaded, line) else "respelled"


def _named_forks(path: Path, faults: list[LineFault]) -> tuple[LineFault, ...]:
    """Return faults, in which lines that follow an earlier line are named as such, if that is all that is wrong.

    Two computers that write to copies of one ledger, which a shared folder then puts together, leave such lines.
    """
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
    """Return whether a line is written as a program writes JSON: a blank for a tab is a change, too."""
    return any(spelling.encode(loaded).encode("utf-8") == line for spelling in _SPELLINGS)


def _settings() -> dict[str, Any]:
    found: dict[str, Any] = packaged_toml(__package__, "ledger.toml")["verified"]
    return found
