"""Datum shifts as a GeoTIFF in the way of NTv2: two bands of seconds of arc, and what they lead from and to.

Only what such grids use is read: 32-bit floats, tiles or strips, plain or deflated. Every number in the file is
checked before it is believed.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from meguro_opendata.errors import SourceError, UnknownCrsError
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.datum.lattice import Frame
from meguro_opendata.geo.datum.nodes import NodeList, checked, grid_words

__all__ = ["is_tiff", "read_geotiff"]

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _DESCRIPTION = 256, 257, 258, 259, 270
_STRIPS, _BANDS, _STRIP_ROWS, _STRIP_BYTES, _PLANAR, _PREDICTOR = 273, 277, 278, 279, 284, 317
_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES, _FORMAT = 322, 323, 324, 325, 339
_SCALE, _TIE, _KEYS, _METADATA, _NO_DATA = 33550, 33922, 34735, 42112, 42113
_KINDS = {1: "B", 2: "c", 3: "H", 4: "I", 11: "f", 12: "d", 16: "Q"}
_TEXTS, _FRACTIONS = (_DESCRIPTION, _METADATA, _NO_DATA), (_SCALE, _TIE)
_WHOLE_NUMBERS = (
    *(_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _STRIPS, _BANDS, _STRIP_ROWS, _STRIP_BYTES, _PLANAR, _PREDICTOR),
    *(_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES, _FORMAT, _KEYS),
)
# The value types that are accepted for each tag; other tags are ignored.
_WRITTEN_AS = dict.fromkeys(_TEXTS, "c") | dict.fromkeys(_FRACTIONS, "fd") | dict.fromkeys(_WHOLE_NUMBERS, "BHIQ")
_GEOGRAPHIC_KEY, _RASTER_KEY, _POINT = 2048, 1025, 2
_MOST_TAGS = 200
_FULL_CIRCLE = 360
_Band = npt.NDArray[np.float32]
_FLOAT, _FLOAT_BITS, _FLOAT_PREDICTOR = 3, 32, 3
_PLAIN, _DEFLATED = (1,), (8, 32946)


def is_tiff(data: bytes) -> bool:
    """Return whether the bytes begin like a TIFF file."""
    return data[:4] in (b"II*\0", b"MM\0*")


def read_geotiff(data: bytes, file: str) -> NodeList:
    """Return the nodes of a GeoTIFF grid; a node whose shifts are both 0, or the no-data value, is not known.

    Raises:
        SourceError: If it is no such grid, damaged, or not to be believed.
    """
    try:
        return checked(_Tiff(data, file).nodes(), file)
    except (struct.error, zlib.error, ValueError, IndexError, KeyError, OverflowError):
        raise SourceError("grid-unreadable", file=file) from None


@dataclass(frozen=True)
class _Layout:
    """How the image is cut: size of a piece, and where each piece's bytes lie."""

    width: int
    height: int
    offsets: tuple[int, ...]
    sizes: tuple[int, ...]


