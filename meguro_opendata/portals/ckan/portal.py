"""``CkanPortal``: a CKAN of any version from 2.10 on, written with one call for each dataset.

All metadata and files of a dataset go along in one ``package_revise``, which CKAN does wholly or not at all, and only
if the dataset is still in the state that the plan was made against. A new dataset with files is first made private and
empty, so that no reader ever sees half of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from meguro_opendata.catalog import CatalogEntry, Json, JsonObject, Package, Resource
from meguro_opendata.catalog.package import Part, list_of, object_of, texts_of
from meguro_opendata.errors import PortalError, RefusedError, StaleError, UncertainError
from meguro_opendata.files.whole import plain_bytes
from meguro_opendata.findings import Finding
from meguro_opendata.portals.base import HeldTable, PortalLists, PortalState, TableLoad, Upload, View
from meguro_opendata.portals.ckan import datastore as ckandatastore
from meguro_opendata.portals.ckan import package as ckanpackage
from meguro_opendata.portals.ckan import views as ckanviews
from meguro_opendata.portals.ckan.client import CkanClient, ckan_rules
from meguro_opendata.portals.ckan.shape import shaped, understood
from meguro_opendata.portals.datastore import stored_table
from meguro_opendata.portals.marks import DATASET, RELEASE, extras_of, unmarked
from meguro_opendata.workspace.city import City, PortalSettings

__all__ = ["CkanPortal", "Standing"]


# CKAN's delete is soft: `package_show` still gives a deleted dataset to members of its organisation, in this state.
_DELETED = "deleted"


@dataclass(frozen=True)
class Standing:
    """A CKAN's version, the user of our token (``None`` without one), and whether that user can publish."""

    version: str
    user: str | None
    may_publish: bool


