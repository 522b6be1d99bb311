"""A Python program in a separate process with limits of memory and time, so that hostile input cannot harm this one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from meguro_opendata.packaged import packaged_toml

__all__ = ["Ended", "process_environment", "run_apart"]

_LIMITED = Path(__file__).with_name("limited.py")
# The words of Rust (polars), Python, C++ (GDAL) and the C library when memory is refused: exit codes do not show it.
_NO_MEMORY = (b"memory allocation of", b"MemoryError", b"bad_alloc", b"Cannot allocate memory")


@dataclass(frozen=True)
class Ended:
    """The end of a process.

    Attributes:
        output: The bytes that it wrote to its standard output; complete only if ``how`` is ``done``.
        how: ``done``, ``slow`` (stopped at the timeout), ``memory`` (more memory was refused), or ``crashed``.
    """

    output: bytes
    how: str


def run_apart(program: str | Path, arguments: Sequence[str], memory: int, seconds: float) -> Ended:
    """Run a Python program in a separate process and wait for its end.

    The environment has only the variables by which Python and its libraries are found, and no tokens. The output of
    libraries does not reach the terminal.

    Args:
        program: The path of a program, or the name of a module on this process's module path.
        arguments: The program's arguments.
        memory: The largest number of bytes: of address space on Linux, of committed memory on Windows.
        seconds: The timeout.
    """
    # -P: without it Python searches for modules in the program's folder first, where other files may lie.
    command = [sys.executable, "-P", str(_LIMITED), str(memory), str(program), *arguments]
    places = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    try:
        done = subprocess.run(  # noqa: S603 (our own program, no shell)
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
            env=process_environment() | {"PYTHONPATH": places},
        )
    except subprocess.TimeoutExpired:
        return Ended(b"", "slow")
    if done.returncode == 0:
        return Ended(done.stdout, "done")
    return Ended(done.stdout, "memory" if any(mark in done.stderr for mark in _NO_MEMORY) else "crashed")


def process_environment() -> dict[str, str]:
    """Return the environment of a separate process: the variables and thread limits of ``apart.toml``."""
    words = packaged_toml(__package__, "apart.toml")
    kept = {name: value for name, value in os.environ.items() if name.upper() in words["environment"]}
    return {**kept, **words["threads"]}
