"""A process of its own that lets GDAL read one layer, so that a hostile file can neither hang nor crash its caller.

A program, not a library: it imports nothing of this package, takes a JSON text as its argument and writes MessagePack.
"""

from __future__ import annotations

import base64
import json
import math
import os
import struct
import sys
import warnings
from pathlib import Path
from typing import Any

__all__ = ["main"]

_BYTES = "ISO-8859-1"  # an encoding in which every byte is a letter: what the letters are is decided by the caller
_EXACT = 2**53  # whole numbers from here on are no longer exact as fractions


class _RefusedError(Exception):
    """The file is not read: the error's code and its parameters."""


def main(argument: str) -> bytes:
    """Return the content of a layer, or the reason of its refusal, as MessagePack.

    Args:
        argument: JSON with ``path``, ``layer`` (or null), ``drivers``, ``asks_kinds`` (whether the geometries' own
            kinds are wanted), ``restores`` (whether a shapefile's index is to be made again), and the limits
            ``features``, ``fields``, ``cells``, ``bytes``.
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

    restores = True if asked["restores"] else None
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": restores, "OGR_GEOJSON_MAX_OBJ_SIZE": 0})
    try:
        with warnings.catch_warnings():
            # What GDAL thinks of the file; if it cannot read it, it raises. Measures are counted below.
            warnings.simplefilter("ignore")
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
    info = pyogrio.read_info(asked["path"], layer=name, force_feature_count=True, encoding=_BYTES)
    count = _believed(info, asked)
    meta, _, wkb, fields = pyogrio.raw.read(
        asked["path"], layer=name, encoding=_BYTES, max_features=count, datetime_as_string=True
    )
    kinds = [_kind(*each) for each in zip(meta["ogr_types"], meta["ogr_subtypes"], strict=True)]
    whole = _whole_numbers(asked, name, kinds, fields)
    columns = [
        [_text(value, kind) for value in whole.get(at, _values(field))]
        for at, (field, kind) in enumerate(zip(fields, kinds, strict=True))
    ]
    shapes = [None] * count if wkb is None else wkb.tolist()
    _refuse_too_large((*columns, shapes), asked["bytes"])
    return {
        "layers": layers,
        "layer": name,
        "kind": info["geometry_type"],
        "crs": meta["crs"],
        "names": [str(field) for field in meta["fields"]],
        "kinds": kinds,
        "columns": columns,
        "shapes": shapes,
        "written": _written_kinds(asked, name) if asked["asks_kinds"] and wkb is not None else {},
    }


def _refuse_too_large(columns: Any, most: int) -> None:
    if sum(len(cell) for cells in columns for cell in cells if cell) > most:
        raise _RefusedError("geo-too-large", {})


# How GDAL calls the types of fields; what is not here is text. A subtype says more than its type.
_TYPES = {
    "OFTInteger": "integer",
    "OFTInteger64": "integer",
    "OFTReal": "number",
    "OFTDate": "date",
    "OFTTime": "time",
    "OFTDateTime": "datetime",
    "OFTBinary": "binary",
    "OFSTBoolean": "boolean",
    "OFSTJSON": "json",
}


def _kind(of_type: str, subtype: str) -> str:
    """Return the kind of the values of a field.

    >>> _kind("OFTInteger", "OFSTBoolean"), _kind("OFTReal", "OFSTFloat32"), _kind("OFTStringList", "OFSTNone")
    ('boolean', 'number', 'json')
    """
    return _TYPES.get(subtype) or _TYPES.get(of_type, "json" if of_type.endswith("List") else "text")


def _whole_numbers(asked: dict[str, Any], name: str, kinds: list[str], fields: Any) -> dict[int, list[int | None]]:
    """Return the whole numbers of fields that also have nulls: as fractions they would lose digits from the 16th on."""
    rough = [
        at for at, (kind, field) in enumerate(zip(kinds, fields, strict=True)) if kind == "integer" and _is_rough(field)
    ]
    if not rough:
        return {}
    if asked["drivers"] == ["ESRI Shapefile"]:  # whose names may end in half a letter, which no query can name
        return {at: _dbf_digits(Path(asked["path"]).with_suffix(".dbf").read_bytes(), at) for at in rough}
    import pyogrio

    names = [str(field) for field in pyogrio.read_info(asked["path"], layer=name)["fields"]]
    return {at: _digits(asked, name, names[at]) for at in rough}


def _dbf_digits(data: bytes, at: int) -> list[int | None]:
    """Return the whole numbers of a dBASE file's field, without the records that are marked as deleted."""
    head, width = struct.unpack_from("<HH", data, 8)
    widths = [data[place + 16] for place in range(32, head - 1, 32)]
    begin = 1 + sum(widths[:at])
    records = [data[place : place + width] for place in range(head, len(data), width)]
    texts = [one[begin : begin + widths[at]].strip() for one in records if len(one) == width and one[:1] != b"*"]
    return [int(text) if text.lstrip(b"-").isdigit() else None for text in texts]


