"""The files of a folder: read, kept and compared by what they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from golden_record.inputs import WORK


def contents(folder: Path) -> dict[str, bytes]:
    """Return what every file of a folder holds."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def placeless(content: bytes, checkout: Path) -> bytes:
    """Return a text without the two folders that may lie elsewhere the next time; containers are left alone."""
    if content.startswith(b"PK"):
        return content
    return content.replace(str(checkout).encode(), b"<checkout>").replace(str(WORK).encode(), b"<work>")


def keep_files(folder: Path, before: Mapping[str, bytes], out: Path, checkout: Path) -> None:
    """Keep every file that the steps made or changed, and the names of those that they took away."""
    after = contents(folder)
    for name, content in after.items():
        if before.get(name) != content:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_bytes(placeless(content, checkout))
    gone = sorted(set(before) - set(after))
    if gone:
        (out.parent / "gone.txt").write_text("\n".join(gone) + "\n", encoding="utf-8")


def checksums(folder: Path) -> str:
    """Return a line for each file of a folder, with the beginning of its hash."""
    parts = contents(folder).items()
    return "".join(f"{hashlib.sha256(content).hexdigest()[:16]}  {name}\n" for name, content in parts)
