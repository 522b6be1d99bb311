"""A Japanese address in one string → its parts, where that is certain."""

from __future__ import annotations

import re
from dataclasses import dataclass

from meguro_opendata.japan.addresses import split_town
from meguro_opendata.japan.addresses.spelling import plain_address

__all__ = ["AddressParts", "split_address"]

_PREFECTURE = re.compile(r"(東京都|北海道|(?:京都|大阪)府|[^\d\s]{2,3}県)")


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
    plain = plain_address(text)
    found = _PREFECTURE.match(plain)
    if found and prefecture in ("", found[1]):
        prefecture, plain = found[1], plain[found.end() :].lstrip()
    if not prefecture or not city:
        return None
    parts = split_town(plain.removeprefix(city))
    if parts.problem or parts.building or parts.note or not parts.town:
        return None
    return AddressParts(prefecture, city, parts.town, parts.lot)
