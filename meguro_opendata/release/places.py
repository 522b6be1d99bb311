"""What a release was made with besides its sources: grids, gazetteer and boundary of this user, parts of shapefiles.

Compared by checksums that are already stored, so that checking whether a release is up to date costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meguro_opendata.files.userdata import boundary_file
from meguro_opendata.files.whole import checksum, inside, sha256
from meguro_opendata.geo.datum.gridlist import added_checksums
from meguro_opendata.geo.gis.opening import shape_parts
from meguro_opendata.geo.places.gazetteer.index import imported_checksums

__all__ = ["PlaceStamp", "is_current", "place_stamp"]

_PART = "part:"


@dataclass(frozen=True)
class PlaceStamp:
    """What a release was made with besides its sources.

    Attributes:
        code: The municipality by whose boundary and gazetteer its points were checked; ``None`` if it has no points.
        moved: Whether its coordinates came from another datum, so that other grids would give others.
        parts: Names of the further files of its shapefiles.
        checksums: The checksum of everything that was there, by what it is.
    """

    code: str | None
    moved: bool
    parts: tuple[str, ...]
    checksums: Mapping[str, str]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> PlaceStamp:
        """Return the stamp that :meth:`to_dict` gave."""
        return cls(content["code"], content["moved"], tuple(content["parts"]), content["made_from"])

    def to_dict(self) -> dict[str, Any]:
        """Return the stamp as a release's descriptor has it."""
        return {
            "code": self.code,
            "moved": self.moved,
            "parts": list(self.parts),
            "made_from": dict(self.checksums),
        }


def place_stamp(sources: Iterable[Path], code: str | None = None, *, moved: bool = False) -> PlaceStamp:
    """Return the stamp of a release that is made now.

    Args:
        sources: Its source files.
        code: The municipality by whose boundary and gazetteer its points are checked; ``None`` if it has no points.
        moved: Whether its coordinates came from another datum, so that other grids would give others.

    Raises:
        SourceError: If a file cannot be read.
    """
    parts = {part.name: part for source in sources for part in shape_parts(source).values() if part != source}
    return PlaceStamp(code, moved, tuple(sorted(parts)), _checksums(code, moved, parts))


def is_current(stamp: PlaceStamp | None, folder: Path) -> bool:
    """Return whether everything is as it was stamped; a release without a stamp was made with nothing of this kind.

    Args:
        stamp: As :func:`place_stamp` made it.
        folder: Where the recipe and its sources lie.

    Raises:
        SourceError: If a file cannot be read.
    """
    if stamp is None:
        return True
    parts = {name: inside(folder, name) for name in stamp.parts}
    return _checksums(stamp.code, stamp.moved, parts) == stamp.checksums


def _checksums(code: str | None, moved: bool, parts: Mapping[str, Path]) -> dict[str, str]:
    """Return the checksum of everything that is there, by what it is."""
    files = {f"{_PART}{name}": path for name, path in parts.items()}
    found: dict[str, str] = {}
    if code:
        files["boundary"] = boundary_file(code)
        found["gazetteer"] = _as_one(imported_checksums(code))
    if moved:
        found["grids"] = _as_one(added_checksums())
    for name, path in files.items():
        found[name] = checksum(path) if path.is_file() else ""
    return {name: checksum for name, checksum in sorted(found.items()) if checksum}


def _as_one(checksums: Sequence[str]) -> str:
    """Return one checksum for several, empty if there are none."""
    return sha256(" ".join(checksums).encode()) if checksums else ""
