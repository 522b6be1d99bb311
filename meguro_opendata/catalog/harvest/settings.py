"""How a catalogue is read: limits and pauses (``harvest.toml``), and what the user allows."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from time import sleep
from typing import Any

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


@cache
def limits() -> dict[str, Any]:
    """The numbers of ``harvest.toml``."""
    return tomllib.loads(resources.files(__package__).joinpath("harvest.toml").read_text(encoding="utf-8"))
