"""What a release is made from, by name and checksum, so that its freshness is checked without its recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meguro_opendata.files.whole import checksum, files_of_series, inside, sha256

__all__ = ["SeriesFiles", "SourceList", "SourceStamp", "is_current", "source_stamp"]


@dataclass(frozen=True)
class SeriesFiles:
    """The files of a series: a pattern, and names that it does not mean; a file that is added later belongs to it."""

    pattern: str
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceList:
    """The files that a release is made from, all in the folder of its recipe.

    Attributes:
        files: The name of each file by its use (``recipe``, ``source``, ``schema``, …).
        series: The files of a series, ``None`` if the release is made from no series.
    """

    files: Mapping[str, str]
    series: SeriesFiles | None = None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> SourceList:
        """Return the list that :meth:`to_dict` gave."""
        series = content.get("series")
        return cls(
            dict(content["files"]),
            SeriesFiles(series["pattern"], tuple(series["without"])) if series is not None else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the list as a release's descriptor has it."""
        if self.series is None:
            return {"files": dict(self.files)}
        return {
            "files": dict(self.files),
            "series": {"pattern": self.series.pattern, "without": list(self.series.without)},
        }


@dataclass(frozen=True)
class SourceStamp:
    """The files that a release was made from, with the checksum of each that existed, by its use."""

    sources: SourceList
    checksums: Mapping[str, str]


def source_stamp(sources: SourceList, folder: Path, register: bytes | None = None) -> SourceStamp:
    """Return the stamp of a release that is made now.

    Args:
        sources: Its files.
        folder: Where they are.
        register: The register of IDs as it will be written; default as it is.

    Raises:
        SourceError: If a file cannot be read.
    """
    checksums = _checksums(sources, folder)
    return SourceStamp(sources, checksums if register is None else {**checksums, "ids": sha256(register)})


def is_current(stamp: SourceStamp | None, folder: Path) -> bool:
    """Return whether the files are as they were stamped; a release without a stamp counts as out of date.

    Args:
        stamp: The release's stamp.
        folder: Where its recipe is.

    Raises:
        SourceError: If a file cannot be read.
    """
    return stamp is not None and _checksums(stamp.sources, folder) == stamp.checksums


def _checksums(sources: SourceList, folder: Path) -> dict[str, str]:
    files, series = dict(sources.files), sources.series
    if series is not None:
        files |= {f"source:{name}": name for name in files_of_series(folder, series.pattern, series.without)}
    paths = {use: inside(folder, name) for use, name in files.items()}
    return {use: checksum(path) for use, path in paths.items() if path.is_file()}
