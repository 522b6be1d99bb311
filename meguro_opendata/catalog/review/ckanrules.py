"""Names and text that CKAN takes: report what it would refuse, cut or change in silence, before anything is sent."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from meguro_opendata.catalog.ckanlimits import ckan_limits, is_sendable_name, sendable_tag, strings_of
from meguro_opendata.catalog.package import Extra, Json, Package, Part, Resource
from meguro_opendata.findings import Finding

__all__ = ["PortalRules", "check_package"]

# A finding quotes the start of a value; descriptions can have thousands of letters.
_SHOWN = 60
_KEYWORDS = "keywords"


@dataclass(frozen=True)
class PortalRules:
    """The requirements of one portal beyond CKAN's own.

    Attributes:
        name_prefix: The required beginning of each dataset's name (BODIK: the municipality's code and ``_``).
        licenses: The licence ids that it knows; ``None`` for those of CKAN itself.
        max_bytes: The largest file that it takes (``ckan.max_resource_size``), ``None`` if that is not known.
    """

    name_prefix: str = ""
    licenses: Collection[str] | None = None
    max_bytes: int | None = None


def check_package(package: Package, rules: PortalRules | None = None) -> list[Finding]:
    """Return findings on values that CKAN would refuse (errors), or change or drop silently (warnings).

    Args:
        package: As it will be sent (:func:`meguro_opendata.catalog.to_ckan`).
        rules: The requirements of the portal beyond CKAN's own.
    """
    portal = rules or PortalRules()
    return [
        *_name_findings(package.text("name"), portal.name_prefix),
        *_text_findings(package),
        *_tag_findings(_names(package.tags)),
        *_keyword_findings(package.extras),
        *_group_findings(_names(package.groups)),
        *_extra_findings(package.extras),
        *_licence_findings(package.license_id, portal.licenses),
        *_file_findings(package.resources, portal.max_bytes),
    ]


def _names(parts: Sequence[Part]) -> list[str]:
    return [part.text("name") for part in parts]


def _name_findings(name: str, prefix: str) -> Iterator[Finding]:
    rules = ckan_limits().name
    # First, since a reserved word has the form of a valid name and needs other advice.
    if name in rules.reserved:
        yield _error("ckan-name-reserved", "name", name)
    elif not is_sendable_name(name):
        yield _error("ckan-name", "name", name)
    if not name.startswith(prefix):
        yield _error("ckan-name-prefix", "name", name, prefix=prefix)


def _text_findings(package: Package) -> Iterator[Finding]:
    refused = re.compile(ckan_limits().refused_signs)
    for place, text in _texts(package.to_ckan(), ""):
        found = refused.search(text)
        if found is not None:
            yield _error("ckan-control-character", place, refused.sub("?", text), sign=f"U+{ord(found[0]):04X}")


def _texts(value: Json, place: str) -> Iterator[tuple[str, str]]:
    """Yield every text of a package with its place, such as ``extras.3.value``."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping | Sequence):
        for key, part in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _texts(part, f"{place}.{key}".lstrip("."))


def _tag_findings(tags: Sequence[str]) -> Iterator[Finding]:
    for tag in tags:
        if sendable_tag(tag) != tag:
            yield _error("ckan-tag-refused", "tags", tag, suggestion=sendable_tag(tag) or None)


def _keyword_findings(extras: Sequence[Extra]) -> Iterator[Finding]:
    """Yield a finding for each keyword that was changed or dropped as a tag; ``to_ckan`` keeps it in an extra."""
    kept = next((str(extra.fields.get("value")) for extra in extras if extra.fields.get("key") == _KEYWORDS), "[]")
    for keyword in strings_of(kept):
        tag = sendable_tag(keyword)
        if not tag:
            yield Finding("ckan-tag-left-out", "warning", field="keywords", value=_short(keyword))
        elif tag != unicodedata.normalize("NFC", keyword):
            yield Finding("ckan-tag-fitted", "warning", field="keywords", value=_short(keyword), suggestion=tag)


def _group_findings(groups: Sequence[str]) -> Iterator[Finding]:
    for group in groups:
        if not is_sendable_name(group):
            yield Finding("ckan-group-dropped", "warning", field="groups", value=_short(group))


def _extra_findings(extras: Sequence[Extra]) -> Iterator[Finding]:
    rules = ckan_limits().extra
    for key, count in Counter(extra.text("key") for extra in extras).items():
        if count > 1:
            yield _error("ckan-extra-twice", "extras", key)
        if key in rules.core or not key.strip():
            yield _error("ckan-extra-core", "extras", key)
    for extra in extras:
        size = len(extra.text("value").encode("utf-8", "surrogatepass"))
        if size > rules.longest_bytes:
            key = str(extra.fields.get("key"))
            yield _error("ckan-extra-long", "extras", key, bytes=size, limit=rules.longest_bytes)


def _licence_findings(licence: str, known: Collection[str] | None) -> Iterator[Finding]:
    if licence not in (ckan_limits().licenses if known is None else known):
        yield Finding("ckan-licence-unknown", "warning", field="license_id", value=_short(licence))


def _file_findings(files: Sequence[Resource], most: int | None) -> Iterator[Finding]:
    for name, count in Counter(_names(files)).items():
        if count > 1:
            yield Finding("ckan-file-twice", "warning", field="resources", value=_short(name), params={"count": count})
    for file in files:
        yield from _one_file(file, most)


def _one_file(file: Resource, most: int | None) -> Iterator[Finding]:
    name, url = file.text("name"), file.text("url")
    if not file.format.strip():
        yield Finding("ckan-format-missing", "warning", field="format", value=_short(name), file=name)
    if "://" not in url:
        yield from _upload_findings(file, name, url.rpartition("/")[2] or name, most)
    elif not re.fullmatch(ckan_limits().file.address, url):
        yield _error("ckan-file-address", "url", url, file=name)


def _upload_findings(file: Resource, name: str, sent: str, most: int | None) -> Iterator[Finding]:
    """Yield findings on a file that is uploaded, not linked to."""
    size = file.size
    if not re.fullmatch(ckan_limits().file.name, sent):
        yield _error("ckan-file-name", "url", sent, file=name)
    if size == 0:
        yield _error("ckan-file-empty", "size", name, file=name)
    if most is not None and isinstance(size, int) and size > most:
        yield _error("ckan-file-large", "size", name, file=name, bytes=size, limit=most)


def _error(
    code: str, place: str, value: str, suggestion: str | None = None, file: str | None = None, **params: object
) -> Finding:
    return Finding(code, "error", field=place, value=_short(value), suggestion=suggestion, params=params, file=file)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
