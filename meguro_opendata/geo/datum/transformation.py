"""Coordinates from one reference system to another: exact where the grids are, refused where they are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from meguro_opendata.errors import CoordinateError, MeguroOpendataError, OutsideGridError
from meguro_opendata.geo.datum.crs import Crs, datum_title, parse_crs
from meguro_opendata.geo.datum.datums import Step, plan_steps
from meguro_opendata.geo.datum.grids import Grids
from meguro_opendata.geo.datum.lattice import Floats
from meguro_opendata.geo.datum.projections import to_axes, to_degrees

__all__ = ["StepRecord", "Transformed", "transform", "transform_points"]

_CHUNK = 1 << 15
_MOST_LAT, _MOST_LON = 90.0, 180.0
_METHODS = ("grid", "approximate", "unchanged")


@dataclass(frozen=True)
class StepRecord:
    """A datum step that was carried out, to be kept with the data.

    Attributes:
        source: The datum that it started from.
        target: The datum that it led to.
        operation: Its entry in the EPSG register; an inverse one is gone backwards.
        inverse: Whether it was gone backwards.
        grid: Name of the grid; ``None`` for a step without one.
        version: Version of the grid.
        checksum: SHA-256 of the grid's file.
        error: What it may be off by in metres, where it was not approximate.
        points: How many points the step moved by its own operation.
        approximated: How many were moved by the approximate operation instead.
        unchanged: How many lie where the grid has no nodes and nothing was revised, and stayed.
    """

    source: str
    target: str
    operation: str
    inverse: bool
    grid: str | None
    version: str | None
    checksum: str | None
    error: float
    points: int
    approximated: int
    unchanged: int

    def to_dict(self) -> dict[str, Any]:
        """Return the step in the JSON of ``transform@1`` and of releases."""
        return {
            "from": datum_title(self.source),
            "to": datum_title(self.target),
            "operation": self.operation,
            "inverse": self.inverse,
            "expected_error_m": self.error,
            "grid": self.grid and {"name": self.grid, "version": self.version, "sha256": self.checksum},
            "points": {"exact": self.points, "approximate": self.approximated, "unchanged": self.unchanged},
        }


@dataclass(frozen=True, eq=False)
class Transformed:
    """Coordinates in another system, and how they got there.

    Attributes:
        first: Values of the target's first axis; NaN where a coordinate was NaN.
        second: Values of its second axis.
        errors: What each point may be off by in metres because of the datum steps; 0 within one datum.
        approximate: Whether an approximate operation moved the point.
        source: The system of the coordinates that came in.
        target: The system of those that came out.
        steps: What each datum step did.
    """

    first: Floats
    second: Floats
    errors: Floats
    approximate: npt.NDArray[np.bool_]
    source: Crs
    target: Crs
    steps: tuple[StepRecord, ...]

    @property
    def expected_error(self) -> float:
        """Return the largest of the errors in metres, 0 if there is no point."""
        return float(np.nanmax(self.errors, initial=0.0))

    def record(self) -> dict[str, Any]:
        """Return the record of the operation in a release."""
        return {
            "source": self.source.code,
            "target": self.target.code,
            "expected_error_m": round(self.expected_error, 3),
            "approximate": bool(self.approximate.any()),
            "steps": [step.to_dict() for step in self.steps],
        }


def transform(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    source: str | int | Crs,
    target: str | int | Crs,
    grids: Grids = None,
    *,
    allow_approximate: bool = False,
) -> tuple[Floats, Floats]:
    """Return coordinates in another system.

    Args:
        first: Values of the source's first axis (latitude, or X to the north), degrees or metres.
        second: Values of its second axis (longitude, or Y to the east). A coordinate that is NaN stays NaN.
        source: The system that they are in, such as ``"EPSG:4301"``.
        target: The system that they are wanted in.
        grids: Correction grids (files) in place of those that the user has added; TKY2JGD is always there.
        allow_approximate: Move points without a grid by an approximate operation instead of refusing them; use
            :func:`transform_points` to see which, and by how much they may be off.

    Returns:
        Values of the target's first and second axis, in the shape of ``first``.

    Raises:
        MissingGridError: If a needed grid has not been added.
        OutsideGridError: If points lie where a needed grid has no nodes; ``indices`` names them.
        CoordinateError: If coordinates are none; ``indices`` names them.
        UnknownCrsError: If a system is not known.

    >>> lat, lon = transform([36.103774791666666], [140.08785504166664], "EPSG:4301", "EPSG:4612")
    >>> round(float(lat[0]), 9), round(float(lon[0]), 9)
    (36.106966282, 140.084576866)
    """
    done = transform_points(first, second, source, target, grids, allow_approximate=allow_approximate)
    return done.first, done.second


def transform_points(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    source: str | int | Crs,
    target: str | int | Crs,
    grids: Grids = None,
    *,
    allow_approximate: bool = False,
) -> Transformed:
    """Transform as :func:`transform` does; also return the record of the operation and each point's expected error."""
    one, two, shape = _as_arrays(first, second)
    before, after = parse_crs(source), parse_crs(target)
    steps = plan_steps(before.datum, after.datum, grids, allow_approximate=allow_approximate)
    work = _Work(len(one), steps)
    for part in _chunks(len(one)):
        work.run(part, one[part], two[part], before, after)
    work.refuse(allow_approximate=allow_approximate)
    return Transformed(
        first=work.first.reshape(shape),
        second=work.second.reshape(shape),
        errors=work.errors.reshape(shape),
        approximate=work.approximate.reshape(shape),
        source=before,
        target=after,
        steps=tuple(_record(step, counts) for step, counts in zip(steps, work.counts.tolist(), strict=True)),
    )


