"""Our form ↔ the package of CKAN's API; which field is which stands in ``ckan.toml``."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from meguro_opendata.catalog.entry import MEDIA_TYPES, Box, CatalogEntry, Contact, Distribution
from meguro_opendata.catalog.review.ckanrules import is_sendable_name, sendable_tags, strings_of
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.workspace.city import City

__all__ = ["from_ckan", "optional_fields", "to_ckan"]

_CORNERS = 4
_CONTACT = "contact."


def to_ckan(entry: CatalogEntry, city: City) -> dict[str, Any]:
    """The package as CKAN's API takes and gives it, without ids and dates of the portal's own.

    All text is in NFC, as CKAN's tags have to be. Keywords and groups that CKAN refuses are fitted or left out, and
    stand as they are in the extras ``keywords`` and ``group_names``, so that :func:`from_ckan` gives all of them back.
    """
    words = _words()
    groups = filter(is_sendable_name, entry.groups)
    package = {
        **_fields(entry, words["package"], words["sparse"]["package"]),
        "author": city.organization,
        "organization": {"name": entry.publisher_id or city.code, "title": entry.publisher or city.name},
        "tags": [{"name": tag} for tag in sendable_tags(entry.keywords)],
        "groups": [{"name": group} for group in groups],
        "extras": [{"key": key, "value": value} for key, value in (*_extras(entry), *entry.extras)],
        "resources": [_ckan_resource(part) for part in entry.distributions],
    }
    composed: dict[str, Any] = _composed(package)
    return composed


def optional_fields(kind: str) -> tuple[str, ...]:
    """The fields of a ``package`` or a ``resource`` that :func:`to_ckan` leaves out where they say nothing.

    >>> optional_fields("package")
    ('maintainer_email', 'version')
    """
    return tuple(_words()["sparse"][kind])


def _extras(entry: CatalogEntry) -> Iterator[tuple[str, str]]:
    """Our own extras that say something; keywords and groups only if CKAN cannot hold them all."""
    kept = {
        "keywords": sendable_tags(entry.keywords) == list(map(_composed, entry.keywords)),
        "groups": all(map(is_sendable_name, entry.groups)),
    }
    for key, ours in _words()["extras"].items():
        value = _value(entry, ours)
        if value and not kept.get(ours, False):
            yield key, _as_text(value)


def _ckan_resource(part: Distribution) -> dict[str, Any]:
    words = _words()
    return {
        **_fields(part, words["resource"], words["sparse"]["resource"]),
        "mimetype": MEDIA_TYPES.get(part.format),
    }


def _fields(holder: CatalogEntry | Distribution, words: Mapping[str, str], sparse: Sequence[str]) -> dict[str, Any]:
    found = {theirs: _value(holder, ours) for theirs, ours in words.items()}
    return {theirs: value for theirs, value in found.items() if value not in (None, "") or theirs not in sparse}


def _value(holder: CatalogEntry | Distribution, path: str) -> Any:
    """An attribute, or with ``contact.`` one of the contact's."""
    value: Any = holder
    for name in path.split("."):
        value = getattr(value, name)
    return value


def _as_text(value: object) -> str:
    """A value as extras hold it: lists as JSON, corners of a box with commas."""
    if not isinstance(value, tuple):
        return str(value)
    if all(isinstance(part, float) for part in value):
        return ",".join(map(repr, value))
    return json.dumps(value, ensure_ascii=False)


def _composed(value: Any) -> Any:
    """Every text inside in NFC."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_composed(part) for part in value]
    if isinstance(value, dict):
        return {key: _composed(part) for key, part in value.items()}
    return value


def from_ckan(package: Mapping[str, Any]) -> CatalogEntry:
    """A CKAN ``package_show`` result in our form; times are cut to days, extras that we have no word for are kept."""
    extras = {str(extra["key"]): extra["value"] for extra in _listed(package, "extras")}
    parts = [Distribution(**_read(Distribution, part, "resource")) for part in _listed(package, "resources")]
    found = {
        **_nothing_said(),
        "keywords": tuple(str(tag["name"]) for tag in _listed(package, "tags")),
        "groups": tuple(_first(group, ["title", "name"]) for group in _listed(package, "groups")),
        **_read(CatalogEntry, package, "package"),
        **{name: value for name, value in _read(CatalogEntry, extras, "extras").items() if value},
        **_owner(package),
        "name": str(package["name"]),
    }
    contact = {name.removeprefix(_CONTACT): found.pop(name) for name in list(found) if name.startswith(_CONTACT)}
    if not found.get("modified"):
        found["modified"] = max((part.modified for part in parts if part.modified), default=None)
    return CatalogEntry(**found, contact=Contact(**contact), extras=_unknown_extras(extras), distributions=tuple(parts))


def _nothing_said() -> dict[str, Any]:
    return dict.fromkeys(("description", "department", "frequency", "license_id"), "")


def _owner(package: Mapping[str, Any]) -> dict[str, str | None]:
    owner = package.get("organization") or {}
    return {"publisher": _first(owner, ["title"]) or None, "publisher_id": _first(owner, ["name"]) or None}


def _unknown_extras(extras: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The extras for which our form has no word."""
    words = _words()
    known = {*words["extras"], *(key for keys in words["also"]["extras"].values() for key in keys)}
    return tuple((key, str(value)) for key, value in extras.items() if key not in known)


def _read(form: type[CatalogEntry | Distribution], holder: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Our attributes from CKAN's fields, each from the first field that is filled."""
    words = _words()
    nothing = {part.name: part.default for part in fields(form)}
    also = words["also"][kind]
    return {
        ours: _typed(ours, _first(holder, [theirs, *also.get(ours, ())]), nothing)
        for theirs, ours in words[kind].items()
    }


def _typed(name: str, text: str, nothing: Mapping[str, Any]) -> Any:
    kinds = _words()["kinds"]
    if name in kinds["numbers"]:
        return int(text) if text.isascii() and text.isdigit() and int(text) else None
    if name in kinds["lists"]:
        return tuple(strings_of(text))
    if name == "bbox":
        return _box(text)
    empty = None if nothing.get(name, "") is None else ""
    return (text[:10] if name in kinds["days"] else text) or empty


def _box(text: str) -> Box | None:
    """Four corners with commas.

    >>> _box("139.6,35.5,139.7,35.7"), _box("目黒区")
    ((139.6, 35.5, 139.7, 35.7), None)
    """
    try:
        corners = [float(part) for part in text.split(",")]
    except ValueError:
        return None
    if len(corners) != _CORNERS or not all(map(math.isfinite, corners)):
        return None
    return corners[0], corners[1], corners[2], corners[3]


def _listed(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of CKAN's, which it may leave out or give as null."""
    return holder.get(name) or []


def _first(holder: Mapping[str, Any], names: Sequence[str]) -> str:
    """The first of some values that is filled, as it stands; empty if none is."""
    return next((text for name in names if (text := _plain(holder.get(name))).strip()), "")


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _words() -> dict[str, Any]:
    return packaged_toml(__package__, "ckan.toml")
