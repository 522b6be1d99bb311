"""Our form ↔ the package of CKAN's API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from meguro_opendata.catalog.entry import LANGUAGE, MEDIA_TYPES, CatalogEntry, Distribution
from meguro_opendata.workspace import City

__all__ = ["from_ckan", "to_ckan"]


def to_ckan(entry: CatalogEntry, city: City) -> dict[str, Any]:
    """The package as CKAN's API takes and gives it, without ids and dates of the portal's own."""
    extras = {
        "frequency": entry.frequency,
        "spatial": entry.spatial,
        "temporal": entry.temporal,
        "language": LANGUAGE,
        "standard": entry.standard,
        "provenance": entry.provenance,
        "issued": entry.issued,
        "modified": entry.modified,
    }
    return {
        "name": entry.name,
        "title": entry.title,
        "notes": entry.description,
        "url": entry.landing_page,
        "license_id": entry.license_id,
        "license_title": entry.license_title,
        "license_url": entry.license_url,
        "author": city.organization,
        "maintainer": entry.department,
        "organization": {"name": city.code, "title": city.name},
        "tags": [{"name": keyword} for keyword in entry.keywords],
        "groups": [{"name": group} for group in entry.groups],
        "extras": [{"key": key, "value": value} for key, value in extras.items() if value],
        "resources": [_ckan_resource(part) for part in entry.distributions],
    }


def _ckan_resource(part: Distribution) -> dict[str, Any]:
    return {
        "name": part.name,
        "description": part.description,
        "format": part.format,
        "url": part.url,
        "size": part.size,
        "hash": part.sha256,
        "mimetype": MEDIA_TYPES.get(part.format),
    }


def from_ckan(package: Mapping[str, Any]) -> CatalogEntry:
    """A CKAN ``package_show`` result in our form; times are cut to days."""
    extras = {extra["key"]: extra["value"] for extra in _listed(package, "extras")}
    resources = _listed(package, "resources")
    return CatalogEntry(
        name=package["name"],
        title=_first(package, "title", "name"),
        description=_first(package, "notes"),
        department=_first(package, "maintainer", "author"),
        frequency=_first(extras, "frequency", "更新頻度"),
        license_id=_first(package, "license_id"),
        license_title=_first(package, "license_title"),
        license_url=_first(package, "license_url"),
        keywords=tuple(tag["name"] for tag in _listed(package, "tags")),
        groups=tuple(_first(group, "title", "name") for group in _listed(package, "groups")),
        issued=extras.get("issued"),
        modified=extras.get("modified") or _newest(resources),
        landing_page=_first(package, "url") or None,
        spatial=extras.get("spatial"),
        temporal=extras.get("temporal"),
        provenance=extras.get("provenance"),
        standard=extras.get("standard"),
        distributions=tuple(map(_from_resource, resources)),
    )


def _listed(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of CKAN's, which it may leave out or give as null."""
    return holder.get(name) or []


def _first(holder: Mapping[str, Any], *names: str) -> str:
    """The first of some values that is filled, as it stands; empty if none is."""
    return next((text for name in names if (text := str(holder.get(name) or "")).strip()), "")


def _from_resource(resource: Mapping[str, Any]) -> Distribution:
    return Distribution(
        name=_first(resource, "name"),
        format=_first(resource, "format"),
        url=_first(resource, "url"),
        description=_first(resource, "description"),
        size=resource.get("size") or None,
        sha256=_first(resource, "hash") or None,
        issued=_day(_first(resource, "created")),
        modified=_day(_first(resource, "last_modified", "created")),
    )


def _newest(resources: Sequence[Mapping[str, Any]]) -> str | None:
    days = [day for item in resources if (day := _day(_first(item, "last_modified", "created")))]
    return max(days, default=None)


def _day(moment: str) -> str | None:
    return moment[:10] or None
