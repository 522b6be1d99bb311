"""Prefecture and municipality at the beginning of an address, found by name and never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from meguro_opendata.japan.addresses.spelling import address_data, folded_name
from meguro_opendata.japan.municipalities import DIVIDED, Municipality, municipalities

__all__ = ["Place", "find_place", "ward_name", "wards_of"]

_PREFECTURE_LENGTHS = (3, 4)  # 神奈川県, 和歌山県 and 鹿児島県 have four letters, all other prefectures three
_BARE_LENGTHS = (2, 3)
_LONGEST = 40  # more letters than any prefecture, county and municipality have together, with spaces between them


class Place(NamedTuple):
    """The place with which an address begins.

    Attributes:
        prefecture: The official name, or an empty text.
        municipality: The municipality; ``None`` if the address names none, or if several are possible.
        rest: The address after the place.
        problem: The reason why there is no municipality, as a code of the messages; empty if there is one.
        readings: The full names of the possible municipalities.
        assumed: Whether prefecture or municipality were taken from the data's own municipality.
        possible: The municipalities of ``readings``.
    """

    prefecture: str
    municipality: Municipality | None
    rest: str
    problem: str = ""
    readings: tuple[str, ...] = ()
    assumed: bool = False
    possible: tuple[Municipality, ...] = ()


@dataclass(frozen=True)
class _Names:
    """Municipalities by their folded names, and the lengths of these names, the longest first."""

    by_name: Mapping[str, tuple[Municipality, ...]]
    lengths: tuple[int, ...]

    def at_start(self, folded: str) -> tuple[tuple[Municipality, ...], int]:
        """Return the municipalities of the longest name with which a text begins, and its length."""
        for length in self.lengths:
            found = self.by_name.get(folded[:length])
            if found and length <= len(folded):
                return found, length
        return (), 0


class _Start(NamedTuple):
    """The beginning of an address in the form in which names are compared: without spaces between the names.

    Attributes:
        text: The address.
        folded: Its folded beginning, without spaces.
        spaced: Whether the beginning had spaces.
    """

    text: str
    folded: str
    spaced: bool

    @classmethod
    def of(cls, text: str) -> _Start:
        """Return the beginning of a plain address, longer than any name of prefecture, county and municipality."""
        folded = folded_name(text[:_LONGEST])
        spaced = " " in folded
        return cls(text, folded.replace(" ", "") if spaced else folded, spaced)

    def after(self, count: int) -> str:
        """Return the address after its first ``count`` signs, spaces not counted.

        >>> _Start.of("仙台市 若林区 土樋999").after(6)
        '土樋999'
        """
        if not self.spaced:
            return self.text[count:]
        left = self.text
        for _ in range(count):
            left = left.lstrip()[1:]
        return left.lstrip()


def find_place(text: str, home: Municipality | None = None) -> Place:
    """Return the place that a plain address begins with.

    Args:
        text: See :func:`~meguro_opendata.japan.addresses.spelling.plain_address`.
        home: The municipality of the data; used if an address names none.

    >>> find_place("東京都目黒区目黒1-2-3").rest, find_place("府中市宮西町2-24").problem
    ('目黒1-2-3', 'municipality-ambiguous')
    >>> find_place("千葉市川市八幡1-1").municipality.name, find_place("仙台市 若林区土樋9").municipality.name
    ('市川市', '仙台市若林区')
    """
    start = _Start.of(text)
    head = _longest(start.folded, _PREFECTURE_LENGTHS, _prefectures())
    return _in_prefecture(start, head, home) if head else _without_prefecture(start, home)


def ward_name(known: Municipality) -> str:
    """Return the name of a ward without the name of its designated city; empty for any other municipality.

    >>> [ward_name(one) for one in municipalities() if one.code in ("141062", "131105")]
    ['', '保土ケ谷区']
    """
    return known.name.partition("市")[2] if known.kind == "ward" else ""


def wards_of(known: Municipality | None) -> tuple[Municipality, ...]:
    """Return the wards of a designated city; empty for any other municipality."""
    return _wards().get(known.code, ()) if known is not None and known.kind == DIVIDED else ()


@cache
def _wards() -> dict[str, tuple[Municipality, ...]]:
    cities = [known for known in municipalities() if known.kind == DIVIDED]
    wards = [known for known in municipalities() if known.kind == "ward"]
    return {
        city.code: tuple(one for one in wards if one.prefecture == city.prefecture and one.name.startswith(city.name))
        for city in cities
    }


def _in_prefecture(start: _Start, head: str, home: Municipality | None) -> Place:
    """Return the municipality after the name of a prefecture."""
    prefecture, names = _prefectures()[head]
    found, length = names.at_start(start.folded[len(head) :])
    if len(found) == 1:
        return Place(prefecture, found[0], start.after(len(head) + length).lstrip())
    rest = start.after(len(head)).lstrip()
    if found:
        found = _as_written(found, rest)
        if len(found) == 1:
            return Place(prefecture, found[0], start.after(len(head) + length).lstrip())
        return _ambiguous(prefecture, found, rest)
    if not rest:
        return Place(prefecture, None, "", "municipality-missing")
    if home is not None and home.prefecture == prefecture and not _named_like_place().match(rest):
        return Place(prefecture, home, rest, assumed=True)
    return Place(prefecture, None, rest, "municipality-not-in-prefecture")


def _without_prefecture(start: _Start, home: Municipality | None) -> Place:
    """Return the municipality with the longest name; of equal lengths the home, its ward, or one of its prefecture.

    ``千葉市川市`` is read as 千葉 and 市川市, not as 千葉市: the reading that covers more of the text wins.
    """
    found, length = _names_of_japan().at_start(start.folded)
    if len(found) > 1:
        found = _as_written(found, start.text)
    shortened = _of_bare_prefecture(start, length)
    if shortened is not None:
        return shortened
    if home is not None:
        own = max((len(name) for name in _home_names(home) if start.folded.startswith(name)), default=0)
        if own >= length and own:
            return Place(home.prefecture, home, start.after(own).lstrip())
    return _of_name(start, home, found, length)


def _of_name(start: _Start, home: Municipality | None, found: tuple[Municipality, ...], length: int) -> Place:
    """Return the only municipality of a name, else the one in the home's prefecture; without a name, the home."""
    text, rest = start.text, start.after(length).lstrip()
    if len(found) == 1:
        return Place(found[0].prefecture, found[0], rest)
    if found:
        chosen = _nearest(found, home) if home is not None else None
        return Place(chosen.prefecture, chosen, rest, assumed=True) if chosen else _ambiguous("", found, text)
    if home is None:
        return Place("", None, text, "municipality-missing")
    if _of_county().match(start.folded):
        return Place("", None, text, "municipality-unknown")
    return Place(home.prefecture, home, text, assumed=True)


