"""Pipes, devices and folders as inputs: refused in a sentence by every command that reads a file, and none waits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

COMMANDS = [
    ["inspect", "{}"],
    ["validate", "{}", "--standard", "aed"],
    ["validate", "{table}", "--schema", "{}"],
    ["convert", "{}", "--standard", "aed", "--out", "{out}"],
    ["new", "abc", "--source", "{}", "--workspace", "{workspace}"],
    [
        "geo",
        "transform",
        "{}",
        "--from",
        "EPSG:30169",
        "--to",
        "EPSG:6668",
        "--first",
        "a",
        "--second",
        "b",
        "-o",
        "{out}.csv",
    ],
    ["geo", "geocode", "{}", "-o", "{out}.csv"],
    ["geo", "mesh", "{}", "--level", "3", "-o", "{out}.csv"],
    ["geo", "import-addresses", "{}"],
    ["geo", "import-boundary", "{}"],
    ["geo", "grids", "add", "{}"],
    ["ledger", "import", "{}", "--workspace", "{workspace}"],
    ["publish", "--plan", "{}", "--workspace", "{workspace}"],
    ["plan", "--portal-state", "{}", "--workspace", "{workspace}"],
]


def run(command: Sequence[str], source: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """The command on a source, with a pipe as its input."""
    table = tmp_path / "t.csv"
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    names = {"table": str(table), "out": str(tmp_path / "out"), "workspace": str(tmp_path)}
    words = [word.format(source, **names) if "{}" in word else word.format(**names) for word in command]
    return subprocess.run(
        [sys.executable, "-m", "meguro_opendata", *words],
        input="a,b\n1,2\n",
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.skipif(not Path("/dev/stdin").exists(), reason="this system has no /dev/stdin")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:3]))
def test_a_pipe_is_refused_in_a_sentence(command: list[str], tmp_path: Path) -> None:
    """Not as a fault of writing, and not by a traceback."""
    done = run(command, "/dev/stdin", tmp_path)
    assert done.returncode == 2
    assert "パイプか装置" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("command", COMMANDS[:4], ids=lambda command: " ".join(command[:3]))
def test_a_named_pipe_that_nobody_writes_to_does_not_wait(command: list[str], tmp_path: Path) -> None:
    """Opening it would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    assert run(command, str(tmp_path / "pipe"), tmp_path).returncode == 2


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_a_device_without_an_end_is_refused(tmp_path: Path) -> None:
    """Reading it would fill the memory."""
    assert run(COMMANDS[0], "/dev/zero", tmp_path).returncode == 2
