"""``Portal``: what publication needs from a place to publish to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from meguro_opendata.catalog import CatalogEntry, Json, Package
from meguro_opendata.findings import Finding

__all__ = ["Package", "Portal", "PortalState", "TableLoad", "Upload"]


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
class PortalState:
    """What a portal holds: its packages by name.

    The ``hash`` of each resource is the checksum of the file that is really there, ``None`` if it is missing or is
    not the one that the package announces.
    """

    packages: Mapping[str, Package]


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

    def check(self, package: Package) -> list[Finding]:
        """Return what the portal would refuse of a package (errors), or change or drop in silence (warnings)."""

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
            PortalError: If the portal cannot be reached or refuses.
        """

    def finish(self) -> bool:
        """Bring derived pages up to date; returns whether anything was written."""
