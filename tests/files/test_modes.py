"""Files and folders appear whole, with the permissions that the user's umask leaves, and keep those that they had."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meguro_opendata.files.whole import folder_aside, write_whole

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
UMASKS = [0o022, 0o077, 0o027, 0o002, 0o000]


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Let the process have another umask for a while."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    """The permissions of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mask=st.integers(0, 0o077), kept=st.integers(0o600, 0o777))
def test_a_file_obeys_the_umask_and_keeps_its_permissions(
    mask: int, kept: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A new one as a plain ``open`` would make it, its new folders, too; one that is there as it was."""
    folder = tmp_path_factory.mktemp("umask")
    with umask(mask):
        assert write_whole(folder / "a" / "new.csv", b"1")
        assert (mode(folder / "a"), mode(folder / "a" / "new.csv")) == (0o777 & ~mask, 0o666 & ~mask)
        (folder / "a" / "new.csv").chmod(kept)
        assert write_whole(folder / "a" / "new.csv", b"2")
        assert mode(folder / "a" / "new.csv") == kept
    assert [path.name for path in (folder / "a").iterdir()] == ["new.csv"]


@pytest.mark.parametrize("mask", UMASKS)
def test_a_folder_obeys_the_umask_and_keeps_its_permissions(mask: int, tmp_path: Path) -> None:
    """A release's folder and each of its files, at its first building and at the next."""
    target = tmp_path / "release"
    with umask(mask):
        for content in (b"1", b"2"):
            with folder_aside(target) as aside:
                (aside / "a.csv").write_bytes(content)
                (aside / "b.csv").write_bytes(content)
            if content == b"1":
                assert (mode(target), mode(target / "a.csv")) == (0o777 & ~mask, 0o666 & ~mask)
                target.chmod(0o750)
                (target / "a.csv").chmod(0o640)
    assert (mode(target), mode(target / "a.csv"), mode(target / "b.csv")) == (0o750, 0o640, 0o666 & ~mask)
    assert (target / "a.csv").read_bytes() == b"2"


def test_everything_that_the_commands_write_obeys_the_umask(tmp_path: Path, command: Callable[..., "Ran"]) -> None:  # noqa: F821, UP037
    """The whole demonstration under umask 077: no file of it is open to others."""
    with umask(0o077):
        assert command("demo", "--out", "d").code == 0
    written = list((tmp_path / "d").rglob("*"))
    assert len(written) > 50
    assert [str(path) for path in written if mode(path) & 0o077] == []
