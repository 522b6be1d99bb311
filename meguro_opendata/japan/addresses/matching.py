"""Search for the town of an address in a gazetteer: by name, by a similar name, or by the 大字 of an unknown 小字.

The ways are tried in the order of their certainty, and an uncertain result is marked. Street names of 京都市 before
the town and a 小字 after it are kept as the address's ``locality``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from meguro_opendata.japan.addresses.canonical import canonical
from meguro_opendata.japan.addresses.lots import LOT_PREFIX, bare_number
from meguro_opendata.japan.addresses.spelling import address_data
from meguro_opendata.japan.addresses.towns import Oaza, Towns
from meguro_opendata.japan.numerals import NUMERALS

__all__ = ["Match", "match_town"]

_LEAST_SHORTENED = 2  # one sign is too short for a name with a word left out: it would match by chance
_NUMBER = f"(?:[0-9]+|[{NUMERALS}]+)"
# The possible continuations of a whole name, not a number that belongs to the name: 二十四軒 does not end before 4条.
_TOWN_END = re.compile(
    rf"(?! ?{_NUMBER}(?:{'|'.join(address_data()['joining_units'])}))"
    rf"(?:[0-9(-]| |$|地先|付近|地内|番外地|(?:官有)?無番地|先$|内$|{LOT_PREFIX} ?(?:[0-9]|[{NUMERALS}]+番)"
    rf"|[{NUMERALS}]{{1,8}}(?: ?丁目?| ?番地?|号|-|の|ノ| |\(|$))"
)
_WITHOUT_JO = re.compile("^([東西南北][0-9]+)(?=[東西南北][0-9])")  # 北24西6 is 北24条西6丁目
_MARKED = re.compile(rf" ?(?:小字|字|第?{_NUMBER}地割)")
_UNMARKED = re.compile(r" ?[^0-9\s!-~町村丁番大ぁ-ん][^0-9\s!-~]{0,7}(?:[0-9]|$)| ?[ぁ-んァ-ヺー]{2,8}(?:[0-9]|$)")


class Match(NamedTuple):
    """The town that was found in a text.

    Attributes:
        meant: The possible names, each with its chome.
        tail: The text after the name.
        locality: Street names before the town, or the 小字 after it.
        within: Whether only the surrounding 大字 is known, since the gazetteer lacks the 小字.
        sure: Whether the text marks the 小字 as one (字…), so that the 大字 is not guessed.
    """

    meant: tuple[Oaza, ...]
    tail: str
    locality: str = ""
    within: bool = False
    sure: bool = True


def match_town(rest: str, towns: Towns) -> Match | None:
    """Return the town with which the rest of an address begins; ``None`` if the gazetteer has no such town.

    Args:
        rest: A plain address from its town onwards.
        towns: The towns of the municipality.
    """
    found = _by_name(rest, towns)
    if found is not None:
        return found
    whole = _WITHOUT_JO.sub(r"\1条", rest)
    for typed, meant in address_data()["slips"].items():
        whole = whole.replace(typed, meant)
    found = _by_name(whole, towns) if whole != rest else None
    return found or _behind_streets(rest, towns) or _shortened(rest, towns) or _within(rest, towns)


def _by_name(rest: str, towns: Towns) -> Match | None:
    """Return the longest name that matches sign by sign, or in canonical form where that one is longer."""
    found = next(_exact(rest, towns), None)
    if found is not None and not _goes_on(found.tail):
        return found
    other = next(_canonical(rest, towns), None)
    if found is None or other is None:
        return found or other
    return other if len(other.tail) < len(found.tail) else found


def _goes_on(tail: str) -> bool:
    """Return whether a name possibly ended only at a space inside a longer name: 目黒 本町5-1."""
    return tail.startswith(" ") and not tail.lstrip()[:1].isdigit()


def _exact(rest: str, towns: Towns) -> Iterator[Match]:
    for text in dict.fromkeys((rest, rest.removeprefix("大字").lstrip())):
        for length, meant in towns.at_start(text):
            if _ends_name(text[length:]):
                yield Match(meant, text[length:])


def _canonical(rest: str, towns: Towns) -> Iterator[Match]:
    for end, meant in towns.canonical_at_start(canonical(rest)):
        if _ends_name(rest[end:]):
            yield Match(_as_written(meant, rest[:end]), rest[end:])


def _shortened(rest: str, towns: Towns) -> Match | None:
    """Return the town whose name lacks a 町 or 通 in the text: 西小松川 for 西小松川町."""
    for end, meant in towns.shortened_at_start(canonical(rest)):
        if end >= _LEAST_SHORTENED and _ends_name(rest[end:]):
            return Match(meant, rest[end:])
    return None


def _behind_streets(rest: str, towns: Towns) -> Match | None:
    """Return the town after the street names with which addresses in 京都市 locate a house."""
    if not towns.code.startswith(tuple(address_data()["streets"]["codes"])):
        return None
    ends = [found.end() for found in _street_end().finditer(rest)]
    for end in reversed(ends):
        found = _by_name(rest[end:].lstrip(), towns) or _shortened(rest[end:].lstrip(), towns)
        if found is not None:
            return found._replace(locality=rest[:end].strip())
    return None


def _within(rest: str, towns: Towns) -> Match | None:
    """Return the 大字 of a 小字 that the gazetteer lacks; ``sure`` only if the text marks the 小字 as one."""
    for end, meant in towns.canonical_at_start(canonical(rest)):
        tail = rest[end:]
        marked = _MARKED.match(tail) is not None
        if marked or (end >= _LEAST_SHORTENED and _UNMARKED.match(tail) and all(map(_is_undivided, meant))):
            number = bare_number(tail)
            locality, lot = (tail[: number.start()], tail[number.start() :]) if number else (tail, "")
            return Match(_as_written(meant, rest[:end]), lot, locality.strip(), within=True, sure=marked)
    return None


def _is_undivided(oaza: Oaza) -> bool:
    """Return whether a name has no chome, so that a 小字 can follow it."""
    return not oaza.has_chome


def _as_written(meant: tuple[Oaza, ...], written: str) -> tuple[Oaza, ...]:
    """Return the one of several names that is written exactly so, else all of them."""
    exact = tuple(oaza for oaza in meant if oaza.name == written.replace(" ", ""))
    return exact if len(exact) == 1 else meant


def _ends_name(tail: str) -> bool:
    """Return whether a name can end before a tail."""
    return _TOWN_END.match(tail) is not None


@cache
def _street_end() -> re.Pattern[str]:
    return re.compile(address_data()["streets"]["end"])
