"""The data files of this package: how kinds of file begin, and what rows and cells that hold no data look like."""

from __future__ import annotations

from typing import Any

from meguro_opendata.packaged import packaged_toml

__all__ = ["read_data"]


def read_data(name: str) -> dict[str, Any]:
    """Return a data file, read once; callers must not change the returned value.

    >>> read_data("containers.toml")["charsets"]["x-sjis"]
    'cp932'
    """
    return packaged_toml(__package__, name)
