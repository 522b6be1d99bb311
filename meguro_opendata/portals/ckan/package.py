"""Our packages ↔ what one CKAN takes and gives: naming rule, organisation, licence ids, extras, our checksums."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from meguro_opendata.catalog import CatalogEntry, check_package, to_ckan
from meguro_opendata.catalog.forms.ckan import optional_fields
from meguro_opendata.files.whole import sha256
from meguro_opendata.findings import Finding
from meguro_opendata.portals.base import Package, Upload
from meguro_opendata.portals.ckan.client import UploadedFile, ckan_rules
from meguro_opendata.portals.ckan.shape import shaped
from meguro_opendata.portals.marks import BYTES, CHECKSUM
from meguro_opendata.workspace.city import City, PortalSettings

__all__ = ["complaints", "file_name", "is_link", "named", "received", "revision", "sent", "uploaded", "wanted_package"]

_LISTS = ("tags", "groups", "extras")
_OF_THE_SERVER = ("license_title", "license_url", "organization")


def named(rule: str, slug: str, stem: str, code: str) -> str:
    """A dataset's name by a portal's rule.

    >>> named("{code}_{slug}", "aed", "131105_aed", "131105")
    '131105_aed'
    """
    return rule.format_map({"slug": slug, "stem": stem, "code": code}).lower()


def wanted_package(slug: str, entry: CatalogEntry, city: City, settings: PortalSettings) -> dict[str, Any]:
    """A dataset as this portal is to have it; what the server itself derives is left out."""
    name = named(settings.name_rule, slug, entry.name, city.code)
    package = to_ckan(replace(entry, name=name), city)
    extras = {extra["key"]: extra["value"] for extra in package["extras"]} | settings.extras
    groups = settings.groups or [group["name"] for group in package["groups"]]
    return {
        **{key: value for key, value in package.items() if key not in _OF_THE_SERVER},
        "license_id": settings.license_ids.get(entry.license_id, entry.license_id),
        "owner_org": settings.organization or city.code,
        "private": False,
        "groups": [{"name": group} for group in groups],
        "extras": [{"key": key, "value": extras[key]} for key in sorted(extras)],
        "resources": [_wanted_resource(part) for part in package["resources"]],
    }


def complaints(package: Package, groups: Collection[str]) -> list[Finding]:
    """What CKAN would refuse of a package (errors), or change or drop in silence (warnings).

    Args:
        package: As it will be sent.
        groups: The names of the groups that the portal has.
    """
    parts = [
        part if is_link(part.get("url")) else {**part, "url": file_name(part["name"], package["name"])}
        for part in package["resources"]
    ]
    found = check_package({**package, "resources": parts})
    missing = [group["name"] for group in package["groups"] if group["name"] not in groups]
    return [*found, *(Finding("ckan-group-unknown", "error", field="groups", value=name) for name in missing)]


def _wanted_resource(part: Mapping[str, Any]) -> dict[str, Any]:
    """A resource with marks that nothing on the server rewrites; the address of an uploaded file is the server's."""
    wanted = {**part, BYTES: str(part["size"] or 0)}
    return {key: value for key, value in wanted.items() if value is not None and (key != "url" or is_link(value))}


def is_link(address: str | None) -> bool:
    """Whether a resource's address is one elsewhere, not a file to be uploaded."""
    return urlsplit(address or "").scheme in ("http", "https")


def received(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A package as we compare it: the organisation by name, and of our files the checksum, if they are still ours.

    Raises:
        TypeError: If it is not as CKAN gives packages.
    """
    package = shaped(raw)
    organization = package.get("organization") or {}
    return {
        **{key: value for key, value in package.items() if key not in _OF_THE_SERVER},
        "owner_org": organization.get("name") or package.get("owner_org"),
        "resources": [_received_resource(part) for part in package["resources"]],
    }


def _received_resource(raw: Mapping[str, Any]) -> dict[str, Any]:
    told, real = raw.get(BYTES), raw.get("size")
    if told is None:
        return {**raw, "ours": False}
    replaced = raw.get("url_type") == "upload" and real is not None and str(real) != str(told)
    return {**raw, "ours": True, "hash": None if replaced else raw.get(CHECKSUM)}


def sent(package: Package) -> dict[str, Any]:
    """A whole package as CKAN takes it."""
    known = ckan_rules()["fields"]["package"]
    fields = {key: "" if package[key] is None else package[key] for key in known if key in package}
    return {
        **fields,
        "owner_org": package["owner_org"],
        "groups": [{"name": group["name"]} for group in package["groups"]],
        "tags": [{"name": tag["name"]} for tag in package["tags"]],
        "resources": [{key: part[key] for key in part if key != "ours"} for part in package["resources"]],
    }


def revision(package: Package, before: Package) -> dict[str, Any]:
    """The parameters of ``package_revise`` that turn one state into another, and refuse if it is not that state.

    A field of ours that the package lacks is emptied: what CKAN is not told it keeps.
    """
    whole = {**dict.fromkeys(optional_fields("package"), ""), **sent(package)}
    return {
        "match": {"id": before["id"], "metadata_modified": before.get("metadata_modified")},
        "filter": [f"-{name}" for name in (*_LISTS, "resources")],
        "update": whole,
    }


def uploaded(package: Package, uploads: Sequence[Upload]) -> dict[str, UploadedFile]:
    """The files by the name of their field in ``package_revise``."""
    places = {part["name"]: number for number, part in reversed([*enumerate(package["resources"])])}
    return {
        f"update__resources__{places[upload.name]}__upload": (
            upload.path,
            _sent_name(package["resources"][places[upload.name]], package["name"]),
            package["resources"][places[upload.name]].get("mimetype") or "application/octet-stream",
        )
        for upload in uploads
    }


def _sent_name(part: Mapping[str, Any], package: str) -> str:
    """The name of an uploaded file: as it is on the portal already, so that its link stays, else as it is sent."""
    held = str(part.get("url") or "").rpartition("/")[2] if part.get("url_type") == "upload" else ""
    return held or file_name(part["name"], package)


def file_name(name: str, package: str) -> str:
    """The name under which a file is sent: its own, or, since CKAN strips other letters, one of ASCII letters.

    >>> file_name("131105_aed.csv", "131105_aed")
    '131105_aed.csv'
    >>> file_name("設置箇所.csv", "131105_aed")
    '131105_aed_0d418f15.csv'
    """
    if name.isascii():
        return name
    ending = name.rpartition(".")[2]
    return f"{package}_{sha256(name.encode())[:8]}.{ending}" if ending.isascii() else f"{package}.bin"
