"""Settings of GIS files from ``files.toml`` (limits, names, encodings, formats), and a user's declarations."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from meguro_opendata.errors import SourceError
from meguro_opendata.packaged import packaged_toml

__all__ = [
    "GEO_CONTAINERS",
    "GIS_FORMATS",
    "GisFormat",
    "LayerWords",
    "file_words",
    "gis_labels",
    "gis_media_types",
    "point_names",
]

GisFormat = Literal["gpkg", "fgb", "kml", "shp"]
GEO_CONTAINERS = ("shapefile", "gpkg", "fgb", "geojson", "kml")  # what a GIS file may be
GIS_FORMATS: tuple[GisFormat, ...] = ("gpkg", "fgb", "kml", "shp")


@dataclass(frozen=True)
class LayerWords:
    """Declarations of a user about a GIS file: its layer, its reference system, and the encoding of its attributes."""

    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None

    @property
    def said(self) -> tuple[str, ...]:
        """Return the options that are given."""
        given = {"--layer": self.layer, "--from": self.crs, "--encoding": self.encoding}
        return tuple(option for option, value in given.items() if value is not None)

    def refuse_for(self, path: Path) -> None:
        """Refuse these options for a file that is no GIS file.

        Raises:
            SourceError: If any of it is said.
        """
        if self.said:
            raise SourceError("gis-words-on-table", file=path.name, options=list(self.said))


def file_words() -> dict[str, Any]:
    """Return the whole file."""
    return packaged_toml(__package__, "files.toml")


def gis_labels() -> dict[str, str]:
    """Return the name of each format in catalogues, by the ending of its files.

    >>> gis_labels()["gpkg"], gis_labels()["zip"]
    ('GPKG', 'SHP')
    """
    return {form["ending"]: form["label"] for form in file_words()["formats"].values()}


def gis_media_types() -> dict[str, str]:
    """Return the media type of each format, by what catalogues call it.

    >>> gis_media_types()["SHP"]
    'application/zip'
    """
    return {form["label"]: form["media_type"] for form in file_words()["formats"].values()}


def point_names() -> tuple[str, str]:
    """Return the columns of latitude and longitude of a geometry's point."""
    names = file_words()["columns"]
    return names["lat"], names["lon"]
