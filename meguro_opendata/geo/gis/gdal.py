"""One layer of a GIS file as GDAL reads it, in a process with limits of time and memory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from meguro_opendata.errors import SourceError
from meguro_opendata.geo.gis.features import Geometries
from meguro_opendata.geo.gis.gdalworker import main
from meguro_opendata.geo.gis.words import file_words
from meguro_opendata.jobs import run_apart

__all__ = ["RawLayer", "read_raw"]

_SHAPE_KIND, _FLAT = 32, 10  # where a .shp tells the kind of its geometries; those up to here are flat
_WORKER = Path(__file__).with_name("gdalworker.py")


@dataclass(frozen=True, eq=False)
class RawLayer:
    """A layer as GDAL reads it.

    Attributes:
        layers: The names of all layers of the file.
        layer: The one that was read.
        kind: Of its geometries, as GDAL calls it; ``None`` if it has none.
        crs: Its description of the reference system, if it has one.
        names: Of the fields; may repeat.
        kinds: Of the fields' values: ``text``, ``integer``, ``number``, ``boolean``, ``date``, ``time``, ``datetime``,
            ``json`` or ``binary``.
        columns: The fields' values as bytes written as letters (ISO 8859-1), ``None`` where there is none.
        geometries: One a feature, ``None`` where there is none.
        written: How many geometries the file has of each kind, by its number in ISO WKB; empty if all are as read.
    """

    layers: tuple[str, ...]
    layer: str
    kind: str | None
    crs: str | None
    names: list[str]
    kinds: list[str]
    columns: list[list[str | None]]
    geometries: Geometries
    written: dict[str, int]


class _Answer(msgspec.Struct):
    """Output of the process: the layer, or the reason of its refusal."""

    refused: str = ""
    params: dict[str, list[str]] = {}
    layers: tuple[str, ...] = ()
    layer: str = ""
    kind: str | None = None
    crs: str | None = None
    names: list[str] = []
    kinds: list[str] = []
    columns: list[list[str | None]] = []
    written: dict[str, int] = {}
    shapes: list[bytes | None] = []


def read_raw(place: Path, container: str, name: str, layer: str | None = None, *, ours: bool = False) -> RawLayer:
    """Return one layer of a file.

    Args:
        place: File or folder that GDAL opens.
        container: Kind of the file, found from its content.
        name: Name of the file for messages.
        layer: The layer; default the only one, or the only one that has geometries.
        ours: Whether this program has just written the file, so that it needs no process of its own.

    Raises:
        SourceError: If it cannot be read, is too large, or has several layers and none is named.
    """
    import shapely

    asked = _question(place, container, layer)
    answer = _read_here(asked) if ours else _asked(asked, place, name)
    if answer.refused:
        raise SourceError(answer.refused, file=name, **answer.params)
    try:
        shapes = shapely.from_wkb(np.array(answer.shapes, dtype=object))
    except (shapely.errors.ShapelyError, ValueError):
        raise SourceError("geo-unreadable", file=name) from None
    return RawLayer(
        answer.layers,
        answer.layer,
        answer.kind,
        answer.crs,
        answer.names,
        answer.kinds,
        answer.columns,
        np.atleast_1d(shapes),
        answer.written,
    )


def _question(place: Path, container: str, layer: str | None) -> dict[str, Any]:
    """Return the request to the process."""
    words = file_words()
    asked: dict[str, Any] = {"path": str(place), "layer": layer, "drivers": words["drivers"][container]}
    asked["asks_kinds"] = container == "gpkg" or (container == "shapefile" and _is_measured(place))
    asked["restores"] = container == "shapefile" and not place.with_suffix(".shx").exists()
    return asked | {key: words["limits"][key] for key in ("features", "fields", "cells", "bytes")}


def _is_measured(shape: Path) -> bool:
    """Return whether the geometries of a shape may have measures, by the number of their kind."""
    with shape.open("rb") as file:
        return int.from_bytes(file.read(_SHAPE_KIND + 4)[_SHAPE_KIND:], "little") > _FLAT


def _read_here(asked: dict[str, Any]) -> _Answer:
    return msgspec.msgpack.decode(main(json.dumps(asked)), type=_Answer)


def _asked(asked: dict[str, Any], place: Path, name: str) -> _Answer:
    """Return the answer of the process; a file that crashes it, or keeps it too long, cannot be read."""
    limits = file_words()["limits"]
    patience = limits["seconds"] + place.stat().st_size / limits["bytes_per_second"]
    done = run_apart(_WORKER, [json.dumps(asked)], limits["memory"], patience)
    try:
        return msgspec.msgpack.decode(done.output, type=_Answer)
    except msgspec.DecodeError:
        raise SourceError("geo-unreadable", file=name) from None
