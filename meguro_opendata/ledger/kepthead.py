"""The verified head, a cache beside the ledger: the hash of a line up to which the chain was checked.

It carries a checksum of every byte before that line, is used only if the bytes agree, and can be deleted at any time.
Size and time of modification are not compared, since an edit can keep both; the checksum of half a gigabyte takes a
third of a second.
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
# The ledger is read in pieces of 1 MiB, so that one of half a gigabyte is never in memory as a whole.
_PIECE = 1 << 20


@dataclass(frozen=True)
class Kept:
    """A verified head.

    Attributes:
        lines: Number of lines that were checked.
        bytes: Number of bytes of these lines.
        head: The hash of the last of these lines.
        digest: SHA-256 of these bytes.
    """

    lines: int
    bytes: int
    head: str
    digest: str


def verified_path(ledger: Path) -> Path:
    """Return the path of a ledger's verified head.

    >>> verified_path(Path("datasets/ledger.jsonl")).name
    'ledger.verified.json'
    """
    return ledger.with_name(f"{ledger.stem}.verified.json")


def believed(path: Path, file: IO[bytes]) -> tuple[Kept | None, Any]:
    """Return the verified head if every byte before it is unchanged, else ``None``; and a SHA-256 of the bytes so far.

    The SHA-256 is returned unfinished, so that the caller goes on with the lines after the head without a second
    reading.

    Args:
        path: The ledger's path.
        file: The ledger, open at its beginning; afterwards it may be anywhere.
    """
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
    """Return the verified head, or ``None`` if the file is missing or damaged."""
    try:
        loaded = json.loads(verified_path(path).read_bytes())
        kept = Kept(loaded["lines"], loaded["bytes"], loaded["head"], loaded["digest"])
        # `type` and not isinstance: JSON's true is an int in Python, and would pass as 1 line.
        counts = all(type(number) is int and number > 0 for number in (kept.lines, kept.bytes))
        # Its own hash finds a torn or edited file; a newer version's format is ignored, not misread.
        whole = loaded["format"] == KEPT_FORMAT and loaded["hash"] == hash_of(loaded)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return kept if counts and whole else None


def keep(path: Path, kept: Kept) -> None:
    """Write the verified head; do nothing in a folder that cannot be written to, such as a read-only share."""
    said = {"format": KEPT_FORMAT, "lines": kept.lines, "bytes": kept.bytes, "head": kept.head, "digest": kept.digest}
    try:
        write_whole(verified_path(path), (json.dumps({**said, "hash": hash_of(said)}, indent=1) + "\n").encode("utf-8"))
    except StorageError:
        return  # only a cache: figures are still right without it, each check only takes longer
