"""Faults of the program itself: a sentence for the user, and a file without any data for the developers."""

from __future__ import annotations

import platform
import re
import sys
import traceback
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from . import console

__all__ = ["fault_text", "report_fault"]

_PLAIN = re.compile(r"[A-Za-z_][\w.<>]*")
_CAUSES = 8
# Of an endless recursion, the way in and the way on.
_FRAMES = 60


def report_fault(error: BaseException, command: str, lang: str) -> None:
    """Write a file that says where the program failed, and say so on stderr; the file may turn out not to be writable.

    Args:
        error: An exception that no handler expected.
        command: The name of the command, without its arguments.
        lang: The language of the sentences.
    """
    from meguro_opendata.errors import StorageError
    from meguro_opendata.messages import message

    text = fault_text(error, command)
    kind = _plain(type(error).__name__)
    _free_memory(error)
    out_of_memory = isinstance(error, MemoryError)
    said = message("fault-memory", lang, kind=kind) if out_of_memory else message("fault", lang, kind=kind)
    try:
        written = message("fault-file", lang, path=_write(text))
    except StorageError as refused:
        written = message("fault-no-file", lang, path=refused.params["path"], reason=refused.params["reason"])
    console.say(f"{said}\n{written}")


def fault_text(error: BaseException, command: str) -> str:
    """Return where the program failed: versions, command, kinds of exception, and modules with their lines.

    Messages, arguments, paths and values are left out, since they can hold data or tokens.
    """
    from meguro_opendata._version import __version__

    lines = [
        f"meguro-opendata {__version__}",
        f"Python {platform.python_version()} ({sys.platform})",
        f"command: {command or '-'}",
    ]
    for one in _with_causes(error):
        lines += [f"exception: {_plain(type(one).__module__)}.{_plain(type(one).__qualname__)}", *_frames(one)]
    return "\n".join(lines) + "\n"


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that led to it, the last first."""
    one: BaseException | None = error
    for _ in range(_CAUSES):
        if one is None:
            return
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _frames(error: BaseException) -> list[str]:
    """Return module and line of each call, the outermost first."""
    found = [
        f"  {_plain(frame.f_globals.get('__name__'))}:{line}" for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    left_out = len(found) - 2 * _FRAMES
    return [*found[:_FRAMES], f"  ... {left_out}", *found[-_FRAMES:]] if left_out > 0 else found


def _plain(name: object) -> str:
    """Return a name of code; anything else could hold data."""
    return name if isinstance(name, str) and _PLAIN.fullmatch(name) else "?"


def _free_memory(error: BaseException) -> None:
    """Let go of what the calls of a failed run held, so that the little that follows has room."""
    for one in _with_causes(error):
        traceback.clear_frames(one.__traceback__)


def _write(text: str) -> Path:
    """Write the file, under a name that no earlier one has."""
    from meguro_opendata.files.userdata import data_folder
    from meguro_opendata.files.whole import storage_guard, write_whole
    from meguro_opendata.japan.calendar import JST

    folder, stem = data_folder(), datetime.now(JST).strftime("fault-%Y%m%d-%H%M%S")
    path, number = folder / f"{stem}.txt", 1
    with storage_guard(path):
        while path.exists():
            number += 1
            path = folder / f"{stem}-{number}.txt"
    write_whole(path, text.encode("utf-8"))
    return path
