"""A few hundred damaged files and data of every kind through the command; ``make fuzz`` tries many more."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fuzz.cases import Kind, case_of, cases_of, whole_cases
from fuzz.kinds import KINDS
from fuzz.running import Limits, Result, run_cases
from fuzz.worker import ended
from locations import ROOT
from meguro_opendata.cli import main

CASES, PIECES, SEED = 300, 4, 16  # a piece is one worker, and a test that runs beside others
ROUND = sum(kind.share for kind in KINDS)
STRICT = Kind("strict", lambda: {"a.csv": b"a,b\n1,2\n"}, (lambda raw, _: raw,), (("inspect", "{file}"),))


@pytest.mark.parametrize("piece", range(PIECES))
def test_damaged_files_end_as_promised(piece: int, tmp_path: Path) -> None:
    """No abort, no unforeseen exception, no hang, less than a gigabyte, and only the exit codes that are promised."""
    part = range(piece, CASES, PIECES)
    result = run_cases((case_of(KINDS, number, SEED) for number in part), tmp_path / "faults")
    assert _told(result) == []
    assert sum(result.codes.values()) == len(part)


@pytest.mark.parametrize("piece", range(PIECES))
def test_whole_files_are_read(piece: int, tmp_path: Path) -> None:
    """What is damaged above is sound: the commands of its kind end with 0 or 1."""
    promised = [replace(kind, codes=frozenset({0, 1})) for kind in KINDS[piece::PIECES]]
    result = run_cases((case for kind in promised for case in whole_cases(kind)), tmp_path / "faults")
    assert _told(result) == []


def _told(result: Result) -> list[str]:
    return [f"{fault.case.kind.name} {fault.case.number} {fault.how}: {fault.told}" for fault in result.faults]


def test_the_same_number_gives_the_same_case() -> None:
    """A fault can be made again from the seed and its number, by another process and at another time."""
    made = [case_of(KINDS, number, SEED) for number in range(ROUND)]
    assert {case.kind.name for case in made} == {kind.name for kind in KINDS}
    program = "from test_fuzz import ROUND, digest; print(digest(ROUND))"
    places = os.pathsep.join(map(str, (ROOT, ROOT / "tests/fuzz", ROOT / "tests", ROOT / "tests/support")))
    again = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": places},
        capture_output=True,
        check=True,
        text=True,
    )
    assert again.stdout.strip() == digest(ROUND)


def digest(count: int) -> str:
    """A checksum of the first cases: contents, names and commands."""
    made = ((case.content, case.name, case.command) for case in cases_of(KINDS, count, SEED))
    return hashlib.sha256(repr(list(made)).encode()).hexdigest()


@pytest.mark.parametrize(
    ("how", "kind", "limits"),
    [
        ("code", replace(STRICT, codes=frozenset()), Limits()),
        ("hang", STRICT, Limits(seconds=0.05)),
        ("memory", STRICT, Limits(memory=1 << 20)),
    ],
)
def test_a_broken_promise_is_noticed(how: str, kind: Kind, limits: Limits, tmp_path: Path) -> None:
    """An unpromised exit code, too much time and too much memory are faults, and the next case runs."""
    if how == "memory" and sys.platform != "linux":
        pytest.skip("NOT TESTED: memory is measured on Linux only")
    result = run_cases([case_of([kind], number, SEED) for number in range(2)], tmp_path / "faults", limits=limits)
    told = [(fault.case.number, fault.how, fault.kept.read_bytes()) for fault in result.faults]
    assert told == [(number, how, b"a,b\n1,2\n") for number in range(2)]


def test_an_unforeseen_exception_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only the last handler catches is a fault, with its traceback; the handler still answers with 5."""

    def failing(_: list[str]) -> int:
        message = "unforeseen"
        raise LookupError(message)

    monkeypatch.setattr(main, "_foreseen", failing)
    answer = ended(["inspect", "a.csv"])
    assert (answer["how"], answer["code"]) == ("exception", 5)
    assert "LookupError: unforeseen" in str(answer["told"])
