"""A process that dies at a chosen moment: every change of the file system is counted, and from one on all of them fail.

Python reports each opening, renaming, removing and making of files to its audit hooks, whoever asks for it, so that no
way of writing is missed; ``fsync`` and the ending of a write are reported by what is put in its place here. What
fails raises :class:`Death`, which nothing catches, and so does whatever is tried after it, as clearing up is: a
killed process does not clear up.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

__all__ = ["Death", "Life", "dying"]

_EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod", "shutil.rmtree"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


class Death(BaseException):
    """The end of the process; no exception that a program may catch."""


@dataclass
class Life:
    """What a process has done, and at which of its steps it dies; ``None``: at none.

    ``end`` ends the process by other means, which may leave it time to clear up.
    """

    root: Path
    at: int | None = None
    end: Callable[[], None] | None = None
    steps: list[str] = field(default_factory=list)
    dead: bool = False

    def step(self, event: str, path: str) -> None:
        """Count a step, or die."""
        if (self.dead and self.end is None) or len(self.steps) == self.at:
            self.dead = True
            if self.end is not None:
                self.end()
                return
            raise Death(f"{event} {path}")
        self.steps.append(f"{event} {path}")


_lives: list[Life] = []
_state = {"hooked": False}


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _lives or event not in _EVENTS:
        return
    path = arguments[0]
    if event == "open" and not _writes(arguments):
        return
    if isinstance(path, (str, bytes, os.PathLike)):
        _tell(event, os.fsdecode(path))


def _writes(arguments: tuple[Any, ...]) -> bool:
    mode, flags = arguments[1], arguments[2]
    return bool(set(mode) & set("wax+")) if isinstance(mode, str) else bool((flags or 0) & _WRITING)


def _tell(event: str, path: str) -> None:
    for life in _lives:
        if Path(path).absolute().is_relative_to(life.root) and not path.endswith(".lock"):
            life.step(event, path)


@contextmanager
def dying(root: Path, at: int | None = None, end: Callable[[], None] | None = None) -> Iterator[Life]:
    """Count what is changed below a folder until the block ends, and die at a step; a death ends the block."""
    if not _state["hooked"]:
        sys.addaudithook(_hook)
        _state["hooked"] = True
    life = Life(root, at, end)
    synced, wrote = os.fsync, os.fdopen
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: (_tell("fsync", str(root)), synced(handle))[1])
        patch.setattr(os, "fdopen", lambda *told, **named: _Half(wrote(*told, **named), root))
        _lives.append(life)
        try:
            yield life
        except Death:
            assert life.dead
        finally:
            _lives.remove(life)


class _Half:
    """A file of which a death can leave the first half."""

    def __init__(self, file: Any, root: Path) -> None:
        self._file = file
        self._root = root

    def __enter__(self) -> _Half:
        self._file.__enter__()
        return self

    def __exit__(self, *told: Any) -> None:
        self._file.__exit__(*told)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, data: bytes) -> int:
        """Write one half, then the other."""
        self._file.write(data[: len(data) // 2])
        self._file.flush()
        _tell("write", str(self._root))
        self._file.write(data[len(data) // 2 :])
        return len(data)
