"""The source files of a release by name and checksum, which show without the recipe whether the release is current."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meguro_opendata.files.whole import checksum, files_of_series, inside, sha256

__all__ = ["SeriesFiles", "SourceList", "SourceStamp", "is_current", "source_stamp"]


@dataclass(frozen=True)
class SeriesFiles:
    """The files of a series: a glob pattern and the names it excludes; a file added later belongs to the series."""

    pattern: str
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceList:
    """The source files of a release, all in the folder of its recipe.

    Attributes:
        files: The name of each file by its use (``recipe``, ``source``, ``schema``, …).
        series: The files of a series, ``None`` for a release without a series.
    """

    files: Mapping[str, str]
    series: SeriesFiles | None = None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> SourceList:
        """Return the list in a release's descriptor: the inverse of :meth:`to_dict`."""
        series = content.get("series")
        return cls(
            dict(content["files"]),
            SeriesFiles(series["pattern"], tuple(series["without"])) if series is not None else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the list in the JSON of a release's descriptor."""
        if self.series is None:
            return {"files": dict(self.files)}
        return {
            "files": dict(self.files),
            "series": {"pattern": self.series.pattern, "without": list(self.series.without)},
        }


@dataclass(frozen=True)
class SourceStamp:
    """The source files of a release, with the checksum of each file that existed, by its use."""

    sources: SourceList
    checksums: Mapping[str, str]


def source_stamp(sources: SourceList, folder: Path, register: bytes | None = None) -> SourceStamp:
    """Return the stamp of a release that is built now.

    Args:
        sources: The release's source files.
        folder: The folder of the recipe and its sources.
        register: The bytes of the register of IDs as it will be written; default the file as it is.

    Raises:
        SourceError: If a file cannot be read.
    """
    checksums = _checksums(sources, folder)
    return SourceStamp(sources, checksums if register is None else {**checksums, "ids": sha256(register)})


def is_current(stamp: SourceStamp | None, folder: Path) -> bool:
    """Return whether the source files still have the stamped checksums; a release without a stamp is out of date.

    Args:
        stamp: The release's stamp.
        folder: The folder of the recipe and its sources.

    Raises:
        SourceError: If a file cannot be read.
    """
    return stamp is not None and _checksums(stamp.sources, folder) == stamp.checksums


def _checksums(sources: SourceList, folder: Path) -> dict[str, str]:
    # Checksums, not times: a copy or a git checkout changes the time of an unchanged file. An absent file has no entry,
    # so that an optional file (a mapping sheet, a register) that appears or vanishes makes the release out of date.
    files, series = dict(sources.files), sources.series
    if series is not None:
        files |= {f"source:{name}": name for name in files_of_series(folder, series.pattern, series.without)}
    paths = {use: inside(folder, name) for use, name in files.items()}
    return {use: checksum(path) for use, path in paths.items() if path.is_file()}
