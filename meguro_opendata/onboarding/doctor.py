"""The checks of ``doctor``: Python, packages, grids, console, workspace and portals, each with advice."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from meguro_opendata import messages
from meguro_opendata.errors import (
    ConfigurationError,
    ExitCode,
    MeguroOpendataError,
    SourceError,
    StorageError,
    UnknownStandardError,
)
from meguro_opendata.geo.datum.grids import known_grids
from meguro_opendata.georeferencing.inputs import place_files, require_place_files
from meguro_opendata.portals import open_portal
from meguro_opendata.portals.ckan.client import token_variable
from meguro_opendata.portals.ckan.portal import CkanPortal
from meguro_opendata.standard.model import load_standard, standards
from meguro_opendata.workspace.city import Workspace, find_workspace, open_workspace

__all__ = ["DOCTOR_FORMAT", "Check", "examine", "exit_code", "to_dict"]

DOCTOR_FORMAT = "meguro-opendata/doctor@1"
OLDEST_PYTHON = (3, 11)  # `tomllib` and `requires-python` in pyproject.toml


@dataclass(frozen=True)
class Check:
    """One check: its area, whether it passed, the version or place that was found, and the advice."""

    area: str
    ok: bool
    found: str
    advice: str = ""


def examine(workspace: Path | None, lang: str = "ja") -> list[Check]:
    """Return the results of all checks in a fixed order; places and portals only with a workspace.

    Args:
        workspace: The workspace's folder; default the nearest workspace, whose absence is no fault.
        lang: The language of the advice.
    """
    checks = [_python(lang), *_packages(lang), _standards(), _grids(lang), _console(lang)]
    opened, check = _workspace(workspace, lang)
    return [*checks, check, *((*_places(opened, lang), *_portals(opened, lang)) if opened else ())]


def exit_code(checks: Sequence[Check]) -> ExitCode:
    """Return 0 if all checks passed, 1 for a fault of this machine, 3 if only portals have trouble."""
    bad = {check.area for check in checks if not check.ok}
    if bad - {"portal"}:
        return ExitCode.NOT_CLEAN
    return ExitCode.NO_ACCESS if bad else ExitCode.DONE


def to_dict(checks: Sequence[Check]) -> dict[str, Any]:
    """Return the checks in the JSON of ``doctor@1``."""
    return {"format": DOCTOR_FORMAT, "ok": all(check.ok for check in checks), "checks": [asdict(c) for c in checks]}


def _python(lang: str) -> Check:
    ok = sys.version_info >= OLDEST_PYTHON
    return Check("python", ok, platform.python_version(), "" if ok else messages.doctor_text("python-old", lang))


def _packages(lang: str) -> Iterator[Check]:
    for required in metadata.requires("meguro-opendata") or []:
        if "extra ==" in required:
            continue
        name = re.split(r"[^\w.-]", required, maxsplit=1)[0]
        try:
            yield Check("packages", True, f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            yield Check("packages", False, name, messages.doctor_text("package-missing", lang, name=name))


def _standards() -> Check:
    known = standards()
    try:
        for standard in known:
            for version in standard.versions:
                load_standard(standard.id, version)
    except UnknownStandardError as error:
        return Check("standards", False, error.code, str(error))
    return Check("standards", True, f"{sum(len(standard.versions) for standard in known)}")


def _grids(lang: str) -> Check:
    """Return the check of the correction grids; a missing patch of 2011 is no fault, only advice.

    Without the patch (touhokutaiheiyouoki2011) only coordinates from before the earthquake cannot be transformed.
    """
    try:
        known = known_grids()
    except (SourceError, StorageError) as error:
        return Check("grids", False, error.code, error.text(lang))
    found = ", ".join(f"{grid.name} {grid.version}".strip() for grid in known) or "-"
    has_patch = any((grid.source, grid.target) == ("jgd2000", "jgd2011") for grid in known)
    return Check("grids", True, found, "" if has_patch else messages.doctor_text("grid-patch-absent", lang))


def _console(lang: str) -> Check:
    # A console in CP932 lacks letters of names; the advice names the setting, and the output is not wrong.
    encoding = getattr(sys.stdout, "encoding", None) or "?"
    wide = encoding.lower().replace("-", "").startswith("utf")
    return Check(
        "console", True, encoding, "" if wide else messages.doctor_text("console-narrow", lang, encoding=encoding)
    )


def _workspace(folder: Path | None, lang: str) -> tuple[Workspace | None, Check]:
    try:
        opened = open_workspace(folder) if folder else find_workspace()
    except ConfigurationError as error:
        if any(fault.code == "no-workspace" for fault in error.faults):
            return None, Check("workspace", True, "-", messages.doctor_text("workspace-none", lang))
        return None, Check("workspace", False, str(folder or Path.cwd()), error.text(lang))
    return opened, Check(
        "workspace",
        True,
        f"{opened.root} ({opened.city.name if lang == 'ja' else opened.city.name_en}, {len(opened.slugs())})",
    )


def _places(workspace: Workspace, lang: str) -> Iterator[Check]:
    """Yield the check of the grids, gazetteers and boundary that the workspace declares; nothing without them."""
    try:
        found = ", ".join(f"{one.name} ({one.state})" for one in place_files(workspace))
        if found:
            require_place_files(workspace)
            yield Check("places", True, found)
    except MeguroOpendataError as error:
        yield Check("places", False, error.code, error.text(lang))


def _portals(workspace: Workspace, lang: str) -> Iterator[Check]:
    for name, settings in sorted(workspace.portals.items()):
        if settings.kind != "folder":
            yield _ckan(workspace, name, lang)
            continue
        path = (workspace.root / (settings.path or f"../{name}")).resolve()
        ok = _writable(path)
        yield Check(
            "portal", ok, f"{name}: {path}", "" if ok else messages.doctor_text("portal-not-writable", lang, path=path)
        )


def _ckan(workspace: Workspace, name: str, lang: str) -> Check:
    """Return the check whether a CKAN answers, accepts our token, and lets the token's user publish."""
    found = f"{name}: {workspace.portals[name].url}"
    try:
        portal = open_portal(workspace, name)
        standing = portal.standing() if isinstance(portal, CkanPortal) else None
    except MeguroOpendataError as error:
        return Check("portal", False, found, error.text(lang))
    # CKAN lets anyone read, also with a wrong token: only `user_show` shows whether the token is known.
    if standing is None or standing.user is None:
        advice = messages.doctor_text("portal-no-token", lang, variable=token_variable(name))
        return Check("portal", False, found, advice)
    described = f"{found} (CKAN {standing.version}, {standing.user})"
    if standing.may_publish:
        return Check("portal", True, described)
    organization = workspace.portals[name].organization or workspace.city.code
    advice = messages.doctor_text("portal-no-permission", lang, user=standing.user, organization=organization)
    return Check("portal", False, described, advice)


def _writable(path: Path) -> bool:
    """Return whether a folder, or its nearest existing parent, can be written; nothing is created for the check."""
    nearest = next(folder for folder in (path, *path.parents) if folder.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK)
