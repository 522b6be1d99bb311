"""Correction parameters of the Geospatial Information Authority (``.par``): a head, then a mesh code a line."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from meguro_opendata.errors import SourceError
from meguro_opendata.geo.datum.lattice import Frame
from meguro_opendata.geo.datum.nodes import NodeList, checked, grid_words

__all__ = ["is_par", "read_par"]

_LAT_STEP, _LON_STEP = 1 / 120, 1 / 80  # 30 seconds and 45 seconds
_HEADING = re.compile(rb"^MeshCode[^\r\n]*\r?\n", re.MULTILINE)
_HEAD_BYTES = 8192
_HORIZONTAL = 3  # mesh code, latitude, longitude
_MOST_COLUMNS = 8
_PLAIN = re.compile(rb"[0-9.+\-\s]*")


def is_par(data: bytes) -> bool:
    """Return whether the bytes have a head that ends with the heading of mesh codes."""
    return _HEADING.search(data[:_HEAD_BYTES]) is not None


def read_par(data: bytes, file: str) -> NodeList:
    """Return the nodes of a ``.par`` file.

    Args:
        data: Its bytes.
        file: Its name, for messages and because the head alone does not tell one earthquake from another.

    Raises:
        SourceError: If it is for heights or for epochs, damaged, or not to be believed.
    """
    heading = _HEADING.search(data[:_HEAD_BYTES])
    if heading is None:
        raise SourceError("grid-unreadable", file=file)
    head = data[: heading.end()].decode("cp932", errors="replace")
    if re.search(grid_words()["other_purposes"]["head"], head):
        raise SourceError("grid-other-purpose", file=file)
    numbers = _numbers(data[heading.end() :], file)
    codes = numbers[:, 0].astype(np.int64)
    rows, columns = _rows(codes), _columns(codes)
    south, west = int(rows.min()), int(columns.min())
    frame = Frame(south * _LAT_STEP, 100 + west * _LON_STEP, _LAT_STEP, _LON_STEP, *_size(rows, columns))
    purpose = _purpose(head, file)
    nodes = NodeList(
        name=purpose.get("name", ""),
        version=purpose["version"],
        source=purpose.get("source"),
        target=purpose.get("target"),
        frame=frame,
        rows=rows - south,
        columns=columns - west,
        shifts=np.ascontiguousarray(numbers[:, 1:_HORIZONTAL]),
    )
    return checked(nodes, file)


def _numbers(body: bytes, file: str) -> npt.NDArray[np.float64]:
    """Return one row a line: mesh code, shifts."""
    body = body.strip()
    width, lines = len(body.split(b"\n", 1)[0].split(None, _MOST_COLUMNS)), body.count(b"\n") + 1
    if lines > grid_words()["limits"]["nodes"]:
        raise SourceError("grid-too-large", file=file)
    if width < _HORIZONTAL or width > _MOST_COLUMNS or not _PLAIN.fullmatch(body):
        raise SourceError("grid-unreadable", file=file)
    numbers = _parsed(body)
    if len(numbers) != lines * width or not _are_mesh_codes(numbers[::width]):
        raise SourceError("grid-unreadable", file=file)
    return numbers.reshape(lines, width)


def _parsed(body: bytes) -> npt.NDArray[np.float64]:
    """Return the numbers of a text, none if one of them is no number."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # how older versions of numpy tell it
        try:
            return np.fromstring(body, sep=" ")
        except (ValueError, DeprecationWarning):
            return np.empty(0)


def _are_mesh_codes(codes: npt.NDArray[np.float64]) -> bool:
    """Return whether all are 3rd mesh codes: eight digits, those of the 2nd mesh up to 7."""
    if not ((codes >= 10**7) & (codes < 10**8)).all():  # nor are there any that are too large for whole numbers
        return False
    whole = codes.astype(np.int64)
    digits = [whole // 10**place % 10 for place in (3, 2)]
    return bool((whole == codes).all() and all((digit < 8).all() for digit in digits))  # noqa: PLR2004


def _rows(codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the steps of latitude from the equator to a mesh's south-western corner."""
    return codes // 1_000_000 * 80 + codes // 1000 % 10 * 10 + codes // 10 % 10


def _columns(codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the steps of longitude from 100° east."""
    return codes // 10_000 % 100 * 80 + codes // 100 % 10 * 10 + codes % 10


def _size(rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> tuple[int, int]:
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


def _purpose(head: str, file: str) -> dict[str, Any]:
    """Return the grid's purpose by the head or the file's name, at least its version."""
    for known in grid_words()["par"]:
        match = re.search(known["head"], head)
        if match and ("names" not in known or re.search(known["names"], f"{head}\n{file}")):
            return {**known, "version": match["version"]}
    match = re.search(grid_words()["version"]["pattern"], head)
    return {"version": match["version"] if match else ""}
