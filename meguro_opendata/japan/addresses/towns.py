"""The towns of one municipality, and the search for their names, in any spelling, at the beginning of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from meguro_opendata.japan.addresses.canonical import Canonical, canonical_name
from meguro_opendata.japan.addresses.spelling import address_data, folded_name, plain_address
from meguro_opendata.japan.numerals import NUMERALS, from_kanji, to_kanji

__all__ = ["Oaza", "Town", "Towns", "town_of_name"]

_CHOME = re.compile(f"(?P<oaza>.+?)(?P<chome>[0-9]{{1,2}}|[{NUMERALS}]{{1,3}})丁目?(?P<koaza>.*)")
_NUMBER_IN_NAME = re.compile(f"(?<![{NUMERALS}])[{NUMERALS}]++(?=条|線|地割|区|番町|番丁|軒|号)")
_NUMBERS = frozenset(NUMERALS + "0123456789")
_Known = dict[str, tuple["Oaza", ...]]


@dataclass(frozen=True)
class Town:
    """One 町字: its official name, the parts of the name, and its ID.

    Attributes:
        name: The official name with the chome in kanji: 上目黒二丁目.
        oaza: The name without chome: 上目黒.
        chome: The number of the chome, ``None`` for a town without chome.
        id: 町字ID, seven digits; empty if unknown.
        koaza: The 小字 after the chome; nearly always empty.
        kana: Reading of the oaza; empty if unknown.
    """

    name: str
    oaza: str
    chome: int | None = None
    id: str = ""
    koaza: str = ""
    kana: str = ""

    @cached_property
    def key(self) -> str:
        """Return the name in its form for comparison, the same for all spellings.

        >>> town_of_name("大字柿ノ木坂1丁目").key == town_of_name("柿の木坂一丁目").key
        True
        """
        return folded_name(f"{_headless(self.oaza)}{self._chome_text}{self.koaza}")

    @property
    def _chome_text(self) -> str:
        return "" if self.chome is None else f"{to_kanji(self.chome)}丁目"


def town_of_name(written: str, town_id: str = "", kana: str = "") -> Town:
    """Return the town of a name in any spelling; the chome becomes kanji.

    >>> town_of_name("焼津２丁目").name, town_of_name("下三丁").chome, town_of_name("八雲").oaza
    ('焼津二丁目', 3, '八雲')
    >>> town_of_name("十二丁目").oaza
    '十二丁目'
    """
    name = plain_address(written).replace(" ", "")
    found = _CHOME.fullmatch(name)
    number = from_kanji(found["chome"]) if found else None
    counted = found is not None and not _NUMBERS.issuperset(found["oaza"])  # 十二丁目 is the name of a village
    if found is None or not counted or not number or number > 99:  # noqa: PLR2004 (chome have two digits at most)
        return Town(name, name, None, town_id, kana=kana)
    unit = name[found.end("chome") : found.start("koaza")]
    official = f"{found['oaza']}{to_kanji(number)}{unit}{found['koaza']}"
    return Town(official, found["oaza"], number, town_id, found["koaza"], kana)


@dataclass(frozen=True)
class Oaza:
    """The towns that share a name and differ in their chome.

    Attributes:
        name: The common name.
        by_chome: The towns by chome, ``None`` for the one without chome.
        has_chome: Whether any of the towns has a chome.
    """

    name: str
    by_chome: Mapping[int | None, Town]
    has_chome: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the towns, ordered by chome."""
        towns = sorted(self.by_chome.items(), key=lambda item: item[0] or 0)
        return tuple(town.name for _, town in towns)


