r"""Search with a recipe's own pattern for a period, in time linear in the length of the text.

Python's search can take exponential time on patterns such as ``(\d+)+x``. polars searches in linear time; it supports
neither lookaround nor backreferences, so that patterns with these are refused when a recipe is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import polars as pl
from polars.exceptions import ComputeError

__all__ = ["has_year", "is_searchable", "matches_in"]

_GROUPS = ("year", "month", "day")
_WHOLE = "_whole"
_BEFORE = "_before"


def is_searchable(pattern: str) -> bool:
    """Return whether a pattern can be searched in linear time.

    >>> is_searchable("(?P<year>[0-9]{4})"), is_searchable("(?P<year>[0-9]{4})(?=年)")
    (True, False)
    """
    try:
        _first(pattern, "", 0)
    except ComputeError:
        return False
    return True


def matches_in(pattern: str, text: str) -> Iterator[Mapping[str, str | None]]:
    """Yield the named groups of each match, from left to right, as ``re.finditer`` does.

    Raises:
        polars.exceptions.ComputeError: If polars cannot search the pattern; see :func:`is_searchable`.

    >>> [found["year"] for found in matches_in("(?P<year>[0-9]{4})年", "2024年と2025年")]
    ['2024', '2025']
    """
    begin = 0
    while begin <= len(text):
        found = _first(pattern, text, begin)
        if found[_WHOLE] is None:
            return
        yield {name: found.get(name) for name in _GROUPS if name in found}
        # An empty match moves on by one sign, or the same place would be found for ever.
        begin += len(found[_BEFORE] or "") + max(len(found[_WHOLE] or ""), 1)


def _first(pattern: str, text: str, begin: int) -> dict[str, str | None]:
    r"""Return the groups of the first match at or after a position.

    Each search reads the whole text, so that ``^`` and ``\b`` keep their meaning at every position.
    """
    written = rf"\A(?s:.{{{begin}}})(?P<{_BEFORE}>(?s:.*?))(?P<{_WHOLE}>(?:{pattern}))"
    # A Series of one text: polars offers its search on columns only.
    groups = pl.Series([text]).str.extract_groups(written)
    found: dict[str, str | None] = groups.struct.unnest().row(0, named=True)
    return found


def has_year(pattern: str) -> bool:
    """Return whether a pattern has the named group ``year`` and no other named groups than ``month`` and ``day``.

    Raises:
        re.error: If Python cannot read the pattern.
    """
    groups = set(re.compile(pattern).groupindex)
    return "year" in groups and groups <= set(_GROUPS)
