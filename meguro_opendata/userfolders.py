"""Where a user's own things lie: grids, gazetteers and boundaries that were added, and what was computed once."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["cache_folder", "data_folder"]

_NAME = "meguro-opendata"


def data_folder() -> Path:
    """The user's data folder; ``MEGURO_OPENDATA_DATA`` moves it. It may not exist yet."""
    named = os.environ.get("MEGURO_OPENDATA_DATA")
    return Path(named).expanduser().absolute() if named else _home("XDG_DATA_HOME", ".local/share") / _NAME


def cache_folder() -> Path:
    """The folder of what can be computed again at any time. It may not exist yet."""
    return _home("XDG_CACHE_HOME", ".cache") / _NAME


def _home(variable: str, usual: str) -> Path:
    """The folder that the system sets aside for such things."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    named = os.environ.get(variable, "")
    return Path(named) if Path(named).is_absolute() else Path.home() / usual
