"""A gazetteer: the towns of a municipality, and points of towns, blocks and residences with their error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from meguro_opendata.packaged import packaged_toml

if TYPE_CHECKING:
    from meguro_opendata.japan.addresses import Town, Towns

__all__ = ["Gazetteer", "Point", "Several", "expected_error", "gazetteer_data", "level_rank", "source_title"]


@dataclass(frozen=True)
class Point:
    """Where a place is, in degrees of JGD2011, and how near that is.

    Attributes:
        level: ``residence``, ``block``, ``town`` or ``oaza``.
        error: Metres within which at least nineteen of twenty such places lie.
        source: The gazetteer, as its format is called, or ``builtin``.
    """

    lat: float
    lon: float
    level: str
    error: float
    source: str


class Gazetteer(Protocol):
    """Names and points of the towns of any municipality that it knows."""

    def towns(self, code: str) -> Towns | None:
        """Return the towns of a municipality, ``None`` if it is not known."""

    def point(self, code: str, town: Town, numbers: Sequence[str]) -> Point | None:
        """Return the nearest point to a lot: its residence, else its block, else its town."""

    def codes(self) -> tuple[str, ...]:
        """Return the municipalities that it knows, sorted."""


@dataclass(frozen=True)
class Several:
    """Gazetteers asked one after another; of their points the one with the least error is taken."""

    members: tuple[Gazetteer, ...]

    def towns(self, code: str) -> Towns | None:
        """Return the towns of all of them; one that two know has the ID that either gives."""
        from meguro_opendata.japan.addresses import Towns

        known: dict[str, Town] = {}
        found = [towns for member in self.members if (towns := member.towns(code)) is not None]
        for town in (town for towns in found for town in towns):
            before = known.get(town.key)
            if before is None or (town.id and not before.id):
                known[town.key] = town
        return found[0] if len(found) == 1 else Towns.of(code, known.values()) if found else None

    def point(self, code: str, town: Town, numbers: Sequence[str]) -> Point | None:
        """Return the point of least error, of any of them."""
        points = [point for member in self.members if (point := member.point(code, town, numbers)) is not None]
        return min(points, key=lambda point: point.error, default=None)

    def codes(self) -> tuple[str, ...]:
        """Return the municipalities that any of them knows."""
        return tuple(sorted({code for member in self.members for code in member.codes()}))


def gazetteer_data() -> Mapping[str, Any]:
    """Return the content of ``gazetteers.toml``.

    >>> gazetteer_data()["builtin"][0]["code"]
    '131105'
    """
    return packaged_toml(__package__, "gazetteers.toml")


def expected_error(level: str) -> float:
    """Return metres within which a point of a level lies, where nothing more is known of it.

    >>> expected_error("block")
    100.0
    """
    return float(gazetteer_data()["errors"][level])


def source_title(code: str, source: str) -> str:
    """Return the name of a gazetteer: the kind of the imported file, or the first source of one that is built in.

    >>> source_title("131105", "isj-block")
    '位置参照情報（街区レベル、国土交通省）'
    """
    known = gazetteer_data()
    titles = {kind["id"]: kind["title"] for kind in known["formats"]}
    held = {entry["code"]: entry["sources"][0].partition(":")[0] for entry in known["builtin"]}
    found: str = titles.get(source) or held.get(code, source)
    return found


def level_rank(level: str) -> int:
    """Return the place of a level in their order, the nearest being 0.

    >>> level_rank("block") < level_rank("town")
    True
    """
    order: list[str] = gazetteer_data()["levels"]["order"]
    return order.index(level)
