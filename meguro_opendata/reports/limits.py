"""How much of a report is shown in full, as ``reports.toml`` says."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["context_limits", "limit"]


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("reports.toml").read_text(encoding="utf-8"))


def limit(name: str) -> int:
    """A number of ``reports.toml``.

    >>> limit("examples")
    3
    """
    found: int = _data()[name]
    return found


def context_limits() -> Mapping[str, Any]:
    """What ``reports.toml`` says of the cells around a finding.

    >>> context_limits()["rows"]
    1
    """
    found: Mapping[str, Any] = _data()["context"]
    return found
