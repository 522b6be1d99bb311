"""What every module of cleaning builds on: its data files, and the shape of a doubt."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from meguro_opendata.packaged import packaged_toml

__all__ = ["Unsure", "read_data"]


@dataclass(frozen=True)
class Unsure:
    """Why a value was left unchanged: the code of a finding, and the possible meanings, likeliest first.

    ``partial``: the readings leave out something that the value says, so none of them may take its place unseen.
    """

    code: str
    readings: tuple[str, ...] = ()
    partial: bool = dataclasses.field(default=False, repr=False)


def read_data(name: str) -> dict[str, Any]:
    """A data file of this package.

    >>> read_data("times.toml")["fixed"]["正午"]
    '12:00'
    """
    return packaged_toml(__package__, name)
