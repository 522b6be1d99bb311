"""A few hundred damaged files of every kind through the command; ``make fuzz`` tries many more."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.cases import Case, Kind, case_of, cases_of
from fuzz.kinds import KINDS
from fuzz.running import run_cases

CASES, PIECES, SEED = 300, 10, 16


@pytest.mark.parametrize("piece", range(PIECES))
def test_damaged_files_end_as_promised(piece: int, tmp_path: Path) -> None:
    """No abort, no exception, no hang, less than a gigabyte, and only the exit codes that are promised."""
    part = range(piece, CASES, PIECES)
    result = run_cases((case_of(KINDS, number, SEED) for number in part), tmp_path / "faults")
    told = [f"{fault.case.kind.name} {fault.case.number} {fault.how}: {fault.told}" for fault in result.faults]
    assert told == []
    assert sum(result.codes.values()) == len(part)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_whole_files_are_read(kind: Kind, tmp_path: Path) -> None:
    """What is damaged above is sound: of each kind at least one command ends with 0 or 1."""
    cases = [Case(at, kind, name, content, kind.commands[0]) for at, (name, content) in enumerate(kind.seeds().items())]
    result = run_cases(cases, tmp_path / "faults")
    assert (result.faults, set(result.codes) <= {0, 1}) == ((), True)


def test_the_same_number_gives_the_same_case() -> None:
    """A fault can be made again from the seed and its number."""
    made = list(cases_of(KINDS, 30, SEED))
    assert made == [case_of(KINDS, number, SEED) for number in range(30)]
    assert {case.kind.name for case in made} == {kind.name for kind in KINDS}


def test_a_broken_promise_is_noticed(tmp_path: Path) -> None:
    """An exit code that is not promised is a fault, and its file is kept."""
    strict = Kind(
        "strict", lambda: {"a.csv": b"a,b\n1,2\n"}, (lambda raw, _: raw,), (("inspect", "{file}"),), codes=frozenset()
    )
    result = run_cases([case_of([strict], 0, SEED)], tmp_path / "faults")
    assert [(fault.how, fault.kept.read_bytes()) for fault in result.faults] == [("code", b"a,b\n1,2\n")]
