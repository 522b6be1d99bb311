"""Conversion between numbers in kanji and digits.

There are two readings. :func:`from_kanji` serves addresses and names of towns, and reads a text that is a number as a
whole. :func:`with_digits` serves dates: it rewrites numbers inside a text, keeps the zeros of 二〇〇五 and of 〇四,
knows two more signs for zero, and reads no hundreds, since no date has them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from meguro_opendata.packaged import packaged_toml

__all__ = ["NUMERALS", "from_kanji", "to_kanji", "with_digits"]

_DATA = packaged_toml(__package__, "signs.toml")["numerals"]
_DIGITS: str = _DATA["digits"]
_UNITS: dict[str, int] = _DATA["units"]
_TEN = next(iter(_UNITS))
# All signs of numbers in addresses, for a class of a regular expression.
NUMERALS = _DIGITS + "".join(_UNITS)
_ZEROS = str.maketrans(dict.fromkeys(_DATA["zeros"], _DIGITS[0]))
_OF_DATE_SIGNS = f"{_TEN}{_DIGITS}{_DATA['zeros']}"
# Possessive and with a lookbehind: each run of signs is read once, so that a long run stays linear.
_OF_DATE = re.compile(f"(?<![{_OF_DATE_SIGNS}])[{_OF_DATE_SIGNS}]++(?=[年月日])")
_LONGEST = 18  # signs of a number: a longer run is not a number that people write


def to_kanji(number: int) -> str:
    """Return a number from 1 to 99 in kanji, as in names of chome.

    >>> to_kanji(3), to_kanji(10), to_kanji(21)
    ('三', '十', '二十一')
    """
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else _TEN if tens == 1 else f"{_DIGITS[tens]}{_TEN}"
    return head + (_DIGITS[ones] if ones else "")


@lru_cache(maxsize=4096)
def from_kanji(text: str) -> int | None:
    """Return the number of a text in digits or in kanji, with or without units; ``None`` if the text is no number.

    A text that is longer than any number people write is not read.

    >>> from_kanji("二十三"), from_kanji("一二"), from_kanji("百五"), from_kanji("12"), from_kanji("十百")
    (23, 12, 105, 12, None)
    """
    if len(text) > _LONGEST:
        return None
    if text.isascii():
        return int(text) if text.isdigit() else None
    if not set(text) & set(_UNITS):
        digits = "".join(str(_DIGITS.find(sign)) for sign in text)
        return int(digits) if digits.isdigit() else None
    return _with_units(text)


def with_digits(text: str) -> str:
    """Return a date with digits for the kanji before 年, 月 and 日; a run of kanji that is no number is unchanged.

    >>> with_digits("平成三十年十一月二日"), with_digits("二〇〇五年〇四月"), with_digits("十十日")
    ('平成30年11月2日', '2005年04月', '十十日')
    """
    return _OF_DATE.sub(lambda found: _digits(found[0]), text)


def _with_units(text: str) -> int | None:
    """Return the number of kanji with units; ``None`` unless the greater units come first."""
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


def _digits(kanji: str) -> str:
    """Return the digits of one number of a date: digit by digit (二〇二三), or with tens (三十一)."""
    tens, ten, ones = kanji.translate(_ZEROS).partition(_TEN)
    if not ten:
        return "".join(str(_DIGITS.index(sign)) for sign in tens)
    if len(tens) > 1 or len(ones) > 1 or ten in ones:
        return kanji
    # 〇十三 is 3: a zero before 十 means that there are no tens.
    return str((_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0))
