"""Branches that no test takes: ``python tests/support/coverage_by_room.py`` runs all tests and prints a line a room.

Commands that tests run as processes are counted. Of a process that is killed, as in the tests of interruptions,
nothing is known.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from locations import ROOT

WANTED = 90


def room_of(file: str) -> str:
    """Return the room of a source file: its folder in the package, or ``cli`` and its like beside it.

    >>> room_of("meguro_opendata/geo/datum/crs.py"), room_of("cli/main.py"), room_of("meguro_opendata/errors.py")
    ('geo', 'cli', 'loose modules')
    """
    parts = Path(file).parts
    if parts[0] != "meguro_opendata":
        return parts[0]
    return parts[1] if len(parts) > 2 else "loose modules"


def by_room(report: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    """Yield each room with its number of branches, and how many of them tests take."""
    branches: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for file, found in report["files"].items():
        branches[room_of(file)] += found["summary"]["num_branches"]
        taken[room_of(file)] += found["summary"]["covered_branches"]
    yield from ((room, count, taken[room]) for room, count in sorted(branches.items()))


def run_tests(home: Path) -> Mapping[str, Any]:
    """Run all tests, and return coverage's report."""
    settings = {**os.environ, "COVERAGE_FILE": str(home / "coverage")}
    python = [sys.executable, "-m"]
    tests = [*python, "pytest", "-q", "-n", "auto", "--cov", "--cov-report=", *sys.argv[1:]]
    code = subprocess.run(tests, cwd=ROOT, env=settings, check=False).returncode
    if code:
        raise SystemExit(code)
    subprocess.run([*python, "coverage", "json", "-q", "-o", home / "report.json"], cwd=ROOT, env=settings, check=True)
    found: Mapping[str, Any] = json.loads((home / "report.json").read_text("utf-8"))
    return found


def main() -> int:
    """Print the table; return 1 if a room has fewer than nine of ten branches taken."""
    low = False
    with tempfile.TemporaryDirectory(prefix="coverage-") as home:
        for room, count, taken in by_room(run_tests(Path(home))):
            share = 100 * taken / count if count else 100.0
            low = low or share < WANTED
            sys.stdout.write(f"{room:16} {count:6} branches  {share:5.1f} %\n")
    return int(low)


if __name__ == "__main__":
    raise SystemExit(main())
