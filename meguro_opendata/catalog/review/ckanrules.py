"""Names and text that CKAN takes: what it would refuse, cut or change in silence is told before anything is sent."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from meguro_opendata.catalog.package import Extra, Json, Package, Part, Resource
from meguro_opendata.findings import Finding
from meguro_opendata.packaged import packaged_toml

__all__ = ["PortalRules", "check_package", "is_sendable_name", "sendable_tag", "sendable_tags", "strings_of"]

_SHOWN = 60
_KEYWORDS = "keywords"


@dataclass(frozen=True)
class _NameRules:
    pattern: str
    reserved: Collection[str]


@dataclass(frozen=True)
class _TagRules:
    shortest: int
    longest: int
    refused: str
    instead: Mapping[str, str]


@dataclass(frozen=True)
class _ExtraRules:
    longest_bytes: int
    core: Collection[str]


@dataclass(frozen=True)
class _FileRules:
    name: str
    address: str


@dataclass(frozen=True)
class _Rules:
    """What CKAN takes and what it refuses (``ckanrules.toml``)."""

    name: _NameRules
    tag: _TagRules
    extra: _ExtraRules
    file: _FileRules
    refused_signs: str
    licenses: Collection[str]


@dataclass(frozen=True)
class PortalRules:
    """What one portal asks for beyond CKAN itself.

    Attributes:
        name_prefix: How each dataset's name must begin (BODIK: the municipality's code and ``_``).
        licenses: The licence ids that it knows; ``None`` for those of CKAN itself.
        max_bytes: The largest file that it takes (``ckan.max_resource_size``), ``None`` if that is not known.
    """

    name_prefix: str = ""
    licenses: Collection[str] | None = None
    max_bytes: int | None = None


def is_sendable_name(name: str) -> bool:
    """Return whether CKAN takes a name for a dataset or a group.

    >>> is_sendable_name("131105_aed"), is_sendable_name("a"), is_sendable_name("防災"), is_sendable_name("search")
    (True, False, False, False)
    """
    rules = _rules().name
    return re.fullmatch(rules.pattern, name) is not None and name not in rules.reserved


def sendable_tag(keyword: str) -> str:
    """Return a keyword as CKAN takes it as a tag; empty if it cannot be one.

    >>> sendable_tag("子育て・教育"), sendable_tag("㈱目黒（本店）"), sendable_tag("水"), sendable_tag("  公園 ")
    ('子育て 教育', '株式会社目黒 本店', '', '公園')
    """
    rules = _rules().tag
    text = unicodedata.normalize("NFC", keyword)
    text = re.sub(rules.refused, lambda sign: rules.instead.get(sign[0], " "), text)
    fitted = " ".join(text.split())
    return fitted if rules.shortest <= len(fitted) <= rules.longest else ""


def sendable_tags(keywords: Iterable[str]) -> list[str]:
    """Return the tags that CKAN takes for some keywords, each once, in their order.

    >>> sendable_tags(["防災", "水", "防災", "子育て・教育"])
    ['防災', '子育て 教育']
    """
    return list(dict.fromkeys(tag for keyword in keywords if (tag := sendable_tag(keyword))))


def strings_of(text: str) -> list[str]:
    """Return the texts of a list in JSON, as extras hold it; a text that is no list stands for itself.

    >>> strings_of('["水", "公園"]'), strings_of("公園"), strings_of("")
    (['水', '公園'], ['公園'], [])
    """
    try:
        loaded = json.loads(text) if text else []
    except (ValueError, RecursionError):
        loaded = text
    return list(map(str, loaded)) if isinstance(loaded, list) else [text]


def check_package(package: Package, rules: PortalRules | None = None) -> list[Finding]:
    """Return everything in a package that CKAN would refuse (errors), or change or drop in silence (warnings).

    Args:
        package: As it will be sent (:func:`meguro_opendata.catalog.to_ckan`).
        rules: What the portal asks for beyond CKAN itself.
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
    rules = _rules().name
    if name in rules.reserved:
        yield _error("ckan-name-reserved", "name", name)
    elif not is_sendable_name(name):
        yield _error("ckan-name", "name", name)
    if not name.startswith(prefix):
        yield _error("ckan-name-prefix", "name", name, prefix=prefix)


def _text_findings(package: Package) -> Iterator[Finding]:
    refused = re.compile(_rules().refused_signs)
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
    """Yield what became of the keywords that could not be tags as they are; ``to_ckan`` keeps them in an extra."""
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
    rules = _rules().extra
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
    if licence not in (_rules().licenses if known is None else known):
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
    elif not re.fullmatch(_rules().file.address, url):
        yield _error("ckan-file-address", "url", url, file=name)


def _upload_findings(file: Resource, name: str, sent: str, most: int | None) -> Iterator[Finding]:
    """Yield what is wrong with a file that is sent, not linked to."""
    size = file.size
    if not re.fullmatch(_rules().file.name, sent):
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


@cache
def _rules() -> _Rules:
    loaded = packaged_toml(__package__, "ckanrules.toml")
    return _Rules(
        name=_NameRules(**loaded["name"]),
        tag=_TagRules(**loaded["tag"]),
        extra=_ExtraRules(**loaded["extra"]),
        file=_FileRules(**loaded["file"]),
        refused_signs=loaded["text"]["refused"],
        licenses=loaded["licence"]["known"],
    )
