"""Composition of a whole address from prefecture, municipality and the rest; a whole address is left unchanged.

The beginning of an address shows whether it names its municipality, with or without prefecture, 郡 and the city of a
ward. An address in another municipality, and a text that is no address, are left unchanged and reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from meguro_opendata.japan.addresses.places import Place, find_place, ward_name, wards_of
from meguro_opendata.japan.addresses.spelling import address_data, folded_name, plain_address
from meguro_opendata.japan.municipalities import Municipality

__all__ = ["Composed", "compose_address", "is_address", "named_municipality", "place_of_names"]

_LETTER = re.compile("[々〆ぁ-んァ-ヶ一-鿿]")
_POSTAL = re.compile("[(]?(?:〒|[0-9]{3}-[0-9]{4})")
_VILLAGES = ("town", "village")


@dataclass(frozen=True)
class Composed:
    """An address, and the reason why it is not whole.

    Attributes:
        text: The address, unchanged where it is whole already or where its place is in doubt.
        problem: ``address-elsewhere`` for an address in another municipality, ``address-none`` for a text that is no
            address, ``address-place-unknown`` if the row's names are no municipality; empty for a whole address.
    """

    text: str
    problem: str = ""


@lru_cache(maxsize=65536)
def compose_address(written: str, prefecture: str = "", city: str = "") -> Composed:
    """Return an address with prefecture and municipality in front, unless it names a municipality itself.

    Args:
        written: The address in a cell.
        prefecture: The prefecture in the row, or an empty text.
        city: The municipality in the row, with or without 郡, or an empty text.

    >>> compose_address("大字見本4", "山口県", "上関町").text
    '山口県上関町大字見本4'
    >>> compose_address("熊毛郡上関町大字見本3", "山口県", "上関町").text
    '熊毛郡上関町大字見本3'
    >>> compose_address("山口県萩市見本6", "山口県", "上関町"), compose_address("-", "山口県", "上関町")
    (Composed(text='山口県萩市見本6', problem='address-elsewhere'), Composed(text='-', problem='address-none'))
    """
    text = written.strip()
    if not text or not prefecture + city:
        return Composed(text)
    if not is_address(text):
        return Composed(text, "address-none")
    home, plain = place_of_names(prefecture, city), plain_address(text)
    if home is None:
        return _without_municipality(text, plain, plain_address(f"{prefecture}{city}"))
    return _composed(text, plain, home, _front(prefecture, city, home))


def is_address(text: str) -> bool:
    """Return whether a text can be an address: words, or a lot number as addresses in villages have it.

    >>> [is_address(text) for text in ("大字見本4", "357番地", "12-3", "-", "未定", "12", "市内全域", "03-5722-1111")]
    [True, True, True, False, False, False, False, False]
    """
    plain = plain_address(text)
    known = address_data()["no_address"]
    if re.fullmatch(known["words"], plain) or re.fullmatch(known["numbers"], plain):
        return False
    return bool(_LETTER.search(plain)) or bool(re.match("[1-9][0-9]*-[0-9]", plain))


@lru_cache(maxsize=4096)
def place_of_names(prefecture: str, city: str) -> Municipality | None:
    """Return the municipality that two cells name; ``None`` if they name no municipality, or more than one.

    >>> place_of_names("山口県", "熊毛郡上関町").code, place_of_names("山口県", "0001")
    ('353418', None)
    """
    prefecture, city = prefecture.strip(), city.strip()
    whole = city if city.startswith(prefecture) else prefecture + city
    found = find_place(plain_address(whole))
    return found.municipality if not found.rest and not found.problem else None


def named_municipality(plain: str, home: Municipality) -> Place:
    """Return the place of an address in the data of a municipality; ``assumed`` if the address names none.

    The bare name of a 町 or 村 of another prefecture is read as a town of the home municipality.

    >>> home = place_of_names("千葉県", "市川市")
    >>> [named_municipality(text, home).rest for text in ("市川市北方町4", "北方町4", "船橋市北方町4")]
    ['北方町4', '北方町4', '北方町4']
    >>> [named_municipality(text, home).assumed for text in ("市川市北方町4", "北方町4", "船橋市北方町4")]
    [False, True, False]
    """
    place = find_place(plain, home)
    others = place.possible or ((place.municipality,) if place.municipality is not None else ())
    if others and all(_is_bare_elsewhere(plain, one, home) for one in others):
        return Place(home.prefecture, home, plain, assumed=True)
    return place


def _is_bare_elsewhere(plain: str, other: Municipality, home: Municipality) -> bool:
    """Return whether an address begins with the bare name of a 町 or 村 of another prefecture."""
    bare = folded_name(plain).replace(" ", "").startswith(folded_name(other.name))
    return other.kind in _VILLAGES and other.prefecture != home.prefecture and bare


def _composed(text: str, plain: str, home: Municipality, front: str) -> Composed:
    """Return the whole address of a row whose municipality is certain."""
    place = named_municipality(plain, home)
    if not _belongs(place.municipality, home):
        return Composed(text, "address-elsewhere" if place.problem != "municipality-missing" else "address-none")
    ward = ward_name(place.municipality) if place.municipality is not None else ""
    if ward and folded_name(plain).startswith(folded_name(ward)):
        return Composed(f"{front.removesuffix(ward)}{text}")
    if not place.assumed:
        return Composed(text)
    if plain.startswith(home.prefecture):
        return Composed(f"{front}{text.removeprefix(home.prefecture).lstrip()}")
    return Composed(f"{front}{text}") if not _POSTAL.match(plain) else Composed(text, "address-none")


def _belongs(found: Municipality | None, home: Municipality) -> bool:
    """Return whether a municipality is the home, a ward of the home, or the city of which the home is a ward."""
    return found is not None and (found == home or found in wards_of(home) or home in wards_of(found))


def _front(prefecture: str, city: str, home: Municipality) -> str:
    """Return the beginning of an address from the row's names, with the prefecture in full and once."""
    first = home.prefecture if prefecture.strip() else ""
    return first + city.strip().removeprefix(home.prefecture if first else "")


def _without_municipality(text: str, plain: str, before: str) -> Composed:
    """Return the address of a row without a municipality; the prefecture is added if the address names the rest."""
    own, stated = find_place(plain), find_place(before)
    if own.municipality is not None and plain.startswith(own.prefecture):
        return Composed(text, "address-elsewhere" if stated.prefecture not in ("", own.prefecture) else "")
    behind = find_place(stated.prefecture + plain) if stated.prefecture == before else own
    if stated.prefecture == before and behind.municipality is not None:
        return Composed(f"{before}{text}")
    return Composed(text, "address-place-unknown")
