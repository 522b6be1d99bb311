"""``Portal``: what publication needs from a place to publish to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from meguro_opendata.catalog import CatalogEntry, Json, JsonObject, Package, Resource
from meguro_opendata.findings import Finding

__all__ = ["HeldTable", "Package", "Portal", "PortalLists", "PortalState", "TableLoad", "Upload", "View"]


@dataclass(frozen=True)
class Upload:
    """One file to put on a portal.

    ``place`` is that of its resource in the package's list; ``None`` for the first resource of its name.
    """

    name: str
    path: Path
    sha256: str
    bytes: int
    place: int | None = None


@dataclass(frozen=True)
class TableLoad:
    """A file whose table goes into a DataStore: its Table Schema, the columns that tell rows apart, and a checksum.

    ``resource_id`` is the portal's id of the file; empty for the first resource of its name.
    """

    name: str
    path: Path
    schema: Mapping[str, Json]
    key: tuple[str, ...]
    digest: str
    resource_id: str = ""


@dataclass(frozen=True)
class HeldTable:
    """A table that a DataStore holds: its number of rows, and the name and type of each column."""

    rows: int
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class View:
    """A preview of a file on a portal's page, with all of its settings except ids."""

    fields: JsonObject

    @property
    def kind(self) -> tuple[str, str]:
        """Return its type and title: by these it is known again, since a view that is made again has another id."""
        return str(self.fields.get("view_type")), str(self.fields.get("title"))


@dataclass(frozen=True)
class PortalState:
    """What a portal holds: its packages by name.

    The ``hash`` of each resource is the checksum of the file that is really there, ``None`` if it is missing or is
    not the one that the package announces.
    """

    packages: Mapping[str, Package]


@dataclass(frozen=True)
class PortalLists:
    """Names that a portal takes: of groups, and ids of licences; ``None`` where its list is not known."""

    groups: Collection[str] | None = None
    licenses: Collection[str] | None = None


class Portal(Protocol):
    """A place to publish to, identified by its name in the workspace.

    Attributes:
        exclusive: Whether nobody but this program writes there, so that whatever is there is ours.
        workers: How many datasets may be written at a time.
        datastore: The datasets whose tables are to be brought into the portal's DataStore.
    """

    name: str
    exclusive: bool
    workers: int
    datastore: frozenset[str]

    def wanted(self, slug: str, entry: CatalogEntry) -> Package:
        """Return a dataset's metadata as this portal takes it: by its naming rule, organisation and licence ids."""

    def lists(self) -> PortalLists:
        """Return the groups and licences that the portal has.

        Raises:
            PortalError: If the portal cannot be reached or refuses.
        """

    def check(self, package: Package, lists: PortalLists | None = None) -> list[Finding]:
        """Return what the portal would refuse of a package (errors), or change or drop in silence (warnings).

        Args:
            package: As it will be sent.
            lists: The portal's lists, where they are known; else the portal is asked, once.
        """

    def state(self, names: Sequence[str] = ()) -> PortalState:
        """Return everything of ours that the portal holds, in as few reads as it can.

        Args:
            names: Names that we want: whoever holds one of them is told, too.
        """

    def read_file(self, package: Package, resource: str) -> bytes:
        """Return the bytes of a published file, empty if it is missing.

        Args:
            package: The dataset as the portal has it.
            resource: The resource's id, or its name, which stands for the first one of several.
        """

    def content(self, package: Package, part: Resource) -> bytes | None:
        """Return the bytes of one uploaded file of a package, empty if it is missing, ``None`` if none can be had."""

    def held_table(self, part: Resource) -> HeldTable | None:
        """Return what the DataStore holds of a file, ``None`` if it has no table of it."""

    def held_rows(self, part: Resource) -> list[JsonObject]:
        """Return every row that the DataStore holds of a file, decimal numbers as text."""

    def held_views(self, part: Resource) -> tuple[View, ...]:
        """Return the views of a file."""

    def add_view(self, part: Resource, view: View) -> None:
        """Add a view to a file.

        Raises:
            PortalError: If the portal cannot be reached or refuses.
        """

    def put(self, package: Package, uploads: Sequence[Upload], moment: str, before: Package | None) -> Package:
        """Create or update one dataset with these files; every file is there afterwards, or nothing has changed.

        Return the dataset as the portal confirms it, its resources in order and with their ids.

        Args:
            package: All of its metadata, with its ``resources`` in order: those that are not among them, by their
                ids, are taken away.
            uploads: The files that are new or changed.
            moment: Time of the publication, ISO 8601 in UTC.
            before: The package as it was when the plan was made, ``None`` if there was none.

        Raises:
            StaleError: If the dataset is not any more as it was in ``before``.
            PortalError: If the portal cannot be reached or refuses.
        """

    def load(self, package: Package, table: TableLoad) -> None:
        """Make one file's table in the DataStore what it is to be.

        Raises:
            PortalError: If the portal cannot be reached or refuses.
        """

    def remove(self, package: Package) -> None:
        """Take a dataset off the portal, so that it could be brought back where the portal can do that.

        Raises:
            PortalError: If the portal cannot be reached or refuses, or a file cannot be deleted.
        """

    def remains(self, package: Package, parts: Sequence[Resource] | None = None) -> tuple[str, ...]:
        """Look for what was taken away; return the names of what can still be had, empty if all of it is gone.

        Args:
            package: The dataset as it was.
            parts: The files that were taken away; without them the whole dataset was.

        Raises:
            PortalError: If the portal cannot be read.
        """

    def unlisted(self, package: Package) -> tuple[Resource, ...]:
        """Return the files in a dataset's place that it does not announce, and that would go with it.

        Args:
            package: The dataset as the portal has it.

        Raises:
            StorageError: If they cannot be listed.
        """

    def settle(self, name: str, gone: Sequence[str]) -> None:
        """Take away what a killed run left of a dataset: half-written files, and files that are no longer announced.

        Args:
            name: The dataset's name on the portal.
            gone: Files that the dataset is not to have; those that it announces stay.

        Raises:
            PortalError: If the portal cannot be reached or refuses.
            StorageError: If a file cannot be removed.
        """

    def finish(self) -> bool:
        """Bring derived pages up to date; returns whether anything was written."""
