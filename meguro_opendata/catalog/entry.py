"""``CatalogEntry``: a dataset as a catalogue has it, and ``Distribution``: one file of it."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["LANGUAGE", "MEDIA_TYPES", "CatalogEntry", "Distribution"]

LANGUAGE = "ja"
MEDIA_TYPES = {
    "CSV": "text/csv",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "GeoJSON": "application/geo+json",
    "PDF": "application/pdf",
}


@dataclass(frozen=True)
class Distribution:
    """One file of a dataset."""

    name: str
    format: str
    url: str
    description: str = ""
    size: int | None = None
    sha256: str | None = None
    rows: int | None = None
    issued: str | None = None
    modified: str | None = None


@dataclass(frozen=True)
class CatalogEntry:
    """A dataset as a catalogue has it.

    Attributes:
        name: The identifier on the portal.
        department: The owning department.
        issued: First publication, ``YYYY-MM-DD``.
        modified: Last update of the data, ``YYYY-MM-DD``.
        standard: Id and version, such as ``aed@2026``, or ``None``.
    """

    name: str
    title: str
    description: str
    department: str
    frequency: str
    license_id: str
    license_title: str = ""
    license_url: str = ""
    keywords: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    issued: str | None = None
    modified: str | None = None
    landing_page: str | None = None
    spatial: str | None = None
    temporal: str | None = None
    provenance: str | None = None
    standard: str | None = None
    contact: str | None = None
    distributions: tuple[Distribution, ...] = field(default=())
