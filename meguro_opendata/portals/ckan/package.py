"""Conversion between our packages and those of one CKAN: naming rule, organisation, licence ids, extras, checksums."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from meguro_opendata.catalog import (
    CatalogEntry,
    Group,
    JsonObject,
    Package,
    PortalRules,
    Resource,
    check_package,
    to_ckan,
)
from meguro_opendata.catalog.forms.ckan import optional_fields
from meguro_opendata.files.whole import sha256
from meguro_opendata.findings import Finding
from meguro_opendata.portals.base import PortalLists, Upload
from meguro_opendata.portals.ckan.client import UploadedFile, ckan_rules
from meguro_opendata.portals.ckan.shape import shaped
from meguro_opendata.portals.marks import BYTES, CHECKSUM, OURS, STORED_HASH, sorted_extras
from meguro_opendata.workspace.city import City, PortalSettings

__all__ = [
    "complaints",
    "file_name",
    "is_link",
    "named",
    "received",
    "revision",
    "sent",
    "slug_named",
    "uploaded",
    "wanted_package",
]

_LISTS = ("tags", "groups", "extras")
# CKAN derives these from `license_id` and `owner_org`, in its own words: compared, they would always differ.
_OF_THE_SERVER = ("license_title", "license_url", "organization")


def named(rule: str, slug: str, stem: str, code: str) -> str:
    """Return a dataset's name by a portal's rule.

    >>> named("{code}_{slug}", "aed", "131105_aed", "131105")
    '131105_aed'
    """
    return rule.format_map({"slug": slug, "stem": stem, "code": code}).lower()


def slug_named(name: str, rule: str, code: str) -> str | None:
    """Return the slug whose name by a portal's rule is the given one, ``None`` if no slug gives that name.

    >>> slug_named("131105_aed", "{stem}", "131105"), slug_named("t131105d0000000032", "{code}_{slug}", "131105")
    ('aed', None)
    """
    shape = re.escape(rule.format_map({"code": code, "slug": "\0", "stem": f"{code}_\0"})).replace("\0", "(.+)", 1)
    found = re.fullmatch(shape.replace("\0", r"\1"), name)
    slug = found.group(1) if found and found.groups() else None
    return slug if slug and named(rule, slug, f"{code}_{slug}", code) == name else None


def wanted_package(slug: str, entry: CatalogEntry, city: City, settings: PortalSettings) -> Package:
    """Return a dataset in this portal's form, without the fields that the server derives."""
    name = named(settings.name_rule, slug, entry.name, city.code)
    package = to_ckan(replace(entry, name=name), city)
    fields = package.without(*_OF_THE_SERVER).with_fields(
        license_id=settings.license_ids.get(entry.license_id, entry.license_id),
        owner_org=settings.organization or city.code,
        private=False,
    )
    return replace(
        fields,
        groups=tuple(map(Group.of, settings.groups)) or package.groups,
        extras=sorted_extras({extra.key: extra.value for extra in package.extras} | settings.extras),
        resources=tuple(map(_wanted_resource, package.resources)),
    )


def complaints(package: Package, lists: PortalLists) -> list[Finding]:
    """Return CKAN's findings on a package: fields it would refuse (errors), change or drop silently (warnings).

    Args:
        package: The package as it will be sent.
        lists: The portal's groups and licences.
    """
    parts = tuple(
        part if is_link(part.url) else part.with_fields(url=file_name(part.name, package.name))
        for part in package.resources
    )
    found = check_package(replace(package, resources=parts), PortalRules(licenses=lists.licenses))
    known = lists.groups
    missing = [group.name for group in package.groups if known is not None and group.name not in known]
    return [*found, *(Finding("ckan-group-unknown", "error", field="groups", value=name) for name in missing)]


def _wanted_resource(part: Resource) -> Resource:
    """Return a resource with our marks, which nothing on the server rewrites; only a link keeps its address."""
    wanted = part.with_fields(**{BYTES: str(part.size or 0)})
    unsaid = [key for key, value in wanted.fields.items() if value is None]
    return wanted.without(*unsaid, *(() if is_link(part.url) else ("url",)))


