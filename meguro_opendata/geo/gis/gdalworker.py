"""A process of its own that lets GDAL read one layer, so that a hostile file can neither hang nor crash its caller.

A program, not a library: it imports nothing of this package, takes a JSON text as its argument and writes MessagePack.
"""

from __future__ import annotations

import json
import math
import os
import sys
import warnings
from datetime import date, datetime
from typing import Any

__all__ = ["main"]

_BYTES = "ISO-8859-1"  # an encoding in which every byte is a letter: what the letters are is decided by the caller


class _RefusedError(Exception):
    """The file is not read: the error's code and its parameters."""


def main(argument: str) -> bytes:
    """What a layer holds, or why it is not read, as MessagePack.

    Args:
        argument: JSON with ``path``, ``layer`` (or null), ``as_bytes``, ``drivers``, and the limits ``features``,
            ``fields``, ``cells``, ``bytes``.
    """
    import msgspec

    asked = json.loads(argument)
    try:
        answer = _layer(asked)
    except _RefusedError as refused:
        code, params = refused.args
        answer = {"refused": code, "params": params}
    return msgspec.msgpack.encode(answer)


def _layer(asked: dict[str, Any]) -> dict[str, Any]:
    """What is answered, all of it read; errors of GDAL are a file that cannot be read."""
    import pyogrio

    warnings.simplefilter("ignore", RuntimeWarning)  # what GDAL thinks of the file; if it cannot read it, it raises
    try:
        return _read(asked)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.FieldError,
        pyogrio.errors.GeometryError,
        pyogrio.errors.CRSError,
        UnicodeDecodeError,
        ValueError,
        MemoryError,
    ):
        raise _RefusedError("geo-unreadable", {}) from None


def _read(asked: dict[str, Any]) -> dict[str, Any]:
    import pyogrio

    name, layers = _chosen(asked)
    info = pyogrio.read_info(asked["path"], layer=name, force_feature_count=True)
    count = _believed(info, asked)
    encoding = _BYTES if asked["as_bytes"] else None
    meta, _, wkb, fields = pyogrio.raw.read(
        asked["path"], layer=name, encoding=encoding, max_features=count, force_2d=True
    )
    columns = [[_text(value) for value in _plain(field).tolist()] for field in fields]
    shapes = [None] * count if wkb is None else wkb.tolist()
    if sum(len(cell) for cells in (*columns, shapes) for cell in cells if cell) > asked["bytes"]:
        raise _RefusedError("geo-too-large", {})
    return {
        "layers": layers,
        "layer": name,
        "kind": info["geometry_type"],
        "crs": meta["crs"],
        "names": [str(field) for field in meta["fields"]],
        "columns": columns,
        "shapes": shapes,
    }


def _believed(info: dict[str, Any], asked: dict[str, Any]) -> int:
    """How many features there are; a file that another driver opened, or that says too much, is refused."""
    if info["driver"] not in asked["drivers"]:
        raise _RefusedError("geo-unreadable", {})
    count, width = int(info["features"]), len(info["fields"])
    if count > asked["features"] or width > asked["fields"] or count * width > asked["cells"]:
        raise _RefusedError("geo-too-large", {})
    return count


def _chosen(asked: dict[str, Any]) -> tuple[str, list[str]]:
    """The layer that is asked for, else the only one, or the only one with geometries; and the names of all."""
    import pyogrio

    listed = [(str(name), kind) for name, kind in pyogrio.list_layers(asked["path"])]
    names = [name for name, _ in listed]
    if not names:
        raise _RefusedError("geo-unreadable", {})
    wanted = asked["layer"]
    fit = [name for name in names if wanted is None or name == wanted]
    if len(fit) > 1:
        fit = [name for name, kind in listed if kind is not None]
    if len(fit) != 1:
        raise _RefusedError("geo-layer-unclear", {"layers": names})
    return fit[0], names


def _plain(field: Any) -> Any:
    """Dates as such, whatever unit numpy keeps them in; the rest as it is."""
    if field.dtype.kind == "M":
        days = field.dtype == "datetime64[D]"
        return field.astype("datetime64[D]" if days else "datetime64[s]").astype(object)
    return field


def _text(value: object) -> str:
    """A value of a field as text.

    >>> [_text(value) for value in (None, 3, 3.0, 3.5, float("nan"), True, "x", date(2026, 4, 1))]
    ['', '3', '3', '3.5', '', '1', 'x', '2026-04-01']
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, datetime | date):
        return value.isoformat().removesuffix("T00:00:00")
    return str(value)


def _bounded(memory: int) -> None:
    """Give up rather than take more memory than this, where the system can be told so."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    _bounded(int(sys.argv[2]))
    sink = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    with os.fdopen(sink, "wb") as stream:
        stream.write(main(sys.argv[1]))
