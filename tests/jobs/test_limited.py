"""The program that limits its own memory: which limit is set on each platform, and which program then runs."""

from __future__ import annotations

import ctypes
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

from meguro_opendata.jobs import limited

resource = pytest.importorskip("resource", reason="NOT TESTED: this system has no resource limits")
UNLIMITED = resource.RLIM_INFINITY


class Limits:
    """The limits of a process: the hard one, and the calls that set the soft one."""

    def __init__(self, hard: int, *, refusing: bool = False) -> None:
        self.hard = hard
        self.refusing = refusing
        self.asked: list[tuple[int, tuple[int, int]]] = []

    def getrlimit(self, which: int) -> tuple[int, int]:
        """Return the soft and the hard limit."""
        assert which == resource.RLIMIT_AS
        return UNLIMITED, self.hard

    def setrlimit(self, which: int, limits: tuple[int, int]) -> None:
        """Note the limits, or refuse them as macOS does."""
        self.asked.append((which, limits))
        if self.refusing:
            raise ValueError("current limit exceeds maximum limit")


def with_limits(monkeypatch: pytest.MonkeyPatch, limits: Limits) -> Limits:
    """Put made-up limits in the place of this process's."""
    monkeypatch.setattr(resource, "getrlimit", limits.getrlimit)
    monkeypatch.setattr(resource, "setrlimit", limits.setrlimit)
    return limits


@pytest.mark.parametrize(
    ("hard", "memory", "soft"),
    [
        (UNLIMITED, 1000, 1000),
        (2000, 1000, 1000),
        (1000, 1000, 1000),
        (999, 1000, 999),
    ],
)
def test_the_soft_limit_never_exceeds_the_hard_one(
    monkeypatch: pytest.MonkeyPatch, hard: int, memory: int, soft: int
) -> None:
    """A process may not raise its hard limit, which stays."""
    limits = with_limits(monkeypatch, Limits(hard))
    limited.limit_memory(memory)
    assert limits.asked == [(resource.RLIMIT_AS, (soft, hard))]


def test_a_system_that_refuses_the_limit_goes_on_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit below what is mapped already is refused on macOS; the time is limited all the same."""
    limits = with_limits(monkeypatch, Limits(UNLIMITED, refusing=True))
    limited.limit_memory(1000)
    assert len(limits.asked) == 1


def test_another_refusal_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program must not read hostile input without the limit that it was given."""

    def refuse(which: int, limits: tuple[int, int]) -> None:
        raise PermissionError(1, "not permitted")

    with_limits(monkeypatch, Limits(UNLIMITED))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    with pytest.raises(OSError, match="not permitted"):
        limited.limit_memory(1000)


def test_windows_is_limited_by_a_job_of_kernel32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has no resource limits."""
    asked: list[tuple[object, int]] = []
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "WinDLL", lambda name, use_last_error: (name, use_last_error), raising=False)
    monkeypatch.setattr(limited, "limit_by_job", lambda kernel, memory: asked.append((kernel, memory)))
    limited.limit_memory(1234)
    assert asked == [(("kernel32", True), 1234)]


@pytest.mark.parametrize(("program", "way"), [("folder/reader.py", "path"), ("package.reader", "module")])
def test_the_program_runs_after_the_limit_with_its_own_arguments(
    monkeypatch: pytest.MonkeyPatch, program: str, way: str
) -> None:
    """A file by its path, anything else as a module; its arguments begin with its own name."""
    steps: list[object] = []
    monkeypatch.setattr(limited, "limit_memory", steps.append)
    monkeypatch.setattr(sys, "argv", ["limited.py", "4096", program, "甲", "b"])

    def run(name: str, **more: Any) -> None:
        steps.append((name, more, sys.argv))

    monkeypatch.setattr(runpy, f"run_{way}", run)
    limited._main()
    more = {"run_name": "__main__"} | ({"alter_sys": True} if way == "module" else {})
    assert steps == [4096, (program, more, [program, "甲", "b"])]


@pytest.mark.parametrize("arguments", [["limited.py"], ["limited.py", "4096"], ["limited.py", "much", "x.py"]])
def test_nothing_runs_without_a_number_of_bytes_and_a_program(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """A call with other arguments ends at once."""
    monkeypatch.setattr(sys, "argv", arguments)
    monkeypatch.setattr(limited, "limit_memory", lambda _memory: pytest.fail("no program to limit"))
    with pytest.raises((IndexError, ValueError)):
        limited._main()


def test_the_program_imports_nothing_of_the_package() -> None:
    """It runs where only Python itself is found."""
    text = Path(limited.__file__).read_text("utf-8")
    assert "from meguro_opendata" not in text
    assert "import meguro_opendata" not in text
