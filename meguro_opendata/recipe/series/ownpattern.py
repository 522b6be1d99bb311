r"""A pattern of the office's own by which a period is found, searched in time that grows with the text alone.

Python's own search can take for ever on patterns such as ``(\d+)+x``. Polars searches in linear time; it knows neither
looking ahead nor references back, so that patterns with those are refused when a recipe is read.
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
    """Yield the named groups of each match, from left to right, as ``re.finditer`` finds them.

    Raises:
        polars.exceptions.ComputeError: If the pattern cannot be searched, see :func:`is_searchable`.

    >>> [found["year"] for found in matches_in("(?P<year>[0-9]{4})年", "2024年と2025年")]
    ['2024', '2025']
    """
    begin = 0
    while begin <= len(text):
        found = _first(pattern, text, begin)
        if found[_WHOLE] is None:
            return
        yield {name: found.get(name) for name in _GROUPS if name in found}
        begin += len(found[_BEFORE] or "") + max(len(found[_WHOLE] or ""), 1)


def _first(pattern: str, text: str, begin: int) -> dict[str, str | None]:
    r"""Return the groups of the first match that begins at a place or after it.

    The text is searched whole each time, so that ``^`` and ``\b`` mean the same at each place.
    """
    written = rf"\A(?s:.{{{begin}}})(?P<{_BEFORE}>(?s:.*?))(?P<{_WHOLE}>(?:{pattern}))"
    groups = pl.Series([text]).str.extract_groups(written)
    found: dict[str, str | None] = groups.struct.unnest().row(0, named=True)
    return found


def has_year(pattern: str) -> bool:
    """Return whether a pattern names the group ``year`` and no others than month and day.

    Raises:
        re.error: If Python cannot read the pattern.
    """
    groups = set(re.compile(pattern).groupindex)
    return "year" in groups and groups <= set(_GROUPS)
