"""Text that Excel would run as a formula when it opens a CSV file: guarded by an apostrophe, and the way back.

``docs/csv.md`` explains the rule to users.
"""

from __future__ import annotations

import re

__all__ = ["FIRST_SIGNS", "guarded", "unguarded"]

_GUARD = "'"
_SIGNS = "-=+@\uff0d\uff1d\uff0b\uff20"  # the full-width ones are taken for the others where Excel is Japanese
# Characters that a spreadsheet may skip before it looks for a sign.
_PASSED = r"\s\x00-\x20\ufeff\u200b"
# A text that begins with a tab or a carriage return, or with a sign behind blanks and quotation marks.
_LIVE = re.compile(rf"[\t\r]|[{_PASSED}\"]*[{_SIGNS}]")
# No formula calls, reads or starts anything without a letter: signs alone, and signed numbers and phone numbers.
_HARMLESS = re.compile(rf"[{_PASSED}]*+(?:[{_SIGNS}\s]*+|[-+\uff0d\uff0b][-\d\s.,()\uff0d]*+(?:[eE][-+]?\d++)?%?)\s*+")
# A text that begins otherwise needs no closer look; as a pattern that polars takes, too.
FIRST_SIGNS = rf"^[\s\x00-\x20\x{{feff}}\x{{200b}}\"'{_SIGNS}]"
_FIRST = re.compile(rf"[{_PASSED}\"'{_SIGNS}]")


def guarded(text: str) -> str:
    """Return the text as a CSV cell that no spreadsheet takes for a formula.

    An apostrophe is put before a text that would be one, and before one that would be one but for its apostrophes.

    >>> [guarded(text) for text in ("=1+1", "'=1+1", "-5", "-", "+81-3-5722-9270", "-名称", "目黒区")]
    ["'=1+1", "''=1+1", '-5', '-', '+81-3-5722-9270', "'-名称", '目黒区']
    """
    return _GUARD + text if _FIRST.match(text) and _is_live(text.lstrip(_GUARD)) else text


def unguarded(text: str) -> str:
    """Return the text that :func:`guarded` was given.

    >>> [unguarded(text) for text in ("'=1+1", "''=1+1", "-5", "'90年代")]
    ['=1+1', "'=1+1", '-5', "'90年代"]
    """
    return text[1:] if text.startswith(_GUARD) and _is_live(text.lstrip(_GUARD)) else text


def _is_live(text: str) -> bool:
    return bool(_LIVE.match(text)) and not _HARMLESS.fullmatch(text)