def _nearest(found: tuple[Municipality, ...], home: Municipality) -> Municipality | None:
    """Return the only one of several municipalities that is a ward of the home, else the only one in its prefecture."""
    near = [known for known in found if known.prefecture == home.prefecture]
    for some in ([known for known in near if known in wards_of(home)], near):
        if len(some) == 1:
            return some[0]
    return None


def _of_bare_prefecture(start: _Start, least: int) -> Place | None:
    """Return the place of an address that begins with a prefecture without 都, 府 or 県, and a municipality of it.

    Args:
        start: The address.
        least: The length of the municipality's name with which the address begins otherwise; a shorter reading loses.
    """
    known = _bare_prefectures()
    bare = _longest(start.folded, _BARE_LENGTHS, known)
    if not bare:
        return None
    found, length = _prefectures()[known[bare]][1].at_start(start.folded[len(bare) :])
    if len(found) != 1 or len(bare) + length <= least:
        return None
    return Place(found[0].prefecture, found[0], start.after(len(bare) + length).lstrip())


def _as_written(found: tuple[Municipality, ...], text: str) -> tuple[Municipality, ...]:
    """Return the one of several municipalities that is written exactly so: 鹿島市 is not 鹿嶋市."""
    written = text.replace(" ", "")
    exact = tuple(
        one for one in found if written.startswith((one.name, f"{one.county}{one.name}", ward_name(one) or " "))
    )
    return exact or found


def _longest(folded: str, lengths: tuple[int, int], known: Mapping[str, object]) -> str:
    """Return the known name of one of two lengths with which a text begins, the longer one first; else empty."""
    first, second = lengths
    head = folded[:second]
    return head if head in known else head[:first] if head[:first] in known else ""


def _ambiguous(prefecture: str, found: tuple[Municipality, ...], rest: str) -> Place:
    shown = tuple(known.full_name for known in found)
    return Place(prefecture, None, rest, "municipality-ambiguous", shown, possible=found)


@cache
def _home_names(home: Municipality) -> tuple[str, ...]:
    """Return the folded names by which data of a municipality calls it."""
    names = (f"{home.county}{home.name}", home.name, ward_name(home))
    return tuple(folded_name(name) for name in names if name)


@cache
def _prefectures() -> dict[str, tuple[str, _Names]]:
    """Return, by the folded name of a prefecture, its official name and its municipalities."""
    grouped: dict[str, list[Municipality]] = {}
    for known in municipalities():
        grouped.setdefault(known.prefecture, []).append(known)
    return {folded_name(name): (name, _by_name(members)) for name, members in grouped.items()}


@cache
def _bare_prefectures() -> dict[str, str]:
    """Return the folded names of the prefectures, by these names without 都, 府 and 県."""
    return {name[:-1]: name for name in _prefectures() if name[-1] in "都府県"}


@cache
def _names_of_japan() -> _Names:
    """Return all municipalities by name; a ward also by its name without its city, so that 中央区 is ambiguous."""
    return _by_name(municipalities())


@cache
def _named_like_place() -> re.Pattern[str]:
    """Return the pattern of a text that is formed like a municipality which the prefecture does not have."""
    return re.compile(address_data()["places"]["municipality"])


@cache
def _of_county() -> re.Pattern[str]:
    """Return the pattern of a county and a name in it that is formed like a municipality's."""
    counties = sorted({folded_name(known.county) for known in municipalities() if known.county}, key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, counties))})[^0-9]{{1,6}}?[町村]")


def _by_name(members: Iterable[Municipality]) -> _Names:
    found: dict[str, list[Municipality]] = {}
    for known in members:
        for name in dict.fromkeys(_spellings(known)):
            found.setdefault(name, []).append(known)
    lengths = sorted({len(name) for name in found}, reverse=True)
    return _Names({name: tuple(meant) for name, meant in found.items()}, tuple(lengths))


def _spellings(known: Municipality) -> Iterator[str]:
    """Yield the folded names of a municipality."""
    for name in (known.name, f"{known.county}{known.name}", ward_name(known)):
        if name:
            yield folded_name(name)
