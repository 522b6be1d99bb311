"""Conversion between our form and the package of CKAN's API, field by field as ``ckan.toml`` lists them."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from typing import TypeAlias

from meguro_opendata.catalog.ckanlimits import is_sendable_name, sendable_tags, strings_of
from meguro_opendata.catalog.entry import MEDIA_TYPES, Box, CatalogEntry, Contact, Distribution
from meguro_opendata.catalog.package import Extra, Group, Json, JsonObject, Organization, Package, Resource, Tag
from meguro_opendata.japan.calendar import japan_day
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.workspace.city import City

__all__ = ["from_ckan", "optional_fields", "to_ckan"]

_CORNERS = 4
_CONTACT = "contact."
# What an attribute of our form holds when it is read from CKAN.
_Value: TypeAlias = "str | int | tuple[str, ...] | Box | None"


@dataclass(frozen=True)
class _Kinds:
    """Attributes of our form that are not plain text, by kind."""

    days: Collection[str]
    numbers: Collection[str]
    lists: Collection[str]


@dataclass(frozen=True)
class _Words:
    """CKAN's words and ours (``ckan.toml``).

    Attributes:
        fields: For a package, its extras and a resource: our attribute by CKAN's field.
        also: Other fields of CKAN's in which an attribute can be.
        sparse: The fields that are left out where they say nothing.
    """

    fields: Mapping[str, Mapping[str, str]]
    also: Mapping[str, Mapping[str, Sequence[str]]]
    sparse: Mapping[str, Sequence[str]]
    kinds: _Kinds


def to_ckan(entry: CatalogEntry, city: City) -> Package:
    """Return the package of a dataset for CKAN's API, without ids and dates that the portal assigns.

    All text is in NFC, as CKAN's tags have to be. Keywords and groups that CKAN refuses are fitted or left out, and
    stand as they are in the extras ``keywords`` and ``group_names``, so that :func:`from_ckan` gives all of them back.
    """
    package = {
        **_fields(entry, "package"),
        "author": city.organization,
        "organization": {"name": entry.publisher_id or city.code, "title": entry.publisher or city.name},
    }
    return Package(
        {**_composed(package), "tags": [], "groups": [], "extras": [], "resources": []},
        tags=tuple(Tag.of(_nfc(tag)) for tag in sendable_tags(entry.keywords)),
        groups=tuple(Group.of(_nfc(group)) for group in filter(is_sendable_name, entry.groups)),
        extras=tuple(Extra.of(_nfc(key), _nfc(value)) for key, value in (*_extras(entry), *entry.extras)),
        resources=tuple(_ckan_resource(part) for part in entry.distributions),
    )


def optional_fields(kind: str) -> tuple[str, ...]:
    """Return the fields of a ``package`` or a ``resource`` that :func:`to_ckan` leaves out where they say nothing.

    >>> optional_fields("package")
    ('maintainer_email', 'version')
    """
    return tuple(_words().sparse[kind])


def _extras(entry: CatalogEntry) -> Iterator[tuple[str, str]]:
    """Yield our own filled extras; keywords and groups only where CKAN cannot store them all as tags and groups."""
    kept = {
        "keywords": sendable_tags(entry.keywords) == list(map(_nfc, entry.keywords)),
        "groups": all(map(is_sendable_name, entry.groups)),
    }
    for key, ours in _words().fields["extras"].items():
        value = _value(entry, ours)
        if value and not kept.get(ours, False):
            yield key, _as_text(value)


def _ckan_resource(part: Distribution) -> Resource:
    return Resource(_composed({**_fields(part, "resource"), "mimetype": MEDIA_TYPES.get(part.format)}))


def _fields(holder: CatalogEntry | Distribution, kind: str) -> JsonObject:
    sparse = _words().sparse[kind]
    found = {theirs: _value(holder, ours) for theirs, ours in _words().fields[kind].items()}
    return {theirs: value for theirs, value in found.items() if value not in (None, "") or theirs not in sparse}


def _value(holder: CatalogEntry | Distribution, path: str) -> Json:
    """Return an attribute of the entry or, after ``contact.``, of its contact."""
    value: Json = attrgetter(path)(holder)
    return value


def _as_text(value: Json) -> str:
    """Return a value as the text of an extra: lists as JSON, corners of a box with commas."""
    if not isinstance(value, tuple):
        return str(value)
    if all(isinstance(part, float) for part in value):
        return ",".join(map(repr, value))
    return json.dumps(value, ensure_ascii=False)


def _composed(fields: Mapping[str, Json]) -> JsonObject:
    """Return fields with every text in them in NFC."""
    return {key: _composed_value(value) for key, value in fields.items()}


def _composed_value(value: Json) -> Json:
    if isinstance(value, Mapping):
        return _composed(value)
    return _nfc(value) if isinstance(value, str) else value


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def from_ckan(package: Package) -> CatalogEntry:
    """Return a dataset of a CKAN in our form; times become days in Japan, extras that we have no word for are kept.

    Raises:
        KeyError: If the dataset, a tag or an extra has no name.
        TypeError: If its organisation is not an object.
    """
    extras = {str(extra.fields["key"]): extra.fields["value"] for extra in package.extras}
    parts = [_distribution(part) for part in package.resources]
    found: dict[str, _Value] = {
        **_nothing_said(),
        "keywords": tuple(str(tag.fields["name"]) for tag in package.tags),
        "groups": tuple(_first(group.fields, ["title", "name"]) for group in package.groups),
        **_read(CatalogEntry, package.fields, "package"),
        **{name: value for name, value in _read(CatalogEntry, extras, "extras").items() if value},
        **_owner(package.organization),
        "name": str(package.fields["name"]),
    }
    if not found.get("modified"):
        found["modified"] = max((part.modified for part in parts if part.modified), default=None)
    return _entry(found, _unknown_extras(extras), parts)


def _entry(
    found: Mapping[str, _Value], extras: tuple[tuple[str, str], ...], parts: Sequence[Distribution]
) -> CatalogEntry:
    """Return the entry of some attributes, those that begin with ``contact.`` being its contact's."""
    own = {name: value for name, value in found.items() if not name.startswith(_CONTACT)}
    contact = {name: str(value) for name, value in found.items() if name.startswith(_CONTACT)}
    made: Callable[..., CatalogEntry] = CatalogEntry
    return made(
        **own,
        contact=Contact(**{name.removeprefix(_CONTACT): text for name, text in contact.items()}),
        extras=extras,
        distributions=tuple(parts),
    )


