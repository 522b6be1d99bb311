"""``Portal``: the operations that publication needs from a place to publish to."""

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

    Attributes:
        name: The file's name, as its resource has it.
        path: The file on this machine.
        sha256: The file's checksum.
        bytes: The file's size.
        place: The index of the file's resource in the package; ``None`` for the first resource of that name.
    """

    name: str
    path: Path
    sha256: str
    bytes: int
    place: int | None = None


@dataclass(frozen=True)
class TableLoad:
    """A file whose table goes into a DataStore.

    Attributes:
        name: The file's name.
        path: The CSV on this machine.
        schema: The table's Table Schema.
        key: The columns that distinguish rows.
        digest: The checksum of bytes, schema and key, which the portal keeps as the mark of a loaded table.
        resource_id: The portal's id of the file; empty for the first resource of that name.
    """

    name: str
    path: Path
    schema: Mapping[str, Json]
    key: tuple[str, ...]
    digest: str
    resource_id: str = ""


@dataclass(frozen=True)
class HeldTable:
    """A table in a DataStore: its number of rows, and the name and type of each column."""

    rows: int
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class View:
    """A preview of a file on a portal's page: all settings of the view except ids."""

    fields: JsonObject

    @property
    def kind(self) -> tuple[str, str]:
        """Return the view's type and title, which identify it: a view that is made again gets another id."""
        return str(self.fields.get("view_type")), str(self.fields.get("title"))


@dataclass(frozen=True)
class PortalState:
    """The packages on a portal, by name.

    The ``hash`` of each resource is the checksum of the file on the portal, ``None`` if the file is missing or differs
    from the one that the package announces.
    """

    packages: Mapping[str, Package]


@dataclass(frozen=True)
class PortalLists:
    """The names of groups and the ids of licences that a portal accepts; ``None`` where its list is unknown."""

    groups: Collection[str] | None = None
    licenses: Collection[str] | None = None


class Portal(Protocol):
    """A place to publish to, identified by its name in the workspace.

    Attributes:
        name: The portal's name in ``opendata.toml``.
        exclusive: Whether only this program writes to the portal, so that every dataset there is ours.
        workers: The number of datasets that can be written at the same time.
        datastore: The datasets whose tables are loaded into the portal's DataStore.
    """

    name: str
    exclusive: bool
    workers: int
    datastore: frozenset[str]

    def wanted(self, slug: str, entry: CatalogEntry) -> Package:
        """Return a dataset's metadata in this portal's form: with its naming rule, organisation and licence ids."""

    def lists(self) -> PortalLists:
        """Return the groups and licences that the portal has.

        Raises:
            PortalError: If the portal cannot be reached or refuses.
        """

    def check(self, package: Package, lists: PortalLists | None = None) -> list[Finding]:
        """Return the portal's findings on a package: fields it would refuse (errors), change or drop (warnings).

        Args:
            package: The package as it will be sent.
            lists: The portal's lists, if they were read already; else the portal is asked once.
        """

    def state(self, names: Sequence[str] = ()) -> PortalState:
        """Return all datasets of ours on the portal, in as few requests as possible.

        Args:
            names: Names that our datasets will have; a dataset of another organisation with one of them is included.

        Raises:
            PortalError: If the portal cannot be reached, does not answer, or refuses.
        """

    def read_file(self, package: Package, resource: str) -> bytes:
        """Return the bytes of a published file, empty if it is missing.

        Args:
            package: The dataset as the portal has it.
            resource: The resource's id, or its name; of several resources with one name the first is read.
        """

    def content(self, package: Package, part: Resource) -> bytes | None:
        """Return the bytes of an uploaded file, empty if it is missing, ``None`` if this portal cannot give bytes."""

    def held_table(self, part: Resource) -> HeldTable | None:
        """Return the shape of a file's table in the DataStore, ``None`` if the DataStore has no table of the file."""

    def held_rows(self, part: Resource) -> list[JsonObject]:
        """Return every row of a file's table in the DataStore, decimal numbers as text."""

    def held_views(self, part: Resource) -> tuple[View, ...]:
        """Return the views of a file."""

    def add_view(self, part: Resource, view: View) -> None:
        """Add a view to a file.

        Raises:
            PortalError: If the portal cannot be reached or refuses.
        """

    def put(self, package: Package, uploads: Sequence[Upload], moment: str, before: Package | None) -> Package:
        """Create or update one dataset with its files, wholly or not at all; return it as the portal confirms it.

        The returned package has its resources in order and with their ids.

        Args:
            package: All metadata of the dataset, with its ``resources`` in order; a resource of the portal whose id
                is not among them is removed.
            uploads: The files that are new or changed.
            moment: The time of the publication, ISO 8601 in UTC.
            before: The package as it was when the plan was made, ``None`` for a new dataset.

        Raises:
            StaleError: If the dataset on the portal is no longer as in ``before``.
            PortalError: If the portal cannot be reached or refuses.
        """

    def load(self, package: Package, table: TableLoad) -> None:
        """Bring one file's table in the DataStore up to date.

        Raises:
            StaleError: If the dataset no longer has the file.
            PortalError: If the portal cannot be reached or refuses.
        """

    def remove(self, package: Package) -> None:
        """Remove a dataset from the portal; a portal that can delete reversibly does so.

        Raises:
            PortalError: If the portal cannot be reached or refuses, or a file cannot be deleted.
        """

    def remains(self, package: Package, parts: Sequence[Resource] | None = None) -> tuple[str, ...]:
        """Return the names of removed files, or of a removed dataset, that can still be had; empty if all is gone.

        Args:
            package: The dataset as it was.
            parts: The files that were removed; default the whole dataset.

        Raises:
            PortalError: If the portal cannot be read.
        """

    def unlisted(self, package: Package) -> tuple[Resource, ...]:
        """Return the files in a dataset's folder that the dataset does not announce; a removal deletes them, too.

        Args:
            package: The dataset as the portal has it.

        Raises:
            StorageError: If they cannot be listed.
        """

    def settle(self, name: str, gone: Sequence[str]) -> None:
        """Remove the files that a killed run left of a dataset: half-written ones, and ones no longer announced.

        Args:
            name: The dataset's name on the portal.
            gone: Names of files that the dataset will not have; a file that it announces stays.

        Raises:
            PortalError: If the portal cannot be reached or refuses.
            StorageError: If a file cannot be removed.
        """

    def finish(self) -> bool:
        """Bring the pages that derive from the datasets up to date; return whether a page was written."""
