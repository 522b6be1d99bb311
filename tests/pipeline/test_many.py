"""``build --jobs``: many datasets by several processes, of which some are killed, stopped or meet an error."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Ran
from locations import ROOT

from meguro_opendata import messages
from meguro_opendata.errors import ConfigurationError
from meguro_opendata.pipeline.many import build_many
from meguro_opendata.pipeline.outcome import Release
from meguro_opendata.workspace.city import open_workspace

SLUGS = ["emergency_radio", "open_data_list", "preschool", "stockpile_warehouse"]
# Loaded by every Python process that starts: one that writes the report of the dataset is killed in the middle of it,
# or, with a mark to set, only the first.
KILLER = """
import os, signal
from pathlib import Path

written = Path.write_bytes
def write(path, data):
    if path.name == "report.json" and path.parent.name.startswith(".preschool."):
        mark = os.environ.get("KILLED_ONCE")
        if mark is None or not os.path.exists(mark):
            if mark is not None:
                open(mark, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
    return written(path, data)
Path.write_bytes = write
"""
# The process that builds the dataset writes a mark and then takes its time.
SLOW = """
import os, time
from pathlib import Path

written = Path.write_bytes
def write(path, data):
    if path.name == "report.json" and path.parent.name.startswith(".preschool."):
        open(os.environ["WRITING"], "w").close()
        time.sleep(2)
    return written(path, data)
Path.write_bytes = write
"""


def started(folder: Path, hook: str, *arguments: str, **env: str) -> subprocess.Popen[str]:
    """``meguro-opendata`` in a folder and a group of its own, with code that each of its processes runs first."""
    (folder / "hook").mkdir(exist_ok=True)
    (folder / "hook" / "sitecustomize.py").write_text(hook, encoding="utf-8")
    paths = os.pathsep.join([str(folder / "hook"), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, "-m", "meguro_opendata", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": paths, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> Ran:
    """What a command printed and returned; one that hangs is killed and fails the test."""
    try:
        out, err = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return Ran(process.returncode, out, err)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a release by its name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_a_killed_process_ends_the_build_with_a_sentence(lang: str, workspace_dir: Path) -> None:
    """The dataset is named, the others are built and reported, and nothing is half-written."""
    home = workspace_dir.parent
    before = ended(started(home, "", "build", "preschool"))
    last = contents(home / "releases" / "preschool")
    ran = ended(started(home, KILLER, "build", "--jobs", "2", "--lang", lang))
    assert (before.code, ran.code, ran.err) == (
        0,
        2,
        messages.error_text("build-process-lost", {"slug": "preschool"}, lang) + "\n",
    )
    assert [slug for slug in SLUGS if f"{slug}: " in ran.out] == [slug for slug in SLUGS if slug != "preschool"]
    assert contents(home / "releases" / "preschool") == last
    shown = sorted(path.name for path in (home / "releases").iterdir() if not path.name.startswith("."))
    assert [name for name in shown if name in SLUGS] == SLUGS
    assert not [name for name in shown if name.endswith(".failed")]


def test_the_next_build_finds_nothing_in_its_way(workspace_dir: Path) -> None:
    """What a killed process left aside is no release, and a good build gives what it always gives."""
    home = workspace_dir.parent
    lost = ended(started(home, KILLER, "build", "--jobs", "2", "--format", "json"))
    assert [release["slug"] for release in json.loads(lost.out)["releases"]] == [s for s in SLUGS if s != "preschool"]
    assert not (home / "releases" / "preschool").exists()
    good = ended(started(home, "", "build", "--jobs", "2"))
    assert good.code == 0
    assert (home / "releases" / "preschool" / "report.json").exists()


def test_a_process_that_is_killed_once_costs_nothing(workspace_dir: Path) -> None:
    """The dataset is built at the second attempt, by itself; the output is as ever."""
    home = workspace_dir.parent
    mark = home / "killed"
    ran = ended(started(home, KILLER, "build", "--jobs", "2", KILLED_ONCE=str(mark)))
    serial = ended(started(home, "", "build"))
    assert mark.exists()
    assert (ran.code, ran.out, ran.err) == (serial.code, serial.out, serial.err)


def test_an_interrupt_ends_the_build_with_a_sentence(workspace_dir: Path) -> None:
    """Ctrl-C, which reaches all processes: exit 130, one sentence, no traceback, and what was begun is whole."""
    home = workspace_dir.parent
    mark = home / "writing"
    process = started(home, SLOW, "build", "--jobs", "2", WRITING=str(mark))
    deadline = time.monotonic() + 100
    while not mark.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    ran = ended(process)
    assert (ran.code, ran.err.strip()) == (130, messages.message("interrupted", "ja"))
    assert (home / "releases" / "preschool" / "report.json").exists()
    assert not [path.name for path in (home / "releases").iterdir() if path.name.endswith(".tmp")]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_in_one_dataset_stops_no_other(jobs: int, workspace_dir: Path) -> None:
    """A recipe with a fault is reported with all that belongs to it, in its place, by one process as by two."""
    with (workspace_dir / "preschool" / "dataset.yaml").open("a", encoding="utf-8") as recipe:
        recipe.write("\ncolour: red\n")
    before, error, after = build_many(
        ["emergency_radio", "preschool", "stockpile_warehouse"], open_workspace(workspace_dir), jobs=jobs
    )
    assert isinstance(error, ConfigurationError)
    assert [fault.path for fault in error.faults] == ["colour"]
    assert [type(built) for built in (before, after)] == [Release, Release]
