"""Cases through the command, in worker processes: what may not happen is reported as a fault, and the next case runs.

A worker runs one case after another and says how each ended. If it ends itself (aborted, or stopped because a case took
too long), the case is a fault and a new worker takes the next one.
"""

from __future__ import annotations

import contextlib
import io
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

__all__ = ["Fault", "Result", "run_cases", "work"]

GIGABYTE = 1 << 30
SECONDS = 300  # that a case may take before it hangs; none comes near on a machine that is not busy
_RECYCLED = 250  # cases of one worker
_TOLD = 3000


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
        peak: The most memory that one process took, in bytes; 0 where it cannot be measured.
        slowest: The longest time that a case took, in seconds, and its number.
    """

    faults: tuple[Fault, ...]
    codes: dict[int, int]
    peak: int
    slowest: tuple[float, int]


def run_cases(cases: Iterable[Case], folder: Path, jobs: int = 1) -> Result:
    """Run cases and tell what came of them.

    Args:
        cases: The cases.
        folder: Takes the files of cases that are faults.
        jobs: How many workers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shared = _Shared(iter(cases))
    threads = [
        threading.Thread(target=_drive, args=(shared, folder, folder / f"worker{number}")) for number in range(jobs)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Result(tuple(shared.faults), shared.codes, shared.peak, shared.slowest)


class _Shared:
    """What the threads have in common."""

    def __init__(self, cases: Iterator[Case]) -> None:
        self._cases = cases
        self._lock = threading.Lock()
        self.faults: list[Fault] = []
        self.codes: dict[int, int] = {}
        self.peak = 0
        self.slowest = (0.0, -1)

    def next(self) -> Case | None:
        """The next case."""
        with self._lock:
            return next(self._cases, None)

    def note(self, case: Case, ended: dict[str, object], kept: Path, seconds: float) -> None:
        """Note how a case ended; the file of a fault stays."""
        how, told, code, peak = (ended[key] for key in ("how", "told", "code", "peak"))
        assert isinstance(code, int)
        assert isinstance(peak, int)
        if not how and code not in case.kind.codes:
            how = "code"
        if not how and peak > GIGABYTE:
            how, told = "memory", f"{peak >> 20} MB"
        with self._lock:
            self.codes[code] = self.codes.get(code, 0) + 1
            self.peak = max(self.peak, peak)
            self.slowest = max(self.slowest, (seconds, case.number))
            if how:
                self.faults.append(Fault(case, str(how), f"{code}: {told}", kept))
        if not how:
            kept.unlink(missing_ok=True)


def _drive(shared: _Shared, folder: Path, home: Path) -> None:
    worker: subprocess.Popen[str] | None = None
    done = 0
    while case := shared.next():
        if worker is None or done % _RECYCLED == 0:
            _end(worker)
            worker = _start(home)
        done += 1
        file = folder / f"{case.number}_{case.name}"
        file.write_bytes(case.content)
        begun = time.monotonic()
        ended = _asked(worker, case, file, home)
        if ended is None:
            ended, worker = _died(worker, home), None
        shared.note(case, ended, file, time.monotonic() - begun)
    _end(worker)


def _start(home: Path) -> subprocess.Popen[str]:
    shutil.rmtree(home, ignore_errors=True)
    (home / "data").mkdir(parents=True)
    places = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "support")]
    with (home / "stderr").open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-c", "from fuzz.running import work; work()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            cwd=home,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(places), "MEGURO_OPENDATA_DATA": str(home / "data")},
        )


def _asked(worker: subprocess.Popen[str], case: Case, file: Path, home: Path) -> dict[str, object] | None:
    """How a case ended, ``None`` if the worker ended with it."""
    places = {"file": str(file), "out": str(home / "out")}
    arguments = [part.format(**places) if part in ("{file}", "{out}") else part for part in case.command]
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        worker.stdin.write(json.dumps(arguments) + "\n")
        worker.stdin.flush()
        answer: dict[str, object] = json.loads(worker.stdout.readline())
    except (BrokenPipeError, ValueError):
        return None
    shutil.rmtree(home / "out", ignore_errors=True)
    return answer


def _died(worker: subprocess.Popen[str], home: Path) -> dict[str, object]:
    _close(worker)
    code = worker.returncode
    told = (home / "stderr").read_bytes()[-_TOLD:].decode("utf-8", "replace")
    return {"how": "hang" if "Timeout (" in told else "abort", "told": told, "code": code, "peak": 0}


def _end(worker: subprocess.Popen[str] | None) -> None:
    if worker is not None:
        _close(worker)


def _close(worker: subprocess.Popen[str]) -> None:
    with contextlib.suppress(BrokenPipeError):
        worker.communicate()


def work() -> None:
    """What a worker does: a case a line, until there are no more."""
    import faulthandler

    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    _limit()
    for line in sys.stdin:
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        answers.write(json.dumps(_ended(json.loads(line))) + "\n")
        answers.flush()
        faulthandler.cancel_dump_traceback_later()


def _limit() -> None:
    """A case that would fill the machine ends before it does."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (6 * GIGABYTE, 6 * GIGABYTE))


def _ended(arguments: list[str]) -> dict[str, object]:
    import traceback

    from meguro_opendata.cli import main

    _forget_peak()
    how, told, code = "", "", -1
    nothing = io.StringIO()
    with contextlib.redirect_stdout(nothing), contextlib.redirect_stderr(nothing):
        try:
            code = int(main._outcome(arguments))
        except SystemExit as ending:
            code = int(ending.code or 0)
        except BaseException:  # noqa: BLE001 (what a library panics with is no Exception; all of it is a fault)
            how, told = "exception", traceback.format_exc()[-_TOLD:]
    return {"how": how, "told": told, "code": code, "peak": _peak()}


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> int:
    """The most memory that this process took since it was forgotten, and that any process which it started took."""
    if sys.platform != "linux":
        return 0
    import resource

    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * 1024
