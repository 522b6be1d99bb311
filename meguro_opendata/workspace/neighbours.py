"""Workspaces side by side: two cities must not write their releases or portals to the same folder."""

from __future__ import annotations

import itertools
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.workspace.city import FILE_NAME, PORTAL, RELEASES, Workspace

__all__ = ["free_folders", "refuse_shared"]


class _Neighbour(NamedTuple):
    """Another workspace: its folder, its city's code, and the folders that it writes to."""

    root: Path
    code: str
    folders: frozenset[Path]


def refuse_shared(workspace: Workspace, folder: Path, place: str) -> None:
    """Refuse a folder for releases or a portal that the workspace of another city uses.

    Args:
        workspace: The workspace that is about to write.
        folder: The folder to write to.
        place: The key of ``opendata.toml`` that names the folder.

    Raises:
        ConfigurationError: With the other workspace and a free folder to name instead.
    """
    # The same city may have two workspaces (a copy for tests); only another city's files would be mixed up.
    for other in _neighbours(workspace.root, {workspace.root.parent, folder.parent}):
        if folder in other.folders and other.code != workspace.city.code:
            kind = PORTAL if place.startswith("portals.") else RELEASES
            words = {
                "path": folder,
                "other": other.root,
                "code": other.code,
                "free": f"../{workspace.root.name}-{kind}",
            }
            raise ConfigurationError(workspace.root / FILE_NAME, [Fault(place, "folder-shared", words)])


def free_folders(root: Path) -> dict[str, str]:
    """Return the folders of a new workspace for its releases and its portal: beside it, under free names.

    They are ``../releases`` and ``../portal`` unless one of these names or another workspace is there already.
    """
    home = root.resolve()
    alone = next(_neighbours(home, {home.parent}), None) is None
    numbered = (f"{home.name}-{number}-" for number in itertools.count(2))
    for first in itertools.chain([""] if alone else [], [f"{home.name}-"], numbered):
        names = {name: f"{first}{name}" for name in (RELEASES, PORTAL)}
        if not any((home.parent / name).exists() for name in names.values()):
            break
    return {kind: f"../{name}" for kind, name in names.items()}


def _neighbours(root: Path, parents: set[Path]) -> Iterator[_Neighbour]:
    """Yield the other workspaces in the given folders; one with an unreadable profile is left out."""
    for parent in sorted(parents):
        for folder in _folders_in(parent):
            settings = _settings_in(folder) if folder != root else None
            if settings is not None:
                yield _Neighbour(
                    folder, str(_part(settings, "city").get("code", "")), frozenset(_used(folder, settings))
                )


def _folders_in(parent: Path) -> list[Path]:
    try:
        names = sorted(os.listdir(parent))  # noqa: PTH208 (names are all that is asked)
    except OSError:
        return []
    return [parent / name for name in names if os.path.isfile(parent / name / FILE_NAME)]  # noqa: PTH113 (no error)


def _settings_in(folder: Path) -> dict[str, Any] | None:
    try:
        return tomllib.loads((folder / FILE_NAME).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return None


def _used(folder: Path, settings: dict[str, Any]) -> Iterator[Path]:
    """Yield the folders outside of its own that a workspace writes to: its releases and its folder portals."""
    yield (folder / str(_part(settings, "folders").get(RELEASES, f"../{RELEASES}"))).resolve()
    for name, portal in _part(settings, "portals").items():
        if isinstance(portal, dict) and portal.get("kind") == "folder":
            yield (folder / str(portal.get("path", f"../{name}"))).resolve()


def _part(settings: dict[str, Any], name: str) -> dict[str, Any]:
    part = settings.get(name)
    return part if isinstance(part, dict) else {}
