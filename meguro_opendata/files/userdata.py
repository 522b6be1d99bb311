"""The folders of a user: added grids, gazetteers and boundaries, and a cache of computed results."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["address_index", "boundary_file", "cache_folder", "data_folder", "grid_list"]

_NAME = "meguro-opendata"


def data_folder() -> Path:
    """Return the user's data folder, which ``MEGURO_OPENDATA_DATA`` overrides. It may not exist yet."""
    named = os.environ.get("MEGURO_OPENDATA_DATA")
    return Path(named).expanduser().absolute() if named else _home("XDG_DATA_HOME", ".local/share") / _NAME


def grid_list() -> Path:
    """Return the list of the correction grids that the user added. It may not exist yet."""
    return data_folder() / "grids" / "grids.json"


def boundary_file(code: str) -> Path:
    """Return the boundary of a municipality that the user imported. It may not exist yet."""
    return data_folder() / "boundaries" / f"{code}.json"


def address_index() -> Path:
    """Return the index of the addresses that the user imported. It may not exist yet."""
    return data_folder() / "addresses.sqlite"


def cache_folder() -> Path:
    """Return the cache folder, whose content can be computed again at any time. It may not exist yet."""
    return _home("XDG_CACHE_HOME", ".cache") / _NAME


def _home(variable: str, usual: str) -> Path:
    """Return the folder that the system reserves for such files."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    named = os.environ.get(variable, "")
    # The XDG Base Directory Specification requires that a relative path is ignored.
    return Path(named) if Path(named).is_absolute() else Path.home() / usual
