"""The marks that identify a dataset of ours on a portal: its owner, and a digest of the last publication."""

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
# Names that earlier versions wrote. They are read, and replaced when the dataset is next written: a read that changed
# nothing else must not become a write.
_EARLIER = {"mo_dataset": DATASET, "mo_release": RELEASE}

# Fields of a resource that nothing on the server rewrites (XLoader rewrites "hash"); BYTES is at every file of ours.
CHECKSUM = "sha256"
BYTES = "mo_bytes"
DATASTORE = "mo_datastore"
# Set on a file read from a CKAN: whether it is one of ours. This field is never sent.
OURS = "ours"
# The text that a CKAN keeps as a file's "hash". Any editor can write it, so it proves nothing; it is never sent.
STORED_HASH = "stored_hash"


def extras_of(package: Package | None) -> dict[str, str]:
    """Return the additional fields of a package by their keys, our marks under their present keys.

    >>> extras_of(Package({"name": "aed"}, extras=(Extra.of("spatial", "目黒区"),)))
    {'spatial': '目黒区'}
    """
    return {_EARLIER.get(extra.key, extra.key): extra.value for extra in package.extras} if package else {}


def is_ours(part: Resource) -> bool:
    """Return whether a file read from a CKAN is known to be ours; a file without that note is not."""
    return part.fields.get(OURS) is True


def is_of_others(part: Resource) -> bool:
    """Return whether a file read from a CKAN is known to be another editor's; a file without that note is not."""
    return part.fields.get(OURS) is False


def sorted_extras(texts: Mapping[str, str]) -> tuple[Extra, ...]:
    """Return additional fields sorted by key, so that equal fields are always sent as equal JSON."""
    return tuple(Extra.of(key, texts[key]) for key in sorted(texts))


def marked(package: Package, dataset: str, release: str) -> Package:
    """Return the package with both marks among its additional fields."""
    return replace(package, extras=sorted_extras({**extras_of(package), DATASET: dataset, RELEASE: release}))


def unmarked(package: Package, *keys: str) -> Package:
    """Return the package without the additional fields of the given keys."""
    return replace(package, extras=tuple(extra for extra in package.extras if extra.key not in keys))
