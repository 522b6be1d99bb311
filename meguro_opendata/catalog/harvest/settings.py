"""How a catalogue is read: limits and pauses (``harvest.toml``), and what the user allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import sleep
from typing import Any

from meguro_opendata.packaged import packaged_toml

__all__ = ["Manners", "limits"]


@dataclass(frozen=True)
class Manners:
    """What the user allows, and how time passes.

    Attributes:
        allow_private: Whether addresses of this machine and of the office's own network may be read.
        ignore_robots: Whether a catalogue is read though its robots.txt asks programs not to.
        pause: Seconds between two requests; default as ``harvest.toml`` says.
        wait: What lets time pass.
    """

    allow_private: bool = False
    ignore_robots: bool = False
    pause: float | None = None
    wait: Callable[[float], object] = sleep


def limits() -> dict[str, Any]:
    """The numbers of ``harvest.toml``."""
    return packaged_toml(__package__, "harvest.toml")
