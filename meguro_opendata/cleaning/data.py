"""What every module of cleaning builds on: its data files, and the shape of a doubt."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from meguro_opendata.packaged import packaged_toml

__all__ = ["Unsure", "read_data", "short_read", "short_rewritten"]

_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Unsure:
    """Why a value was left unchanged: the code of a finding, and the possible meanings, likeliest first.

    ``partial``: the readings leave out something that the value says, so none of them may take its place unseen.
    """

    code: str
    readings: tuple[str, ...] = ()
    partial: bool = dataclasses.field(default=False, repr=False)


def read_data(name: str) -> dict[str, Any]:
    """Return a data file of this package.

    >>> read_data("times.toml")["fixed"]["正午"]
    '12:00'
    """
    return packaged_toml(__package__, name)


def short_rewritten(rule: Callable[[str], str]) -> Callable[[str], str]:
    """Return a normaliser that leaves values alone that are longer than any of its kind (``lengths.toml``)."""
    longest = read_data("lengths.toml")["longest"]

    @wraps(rule)
    def rewritten(text: str) -> str:
        return rule(text) if len(text) <= longest else text

    return rewritten


def short_read(reader: Callable[[str], _Read | None]) -> Callable[[str], _Read | None]:
    """Return a reader that reads nothing in values that are longer than any of its kind (``lengths.toml``)."""
    longest = read_data("lengths.toml")["longest"]

    @wraps(reader)
    def read(text: str) -> _Read | None:
        return reader(text) if len(text) <= longest else None

    return read
