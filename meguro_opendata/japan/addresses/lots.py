"""What follows the town: 番地以下, then a building or a note; nothing of it is lost."""

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
_HEAD = 8
_UNNUMBERED = re.compile("(?:官有)?無番地|[0-9]*番外地")
# A run of digits is looked at once, as a whole; the second sign of a text can begin a number, too.
_BARE_NUMBER = re.compile(
    rf"(?<=.)(?:(?<!.[0-9])[0-9]++(?!条|線|番町|番丁|地割|区|号線)"
    rf"|(?<!.[{NUMERALS}])[{NUMERALS}]++(?=丁目|番(?![町丁]|[0-9{NUMERALS}]+(?:丁|-[0-9]+-))|番地|-[0-9{NUMERALS}]))"
)
_UNCLEAR = re.compile(rf"[^0-9 ()]?[0-9](?![0-9・~,-]*(?:階|F\b|号室|棟))|[{NUMERALS}]+[-0-9]")


class Number(NamedTuple):
    """The number with which a text begins, the word behind it, and how many signs both take."""

    value: int
    unit: str
    length: int

    @property
    def is_block(self) -> bool:
        """Return whether the word behind it says that it is no chome.

        >>> Number(19, "番", 3).is_block, Number(2, "-", 2).is_block
        (True, False)
        """
        return self.unit.startswith(("番", "号"))


class Lot(NamedTuple):
    """番地以下 with hyphens, its numbers, and what is left.

    Attributes:
        text: ``"19-15"``; empty if there is none.
        building: The name of a building, a floor, a room.
        note: A word that says that the place is only near: 先, 付近.
        clear: Whether no number was left over that belongs to it.
    """

    text: str
    building: str = ""
    note: str = ""
    clear: bool = True

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the numbers, block first.

        >>> read_lot("19番15号 見本ビル3階").parts
        ('19', '15')
        """
        return tuple(self.text.split("-")) if self.text else ()


def bare_number(text: str) -> re.Match[str] | None:
    """Return the first number in a text that belongs to no name.

    >>> bare_number("北1条西2丁目")[0], bare_number("麻布十番2丁目1番1号")[0], bare_number("一番町") is None
    ('2', '2', True)
    """
    return _BARE_NUMBER.search(text)


def first_number(text: str) -> Number | None:
    """Return the number with which a text begins, if a word or sign behind it shows it to be one.

    >>> first_number("二丁目19-15"), first_number("三井ビル")
    (Number(value=2, unit='丁目', length=3), None)
    """
    found = _FIRST.match(text)
    if found is None or found["unit"] is None:
        return None
    value = from_kanji(found["number"])
    return None if value is None else Number(value, found["unit"].strip(), found.end())


def read_lot(text: str) -> Lot:
    """Return the numbers at the beginning of a text, and what follows them.

    >>> read_lot("一番一号"), read_lot("12番先"), read_lot("5-20三井ビル2階")
    (Lot(text='1-1', building='', note='', clear=True), Lot(text='12', building='', note='先', clear=True), \
Lot(text='5-20', building='三井ビル2階', note='', clear=True))
    """
    text = text.lstrip()
    found = _LOT.match(text)
    if found is None or "番外" in text[:_HEAD]:
        return _without_number(text)
    numbers = "-".join(str(from_kanji(piece) or piece) for piece in _PIECES.findall(found[0]))
    tail = text[found.end() :]
    return (
        _with_tail(numbers, tail, clear=found[0].endswith("号") or not _UNCLEAR.match(tail)) if tail else Lot(numbers)
    )


def _without_number(text: str) -> Lot:
    """What follows a town without a number: 無番地 and 番外地 stand for one."""
    found = _UNNUMBERED.match(text)
    if found is not None:
        return Lot(found[0], text[found.end() :].strip())
    return _with_tail("", text, clear=not _UNCLEAR.match(text))


def _with_tail(numbers: str, tail: str, *, clear: bool) -> Lot:
    """Return the lot, and a note or a building from what follows it."""
    note = _note(tail.strip())
    building = tail[1:] if tail.startswith("-") else tail
    return Lot(numbers, building[len(note) :].strip() if note else building.strip(), note, clear)


def _note(tail: str) -> str:
    """Return the vague word that a tail is, or begins with before a bracket or a space."""
    found = _vague().match(tail)
    return found[0] if found else ""


@cache
def _vague() -> re.Pattern[str]:
    words = "|".join(map(re.escape, address_data()["vague"]))
    return re.compile(rf"(?:{words})(?=$| |\()")