class _Tiff:
    """One image of a TIFF file."""

    def __init__(self, data: bytes, file: str) -> None:
        self._data = data
        self._file = file
        self._limits: dict[str, int] = grid_words()["limits"]
        self._order = "<" if data[:2] == b"II" else ">"
        self._tags = dict(self._read_tags())
        self._width, self._height = self._tags[_WIDTH][0], self._tags[_HEIGHT][0]
        if not 0 < self._width * self._height <= self._limits["places"]:
            raise SourceError("grid-too-large", file=file)

    def _unpack(self, form: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from(self._order + form, self._data, at)

    def _read_tags(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Yield the values of each known tag; an empty one, or values of another type, make the file invalid."""
        start = self._unpack("I", 4)[0]
        count = self._unpack("H", start)[0]
        for number in range(min(count, _MOST_TAGS)):
            at = start + 2 + 12 * number
            tag, kind, length = self._unpack("HHI", at)
            if tag not in _WRITTEN_AS:
                continue
            letter = _KINDS.get(kind, "")
            if not letter or letter not in _WRITTEN_AS[tag] or not self._is_believable(letter, length):
                raise ValueError
            form = f"{length}s" if letter == "c" else f"{length}{letter}"
            size = struct.calcsize(self._order + form)
            yield tag, self._unpack(form, at + 8 if size <= 4 else self._unpack("I", at + 8)[0])  # noqa: PLR2004

    def _is_believable(self, letter: str, length: int) -> bool:
        return 0 < length <= self._limits["letters" if letter == "c" else "values"]

    def _text(self, tag: int) -> str:
        raw: bytes = self._tags.get(tag, (b"",))[0]
        return raw.rstrip(b"\0").decode("utf-8", errors="replace")

    def nodes(self) -> NodeList:
        """Return the known nodes, from the south-west."""
        lat, lon = (np.flipud(band) for band in self._shifts())
        known = ((lat != 0) | (lon != 0)) & np.isfinite(lat) & np.isfinite(lon)
        empty = self._text(_NO_DATA).strip()
        if empty:
            known &= lat != np.float64(empty)
        if np.count_nonzero(known) > self._limits["nodes"]:
            raise SourceError("grid-too-large", file=self._file)
        rows, columns = np.nonzero(known)
        found = re.search(grid_words()["version"]["pattern"], self._text(_DESCRIPTION))
        return NodeList(
            name="",
            version=found["version"] if found else "",
            source=self._datum(self._keys().get(_GEOGRAPHIC_KEY)),
            target=self._datum(self._target()),
            frame=self._frame(),
            rows=rows.astype(np.int64),
            columns=columns.astype(np.int64),
            shifts=np.column_stack([lat[known], lon[known]]).astype(np.float64),
        )

    def _frame(self) -> Frame:
        """Return the lattice; the tie point may be a node, or the corner of a cell around it."""
        lon_step, lat_step = self._tags[_SCALE][:2]
        column, row, _, west, north, _ = self._tags[_TIE][:6]
        half = 0.0 if self._keys().get(_RASTER_KEY) == _POINT else 0.5
        west += (half - column) * lon_step
        south = north - (self._height - 1 - row + half) * lat_step
        frame = Frame(south, west, lat_step, lon_step, self._height, self._width)
        if not (lat_step > 0 and lon_step > 0 and all(abs(edge) <= _FULL_CIRCLE for edge in frame.extent)):
            raise ValueError
        return frame

    def _keys(self) -> dict[int, int]:
        keys = self._tags.get(_KEYS, ())
        return {keys[at]: keys[at + 3] for at in range(4, len(keys) - 3, 4)}

    def _target(self) -> int | None:
        found = re.search(r'"target_crs_epsg_code">\s*([0-9]{4,5})\s*<', self._text(_METADATA))
        return int(found[1]) if found else None

    @staticmethod
    def _datum(epsg: int | None) -> str | None:
        try:
            return parse_crs(epsg).datum if epsg else None
        except UnknownCrsError:
            return None

    def _shifts(self) -> tuple[_Band, _Band]:
        """Return latitude and longitude shifts in seconds, north first, as the descriptions of the bands say."""
        bands = self._bands()
        metadata = self._text(_METADATA)
        if re.search(r'"UNITTYPE"[^>]*>\s*(?!arc-second)\w', metadata):
            raise ValueError
        order = [f'sample="{number}" role="description">{name}_offset' in metadata for number, name in _EXPECTED]
        if 'role="description">' in metadata and not all(order):
            raise ValueError
        lat, lon = bands
        return lat, -lon if re.search(r'"positive_value"[^>]*>\s*west', metadata) else lon

    def _bands(self) -> _Band:
        """Return the first two bands; others, such as their accuracy, are ignored."""
        count = self._tags.get(_BANDS, (1,))[0]
        if not 2 <= count <= 8 or not self._is_of_floats():  # noqa: PLR2004
            raise ValueError
        layout = self._layout()
        apart = self._tags.get(_PLANAR, (1,))[0] == 2  # noqa: PLR2004
        across, down = -(-self._width // layout.width), -(-self._height // layout.height)
        self._refuse_pieces(layout, across * down, count if apart else 1)
        whole = np.zeros((2, down * layout.height, across * layout.width), dtype=np.float32)
        for number in range(across * down * (2 if apart else 1)):
            band, place = divmod(number, across * down)
            row, column = divmod(place, across)
            pieces = self._piece(layout, number, 1 if apart else count)
            bands = slice(band, band + 1) if apart else slice(None)
            top, left = row * layout.height, column * layout.width
            whole[bands, top : top + layout.height, left : left + layout.width] = pieces[:2]
        return whole[:, : self._height, : self._width]

    def _refuse_pieces(self, layout: _Layout, pieces: int, times: int) -> None:
        """Refuse a layout that does not fit the image, whose pieces overlap, or that would fill the memory."""
        fits = len(layout.offsets) == pieces * times and len(layout.sizes) == len(layout.offsets)
        if not fits or sum(layout.sizes) > len(self._data):
            raise ValueError
        if pieces * layout.width * layout.height > 2 * self._limits["places"]:
            raise SourceError("grid-too-large", file=self._file)

    def _is_of_floats(self) -> bool:
        """Return whether the values are floats, packed in a way that is understood here."""
        return (
            set(self._tags[_BITS]) == {_FLOAT_BITS}
            and set(self._tags[_FORMAT]) == {_FLOAT}
            and self._tags.get(_PREDICTOR, (1,))[0] in (1, _FLOAT_PREDICTOR)
            and self._tags.get(_COMPRESSION, (1,))[0] in (*_PLAIN, *_DEFLATED)
        )

    def _layout(self) -> _Layout:
        if _TILES in self._tags:
            width, height = self._tags[_TILE_WIDTH][0], self._tags[_TILE_HEIGHT][0]
            layout = _Layout(width, height, self._tags[_TILES], self._tags[_TILE_BYTES])
        else:
            height = min(self._tags.get(_STRIP_ROWS, (self._height,))[0], self._height)
            layout = _Layout(self._width, height, self._tags[_STRIPS], self._tags[_STRIP_BYTES])
        if not 0 < layout.width * layout.height <= self._limits["places"]:
            raise ValueError
        return layout

    def _piece(self, layout: _Layout, number: int, bands: int) -> npt.NDArray[np.float32]:
        """Return one tile or strip as band, row, column; the last strip can be short, and a piece can be absent."""
        size = layout.width * layout.height * bands * 4
        begin, end = layout.offsets[number], layout.offsets[number] + layout.sizes[number]
        if end > len(self._data):
            raise ValueError  # the file is cut
        data = bytes(memoryview(self._data)[begin:end])
        if self._tags.get(_COMPRESSION, (1,))[0] in _DEFLATED:
            data = zlib.decompressobj().decompress(data, size)
        data = data[:size].ljust(size, b"\0")
        if self._tags.get(_PREDICTOR, (1,))[0] == _FLOAT_PREDICTOR:
            values = _unpredicted(data, layout.height, layout.width * bands, bands)
        else:
            values = np.frombuffer(data, dtype=f"{self._order}f4")
        return values.reshape(layout.height, layout.width, bands).transpose(2, 0, 1)


_EXPECTED = ((0, "latitude"), (1, "longitude"))


def _unpredicted(data: bytes, rows: int, row_length: int, bands: int) -> npt.NDArray[np.float32]:
    """Undo the floating point predictor: bytes of one place stand together, each as its difference."""
    raw = np.frombuffer(data, dtype=np.uint8).reshape(rows, -1, bands)
    summed = np.cumsum(raw, axis=1, dtype=np.uint8).reshape(rows, 4, row_length)
    return np.ascontiguousarray(summed.transpose(0, 2, 1)).view(">f4").astype(np.float32)
