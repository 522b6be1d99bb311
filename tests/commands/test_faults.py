"""A fault of the program itself: exit code 5, a sentence, and a file that holds neither data nor tokens."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TOKEN = "geheim-0123456789abcdef"  # noqa: S105 (made up)
DATA = "氏名 見本"
# A command whose library fails in a way that nothing foresees; the exception's text holds data and a token.
PROGRAM = f"""
import sys
import meguro_opendata.inspection.profiler as profiler
import meguro_opendata.cli.main as main

class PanicException(BaseException):
    pass

def deeper():
    return deeper()

def fail(file, *args, **options):
    secret = "{DATA} {TOKEN}"
    what = sys.argv_kind
    if what == "recursion":
        deeper()
    if what == "chained":
        try:
            raise ValueError(secret)
        except ValueError as error:
            raise TypeError(secret, file) from error
    raise {{"type": TypeError, "memory": MemoryError, "panic": PanicException, "missing": FileNotFoundError,
           "pipe": BrokenPipeError, "attribute": AttributeError, "ctrl-c": KeyboardInterrupt}}[what](secret)

sys.argv_kind = sys.argv.pop(1)
profiler.inspect_file = fail
main.run()
"""
KINDS = {
    "type": "builtins.TypeError",
    "chained": "builtins.TypeError",
    "memory": "builtins.MemoryError",
    "recursion": "builtins.RecursionError",
    "panic": "__main__.PanicException",
    "missing": "builtins.FileNotFoundError",
    "pipe": "builtins.BrokenPipeError",
    "attribute": "builtins.AttributeError",
}

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def failing(tmp_path: Path) -> Run:
    """Run ``inspect`` of a file, which fails with a kind of exception; the user's data folder is ``data``."""
    (tmp_path / "住民.csv").write_text("a\n1\n", encoding="utf-8")

    def run(kind: str, *more: str, **env: str) -> subprocess.CompletedProcess[str]:
        own = {
            **os.environ,
            "PYTHONIOENCODING": "utf-8",
            "MEGURO_OPENDATA_DATA": str(tmp_path / "data"),
            "MEGURO_OPENDATA_TOKEN_WARD": TOKEN,
        }
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, kind, "inspect", "住民.csv", *more],
            cwd=tmp_path,
            env={**own, **env},
            encoding="utf-8",
            capture_output=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("kind", KINDS)
def test_an_unforeseen_exception_ends_with_five(kind: str, failing: Run, tmp_path: Path) -> None:
    """Whatever it is: no traceback, a sentence, and a file whose every line is of a known form."""
    ran = failing(kind, "--format", "json")
    assert (ran.returncode, ran.stdout) == (5, "")
    assert "Traceback" not in ran.stderr
    assert DATA not in ran.stderr
    (file,) = (tmp_path / "data").iterdir()
    assert re.fullmatch(r"fault-\d{8}-\d{6}\.txt", file.name)
    assert str(file) in ran.stderr
    first, python, command, exception, *frames = file.read_text(encoding="utf-8").splitlines()
    assert first.startswith("meguro-opendata ")
    assert python.startswith("Python 3.")
    assert (command, exception) == ("command: inspect", f"exception: {KINDS[kind]}")
    assert any(re.fullmatch(r"  meguro_opendata\.cli\.commands\.inspect:\d+", frame) for frame in frames)
    known = re.compile(r"  [\w.]+:\d+|  \.\.\. \d+|exception: [\w.<>]+")
    assert [line for line in frames if not known.fullmatch(line)] == []
    assert len(frames) < 150


@pytest.mark.parametrize(("lang", "words"), [("ja", "プログラムの不具合"), ("en", "fault in the program")])
def test_the_sentence_in_both_languages(lang: str, words: str, failing: Run) -> None:
    """It says whose fault it is, and what to do with the file."""
    assert words in failing("type", "--lang", lang).stderr


def test_debug_shows_the_traceback_without_the_token(failing: Run, tmp_path: Path) -> None:
    """The messages of the exceptions are there; the token in them is masked."""
    ran = failing("chained", "--debug")
    assert ran.returncode == 5
    assert ran.stderr.count("Traceback") == 2
    assert f"TypeError: ('{DATA} ***'" in ran.stderr
    assert TOKEN not in ran.stderr
    assert len(list((tmp_path / "data").iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_named(failing: Run, tmp_path: Path) -> None:
    """The record is lost, the exit code is not."""
    (tmp_path / "data").write_text("", encoding="utf-8")
    ran = failing("type")
    assert ran.returncode == 5
    assert "書き込めませんでした" in ran.stderr
    assert (tmp_path / "data").read_text(encoding="utf-8") == ""


def test_two_faults_in_a_second_have_two_files(failing: Run, tmp_path: Path) -> None:
    """None takes the place of an earlier one."""
    for _ in range(2):
        assert failing("type").returncode == 5
    assert len(list((tmp_path / "data").iterdir())) == 2


def test_ctrl_c_is_no_fault(failing: Run, tmp_path: Path) -> None:
    """It ends with 130, as ever, and leaves no record."""
    assert failing("ctrl-c").returncode == 130
    assert not (tmp_path / "data").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device on this system")
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_full_terminal(stream: str, failing: Run, tmp_path: Path) -> None:
    """A result that cannot be written is trouble of the system (3); a fault stays a fault (5) with its record."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        program, expected = (
            ([PROGRAM, "type"], 5) if stream == "stderr" else (["import meguro_opendata.cli.main as m; m.run()"], 3)
        )
        ran = subprocess.run(
            [sys.executable, "-c", *program, "inspect", "住民.csv"],
            cwd=tmp_path,
            env={**os.environ, "MEGURO_OPENDATA_DATA": str(tmp_path / "data")},
            check=False,
            **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: full},
        )
    assert ran.returncode == expected
    assert (tmp_path / "data").exists() == (expected == 5)


def test_what_the_system_refuses_is_no_fault(command: Callable[..., "Ran"], tmp_path: Path) -> None:  # noqa: F821, UP037
    """A name that is too long for the system, say, ends with a sentence and no record."""
    ran = command("inspect", "x" * 300 + ".csv", MEGURO_OPENDATA_DATA=str(tmp_path / "data"))
    assert ran.code in (2, 3)
    assert "Traceback" not in ran.err
    assert not (tmp_path / "data").exists()


def test_json_of_a_fault_is_nothing_at_all(failing: Run) -> None:
    """A program that reads our JSON gets an empty answer and the code 5, never half a document."""
    ran = failing("type", "--format", "json")
    with pytest.raises(json.JSONDecodeError):
        json.loads(ran.stdout)
    assert ran.stdout == ""
