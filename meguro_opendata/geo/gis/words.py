"""What ``files.toml`` says of GIS files: limits, names, encodings, and the formats of releases."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any, Literal

__all__ = ["GEO_CONTAINERS", "GIS_FORMATS", "GisFormat", "file_words", "gis_labels", "gis_media_types"]

GisFormat = Literal["gpkg", "fgb", "kml", "shp"]
GEO_CONTAINERS = ("shapefile", "gpkg", "fgb", "geojson", "kml")  # what a GIS file may be
GIS_FORMATS: tuple[GisFormat, ...] = ("gpkg", "fgb", "kml", "shp")


@cache
def file_words() -> dict[str, Any]:
    """The whole file."""
    return tomllib.loads(resources.files(__package__).joinpath("files.toml").read_text(encoding="utf-8"))


def gis_labels() -> dict[str, str]:
    """What catalogues call each format, by the ending of its files.

    >>> gis_labels()["gpkg"], gis_labels()["zip"]
    ('GPKG', 'SHP')
    """
    return {form["ending"]: form["label"] for form in file_words()["formats"].values()}


def gis_media_types() -> dict[str, str]:
    """The media type of each format, by what catalogues call it.

    >>> gis_media_types()["SHP"]
    'application/zip'
    """
    return {form["label"]: form["media_type"] for form in file_words()["formats"].values()}
