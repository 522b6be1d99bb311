"""The types of the values in ``datapackage.json``, checked before a release is used, since the file can be edited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import msgspec

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.releasenames import DESCRIPTOR

__all__ = ["refuse_other_types"]

_Texts = list[str]


class _Grid(TypedDict):
    name: str
    version: str


class _Step(TypedDict):
    operation: str
    grid: _Grid | None


class _Coordinates(TypedDict):
    source: str
    target: str
    steps: list[_Step]
    expected_error_m: float
    approximate: bool


class _Field(TypedDict):
    name: str
    type: NotRequired[str]


class _Schema(TypedDict):
    fields: list[_Field]


# `field` is null where a finding is about the whole table, `reason` where the recipe does not approve the finding.
class _Personal(TypedDict):
    code: str
    field: str | None
    reason: str | None
    count: NotRequired[int]


# Only the fields that a recipe must have are required here: the others were added by later versions, or are optional.
class _Metadata(TypedDict):
    description: NotRequired[str | None]
    department: str
    frequency: str
    keywords: _Texts
    groups: NotRequired[_Texts | None]
    documents: NotRequired[_Texts | None]
    issued: NotRequired[str | None]
    modified: NotRequired[str | None]
    landing_page: NotRequired[str | None]
    spatial: NotRequired[str | None]
    temporal: NotRequired[str | None]
    provenance: NotRequired[str | None]
    language: NotRequired[str | None]
    subtitle: NotRequired[str | None]
    universal_menu: NotRequired[str | None]
    version: NotRequired[str | None]
    remarks: NotRequired[str | None]
    contact: NotRequired[dict[str, str | None] | None]


class _Facts(TypedDict):
    bbox: NotRequired[tuple[float, float, float, float] | None]
    temporal: NotRequired[str | None]
    modified: NotRequired[str | None]


class _Series(TypedDict):
    pattern: str
    without: _Texts


class _MadeOf(TypedDict):
    files: dict[str, str]
    series: NotRequired[_Series | None]


class _Places(TypedDict):
    code: str | None
    moved: bool
    parts: _Texts
    made_from: dict[str, str]


# In functional form, since `mo:rows` and the like are no Python names. Properties that a version added later are
# NotRequired: releases of earlier versions stay readable.
_File = TypedDict(
    "_File",
    {
        "name": NotRequired[str],
        "title": str,
        "path": str,
        "format": str,
        "bytes": int,
        "hash": str,
        "encoding": NotRequired[str | None],
        "schema": NotRequired[_Schema | None],
        "mo:period": NotRequired[str | None],
        "mo:temporal": NotRequired[str | None],
        "mo:rows": NotRequired[int | None],
    },
)
_Release = TypedDict(
    "_Release",
    {
        "name": str,
        "title": str,
        "description": NotRequired[str],
        "keywords": NotRequired[_Texts],
        "homepage": NotRequired[str | None],
        "licenses": NotRequired[list[dict[str, str]]],
        "contributors": NotRequired[list[dict[str, str]]],
        "mo:slug": NotRequired[str],
        "mo:standard": str | None,
        "mo:key": _Texts,
        "mo:metadata": _Metadata,
        "mo:rows": int,
        "mo:facts": NotRequired[_Facts | None],
        "mo:made_of": NotRequired[_MadeOf],
        "mo:made_from": NotRequired[dict[str, str]],
        "mo:places": NotRequired[_Places | None],
        "mo:personal": NotRequired[list[_Personal]],
        "mo:coordinates": NotRequired[list[_Coordinates]],
        "resources": list[_File],
    },
)


def refuse_other_types(content: Mapping[str, Any], slug: str) -> None:
    """Refuse a descriptor in which a value has another type than the program writes.

    Raises:
        MeguroOpendataError: ``release-damaged`` with the dataset and the place in its ``datapackage.json``.
    """
    try:
        msgspec.convert(content, _Release)
    except msgspec.ValidationError as error:
        # msgspec ends its message with the JSON path: "… - at `$.mo:rows`". Only the path is shown, in any language.
        place = str(error).partition(" - at `$.")[2].removesuffix("`")
        raise MeguroOpendataError("release-damaged", slug=slug, file=f"{DESCRIPTOR} {place}".strip()) from None
