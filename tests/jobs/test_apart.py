"""A program in a process of its own: its limits of memory and time, and what it is given."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import Any

import pytest

from meguro_opendata.jobs import run_apart
from meguro_opendata.jobs.limited import limit_by_job

PLENTY = 4_000_000_000


def program(folder: Path, text: str) -> Path:
    """Write a program."""
    path = folder / "program.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_program_writes_comes_back(tmp_path: Path) -> None:
    """Its arguments arrive; what it says on its standard error is no part of the answer."""
    path = program(tmp_path, "import sys; print(*sys.argv[1:]); print('x', file=sys.stderr)")
    done = run_apart(path, ["甲", "b"], PLENTY, 60)
    assert (done.output.decode().split(), done.how) == (["甲", "b"], "done")


def test_a_module_is_found_where_this_process_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a caller has added a folder of his own."""
    (tmp_path / "found_apart.py").write_text("print(__name__)", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert run_apart("found_apart", [], PLENTY, 60).output.split() == [b"__main__"]


def test_tokens_stay_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment holds what Python is found by, and no more."""
    monkeypatch.setenv("MEGURO_OPENDATA_TOKEN_WARD", "secret")
    path = program(tmp_path, "import os; print(dict(os.environ))")
    assert b"secret" not in run_apart(path, [], PLENTY, 60).output


@pytest.mark.skipif(sys.platform not in ("linux", "win32"), reason="NOT TESTED: this system has no such limit")
def test_a_program_that_takes_too_much_memory_ends(tmp_path: Path) -> None:
    """It is refused what goes beyond the limit, and how it ended is known."""
    path = program(tmp_path, "kept = [bytearray(10_000_000) for _ in range(200)]; print(len(kept))")
    assert run_apart(path, [], 500_000_000, 60).how == "memory"
    assert run_apart(path, [], PLENTY, 60).how == "done"


def test_a_program_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    """It is not waited for."""
    assert run_apart(program(tmp_path, "while True: pass"), [], PLENTY, 1).how == "slow"


@pytest.mark.parametrize("text", ["import os; os.abort()", "raise SystemExit(3)", "1 / 0"])
def test_a_program_that_fails_ends_nothing_else(tmp_path: Path, text: str) -> None:
    """A crash is reported as such, not as a lack of memory."""
    assert run_apart(program(tmp_path, text), [], PLENTY, 60).how == "crashed"


class Kernel:
    """Windows' part, as far as it is called: it notes each call and copies the limits that it is given."""

    def __init__(self, refusing: str = "") -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.limits = b""
        for name in ("CreateJobObjectW", "SetInformationJobObject", "GetCurrentProcess", "AssignProcessToJobObject"):
            setattr(self, name, self._function(name, refused=name == refusing))

    def _function(self, name: str, *, refused: bool) -> Any:
        def call(*given: Any) -> int:
            self.calls.append((name, given))
            if name == "SetInformationJobObject":
                self.limits = ctypes.string_at(given[2], given[3])
            return 0 if refused else 7

        return call


def test_windows_is_asked_for_a_job_with_a_limit_for_each_process() -> None:
    """The structure has the size and the places of winnt.h for 64 bits; the job holds this process."""
    kernel = Kernel()
    limit_by_job(kernel, 1_350_000_000)
    names = [name for name, _ in kernel.calls]
    assert names == ["CreateJobObjectW", "SetInformationJobObject", "GetCurrentProcess", "AssignProcessToJobObject"]
    assert kernel.calls[1][1][:2] == (7, 9)
    assert kernel.calls[3][1] == (7, 7)
    if ctypes.sizeof(ctypes.c_size_t) == 8:
        assert len(kernel.limits) == 144
        assert int.from_bytes(kernel.limits[16:20], "little") == 0x500
        assert int.from_bytes(kernel.limits[112:120], "little") == 1_350_000_000


@pytest.mark.parametrize("name", ["CreateJobObjectW", "SetInformationJobObject", "AssignProcessToJobObject"])
def test_a_limit_that_windows_refuses_is_an_error(name: str) -> None:
    """Nothing is read without a limit that was asked for."""
    with pytest.raises(OSError, match="job"):
        limit_by_job(Kernel(name), 1)
