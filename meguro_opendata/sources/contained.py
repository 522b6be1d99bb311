"""The sheets of workbooks and the tables of web pages and XML files: read here, or in a process with limits.

A workbook is looked through first (``packageguard``). What arithmetic bounds and is small is read at once; the rest by
a process of its own, which cannot fill the memory, run for ever or end this one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from meguro_opendata.errors import SourceError
from meguro_opendata.jobs import run_apart
from meguro_opendata.sources.container import MARKUPS, WORKBOOKS, read_bytes
from meguro_opendata.sources.data import read_data
from meguro_opendata.sources.table import Grid

__all__ = ["read_contained", "read_contained_here"]

_WORKER = "meguro_opendata.sources.worker"


def read_contained(path: Path, raw: bytes, container: str, sheet: str | None, *, every: bool) -> list[Grid]:
    """Return one sheet or table, or every visible one.

    Args:
        path: The file.
        raw: Its content.
        container: What it is.
        sheet: The sheet that is wanted, if it is one; else the first visible one.
        every: Whether all visible ones are wanted.

    Raises:
        SourceError: If it cannot be read within the bounds of ``bounds.toml``, or has no such sheet.
    """
    size = _heavy_size(path, raw, container)
    if size:
        return _read_apart(path, size, container, sheet, every=every)
    return read_contained_here(path, raw, container, sheet, every=every)


def read_contained_here(path: Path, raw: bytes, container: str, sheet: str | None, *, every: bool) -> list[Grid]:
    """Return the same as :func:`read_contained`, read in this process; the caller has checked the file's size."""
    if container in WORKBOOKS:
        from meguro_opendata.sources.workbook.workbook import read_workbook_grids, read_workbook_sheet

        if every:
            return read_workbook_grids(path, raw, container)
        return [read_workbook_sheet(path, raw, container, sheet)]
    from meguro_opendata.sources.markup.markup import read_markup_grids, read_markup_sheet

    return read_markup_grids(path, raw, container) if every else [read_markup_sheet(path, raw, container, sheet)]


def _heavy_size(path: Path, raw: bytes, container: str) -> int:
    """Return the number of bytes to read if a process of its own should do it, else 0.

    Raises:
        SourceError: If it exceeds the bounds of ``bounds.toml``.
    """
    limits = read_data("bounds.toml")["process"]
    if container in MARKUPS:
        return len(raw) if len(raw) > limits["markup_bytes"] else 0
    from meguro_opendata.sources.workbook.packageguard import refuse_bomb

    load = refuse_bomb(path, raw)
    sizes = (load.unpacked, load.cells, load.text)
    most = (limits["unpacked"], limits["cells"], limits["text"])
    is_heavy = container in limits["containers"] or any(size > limit for size, limit in zip(sizes, most, strict=True))
    return load.unpacked if is_heavy else 0


def _read_apart(path: Path, size: int, container: str, sheet: str | None, *, every: bool) -> list[Grid]:
    limits = read_data("bounds.toml")["process"]
    asked: dict[str, Any] = {"path": str(path.absolute()), "container": container, "sheet": sheet, "every": every}
    seconds = limits["seconds"] + size // limits["bytes_per_second"]
    done = run_apart(_WORKER, [json.dumps(asked)], limits["memory"], seconds)
    if done.how == "slow":
        raise SourceError("workbook-too-slow", file=path, limit=seconds)
    if done.how == "memory":
        raise SourceError("workbook-takes-memory", file=path, limit=limits["memory"])
    from meguro_opendata.sources.transfer import received

    return received(done.output, path)


def answer_for(argument: str) -> bytes:
    """Return the answer of the reading process to a request: sheets, or a refusal."""
    from meguro_opendata.sources.transfer import refused, sent

    asked = json.loads(argument)
    path = Path(asked["path"])
    try:
        raw = read_bytes(path)
        return sent(read_contained_here(path, raw, asked["container"], asked["sheet"], every=asked["every"]))
    except SourceError as error:
        return refused(error)
