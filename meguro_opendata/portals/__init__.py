"""Places to publish to: the protocol ``Portal``, the embedded default ``FolderPortal``, and ``CkanPortal``."""

from __future__ import annotations

from meguro_opendata.portals.base import HeldTable, Package, Portal, PortalState, TableLoad, Upload, View
from meguro_opendata.portals.folder import FolderPortal
from meguro_opendata.portals.opening import open_portal

__all__ = [
    "FolderPortal",
    "HeldTable",
    "Package",
    "Portal",
    "PortalState",
    "TableLoad",
    "Upload",
    "View",
    "open_portal",
]
