"""``CkanPortal``: a CKAN of any version from 2.10 on, written to by one call for each dataset.

Whatever a dataset is to have, files included, goes along in one ``package_revise``, which CKAN does wholly or not at
all, and only if the dataset is still what it was when the plan was made. A new dataset with files is first made
private and empty, so that nobody ever sees half of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from meguro_opendata.catalog import CatalogEntry
from meguro_opendata.errors import RefusedError, StaleError, UncertainError
from meguro_opendata.findings import Finding
from meguro_opendata.portals.base import Package, PortalState, TableLoad, Upload
from meguro_opendata.portals.ckan import datastore as ckandatastore
from meguro_opendata.portals.ckan import package as ckanpackage
from meguro_opendata.portals.ckan.client import CkanClient, ckan_rules
from meguro_opendata.portals.ckan.shape import shaped, understood
from meguro_opendata.portals.datastore import stored_table
from meguro_opendata.portals.marks import DATASET, RELEASE, extras_of, unmarked
from meguro_opendata.workspace.city import City, PortalSettings

__all__ = ["CkanPortal", "Standing"]


_DELETED = "deleted"


@dataclass(frozen=True)
class Standing:
    """A CKAN's version, the user that our token belongs to, and whether that user may publish."""

    version: str
    user: str | None
    may_publish: bool


