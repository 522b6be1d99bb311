"""``Package`` and ``Resource``: a dataset and its files as CKAN's API gives and takes them.

A CKAN can give unknown fields, in any order and of any JSON type. Each type keeps all of them as they
came and gives the known ones a name and a type, so that ``Package.from_ckan(raw).to_ckan() == raw``, keys in order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self, TypeAlias, TypeVar

__all__ = [
    "Extra",
    "Group",
    "Json",
    "JsonObject",
    "Organization",
    "Package",
    "Part",
    "Resource",
    "Tag",
    "list_of",
    "object_of",
    "texts_of",
]

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
JsonObject: TypeAlias = "dict[str, Json]"

_LISTS = ("tags", "groups", "extras", "resources")
_UPLOAD = "upload"


def object_of(value: Json) -> Mapping[str, Json]:
    """Return a JSON value that has to be an object.

    Raises:
        TypeError: If it is not.
    """
    if not isinstance(value, Mapping):
        raise TypeError(type(value))
    return value


def list_of(value: Json) -> Sequence[Json]:
    """Return a JSON value that has to be a list.

    Raises:
        TypeError: If it is not.
    """
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError(type(value))
    return value


def texts_of(value: Json) -> Sequence[str]:
    """Return a JSON value that has to be a list of texts.

    Raises:
        TypeError: If it is not.
    """
    texts = [text for text in list_of(value) if isinstance(text, str)]
    if len(texts) != len(list_of(value)):
        raise TypeError(value)
    return texts


@dataclass(frozen=True)
class Part:
    """An object of CKAN's API: its fields as CKAN gives them, in their order."""

    fields: Mapping[str, Json]

    @classmethod
    def from_ckan(cls, raw: Json) -> Self:
        """Read an object of CKAN's API.

        Raises:
            TypeError: If the value is not an object.
        """
        return cls(dict(object_of(raw)))

    def to_ckan(self) -> JsonObject:
        """Return the object for CKAN's API: every field as it came, in its order."""
        return dict(self.fields)

    def text(self, key: str) -> str:
        """Return a field as text, empty if it is missing or says nothing.

        >>> Part({"title": "AED", "version": None}).text("version")
        ''
        """
        return str(self.fields.get(key) or "")

    def optional(self, key: str) -> str | None:
        """Return a text field, ``None`` if it is missing or no text."""
        value = self.fields.get(key)
        return value if isinstance(value, str) else None

    def needed(self, key: str) -> str:
        """Return a text field that has to be there.

        Raises:
            KeyError: If it is missing.
            TypeError: If it is not text.
        """
        value = self.fields[key]
        if not isinstance(value, str):
            raise TypeError(key)
        return value

    def with_fields(self, **values: Json) -> Self:
        """Return the same object with some fields set; a new field comes last.

        >>> Part({"a": 1, "b": 2}).with_fields(a=3, c=4).to_ckan()
        {'a': 3, 'b': 2, 'c': 4}
        """
        return replace(self, fields={**self.fields, **values})

    def without(self, *keys: str) -> Self:
        """Return the same object without some fields."""
        return replace(self, fields={key: value for key, value in self.fields.items() if key not in keys})


class _Named(Part):
    """An object that is known by its name."""

    @property
    def name(self) -> str:
        """Return its name.

        Raises:
            KeyError: If CKAN gave none.
        """
        return self.needed("name")

    @classmethod
    def of(cls, name: str) -> Self:
        """Return an object of which only the name is said."""
        return cls({"name": name})


class Tag(_Named):
    """A keyword of a dataset."""


class Group(_Named):
    """A group (a theme) that a dataset belongs to."""


class Organization(Part):
    """The organisation that a dataset belongs to."""

    @property
    def name(self) -> str | None:
        """Return its name, ``None`` if it is not said."""
        return self.optional("name")


class Extra(Part):
    """An additional field of a dataset."""

    @classmethod
    def of(cls, key: str, value: Json) -> Self:
        """Return an additional field."""
        return cls({"key": key, "value": value})

    @property
    def key(self) -> str:
        """Return its name."""
        return self.needed("key")

    @property
    def value(self) -> str:
        """Return its text."""
        return self.needed("value")


