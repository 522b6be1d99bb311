"""``extents.csv`` from the address data of Geolonia (``latest.csv``): the box around the towns of each municipality.

``python -m meguro_opendata.geo.places.extents_source latest.csv > extents.csv`` writes it anew.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from meguro_opendata.japan.checkdigit import check_digit
from meguro_opendata.japan.municipalities import municipalities

__all__ = ["extent_lines"]

_CODE, _LAT, _LON = "市区町村コード", "緯度", "経度"
_HEADER = "code,south,north,west,east,points"
_PARTS = 100  # of a degree


def extent_lines(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Yield the lines of ``extents.csv``: a box of whole hundredths of a degree, and the number of points.

    Designated cities have the box around all their wards. Codes that are no municipality's today are left out.

    >>> rows = [{"市区町村コード": "13110", "緯度": "35.6433", "経度": "139.6981"}]
    >>> list(extent_lines(rows))
    ['code,south,north,west,east,points', '131105,3564,3565,13969,13970,1']
    """
    found: dict[str, list[tuple[float, float]]] = {}
    cities = _cities()
    for row in rows:
        if row[_LAT] and row[_LON]:
            code = row[_CODE].zfill(5) + check_digit(row[_CODE].zfill(5))
            for one in {code, cities.get(code, code)}:
                found.setdefault(one, []).append((float(row[_LAT]), float(row[_LON])))
    yield _HEADER
    for code in sorted(found.keys() & {one.code for one in municipalities()}):
        lats, lons = zip(*found[code], strict=True)
        box = (_down(min(lats)), _up(max(lats)), _down(min(lons)), _up(max(lons)))
        yield ",".join(map(str, (code, *box, len(lats))))


def _cities() -> dict[str, str]:
    """Return the designated city of each ward, by code."""
    known = municipalities()
    cities = {one.name: one.code for one in known if one.kind == "designated_city"}
    return {one.code: cities[one.name.partition("市")[0] + "市"] for one in known if one.kind == "ward"}


def _down(degrees: float) -> int:
    return math.floor(round(degrees * _PARTS, 4))


def _up(degrees: float) -> int:
    return math.ceil(round(degrees * _PARTS, 4))


if __name__ == "__main__":
    with Path(sys.argv[1]).open(encoding="utf-8-sig", newline="") as source:
        sys.stdout.writelines(f"{line}\n" for line in extent_lines(csv.DictReader(source)))
