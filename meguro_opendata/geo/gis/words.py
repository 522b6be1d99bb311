"""What ``files.toml`` says of GIS files: limits, names, encodings, and the formats of releases."""

from __future__ import annotations

from typing import Any, Literal

from meguro_opendata.packaged import packaged_toml

__all__ = ["GEO_CONTAINERS", "GIS_FORMATS", "GisFormat", "file_words", "gis_labels", "gis_media_types"]

GisFormat = Literal["gpkg", "fgb", "kml", "shp"]
GEO_CONTAINERS = ("shapefile", "gpkg", "fgb", "geojson", "kml")  # what a GIS file may be
GIS_FORMATS: tuple[GisFormat, ...] = ("gpkg", "fgb", "kml", "shp")


def file_words() -> dict[str, Any]:
    """The whole file."""
    return packaged_toml(__package__, "files.toml")


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
