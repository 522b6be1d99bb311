"""Cases through the command: one after another in a process of its own, which is ended when a case hangs."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from locations import ROOT

from datafuzz.kinds import case_of
from datafuzz.workspace import PLACES, seed_workspace, whole_copy

__all__ = ["Fault", "run_cases", "work"]

SECONDS = 120
_TOLD = 3000


@dataclass(frozen=True)
class Fault:
    """A promise that was broken: ``abort``, ``hang``, ``exception`` or ``code``, and what is known of it."""

    number: int
    kind: str
    how: str
    told: str


def run_cases(numbers: Sequence[int], seed: int) -> tuple[list[Fault], dict[int, int]]:
    """Run cases by number, and return what went wrong and how many ended with each exit code."""
    faults: list[Fault] = []
    codes: dict[int, int] = {}
    left = list(numbers)
    while left:
        ended = _batch(left, seed)
        for number, how, told, code in ended:
            codes[code] = codes.get(code, 0) + 1
            if how:
                faults.append(Fault(number, case_of(number, seed).kind.name, how, told))
        left = left[len(ended) :]
    return faults, codes


def _batch(numbers: Sequence[int], seed: int) -> list[tuple[int, str, str, int]]:
    """The cases that one process got through; the last of them ended it, where it did not run them all."""
    places = [str(ROOT), str(ROOT / "tests" / "support")]
    done = subprocess.run(
        [sys.executable, "-c", "from datafuzz.running import work; work()", str(seed), *map(str, numbers)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
    )
    ended = [_read(line) for line in done.stdout.decode("ascii").splitlines()]
    if len(ended) < len(numbers):
        told = done.stderr[-_TOLD:].decode("utf-8", "replace")
        how = "hang" if "Timeout (" in told else "abort"
        ended.append((numbers[len(ended)], how, told, done.returncode))
    return ended


def _read(line: str) -> tuple[int, str, str, int]:
    number, how, told, code = json.loads(line)
    return int(number), str(how), str(told), int(code)


def work() -> None:
    """Run the cases whose numbers are the arguments, and write a line for each."""
    import faulthandler

    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    seed, *numbers = map(int, sys.argv[1:])
    with (
        TemporaryDirectory(prefix="datafuzz-") as folder,
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        os.environ["MEGURO_OPENDATA_DATA"] = folder
        tempfile.tempdir = folder
        whole_copy()
        for number in numbers:
            faulthandler.dump_traceback_later(SECONDS, exit=True, file=sys.__stderr__)
            answers.write(json.dumps([number, *_ended(number, seed)]) + "\n")
            answers.flush()
            faulthandler.cancel_dump_traceback_later()


def _ended(number: int, seed: int) -> tuple[str, str, int]:
    """How a case ended: what was wrong, if anything, what is known of it, and the exit code."""
    from meguro_opendata.cli import main

    case, home = case_of(number, seed), seed_workspace()
    shutil.rmtree(home)
    shutil.copytree(whole_copy(), home)
    file = home / PLACES[case.kind.name]
    file.write_bytes(case.content)
    arguments = [part.replace("{file}", str(file)).replace("{workspace}", str(home)) for part in case.command]
    try:
        code = int(main._outcome(arguments))
    except SystemExit as ending:
        code = int(ending.code or 0)
    except BaseException:  # noqa: BLE001 (what a library panics with is no Exception; all of it is a fault)
        return "exception", traceback.format_exc()[-_TOLD:], -1
    return ("", "", code) if code in case.kind.codes else ("code", f"{' '.join(arguments)}: {code}", code)
