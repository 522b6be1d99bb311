"""What a release was made with besides its sources: grids, gazetteer and boundary of this user, parts of shapefiles.

Told by checksums that lie ready, so that whether a release is up to date costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from meguro_opendata.files.userdata import boundary_file
from meguro_opendata.files.whole import inside, sha256, storage_guard
from meguro_opendata.geo.datum.gridlist import added_checksums
from meguro_opendata.geo.gis.opening import shape_parts
from meguro_opendata.geo.places.gazetteer.index import imported_checksums

__all__ = ["is_current", "place_stamp"]

_PART = "part:"


def place_stamp(sources: Iterable[Path], code: str | None = None, *, moved: bool = False) -> dict[str, Any]:
    """The stamp of a release that is made now.

    Args:
        sources: Its source files.
        code: The municipality by whose boundary and gazetteer its points are checked; ``None`` if it has no points.
        moved: Whether its coordinates came from another datum, so that other grids would give others.

    Raises:
        StorageError: If a file cannot be read.
    """
    parts = {part.name: part for source in sources for part in shape_parts(source).values() if part != source}
    made_of = {"code": code, "moved": moved, "parts": sorted(parts)}
    return {**made_of, "made_from": _checksums(made_of, parts)}


def is_current(stamp: Mapping[str, Any] | None, folder: Path) -> bool:
    """Whether what a stamp names is what there is now; a release without a stamp was made with nothing of this kind.

    Args:
        stamp: As :func:`place_stamp` made it.
        folder: Where the recipe and its sources lie.

    Raises:
        StorageError: If a file cannot be read.
    """
    if not stamp:
        return True
    parts = {name: inside(folder, name) for name in stamp["parts"]}
    return bool(_checksums(stamp, parts) == stamp["made_from"])


def _checksums(made_of: Mapping[str, Any], parts: Mapping[str, Path]) -> dict[str, str]:
    """The checksum of everything that is there, by what it is."""
    files = {f"{_PART}{name}": path for name, path in parts.items()}
    found: dict[str, str] = {}
    if made_of["code"]:
        files["boundary"] = boundary_file(made_of["code"])
        found["gazetteer"] = _as_one(imported_checksums(made_of["code"]))
    if made_of["moved"]:
        found["grids"] = _as_one(added_checksums())
    for name, path in files.items():
        with storage_guard(path):
            found[name] = sha256(path.read_bytes()) if path.is_file() else ""
    return {name: checksum for name, checksum in sorted(found.items()) if checksum}


def _as_one(checksums: Sequence[str]) -> str:
    """Return one checksum for several, empty if there are none."""
    return sha256(" ".join(checksums).encode()) if checksums else ""
