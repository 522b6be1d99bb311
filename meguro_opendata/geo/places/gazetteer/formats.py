"""The files that publishers of addresses give out, as towns and points; which is which is told by the header."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from meguro_opendata.errors import SourceError
from meguro_opendata.geo.places.gazetteer.base import expected_error, gazetteer_data
from meguro_opendata.japan.addresses import Town, town_of_name
from meguro_opendata.japan.addresses.places import find_place
from meguro_opendata.japan.addresses.spelling import plain_address
from meguro_opendata.japan.folding import one_width

__all__ = ["Entry", "Format", "entries", "format_of"]

_LAT, _LON = (20.0, 46.0), (122.0, 154.0)
_NOT_NUMBERS = range(901, 1000)
_NOT_BRANCHES = 10_001
Row = Mapping[str, str]


@dataclass(frozen=True)
class Format:
    """One kind of file, as ``gazetteers.toml`` describes it.

    Attributes:
        kind: ``names``, ``town``, ``block`` or ``residence``: what its rows are.
        header: Columns that it has in any case.
        columns: The columns that are read, by role: the names that each may have.
    """

    id: str
    kind: str
    title: str
    header: tuple[str, ...]
    columns: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Entry:
    """One row that is of use.

    Attributes:
        code: The municipality.
        town: The town with its names; ``None`` where the row has its ID only.
        ref: By what its points are found: 町字ID, else the name as it is compared.
        level: ``town``, ``block`` or ``residence``; empty where the row is a name without a point.
        place: Block, number and branch; empty strings for what it has not.
        first: Whether it is the point that represents the block.
        key: Under what the town is stored: its name as it is compared.
    """

    code: str
    town: Town | None
    ref: str
    level: str = ""
    place: tuple[str, str, str] = ("", "", "")
    lat: float = math.nan
    lon: float = math.nan
    error: float = 0.0
    first: bool = True
    key: str = ""


def format_of(header: Sequence[str], name: str) -> Format:
    """Return the format that a header belongs to.

    Raises:
        SourceError: If it is none of them; told with those that are known.
    """
    here = set(header)
    for known in _formats():
        if here.issuperset(known.header):
            return known
    raise SourceError("addresses-header", file=name, header=list(header)[:12], known=[one.title for one in _formats()])


@cache
def _formats() -> tuple[Format, ...]:
    return tuple(
        replace(made, header=tuple(one_width(name) for name in made.header))
        for made in (Format(**entry) for entry in gazetteer_data()["formats"])
    )


def entries(kind: Format, header: Sequence[str], records: Iterator[tuple[int, list[str]]]) -> Iterator[Entry | int]:
    """Yield the entry of each row; for a row of no use, its line."""
    places = {role: at for role, names in kind.columns.items() if (at := _place_of(names, header)) is not None}
    read = _READERS[kind.kind, "code" in places]
    for line, cells in records:
        row = {role: cells[at].strip() for role, at in places.items() if at < len(cells)}
        entry = read(row, kind) if len(row) == len(places) else None
        yield entry if entry is not None else line


def _place_of(names: Sequence[str], header: Sequence[str]) -> int | None:
    known = [one_width(name) for name in names]
    return next((at for at, name in enumerate(header) if name in known), None)


def _name_row(row: Row, kind: Format) -> Entry | None:
    """Return a town with its ID; one that has ended is left out."""
    if row.get("ended") or not row["oaza"]:
        return None
    number = int(row["number"]) if row.get("number", "").isdigit() and int(row["number"]) else None
    named = town_of_name(row["oaza"] + row["chome"])
    chome = number if number is not None else named.chome
    oaza = plain_address(row["oaza"]) if row["chome"] else named.oaza
    koaza = plain_address(row.get("koaza", ""))
    town = Town(named.name + koaza, oaza, chome, row["id"], koaza, row.get("kana", ""))
    return Entry(row["code"], town, row["id"], key=town.key)


def _id_row(row: Row, kind: Format) -> Entry | None:
    """Return a point by 町字ID and the IDs of block and residence; a made-up ID is no number."""
    point = _point(row)
    if point is None or not row["code"] or not row["id"]:
        return None
    block, number = (_number_of(row.get(role, ""), _NOT_NUMBERS) for role in ("block", "number"))
    place = (block, number, _number_of(row.get("branch", ""), range(_NOT_BRANCHES, 10**9)))
    wanted = {"town": (), "block": (block,), "residence": (block, number)}[kind.kind]
    if not all(wanted):
        return None
    error = math.nan if kind.kind == "town" else expected_error(kind.kind)
    return Entry(row["code"], None, row["id"], kind.kind, place, *point, error)


def _number_of(written: str, without: range) -> str:
    """Return the number that an ID of the registry stands for, or nothing.

    >>> _number_of("019", _NOT_NUMBERS), _number_of("901", _NOT_NUMBERS), _number_of("000", _NOT_NUMBERS)
    ('19', '', '')
    """
    number = int(written) if written.isascii() and written.isdigit() else 0
    return "" if number == 0 or number in without else str(number)


def _named_row(row: Row, kind: Format) -> Entry | None:
    """Return a point by the names of prefecture, municipality and town."""
    point, code = _point(row), _code_of(row["prefecture"], row["city"])
    if point is None or not code or not row["town"] or row.get("gone", "0") not in ("", "0"):
        return None
    town = _town(row["town"], row.get("koaza", ""), row.get("kana", ""))
    if kind.kind == "town":
        return Entry(code, town, town.key, "town", lat=point[0], lon=point[1], error=math.nan, key=town.key)
    block = plain_address(row["block"])
    if not block:
        return None
    error = expected_error("block" if row.get("planned", "1") == "1" else "parcel")
    first = row.get("representative", "1") == "1"
    return Entry(code, town, town.key, "block", (block, "", ""), *point, error, first, town.key)


@cache
def _town(name: str, koaza: str, kana: str) -> Town:
    town = town_of_name(name, kana=kana)
    if not koaza or koaza in ("-", "NULL"):
        return town
    small = plain_address(koaza)
    return replace(town, name=f"{town.name}{small}", koaza=small)


@cache
def _code_of(prefecture: str, city: str) -> str:
    """Return the code of a municipality by its names, or nothing."""
    found = find_place(f"{plain_address(prefecture)}{plain_address(city)}")
    if found.municipality is None or found.rest:
        return ""
    return found.municipality.code


def _point(row: Row) -> tuple[float, float] | None:
    """Return latitude and longitude, if both lie in Japan."""
    try:
        lat, lon = float(row["lat"]), float(row["lon"])
    except ValueError:
        return None
    return (lat, lon) if _LAT[0] <= lat <= _LAT[1] and _LON[0] <= lon <= _LON[1] else None


_READERS: Mapping[tuple[str, bool], Callable[[Row, Format], Entry | None]] = {
    ("names", True): _name_row,
    ("town", True): _id_row,
    ("block", True): _id_row,
    ("residence", True): _id_row,
    ("town", False): _named_row,
    ("block", False): _named_row,
}
