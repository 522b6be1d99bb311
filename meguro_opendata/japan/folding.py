"""Widths, spaces and hyphen-like signs of Japanese text, folded so that spellings of one text become equal.

Callers choose a level. For comparison, each level folds more than the one before:

- :func:`one_width`: NFKC: full-width letters and digits become half-width, half-width kana full-width, ① becomes 1;
- :func:`plain`: also without spaces at both ends;
- :func:`folded`: also without spaces inside; the form in which labels and keys are compared;
- :func:`loose`: also in small letters; the form in which listed words are compared.

Rewriting a value must leave every other sign unchanged: for that serve :func:`half_width`,
:func:`half_width_digits`, :func:`full_width_kana` and :func:`in_katakana`. Which signs are read as a hyphen depends on
their place: :func:`hyphened` and :func:`hyphens` take the name of a set in ``signs.toml``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

from meguro_opendata.packaged import packaged_toml

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "filled",
    "folded",
    "full_width_kana",
    "half_width",
    "half_width_digits",
    "hyphened",
    "hyphens",
    "in_katakana",
    "loose",
    "one_width",
    "one_width_column",
    "plain",
]

_FULL_TO_HALF = 0xFEE0  # from a full-width sign of ASCII to the sign itself
_KATAKANA = {code: code + 0x60 for code in [*range(0x3041, 0x3097), 0x309D, 0x309E]}
_DIGITS = {code: code - _FULL_TO_HALF for code in range(0xFF10, 0xFF1A)}
_HALF_KANA = re.compile("[\u304b-\u3096\u30ab-\u30f6]?[\uff61-\uff9f]+|[\u304b-\u3096\u30ab-\u30f6][\u3099\u309a]")
_SHORT = 1000  # up to so many letters a run of marks costs less than the search for one
_FIRST_MARK, _BEHIND_MARKS = 0x300, 0x1F000
# A voicing mark that no letter takes would stay a combining mark, which draws over the letter before it.
_LONE_MARKS = {0x3099: "゛", 0x309A: "゜"}


def one_width(text: str) -> str:
    """Return a text with one width for each letter (Unicode's compatibility form, NFKC).

    >>> one_width("ＡＥＤ　１号"), one_width("ﾌﾟｰﾙ"), one_width("①㎡")
    ('AED 1号', 'プール', '1m2')
    """
    if text.isascii():
        return text
    if len(text) <= _SHORT:
        return unicodedata.normalize("NFKC", text)
    # Putting a run of marks in order takes time that grows with the square of its length: no letter has so many.
    parts = _many_marks().split(text)
    return "".join(part if at % 2 else unicodedata.normalize("NFKC", part) for at, part in enumerate(parts))


def one_width_column(texts: pl.Series) -> pl.Series:
    """Return a column of texts folded as by :func:`one_width`, without a Python call for each text.

    polars has its own tables of Unicode, which may be newer than Python's. They agree on all signs of Japanese text,
    which a test confirms (tests/japan/test_folding.py).
    """
    return texts.str.normalize("NFKC")


def plain(text: str) -> str:
    """Return a text with one width for each letter and without spaces at both ends.

    >>> plain("　目黒区　１ ")
    '目黒区 1'
    """
    return one_width(text).strip()


def folded(text: str) -> str:
    """Return a label or key in its form for comparison: one width for each letter, no space and no line break.

    >>> folded("建物名等（方書）") == folded("建物名等(方書) ")
    True
    """
    return "".join(one_width(text).split())


def loose(text: str) -> str:
    """Return a word in its form for comparison with listed words: folded, and in small letters.

    >>> loose("ｄｈｃｐ"), loose("病 院")
    ('dhcp', '病院')
    """
    return folded(text).casefold()


def half_width(text: str) -> str:
    """Return a code, number, date or phone number with half-width letters, digits and signs.

    A long vowel sign becomes a hyphen only between digits.

    >>> half_width("０３－５７２２"), half_width("０３ー５７２２"), half_width("センター１")
    ('03-5722', '03-5722', 'センター1')
    """
    return text if text.isascii() else _BETWEEN_DIGITS.sub("-", text.translate(_HALF_WIDTH))


def half_width_digits(text: str) -> str:
    """Return a text with half-width digits and a hyphen for a dash between two digits; all other signs unchanged.

    >>> half_width_digits("駒場三丁目１１番１３号"), half_width_digits("目黒１－２－３ セントラルビル")
    ('駒場三丁目11番13号', '目黒1-2-3 セントラルビル')
    """
    return _BETWEEN_DIGITS.sub("-", text.translate(_DIGITS))


def full_width_kana(text: str) -> str:
    r"""Return a text with full-width katakana and punctuation, and with voicing marks joined to their letters.

    >>> full_width_kana("ｺｳｴﾝ駐車場､ﾌﾟｰﾙ"), full_width_kana("か\u3099っこう")
    ('コウエン駐車場、プール', 'がっこう')
    """
    return _HALF_KANA.sub(lambda found: one_width(found[0]).translate(_LONE_MARKS), text)


def in_katakana(text: str) -> str:
    """Return a text with katakana in place of hiragana.

    >>> in_katakana("すいどうのイシブミ")
    'スイドウノイシブミ'
    """
    return text.translate(_KATAKANA)


def hyphens(name: str) -> str:
    """Return the signs of a set in ``signs.toml`` that are read as a hyphen, without the hyphen itself.

    >>> hyphens("labels")
    '‐‑⁃﹣–—―﹘'
    """
    return "".join(_signs()["kinds"][kind] for kind in _signs()["hyphens"][name])


def hyphened(text: str, name: str) -> str:
    """Return a text with a hyphen in place of each sign of a set.

    >>> hyphened("1―2─3ー4", "between_numbers"), hyphened("1―2─3ー4", "anywhere")
    ('1-2-3-4', '1-2─3ー4')
    """
    return text.translate(_hyphen_table(name))


def filled(pattern: str) -> str:
    """Return a pattern or list of signs with the signs of a set in place of its name.

    >>> filled("[<<labels>>_]")
    '[‐‑⁃﹣–—―﹘_]'
    """
    return re.sub("<<([a-z_]+)>>", lambda found: hyphens(found[1]), pattern)


@cache
def _many_marks() -> re.Pattern[str]:
    """Return a pattern of runs of 64 or more combining marks, more than any letter has."""
    marks = (chr(code) for code in range(_FIRST_MARK, _BEHIND_MARKS) if unicodedata.combining(chr(code)))
    return re.compile(f"([{''.join(marks)}]{{64,}})")


@cache
def _hyphen_table(name: str) -> dict[int, str]:
    return dict.fromkeys(map(ord, hyphens(name)), "-")


def _signs() -> dict[str, Any]:
    return packaged_toml(__package__, "signs.toml")


_HALF_WIDTH = {code: chr(code - _FULL_TO_HALF) for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_HALF_WIDTH |= _hyphen_table("anywhere")
_BETWEEN_DIGITS = re.compile(f"(?<=[0-9)])[{hyphens('between_numbers')}](?=[0-9(])")
