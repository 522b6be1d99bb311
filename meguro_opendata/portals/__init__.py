"""Places to publish to: ``Portal`` (the protocol) and ``FolderPortal``, the embedded default."""

from __future__ import annotations

from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.portals.base import Portal, PortalState, Upload
from meguro_opendata.portals.folder import FolderPortal
from meguro_opendata.workspace import FILE_NAME, Workspace

__all__ = ["FolderPortal", "Portal", "PortalState", "Upload", "open_portal"]


def open_portal(workspace: Workspace, name: str | None = None) -> Portal:
    """A portal of the workspace; without a name, its only one.

    Raises:
        ConfigurationError: If there is no such portal, several to choose from, or a kind not yet served.
    """
    known = sorted(workspace.portals)
    if name is None and len(known) == 1:
        name = known[0]
    if name is None:
        raise _fault(workspace, "portals", "portal-unnamed", known=known)
    if name not in known:
        raise _fault(workspace, f"portals.{name}", "portal-unknown", name=name, known=known)
    settings = workspace.portals[name]
    if settings.kind != "folder":
        raise _fault(workspace, f"portals.{name}", "portal-kind", name=name, kind=settings.kind)
    return FolderPortal(
        name, (workspace.root / (settings.path or f"../{name}")).resolve(), workspace.city, settings.language
    )


def _fault(workspace: Workspace, place: str, code: str, **params: object) -> ConfigurationError:
    return ConfigurationError(workspace.root / FILE_NAME, [Fault(place, code, params)])
