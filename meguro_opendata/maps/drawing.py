"""Elements of the map: markers, names of towns, boundaries and, on request, tiles."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from meguro_opendata.geo.places.boundary import boundary_of
from meguro_opendata.geo.places.geocoding import Geocoder
from meguro_opendata.geo.places.nearness import distance
from meguro_opendata.maps.mercator import metres_per_unit, project, tiles_over
from meguro_opendata.maps.rows import PlaceRow, preview_data

Shape = tuple[Sequence[Sequence[float]], bool]  # points (lon, lat), and whether they are a ring

__all__ = ["Drawing", "Label", "Marker", "Shape", "TileImage", "draw"]


@dataclass(frozen=True)
class Marker:
    """All rows at one point.

    Attributes:
        rows: The rows in the order of the table.
        kind: ``measured``, ``near`` (a block or nearer) or ``rough``.
        radius: Radius of the expected error in units of the drawing; 0 for measured points.
    """

    x: float
    y: float
    rows: tuple[PlaceRow, ...]
    kind: str
    radius: float


@dataclass(frozen=True)
class Label:
    """The name of a town, its position, and the lowest zoom at which the page shows it."""

    x: float
    y: float
    text: str
    zoom: int


@dataclass(frozen=True)
class TileImage:
    """One map tile with its position and size."""

    href: str
    x: float
    y: float
    size: float


@dataclass(frozen=True)
class Drawing:
    """Everything on the map; positions are in units of ``width`` by ``height``.

    Attributes:
        metres: Length of a unit in metres in the middle of the first view.
        outlines: Paths of imported boundaries.
        shapes: Paths of the areas and lines of a GIS file.
    """

    width: int
    height: int
    metres: float
    markers: tuple[Marker, ...]
    labels: tuple[Label, ...]
    outlines: tuple[str, ...]
    tiles: tuple[TileImage, ...]
    shapes: tuple[str, ...] = ()

    @property
    def scale_metres(self) -> int:
        """Return the length of the scale bar: the longest round number of metres within a sixth of the width."""
        whole = self.metres * self.width / 6
        power = 10 ** int(math.log10(whole))
        return int(max(step * power for step in (1, 2, 5) if step * power <= whole))


@dataclass(frozen=True)
class _View:
    """The part of the world that the first view shows: its corner and its scale."""

    left: float
    top: float
    scale: float

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        """Return a point in units of the drawing."""
        x, y = project(lat, lon)
        return round((x - self.left) * self.scale, 2), round((y - self.top) * self.scale, 2)


def draw(
    rows: Sequence[PlaceRow],
    geocoder: Geocoder,
    codes: Sequence[str],
    shapes: Sequence[Shape] = (),
    *,
    tiles: bool,
) -> Drawing | None:
    """Return the map of the rows; ``None`` if no row has a point.

    Args:
        rows: The places.
        geocoder: Source of the towns and their points.
        codes: The municipalities whose towns and boundaries are drawn.
        shapes: Areas and lines of a GIS file.
        tiles: Whether the page shows map tiles, which come from the network.
    """
    located = [(row.lat, row.lon, row) for row in rows if row.lat is not None and row.lon is not None]
    if not located:
        return None
    width, height = preview_data()["width"], preview_data()["height"]
    middle = median(lat for lat, _, _ in located), median(lon for _, lon, _ in located)
    view = _view([*((lat, lon) for lat, lon, _ in located), *_corners(shapes)], middle)
    metres = metres_per_unit(middle[0]) / view.scale
    return Drawing(
        width=width,
        height=height,
        metres=metres,
        markers=tuple(_markers(located, view, metres)),
        labels=tuple(_labels(geocoder, codes, view)),
        outlines=tuple(_outlines(codes, view)),
        tiles=tuple(_tiles(view)) if tiles else (),
        shapes=tuple(_path(places, view, is_area=is_area) for places, is_area in shapes),
    )


def _corners(shapes: Sequence[Shape]) -> Iterator[tuple[float, float]]:
    """Yield the latitude and longitude of two corners of the box around each shape."""
    for places, _ in shapes:
        lons, lats = [place[0] for place in places], [place[1] for place in places]
        yield min(lats), min(lons)
        yield max(lats), max(lons)


def _view(points: Sequence[tuple[float, float]], middle: tuple[float, float]) -> _View:
    """Return the view that contains the points near the middle.

    Points farther away than ``farthest`` are ignored, so that one wrong coordinate does not shrink the map.
    """
    known = preview_data()
    near = [point for point in points if distance(*point, *middle) <= known["farthest"]] or [middle]
    projected = [project(*point) for point in near]
    xs, ys = [x for x, _ in projected], [y for _, y in projected]
    least = known["least_extent"] / metres_per_unit(middle[0])
    room = 1 - 2 * known["padding"]
    across, down = max(max(xs) - min(xs), least), max(max(ys) - min(ys), least)
    scale = min(known["width"] * room / across, known["height"] * room / down)
    left = (min(xs) + max(xs)) / 2 - known["width"] / scale / 2
    top = (min(ys) + max(ys)) / 2 - known["height"] / scale / 2
    return _View(left, top, scale)


def _markers(located: Sequence[tuple[float, float, PlaceRow]], view: _View, metres: float) -> Iterator[Marker]:
    """Yield one marker for each point and kind; rough ones first, so that measured points are drawn above them."""
    grouped: dict[tuple[float, float, str], list[PlaceRow]] = defaultdict(list)
    for lat, lon, row in located:
        kind = "measured" if row.is_measured else "rough" if row.is_rough else "near"
        grouped[lat, lon, kind].append(row)
    order = ("rough", "near", "measured")
    for (lat, lon, kind), rows in sorted(grouped.items(), key=lambda item: order.index(item[0][2])):
        radius = max(row.error for row in rows) / metres
        yield Marker(*view.place(lat, lon), tuple(rows), kind, round(radius, 2))


def _labels(geocoder: Geocoder, codes: Sequence[str], view: _View) -> Iterator[Label]:
    """Yield the name of each town with the lowest zoom at which it overlaps no name shown before."""
    waiting: list[tuple[float, float, str]] = []
    for code in codes:
        for town in geocoder.towns(code) or ():
            point = geocoder.gazetteer.point(code, town, ())
            if point is not None:
                waiting.append((*view.place(point.lat, point.lon), town.name))
    shown: list[tuple[float, float, str]] = []
    for zoom in preview_data()["name_zooms"]:
        later = []
        for name in waiting:
            if any(_overlap(name, other, zoom) for other in shown):
                later.append(name)
            else:
                shown.append(name)
                yield Label(*name, zoom)
        waiting = later


def _overlap(one: tuple[float, float, str], other: tuple[float, float, str], zoom: int) -> bool:
    """Return whether two names would overlap at a zoom."""
    size = preview_data()["name_size"]
    wide = (len(one[2]) + len(other[2])) / 2 * size
    return bool(abs(one[0] - other[0]) * zoom < wide and abs(one[1] - other[1]) * zoom < size)


def _outlines(codes: Sequence[str], view: _View) -> Iterator[str]:
    for code in codes:
        boundary = boundary_of(code)
        for ring in (ring for polygon in boundary.polygons for ring in polygon) if boundary else ():
            yield _path(ring, view, is_area=True)


def _path(places: Sequence[Sequence[float]], view: _View, *, is_area: bool) -> str:
    """Return the SVG path of a ring or a line of (lon, lat)."""
    drawn = (view.place(lat, lon) for lon, lat in places)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in drawn) + ("Z" if is_area else "")


def _tiles(view: _View) -> Iterator[TileImage]:
    known = preview_data()
    right, bottom = view.left + known["width"] / view.scale, view.top + known["height"] / view.scale
    for zoom, x, y in tiles_over(view.left, view.top, right, bottom, known["tiles"]["most"], known["tiles"]["deepest"]):
        size = view.scale / 2**zoom
        href = known["tiles"]["address"].format(z=zoom, x=x, y=y)
        place = (x / 2**zoom - view.left) * view.scale, (y / 2**zoom - view.top) * view.scale
        yield TileImage(href, round(place[0], 2), round(place[1], 2), round(size, 2))
