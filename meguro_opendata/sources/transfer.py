"""Sheets as bytes, from one process to another: MessagePack, with columns in Arrow's form."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from meguro_opendata.errors import SourceError
from meguro_opendata.sources.table import Grid

__all__ = ["received", "refused", "sent"]


class _Answer(msgspec.Struct):
    """The answer of the reading process: sheets, or the code of a refusal with its parameters."""

    grids: list[Grid] = []
    code: str = ""
    params: dict[str, Any] = {}


def sent(grids: list[Grid]) -> bytes:
    """Return sheets as bytes."""
    return msgspec.msgpack.encode(_Answer(grids), enc_hook=_plain)


def refused(error: SourceError) -> bytes:
    """Return a refusal as bytes; the file is left out, since the receiver knows it."""
    params = {name: value for name, value in error.params.items() if name != "file"}
    return msgspec.msgpack.encode(_Answer(code=error.code, params=params))


def received(written: bytes, path: Path) -> list[Grid]:
    """Return the sheets that another process wrote.

    Args:
        written: All that it wrote.
        path: The file, as this process calls it.

    Raises:
        SourceError: The refusal of the other process, or ``workbook-broken`` if its answer is incomplete.
    """
    try:
        answer = msgspec.msgpack.decode(written, type=_Answer, dec_hook=_whole)
    except (msgspec.DecodeError, pl.exceptions.PolarsError):
        raise SourceError("workbook-broken", file=path) from None
    if answer.code:
        raise SourceError(answer.code, file=path, **answer.params)
    return [replace(grid, path=path) for grid in answer.grids]


def _plain(value: object) -> bytes:
    if isinstance(value, Path):
        return os.fsencode(value)
    if isinstance(value, pl.Series):
        value = value.rename("0").to_frame()
    if isinstance(value, pl.DataFrame):
        sink = io.BytesIO()
        value.write_ipc_stream(sink)
        return sink.getvalue()
    raise NotImplementedError(type(value))


def _whole(kind: type, written: bytes) -> object:
    if kind is Path:
        return Path(os.fsdecode(written))
    frame = pl.read_ipc_stream(io.BytesIO(written))
    return frame.to_series().rename("") if kind is pl.Series else frame
