"""Correction grids, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meguro_opendata.messages import word

if TYPE_CHECKING:
    from meguro_opendata.geo.datum.gridlist import GridFile

__all__ = ["grid_ends", "grid_lines"]


def grid_lines(grid: GridFile, lang: str) -> Iterator[str]:
    """Yield a grid as its name and a labelled line for each thing to know of it."""
    ends = grid_ends(grid)
    yield f"{grid.name} {grid.version}".rstrip()
    yield f"  {word('datums', lang)}: {ends['source']} - {ends['target']}"
    yield f"  {word('extent', lang)}: {', '.join(f'{edge:.4f}' for edge in grid.extent)}"
    yield f"  {word('nodes', lang)}: {grid.nodes}"
    yield f"  {word('checksum', lang)}: {grid.checksum}"


def grid_ends(grid: GridFile) -> dict[str, str]:
    """Return the titles of the datums between which a grid leads."""
    from meguro_opendata.geo.datum.crs import datum_title

    return {"source": datum_title(grid.source), "target": datum_title(grid.target)}
