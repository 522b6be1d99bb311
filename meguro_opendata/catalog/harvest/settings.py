"""Settings for reading a catalogue: limits and pauses (``harvest.toml``), and the user's permissions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from time import sleep

from meguro_opendata.packaged import packaged_toml

__all__ = ["Limits", "Manners", "limits"]


def _say_nothing(code: str, **params: object) -> None:
    """Discard a message."""


@dataclass(frozen=True)
class Manners:
    """The user's permissions, and the functions that wait and report progress.

    Attributes:
        allow_private: Whether addresses of this machine and of the office's own network may be read.
        ignore_robots: Whether a catalogue is read though its robots.txt asks programs not to.
        pause: Seconds between two requests; default as ``harvest.toml`` says.
        wait: The function that waits for a number of seconds.
        tell: The function that reports progress, by a message's code and parameters.
    """

    allow_private: bool = False
    ignore_robots: bool = False
    pause: float | None = None
    wait: Callable[[float], object] = sleep
    tell: Callable[..., object] = _say_nothing


@dataclass(frozen=True)
class Limits:
    """The limits of ``harvest.toml``, which explains each of them."""

    agent: str
    timeout: float
    longest: float
    most_bytes: int
    robots_bytes: int
    redirects: int
    page: int
    most_datasets: int
    anew: int
    part_hours: float
    pause: float
    longest_pause: float
    again: Collection[int]
    waits: Sequence[float]
    longest_wait: float


@cache
def limits() -> Limits:
    """Return the numbers of ``harvest.toml``."""
    return Limits(**packaged_toml(__package__, "harvest.toml"))
