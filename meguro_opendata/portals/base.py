"""``Portal``: what publication needs from a place to publish to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

__all__ = ["Portal", "PortalState", "Upload"]


@dataclass(frozen=True)
class Upload:
    """One file to put on a portal."""

    name: str
    path: Path
    sha256: str
    bytes: int


@dataclass(frozen=True)
class PortalState:
    """What a portal holds: packages by name as CKAN's ``package_show`` gives them.

    The ``hash`` of each resource is the checksum of the file that is really there, ``None`` if it is missing or is
    not the one that the package announces.
    """

    packages: Mapping[str, Mapping[str, Any]]


class Portal(Protocol):
    """A place to publish to, identified by its name in the workspace."""

    name: str

    def state(self) -> PortalState:
        """Everything that the portal holds, in as few reads as it can."""

    def read_file(self, package: str, resource: str) -> bytes:
        """The bytes of a published file."""

    def put(self, package: Mapping[str, Any], uploads: list[Upload], moment: str) -> None:
        """Create or update one dataset with these files; the others that it has stay.

        Args:
            package: The wanted metadata (:func:`meguro_opendata.catalog.to_ckan`).
            uploads: The files that are new or changed.
            moment: Time of the publication, ISO 8601 in UTC.
        """

    def finish(self) -> bool:
        """Bring derived pages up to date; returns whether anything was written."""
