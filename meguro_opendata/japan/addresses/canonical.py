"""One form for all spellings of a town's name, with the positions of its signs in the original text.

Numbers that belong to a name become digits (二十四軒4条 → 24軒4条). 大字, 字 and spaces are left out, and so is 第
before a number. :mod:`spelling` folds sign by sign; this module folds spellings of different length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from meguro_opendata.japan.addresses.spelling import address_data, folded_name
from meguro_opendata.japan.numerals import NUMERALS, from_kanji

__all__ = ["Canonical", "canonical", "canonical_name", "name_number"]


class Canonical:
    """A text in its canonical form, and the end of each sign of the form in the original text.

    Attributes:
        form: The text in the form in which names are compared.
        ends: For each sign of ``form``, the position in the text after the signs that it represents.
    """

    def __init__(self, text: str) -> None:
        pieces = list(_pieces(folded_name(text)))
        self.form = "".join(piece for piece, _ in pieces)
        self.ends = [end for piece, end in pieces for _ in piece]

    def end(self, length: int) -> int | None:
        """Return the position in the text after ``length`` signs of the form; ``None`` inside a number."""
        end = self.ends[length - 1]
        return end if length == len(self.ends) or self.ends[length] != end else None


def canonical(text: str) -> Canonical:
    """Return a text in its canonical form.

    >>> written = canonical("二十四軒 4条2丁目1-1")
    >>> written.form, written.end(5)
    ('24軒4条2丁目1-1', 7)
    """
    return Canonical(text)


def canonical_name(name: str) -> str:
    """Return the canonical form of a name.

    >>> canonical_name("古川大崎字東亜"), canonical_name("西根第十二地割"), canonical_name("三宅町")
    ('古川大崎東亜', '西根12地割', '三宅町')
    """
    return Canonical(name).form


@cache
def name_number() -> re.Pattern[str]:
    """Return the pattern of a number that belongs to a name because of the word after it: 条, 線, 地割, 番町."""
    units = "|".join(address_data()["name_units"])
    # Possessive and with a lookbehind: each run of digits is read once, so that a long run stays linear.
    return re.compile(f"(?:(?<![0-9])[0-9]++|(?<![{NUMERALS}])[{NUMERALS}]++)(?= ?(?:{units}))")


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """Yield each piece of the canonical form, and the position in the text at which its original ends."""
    at = 0
    for found in _rewritten().finditer(text):
        yield from ((text[place], place + 1) for place in range(at, found.start()))
        at = found.end()
        number = from_kanji(found["number"]) if found["number"] else None
        if found["number"]:
            yield (found["number"] if number is None else str(number)), at
        elif found["long"]:
            yield address_data()["short_forms"][found["long"]], at
    yield from ((text[place], place + 1) for place in range(at, len(text)))


@cache
def _rewritten() -> re.Pattern[str]:
    long = "|".join(map(re.escape, address_data()["short_forms"]))
    number = name_number().pattern
    return re.compile(rf" |大字|小字|字|第(?=[0-9{NUMERALS}])|(?P<long>{long})|(?P<number>{number})")
