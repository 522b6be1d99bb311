"""The towns of one municipality, to be found at the beginning of a text, however their names are spelt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from meguro_opendata.japan.addresses.spelling import address_data, folded_name, plain_address
from meguro_opendata.japan.numerals import NUMERALS, from_kanji, to_kanji

__all__ = ["Oaza", "Town", "Towns", "town_of_name"]

_CHOME = re.compile(f"(?P<oaza>.+?)(?P<chome>[0-9]{{1,2}}|[{NUMERALS}]{{1,3}})丁目?(?P<koaza>.*)")
_NUMBER_IN_NAME = re.compile(f"[{NUMERALS}]+(?=条|線|地割|区|番町|軒|号)")


@dataclass(frozen=True)
class Town:
    """One 町字: its official name, the parts of it, and its ID where that is known.

    Attributes:
        name: As it is written officially, the chome in kanji: 上目黒二丁目.
        oaza: The name without chome: 上目黒.
        chome: The number of the chome, ``None`` where it has none.
        id: 町字ID, seven digits, or empty.
        koaza: What follows the chome; nearly always empty.
        kana: Reading of the oaza, or empty.
    """

    name: str
    oaza: str
    chome: int | None = None
    id: str = ""
    koaza: str = ""
    kana: str = ""

    @cached_property
    def key(self) -> str:
        """The name as it is compared: one for all spellings.

        >>> town_of_name("大字柿ノ木坂1丁目").key == town_of_name("柿の木坂一丁目").key
        True
        """
        return folded_name(f"{_headless(self.oaza)}{self._chome_text}{self.koaza}")

    @property
    def _chome_text(self) -> str:
        return "" if self.chome is None else f"{to_kanji(self.chome)}丁目"


def town_of_name(written: str, town_id: str = "", kana: str = "") -> Town:
    """A town from its name in any spelling; the chome becomes kanji.

    >>> town_of_name("焼津２丁目").name, town_of_name("下三丁").chome, town_of_name("八雲").oaza
    ('焼津二丁目', 3, '八雲')
    """
    name = plain_address(written).replace(" ", "")
    found = _CHOME.fullmatch(name)
    number = from_kanji(found["chome"]) if found else None
    if found is None or not number or number > 99:  # noqa: PLR2004 (chome have two digits at most)
        return Town(name, name, None, town_id, kana=kana)
    unit = name[found.end("chome") : found.start("koaza")]
    official = f"{found['oaza']}{to_kanji(number)}{unit}{found['koaza']}"
    return Town(official, found["oaza"], number, town_id, found["koaza"], kana)


@dataclass(frozen=True)
class Oaza:
    """The towns that share a name but for their chome."""

    name: str
    by_chome: Mapping[int | None, Town]
    has_chome: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its towns, by chome."""
        towns = sorted(self.by_chome.items(), key=lambda item: item[0] or 0)
        return tuple(town.name for _, town in towns)


@dataclass(frozen=True)
class Towns:
    """All towns of a municipality, by every spelling of their names.

    Attributes:
        code: The municipality, six digits.
        by_key: What a name may mean, by the name as it is compared.
        lengths: Of the names, the longest first.
    """

    code: str
    by_key: Mapping[str, tuple[Oaza, ...]]
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, code: str, towns: Iterable[Town]) -> Self:
        """The index of some towns."""
        grouped: dict[str, dict[int | None, Town]] = {}
        for town in towns:
            name, chome = (f"{town.name}", None) if town.koaza else (town.oaza, town.chome)
            grouped.setdefault(name, {})[chome] = town
        by_key: dict[str, list[Oaza]] = {}
        for name, chomes in grouped.items():
            for key in dict.fromkeys(_keys(name)):
                by_key.setdefault(key, []).append(Oaza(name, chomes, any(chomes)))
        lengths = sorted({len(key) for key in by_key}, reverse=True)
        return cls(code, {key: tuple(found) for key, found in by_key.items()}, tuple(lengths))

    def __iter__(self) -> Iterator[Town]:
        """Every town, once."""
        seen: dict[str, Oaza] = {oaza.name: oaza for found in self.by_key.values() for oaza in found}
        for oaza in seen.values():
            yield from oaza.by_chome.values()

    def at_start(self, text: str) -> Iterator[tuple[int, tuple[Oaza, ...]]]:
        """Names with which a text begins, the longest first: how many signs, and what they may mean.

        Args:
            text: A plain address from the town on; see :func:`~meguro_opendata.japan.addresses.spelling.plain_address`.
        """
        folded = folded_name(text)
        for length in self.lengths:
            found = self.by_key.get(folded[:length])
            if found and length <= len(text):
                exact = tuple(oaza for oaza in found if oaza.name == text[:length])
                yield length, exact if len(exact) == 1 else found


def _keys(name: str) -> Iterator[str]:
    """The name as it is compared, with and without 大字, its numbers in kanji and in digits."""
    for form in (name, _headless(name)):
        yield folded_name(form)
        yield folded_name(_NUMBER_IN_NAME.sub(lambda found: str(from_kanji(found[0])), form))


def _headless(name: str) -> str:
    """A name without 大字 before it."""
    head = address_data()["heads"][0]
    return name.removeprefix(head) if name != head else name
