"""The other inputs of a release beside its sources: this user's grids, gazetteer and boundary, and parts of shapefiles.

They are compared by checksums that are stored already, so that the check of a release reads no large file.
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
    """The inputs of a release beside its sources, with their checksums.

    Attributes:
        code: The code of the municipality whose boundary and gazetteer checked the points; ``None`` without points.
        moved: Whether the coordinates were transformed from another datum, so that another grid changes them.
        parts: The names of the further files (``.dbf``, ``.shx``, …) of the release's shapefiles.
        checksums: The checksum of each input that existed, by its kind (``boundary``, ``gazetteer``, ``grids``,
            ``part:NAME``).
    """

    code: str | None
    moved: bool
    parts: tuple[str, ...]
    checksums: Mapping[str, str]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> PlaceStamp:
        """Return the stamp in a release's descriptor: the inverse of :meth:`to_dict`."""
        return cls(content["code"], content["moved"], tuple(content["parts"]), content["made_from"])

    def to_dict(self) -> dict[str, Any]:
        """Return the stamp in the JSON of a release's descriptor."""
        return {
            "code": self.code,
            "moved": self.moved,
            "parts": list(self.parts),
            "made_from": dict(self.checksums),
        }


def place_stamp(sources: Iterable[Path], code: str | None = None, *, moved: bool = False) -> PlaceStamp:
    """Return the stamp of a release that is built now.

    Args:
        sources: The release's source files.
        code: The code of the municipality whose boundary and gazetteer check the points; ``None`` without points.
        moved: Whether the coordinates were transformed from another datum, so that another grid changes them.

    Raises:
        SourceError: If a file cannot be read.
    """
    # The `.shp` itself is a source and has its checksum in the stamp of the sources.
    parts = {part.name: part for source in sources for part in shape_parts(source).values() if part != source}
    return PlaceStamp(code, moved, tuple(sorted(parts)), _checksums(code, moved, parts))


def is_current(stamp: PlaceStamp | None, folder: Path) -> bool:
    """Return whether all inputs still have the stamped checksums; a release without a stamp has no such inputs.

    Args:
        stamp: The release's stamp, from :func:`place_stamp`.
        folder: The folder of the recipe and its sources.

    Raises:
        SourceError: If a file cannot be read.
    """
    if stamp is None:
        return True
    parts = {name: inside(folder, name) for name in stamp.parts}
    return _checksums(stamp.code, stamp.moved, parts) == stamp.checksums


def _checksums(code: str | None, moved: bool, parts: Mapping[str, Path]) -> dict[str, str]:
    """Return the checksum of each input that exists, by its kind."""
    # Only inputs that this release depends on: a grid added for another dataset must not make every release stale.
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
    """Return one checksum for several in their order; empty text for an empty list."""
    return sha256(" ".join(checksums).encode()) if checksums else ""
