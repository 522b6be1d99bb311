"""``datapackage.json`` of a release, read: what lies in the folder and what it was made from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from meguro_opendata.errors import MeguroOpendataError, StorageError
from meguro_opendata.geo.gis.words import gis_labels

__all__ = ["FILE_NAME", "FORMATS", "read_datapackage"]

FILE_NAME = "datapackage.json"
FORMATS = {"csv": "CSV", "xlsx": "XLSX", "geojson": "GeoJSON", **gis_labels()}


def read_datapackage(folder: Path) -> dict[str, Any] | None:
    """The descriptor in a release's folder, ``None`` if there is no release.

    Raises:
        StorageError: If it cannot be read.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    try:
        loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StorageError("file-unreadable", file=path, reason=error.strerror) from None
    except (ValueError, RecursionError):
        raise MeguroOpendataError("release-damaged", slug=folder.name, file=path.name) from None
    if not isinstance(loaded, dict) or not loaded.get("resources"):
        raise MeguroOpendataError("release-damaged", slug=folder.name, file=path.name)
    return loaded
