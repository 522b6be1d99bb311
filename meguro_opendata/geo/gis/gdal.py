"""One layer of a GIS file as GDAL reads it, in a process with limits of time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from meguro_opendata.errors import SourceError
from meguro_opendata.geo.gis.features import Geometries
from meguro_opendata.geo.gis.words import file_words

__all__ = ["RawLayer", "process_environment", "read_raw"]

_WORKER = Path(__file__).with_name("gdalworker.py")


@dataclass(frozen=True, eq=False)
class RawLayer:
    """What GDAL says of a layer.

    Attributes:
        layers: The names of all layers of the file.
        layer: The one that was read.
        kind: Of its geometries, as GDAL calls it; ``None`` if it has none.
        crs: Its description of the reference system, if it has one.
        names: Of the fields; may repeat.
        columns: The fields' values as text, ``""`` where there is none.
        geometries: One a feature, ``None`` where there is none.
    """

    layers: tuple[str, ...]
    layer: str
    kind: str | None
    crs: str | None
    names: list[str]
    columns: list[list[str]]
    geometries: Geometries


class _Answer(msgspec.Struct):
    """What the process writes: the layer, or why it is refused."""

    refused: str = ""
    params: dict[str, list[str]] = {}
    layers: tuple[str, ...] = ()
    layer: str = ""
    kind: str | None = None
    crs: str | None = None
    names: list[str] = []
    columns: list[list[str]] = []
    shapes: list[bytes | None] = []


def read_raw(place: Path, container: str, name: str, layer: str | None = None) -> RawLayer:
    """One layer of a file.

    Args:
        place: What GDAL opens.
        container: What it is by its content. Texts of a shapefile come as bytes written as letters (ISO 8859-1), since
            their encoding is to be decided.
        name: What the user calls it.
        layer: The layer; default the only one, or the only one that has geometries.

    Raises:
        SourceError: If it cannot be read, is too large, or has several layers and none is named.
    """
    import shapely

    answer = _asked(place, container, name, layer)
    if answer.refused:
        raise SourceError(answer.refused, file=name, **answer.params)
    try:
        shapes = shapely.from_wkb(np.array(answer.shapes, dtype=object))
    except (shapely.errors.ShapelyError, ValueError):
        raise SourceError("geo-unreadable", file=name) from None
    return RawLayer(
        answer.layers, answer.layer, answer.kind, answer.crs, answer.names, answer.columns, np.atleast_1d(shapes)
    )


def process_environment() -> dict[str, str]:
    """The environment of the process: what Python and its libraries are found by, and nothing else, such as tokens."""
    needed = file_words()["process"]["environment"]
    kept = {name: value for name, value in os.environ.items() if name.upper() in needed}
    return {**kept, "OPENBLAS_NUM_THREADS": "1"}  # each thread would take address space


def _asked(place: Path, container: str, name: str, layer: str | None) -> _Answer:
    """The answer of the process; a file that crashes it, or keeps it too long, cannot be read."""
    limits = file_words()["limits"]
    asked = {"path": str(place), "layer": layer, "as_bytes": container == "shapefile"}
    asked["drivers"] = file_words()["drivers"][container]
    asked |= {key: limits[key] for key in ("features", "fields", "cells", "bytes")}
    patience = limits["seconds"] + place.stat().st_size / limits["bytes_per_second"]
    command = [sys.executable, "-P", str(_WORKER), json.dumps(asked), str(limits["memory"])]
    try:
        done = subprocess.run(  # noqa: S603 (our own program, no shell)
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=patience,
            check=False,
            env=process_environment(),
        )
        return msgspec.msgpack.decode(done.stdout, type=_Answer)
    except (subprocess.TimeoutExpired, msgspec.DecodeError):
        raise SourceError("geo-unreadable", file=name) from None
