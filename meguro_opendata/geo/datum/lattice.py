"""``Grid``: shifts at the nodes of a lattice, interpolated bilinearly where all four nodes around a point are known.

Nodes lie in square blocks, of which only those that hold a node are kept, so that Japan's 392,262 nodes are 10 MB and
not the 120 MB of the rectangle around them. Each block repeats the first row and column of its neighbours: the four
nodes of a cell are always in one block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Floats", "Frame", "Grid", "Shift", "Truths", "Whole", "build_grid"]

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
Shift = tuple[Floats, Floats, Truths]

_SIDE = 8  # cells along a block's side
_NODES = _SIDE + 1
_RINGS = 2  # nodes guessed around the known ones; the inverse may step on them, an answer never does
_AROUND = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1) if (row, column) != (0, 0)]


@dataclass(frozen=True)
class Frame:
    """Where a lattice lies: its south-western node and the distance of its nodes, in degrees; nodes by row, column."""

    south: float
    west: float
    lat_step: float
    lon_step: float
    rows: int
    columns: int

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Return south, west, north and east in degrees."""
        north = self.south + (self.rows - 1) * self.lat_step
        return self.south, self.west, north, self.west + (self.columns - 1) * self.lon_step


@dataclass(frozen=True, eq=False)
class Grid:
    """Shifts in degrees on a lattice.

    Attributes:
        frame: Where the lattice lies.
        index: Number of the block at each place, 0 where there is none; a ring of empty places lies around.
        nodes: Latitude and longitude shift of every node of every block, one after another.
        covered: Whether all four nodes of a cell are known, in the order of ``nodes``.
    """

    frame: Frame
    index: npt.NDArray[np.int32]
    nodes: Floats
    covered: Truths

    def shift(self, lat: Floats, lon: Floats) -> Shift:
        """Return the shift at each point in degrees, and whether the grid covers the point; if not, it is a guess or 0.

        Args:
            lat: Latitudes in degrees of the datum that the grid starts from.
            lon: Longitudes in degrees.
        """
        row, up = _cell(lat, self.frame.south, self.frame.lat_step, self.frame.rows)
        column, along = _cell(lon, self.frame.west, self.frame.lon_step, self.frame.columns)
        at = self._place(row, column)
        lower = _between(self.nodes, at, along)
        upper = _between(self.nodes, at + _NODES, along)
        upper -= lower
        upper *= up[:, None]
        upper += lower
        return upper[:, 0], upper[:, 1], self.covered[at]

    def _place(self, row: Whole, column: Whole) -> Whole:
        """Return where the south-western node of each cell stands among all nodes."""
        block = self.index[row // _SIDE, column // _SIDE].astype(np.int64)
        block *= _NODES * _NODES
        block += row % _SIDE * _NODES
        block += column % _SIDE
        return block

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the whole grid as arrays, to be kept in a file; see :meth:`from_arrays`."""
        frame = self.frame
        numbers = np.array([frame.south, frame.west, frame.lat_step, frame.lon_step, frame.rows, frame.columns])
        return {"frame": numbers, "index": self.index, "nodes": self.nodes, "covered": self.covered}

    @classmethod
    def from_arrays(cls, arrays: dict[str, npt.NDArray[Any]]) -> Grid:
        """Return the grid that :meth:`arrays` described."""
        south, west, lat_step, lon_step, rows, columns = arrays["frame"].tolist()
        frame = Frame(south, west, lat_step, lon_step, int(rows), int(columns))
        return cls(frame, arrays["index"], arrays["nodes"], arrays["covered"])


def _cell(values: Floats, first: float, step: float, count: int) -> tuple[Whole, Floats]:
    """Return the cell of each value, counted from 1, and the value's place in it; 0 and ``count`` are outside."""
    scaled = (values - first) / step
    np.nan_to_num(scaled, copy=False, nan=-1.0)
    np.clip(scaled, -1.0, count, out=scaled)
    whole = np.floor(scaled)
    scaled -= whole
    return whole.astype(np.int64) + _SIDE, scaled


def _between(nodes: Floats, at: Whole, along: Floats) -> Floats:
    west = nodes.take(at, axis=0)
    east = nodes.take(at + 1, axis=0)
    east -= west
    east *= along[:, None]
    east += west
    return east


def build_grid(frame: Frame, rows: Whole, columns: Whole, shifts: Floats, most: int = 1 << 30) -> Grid:
    """Return a grid from its known nodes.

    Args:
        frame: The lattice.
        rows: Row of each known node, 0 at the south.
        columns: Column of each known node, 0 at the west.
        shifts: Latitude and longitude shift of each in degrees, one row a node.
        most: How many nodes there may be, with those that are guessed around the known ones.

    Raises:
        ValueError: If there are more.
    """
    wide = frame.columns + 2 * _SIDE
    number = np.zeros((frame.rows + 2 * _SIDE) * wide, dtype=np.int32)
    keys = (rows + _SIDE) * wide + columns + _SIDE
    number[keys] = np.arange(1, len(keys) + 1)
    every, values = keys, shifts
    for _ in range(_RINGS):
        ring, guessed = _ring(every, values, number, wide)
        if len(every) + len(ring) > most:
            raise ValueError(len(ring))
        number[ring] = np.arange(len(every) + 1, len(every) + len(ring) + 1)
        every, values = np.concatenate([every, ring]), np.concatenate([values, guessed])
    row, column = every // wide, every % wide
    index = _block_index(row, column, (frame.rows // _SIDE + 3, frame.columns // _SIDE + 3))
    nodes = np.zeros(((int(index.max()) + 1) * _NODES * _NODES, 2))
    known = np.zeros(len(nodes), dtype=bool)
    for block_row, block_column in _blocks(row, column):
        at = index[block_row, block_column].astype(np.int64) * _NODES * _NODES
        at += (row - block_row * _SIDE) * _NODES + column - block_column * _SIDE
        nodes[at] = values
        known[at[: len(keys)]] = True
    return Grid(frame, index, nodes, _all_four(known))


def _block_index(row: Whole, column: Whole, shape: tuple[int, int]) -> npt.NDArray[np.int32]:
    """Return the number of each block that holds a node, from 1; 0 for the others."""
    index = np.zeros(shape, dtype=np.int32)
    for place in _blocks(row, column):
        index[place] = 1
    used = index > 0
    index[used] = np.arange(1, used.sum() + 1)
    return index


def _blocks(row: Whole, column: Whole) -> Iterator[tuple[Whole, Whole]]:
    """Yield the block of each node, and those of its western and southern neighbours, in which it is the last."""
    for down in (0, 1):
        for left in (0, 1):
            yield (row - down) // _SIDE, (column - left) // _SIDE


def _all_four(present: Truths) -> Truths:
    """Return whether the node, and those to the east, the north and the north-east of it, are known."""
    block = present.reshape(-1, _NODES, _NODES)
    whole = np.zeros_like(block)
    whole[:, :-1, :-1] = block[:, :-1, :-1] & block[:, 1:, :-1] & block[:, :-1, 1:] & block[:, 1:, 1:]
    return whole.ravel()


def _ring(keys: Whole, values: Floats, number: npt.NDArray[np.int32], wide: int) -> tuple[Whole, Floats]:
    """Return the places around the given nodes, and for each the mean of the nodes beside it."""
    steps = [row * wide + column for row, column in _AROUND]
    beside = np.zeros(len(number), dtype=bool)
    for step in steps:
        beside[keys + step] = True
    beside[keys] = False
    ring = np.flatnonzero(beside)
    total, count = np.zeros((len(ring), 2)), np.zeros(len(ring))
    for step in steps:
        found = number[ring + step]
        total += np.where(found[:, None] > 0, values[found - 1], 0)
        count += found > 0
    return ring, total / count[:, None]
