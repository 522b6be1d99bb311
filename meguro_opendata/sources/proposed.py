"""``Proposed``: how a table was found in a file without a recipe."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Proposed"]


@dataclass(frozen=True)
class Proposed:
    """How a table was found.

    Attributes:
        title: The text above the table; empty if there is none.
        confidence: From 0 to 1, how much better its header is than the next.
        sure: Whether it is clearly better.
        second: Sheet and record number of the lowest line of the next best header, if there is one.
    """

    title: str
    confidence: float
    sure: bool
    second: tuple[str | None, int] | None