class CkanPortal:
    """A CKAN, and in it one organisation."""

    exclusive = False

    def __init__(self, name: str, city: City, settings: PortalSettings, client: CkanClient) -> None:
        self.name = name
        self.workers = settings.workers
        self.datastore = frozenset(settings.datastore)
        self.organization = settings.organization or city.code
        self.client = client
        self._city = city
        self._settings = settings

    def wanted(self, slug: str, entry: CatalogEntry) -> dict[str, Any]:
        """A dataset as this portal is to have it."""
        return ckanpackage.wanted_package(slug, entry, self._city, self._settings)

    def check(self, package: Package) -> list[Finding]:
        """What CKAN would refuse, change or drop of a package."""
        return ckanpackage.complaints(package, self._groups if package["groups"] else ())

    @cached_property
    def _groups(self) -> frozenset[str]:
        with understood(self.name):
            return frozenset(self.client.read("group_list", {}))

    def state(self, names: Sequence[str] = ()) -> PortalState:
        """The organisation's datasets, and whoever else holds one of the names: one read for each 1,000.

        Raises:
            PortalError: If the portal cannot be reached, does not answer, or refuses.
        """
        asked = ckan_rules()["http"]["names_asked"]
        some, rest = list(names)[:asked], list(names)[asked:]
        found = self._search(_any_of(f'organization:"{self.organization}"', some))
        while rest := [name for name in rest if name not in found]:
            found |= self._search(_any_of("", rest[:asked]))
            rest = rest[asked:]
        with understood(self.name):
            return PortalState({name: ckanpackage.received(found[name]) for name in sorted(found)})

    def raw_packages(self) -> list[dict[str, Any]]:
        """The organisation's datasets as CKAN gives them, by name.

        Raises:
            PortalError: If the portal cannot be reached, does not answer, or refuses.
        """
        found = self._search(_any_of(f'organization:"{self.organization}"', ()))
        with understood(self.name):
            return [shaped(found[name]) for name in sorted(found)]

    def _search(self, query: str) -> dict[str, Any]:
        rows = ckan_rules()["http"]["page_rows"]
        asked = {"fq": query, "rows": rows, "sort": "name asc", "include_private": True, "include_drafts": True}
        found: dict[str, Any] = {}
        start, count = 0, 1
        while start < count:
            page = self.client.read("package_search", {**asked, "start": start})
            with understood(self.name):
                found |= {package["name"]: package for package in page["results"]}
                if not page["results"] and start < page["count"]:
                    raise ValueError(page["count"])  # datasets that it will not tell would be taken for missing
                start, count = start + rows, page["count"]
        return found

    def read_file(self, package: Package, resource: str) -> bytes:
        """The bytes of an uploaded file, empty if it is missing or a link to elsewhere."""
        part = next((part for part in package["resources"] if part["name"] == resource), None)
        if part is None or part.get("url_type") != "upload":
            return b""
        return self.read_part(package, part)

    def read_part(self, package: Package, part: Mapping[str, Any]) -> bytes:
        """The bytes of one of a package's uploaded files."""
        last = part["url"].rpartition("/")[2]
        return self.client.download(f"dataset/{package['id']}/resource/{part['id']}/download/{last}")

    def put(self, package: Package, uploads: Sequence[Upload], moment: str, before: Package | None) -> None:
        """Create or update one dataset: see :class:`meguro_opendata.portals.Portal`."""
        if before is not None:
            self._revise(package, uploads, before)
        elif uploads:
            self._create_with_files(package, uploads)
        else:
            self._create(package)

    def _create_with_files(self, package: Package, uploads: Sequence[Upload]) -> None:
        try:
            made = self._create_empty(package)
        except StaleError:
            if self._is_complete(package, ckanpackage.received(self.show(package["name"]))):
                return
            raise
        self._revise(package, uploads, made)

    def _create(self, package: Package) -> Any:
        settled = partial(self._is_there, package)
        try:
            return self.client.write("package_create", ckanpackage.sent(package), {}, settled)
        except RefusedError as error:
            if "name" in error.fields:
                raise StaleError("plan-stale") from None
            raise

    def _create_empty(self, package: Package) -> Package:
        """Make the dataset without its files, for nobody to see; returns what the portal then has."""
        shell = {**unmarked(package, RELEASE), "private": True, "resources": []}
        made = self._create(shell)
        with understood(self.name):
            return shaped(made) if made is not None else self.show(package["name"])

    def _is_there(self, package: Package) -> bool:
        """Whether the dataset has come to be, as ours and as it was sent.

        Raises:
            StaleError: If another one has taken its name.
        """
        try:
            shown = self.show(package["name"])
        except RefusedError:
            return False
        if shown.get("state") == _DELETED:
            return False
        held, sent = extras_of(shown), extras_of(package)
        if any(held.get(mark) != sent.get(mark) for mark in (DATASET, RELEASE)):
            raise StaleError("plan-stale")
        return True

    def _revise(self, package: Package, uploads: Sequence[Upload], before: Package) -> None:
        files = ckanpackage.uploaded(package, uploads)
        asked = ckanpackage.revision(package, before)
        data = {key: json.dumps(value) for key, value in asked.items()} if files else asked
        settled = partial(self._is_revised, package, before)
        try:
            self.client.write("package_revise", data, files, settled)
        except RefusedError as error:
            if error.code != "portal-not-found":
                raise
            self.client.write("package_revise", data, files, settled)  # it was not kept yet, and is there by now

    def _is_revised(self, package: Package, before: Package) -> bool:
        """Whether the dataset is as wanted; ``False`` if it is as before.

        Raises:
            StaleError: If it is neither.
            UncertainError: If it is not there: CKAN 2.11 finds a dataset before it keeps it, so that it may be soon.
        """
        try:
            held = ckanpackage.received(self.show(before["id"]))
        except RefusedError as error:
            raise UncertainError(error.code, **error.params) from None
        if held.get("metadata_modified") == before.get("metadata_modified"):
            return False
        if not self._is_complete(package, held):
            raise StaleError("plan-stale")
        return True

    def _is_complete(self, package: Package, held: Package) -> bool:
        """Whether the portal has exactly what was to be published."""
        marks = [{mark: extras_of(one).get(mark) for mark in (DATASET, RELEASE)} for one in (package, held)]
        same = marks[0] == marks[1] and held.get("private") == package["private"] and held.get("state") != _DELETED
        return same and _files(held) == _files(package)

    def show(self, name: str) -> dict[str, Any]:
        """One dataset as CKAN has it.

        Raises:
            RefusedError: If there is none.
        """
        with understood(self.name):
            return shaped(self.client.read("package_show", {"id": name}))

    def load(self, package: Package, table: TableLoad) -> None:
        """Make one file's table in the DataStore what it is to be: the rows that changed, or all of it."""
        stored = stored_table(table.path.read_bytes(), table.schema, table.key)
        parts = self.show(package["name"])["resources"]
        ids = [part["id"] for part in parts if part["name"] == table.name and part.get("id")]
        if not ids:
            raise StaleError("plan-stale")
        ckandatastore.load(self.client, ids[0], stored, table.digest)

    def standing(self) -> Standing:
        """The version of the CKAN, whom it takes us for, and whether that user may publish here.

        Raises:
            PortalError: If the portal cannot be reached, does not answer, or refuses.
        """
        with understood(self.name):
            version = self.client.read("status_show", {})["ckan_version"]
            if not self.client.has_token:
                return Standing(version, None, may_publish=False)
            user = self.client.read("user_show", {})["name"]
            mine = self.client.read("organization_list_for_user", {"permission": "create_dataset"})
            return Standing(version, user, may_publish=self.organization in {one["name"] for one in mine})

    def remove(self, package: Package) -> None:
        """Delete a dataset; CKAN keeps it, so that an administrator can bring it back."""
        gone = partial(self._is_gone, package["id"])
        self.client.write("package_delete", {"id": package["id"]}, {}, gone)

    def _is_gone(self, identifier: str) -> bool:
        return not self._search(f'id:"{identifier}"')

    def finish(self) -> bool:
        """Nothing: CKAN makes its pages itself."""
        return False


def _any_of(first: str, names: Sequence[str]) -> str:
    """A search filter for one thing or any of some names."""
    quoted = " OR ".join(f'"{name}"' for name in names)
    parts = [part for part in (first, f"name:({quoted})" if names else "") if part]
    return f"+({' OR '.join(parts)})"


def _files(package: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    return [(part["name"], part.get("hash") or None) for part in package["resources"]]
