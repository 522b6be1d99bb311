"""``init``: a new workspace for any municipality, with its profile, a folder portal and a README; no datasets."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from string import Template

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import is_text, storage_guard, write_whole
from meguro_opendata.japan.municipalities import Municipality, municipality
from meguro_opendata.packaged import packaged_text
from meguro_opendata.workspace.city import FILE_NAME, Workspace, open_workspace, profile_template
from meguro_opendata.workspace.neighbours import free_folders

__all__ = ["INIT_FORMAT", "init_workspace"]

INIT_FORMAT = "meguro-opendata/init@1"
_README = "README.txt"


def init_workspace(folder: Path, code: str) -> Workspace:
    """Turn a new or empty folder into the workspace of a municipality, and return the workspace.

    Args:
        folder: The workspace's folder.
        code: The municipality's code (全国地方公共団体コード, six digits).

    Raises:
        UnknownMunicipalityError: If no municipality has that code.
        MeguroOpendataError: If the folder has files, or is a file.
        StorageError: If the folder cannot be written; the files written so far are removed again.
    """
    city = municipality(code)
    _refuse_used(folder)
    new = not folder.exists()
    with ExitStack() as cleanup:
        cleanup.callback(_undo, folder, new)
        beside = {name: json.dumps(path, ensure_ascii=False)[1:-1] for name, path in free_folders(folder).items()}
        readme = _filled(packaged_text(__package__, f"newcity/{_README}"), city, **beside)
        # Older versions of Notepad recognise UTF-8 only by its byte order mark, and break lines only at CR LF.
        write_whole(folder / _README, b"\xef\xbb\xbf" + readme.replace("\n", "\r\n").encode("utf-8"))
        # The profile makes the folder a workspace and comes last, so that a half-made one is no workspace.
        write_whole(folder / FILE_NAME, _filled(profile_template(), city, **beside).encode("utf-8"))
        cleanup.pop_all()
    return open_workspace(folder)


def _refuse_used(folder: Path) -> None:
    with storage_guard(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise MeguroOpendataError("init-not-empty", path=folder)
    if not is_text(folder.absolute().name):
        raise MeguroOpendataError("name-not-plain", name=folder.absolute().name)


def _undo(folder: Path, new: bool) -> None:
    with storage_guard(folder):
        if folder.is_dir():
            (folder / _README).unlink(missing_ok=True)
            (folder / FILE_NAME).unlink(missing_ok=True)
            if new:
                folder.rmdir()


def _filled(template: str, city: Municipality, **beside: str) -> str:
    return Template(template).substitute(asdict(city), full_name=city.full_name, **beside)
