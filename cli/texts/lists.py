"""Lists that a line has room for: the first names, and a sign or a number for the others."""

from __future__ import annotations

from collections.abc import Sequence

from meguro_opendata.messages import message

__all__ = ["first_names", "listed", "some"]

_SHOWN = 8
_NAMED = 5


def some(names: Sequence[str], shown: int = _SHOWN) -> str:
    """Return the first names without the line breaks of headers, and a sign if there are more.

    >>> some(["a", "b", "c"], 2)
    'a, b ...'
    """
    first = ", ".join(" ".join(name.split()) for name in names[:shown])
    return first + (" ..." if len(names) > shown else "")


def listed(parts: Sequence[str], lang: str, shown: int = _SHOWN) -> str:
    """Return the first of some names, and how many there are beyond them."""
    more = len(parts) - shown
    return ", ".join(parts[:shown]) + (f" {message('and-more', lang, count=more)}" if more > 0 else "")


def first_names(names: Sequence[str]) -> list[str]:
    """Return the first of many names, and how many there are in all.

    >>> first_names(["a", "b", "c", "d", "e", "f"])
    ['a', 'b', 'c', 'd', 'e', '... (6)']
    """
    return list(names) if len(names) <= _NAMED else [*names[:_NAMED], f"... ({len(names)})"]
