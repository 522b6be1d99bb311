"""A Japanese address in one string → its parts, where that is certain."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

__all__ = ["AddressParts", "split_address"]

_PREFECTURE = re.compile(r"(東京都|北海道|(?:京都|大阪)府|[^\d\s]{2,3}県)")
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—―−－ー"), "-")
_REST = re.compile(
    r"(?P<town>[^\d\s]+?)"
    r"(?:(?P<chome>\d{1,2})丁目)?"
    r"(?P<lot>\d+(?:(?:番地の|番地|番|の|-)\d+)*(?:番地|番|号)?)?"
)
_KANJI = "〇一二三四五六七八九"


@dataclass(frozen=True)
class AddressParts:
    """The parts of an address; ``lot`` (番地以下) is written with hyphens, chome of ``town`` with kanji."""

    prefecture: str
    city: str
    town: str
    lot: str


def split_address(text: str, prefecture: str = "", city: str = "") -> AddressParts | None:
    """The parts, or ``None`` if any sign of the address would be left over or has two readings.

    Args:
        text: The address, with or without prefecture and municipality.
        prefecture: The prefecture, if another column names it.
        city: The municipality, if another column names it.

    >>> split_address("駒場三丁目１１番１３号", "東京都", "目黒区")
    AddressParts(prefecture='東京都', city='目黒区', town='駒場三丁目', lot='11-13')
    >>> split_address("東京都目黒区目黒1丁目2-3 ビル2階", city="目黒区") is None
    True
    """
    plain = unicodedata.normalize("NFKC", text).translate(_HYPHENS).strip()
    found = _PREFECTURE.match(plain)
    if found and prefecture in ("", found[1]):
        prefecture, plain = found[1], plain[found.end() :]
    if not prefecture or not city:
        return None
    matched = _REST.fullmatch(plain.removeprefix(city))
    if matched is None:
        return None
    chome = f"{kanji_number(int(matched['chome']))}丁目" if matched["chome"] else ""
    lot = "-".join(re.findall(r"\d+", matched["lot"] or ""))
    return AddressParts(prefecture, city, matched["town"] + chome, lot)


def kanji_number(number: int) -> str:
    """A number from 1 to 99 in kanji.

    >>> kanji_number(3), kanji_number(10), kanji_number(21)
    ('三', '十', '二十一')
    """
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_KANJI[tens]}十"
    return head + (_KANJI[ones] if ones else "")
