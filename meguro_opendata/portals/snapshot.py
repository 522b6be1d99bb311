"""A portal's state as a file: what a plan needs where the portal itself cannot be reached."""

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
    """Return everything of ours that a portal holds, as JSON."""
    packages = {name: package.to_ckan() for name, package in portal.state().packages.items()}
    lists = {name: sorted(known) for name, known in vars(portal.lists()).items() if known is not None}
    told = {"format": SNAPSHOT_FORMAT, "portal": portal.name, "packages": packages, "lists": lists}
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _lists(told: Json) -> PortalLists:
    known = object_of(told)
    groups, licenses = (frozenset(texts_of(known[name])) if name in known else None for name in ("groups", "licenses"))
    return PortalLists(groups, licenses)


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
            told = parsed_json(path.read_text(encoding="utf-8"))
            known = told["format"] == SNAPSHOT_FORMAT and told["portal"] == portal.name
            self._packages = {
                str(name): shaped(Package.from_ckan(package)) for name, package in told["packages"].items()
            }
            self._lists = _lists(told.get("lists", {}))
        except HalfSignError as half:
            raise MeguroOpendataError("half-sign", place=f"{path}: {half.place}", sign=half.sign) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise MeguroOpendataError("snapshot-broken", file=path, name=portal.name) from None
        if not known:
            raise MeguroOpendataError("snapshot-broken", file=path, name=portal.name)

    def wanted(self, slug: str, entry: CatalogEntry) -> Package:
        """Return a dataset in the form that the portal takes."""
        return self._portal.wanted(slug, entry)

    def lists(self) -> PortalLists:
        """Return the saved lists; one saved by an earlier version has none."""
        return self._lists

    def check(self, package: Package, lists: PortalLists | None = None) -> list[Finding]:
        """Return what the portal would refuse, as far as that is known without it."""
        return self._portal.check(package, lists or self._lists)

    def state(self, names: Sequence[str] = ()) -> PortalState:
        """Return the saved state."""
        return PortalState(self._packages)

    def read_file(self, package: Package, resource: str) -> bytes:
        """Return nothing: files are not saved along."""
        return b""

    def content(self, package: Package, part: Resource) -> bytes | None:
        """Return ``None``: files are not saved along."""
        return None

    def held_table(self, part: Resource) -> HeldTable | None:
        """Refuse: tables are not saved along."""
        raise MeguroOpendataError("snapshot-not-deep", name=self.name)

    def held_rows(self, part: Resource) -> list[JsonObject]:
        """Refuse: tables are not saved along."""
        raise MeguroOpendataError("snapshot-not-deep", name=self.name)

    def held_views(self, part: Resource) -> tuple[View, ...]:
        """Refuse: views are not saved along."""
        raise MeguroOpendataError("snapshot-not-deep", name=self.name)

    def add_view(self, part: Resource, view: View) -> None:
        """Refuse."""
        raise PortalError("snapshot-read-only", name=self.name)

    def put(self, package: Package, uploads: Sequence[Upload], moment: str, before: Package | None) -> Package:
        """Refuse."""
        raise PortalError("snapshot-read-only", name=self.name)

    def load(self, package: Package, table: TableLoad) -> None:
        """Refuse."""
        raise PortalError("snapshot-read-only", name=self.name)

    def remove(self, package: Package) -> None:
        """Refuse."""
        raise PortalError("snapshot-read-only", name=self.name)

    def settle(self, name: str, gone: Sequence[str]) -> None:
        """Refuse."""
        raise PortalError("snapshot-read-only", name=self.name)

    def remains(self, package: Package, parts: Sequence[Resource] | None = None) -> tuple[str, ...]:
        """Return the dataset, or which of some files, the saved state has."""
        held = self._packages.get(package.name)
        if held is None:
            return ()
        return (held.name,) if parts is None else tuple(part.name for part in parts if held.resource(part.name))

    def unlisted(self, package: Package) -> tuple[Resource, ...]:
        """Return nothing: only what is announced is saved."""
        return ()

    def finish(self) -> bool:
        """Do nothing."""
        return False
