"""Paths in a descriptor: relative, inside its folder, and no addresses of a network."""

from __future__ import annotations

import re
from pathlib import Path, PureWindowsPath

__all__ = ["path_fault"]

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")


def path_fault(given: object, folder: Path) -> str | None:
    """Return the code of what is wrong with a path in a descriptor, ``None`` if it may be read.

    Links are followed, so that none leads out of the folder.

    >>> given = ("a/b.csv", "https://example.com/a.csv", "../a.csv", "/etc/passwd", "C:/a.csv", 1)
    >>> [path_fault(path, Path("/data")) for path in given]
    [None, 'package-url', 'package-outside', 'package-outside', 'package-outside', 'package-path']
    """
    if not isinstance(given, str) or not given.strip() or _UNSAFE.search(given):
        return "package-path"
    windows = PureWindowsPath(given)
    if windows.drive or windows.root or ".." in windows.parts:
        return "package-outside"
    if _ADDRESS.match(given):
        return "package-url"
    try:
        inside = (folder / given).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return "package-path"
    return None if inside else "package-outside"
