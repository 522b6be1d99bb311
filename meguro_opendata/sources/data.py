"""The data files of this package: how kinds of file begin, and what rows and cells that hold no data look like."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["read_data"]


@cache
def read_data(name: str) -> dict[str, Any]:
    """A data file, read once; nobody changes what comes back.

    >>> read_data("containers.toml")["charsets"]["x-sjis"]
    'cp932'
    """
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))
