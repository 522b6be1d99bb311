"""Placeholders: signs and words that offices write into a cell which has no value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from meguro_opendata.cleaning.data import read_data
from meguro_opendata.japan.folding import filled

__all__ = ["placeholder", "placeholder_of"]

_DATA: Mapping[str, Any] = read_data("placeholders.toml")
_DASHES = re.compile(f"[{re.escape(filled(_DATA['groups']['dashes']))}]{{1,6}}")


def placeholder(text: str) -> str:
    """Return an empty text for a placeholder of every kind of value; other values unchanged.

    >>> placeholder("－"), placeholder("---"), placeholder("#N/A"), placeholder("なし"), placeholder("A-1")
    ('', '', '', 'なし', 'A-1')
    """
    return placeholder_of("")(text)


@cache
def placeholder_of(kind: str) -> Callable[[str], str]:
    """Return the placeholder rule of one kind of value, or of texts with the role ``remarks``.

    >>> placeholder_of("phone")("なし"), placeholder_of("umu")("無"), placeholder_of("remarks")("特になし")
    ('', '無', '')
    """
    groups = _DATA["kinds"].get(kind, ("dashes", "machine"))
    words = {word for group in groups if group != "dashes" for word in _DATA["groups"][group]}
    return lambda text: "" if text in words or _DASHES.fullmatch(text) else text
