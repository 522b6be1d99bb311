"""Cases through the command, in worker processes: a broken promise is reported as a fault, and the next case runs.

A worker runs one case after another and answers how each ended. If it ends itself (aborted, or stopped because a case
took too long), the case is a fault and a new worker takes the next one.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from locations import ROOT

from fuzz.cases import Case
from fuzz.worker import GIGABYTE, TIMED_OUT, TOLD
from fuzz.workspace import whole_workspace

__all__ = ["Fault", "Limits", "Result", "run_cases"]

_RECYCLED = 250  # cases of one worker


@dataclass(frozen=True)
class Limits:
    """What a case may take at most.

    Attributes:
        seconds: More is a hang. The slowest case, a report of a million findings, takes 28 s on an idle machine.
        memory: Bytes of one process.
    """

    seconds: float = 180
    memory: int = GIGABYTE


@dataclass(frozen=True)
class Fault:
    """A promise that was broken.

    Attributes:
        how: ``abort``, ``hang``, ``exception``, ``code`` or ``memory``.
        told: What is known of it.
        kept: Where the file is.
    """

    case: Case
    how: str
    told: str
    kept: Path


@dataclass(frozen=True)
class Result:
    """What came of some cases.

    Attributes:
        codes: How many ended with each exit code.
        peak: The most memory that one process took, in bytes, and the number of its case; 0 where it is not measured.
        slowest: The longest time that a case took, in seconds, and its number.
    """

    faults: tuple[Fault, ...]
    codes: dict[int, int]
    peak: tuple[int, int]
    slowest: tuple[float, int]


def run_cases(cases: Iterable[Case], folder: Path, jobs: int = 1, limits: Limits | None = None) -> Result:
    """Run cases and return what came of them.

    Args:
        cases: The cases.
        folder: Takes the files of cases that are faults.
        jobs: How many workers.
        limits: What a case may take.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shared = _Shared(iter(cases), limits or Limits())
    homes = [folder.resolve() / f"worker{number}" for number in range(jobs)]
    threads = [threading.Thread(target=_drive, args=(shared, folder, home)) for home in homes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for home in homes:
        shutil.rmtree(home, ignore_errors=True)
    return Result(tuple(shared.faults), shared.codes, shared.peak, shared.slowest)


class _Shared:
    """What the threads have in common."""

    def __init__(self, cases: Iterator[Case], limits: Limits) -> None:
        self._cases = cases
        self._lock = threading.Lock()
        self.limits = limits
        self.faults: list[Fault] = []
        self.codes: dict[int, int] = {}
        self.peak = (0, -1)
        self.slowest = (0.0, -1)

    def next(self) -> Case | None:
        """Return the next case, ``None`` after the last."""
        with self._lock:
            return next(self._cases, None)

    def note(self, case: Case, ended: dict[str, object], kept: Path, seconds: float) -> None:
        """Note how a case ended, and keep the file of a fault."""
        how, told, code, peak = (ended[key] for key in ("how", "told", "code", "peak"))
        assert isinstance(code, int)
        assert isinstance(peak, int)
        if not how and code not in case.kind.codes:
            how = "code"
        if not how and peak > self.limits.memory:
            how, told = "memory", f"{peak >> 20} MB"
        with self._lock:
            self.codes[code] = self.codes.get(code, 0) + 1
            self.peak = max(self.peak, (peak, case.number))
            self.slowest = max(self.slowest, (seconds, case.number))
            if how:
                kept.write_bytes(case.content)
                self.faults.append(Fault(case, str(how), f"{code}: {told}", kept))


def _drive(shared: _Shared, folder: Path, home: Path) -> None:
    worker: subprocess.Popen[str] | None = None
    done = 0
    while case := shared.next():
        if worker is None or done % _RECYCLED == 0:
            _end(worker)
            worker = _start(home, shared.limits)
        done += 1
        arguments = _laid_out(case, home)
        begun = time.monotonic()
        ended = _asked(worker, arguments)
        seconds = time.monotonic() - begun
        if ended is None:
            ended, worker = _died(worker, home), None
        shared.note(case, ended, folder / f"{case.number}_{case.name}", seconds)
    _end(worker)


def _start(home: Path, limits: Limits) -> subprocess.Popen[str]:
    home.mkdir(exist_ok=True)
    places = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "support")]
    with (home / "stderr").open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-c", "from fuzz.worker import work; work()", str(limits.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            cwd=home,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(places), "MEGURO_OPENDATA_DATA": str(home / "data")},
        )


def _laid_out(case: Case, home: Path) -> list[str]:
    """Put the file where its kind says, all else as if there had been no case before; return the arguments."""
    places = {name: home / name for name in ("out", "data", "alone", "workspace")}
    for place in places.values():
        shutil.rmtree(place, ignore_errors=True)
    places["data"].mkdir()
    if case.kind.place:
        shutil.copytree(whole_workspace(), places["workspace"])
        file = places["workspace"] / case.kind.place
    else:
        file = places["alone"] / case.name
        file.parent.mkdir()
    file.write_bytes(case.content)
    arguments = case.command
    for name, place in (places | {"file": file}).items():
        arguments = tuple(part.replace(f"{{{name}}}", str(place)) for part in arguments)
    return list(arguments)


def _asked(worker: subprocess.Popen[str], arguments: list[str]) -> dict[str, object] | None:
    """How a case ended, ``None`` if the worker ended with it."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        worker.stdin.write(json.dumps(arguments) + "\n")
        worker.stdin.flush()
        answer: dict[str, object] = json.loads(worker.stdout.readline())
    except (BrokenPipeError, ValueError):
        return None
    return answer


def _died(worker: subprocess.Popen[str], home: Path) -> dict[str, object]:
    _end(worker)
    _, timed_out, stack = (home / "stderr").read_text(encoding="utf-8", errors="replace").rpartition(TIMED_OUT)
    how, told = ("hang", stack[:TOLD]) if timed_out else ("abort", stack[-TOLD:])
    return {"how": how, "told": told, "code": worker.returncode, "peak": 0}


def _end(worker: subprocess.Popen[str] | None) -> None:
    if worker is not None:
        with contextlib.suppress(BrokenPipeError):
            worker.communicate()
