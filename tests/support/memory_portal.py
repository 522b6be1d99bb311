"""A portal in memory that behaves as the real ones do: tests of plans use it, and it passes the same contract tests."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from meguro_opendata.catalog import CatalogEntry, Package, Resource
from meguro_opendata.errors import PortalError, StaleError
from meguro_opendata.findings import Finding
from meguro_opendata.portals import HeldTable, PortalState, TableLoad, Upload, View
from meguro_opendata.portals.base import PortalLists
from meguro_opendata.portals.ckan.package import complaints, received, sent, wanted_package
from meguro_opendata.portals.datastore import stored_table
from meguro_opendata.workspace.city import City, PortalSettings


class MemoryPortal:
    """A CKAN without a server: packages, files, an optimistic lock, and a count of what was written."""

    exclusive = False
    workers = 1
    datastore: frozenset[str] = frozenset()

    def __init__(self, city: City, settings: PortalSettings | None = None, name: str = "memory") -> None:
        self.name = name
        self.packages: dict[str, dict[str, Any]] = {}
        self.files: dict[tuple[str, str], bytes] = {}
        self.tables: dict[str, HeldTable] = {}
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.views: dict[str, list[View]] = {}
        self.asked: list[str] = []
        self.reads = 0
        self.writes = 0
        self.broken: set[str] = set()
        self.staying: set[str] = set()
        self._city = city
        self._settings = settings or PortalSettings(kind="ckan", url="http://localhost")

    def wanted(self, slug: str, entry: CatalogEntry) -> Package:
        """As ``CkanPortal``."""
        return wanted_package(slug, entry, self._city, self._settings)

    def lists(self) -> PortalLists:
        """One group, and the licences of CKAN itself."""
        return PortalLists({"bousai"})

    def check(self, package: Package, lists: PortalLists | None = None) -> list[Finding]:
        """As ``CkanPortal``, with one group."""
        return complaints(package, lists or self.lists())

    def state(self, names: Sequence[str] = ()) -> PortalState:
        """As ``CkanPortal``: nobody can change what lies here through what is returned."""
        self.reads += 1
        return PortalState({name: received(self._held(name)) for name in sorted(self.packages)})

    def _held(self, name: str) -> Package:
        return Package.from_ckan(copy.deepcopy(self.packages[name]))

    def read_file(self, package: Package, resource: str) -> bytes:
        """The bytes of a file, by its id or name, empty if it is missing."""
        part = package.identified(resource)
        return self.files.get((package.id or "", part.id or ""), b"") if part else b""

    def content(self, package: Package, part: Resource) -> bytes | None:
        """The bytes of a file; each question is counted."""
        self.asked.append(f"content {part.name}")
        return self.read_file(package, part.name)

    def held_table(self, part: Resource) -> HeldTable | None:
        """The shape of a table; each question is counted."""
        self.asked.append(f"table {part.name}")
        return self.tables.get(part.id or "")

    def held_rows(self, part: Resource) -> list[dict[str, Any]]:
        """The rows of a table; each question is counted."""
        self.asked.append(f"rows {part.name}")
        return copy.deepcopy(self.rows[part.id or ""])

    def held_views(self, part: Resource) -> tuple[View, ...]:
        """The views of a file; each question is counted."""
        self.asked.append(f"views {part.name}")
        return tuple(self.views.get(part.id or "", ()))

    def add_view(self, part: Resource, view: View) -> None:
        """One more view."""
        self.writes += 1
        self.views.setdefault(part.id or "", []).append(view)

    def put(self, package: Package, uploads: Sequence[Upload], moment: str, before: Package | None) -> Package:
        """Create or update, refusing what is stale or set to break; whatever is not named is gone."""
        if package.name in self.broken:
            raise PortalError("portal-trouble", name=self.name, status=500)
        held = next((p for p in self.packages.values() if before and p["id"] == before.id), None)
        stale = before is not None and (held is None or held["metadata_modified"] != before.modified)
        if stale or (before is None and package.name in self.packages):
            raise StaleError("plan-stale")
        self.writes += 1
        shown = self._shown(sent(package), held, f"{moment}{self.writes:06}")
        for part in shown["resources"]:
            if part["name"] in {upload.name for upload in uploads}:
                part["last_modified"] = shown["metadata_modified"]
        if held is not None:
            del self.packages[held["name"]]
        self.packages[shown["name"]] = shown
        first = {part["name"]: number for number, part in reversed([*enumerate(shown["resources"])])}
        for upload in uploads:
            place = first[upload.name] if upload.place is None else upload.place
            self.files[shown["id"], shown["resources"][place]["id"]] = upload.path.read_bytes()
        return received(self._held(shown["name"]))

    def _shown(self, package: dict[str, Any], held: dict[str, Any] | None, moment: str) -> dict[str, Any]:
        identifier = held["id"] if held else f"id-{self.writes}"
        parts = [self._shown_part(part, f"{identifier}-{n}") for n, part in enumerate(package["resources"])]
        times = {"metadata_created": held["metadata_created"] if held else moment, "metadata_modified": moment}
        organization = {"name": package["owner_org"]}
        return {**package, **times, "id": identifier, "organization": organization, "resources": parts}

    def _shown_part(self, part: dict[str, Any], identifier: str) -> dict[str, Any]:
        """A new resource gets an id that no other has had."""
        kind = None if "url" in part and not part.get("url_type") else "upload"
        return {
            "url": f"http://localhost/{part['name']}",
            "url_type": kind,
            "id": f"{identifier}-{self.writes}",
            **part,
        }

    def load(self, package: Package, table: TableLoad) -> None:
        """Note what was loaded, as the real ones do."""
        self.writes += 1
        for part in self.packages[package.name]["resources"]:
            if table.resource_id in ("", part["id"]) and part["name"] == table.name:
                part |= {"mo_datastore": table.digest, "datastore_active": True}
                stored = stored_table(table.path.read_bytes(), table.schema, table.key)
                self.tables[part["id"]] = HeldTable(len(stored.records), stored.shape)
                self.rows[part["id"]] = [dict(record) for record in stored.records]

    def remove(self, package: Package) -> None:
        """Take a dataset away, unless it is set to stay."""
        self.writes += 1
        if package.name not in self.staying:
            del self.packages[package.name]

    def remains(self, package: Package, parts: Sequence[Resource] | None = None) -> tuple[str, ...]:
        """Which of some files, or whether the dataset, is still there."""
        held = self.packages.get(package.name)
        if parts is None:
            return (package.name,) if held else ()
        there = {part["id"] for part in held["resources"]} if held else set()
        return tuple(part.name for part in parts if part.id in there)

    def unlisted(self, package: Package) -> tuple[Resource, ...]:
        """Nothing: every file is announced."""
        return ()

    def settle(self, name: str, gone: Sequence[str]) -> None:
        """Nothing: every change is made wholly."""

    def finish(self) -> bool:
        """Nothing."""
        return False
