"""What every module of cleaning builds on: its data files, and the shape of a doubt."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

__all__ = ["Unsure", "read_data"]


@dataclass(frozen=True)
class Unsure:
    """Why a value was left as it stands: the code of a finding, and what the value may mean, likeliest first."""

    code: str
    readings: tuple[str, ...] = ()


def read_data(name: str) -> dict[str, Any]:
    """A data file of this package.

    >>> read_data("eras.toml")["era"][0]["letter"]
    'R'
    """
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))