class Resource(_Named):
    """A file of a dataset, or a link to one elsewhere."""

    @property
    def id(self) -> str | None:
        """Return CKAN's id; ``None`` before CKAN has assigned one."""
        return self.optional("id")

    @property
    def url(self) -> str | None:
        """Return the address of the file."""
        return self.optional("url")

    @property
    def hash(self) -> str | None:
        """Return the checksum of the file; ``None`` if unknown, empty from some servers."""
        return self.optional("hash")

    @property
    def format(self) -> str:
        """Return the format of the file, such as ``CSV``."""
        return self.text("format")

    @property
    def size(self) -> Json:
        """Return the size of the file in bytes: a number or, from some servers, a text."""
        return self.fields.get("size")

    @property
    def is_upload(self) -> bool:
        """Return whether the file is on the portal itself, not a link to another server."""
        return self.fields.get("url_type") == _UPLOAD


@dataclass(frozen=True)
class Package(Part):
    """A dataset: its own fields, and its lists of keywords, groups, additional fields and files.

    ``fields`` has every key in CKAN's order; that of a list only holds the list's place.
    """

    tags: tuple[Tag, ...] = ()
    groups: tuple[Group, ...] = ()
    extras: tuple[Extra, ...] = ()
    resources: tuple[Resource, ...] = ()

    @classmethod
    def from_ckan(cls, raw: Json) -> Self:
        """Read the answer of ``package_show``; a list may be missing or null.

        Raises:
            TypeError: If the value is not an object, or one of its lists does not hold objects.

        >>> Package.from_ckan({"tags": [{"name": "防災"}], "name": "aed"}).to_ckan()
        {'tags': [{'name': '防災'}], 'name': 'aed'}
        """
        fields = object_of(raw)
        return cls(
            {key: [] if key in _LISTS and value else value for key, value in fields.items()},
            tags=_parts(Tag, fields, "tags"),
            groups=_parts(Group, fields, "groups"),
            extras=_parts(Extra, fields, "extras"),
            resources=_parts(Resource, fields, "resources"),
        )

    def to_ckan(self) -> JsonObject:
        """Return the dataset for CKAN's API: every field as it came, in its order."""
        lists = {"tags": self.tags, "groups": self.groups, "extras": self.extras, "resources": self.resources}
        filled = {kind: [part.to_ckan() for part in parts] for kind, parts in lists.items() if parts}
        return {**self.fields, **filled}

    @property
    def name(self) -> str:
        """Return the dataset's name on the portal.

        Raises:
            KeyError: If CKAN gave none.
        """
        return self.needed("name")

    @property
    def id(self) -> str | None:
        """Return CKAN's id; ``None`` before CKAN has assigned one."""
        return self.optional("id")

    @property
    def modified(self) -> str | None:
        """Return the time of the last change as CKAN writes it."""
        return self.optional("metadata_modified")

    @property
    def title(self) -> str:
        """Return the dataset's title."""
        return self.text("title")

    @property
    def license_id(self) -> str:
        """Return the id of the dataset's licence."""
        return self.text("license_id")

    @property
    def organization(self) -> Organization:
        """Return the organisation of the dataset; an empty one if CKAN gives none.

        Raises:
            TypeError: If it is given as anything but an object.
        """
        return Organization.from_ckan(self.fields.get("organization") or {})

    @cached_property
    def resources_by_id(self) -> Mapping[str, Resource]:
        """Return the files with an id of CKAN's, by that id."""
        return {part.id: part for part in self.resources if part.id}

    def named(self, kind: str) -> tuple[Tag | Group, ...]:
        """Return the keywords (``tags``) or the ``groups``.

        Raises:
            KeyError: If the kind is another.
        """
        lists: dict[str, tuple[Tag | Group, ...]] = {"tags": self.tags, "groups": self.groups}
        return lists[kind]

    def resource(self, name: str) -> Resource | None:
        """Return the first file with a name; ``None`` if no file has it."""
        return next((part for part in self.resources if part.name == name), None)

    def identified(self, key: str) -> Resource | None:
        """Return the file of an id, else the first one of that name; ``None`` if neither exists."""
        return self.resources_by_id.get(key) or self.resource(key)


_Form = TypeVar("_Form", bound=Part)


def _parts(form: type[_Form], fields: Mapping[str, Json], key: str) -> tuple[_Form, ...]:
    """Return the objects of a list that may be missing or null."""
    return tuple(map(form.from_ckan, list_of(fields.get(key) or ())))
