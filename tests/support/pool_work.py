"""Work for processes, in a module that each of them can import."""

from __future__ import annotations

import os
import signal
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

from meguro_opendata.errors import ConfigurationError, Fault


def kill_itself() -> None:
    """End this process as the system does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def double(number: int) -> int:
    """Return twice the number, small numbers last."""
    time.sleep(0.2 / (number + 1))
    return 2 * number


def own_process(_: int) -> int:
    """Return the id of the process that works on the task."""
    return os.getpid()


def fail_on_two(number: int) -> int:
    """Return the number, but raise an error for 2."""
    if number == 2:
        raise ConfigurationError("recipe.yaml", [Fault("source", "file-missing", {})])
    return number


def killed_by(number: int, killers: tuple[int, ...], marks: Path) -> int:
    """Return the number; note each try in ``marks``, and end the process for one of ``killers``."""
    with (marks / f"{number}").open("a", encoding="ascii") as file:
        file.write("x")
    if number in killers:
        kill_itself()
    time.sleep(0.1)
    return number


def killed_once(number: int, marks: Path) -> int:
    """Return the number; end the process at the first try of each odd one."""
    first = not (marks / f"{number}").exists()
    (marks / f"{number}").touch()
    if first and number % 2:
        kill_itself()
    return number


def mark_and_wait(number: int, marks: Path) -> int:
    """Write one mark at the beginning and another, a second later, at the end."""
    (marks / f"{number}.begun").touch()
    time.sleep(1)
    (marks / f"{number}.done").touch()
    return number


def own_and_kill_idle(_: int) -> int:
    """Return the id of this process, which dies as soon as it has nothing to do."""
    threading.Timer(0.3, kill_itself).start()
    return os.getpid()


def killed_while_answering(number: int, killers: tuple[int, ...]) -> bytes:
    """Return a megabyte; of one of ``killers`` only a part arrives before the process ends."""
    if number in killers:
        whole = Connection._send

        def part(self: Connection, data: bytes) -> None:
            whole(self, bytes(data)[:1000])
            kill_itself()

        Connection._send = part  # type: ignore[assignment, method-assign]
    return bytes([number]) * 1_000_000


def two_errors(number: int) -> object:
    """Return what cannot be sent to another process for 1, and fail otherwise."""
    if number == 1:
        return threading.Lock()
    raise ValueError(number)
