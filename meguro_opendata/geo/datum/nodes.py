"""``NodeList``: what a grid file says, whatever its form, and the limits of what may be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from meguro_opendata.errors import SourceError
from meguro_opendata.geo.datum.lattice import Frame
from meguro_opendata.packaged import packaged_toml

__all__ = ["NodeList", "checked", "grid_words"]


@dataclass(frozen=True, eq=False)
class NodeList:
    """The known nodes of a grid file.

    Attributes:
        name: The name of the grid.
        version: As the file says, empty if it says nothing.
        source: The datum that it starts from, ``None`` if the file does not tell.
        target: The datum that it leads to, ``None`` if the file does not tell.
        frame: The lattice.
        rows: Row of each known node, 0 at the south.
        columns: Column of each known node, 0 at the west.
        shifts: Latitude and longitude shift of each in seconds of arc, one row a node.
    """

    name: str
    version: str
    source: str | None
    target: str | None
    frame: Frame
    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    shifts: npt.NDArray[np.float64]


def grid_words() -> dict[str, Any]:
    """Return the limits and heads of grid files, from ``grids.toml``."""
    return packaged_toml(__package__, "grids.toml")


def checked(nodes: NodeList, file: str) -> NodeList:
    """Return the same nodes, if they can be believed.

    Raises:
        SourceError: If there is none, too many, or one that shifts further than any datum of Japan.
    """
    limits = grid_words()["limits"]
    if not len(nodes.rows):
        raise SourceError("grid-empty", file=file)
    if len(nodes.rows) > limits["nodes"] or nodes.frame.rows * nodes.frame.columns > limits["places"]:
        raise SourceError("grid-too-large", file=file)
    widest = float(np.abs(nodes.shifts).max())
    if not widest <= limits["shift_seconds"]:
        raise SourceError("grid-implausible", file=file, value=f"{widest:g}", limit=limits["shift_seconds"])
    return nodes
