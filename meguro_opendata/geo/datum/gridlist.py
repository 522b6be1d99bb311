"""The list of correction grids that a user added: what each file is, without its nodes; cheap to read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meguro_opendata.errors import SourceError, StorageError
from meguro_opendata.files.userdata import grid_list
from meguro_opendata.files.whole import inside, write_whole

__all__ = ["GridFile", "added_checksums", "added_grids", "grid_file", "grid_folder", "write_grid_list"]


@dataclass(frozen=True)
class GridFile:
    """A grid file that is there, without its nodes.

    Attributes:
        name: The name of the grid, the same for each of its versions.
        version: As the file says, empty if it says nothing.
        source: The datum that it starts from.
        target: The datum that it leads to.
        extent: South, west, north, east in degrees.
        nodes: How many nodes it has.
        checksum: SHA-256 of the file.
        path: The file.
    """

    name: str
    version: str
    source: str
    target: str
    extent: tuple[float, float, float, float]
    nodes: int
    checksum: str
    path: Path

    def to_dict(self) -> dict[str, object]:
        """Return the JSON of ``grids list`` and of the list of added grids, without the folder."""
        return {
            "name": self.name,
            "version": self.version,
            "source": self.source,
            "target": self.target,
            "extent": [round(edge, 6) for edge in self.extent],
            "nodes": self.nodes,
            "sha256": self.checksum,
            "file": self.path.name,
        }


def grid_folder() -> Path:
    """Return the folder of the added grids. It may not exist yet."""
    return grid_list().parent


def added_grids() -> list[GridFile]:
    """Return the grids that the user has added.

    Raises:
        SourceError: If the list is damaged.
        StorageError: If it cannot be read.
    """
    path = grid_list()
    if not path.is_file():
        return []
    try:
        return [grid_file(entry) for entry in _entries()]
    except OSError as error:
        raise StorageError("file-unreadable", file=path, reason=error.strerror) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise SourceError("grid-list-damaged", file=path) from None


def added_checksums() -> list[str]:
    """Return the SHA-256 of each grid that the user has added, sorted; none if the list is absent or damaged.

    Damage is not reported here: the first transformation that needs the list does that.
    """
    try:
        return sorted(str(entry["sha256"]) for entry in _entries())
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def _entries() -> list[dict[str, Any]]:
    return json.loads(grid_list().read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def write_grid_list(files: Sequence[GridFile]) -> None:
    """Write the list, sorted, so that the order in which grids were added leaves no trace.

    Raises:
        StorageError: If it cannot be written.
    """
    listed = sorted((file.to_dict() for file in files), key=lambda entry: (entry["name"], entry["sha256"]))
    write_whole(grid_list(), (json.dumps(listed, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))


def grid_file(entry: dict[str, Any]) -> GridFile:
    """Return the grid that :meth:`GridFile.to_dict` described."""
    south, west, north, east = (float(edge) for edge in entry["extent"])
    name, version, source, target = (str(entry[part]) for part in ("name", "version", "source", "target"))
    path = inside(grid_folder(), str(entry["file"]))
    extent = (south, west, north, east)
    return GridFile(name, version, source, target, extent, int(str(entry["nodes"])), str(entry["sha256"]), path)
