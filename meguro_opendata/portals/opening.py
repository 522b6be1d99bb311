"""Opening a portal that ``opendata.toml`` declares: a folder or a CKAN."""

from __future__ import annotations

from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.portals.base import Portal
from meguro_opendata.portals.folder import FolderPortal
from meguro_opendata.workspace.city import FILE_NAME, Workspace
from meguro_opendata.workspace.neighbours import refuse_shared

__all__ = ["open_portal"]


def open_portal(workspace: Workspace, name: str | None = None, *, insecure_http: bool = False) -> Portal:
    """Return a portal of the workspace by its name; without a name, the only portal.

    Args:
        workspace: The workspace.
        name: The portal's name in ``opendata.toml``.
        insecure_http: Allow plain http to a CKAN on another machine.

    Raises:
        ConfigurationError: If the workspace has no portal of that name, or several portals and no name is given.
        MeguroOpendataError: If the portal's address is plain http to another machine and that is not allowed.
    """
    known = sorted(workspace.portals)
    if name is None and len(known) == 1:
        name = known[0]
    if name is None:
        raise _fault(workspace, "portals", "portal-unnamed", known=known)
    if name not in known:
        raise _fault(workspace, f"portals.{name}", "portal-unknown", name=name, known=known)
    settings = workspace.portals[name]
    if settings.kind == "ckan":
        return _open_ckan(workspace, name, insecure_http)
    folder = (workspace.root / (settings.path or f"../{name}")).resolve()
    refuse_shared(workspace, folder, f"portals.{name}.path")
    return FolderPortal(name, folder, workspace.city, settings.language)


def _open_ckan(workspace: Workspace, name: str, insecure_http: bool) -> Portal:
    # Imported here: ckanapi and requests take time to load, and a folder portal needs neither.
    from meguro_opendata.portals.ckan.client import CkanClient
    from meguro_opendata.portals.ckan.portal import CkanPortal

    settings = workspace.portals[name]
    client = CkanClient(name, settings.url or "", insecure_http=insecure_http)
    return CkanPortal(name, workspace.city, settings, client)


def _fault(workspace: Workspace, place: str, code: str, **params: object) -> ConfigurationError:
    return ConfigurationError(workspace.root / FILE_NAME, [Fault(place, code, params)])
