"""Snapshots: a portal's state as a file, so that a plan can be made where the portal cannot be reached."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from meguro_opendata.catalog import CatalogEntry, JsonObject, Package, Resource
from meguro_opendata.catalog.package import Json, object_of, texts_of
from meguro_opendata.errors import MeguroOpendataError, PortalError
from meguro_opendata.files.jsontext import HalfSignError, parsed_json
from meguro_opendata.findings import Finding
from meguro_opendata.portals.base import HeldTable, Portal, PortalLists, PortalState, TableLoad, Upload, View
from meguro_opendata.portals.ckan.shape import shaped

__all__ = ["SNAPSHOT_FORMAT", "SnapshotPortal", "snapshot_text"]

SNAPSHOT_FORMAT = "meguro-opendata-snapshot@1"


def snapshot_text(portal: Portal) -> str:
    """Return a portal's state as JSON: our packages, and the portal's lists of groups and licences.

    Raises:
        PortalError: If the portal cannot be read.
    """
    packages = {name: package.to_ckan() for name, package in portal.state().packages.items()}
    # With the lists a plan against the snapshot has the same findings, and thereby the same hash, as one on the portal.
    lists = {name: sorted(known) for name, known in vars(portal.lists()).items() if known is not None}
    saved = {"format": SNAPSHOT_FORMAT, "portal": portal.name, "packages": packages, "lists": lists}
    return json.dumps(saved, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _lists(saved: Json) -> PortalLists:
    known = object_of(saved)
    groups, licenses = (frozenset(texts_of(known[name])) if name in known else None for name in ("groups", "licenses"))
    return PortalLists(groups, licenses)


class SnapshotPortal:
    """A portal in its saved state: a plan can be made against it, but nothing can be written to it."""

    def __init__(self, portal: Portal, path: Path) -> None:
        """Read the state of a portal from a file.

        Args:
            portal: The portal, whose rules (names, organisation) still apply.
            path: The snapshot.

        Raises:
            MeguroOpendataError: If the file is not a snapshot of that portal.
        """
        self.name = portal.name
        self.exclusive = portal.exclusive
        self.workers = portal.workers
        self.datastore = portal.datastore
        self._portal = portal
        try:
            saved = parsed_json(path.read_text(encoding="utf-8"))
            known = saved["format"] == SNAPSHOT_FORMAT and saved["portal"] == portal.name
            self._packages = {
                str(name): shaped(Package.from_ckan(package)) for name, package in saved["packages"].items()
            }
            self._lists = _lists(saved.get("lists", {}))
        except HalfSignError as half:
            raise MeguroOpendataError("half-sign", place=f"{path}: {half.place}", sign=half.sign) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise MeguroOpendataError("snapshot-broken", file=path, name=portal.name) from None
        if not known:
            raise MeguroOpendataError("snapshot-broken", file=path, name=portal.name)

    def wanted(self, slug: str, entry: CatalogEntry) -> Package:
        """Return a dataset in the portal's form."""
        return self._portal.wanted(slug, entry)

    def lists(self) -> PortalLists:
        """Return the saved lists; a snapshot of an earlier version has no lists."""
        return self._lists

    def check(self, package: Package, lists: PortalLists | None = None) -> list[Finding]:
        """Return the portal's findings on a package, as far as the saved lists allow."""
        return self._portal.check(package, lists or self._lists)

    def state(self, names: Sequence[str] = ()) -> PortalState:
        """Return the saved state."""
        return PortalState(self._packages)

    def read_file(self, package: Package, resource: str) -> bytes:
        """Return empty bytes: a snapshot has no files."""
        return b""

    def content(self, package: Package, part: Resource) -> bytes | None:
        """Return ``None``: a snapshot has no files."""
        return None

    def held_table(self, part: Resource) -> HeldTable | None:
        """Refuse: a snapshot has no tables."""
        raise MeguroOpendataError("snapshot-not-deep", name=self.name)

    def held_rows(self, part: Resource) -> list[JsonObject]:
        """Refuse: a snapshot has no tables."""
        raise MeguroOpendataError("snapshot-not-deep", name=self.name)

    def held_views(self, part: Resource) -> tuple[View, ...]:
        """Refuse: a snapshot has no views."""
        raise MeguroOpendataError("snapshot-not-deep", name=self.name)

    def add_view(self, part: Resource, view: View) -> None:
        """Refuse: a snapshot is read-only."""
        raise PortalError("snapshot-read-only", name=self.name)

    def put(self, package: Package, uploads: Sequence[Upload], moment: str, before: Package | None) -> Package:
        """Refuse: a snapshot is read-only."""
        raise PortalError("snapshot-read-only", name=self.name)

    def load(self, package: Package, table: TableLoad) -> None:
        """Refuse: a snapshot is read-only."""
        raise PortalError("snapshot-read-only", name=self.name)

    def remove(self, package: Package) -> None:
        """Refuse: a snapshot is read-only."""
        raise PortalError("snapshot-read-only", name=self.name)

    def settle(self, name: str, gone: Sequence[str]) -> None:
        """Refuse: a snapshot is read-only."""
        raise PortalError("snapshot-read-only", name=self.name)

    def remains(self, package: Package, parts: Sequence[Resource] | None = None) -> tuple[str, ...]:
        """Return the names of the given files, or of the dataset, that the saved state has."""
        held = self._packages.get(package.name)
        if held is None:
            return ()
        return (held.name,) if parts is None else tuple(part.name for part in parts if held.resource(part.name))

    def unlisted(self, package: Package) -> tuple[Resource, ...]:
        """Return no files: a snapshot has only the announced ones."""
        return ()

    def finish(self) -> bool:
        """Return ``False``: a snapshot has no pages to write."""
        return False
