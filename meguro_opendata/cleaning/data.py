"""Foundations of the other modules: the data files, the shape of a doubt, and the limit on a value's length."""

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
    """The reason why a value was left unchanged.

    Attributes:
        code: The code of the finding.
        readings: The possible meanings, the likeliest first.
        partial: Whether the readings leave out something that the value contains, so that a person has to choose.
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
    """Return a normaliser that leaves values unchanged which exceed the longest of any kind (``lengths.toml``)."""
    longest = read_data("lengths.toml")["longest"]

    @wraps(rule)
    def rewritten(text: str) -> str:
        return rule(text) if len(text) <= longest else text

    return rewritten


def short_read(reader: Callable[[str], _Read | None]) -> Callable[[str], _Read | None]:
    """Return a reader that returns ``None`` for values which exceed the longest of any kind (``lengths.toml``)."""
    longest = read_data("lengths.toml")["longest"]

    @wraps(reader)
    def read(text: str) -> _Read | None:
        return reader(text) if len(text) <= longest else None

    return read
