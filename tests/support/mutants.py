"""Mutants of the code that guards data: ``python tests/support/mutants.py [ROOM ...]`` prints how many the tests kill.

Each room of ``tests/data/mutants.toml`` is changed by mutmut, one small change at a time, in a copy of the project; its
tests are run on each mutant. A mutant that no test notices survives, and is listed below the table with its change.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from locations import ROOT

ROOMS = tomllib.loads((ROOT / "tests/data/mutants.toml").read_text("utf-8"))
WANTED = 90
# Everything that the tests read beside the package.
BESIDE = ("cli", "datasets", "docs", "standard_schemas", "meguro_opendata", "Makefile", "README.md", "CHANGELOG.md")
# A process that a test starts would run without the mutant.
PYTEST = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "without_processes", "-q")


def tracked() -> Iterator[str]:
    """Yield the files of the project as far as git knows them, new ones included."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    yield from filter(None, listed.stdout.split("\0"))


def copy_to(folder: Path, room: Mapping[str, Any]) -> None:
    """Copy the project and tell mutmut what to change and which tests to run."""
    for name in tracked():
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    if (ROOT.parent / "shared").is_dir():
        (folder / "shared").symlink_to(ROOT.parent / "shared")
    settings = {
        "source_paths": ["meguro_opendata"],
        "only_mutate": room["files"],
        "also_copy": list(BESIDE),
        "pytest_add_cli_args": list(PYTEST),
        "pytest_add_cli_args_test_selection": room["tests"],
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(["", "[tool.mutmut]", *lines, ""]))


def mutmut(folder: Path, *words: str) -> str:
    """Run mutmut in the copy; return what it prints."""
    command = [sys.executable, "-m", "mutmut", *words]
    path = str(folder / "tests" / "support")
    run = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={**_environment(), "PYTHONPATH": path}
    )
    return run.stdout


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}


def run_room(name: str) -> tuple[int, int, list[str]]:
    """Return how many mutants of a room there are, how many are killed, and those that survive with their changes."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as home:
        folder = Path(home)
        copy_to(folder, ROOMS[name])
        printed = mutmut(folder, "run")
        mutmut(folder, "export-cicd-stats")
        stats = folder / "mutants" / "mutmut-cicd-stats.json"
        if not stats.is_file():
            raise SystemExit(f"{name}: mutmut did not finish\n{printed[-2000:]}")
        found = json.loads(stats.read_text("utf-8"))
        killed = found["killed"] + found["timeout"] + found["segfault"]
        lines = [line.split(":")[0].strip() for line in mutmut(folder, "results").splitlines() if "killed" not in line]
        return found["total"], killed, [mutmut(folder, "show", line) for line in lines if line]


def main(names: Sequence[str]) -> int:
    """Print the table of the rooms, then the survivors; return 1 if a room has less than nine of ten killed."""
    survivors: list[str] = []
    low = False
    for name in names or list(ROOMS):
        total, killed, left = run_room(name)
        share = 100 * killed / max(total, 1)
        low = low or share < WANTED
        sys.stdout.write(f"{name:12} {total:5} mutants  {killed:5} killed  {share:5.1f} %\n")
        sys.stdout.flush()
        survivors += left
    sys.stdout.write("\n".join(["", *survivors]))
    return int(low)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