def _as_arrays(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[Floats, Floats, tuple[int, ...]]:
    try:
        one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    except (TypeError, ValueError):
        raise MeguroOpendataError("coordinates-not-numbers") from None
    if one.shape != two.shape:
        raise MeguroOpendataError("coordinates-lengths", first=one.size, second=two.size)
    return one.ravel(), two.ravel(), one.shape


def _chunks(count: int) -> Iterator[slice]:
    """Yield pieces that fit into the processor's cache."""
    return (slice(start, start + _CHUNK) for start in range(0, count, _CHUNK))


class _Work:
    """Where the pieces of one transformation come together."""

    def __init__(self, count: int, steps: tuple[Step, ...]) -> None:
        self.first, self.second = np.empty(count), np.empty(count)
        self.errors = np.zeros(count)
        self.approximate = np.zeros(count, dtype=bool)
        self.counts = np.zeros((len(steps), len(_METHODS)), dtype=np.int64)
        self._steps = steps
        self._not_on_earth: list[int] = []

    def run(self, part: slice, first: Floats, second: Floats, before: Crs, after: Crs) -> None:
        """Take one piece from the source to the target."""
        lat, lon = to_degrees(first, second, before)
        missing = np.isnan(first) | np.isnan(second)
        wrong = ~((np.abs(lat) <= _MOST_LAT) & (np.abs(lon) <= _MOST_LON)) & ~missing
        if wrong.any():
            self._not_on_earth += (np.flatnonzero(wrong) + part.start).tolist()
            lat, lon = np.where(wrong, np.nan, lat), np.where(wrong, np.nan, lon)
        there = ~(missing | wrong)
        for number, step in enumerate(self._steps):
            moved = step.move(lat, lon)
            lat, lon = moved.lat, moved.lon
            self.errors[part] += moved.error
            self.approximate[part] |= (moved.how == 1) & there
            self.counts[number] += np.bincount(moved.how[there], minlength=len(_METHODS))
        self.first[part], self.second[part] = to_axes(lat, lon, after)
        if missing.any():
            self.first[part][missing] = self.second[part][missing] = np.nan

    def refuse(self, *, allow_approximate: bool) -> None:
        """Stop if there are points that cannot be answered for."""
        if self._not_on_earth:
            raise CoordinateError("coordinates-not-on-earth", count=len(self._not_on_earth), indices=self._not_on_earth)
        if self.approximate.any() and not allow_approximate:
            number = int(np.flatnonzero(self.counts[:, 1])[0])
            step = self._steps[number]
            outside = np.flatnonzero(self.approximate).tolist()
            raise OutsideGridError("points-outside-grid", count=len(outside), indices=outside, grid=step.needs_grid)


def _record(step: Step, counts: list[int]) -> StepRecord:
    file = step.grid.file if step.grid else None
    return StepRecord(
        source=step.source,
        target=step.target,
        operation=step.operation,
        inverse=step.inverse,
        grid=file.name if file else None,
        version=file.version if file else None,
        checksum=file.checksum if file else None,
        error=step.error,
        points=counts[0],
        approximated=counts[1],
        unchanged=counts[2],
    )
