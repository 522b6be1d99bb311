"""What several tests share: the given material, a copy of the shipped workspace, and the command."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from locations import ROOT

# A shell that starts the tests in the background has them ignore interrupts, which every process started here would.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SHARED = ROOT.parent / "shared"
# Benchmarks are programs of their own, not tests.
collect_ignore_glob = ["benchmarks/*.py"]
# A busy machine is no fault of what is tested. A change is judged by the same values each time; `make properties`
# draws new ones.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("searching", settings.get_profile("patient"), derandomize=False, max_examples=1000)
settings.load_profile("patient")


@dataclass(frozen=True)
class Ran:
    """A finished command."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Everything that it printed."""
        return self.out + self.err


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees the grids, gazetteers and boundaries of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of given real files; tests that need it are skipped, loudly, where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"NOT TESTED on real files: {SHARED} is absent")
    return SHARED


@pytest.fixture
def workspace_dir(tmp_path: Path) -> Path:
    """A copy of the shipped workspace, to be changed at will."""
    target = tmp_path / "datasets"
    shutil.copytree(ROOT / "datasets", target, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return target


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run ``meguro-opendata`` in this process, in ``tmp_path``, with a data folder of its own."""
    from meguro_opendata.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path / "data"))

    def run(*arguments: object) -> Ran:
        code = main._outcome([str(argument) for argument in arguments])
        return Ran(int(code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., Ran]:
    """Run ``meguro-opendata`` in a process of its own, in ``tmp_path``; output is UTF-8 unless ``env`` says else."""

    def run(*arguments: object, cwd: Path = tmp_path, encoding: str = "utf-8", **env: str) -> Ran:
        environment = {**os.environ, "PYTHONIOENCODING": encoding, **env}
        done = subprocess.run(
            [sys.executable, "-m", "meguro_opendata", *map(str, arguments)],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        name = encoding.partition(":")[0]
        return Ran(done.returncode, done.stdout.decode(name), done.stderr.decode(name))

    return run
