"""Inputs that are no files: pipes and devices, which cannot be read twice, have no size, or never end."""

from __future__ import annotations

import stat
from pathlib import Path

from meguro_opendata.errors import SourceError

__all__ = ["refuse_irregular"]


def refuse_irregular(path: Path) -> None:
    """Raise for a pipe, a socket or a device, since opening one could wait for ever; a missing file passes.

    Raises:
        SourceError: If the path is a pipe, a socket or a device.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise SourceError("file-not-regular", file=path)
