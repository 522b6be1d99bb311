"""Rule on the parts of addresses: a prefecture, municipality, town or lot in the item of another part, by its content.

Each distinct value is judged once. A value is only called misplaced if it cannot be what its item asks for: a town may
be called like another municipality, and a lot may begin with words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from meguro_opendata.japan.addresses.composing import is_address, place_of_names
from meguro_opendata.japan.addresses.places import find_place
from meguro_opendata.japan.addresses.spelling import is_too_long, plain_address
from meguro_opendata.japan.municipalities import Municipality, home_of, municipalities
from meguro_opendata.validation.rules.data import Hit, Rows, first_of, rule_data, wrong_values

__all__ = ["PARTS", "misplaced_part", "misplaced_parts"]

PARTS = ("prefecture", "city", "town", "lot", "building")
_VILLAGES = ("town", "village")
_Misplaced = tuple[str, tuple[str, ...]]


def misplaced_parts(rows: Rows) -> Iterator[Hit]:
    """Yield cells that hold a part of an address which belongs into another item."""
    for entry in (*rule_data()["addresses"], *rule_data()["address_parts"]):
        names = {part: first_of(entry.get(part, ()), rows) for part in PARTS}
        here = {part: name for part, name in names.items() if name}
        homes = first_of(entry.get("code", ()), rows)
        for part, name in here.items():
            yield from _of_column(rows, part, name, here, homes)


def _of_column(rows: Rows, part: str, name: str, here: Mapping[str, str], homes: str | None) -> Iterator[Hit]:
    """Yield the cells of one item; how it may be read depends on the other items of its row.

    Where the table has no item for what was found, it is in its place: 山口県柳井市 in a table without prefecture.
    """
    for at, value, _ in wrong_values(rows[name], lambda text: _suspect(part, text)):
        row = {other: rows[field][at] for other, field in here.items()}
        found = misplaced_part(part, row, rows[homes][at] if homes else "")
        if found is not None and here.keys() >= set(found[1]):
            params = {"found": found[0], "right": "・".join(here[other] for other in found[1])}
            yield Hit("address-part-misplaced", at, name, value, params=params)


@lru_cache(maxsize=65536)
def _suspect(part: str, text: str) -> bool | None:
    """Return whether a value needs a closer look; ``None`` if it does not."""
    if is_too_long(text):
        return None
    plain = plain_address(text)
    if part == "prefecture":
        return True if plain not in _prefectures() else None
    if part == "city":
        return True if place_of_names("", text) is None or plain.startswith(_prefectures()) else None
    return True if _shape(part).search(plain) or find_place(plain).problem != "municipality-missing" else None


def misplaced_part(part: str, row: Mapping[str, str], code: str = "") -> _Misplaced | None:
    """Return the misplaced text in an address part and the parts it belongs in; ``None`` if all is in place.

    Args:
        part: The part whose value is judged.
        row: The values of all parts.
        code: The municipality's code, if the row has one.

    >>> misplaced_part("city", {"city": "東京都"}), misplaced_part("prefecture", {"prefecture": "東京都目黒区"})
    (('東京都', ('prefecture',)), ('目黒区', ('city',)))
    >>> misplaced_part("city", {"city": "目黒区上目黒二丁目19-15"})
    ('上目黒二丁目19-15', ('town', 'lot'))
    >>> misplaced_part("town", {"city": "市川市", "town": "北方町"}) is None
    True
    """
    short = {name: "" if is_too_long(text) else text for name, text in row.items()}
    plain = {name: plain_address(text) for name, text in short.items()}
    home = home_of(code) or place_of_names(short.get("prefecture", ""), short.get("city", ""))
    return _misplaced(part, plain, home)


def _misplaced(part: str, plain: Mapping[str, str], home: Municipality | None) -> _Misplaced | None:
    """Return the text in a part of a plain address that belongs in another part."""
    value = plain[part]
    if not is_address(value) and not re.search("[0-9]", value):
        return None
    if part == "city":
        return _in_city(value, plain.get("prefecture", ""))
    named = _whole_place(value, home if part != "building" else None)
    if part == "prefecture":
        return _behind_prefecture(value) or named
    return named or _of_rest(part, value, plain, home)


def _of_rest(part: str, value: str, row: Mapping[str, str], home: Municipality | None) -> _Misplaced | None:
    """Return the fault of a town, a lot or a building that names no place."""
    if part == "town":
        return _in_town(value)
    if part == "lot":
        return _in_lot(value, row.get("town", ""), home)
    return _lot_of(value, row.get("lot", ""))


def _behind_prefecture(value: str) -> _Misplaced | None:
    """Return the text after a prefecture's name, if it begins with a municipality of that prefecture."""
    place = find_place(value)
    if not value.startswith(_prefectures()) or place.municipality is None:
        return None
    return value[len(place.prefecture) :].lstrip(), ("city",)


