"""Limits on how much of a report is shown in full (``reports.toml``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meguro_opendata.packaged import packaged_toml

__all__ = ["context_limits", "limit"]


def _data() -> Mapping[str, Any]:
    return packaged_toml(__package__, "reports.toml")


def limit(name: str) -> int:
    """Return a number of ``reports.toml``.

    >>> limit("examples")
    3
    """
    found: int = _data()[name]
    return found


def context_limits() -> Mapping[str, Any]:
    """Return the limits of ``reports.toml`` for the cells shown around a finding.

    >>> context_limits()["rows"]
    1
    """
    found: Mapping[str, Any] = _data()["context"]
    return found
