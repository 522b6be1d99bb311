"""A hundred damaged recipes, settings, ledgers, plans, dumps and schemas through the command; many more by hand."""

from __future__ import annotations

import pytest
from datafuzz.kinds import KINDS, case_of
from datafuzz.running import run_cases

CASES, PIECES, SEED = 112, 4, 16


@pytest.mark.parametrize("piece", range(PIECES))
def test_damaged_data_files_end_as_promised(piece: int) -> None:
    """No abort, no exception, no hang, and only the exit codes that are promised."""
    part = range(piece, CASES, PIECES)
    faults, codes = run_cases(part, SEED)
    assert [f"{fault.kind} {fault.number} {fault.how}: {fault.told}" for fault in faults] == []
    assert sum(codes.values()) == len(part)


def test_whole_data_files_are_read() -> None:
    """What is damaged above is sound: every command of every kind reads the whole file and ends with 0 or 1."""
    faults, codes = run_cases(range(-1, -1 - sum(len(kind.commands) for kind in KINDS), -1), SEED)
    assert (faults, set(codes) <= {0, 1}) == ([], True)


def test_the_same_number_gives_the_same_case() -> None:
    """A fault can be made again from the seed and its number."""
    assert case_of(5, SEED) == case_of(5, SEED)
    assert {case_of(number, SEED).kind.name for number in range(len(KINDS))} == {kind.name for kind in KINDS}
