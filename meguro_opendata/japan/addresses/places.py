"""Prefecture and municipality at the beginning of an address: found by name, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from meguro_opendata.japan.addresses.spelling import folded_name
from meguro_opendata.japan.municipalities import Municipality, municipalities

__all__ = ["Place", "find_place"]

_PREFECTURE_LENGTHS = (3, 4)


@dataclass(frozen=True)
class Place:
    """What an address begins with.

    Attributes:
        prefecture: Its official name, or empty.
        municipality: ``None`` where none is named, or more than one is possible.
        rest: What follows.
        problem: Why there is no municipality, as a code of the messages; empty if there is one.
        readings: The municipalities that are possible.
        assumed: Whether the address leaves out what the data's own place then says: prefecture or municipality.
    """

    prefecture: str
    municipality: Municipality | None
    rest: str
    problem: str = ""
    readings: tuple[str, ...] = ()
    assumed: bool = False


@dataclass(frozen=True)
class _Names:
    """Municipalities by their names as they are compared, and the lengths of these, the longest first."""

    by_name: Mapping[str, tuple[Municipality, ...]]
    lengths: tuple[int, ...]

    def at_start(self, folded: str) -> tuple[tuple[Municipality, ...], int]:
        """The municipalities of the longest name with which a text begins, and its length."""
        for length in self.lengths:
            found = self.by_name.get(folded[:length])
            if found and length <= len(folded):
                return found, length
        return (), 0


def find_place(text: str, home: Municipality | None = None) -> Place:
    """The place that a plain address begins with.

    Args:
        text: See :func:`~meguro_opendata.japan.addresses.spelling.plain_address`.
        home: The municipality that the data is about; taken where an address names none.

    >>> find_place("東京都目黒区目黒1-2-3").rest, find_place("府中市宮西町2-24").problem
    ('目黒1-2-3', 'municipality-ambiguous')
    """
    folded = folded_name(text)
    head = next((folded[:length] for length in _PREFECTURE_LENGTHS if folded[:length] in _prefectures()), "")
    if not head:
        return _without_prefecture(text, folded, home)
    rest = text[len(head) :].lstrip()
    prefecture, names = _prefectures()[head]
    found, length = names.at_start(folded[len(head) :].lstrip())
    if len(found) == 1:
        return Place(prefecture, found[0], rest[length:].lstrip())
    if found:
        return Place(prefecture, None, rest, "municipality-ambiguous", _shown(found))
    if not rest:
        return Place(prefecture, None, "", "municipality-missing")
    if home is not None and home.prefecture == prefecture:
        return Place(prefecture, home, rest, assumed=True)
    return Place(prefecture, None, rest, "municipality-not-in-prefecture")


def _without_prefecture(text: str, folded: str, home: Municipality | None) -> Place:
    """The home's own name wins; else a name that only one municipality has, of Japan or of the home's prefecture."""
    if home is not None:
        for name in (folded_name(f"{home.county}{home.name}"), folded_name(home.name)):
            if folded.startswith(name):
                return Place(home.prefecture, home, text[len(name) :].lstrip())
    found, length = _names_of_japan().at_start(folded)
    if len(found) == 1:
        return Place(found[0].prefecture, found[0], text[length:].lstrip())
    near = [known for known in found if home is not None and known.prefecture == home.prefecture]
    if len(near) == 1:
        return Place(near[0].prefecture, near[0], text[length:].lstrip(), assumed=True)
    if found:
        return Place("", None, text, "municipality-ambiguous", _shown(found))
    if home is not None:
        return Place(home.prefecture, home, text, assumed=True)
    return Place("", None, text, "municipality-missing")


@cache
def _prefectures() -> dict[str, tuple[str, _Names]]:
    """Each prefecture, and the names of its municipalities, by its name as it is compared."""
    grouped: dict[str, list[Municipality]] = {}
    for known in municipalities():
        grouped.setdefault(known.prefecture, []).append(known)
    return {folded_name(name): (name, _by_name(members, wards=False)) for name, members in grouped.items()}


@cache
def _names_of_japan() -> _Names:
    """Names that stand alone; a ward's is also that of its city's ward, so that 中央区 is not one place."""
    return _by_name(municipalities(), wards=True)


def _by_name(members: Iterable[Municipality], *, wards: bool) -> _Names:
    found: dict[str, list[Municipality]] = {}
    for known in members:
        names = {known.name, f"{known.county}{known.name}"}
        if wards and known.kind == "ward":
            names.add(known.name.partition("市")[2])
        for name in names:
            found.setdefault(folded_name(name), []).append(known)
    lengths = sorted({len(name) for name in found}, reverse=True)
    return _Names({name: tuple(meant) for name, meant in found.items()}, tuple(lengths))


def _shown(found: Iterable[Municipality]) -> tuple[str, ...]:
    return tuple(known.full_name for known in found)