class CkanPortal:
    """One organisation of a CKAN (see ``Portal`` for the operations)."""

    exclusive = False

    def __init__(self, name: str, city: City, settings: PortalSettings, client: CkanClient) -> None:
        self.name = name
        self.workers = settings.workers
        self.datastore = frozenset(settings.datastore)
        self.organization = settings.organization or city.code
        self.client = client
        self._city = city
        self._settings = settings

    def wanted(self, slug: str, entry: CatalogEntry) -> Package:
        """Return a dataset's metadata in this portal's form."""
        return ckanpackage.wanted_package(slug, entry, self._city, self._settings)

    def lists(self) -> PortalLists:
        """Return the groups and licences that the portal has.

        Raises:
            PortalError: If the portal cannot be reached or does not answer.
        """
        return PortalLists(self._groups, self._licenses)

    def check(self, package: Package, lists: PortalLists | None = None) -> list[Finding]:
        """Return CKAN's findings on a package; the list of groups is requested only if the package has groups."""
        known = lists or PortalLists(self._groups if package.groups else None, self._licenses)
        return ckanpackage.complaints(package, known)

    @cached_property
    def _groups(self) -> frozenset[str]:
        with understood(self.name):
            return frozenset(texts_of(self.client.read("group_list", {})))

    @cached_property
    def _licenses(self) -> frozenset[str] | None:
        """Return the ids of the portal's licences; ``None`` if it refuses the list: then CKAN's standard list counts.

        An unknown licence is only a warning, so a portal without this list can be published to.
        """
        try:
            listed = list_of(self.client.read("license_list", {}))
            return frozenset(Part.from_ckan(one).needed("id") for one in listed)
        except (RefusedError, KeyError, TypeError):
            return None

    def state(self, names: Sequence[str] = ()) -> PortalState:
        """Return the organisation's datasets, and other datasets with one of the names; one request for each 1,000.

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

    def raw_packages(self) -> list[Package]:
        """Return the organisation's datasets as CKAN gives them, by name.

        Raises:
            PortalError: If the portal cannot be reached, does not answer, or refuses.
        """
        found = self._search(_any_of(f'organization:"{self.organization}"', ()))
        with understood(self.name):
            return [shaped(found[name]) for name in sorted(found)]

    def _search(self, query: str) -> dict[str, Package]:
        rows = ckan_rules()["http"]["page_rows"]
        asked: JsonObject = {"fq": query, "rows": rows, "sort": "name asc"}
        asked |= {"include_private": True, "include_drafts": True}
        found: dict[str, Package] = {}
        start, count = 0, 1
        while start < count:
            page = self.client.read("package_search", {**asked, "start": start})
            with understood(self.name):
                listed, count = _page(page)
                found |= {package.name: package for package in listed}
                if not listed and start < count:
                    # An empty page before the end: datasets left out here would be planned as missing.
                    raise ValueError(count)
                start += rows
        return found

    def read_file(self, package: Package, resource: str) -> bytes:
        """Return the bytes of an uploaded file, empty if it is missing or a link to elsewhere."""
        part = package.identified(resource)
        return self.read_part(package, part) if part is not None and part.is_upload else b""

    def read_part(self, package: Package, part: Resource) -> bytes:
        """Return the bytes of one of a package's uploaded files."""
        last = part.needed("url").rpartition("/")[2]
        dataset, resource = package.fields["id"], part.fields["id"]
        return self.client.download(f"dataset/{dataset}/resource/{resource}/download/{last}")

    def content(self, package: Package, part: Resource) -> bytes | None:
        """Return the bytes of one of a package's uploaded files, empty if it is missing."""
        return self.read_part(package, part)

    def held_table(self, part: Resource) -> HeldTable | None:
        """Return the shape of a file's table in the DataStore, ``None`` without a table."""
        return ckandatastore.held_table(self.client, part.needed("id"))

    def held_rows(self, part: Resource) -> list[JsonObject]:
        """Return every row of a file's table in the DataStore, decimal numbers as text."""
        return ckandatastore.exact_rows(self.client, part.needed("id"))

    def held_views(self, part: Resource) -> tuple[View, ...]:
        """Return the views of a file."""
        return ckanviews.held_views(self.client, part.needed("id"))

    def add_view(self, part: Resource, view: View) -> None:
        """Add a view to a file."""
        ckanviews.add_view(self.client, part.needed("id"), view)

    def put(self, package: Package, uploads: Sequence[Upload], moment: str, before: Package | None) -> Package:
        """Create or update one dataset with its files: see :class:`meguro_opendata.portals.Portal`."""
        if before is not None:
            return self._revise(package, uploads, before)
        if uploads:
            return self._create_with_files(package, uploads)
        return self._confirmed(package.name, self._create(package))

    def _confirmed(self, name: str, answer: Json) -> Package:
        """Return a dataset from the answer to a write; if the answer was lost or is no dataset, ask the portal."""
        with understood(self.name):
            whole = isinstance(answer, Mapping) and "resources" in answer
            return ckanpackage.received(Package.from_ckan(answer) if whole else self.show(name))

    def _create_with_files(self, package: Package, uploads: Sequence[Upload]) -> Package:
        try:
            made = self._create_empty(package)
        except StaleError:
            held = ckanpackage.received(self.show(package.name))
            if self._is_complete(package, held):
                return held
            raise
        return self._revise(package, uploads, made)

    def _create(self, package: Package) -> Json:
        settled = partial(self._is_there, package)
        try:
            return self.client.write("package_create", ckanpackage.sent(package), {}, settled)
        except RefusedError as error:
            if "name" in error.fields:
                raise StaleError("plan-stale") from None
            raise

    def _create_empty(self, package: Package) -> Package:
        """Create a dataset private and without files, and return it as the portal has it."""
        # Without the mark of a release: it comes with the files, so that `status` finds a dataset that was left here.
        shell = replace(unmarked(package, RELEASE).with_fields(private=True), resources=())
        made = self._create(shell)
        with understood(self.name):
            return shaped(Package.from_ckan(made)) if made is not None else self.show(package.name)

    def _is_there(self, package: Package) -> bool:
        """Return whether a dataset exists on the portal with the marks that were sent.

        Raises:
            StaleError: If a dataset with other marks has the name.
        """
        try:
            shown = self.show(package.name)
        except RefusedError:
            return False
        if shown.fields.get("state") == _DELETED:
            return False
        held, sent = extras_of(shown), extras_of(package)
        if any(held.get(mark) != sent.get(mark) for mark in (DATASET, RELEASE)):
            raise StaleError("plan-stale")
        return True

    def _revise(self, package: Package, uploads: Sequence[Upload], before: Package) -> Package:
        files = ckanpackage.uploaded(package, uploads)
        asked = ckanpackage.revision(package, before)
        data = {key: json.dumps(value) for key, value in asked.items()} if files else asked
        settled = partial(self._is_revised, package, before)
        try:
            answer = self.client.write("package_revise", data, files, settled)
        except RefusedError as error:
            if error.code != "portal-not-found":
                raise
            # CKAN 2.11 answers package_create before other requests find the dataset; by now `_is_revised` found it.
            answer = self.client.write("package_revise", data, files, settled)
        return self._confirmed(before.needed("id"), answer.get("package") if isinstance(answer, Mapping) else None)

    def _is_revised(self, package: Package, before: Package) -> bool:
        """Return ``True`` if the dataset is as wanted, ``False`` if it is still as before.

        Raises:
            StaleError: If the dataset is in neither state.
            UncertainError: If CKAN does not find the dataset: version 2.11 needs a moment after its creation.
        """
        try:
            held = ckanpackage.received(self.show(before.needed("id")))
        except RefusedError as error:
            raise UncertainError(error.code, **error.params) from None
        if held.modified == before.modified:
            return False
        if not self._is_complete(package, held):
            raise StaleError("plan-stale")
        return True

    def _is_complete(self, package: Package, held: Package) -> bool:
        """Return whether the portal's dataset has the marks, visibility and files of the package."""
        marks = [{mark: extras_of(one).get(mark) for mark in (DATASET, RELEASE)} for one in (package, held)]
        same = marks[0] == marks[1] and held.fields.get("private") == package.fields["private"]
        return same and held.fields.get("state") != _DELETED and _files(held) == _files(package)

    def show(self, name: str) -> Package:
        """Return one dataset as CKAN has it, by its name or id.

        Raises:
            RefusedError: If CKAN has no such dataset.
        """
        with understood(self.name):
            return shaped(Package.from_ckan(self.client.read("package_show", {"id": name})))

    def load(self, package: Package, table: TableLoad) -> None:
        """Bring one file's table in the DataStore up to date: send the changed rows, or the whole table.

        Raises:
            StaleError: If the dataset no longer has the file.
            PortalError: If the portal cannot be reached or refuses.
        """
        stored = stored_table(plain_bytes(table.path), table.schema, table.key)
        part = self.show(package.name).identified(table.resource_id or table.name)
        if part is None or part.id is None:
            raise StaleError("plan-stale")
        ckandatastore.load(self.client, part.id, stored, table.digest)

    def standing(self) -> Standing:
        """Return the CKAN's version, the user of our token, and whether that user can publish in the organisation.

        Raises:
            PortalError: If the portal cannot be reached, does not answer, or refuses.
        """
        with understood(self.name):
            version = self._asked("status_show", "ckan_version")
            if not self.client.has_token:
                return Standing(version, None, may_publish=False)
            user = self._asked("user_show", "name")
            mine = list_of(self.client.read("organization_list_for_user", {"permission": "create_dataset"}))
            names = {Part.from_ckan(organization).fields["name"] for organization in mine}
            return Standing(version, user, may_publish=self.organization in names)

    def _asked(self, action: str, field: str) -> str:
        """Return one text field of the answer to an action without parameters."""
        return Part.from_ckan(self.client.read(action, {})).needed(field)

    def remove(self, package: Package) -> None:
        """Delete a dataset; CKAN keeps it as deleted, so that an administrator can bring it back."""
        identifier = package.needed("id")
        self.client.write("package_delete", {"id": identifier}, {}, partial(self._is_gone, identifier))

    def remains(self, package: Package, parts: Sequence[Resource] | None = None) -> tuple[str, ...]:
        """Return the name of a removed dataset that CKAN still shows, or the names of the given files that it shows."""
        identifier = package.needed("id")
        try:
            shown = self.show(identifier)
        except PortalError as error:
            if error.code not in ("portal-not-found", "portal-forbidden"):
                raise
            return () if self._is_gone(identifier) else (package.name,)
        if parts is not None:
            there = {part.id for part in shown.resources}
            return tuple(part.name for part in parts if part.id in there)
        gone = shown.fields.get("state") == _DELETED and self._is_gone(identifier)
        return () if gone else (package.name,)

    def unlisted(self, package: Package) -> tuple[Resource, ...]:
        """Return no files: a CKAN announces every file."""
        return ()

    def _is_gone(self, identifier: str) -> bool:
        return not self._search(f'id:"{identifier}"')

    def settle(self, name: str, gone: Sequence[str]) -> None:
        """Leave the portal unchanged: CKAN does a change wholly or not at all."""

    def finish(self) -> bool:
        """Return ``False``: CKAN makes its pages itself."""
        return False


def _any_of(first: str, names: Sequence[str]) -> str:
    """Return a search filter (``fq``) for a first condition or any of the names."""
    quoted = " OR ".join(f'"{name}"' for name in names)
    parts = [part for part in (first, f"name:({quoted})" if names else "") if part]
    return f"+({' OR '.join(parts)})"


def _page(answer: Json) -> tuple[list[Package], int]:
    """Return the datasets on a page of a search, and the total number of datasets found.

    Raises:
        TypeError: If the answer is not one of ``package_search``.
    """
    page = object_of(answer)
    count = page["count"]
    if not isinstance(count, int):
        raise TypeError(type(count))
    return [Package.from_ckan(package) for package in list_of(page["results"])], count


def _files(package: Package) -> list[tuple[str, str | None]]:
    return [(part.name, part.hash or None) for part in package.resources]
