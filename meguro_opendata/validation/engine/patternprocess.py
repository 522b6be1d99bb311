"""The process that matches texts with one pattern, asked within a time."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

from meguro_opendata.jobs.apart import process_environment

__all__ = ["OutOfTimeError", "PatternProcess"]

_WORKER = Path(__file__).with_name("patternworker.py")
_STARTING = 60.0  # seconds; a machine under load starts a process slowly


class OutOfTimeError(Exception):
    """Raised when the process has had its time, or does not run."""


class PatternProcess:
    """A process with one pattern."""

    def __init__(self, pattern: str, method: str, seconds: float) -> None:
        """Start the process.

        Args:
            pattern: As Python takes it.
            method: ``match`` or ``fullmatch``.
            seconds: How long all texts together may take.

        Raises:
            OutOfTimeError: If it does not start.
        """
        self._left = seconds
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        try:
            self._process = subprocess.Popen(  # noqa: S603 (our own program, no shell)
                [sys.executable, "-I", str(_WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="ascii",
                env=process_environment(),
            )
        except OSError:
            raise OutOfTimeError from None
        Thread(target=self._read, daemon=True).start()
        self._say([pattern, method])
        self._heard(_STARTING)

    def ask(self, text: str) -> bool:
        """Return whether a text matches.

        Raises:
            OutOfTimeError: If the time is up before the answer comes.
        """
        begun = time.monotonic()
        self._say(text)
        answer = self._heard(self._left)
        self._left -= time.monotonic() - begun
        return answer == "1"

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:  # what was still to be written has no reader any more
                    continue

    def _read(self) -> None:
        """Pass on what the process writes, and that it has ended."""
        if self._process.stdout is not None:
            for line in self._process.stdout:
                self._answers.put(line.strip())
        self._answers.put("")

    def _say(self, what: object) -> None:
        if self._process.stdin is None:
            raise OutOfTimeError
        try:
            self._process.stdin.write(json.dumps(what) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise OutOfTimeError from None

    def _heard(self, seconds: float) -> str:
        try:
            answer = self._answers.get(timeout=max(seconds, 0))
        except queue.Empty:
            answer = ""
        if not answer:
            self.close()
            raise OutOfTimeError
        return answer
