"""The datum graph: which steps lead from one datum to another, and how each moves points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from meguro_opendata.errors import MissingGridError
from meguro_opendata.geo.datum.crs import datum_title
from meguro_opendata.geo.datum.gridlist import GridFile
from meguro_opendata.geo.datum.grids import DatumGrid, Grids, grids_of, load_grid
from meguro_opendata.geo.datum.lattice import Floats, Grid, Truths
from meguro_opendata.geo.datum.projections import geocentric_shift
from meguro_opendata.packaged import packaged_toml

__all__ = ["Moved", "Step", "plan_steps"]

_ITERATIONS = 6
_CLOSE = 1e-13  # degrees; 10 nanometres
_METRES_A_DEGREE = 111_320.0
_ON_GRID, _APPROXIMATE, _UNCHANGED = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Moved:
    """Points after a step.

    Attributes:
        lat: Latitudes in degrees.
        lon: Longitudes in degrees.
        error: What each may be off by in metres, because of this step.
        how: For each point 0 (by the step's own operation), 1 (by the approximate one) or 2 (unchanged, without nodes).
    """

    lat: Floats
    lon: Floats
    error: Floats
    how: npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Step:
    """One edge of the graph, in one direction.

    Attributes:
        source: The datum that it starts from.
        target: The datum that it leads to.
        operation: Its entry in the EPSG register.
        inverse: Whether that operation is gone backwards.
        error: What the operation may be off by, in metres.
        grid: The grid that it uses, ``None`` if it needs none or if it is absent.
        needs_grid: The name of the grid that it needs, ``None`` if it needs none.
        leaves_gaps: Whether points without nodes stay as they are; else they are outside.
        approximate: What may stand in for the grid, as in ``datums.toml``.
    """

    source: str
    target: str
    operation: str
    inverse: bool
    error: float
    grid: DatumGrid | None
    needs_grid: str | None
    leaves_gaps: bool
    approximate: dict[str, Any] | None

    def move(self, lat: Floats, lon: Floats) -> Moved:
        """Return the points after the step; those marked 1 are approximate."""
        if self.needs_grid is None:
            return Moved(lat, lon, np.full(len(lat), self.error), np.zeros(len(lat), dtype=np.int8))
        if self.grid is None:
            return self._approximately(lat, lon)
        moved = self._backward(self.grid.grid, lat, lon) if self.inverse else self._forward(self.grid.grid, lat, lon)
        outside = moved.how == _APPROXIMATE
        if outside.any():
            there = self._approximately(lat[outside], lon[outside])
            moved.lat[outside], moved.lon[outside], moved.error[outside] = there.lat, there.lon, there.error
        return moved

    def _forward(self, grid: Grid, lat: Floats, lon: Floats) -> Moved:
        north, east, covered = grid.shift(lat, lon)
        north += lat
        east += lon
        return self._moved(north, east, covered, lat, lon)

    def _backward(self, grid: Grid, lat: Floats, lon: Floats) -> Moved:
        """Return the points that the grid moves here, by iteration: a shift changes far less than a point moves."""
        at_lat, at_lon = lat, lon
        for _ in range(_ITERATIONS):
            north, east, covered = grid.shift(at_lat, at_lon)
            new_lat, new_lon = lat - north, lon - east
            change = max(_widest(new_lat - at_lat), _widest(new_lon - at_lon))
            at_lat, at_lon = new_lat, new_lon
            if change < _CLOSE:
                break
        moved = self._moved(at_lat, at_lon, covered, lat, lon)
        if self.leaves_gaps:
            edge = covered != grid.shift(lat, lon)[2]
            moved.error[edge] += _METRES_A_DEGREE * np.hypot(lat - at_lat, lon - at_lon)[edge]
        return moved

    def _moved(self, new_lat: Floats, new_lon: Floats, covered: Truths, lat: Floats, lon: Floats) -> Moved:
        error = np.full(len(lat), self.error)
        if covered.all():
            return Moved(new_lat, new_lon, error, np.zeros(len(lat), dtype=np.int8))
        how = np.where(covered, _ON_GRID, _UNCHANGED if self.leaves_gaps else _APPROXIMATE).astype(np.int8)
        return Moved(np.where(covered, new_lat, lat), np.where(covered, new_lon, lon), error, how)

    def _approximately(self, lat: Floats, lon: Floats) -> Moved:
        how = np.full(len(lat), _APPROXIMATE, dtype=np.int8)
        stand_in = self.approximate or {}
        error = np.full(len(lat), float(stand_in.get("error", np.inf)))
        for place in reversed(stand_in.get("within", ())):
            south, west, north, east = place["box"]
            error[(lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)] = place["error"]
        if "shift" in stand_in:
            before, after = (_data()["ellipsoids"][datum] for datum in sorted((self.source, self.target), key=_rank))
            lat, lon = geocentric_shift(lat, lon, stand_in["shift"], before, after, inverse=self.inverse)
        return Moved(lat, lon, error, how)


def _widest(change: Floats) -> float:
    return float(np.nanmax(np.abs(change), initial=0.0))


def _data() -> dict[str, Any]:
    return packaged_toml(__package__, "datums.toml")


def _rank(datum: str) -> int:
    """Return the place of a datum in the order of the steps, which lead from the oldest to the newest."""
    return list(_data()["ellipsoids"]).index(datum)


def plan_steps(
    source: str,
    target: str,
    grids: Grids = None,
    *,
    allow_approximate: bool = False,
) -> tuple[Step, ...]:
    """Return the steps from one datum to another, each with its grid.

    Args:
        source: The datum of the points.
        target: The datum that they are wanted in.
        grids: Grids to use in place of those that the user has added.
        allow_approximate: Let a step without its grid be an approximate one.

    Raises:
        MissingGridError: If a step's grid is absent and nothing may stand in for it.
        SourceError: If a grid file cannot be read.
    """
    steps = _route(source, target)
    if not any(step.needs_grid for step in steps):
        return steps
    available = list(grids_of(grids))
    found = tuple(replace(step, grid=_grid_for(step, available)) if step.needs_grid else step for step in steps)
    missing = [step for step in found if step.needs_grid and step.grid is None]
    if missing and not allow_approximate:
        raise MissingGridError(
            "grid-missing",
            grid=missing[0].needs_grid,
            source=datum_title(missing[0].source),
            target=datum_title(missing[0].target),
        )
    return found


def _route(source: str, target: str) -> tuple[Step, ...]:
    """Return the steps between two datums; the graph is a line, from the oldest datum to the newest."""
    edges = _data()["steps"]
    forward = [edge["source"] for edge in edges] + [edges[-1]["target"]]
    start, end = forward.index(source), forward.index(target)
    if start <= end:
        return tuple(_step(edge, inverse=False) for edge in edges[start:end])
    return tuple(_step(edge, inverse=True) for edge in reversed(edges[end:start]))


def _step(edge: dict[str, Any], *, inverse: bool) -> Step:
    source, target = (edge["target"], edge["source"]) if inverse else (edge["source"], edge["target"])
    return Step(
        source=source,
        target=target,
        operation=edge["operation"],
        inverse=inverse,
        error=edge["error"],
        grid=None,
        needs_grid=edge.get("grid"),
        leaves_gaps=edge.get("gaps") == "unchanged",
        approximate=edge.get("approximate"),
    )


def _grid_for(step: Step, available: Iterable[GridFile | DatumGrid]) -> DatumGrid | None:
    """Return the first of the grids that leads from the older datum of the step to the newer."""
    ends = (step.target, step.source) if step.inverse else (step.source, step.target)
    for one in available:
        file = one.file if isinstance(one, DatumGrid) else one
        if (file.source, file.target) == ends:
            return one if isinstance(one, DatumGrid) else load_grid(one)
    return None
