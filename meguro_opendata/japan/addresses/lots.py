"""The part of an address after the town: 番地以下, then a building or a note. No sign of the text is lost."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from meguro_opendata.japan.addresses.spelling import address_data
from meguro_opendata.japan.numerals import NUMERALS, from_kanji

__all__ = ["LOT_PREFIX", "Lot", "Number", "bare_number", "first_number", "read_lot"]

LOT_PREFIX = f"[{address_data()['lot_signs']}]"
_DIGITS = r"[0-9]+(?![0-9])(?! ?(?:階|F\b|号室|棟|丁目|条|線|番町|地割))"
_KANJI = rf"[{NUMERALS}]+(?=番(?!町)|号(?!室)|-|の[0-9{NUMERALS}]| |\(|$)"
_NUMBER = f"(?:{_DIGITS}|{_KANJI})"
_JOINT = "(?:番地の|番地-|番地|番の|番-|番|号の|号-|の|ノ|-)"
_LAST = f"(?:番地|番(?!町)|号(?!室))?(?:-?{LOT_PREFIX}(?![一-龠ァ-ヺー]))?"
_LOT = re.compile(rf"-?(?:{LOT_PREFIX} ?)?{_NUMBER}(?: ?{_JOINT} ?(?:{LOT_PREFIX}(?=[0-9]))?{_NUMBER})*{_LAST}")
_FIRST = re.compile(
    rf"-? ?(?P<number>[0-9]{{1,4}}|[{NUMERALS}]{{1,8}})(?P<unit> ?丁目?| ?番地?|号|-|の|ノ|(?= )|(?=\()|$)? ?"
)
_PIECES = re.compile(rf"[0-9]+|[{NUMERALS}]+|{LOT_PREFIX}")
# ノ between two numbers joins them (19ノ15); anywhere else it is a sign of the lot, as the others of イロハ.
_JOINING_NO = re.compile(rf"(?<=[0-9{NUMERALS}])ノ(?=[0-9{NUMERALS}])")
_HEAD = 8  # signs in which 番外地 is looked for: the word follows a number of up to five digits at the beginning
_UNNUMBERED = re.compile("(?:官有)?無番地|[0-9]*番外地")
# Possessive and with lookbehinds: each run of digits is read once. The first sign of a text belongs to the name, as the
# 一 of 一番町, so that a number can begin at the second sign at the earliest.
_BARE_NUMBER = re.compile(
    rf"(?<=.)(?:(?<!.[0-9])[0-9]++(?!条|線|番町|番丁|地割|区|号線)"
    rf"|(?<!.[{NUMERALS}])[{NUMERALS}]++(?=丁目|番(?![町丁]|[0-9{NUMERALS}]+(?:丁|-[0-9]+-))|番地|-[0-9{NUMERALS}]))"
)
_UNCLEAR = re.compile(rf"[^0-9 ()]?[0-9](?![0-9・~,-]*(?:階|F\b|号室|棟))|[{NUMERALS}]+[-0-9]")


class Number(NamedTuple):
    """The number with which a text begins.

    Attributes:
        value: The number.
        unit: The word or sign after it, without spaces: 丁目, 番, a hyphen.
        length: The number of signs that both take in the text.
    """

    value: int
    unit: str
    length: int

    @property
    def is_block(self) -> bool:
        """Return whether the word after the number shows that it is no chome: 番 or 号.

        >>> Number(19, "番", 3).is_block, Number(2, "-", 2).is_block
        (True, False)
        """
        return self.unit.startswith(("番", "号"))


class Lot(NamedTuple):
    """番地以下 with hyphens between its numbers, and the rest of the address.

    Attributes:
        text: 番地以下, as ``"19-15"``; empty if the address has none.
        building: The name of a building, a floor, a room.
        note: A word for a place near the address: 先, 付近.
        clear: Whether no number of 番地以下 was left over in the rest.
    """

    text: str
    building: str = ""
    note: str = ""
    clear: bool = True

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the numbers, the block first.

        >>> read_lot("19番15号 見本ビル3階").parts
        ('19', '15')
        """
        return tuple(self.text.split("-")) if self.text else ()


def bare_number(text: str) -> re.Match[str] | None:
    """Return the match of the first number in a text that is not part of a name.

    >>> bare_number("北1条西2丁目")[0], bare_number("麻布十番2丁目1番1号")[0], bare_number("一番町") is None
    ('2', '2', True)
    """
    return _BARE_NUMBER.search(text)


def first_number(text: str) -> Number | None:
    """Return the number with which a text begins, if the next word or sign confirms that it is a number.

    >>> first_number("二丁目19-15"), first_number("三井ビル")
    (Number(value=2, unit='丁目', length=3), None)
    """
    found = _FIRST.match(text)
    if found is None or found["unit"] is None:
        return None
    value = from_kanji(found["number"])
    return None if value is None else Number(value, found["unit"].strip(), found.end())


def read_lot(text: str) -> Lot:
    """Return 番地以下 from the numbers at the beginning of a text, and the rest of the text.

    >>> read_lot("一番一号"), read_lot("12番先"), read_lot("5-20三井ビル2階")
    (Lot(text='1-1', building='', note='', clear=True), Lot(text='12', building='', note='先', clear=True), \
Lot(text='5-20', building='三井ビル2階', note='', clear=True))
    """
    text = text.lstrip()
    found = _LOT.match(text)
    if found is None or "番外" in text[:_HEAD]:
        return _without_number(text)
    numbers = "-".join(str(from_kanji(piece) or piece) for piece in _PIECES.findall(_JOINING_NO.sub("-", found[0])))
    tail = text[found.end() :]
    return (
        _with_tail(numbers, tail, clear=found[0].endswith("号") or not _UNCLEAR.match(tail)) if tail else Lot(numbers)
    )


def _without_number(text: str) -> Lot:
    """Return the lot of a text that begins with no number; 無番地 and 番外地 take the place of one."""
    found = _UNNUMBERED.match(text)
    if found is not None:
        return Lot(found[0], text[found.end() :].strip())
    return _with_tail("", text, clear=not _UNCLEAR.match(text))


def _with_tail(numbers: str, tail: str, *, clear: bool) -> Lot:
    """Return a lot with the note or building that follows its numbers."""
    note = _note(tail.strip())
    building = tail[1:] if tail.startswith("-") else tail
    return Lot(numbers, building[len(note) :].strip() if note else building.strip(), note, clear)


def _note(tail: str) -> str:
    """Return the vague word (付近) that is the whole tail, or that precedes a bracket or space in it; else empty."""
    found = _vague().match(tail)
    return found[0] if found else ""


@cache
def _vague() -> re.Pattern[str]:
    words = "|".join(map(re.escape, address_data()["vague"]))
    return re.compile(rf"(?:{words})(?=$| |\()")
