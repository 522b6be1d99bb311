"""Faces that load their names late: each name is there, none besides, and importing them stays cheap."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from meguro_opendata.packaged import attach

FACES = ["meguro_opendata", "meguro_opendata.catalog", "meguro_opendata.geo", "meguro_opendata.packaged"]


@pytest.mark.parametrize("face", FACES)
def test_every_name_of_a_face_is_there(face: str) -> None:
    """Whatever ``__all__`` promises can be had, and ``dir`` lists just that."""
    package = import_module(face)
    assert [name for name in package.__all__ if not hasattr(package, name)] == []
    assert dir(package) == sorted(package.__all__)


@pytest.mark.parametrize("face", FACES)
def test_a_name_that_is_not_there_is_refused_as_python_does(face: str) -> None:
    """So that ``hasattr``, ``getattr`` with a default, and tools that look around work."""
    package = import_module(face)
    with pytest.raises(AttributeError, match=f"module '{face}' has no attribute 'nothing'"):
        _ = package.nothing
    assert getattr(package, "nothing", 1) == 1


def test_what_is_put_in_place_of_a_function_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is asked of its module each time, not kept."""
    load, _ = attach("meguro_opendata.packaged", {"data": ("packaged_text",)})
    monkeypatch.setattr("meguro_opendata.packaged.data.packaged_text", len)
    assert load("packaged_text") is len


def test_importing_the_package_loads_next_to_nothing() -> None:
    """Neither what reads data files nor what only type checkers need."""
    unneeded = ("importlib.resources", "tomllib", "typing", "pathlib", "meguro_opendata.packaged.data")
    code = (
        "import sys; before = set(sys.modules); import meguro_opendata;"
        f"print(*[name for name in {unneeded!r} if name in set(sys.modules) - before])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
