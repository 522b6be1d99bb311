"""A pytest plugin that skips every test that starts a process: ``pytest -p without_processes``.

A mutant lives in the process that tests it; a process started from there would run without it, or not at all.
"""

from __future__ import annotations

import subprocess
from typing import Any, NoReturn

import pytest


class _NoProcess:
    """Takes the place of ``subprocess.Popen``."""

    def __class_getitem__(cls, _item: Any) -> type[_NoProcess]:
        """Allow the annotation ``Popen[bytes]``."""
        return cls

    def __init__(self, *_args: Any, **_options: Any) -> None:
        """Skip the test."""
        _skip()


def _skip() -> NoReturn:
    pytest.skip("starts a process, which would run without the mutant")


def pytest_configure() -> None:
    """Replace the function by which every process is started."""
    subprocess.Popen = _NoProcess  # type: ignore[misc, assignment]