def _distribution(part: Resource) -> Distribution:
    made: Callable[..., Distribution] = Distribution
    return made(**_read(Distribution, part.fields, "resource"))


def _nothing_said() -> dict[str, str]:
    return dict.fromkeys(("description", "department", "frequency", "license_id"), "")


def _owner(owner: Organization) -> dict[str, str | None]:
    return {
        "publisher": _first(owner.fields, ["title"]) or None,
        "publisher_id": _first(owner.fields, ["name"]) or None,
    }


def _unknown_extras(extras: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    """Return the extras for which our form has no attribute."""
    words = _words()
    known = {*words.fields["extras"], *(key for keys in words.also["extras"].values() for key in keys)}
    return tuple((key, str(value)) for key, value in extras.items() if key not in known)


def _read(form: type[CatalogEntry | Distribution], holder: Mapping[str, Json], kind: str) -> dict[str, _Value]:
    """Return our attributes from CKAN's fields, each from the first field that is filled."""
    optional = {part.name for part in fields(form) if part.default is None}
    also = _words().also[kind]
    return {
        ours: _typed(ours, _first(holder, [theirs, *also.get(ours, ())]), None if ours in optional else "")
        for theirs, ours in _words().fields[kind].items()
    }


def _typed(name: str, text: str, empty: str | None) -> _Value:
    """Return the value of an attribute; ``empty`` is that of a text that says nothing."""
    kinds = _words().kinds
    if name in kinds.numbers:
        return int(text) if text.isascii() and text.isdigit() and int(text) else None
    if name in kinds.lists:
        return tuple(strings_of(text))
    if name == "bbox":
        return _box(text)
    return (japan_day(text) if name in kinds.days else text) or empty


def _box(text: str) -> Box | None:
    """Return four corners written with commas; ``None`` if the text is no box.

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


def _first(holder: Mapping[str, Json], names: Sequence[str]) -> str:
    """Return the first filled value unchanged; empty if all are empty."""
    return next((text for name in names if (text := _plain(holder.get(name))).strip()), "")


def _plain(value: Json) -> str:
    return "" if value is None else str(value)


@cache
def _words() -> _Words:
    loaded = packaged_toml(__package__, "ckan.toml")
    fields_of = {kind: loaded[kind] for kind in ("package", "extras", "resource")}
    return _Words(fields_of, loaded["also"], loaded["sparse"], _Kinds(**loaded["kinds"]))
