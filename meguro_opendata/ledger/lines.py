"""One line of the file: what it holds, its hash, and the blanks and marks that an editor may have left around it."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.jsontext import parsed_json
from meguro_opendata.files.whole import sha256, storage_guard
from meguro_opendata.ledger.entries import Entry, entry_of, filled

__all__ = [
    "BOM",
    "START",
    "chained",
    "chained_line",
    "entry_at",
    "hash_of",
    "hashes_of",
    "is_blank",
    "ledger_lines",
    "load_line",
]

START = "0" * 64
BOM = codecs.BOM_UTF8
_SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
_PLAIN = json.JSONEncoder(ensure_ascii=False)


def hash_of(body: Mapping[str, Any]) -> str:
    """Return the checksum of a line: of everything in it but the checksum itself, keys sorted.

    >>> hash_of({"a": 1, "hash": "x"}) == hash_of({"a": 1})
    True
    """
    bare = {name: value for name, value in body.items() if name != "hash"}
    return sha256(_SORTED.encode(bare).encode("utf-8"))


def hashes_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return every hash by which a line is known: its own, then those that it had before ledgers were merged.

    An annulment aims at a hash. A line that was chained anew by ``ledger merge`` keeps its former ones in ``was``.

    >>> hashes_of({"hash": "b", "was": ["a"]}), hashes_of({"hash": "b"})
    (('b', 'a'), ('b',))
    """
    former = body.get("was")
    known = [one for one in former if isinstance(one, str)] if isinstance(former, list) else []
    return (str(body["hash"]), *known)


def is_blank(line: bytes) -> bool:
    r"""Return whether a line says nothing: it is empty or has only blanks, as an editor leaves behind.

    >>> is_blank(b" \r"), is_blank(b"{}")
    (True, False)
    """
    return not line.removeprefix(BOM).strip()


def ledger_lines(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Each line without its newline: its number, its bytes, and whether its newline is there; nothing if no file is."""
    if not path.exists():
        return
    with storage_guard(path), path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            bare = line.removesuffix(b"\n")
            yield number, bare, bare != line


def load_line(path: Path, number: int, line: bytes, *, ended: bool = True) -> dict[str, Any]:
    """Return what a line holds; a byte order mark before it is passed over.

    Raises:
        MeguroOpendataError: ``ledger-torn`` for a last line that breaks off, else ``ledger-broken``.
    """
    try:
        loaded = parsed_json(line.removeprefix(BOM).decode("utf-8"))
    except (ValueError, RecursionError):
        loaded = None
    if isinstance(loaded, dict) and isinstance(loaded.get("hash"), str):
        return loaded
    if not ended:
        raise MeguroOpendataError("ledger-torn", file=path, line=number)
    raise MeguroOpendataError("ledger-broken", file=path, line=number)


def entry_at(path: Path, number: int, line: bytes, *, ended: bool = True) -> Entry:
    """Return the entry that a line says.

    Raises:
        MeguroOpendataError: If it says none.
    """
    try:
        return entry_of(load_line(path, number, line, ended=ended))
    except (KeyError, TypeError, ValueError):
        raise MeguroOpendataError("ledger-broken", file=path, line=number) from None


def chained_line(body: Mapping[str, Any], previous: str) -> tuple[bytes, str]:
    """Return the line of a body, chained to the hash before it, and the line's own hash."""
    linked = {**body, "previous": previous}
    head = hash_of(linked)
    return (_PLAIN.encode({**linked, "hash": head}) + "\n").encode("utf-8"), head


def chained(events: Iterable[Entry], previous: str) -> Iterator[bytes]:
    """Yield the line of each entry, chained to the one before; ``previous`` is the hash of the ledger's last line."""
    for event in events:
        line, previous = chained_line(filled(event), previous)
        yield line
