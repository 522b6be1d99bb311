"""Places to publish to: ``Portal`` (the protocol), ``FolderPortal``, the embedded default, and ``CkanPortal``."""

from __future__ import annotations

from meguro_opendata.portals.base import Package, Portal, PortalState, TableLoad, Upload
from meguro_opendata.portals.folder import FolderPortal
from meguro_opendata.portals.opening import open_portal

__all__ = ["FolderPortal", "Package", "Portal", "PortalState", "TableLoad", "Upload", "open_portal"]