def is_link(address: str | None) -> bool:
    """Return whether an address is absolute, so that the resource is a link and not a file to upload."""
    return urlsplit(address or "").scheme in ("http", "https")


def received(raw: Package) -> Package:
    """Return a package in the form for comparison: organisation by name, ``hash`` only of files that are still ours.

    Raises:
        TypeError: If a part has another kind of value than CKAN gives.
    """
    package = shaped(raw)
    owner = package.organization.name or package.fields.get("owner_org")
    return replace(
        package.without(*_OF_THE_SERVER).with_fields(owner_org=owner),
        resources=tuple(map(_received_resource, package.resources)),
    )


def _received_resource(part: Resource) -> Resource:
    # `mo_bytes` is our mark on every file. CKAN's own `size` differs once an editor uploads another file; the editor's
    # form keeps our fields, so that they alone would claim the file as ours.
    written, real = part.fields.get(BYTES), part.size
    if written is None:
        return part.with_fields(**{OURS: False})
    replaced = part.is_upload and real is not None and str(real) != str(written)
    stored = part.fields.get(STORED_HASH, part.fields.get("hash"))
    known = None if replaced else part.fields.get(CHECKSUM)
    return part.with_fields(**{OURS: True, STORED_HASH: stored, "hash": known})


def sent(package: Package) -> JsonObject:
    """Return a whole package in the JSON that ``package_create`` takes."""
    whole = package.to_ckan()
    known = [key for key in ckan_rules()["fields"]["package"] if key in whole]
    return {
        **{key: "" if whole[key] is None else whole[key] for key in known},
        "owner_org": whole["owner_org"],
        "groups": [{"name": group.name} for group in package.groups],
        "tags": [{"name": tag.name} for tag in package.tags],
        "resources": [part.without(OURS, STORED_HASH).to_ckan() for part in package.resources],
    }


def revision(package: Package, before: Package) -> JsonObject:
    """Return the parameters of ``package_revise`` that turn the state ``before`` into the package.

    CKAN refuses the call if the dataset is no longer in that state (``match``). A field of ours that the package lacks
    is sent empty, since CKAN keeps every field that it is not given.
    """
    whole = {**dict.fromkeys(optional_fields("package"), ""), **sent(package)}
    return {
        "match": {"id": before.needed("id"), "metadata_modified": before.modified},
        "filter": [f"-{name}" for name in (*_LISTS, "resources")],
        "update": whole,
    }


def uploaded(package: Package, uploads: Sequence[Upload]) -> dict[str, UploadedFile]:
    """Return the files to upload, by the names of their form fields in ``package_revise``."""
    first = {part.name: number for number, part in reversed([*enumerate(package.resources)])}
    places = [first[upload.name] if upload.place is None else upload.place for upload in uploads]
    sent_files = [(upload, place, package.resources[place]) for upload, place in zip(uploads, places, strict=True)]
    return {
        f"update__resources__{number}__upload": (
            upload.path,
            _sent_name(part, package.name),
            part.text("mimetype") or "application/octet-stream",
        )
        for upload, number, part in sent_files
    }


def _sent_name(part: Resource, package: str) -> str:
    """Return the name under which a file is uploaded: its name on the portal, so that its link stays, if it has one."""
    held = part.text("url").rpartition("/")[2] if part.is_upload else ""
    return held or file_name(part.name, package)


def file_name(name: str, package: str) -> str:
    """Return an ASCII name for a file: its own, else a made one, since CKAN strips all other letters.

    >>> file_name("131105_aed.csv", "131105_aed")
    '131105_aed.csv'
    >>> file_name("設置箇所.csv", "131105_aed")
    '131105_aed_0d418f15.csv'
    """
    if name.isascii():
        return name
    ending = name.rpartition(".")[2]
    return f"{package}_{sha256(name.encode())[:8]}.{ending}" if ending.isascii() else f"{package}.bin"
