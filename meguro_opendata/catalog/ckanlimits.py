"""CKAN's limits for names, tags, texts and files, and keywords adapted to them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from meguro_opendata.packaged import packaged_toml

__all__ = [
    "CkanLimits",
    "ExtraLimits",
    "FileLimits",
    "NameLimits",
    "TagLimits",
    "ckan_limits",
    "is_sendable_name",
    "sendable_tag",
    "sendable_tags",
    "strings_of",
]


@dataclass(frozen=True)
class NameLimits:
    """Limits for names of datasets and groups: their form, and words that CKAN reserves."""

    pattern: str
    reserved: Collection[str]


@dataclass(frozen=True)
class TagLimits:
    """Limits for tags: their lengths, refused characters and the replacements of these."""

    shortest: int
    longest: int
    refused: str
    instead: Mapping[str, str]


@dataclass(frozen=True)
class ExtraLimits:
    """Limits for additional fields: the longest value, and the keys that CKAN uses itself."""

    longest_bytes: int
    core: Collection[str]


@dataclass(frozen=True)
class FileLimits:
    """The patterns of a file's name and of an address."""

    name: str
    address: str


@dataclass(frozen=True)
class CkanLimits:
    """All limits of CKAN (``ckanlimits.toml``)."""

    name: NameLimits
    tag: TagLimits
    extra: ExtraLimits
    file: FileLimits
    refused_signs: str
    licenses: Collection[str]


@cache
def ckan_limits() -> CkanLimits:
    """Return the limits of CKAN."""
    loaded = packaged_toml(__package__, "ckanlimits.toml")
    return CkanLimits(
        name=NameLimits(**loaded["name"]),
        tag=TagLimits(**loaded["tag"]),
        extra=ExtraLimits(**loaded["extra"]),
        file=FileLimits(**loaded["file"]),
        refused_signs=loaded["text"]["refused"],
        licenses=loaded["licence"]["known"],
    )


def is_sendable_name(name: str) -> bool:
    """Return whether CKAN accepts a name of a dataset or group.

    >>> is_sendable_name("131105_aed"), is_sendable_name("a"), is_sendable_name("防災"), is_sendable_name("search")
    (True, False, False, False)
    """
    rules = ckan_limits().name
    return re.fullmatch(rules.pattern, name) is not None and name not in rules.reserved


def sendable_tag(keyword: str) -> str:
    """Return a keyword as a tag that CKAN accepts; empty if no such tag exists.

    >>> sendable_tag("子育て・教育"), sendable_tag("㈱目黒（本店）"), sendable_tag("水"), sendable_tag("  公園 ")
    ('子育て 教育', '株式会社目黒 本店', '', '公園')
    """
    rules = ckan_limits().tag
    text = unicodedata.normalize("NFC", keyword)
    text = re.sub(rules.refused, lambda sign: rules.instead.get(sign[0], " "), text)
    fitted = " ".join(text.split())
    return fitted if rules.shortest <= len(fitted) <= rules.longest else ""


def sendable_tags(keywords: Iterable[str]) -> list[str]:
    """Return the tags of some keywords as CKAN accepts them, each once, in their order.

    >>> sendable_tags(["防災", "水", "防災", "子育て・教育"])
    ['防災', '子育て 教育']
    """
    return list(dict.fromkeys(tag for keyword in keywords if (tag := sendable_tag(keyword))))


def strings_of(text: str) -> list[str]:
    """Return the texts of a JSON list in an extra; any other text is returned as the only element.

    >>> strings_of('["水", "公園"]'), strings_of("公園"), strings_of("")
    (['水', '公園'], ['公園'], [])
    """
    try:
        loaded = json.loads(text) if text else []
    except (ValueError, RecursionError):
        loaded = text
    return list(map(str, loaded)) if isinstance(loaded, list) else [text]
