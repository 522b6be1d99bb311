"""Whole addresses and their parts, for tables whose other columns name prefecture and municipality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meguro_opendata.japan.addresses import split_town
from meguro_opendata.japan.addresses.composing import (
    Composed,
    compose_address,
    is_address,
    named_municipality,
    place_of_names,
)
from meguro_opendata.japan.addresses.places import find_place, wards_of
from meguro_opendata.japan.addresses.spelling import plain_address

__all__ = ["AddressParts", "join_address", "split_address"]


@dataclass(frozen=True)
class AddressParts:
    """The parts of an address; ``lot`` (番地以下) has hyphens, and the chome of ``town`` is in kanji."""

    prefecture: str
    city: str
    town: str
    lot: str


def split_address(text: str, prefecture: str = "", city: str = "") -> AddressParts | None:
    """Return the parts of an address; ``None`` if any sign would be left over, or if it has two readings.

    Args:
        text: The address, with or without prefecture and municipality.
        prefecture: The prefecture, if another column names it.
        city: The municipality, if another column names it.

    >>> split_address("駒場三丁目１１番１３号", "東京都", "目黒区")
    AddressParts(prefecture='東京都', city='目黒区', town='駒場三丁目', lot='11-13')
    >>> split_address("山口県熊毛郡上関町大字見本1", "山口県", "上関町").town
    '大字見本'
    >>> split_address("東京都目黒区目黒1丁目2-3 ビル2階", city="目黒区") is None
    True
    """
    plain = plain_address(text)
    prefecture, city = prefecture.strip() or find_place(plain).prefecture, city.strip()
    home = place_of_names(prefecture, city) if prefecture and city else None
    if home is None or not is_address(text):
        return None
    place = named_municipality(plain, home)
    if place.municipality in wards_of(home):
        return _parts(prefecture, place.municipality.name, place.rest)
    return _parts(prefecture, city, place.rest) if place.municipality == home else None


def _parts(prefecture: str, city: str, rest: str) -> AddressParts | None:
    parts = split_town(rest)
    if parts.problem or parts.building or parts.note or not parts.town:
        return None
    return AddressParts(prefecture, city, parts.town, parts.lot)


def join_address(cells: Sequence[str]) -> Composed:
    """Return the cells of one row joined to an address that contains prefecture and municipality once.

    The first cells name prefecture and municipality. The next cell may repeat them, may be an address elsewhere, or
    may be no address. If it is a part of an address (町字), the remaining cells follow it.

    >>> join_address(["山口県", "上関町", "熊毛郡上関町大字見本3"]).text
    '熊毛郡上関町大字見本3'
    >>> join_address(["東京都", "目黒区", "上目黒", "2-19-15"]).text, join_address(["山口県", "0001", "見本1"]).text
    ('東京都目黒区上目黒2-19-15', '見本1')
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    places = _names_of_places(filled)
    if places in (0, len(filled)):
        return Composed("".join(filled))
    rest = "".join(filled[places + 1 :])
    composed = compose_address(filled[places], "", "".join(filled[:places]))
    is_part = composed.problem == "address-none" and len(cells) > places + 1
    if is_part or (composed.problem == "address-place-unknown" and not filled[places - 1].isdigit()):
        return Composed("".join(filled))
    return Composed(composed.text + rest, composed.problem)


def _names_of_places(filled: Sequence[str]) -> int:
    """Return the number of leading cells that name prefecture and municipality, or have numbers instead of names."""
    for count in (2, 1):
        first = filled[:count]
        if len(first) == count and (find_place("".join(first)).rest == "" or first[-1].isdigit()):
            return count
    return 0
