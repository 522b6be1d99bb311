"""A release that cannot be replaced leaves the files beside it, such as the register of IDs, as they were."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from meguro_opendata.errors import StorageError
from meguro_opendata.pipeline.files import write_release_folder


@pytest.mark.parametrize("before", [b"ID\n1\n", None])
def test_files_beside_a_release_are_put_back(
    before: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder cannot be renamed, as on Windows while Excel has a file of it open."""
    target, register = tmp_path / "releases" / "aed", tmp_path / "datasets" / "aed" / "ids.csv"
    write_release_folder({"aed.csv": b"1"}, target, {})
    register.parent.mkdir(parents=True)
    if before is not None:
        register.write_bytes(before)
    rename = os.rename

    def refused(source: Any, place: Any) -> None:
        if Path(source) == target:
            raise PermissionError(13, "アクセスが拒否されました。", str(source))
        rename(source, place)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", refused)
        with pytest.raises(StorageError):
            write_release_folder({"aed.csv": b"2"}, target, {register: b"ID\n1\n2\n"})
    assert (target / "aed.csv").read_bytes() == b"1"
    assert (register.read_bytes() if register.exists() else None) == before
