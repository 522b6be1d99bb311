"""``CatalogEntry``: a dataset in a catalogue; ``Distribution``: one of its files."""

from __future__ import annotations

from dataclasses import dataclass, field

from meguro_opendata.geo.gis.words import gis_media_types

__all__ = ["LANGUAGE", "MEDIA_TYPES", "Box", "CatalogEntry", "Contact", "Distribution"]

LANGUAGE = "ja"
MEDIA_TYPES = {
    "CSV": "text/csv",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "GeoJSON": "application/geo+json",
    "PDF": "application/pdf",
    **gis_media_types(),
}
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Distribution:
    """One file of a dataset.

    Attributes:
        name: The file's name, or its title where a portal gives files titles.
        url: The address of the download; empty if it is not known yet.
        access_url: A page that links to the file.
        temporal: The period of the data, for a file of a series.
        status: The stage of the file's life (ファイル_ステータス).
    """

    name: str
    format: str
    url: str
    description: str = ""
    size: int | None = None
    sha256: str | None = None
    rows: int | None = None
    issued: str | None = None
    modified: str | None = None
    encoding: str | None = None
    temporal: str | None = None
    access_url: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class Contact:
    """The contact of a dataset's owner, whose name is the entry's ``department``."""

    email: str = ""
    phone: str = ""
    extension: str = ""
    form: str = ""
    note: str = ""


@dataclass(frozen=True)
class CatalogEntry:
    """A dataset in a catalogue.

    Attributes:
        name: The identifier on the portal.
        department: The owning department.
        issued: First publication, ``YYYY-MM-DD``.
        modified: Last update of the data, ``YYYY-MM-DD``.
        temporal: A day, or ``start/end``.
        bbox: West, south, east, north in degrees.
        standard: Id and version, such as ``aed@2026``, or ``None``.
        publisher: Title of the portal's organisation; ``None`` for the workspace's own city.
        publisher_id: Name of the portal's organisation.
        extras: Further fields of another catalogue for which our form has no attribute.
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
    language: str = LANGUAGE
    bbox: Box | None = None
    subtitle: str | None = None
    universal_menu: str | None = None
    version: str | None = None
    documents: tuple[str, ...] = ()
    remarks: str | None = None
    contact: Contact = Contact()
    publisher: str | None = None
    publisher_id: str | None = None
    extras: tuple[tuple[str, str], ...] = ()
    distributions: tuple[Distribution, ...] = field(default=())
