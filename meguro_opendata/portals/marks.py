"""The marks by which a dataset on a portal is known again: whose it is, and what was published last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from meguro_opendata.catalog.package import Extra, Package, Resource

__all__ = [
    "BYTES",
    "CHECKSUM",
    "DATASET",
    "DATASTORE",
    "OURS",
    "RELEASE",
    "STORED_HASH",
    "extras_of",
    "is_of_others",
    "is_ours",
    "marked",
    "sorted_extras",
    "unmarked",
]

# Keys of a package's extras; a CKAN shows them on the dataset's page, so they say whose they are.
DATASET = "公開ツールの管理番号"
RELEASE = "公開ツールの照合値"
# As earlier versions wrote them; they are read, and replaced when the dataset is written next.
_EARLIER = {"mo_dataset": DATASET, "mo_release": RELEASE}

# Fields of a resource that nothing on the server rewrites (XLoader rewrites "hash"); BYTES is at every file of ours.
CHECKSUM = "sha256"
BYTES = "mo_bytes"
DATASTORE = "mo_datastore"
# What is noted of a file that came from a CKAN: whether it is one of ours. It is never sent.
OURS = "ours"
# The text that a CKAN keeps as a file's "hash": anyone can write it, so that it proves nothing. It is never sent.
STORED_HASH = "stored_hash"


def extras_of(package: Package | None) -> dict[str, str]:
    """Return the additional fields of a package by their key, our marks under their present ones.

    >>> extras_of(Package({"name": "aed"}, extras=(Extra.of("spatial", "目黒区"),)))
    {'spatial': '目黒区'}
    """
    return {_EARLIER.get(extra.key, extra.key): extra.value for extra in package.extras} if package else {}


def is_ours(part: Resource) -> bool:
    """Return whether a file from a CKAN is known to be one of ours; never where that is not noted."""
    return part.fields.get(OURS) is True


def is_of_others(part: Resource) -> bool:
    """Return whether a file from a CKAN is known to be somebody else's; never where that is not noted."""
    return part.fields.get(OURS) is False


def sorted_extras(texts: Mapping[str, str]) -> tuple[Extra, ...]:
    """Return additional fields in the order of their keys, in which all of ours are written."""
    return tuple(Extra.of(key, texts[key]) for key in sorted(texts))


def marked(package: Package, dataset: str, release: str) -> Package:
    """Return the package with both marks among its additional fields."""
    return replace(package, extras=sorted_extras({**extras_of(package), DATASET: dataset, RELEASE: release}))


def unmarked(package: Package, *keys: str) -> Package:
    """Return the package without some of its additional fields."""
    return replace(package, extras=tuple(extra for extra in package.extras if extra.key not in keys))
