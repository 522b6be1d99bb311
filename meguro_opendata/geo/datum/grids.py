"""The user's correction grids: TKY2JGD from its package, others from files that were added; kept in a cache."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import util
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from meguro_opendata.errors import SourceError, StorageError
from meguro_opendata.files.userdata import cache_folder, grid_list
from meguro_opendata.files.whole import inside, locked, sha256, storage_guard, write_whole
from meguro_opendata.geo.datum.geotiff import is_tiff, read_geotiff
from meguro_opendata.geo.datum.gridlist import GridFile, added_grids, grid_file, grid_folder, write_grid_list
from meguro_opendata.geo.datum.lattice import Grid, build_grid
from meguro_opendata.geo.datum.nodes import NodeList, grid_words
from meguro_opendata.geo.datum.parfile import is_par, read_par
from meguro_opendata.packaged import packaged_folder

__all__ = ["DatumGrid", "Grids", "add_grid", "built_in_grid", "known_grids", "load_grid", "read_grid"]

_PACKAGE, _FILE = "tky2jgd", "data/TKY2JGD.par"
_SECONDS = 3600
_LAYOUT = 1  # of what lies in the cache; another layout has another name


@dataclass(frozen=True, eq=False)
class DatumGrid:
    """A grid ready for use: the file that it came from, and its nodes."""

    file: GridFile
    grid: Grid


Grids = Sequence[Path | str | DatumGrid] | Path | str | DatumGrid | None


def read_grid(path: Path | str, *, source: str | None = None, target: str | None = None) -> DatumGrid:
    """Return a grid file, read and checked.

    Args:
        path: A ``.par`` file of the Geospatial Information Authority, or a GeoTIFF in the way of NTv2.
        source: The datum that it starts from, where the file does not say so.
        target: The datum that it leads to, where the file does not say so.

    Raises:
        SourceError: If it is no such file, or does not say between which datums it leads.
    """
    path = Path(path)
    data = _bytes(path)
    nodes = _nodes(data, path.name)
    start, end = source or nodes.source, target or nodes.target
    if start is None or end is None or start == end:
        raise SourceError("grid-without-step", file=path.name)
    south, west, north, east = (float(edge) for edge in nodes.frame.extent)
    name, count = nodes.name or path.stem, len(nodes.rows)
    file = GridFile(name, nodes.version, start, end, (south, west, north, east), count, sha256(data), path)
    most = grid_words()["limits"]["nodes_around"]
    try:
        grid = build_grid(nodes.frame, nodes.rows, nodes.columns, nodes.shifts / _SECONDS, most)
    except ValueError:
        raise SourceError("grid-too-large", file=path.name) from None
    return DatumGrid(file, grid)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > grid_words()["limits"]["bytes"]:
            raise SourceError("grid-too-large", file=path.name)
        return path.read_bytes()
    except OSError as error:
        raise SourceError("file-unreadable", file=path, reason=error.strerror) from None


def _nodes(data: bytes, file: str) -> NodeList:
    if is_tiff(data):
        return read_geotiff(data, file)
    if is_par(data):
        return read_par(data, file)
    raise SourceError("grid-unreadable", file=file)


def add_grid(path: Path | str, *, source: str | None = None, target: str | None = None) -> tuple[GridFile, bool]:
    """Add a grid for this user: the file is copied into the data folder.

    Returns:
        The grid, and whether it is new; the same file a second time is not.

    Raises:
        SourceError: If it cannot be used.
        StorageError: If the data folder cannot be written.
    """
    grid = read_grid(path, source=source, target=target)
    folder = grid_folder()
    with storage_guard(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with locked(grid_list()):
        before = added_grids()
        kept = replace(grid.file, path=inside(folder, f"{grid.file.checksum[:16]}{Path(path).suffix.lower()[:8]}"))
        same = [known for known in before if known.checksum == kept.checksum]
        if same and (same[0].source, same[0].target) == (kept.source, kept.target):
            return same[0], False
        write_whole(kept.path, _bytes(Path(path)))
        others = [known for known in before if known.checksum != kept.checksum]
        write_grid_list([*others, kept])
    _keep(grid)
    return kept, True


def known_grids() -> list[GridFile]:
    """Return TKY2JGD, where its package is installed, then the grids that the user has added."""
    built_in = built_in_grid()
    return [*([built_in.file] if built_in else []), *added_grids()]


@cache
def built_in_grid() -> DatumGrid | None:
    """Return TKY2JGD from the package ``tky2jgd``, ``None`` if that is not installed."""
    if util.find_spec(_PACKAGE) is None:
        return None
    with packaged_folder(_PACKAGE, _FILE) as path:
        return _from_cache(sha256(_bytes(path)), path) or _keep(read_grid(path))


def load_grid(file: GridFile) -> DatumGrid:
    """Return a known grid with its nodes.

    Raises:
        SourceError: If the file is gone or is no longer what was added.
    """
    built_in = built_in_grid()
    if built_in and built_in.file.checksum == file.checksum:
        return built_in
    return _loaded(file)


@cache
def _loaded(file: GridFile) -> DatumGrid:
    if not file.path.is_file() or sha256(_bytes(file.path)) != file.checksum:
        raise SourceError("grid-changed", file=file.path, name=file.name)
    found = _from_cache(file.checksum, file.path)
    read = found or _keep(read_grid(file.path, source=file.source, target=file.target))
    return replace(read, file=file)


def _cached(checksum: str) -> Path:
    return cache_folder() / "grids" / f"{checksum[:32]}-{_LAYOUT}.npz"


def _from_cache(checksum: str, path: Path) -> DatumGrid | None:
    """Return the grid as it was kept; ``None`` if it was not, or if what is there cannot be read."""
    try:
        with np.load(BytesIO(_cached(checksum).read_bytes()), allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
        entry = json.loads(str(arrays.pop("described")))
        return DatumGrid(replace(grid_file(entry), path=path), Grid.from_arrays(arrays))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def _keep(grid: DatumGrid) -> DatumGrid:
    """Put a grid into the cache; a cache that cannot be written costs time only."""
    sink = BytesIO()
    arrays: dict[str, Any] = {"described": np.array(json.dumps(grid.file.to_dict())), **grid.grid.arrays()}
    np.savez(sink, **arrays)
    try:
        write_whole(_cached(grid.file.checksum), sink.getvalue())
    except StorageError:
        return grid
    return grid


def grids_of(given: Grids) -> Iterator[GridFile | DatumGrid]:
    """Yield the grids that may be used: those that are given, or what the user has added; then TKY2JGD."""
    if isinstance(given, Path | str | DatumGrid):
        given = (given,)
    if given is None:
        yield from sorted(added_grids(), key=_newest_first)
    else:
        yield from (grid if isinstance(grid, DatumGrid) else read_grid(grid) for grid in given)
    built_in = built_in_grid()
    if built_in is not None:
        yield built_in


def _newest_first(file: GridFile) -> tuple[list[int], str]:
    return [-int(part) for part in file.version.split(".") if part.isdigit()], file.checksum
