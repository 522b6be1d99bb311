"""Paths in a descriptor: relative, inside its folder, and no addresses of a network."""

from __future__ import annotations

import re
from pathlib import Path, PureWindowsPath

from meguro_opendata.errors import Fault

__all__ = ["path_fault"]

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")


def path_fault(place: str, given: object, folder: Path) -> Fault | None:
    """Return what is wrong with a path in a descriptor, ``None`` if it may be read.

    Links are followed, so that none leads out of the folder.

    >>> given = ("https://example.com/a.csv", "../a.csv", "/etc/passwd", "C:/a.csv", 1)
    >>> [fault.code for path in given if (fault := path_fault("path", path, Path("/data")))]
    ['package-url', 'package-outside', 'package-outside', 'package-outside', 'package-path']
    >>> path_fault("path", "a/b.csv", Path("/data")) is None
    True
    """
    if not isinstance(given, str) or not given.strip() or _UNSAFE.search(given):
        return Fault(place, "package-path", {"value": given})
    windows = PureWindowsPath(given)
    if _ADDRESS.match(given) and not windows.drive:
        return Fault(place, "package-url", {"value": given})
    inside = not (windows.drive or windows.root or ".." in windows.parts) and _is_inside(given, folder)
    return None if inside else Fault(place, "package-outside", {"value": given})


def _is_inside(given: str, folder: Path) -> bool:
    try:
        return (folder / given).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False
