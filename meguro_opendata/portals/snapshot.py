"""A portal's state as a file: what a plan needs where the portal itself cannot be reached."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from meguro_opendata.catalog import CatalogEntry, Package
from meguro_opendata.errors import MeguroOpendataError, PortalError
from meguro_opendata.findings import Finding
from meguro_opendata.portals.base import Portal, PortalState, TableLoad, Upload
from meguro_opendata.portals.ckan.shape import shaped

__all__ = ["SNAPSHOT_FORMAT", "SnapshotPortal", "snapshot_text"]

SNAPSHOT_FORMAT = "meguro-opendata-snapshot@1"


def snapshot_text(portal: Portal) -> str:
    """Return everything of ours that a portal holds, as JSON."""
    packages = {name: package.to_ckan() for name, package in portal.state().packages.items()}
    told = {"format": SNAPSHOT_FORMAT, "portal": portal.name, "packages": packages}
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


class SnapshotPortal:
    """A portal as it was when its state was saved; it can be planned against, and not be written to."""

    def __init__(self, portal: Portal, path: Path) -> None:
        """Take the state of a portal from a file.

        Raises:
            MeguroOpendataError: If the file is no snapshot of that portal.
        """
        self.name = portal.name
        self.exclusive = portal.exclusive
        self.workers = portal.workers
        self.datastore = portal.datastore
        self._portal = portal
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            known = told["format"] == SNAPSHOT_FORMAT and told["portal"] == portal.name
            self._packages = {
                str(name): shaped(Package.from_ckan(package)) for name, package in told["packages"].items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise MeguroOpendataError("snapshot-broken", file=path, name=portal.name) from None
        if not known:
            raise MeguroOpendataError("snapshot-broken", file=path, name=portal.name)

    def wanted(self, slug: str, entry: CatalogEntry) -> Package:
        """Return a dataset in the form that the portal takes."""
        return self._portal.wanted(slug, entry)

    def check(self, package: Package) -> list[Finding]:
        """Return what the portal would refuse, as far as that is known without it."""
        return self._portal.check(replace(package, groups=()))

    def state(self, names: Sequence[str] = ()) -> PortalState:
        """Return the saved state."""
        return PortalState(self._packages)

    def read_file(self, package: Package, resource: str) -> bytes:
        """Return nothing: files are not saved along."""
        return b""

    def put(self, package: Package, uploads: Sequence[Upload], moment: str, before: Package | None) -> Package:
        """Refuse."""
        raise PortalError("snapshot-read-only", name=self.name)

    def load(self, package: Package, table: TableLoad) -> None:
        """Refuse."""
        raise PortalError("snapshot-read-only", name=self.name)

    def remove(self, package: Package) -> None:
        """Refuse."""
        raise PortalError("snapshot-read-only", name=self.name)

    def finish(self) -> bool:
        """Do nothing."""
        return False