@dataclass(frozen=True)
class Towns:
    """All towns of a municipality, by the spellings of their names.

    Attributes:
        code: The municipality's code, six digits.
        by_key: By the folded name, the names that it can mean.
        lengths: The lengths of the folded names, the longest first.
    """

    code: str
    by_key: Mapping[str, tuple[Oaza, ...]]
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, code: str, towns: Iterable[Town]) -> Self:
        """Return the index of a municipality's towns."""
        by_key: dict[str, list[Oaza]] = {}
        for name, twins in _grouped(towns).items():
            for key in dict.fromkeys(_keys(name)):
                by_key.setdefault(key, []).extend(Oaza(name, chomes, any(chomes)) for chomes in twins)
        lengths = sorted({len(key) for key in by_key}, reverse=True)
        return cls(code, {key: tuple(found) for key, found in by_key.items()}, tuple(lengths))

    def __iter__(self) -> Iterator[Town]:
        """Yield every town, once."""
        for oaza in self._oaza:
            yield from oaza.by_chome.values()

    @cached_property
    def _oaza(self) -> tuple[Oaza, ...]:
        """Return every name, once."""
        seen = {id(oaza.by_chome): oaza for found in self.by_key.values() for oaza in found}
        return tuple(seen.values())

    def canonical_at_start(self, written: Canonical) -> Iterator[tuple[int, tuple[Oaza, ...]]]:
        """Yield names with which a canonical text begins, the longest first: the end in the text, and the names."""
        yield from _at_start(written, self._by_form)

    def shortened_at_start(self, written: Canonical) -> Iterator[tuple[int, tuple[Oaza, ...]]]:
        """Yield the same for names from which a word such as 町 is left out."""
        yield from _at_start(written, self._by_short_form)

    def within(self, oaza: Oaza) -> tuple[Town, ...]:
        """Return the towns of a name: the name alone, its chome, and its 小字."""
        return (*oaza.by_chome.values(), *self._koaza.get(oaza.name, ()))

    @cached_property
    def _by_form(self) -> tuple[_Known, tuple[int, ...]]:
        return _indexed((canonical_name(oaza.name), oaza) for oaza in self._with_parents)

    @cached_property
    def _by_short_form(self) -> tuple[_Known, tuple[int, ...]]:
        return _indexed((form, oaza) for oaza in self._oaza for form in _short_forms(canonical_name(oaza.name)))

    @cached_property
    def _koaza(self) -> dict[str, list[Town]]:
        """Return the towns with a 小字, by their 大字."""
        found: dict[str, list[Town]] = {}
        for town in self:
            if town.koaza:
                found.setdefault(town.oaza, []).append(town)
        return found

    @cached_property
    def _with_parents(self) -> tuple[Oaza, ...]:
        """Return every name, and the 大字 that the gazetteer has only as part of a 小字's name."""
        own = {oaza.name for oaza in self._oaza}
        parents = (Oaza(name, {}, has_chome=False) for name in self._koaza if name not in own)
        return (*self._oaza, *parents)

    def at_start(self, text: str) -> Iterator[tuple[int, tuple[Oaza, ...]]]:
        """Yield names with which a text begins, the longest first: the number of signs, and the possible names.

        Args:
            text: An address from its town onwards, folded by
                :func:`~meguro_opendata.japan.addresses.spelling.plain_address`.
        """
        folded = folded_name(text[: self.lengths[0]]) if self.lengths else ""
        for length in self.lengths:
            found = self.by_key.get(folded[:length])
            if found and length <= len(text):
                exact = tuple(oaza for oaza in found if oaza.name == text[:length])
                yield length, exact if len(exact) == 1 else found


def _grouped(towns: Iterable[Town]) -> dict[str, list[dict[int | None, Town]]]:
    """Return the towns by name and chome.

    Two towns of one name, as in 京都市, stay two; a town that is listed twice under one ID becomes one.
    """
    grouped: dict[str, list[dict[int | None, Town]]] = {}
    for town in towns:
        name, chome = (town.name, None) if town.koaza else (town.oaza, town.chome)
        known = grouped.setdefault(name, [])
        free = next((one for one in known if chome not in one or one[chome].id == town.id), None)
        if free is None:
            known.append(free := {})
        free[chome] = town
    return grouped


def _at_start(written: Canonical, known: tuple[_Known, tuple[int, ...]]) -> Iterator[tuple[int, tuple[Oaza, ...]]]:
    by_form, lengths = known
    for length in lengths:
        if length > len(written.form):
            continue
        meant, end = by_form.get(written.form[:length]), written.end(length)
        if meant and end is not None:
            yield end, meant


def _indexed(forms: Iterable[tuple[str, Oaza]]) -> tuple[_Known, tuple[int, ...]]:
    """Return the names by canonical form, and the lengths of the forms, the longest first."""
    by_form: dict[str, dict[int, Oaza]] = {}
    for form, oaza in forms:
        by_form.setdefault(form, {})[id(oaza)] = oaza
    lengths = sorted({len(form) for form in by_form}, reverse=True)
    return {form: tuple(meant.values()) for form, meant in by_form.items()}, tuple(lengths)


def _short_forms(form: str) -> Iterator[str]:
    """Yield a name without each word that is sometimes left out; never without its first sign, nor after a number.

    >>> list(_short_forms("町野町桶戸")), list(_short_forms("十六町"))
    (['町野桶戸'], [])
    """
    for at in range(1, len(form)):
        if form[at] in address_data()["left_out"] and form[at - 1] not in _NUMBERS:
            yield form[:at] + form[at + 1 :]


def _keys(name: str) -> Iterator[str]:
    """Yield the folded spellings of a name: with and without 大字, its numbers in kanji and in digits."""
    for form in (name, _headless(name)):
        yield folded_name(form)
        yield folded_name(_NUMBER_IN_NAME.sub(lambda found: str(from_kanji(found[0])), form))


def _headless(name: str) -> str:
    """Return a name without 大字 before it."""
    head = address_data()["heads"][0]
    return name.removeprefix(head) if name != head else name
