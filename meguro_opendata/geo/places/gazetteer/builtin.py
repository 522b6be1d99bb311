"""The gazetteers that the project itself holds: towns with the points that stand for them."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from functools import cache

from meguro_opendata.geo.places.gazetteer.base import Point, gazetteer_data
from meguro_opendata.japan.addresses import Town, Towns
from meguro_opendata.japan.numerals import to_kanji
from meguro_opendata.packaged import packaged_text

__all__ = ["Builtin"]


class Builtin:
    """The towns of the municipalities that ``gazetteers.toml`` lists under ``builtin``.

    >>> ward = Builtin()
    >>> towns = ward.towns("131105")
    >>> len(list(towns)), ward.towns("011002") is None
    (88, True)
    """

    def towns(self, code: str) -> Towns | None:
        """Return the towns of a municipality, ``None`` if none are held."""
        return _read(code)[0] if code in _codes() else None

    def point(self, code: str, town: Town, numbers: Sequence[str]) -> Point | None:
        """Return the point of the town; blocks are not held."""
        return _read(code)[1].get(town.key) if code in _codes() else None

    def codes(self) -> tuple[str, ...]:
        """Return the municipalities that are held."""
        return _codes()


@cache
def _codes() -> tuple[str, ...]:
    return tuple(sorted(entry["code"] for entry in gazetteer_data()["builtin"]))


@cache
def _read(code: str) -> tuple[Towns, dict[str, Point]]:
    text = packaged_text(__package__, f"{code}.csv")
    towns, points = [], {}
    for row in csv.DictReader(text.splitlines()):
        number = int(row["chome"]) if row["chome"] else None
        name = row["oaza"] + (f"{to_kanji(number)}丁目" if number else "")
        town = Town(name, row["oaza"], number, row["town_id"], kana=row["kana"])
        error = gazetteer_data()["errors"]["of_radius"] * math.sqrt(float(row["area_m2"]) / math.pi)
        towns.append(town)
        points[town.key] = Point(float(row["lat"]), float(row["lon"]), "town", float(round(error)), "builtin")
    return Towns.of(code, towns), points
