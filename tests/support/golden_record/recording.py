"""The recording: scenarios are run, and what comes out of them is kept."""

from __future__ import annotations

import argparse
import fcntl
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from golden_record.clock import CLOCK
from golden_record.console import say
from golden_record.files import checksums, contents, keep_files, placeless
from golden_record.inputs import WORK, gather
from golden_record.marks import normalise
from golden_record.portal import ckan
from golden_record.scenarios import scenarios
from golden_record.steps import Scenario

START = datetime(2026, 5, 20, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Recorder:
    """Runs scenarios of one checkout and keeps what comes out of them below a folder."""

    checkout: Path
    out: Path

    def record(self, scenario: Scenario) -> None:
        """Run one scenario, and keep its transcripts and files."""
        folder, kept = WORK / scenario.name.replace("/", "-"), self.out / scenario.name
        (folder / ".tmp").mkdir(parents=True)
        kept.mkdir(parents=True)
        before: dict[str, bytes] = {}
        for number, step in enumerate(scenario.steps, start=1):
            if isinstance(step, str):
                name = re.sub(r"[/\s]+", "_", step.strip()).replace("_.._", "_")[:70]
                (kept / f"{number:03} {name}.txt").write_bytes(self._transcript(scenario, number, step, folder))
            else:
                step(folder)
                before = contents(folder) if number == 1 else before
        keep_files(folder, before, kept / "files", self.checkout)

    def _transcript(self, scenario: Scenario, number: int, line: str, folder: Path) -> bytes:
        done = subprocess.run(
            [sys.executable, "-m", "meguro_opendata", *shlex.split(line)],
            cwd=folder,
            env={**self._environment(folder, number), **scenario.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=600,
        )
        parts = (
            f"$ {line}\nexit {done.returncode}\n--- stdout\n".encode(),
            done.stdout,
            b"\n--- stderr\n",
            done.stderr,
        )
        return placeless(b"".join(parts), self.checkout)

    def _environment(self, folder: Path, number: int = 0) -> dict[str, str]:
        """Return the whole environment of a command; each command runs a minute after the one before it."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": os.pathsep.join([str(WORK / "clock"), str(self.checkout)]),
            "PYTHONHASHSEED": "0",
            "GOLDEN_NOW": (START + timedelta(minutes=number)).isoformat(),
            "OGR_CURRENT_DATE": "2026-05-20T01:00:00Z",
            "HOME": str(folder / ".home"),
            "MEGURO_OPENDATA_DATA": str(folder / ".data"),
            "TMPDIR": str(folder / ".tmp"),
            "USER": "golden",
            "LOGNAME": "golden",
            "TZ": "Asia/Tokyo",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "100",
        }

    def require_own_code(self) -> None:
        """Refuse to record code that does not come from the checkout."""
        asked = [sys.executable, "-c", "import meguro_opendata; print(meguro_opendata.__file__)"]
        found = subprocess.run(asked, cwd=WORK, env=self._environment(WORK), capture_output=True, text=True, check=True)
        if not Path(found.stdout.strip()).resolve().is_relative_to(self.checkout):
            sys.exit(f"the code comes from {found.stdout.strip()}, not from {self.checkout}")

    def help_lines(self, *words: str) -> Iterator[str]:
        """Yield the help of a command and of every command below it, as the help itself lists them."""
        line = shlex.join([*words, "--help"])
        yield line
        command = [sys.executable, "-m", "meguro_opendata", *shlex.split(line)]
        environment = self._environment(WORK)
        done = subprocess.run(command, cwd=WORK, env=environment, capture_output=True, text=True, check=True)
        for name in re.findall(r"^  ([a-z][\w-]*)", done.stdout.partition("\nCommands:\n")[2], re.MULTILINE):
            yield from self.help_lines(*words, name)


def record(arguments: argparse.Namespace) -> int:
    """Record everything that is asked for; another recording on this machine is waited for."""
    checkout, out = arguments.checkout.resolve(), arguments.folder.resolve()
    started = time.time()
    if out.exists() and any(out.iterdir()):
        sys.exit(f"{out} is not empty")
    with WORK.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(WORK, ignore_errors=True)
        (WORK / "clock").mkdir(parents=True)
        (WORK / "clock" / "sitecustomize.py").write_text(CLOCK, encoding="utf-8")
        gather(checkout, arguments.shared, WORK / "inputs")
        recorder = Recorder(checkout, out)
        recorder.require_own_code()
        wanted = _wanted(recorder, arguments)
        with ThreadPoolExecutor(max_workers=arguments.jobs) as pool:
            list(pool.map(recorder.record, wanted))
        (out / "inputs.txt").write_text(checksums(WORK / "inputs"), encoding="utf-8")
        shutil.rmtree(WORK)
    if arguments.ckan:
        normalise(out / "ckan", arguments.ckan, started)
    count = sum(1 for path in out.rglob("*") if path.is_file())
    say(f"{len(wanted)} scenarios, {count} files in {time.time() - started:.0f} s")
    return 0


def _wanted(recorder: Recorder, arguments: argparse.Namespace) -> list[Scenario]:
    known = [*scenarios(WORK / "inputs"), Scenario("help", list(recorder.help_lines()))]
    known += [ckan(arguments.ckan, arguments.token)] if arguments.ckan else []
    return [scenario for scenario in known if scenario.name.startswith(tuple(arguments.only or ("",)))]
