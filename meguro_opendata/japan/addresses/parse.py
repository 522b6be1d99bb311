"""Division of an address into its parts. An ambiguous place is reported with its readings; no part is guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from meguro_opendata.japan.addresses.lots import Number, bare_number, first_number, read_lot
from meguro_opendata.japan.addresses.matching import Match, match_town
from meguro_opendata.japan.addresses.places import Place, find_place, wards_of
from meguro_opendata.japan.addresses.spelling import is_too_long, plain_address
from meguro_opendata.japan.addresses.towns import Oaza, Town, Towns
from meguro_opendata.japan.municipalities import DIVIDED, Municipality
from meguro_opendata.japan.numerals import to_kanji

__all__ = ["Address", "TownsOf", "parse_address", "split_town"]

TownsOf = Callable[[str], Towns | None]
_POSTAL = re.compile(r"\(?(?:〒 ?([0-9]{3})-?([0-9]{4})|([0-9]{3})-([0-9]{4})(?=[^0-9-]))\)? ?")
_NAME = re.compile(
    r"(?:[0-9]+[条線])?[^0-9\s!-/:-@\[-`{-~「」『』・、。]+(?:[0-9]+(?:条|線|番町|地割|区|号線)[^0-9\s!-~]*)*"
)
_LARGEST_CHOME = 99  # chome have two digits at most
_NAMED_LIKE_TOWNS = ("town", "village")
_Parts = dict[str, Any]


@dataclass(frozen=True)
class Address:
    """The parts of an address in their standard spelling.

    Attributes:
        prefecture: 都道府県, official name.
        city: 市区町村 with county and ward.
        code: 全国地方公共団体コード of the municipality.
        town: 町字, with the chome in kanji.
        town_id: 町字ID, if the gazetteer has one.
        locality: A place inside the town, or the way to it, that the gazetteer lacks: 小字, and street names of 京都市.
        lot: 番地以下 with hyphens: ``"19-15"``.
        building: 建物名等.
        postal: The seven digits of a postal code at the beginning.
        note: A word for a place near the address: 先, 付近.
        level: The last certain part: ``lot``, ``town``, ``oaza`` (the chome is missing), ``city``, ``prefecture``
            or ``none``.
        known: Whether a gazetteer has the town.
        assumed: Whether the municipality of the data was taken, since the address names none.
        problem: The reason why no further part was found, as a code of the messages; empty if nothing is wrong.
        readings: The possible places, if there are several.
        place: The town in the gazetteer, or all towns that share the name, if the address has no more than that.
    """

    prefecture: str = ""
    city: str = ""
    code: str = ""
    town: str = ""
    town_id: str = ""
    locality: str = ""
    lot: str = ""
    building: str = ""
    postal: str = ""
    note: str = ""
    level: str = "none"
    known: bool = False
    assumed: bool = False
    problem: str = ""
    readings: tuple[str, ...] = ()
    place: tuple[Town, ...] = ()


def parse_address(text: str, home: Municipality | None = None, towns_of: TownsOf | None = None) -> Address:
    """Return the parts of an address.

    Args:
        text: The address, in any spelling.
        home: The municipality of the data, for addresses that begin with the town.
        towns_of: A function from a municipality's code to its towns. Without it, town and number are separated by
            their form alone.

    >>> found = parse_address("〒153-0063　東京都目黒区目黒一丁目２番３号 見本ビル２階")
    >>> found.city, found.town, found.lot, found.building, found.postal
    ('目黒区', '目黒一丁目', '2-3', '見本ビル2階', '1530063')
    >>> parse_address("東京都目黒区").town
    ''
    """
    return Address(**_parts(plain_address(text), home, towns_of))


def _parts(plain: str, home: Municipality | None, towns_of: TownsOf | None) -> _Parts:
    """Return the arguments of :class:`Address`."""
    postal, plain = _postal(plain)
    if not plain:
        return {"postal": postal, "problem": "address-empty"}
    place = find_place(plain, home)
    if towns_of is not None and (place.municipality is None or place.municipality.kind == DIVIDED):
        place = _by_towns(place, plain, towns_of)
    if place.municipality is None:
        level = "prefecture" if place.prefecture else "none"
        found = {"prefecture": place.prefecture, "level": level, "problem": place.problem, "readings": place.readings}
        return {"postal": postal, **found}
    if home is not None and place.municipality != home and _also_at_home(plain, place, home, towns_of):
        readings = (f"{place.municipality.full_name}{place.rest}", f"{home.full_name}{plain}")
        return {"postal": postal, "problem": "municipality-ambiguous", "readings": readings}
    return _in_municipality(place, place.municipality, postal, towns_of)


def _by_towns(place: Place, plain: str, towns_of: TownsOf) -> Place:
    """Return the only one of several possible municipalities or wards that has the town.

    Return the place unchanged unless the towns of all of them are known.
    """
    known = [(one, towns_of(one.code)) for one in place.possible or wards_of(place.municipality)]
    read = []
    for one, towns in known:
        if towns is None:
            return place
        rest = find_place(plain, one).rest if place.municipality is None else place.rest
        if _by_gazetteer({}, rest, towns).get("known"):
            read.append(Place(one.prefecture, one, rest, assumed=True))
    return read[0] if len(read) == 1 else place


def _in_municipality(place: Place, municipality: Municipality, postal: str, towns_of: TownsOf | None) -> _Parts:
    """Return the parts of an address whose municipality is certain."""
    head = {
        "prefecture": place.prefecture,
        "city": f"{municipality.county}{municipality.name}",
        "code": municipality.code,
        "postal": postal,
        "assumed": place.assumed,
        "level": "city",
    }
    if not place.rest:
        return head
    towns = towns_of(municipality.code) if towns_of else None
    if towns is not None:
        return _by_gazetteer(head, place.rest, towns)
    head |= {"problem": "ward-missing" if municipality.kind == DIVIDED else ""}
    if municipality.kind in _NAMED_LIKE_TOWNS and place.rest[0].isdigit():
        return _finished(head, place.rest)
    return _by_form(head, place.rest)


def _postal(plain: str) -> tuple[str, str]:
    """Return the postal code at the beginning, and the rest."""
    found = _POSTAL.match(plain)
    if found is None:
        return "", plain
    return "".join(filter(None, found.groups())), plain[found.end() :]


def _also_at_home(plain: str, place: Place, home: Municipality, towns_of: TownsOf | None) -> bool:
    """Return whether the name of another municipality is also that of a town of the home, as 北方町.

    The bare name of a 町 or 村 of another prefecture is always ambiguous.
    """
    other = place.municipality
    if other is None or plain.startswith(place.prefecture):
        return False
    bare = other.kind in _NAMED_LIKE_TOWNS and not plain.startswith(other.county or " ")
    towns = towns_of(home.code) if towns_of else None
    if towns is None or other.prefecture != home.prefecture:
        return bare
    return bool(_by_gazetteer({}, plain, towns).get("known"))


def split_town(rest: str) -> Address:
    """Return the parts of an address after its municipality, separated by their form alone; any town is accepted.

    >>> found = split_town("駒場三丁目11番13号")
    >>> found.town, found.lot, found.problem
    ('駒場三丁目', '11-13', '')
    """
    return Address(**_by_form({"problem": ""}, plain_address(rest)))


def _by_form(head: _Parts, rest: str) -> _Parts:
    """Return town and lot, separated at the first number that is not part of a name."""
    if is_too_long(rest):
        return {**head, "problem": head["problem"] or "town-unclear", "building": rest}
    found = bare_number(rest)
    name, tail = (rest[: found.start()], rest[found.start() :]) if found else _first_word(rest)
    chome = first_number(tail)
    if chome is not None and chome.unit in ("丁目", "丁") and 0 < chome.value <= _LARGEST_CHOME:
        name, tail = f"{name}{to_kanji(chome.value)}{chome.unit}", tail[chome.length :]
    if not _NAME.fullmatch(name.strip()):
        return {**head, "problem": head["problem"] or "town-unclear", "building": rest}
    return _finished(head, tail, town=name.strip())


def _first_word(rest: str) -> tuple[str, str]:
    name, space, tail = rest.partition(" ")
    return name, space + tail


def _by_gazetteer(head: _Parts, rest: str, towns: Towns) -> _Parts:
    """Return the parts with the town found in a gazetteer."""
    match = None if is_too_long(rest) else match_town(rest, towns)
    if match is None:
        return {**head, "problem": "town-unknown", "building": rest}
    if match.within or not match.meant[0].by_chome:
        return _somewhere_in(head, match, towns)
    if match.locality:
        head = {**head, "locality": match.locality}
    found = [_of_oaza(head, oaza, match.tail) for oaza in match.meant]
    return found[0] if len(found) == 1 else _several(head, found, match.meant)


def _somewhere_in(head: _Parts, match: Match, towns: Towns) -> _Parts:
    """Return the parts with the 大字 of a 小字 that the gazetteer lacks, and with all its towns as the place."""
    if len(match.meant) > 1:
        names = tuple(oaza.name for oaza in match.meant)
        return {**head, "problem": "town-ambiguous", "readings": names, "building": match.locality + match.tail}
    (oaza,) = match.meant
    found = _finished(head, match.tail, town=oaza.name, place=towns.within(oaza), known=True)
    problem = found["problem"] or ("" if match.sure else "koaza-unknown")
    return {**found, "locality": match.locality, "level": "oaza", "problem": problem}


def _several(head: _Parts, found: Sequence[_Parts], meant: Sequence[Oaza]) -> _Parts:
    """Return the only one of several towns of one name that has the chome; without such a one, an ambiguity."""
    good = [one for one in found if not one.get("problem")]
    if len(good) == 1:
        return good[0]
    names = tuple(one["town"] for one in good) or tuple(oaza.name for oaza in meant)
    return {**head, "problem": "town-ambiguous", "readings": names}


def _of_oaza(head: _Parts, oaza: Oaza, tail: str) -> _Parts:
    """Return the town with the chome that a 丁目 marks, or that is the first number of a name without other towns."""
    plain = oaza.by_chome.get(None)
    number = first_number(tail) or (_chome_before_name(oaza, tail) if plain is None else None)
    if number is not None and number.unit in ("丁目", "丁"):
        return _with_chome(head, oaza, number, tail)
    if plain is None:
        return _with_number(head, oaza, number, tail)
    if number is None or not oaza.has_chome:
        return _in_town(head, plain, tail)
    if number.is_block or number.value not in oaza.by_chome:
        return _in_town(head, plain, tail)
    both = (plain.name, oaza.by_chome[number.value].name)
    return {**head, "problem": "town-ambiguous", "readings": both, "building": tail}


def _with_number(head: _Parts, oaza: Oaza, number: Number | None, tail: str) -> _Parts:
    """Return the town of a name that exists only with a chome: the number is the chome, unless 番 or 号 follows it."""
    if number is None:
        return _whole_oaza(head, oaza, tail)
    if not number.is_block:
        return _with_chome(head, oaza, number, tail)
    return {**_whole_oaza(head, oaza, tail), "problem": "chome-missing", "readings": oaza.names}


def _chome_before_name(oaza: Oaza, tail: str) -> Number | None:
    """Return the number before a building's name (小石川1見本ビル) as the chome, if the name has such a chome."""
    found = re.match("-? ?([0-9]{1,2})(?![0-9])", tail)
    if found is None or int(found[1]) not in oaza.by_chome:
        return None
    return Number(int(found[1]), "", found.end())


def _with_chome(head: _Parts, oaza: Oaza, number: Number, tail: str) -> _Parts:
    town = oaza.by_chome.get(number.value)
    rest = tail[number.length :]
    if town is None:
        return {**head, "problem": "chome-unknown", "readings": oaza.names, "building": rest, "town": oaza.name}
    return _in_town(head, town, rest)


def _whole_oaza(head: _Parts, oaza: Oaza, tail: str) -> _Parts:
    """Return the parts of an address that lacks the chome of its town."""
    towns = tuple(oaza.by_chome.values())
    return {**_finished(head, tail, town=oaza.name, place=towns, known=True), "level": "oaza"}


def _in_town(head: _Parts, town: Town, tail: str) -> _Parts:
    return _finished(head, tail, town=town.name, town_id=town.id, place=(town,), known=True)


def _finished(head: _Parts, tail: str, **more: object) -> _Parts:
    """Return the parts with lot and building; a number left over in the rest makes the lot unclear."""
    lot = read_lot(tail)
    return {
        **head,
        **more,
        "lot": lot.text,
        "building": lot.building,
        "note": lot.note,
        "level": "lot" if lot.text and lot.clear else "town",
        "problem": head.get("problem") or ("" if lot.clear else "lot-unclear"),
    }
