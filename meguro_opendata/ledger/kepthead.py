"""The verified head that is kept beside the ledger, with a checksum of every byte before it.

It is a cache: believed only if the bytes agree, and deletable. Size and time of the ledger are not asked: an edit can
keep both, and the checksum of half a gigabyte takes a third of a second.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from meguro_opendata.errors import StorageError
from meguro_opendata.files.whole import write_whole
from meguro_opendata.ledger.lines import hash_of

__all__ = ["Kept", "believed", "keep", "verified_path"]

KEPT_FORMAT = "meguro-opendata-verified@1"
_PIECE = 1 << 20


@dataclass(frozen=True)
class Kept:
    """A verified head: how many lines and bytes it vouches for, the hash of the last one, a checksum of the bytes."""

    lines: int
    bytes: int
    head: str
    digest: str


def verified_path(ledger: Path) -> Path:
    """Return where the verified head of a ledger is kept.

    >>> verified_path(Path("datasets/ledger.jsonl")).name
    'ledger.verified.json'
    """
    return ledger.with_name(f"{ledger.stem}.verified.json")


def believed(path: Path, file: IO[bytes]) -> tuple[Kept | None, Any]:
    """Return the kept head if every byte before it is as it was, and the checksum of these bytes to go on with."""
    kept, digest = _read(path), hashlib.sha256()
    left = kept.bytes if kept else 0
    while left:
        piece = file.read(min(left, _PIECE))
        if not piece:
            break
        digest.update(piece)
        left -= len(piece)
    if kept is None or left or digest.hexdigest() != kept.digest:
        return None, hashlib.sha256()
    return kept, digest


def _read(path: Path) -> Kept | None:
    """Return the kept head, ``None`` if there is none or it is damaged."""
    try:
        loaded = json.loads(verified_path(path).read_bytes())
        kept = Kept(loaded["lines"], loaded["bytes"], loaded["head"], loaded["digest"])
        counts = all(type(number) is int and number > 0 for number in (kept.lines, kept.bytes))
        whole = loaded["format"] == KEPT_FORMAT and loaded["hash"] == hash_of(loaded)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return kept if counts and whole else None


def keep(path: Path, kept: Kept) -> None:
    """Write the verified head; a folder that cannot be written to, such as a share for reading, has none."""
    said = {"format": KEPT_FORMAT, "lines": kept.lines, "bytes": kept.bytes, "head": kept.head, "digest": kept.digest}
    try:
        write_whole(verified_path(path), (json.dumps({**said, "hash": hash_of(said)}, indent=1) + "\n").encode("utf-8"))
    except StorageError:
        return
