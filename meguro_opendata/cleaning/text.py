"""Width and spaces."""

from __future__ import annotations

import re

__all__ = ["half_width", "half_width_digits", "trim"]

_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—―−－"), "-")
_BETWEEN_DIGITS = re.compile("(?<=[0-9)])[‐‑‒–—―−－ー─](?=[0-9(])")
_FULL_TO_HALF = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " "} | _HYPHENS
_DIGITS = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)}
_OUTER = " \t\r\n\v\f\u3000\u00a0\ufeff\u200b"


def trim(text: str) -> str:
    """Without spaces, tabs and line breaks at both ends, full-width and invisible ones included.

    >>> trim("　駒場小学校 ")
    '駒場小学校'
    """
    return text.strip(_OUTER)


def half_width(text: str) -> str:
    """Full-width letters, digits and signs folded to half-width; for codes, numbers, dates and phone numbers.

    A long vowel sign is taken for a hyphen between digits only.

    >>> half_width("０３－５７２２"), half_width("０３ー５７２２"), half_width("センター１")
    ('03-5722', '03-5722', 'センター1')
    """
    return text if text.isascii() else _BETWEEN_DIGITS.sub("-", text.translate(_FULL_TO_HALF))


def half_width_digits(text: str) -> str:
    """Full-width digits, and a dash between two digits, folded to half-width; all other letters stay.

    >>> half_width_digits("駒場三丁目１１番１３号"), half_width_digits("目黒１－２－３ セントラルビル")
    ('駒場三丁目11番13号', '目黒1-2-3 セントラルビル')
    """
    return _BETWEEN_DIGITS.sub("-", text.translate(_DIGITS))