def _whole_place(value: str, home: Municipality | None) -> _Misplaced | None:
    """Return a prefecture, or a municipality: alone, or the row's own before the rest of the address."""
    if value in _prefectures():
        return value, ("prefecture",)
    place = find_place(value)
    if value.startswith(_prefectures()) and place.municipality is not None:
        return place.prefecture, ("prefecture",)
    if place.possible:
        place = find_place(value, home if home in place.possible else place.possible[0])
    meant, rest = place.municipality, place.rest
    if meant is None or not _is_named(meant, rest, home):
        return None
    return value[: len(value) - len(rest)], ("city",)


def _is_named(meant: Municipality, rest: str, home: Municipality | None) -> bool:
    """Return whether a value names a municipality, and not a town that is called like one or begins so."""
    if meant.kind in _VILLAGES:
        return not rest and meant == home
    return not rest or meant == home


def _in_city(value: str, prefecture: str) -> _Misplaced | None:
    """What is no municipality in its item: a prefecture, or what comes behind a municipality."""
    if value in _prefectures():
        return value, ("prefecture",)
    if value.startswith(_prefectures()):
        return find_place(value).prefecture, ("prefecture",)
    place = find_place(prefecture + value if prefecture in _prefectures() else value)
    if place.possible:
        place = find_place(value, place.possible[0])
    if place.municipality is not None:
        return (place.rest, _town_and_lot(place.rest)) if place.rest else None
    return _lot_of(value, "") or ((value, _town_and_lot(value)) if _is_town(value) else None)


def _is_town(value: str) -> bool:
    """Return whether a value is a town with its chome or its lot, and not only an unknown name."""
    found = _shape("lot").match(value)
    return found is not None and bool(found["chome"] or re.search("[0-9]", value))


def _town_and_lot(value: str) -> tuple[str, ...]:
    """Return the parts that the rest of an address is made of.

    >>> _town_and_lot("上目黒二丁目19-15"), _town_and_lot("19番15号"), _town_and_lot("上目黒")
    (('town', 'lot'), ('lot',), ('town',))
    """
    if _shape("building").fullmatch(value):
        return ("lot",)
    return ("town", "lot") if re.search("[0-9]", value.partition("丁目")[2] or value) else ("town",)


def _in_town(value: str) -> _Misplaced | None:
    """Return the lot behind a town, or in its stead."""
    found = _shape("town").search(value)
    return (value[found.start("lot") :], ("lot",)) if found else None


def _in_lot(value: str, town: str, home: Municipality | None) -> _Misplaced | None:
    """A town before the lot or in its stead: one with 丁目, or a name where the item of the town is empty or taken."""
    found = _shape("lot").match(value)
    if found is None:
        return None
    free = not town or _whole_place(town, home) is not None
    named = value[: found.end("chome")] if found["chome"] else value
    return (named, ("town",)) if found["chome"] or free else None


def _lot_of(value: str, lot: str) -> _Misplaced | None:
    """Return a lot in the item of the building, if the lot's own has no number."""
    whole = _shape("building").fullmatch(value)
    return (value, ("lot",)) if whole and not re.match("[0-9]", lot) else None


@cache
def _prefectures() -> tuple[str, ...]:
    return tuple({known.prefecture: None for known in municipalities()})


@cache
def _shape(part: str) -> re.Pattern[str]:
    return re.compile(rule_data()["address_shapes"][part])
