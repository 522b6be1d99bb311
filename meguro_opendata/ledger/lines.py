"""One line of the ledger: its JSON, its hash, and the blanks and marks that an editor may have left around it."""

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

# The `previous` of the first line, which has no line before it: as long as a SHA-256, and the hash of no line.
START = "0" * 64
# An editor such as Windows' Notepad can put a byte order mark at the file's beginning when a ledger is saved with it.
BOM = codecs.BOM_UTF8
# Hashes are of the sorted keys, so that a line's order of keys, which differs between versions, never matters to them.
_SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
_PLAIN = json.JSONEncoder(ensure_ascii=False)


def hash_of(body: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a line's keys and values, sorted by key, without the key ``hash`` itself.

    >>> hash_of({"a": 1, "hash": "x"}) == hash_of({"a": 1})
    True
    """
    bare = {name: value for name, value in body.items() if name != "hash"}
    return sha256(_SORTED.encode(bare).encode("utf-8"))


def hashes_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a line's own hash, then the hashes that it had before ledgers were merged.

    An annulment names its target by hash. ``ledger merge`` chains lines anew, which changes their hashes, and keeps
    the former ones in ``was``.

    >>> hashes_of({"hash": "b", "was": ["a"]}), hashes_of({"hash": "b"})
    (('b', 'a'), ('b',))
    """
    former = body.get("was")
    known = [one for one in former if isinstance(one, str)] if isinstance(former, list) else []
    return (str(body["hash"]), *known)


def is_blank(line: bytes) -> bool:
    r"""Return whether a line is empty or has only blanks, as an editor can leave it behind.

    >>> is_blank(b" \r"), is_blank(b"{}")
    (True, False)
    """
    return not line.removeprefix(BOM).strip()


def ledger_lines(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Yield the number of each line, its bytes without the newline, and whether a newline ends it.

    A ledger that does not exist yet has no lines.
    """
    if not path.exists():
        return
    with storage_guard(path), path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            bare = line.removesuffix(b"\n")
            yield number, bare, bare != line


def load_line(path: Path, number: int, line: bytes, *, ended: bool = True) -> dict[str, Any]:
    """Return the keys and values of a line; a byte order mark before it is ignored.

    Raises:
        MeguroOpendataError: ``ledger-torn`` for a last line that breaks off, else ``ledger-broken``.
    """
    try:
        loaded = parsed_json(line.removeprefix(BOM).decode("utf-8"))
    except (ValueError, RecursionError):
        loaded = None
    if isinstance(loaded, dict) and isinstance(loaded.get("hash"), str):
        return loaded
    # Lines are written with their newline: an unreadable one without it was broken off by a kill or a power cut, which
    # `ledger verify --repair` can cut off. Any other unreadable line was damaged and needs a copy.
    if not ended:
        raise MeguroOpendataError("ledger-torn", file=path, line=number)
    raise MeguroOpendataError("ledger-broken", file=path, line=number)


def entry_at(path: Path, number: int, line: bytes, *, ended: bool = True) -> Entry:
    """Return the entry of a line.

    Raises:
        MeguroOpendataError: ``ledger-torn`` or ``ledger-broken``, if the line is not a valid entry.
    """
    try:
        return entry_of(load_line(path, number, line, ended=ended))
    except (KeyError, TypeError, ValueError):
        raise MeguroOpendataError("ledger-broken", file=path, line=number) from None


def chained_line(body: Mapping[str, Any], previous: str) -> tuple[bytes, str]:
    """Return the line of some keys and values, chained to the hash of the line before, and the line's own hash."""
    linked = {**body, "previous": previous}
    head = hash_of(linked)
    return (_PLAIN.encode({**linked, "hash": head}) + "\n").encode("utf-8"), head


def chained(events: Iterable[Entry], previous: str) -> Iterator[bytes]:
    """Yield the line of each entry, chained to the line before.

    Args:
        events: The entries.
        previous: The hash of the ledger's last line, :data:`START` for a new ledger.
    """
    for event in events:
        line, previous = chained_line(filled(event), previous)
        yield line