def _digits(asked: dict[str, Any], layer: str, name: str) -> list[int | None]:
    """Return the whole numbers of a field with all their digits."""
    import pyogrio

    if asked["drivers"] == ["FlatGeobuf"]:  # whose Arrow stream crashes where a feature has no geometry (GDAL 3.12)
        quoted = [text.replace('"', '\\"') for text in (name, layer)]
        sql = f'SELECT CAST("{quoted[0]}" AS character(32)) AS digits FROM "{quoted[1]}"'  # noqa: S608 (names, quoted)
        texts = pyogrio.raw.read(asked["path"], sql=sql, sql_dialect="OGRSQL", read_geometry=False)[3][0].tolist()
        return [int(text) if text else None for text in texts]
    import polars as pl

    with pyogrio.open_arrow(asked["path"], layer=layer, columns=[name], read_geometry=False) as (_, stream):
        found: list[int | None] = pl.DataFrame(stream).to_series(0).to_list()
    return found


def _is_rough(field: Any) -> bool:
    """Return whether whole numbers came as fractions and some have more digits than these hold."""
    return bool(field.dtype.kind == "f" and (abs(field[~_nan(field)]) >= _EXACT).any())


def _nan(field: Any) -> Any:
    return field != field  # noqa: PLR0124 (what NaN is known by)


def _written_kinds(asked: dict[str, Any], name: str) -> dict[str, int]:
    """Return how many geometries the file has of each kind, as the number by which ISO WKB calls it.

    The geometries above come without measures (M), and with lines for curves.
    """
    import polars as pl
    import pyogrio

    with pyogrio.open_arrow(asked["path"], layer=name, columns=[]) as (_, stream):
        table = pl.DataFrame(stream)
    heads = table.to_series(table.width - 1).ext.storage().bin.head(5).drop_nulls().value_counts()
    return {str(_number(head)): many for head, many in heads.iter_rows()}


def _number(head: bytes) -> int:
    """Return the number of a geometry's kind, after the byte that tells the order of the others.

    >>> _number(bytes([1, 0xD1, 7, 0, 0])), _number(bytes([0, 0, 0, 7, 0xD1]))
    (2001, 2001)
    """
    return int.from_bytes(head[1:], "little" if head[0] else "big")


def _believed(info: dict[str, Any], asked: dict[str, Any]) -> int:
    """Return how many features there are; a file that another driver opened, or that says too much, is refused."""
    if info["driver"] not in asked["drivers"]:
        raise _RefusedError("geo-unreadable", {})
    count, width = int(info["features"]), len(info["fields"])
    if count > asked["features"] or width > asked["fields"] or count * width > asked["cells"]:
        raise _RefusedError("geo-too-large", {})
    return count


def _chosen(asked: dict[str, Any]) -> tuple[str, list[str]]:
    """Return the layer that is asked for, else the only one, or the only one with geometries; and the names of all."""
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


def _values(field: Any) -> list[Any]:
    """Return the values of a field; a number of 32 bits with the digits that it was written with."""
    if field.dtype == "float32":
        return [None if value != value else float(str(value)) for value in field]  # noqa: PLR0124
    found: list[Any] = field.tolist()
    return found


def _text(value: object, kind: str = "text") -> str | None:
    """Return a value of a field as text, ``None`` where there is none.

    >>> [_text(value) for value in (None, 3, 3.0, 3.5, float("nan"), True, "x", "")]
    [None, '3', '3', '3.5', None, '1', 'x', '']
    >>> _text(bytes([0, 97]), "binary"), _text(["x", 1], "json"), _text("2026-04-01T00:00:00", "datetime")
    ('AGE=', '["x", 1]', '2026-04-01')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if kind == "json" and not isinstance(value, str):
        return json.dumps(value.tolist() if hasattr(value, "tolist") else value, ensure_ascii=False)
    return _plain_text(value, kind)


def _plain_text(value: object, kind: str) -> str:
    """Return a number, a truth or a text as text."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value).removesuffix("T00:00:00") if kind == "datetime" else str(value)


if __name__ == "__main__":
    sink = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    with os.fdopen(sink, "wb") as stream:
        stream.write(main(sys.argv[1]))
