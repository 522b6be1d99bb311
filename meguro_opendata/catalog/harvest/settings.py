"""How a catalogue is read: limits and pauses (``harvest.toml``), and what the user allows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from time import sleep

from meguro_opendata.packaged import packaged_toml

__all__ = ["Limits", "Manners", "limits"]


def _say_nothing(code: str, **params: object) -> None:
    """Pass nothing on."""


@dataclass(frozen=True)
class Manners:
    """What the user allows, and how time passes.

    Attributes:
        allow_private: Whether addresses of this machine and of the office's own network may be read.
        ignore_robots: Whether a catalogue is read though its robots.txt asks programs not to.
        pause: Seconds between two requests; default as ``harvest.toml`` says.
        wait: What lets time pass.
        tell: What passes on, by a message's code and parameters, how the reading goes.
    """

    allow_private: bool = False
    ignore_robots: bool = False
    pause: float | None = None
    wait: Callable[[float], object] = sleep
    tell: Callable[..., object] = _say_nothing


@dataclass(frozen=True)
class Limits:
    """The numbers of ``harvest.toml``, which says what each is for."""

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
