"""Numbers that are written in kanji."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["from_kanji", "to_kanji"]

_DIGITS = "〇一二三四五六七八九"
_UNITS = {"十": 10, "百": 100, "千": 1000}


def to_kanji(number: int) -> str:
    """A number from 1 to 99 in kanji, as names of chome have it.

    >>> to_kanji(3), to_kanji(10), to_kanji(21)
    ('三', '十', '二十一')
    """
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


@lru_cache(maxsize=4096)
def from_kanji(text: str) -> int | None:
    """The number that digits, or kanji with or without units, stand for; ``None`` if they stand for none.

    >>> from_kanji("二十三"), from_kanji("一二"), from_kanji("百五"), from_kanji("12"), from_kanji("十百")
    (23, 12, 105, 12, None)
    """
    if text.isascii():
        return int(text) if text.isdigit() else None
    if not set(text) & set(_UNITS):
        digits = "".join(str(_DIGITS.find(sign)) for sign in text)
        return int(digits) if digits.isdigit() else None
    return _with_units(text)


def _with_units(text: str) -> int | None:
    """Kanji with units, the greater unit first."""
    total, ones, least = 0, 0, 10_000
    for sign in text:
        unit = _UNITS.get(sign)
        if unit is None:
            if ones or sign not in _DIGITS:
                return None
            ones = _DIGITS.index(sign)
        elif unit >= least:
            return None
        else:
            total, ones, least = total + (ones or 1) * unit, 0, unit
    return total + ones
