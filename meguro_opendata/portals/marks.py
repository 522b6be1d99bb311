"""The marks by which a dataset on a portal is known again: whose it is, and what was published last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["BYTES", "CHECKSUM", "DATASET", "DATASTORE", "RELEASE", "extras_of", "marked", "unmarked"]

# Keys of a package's extras; a CKAN shows them on the dataset's page, so they say whose they are.
DATASET = "公開ツールの管理番号"
RELEASE = "公開ツールの照合値"
# As earlier versions wrote them; they are read, and replaced when the dataset is written next.
_EARLIER = {"mo_dataset": DATASET, "mo_release": RELEASE}

# Fields of a resource that nothing on the server rewrites (XLoader rewrites "hash"); BYTES is at every file of ours.
CHECKSUM = "sha256"
BYTES = "mo_bytes"
DATASTORE = "mo_datastore"


def extras_of(package: Mapping[str, Any]) -> dict[str, str]:
    """The additional fields of a package by their key, our marks under their present ones.

    >>> extras_of({"extras": [{"key": "spatial", "value": "目黒区"}]})
    {'spatial': '目黒区'}
    """
    return {_EARLIER.get(extra["key"], extra["key"]): extra["value"] for extra in package.get("extras") or []}


def marked(package: Mapping[str, Any], dataset: str, release: str) -> dict[str, Any]:
    """The package with both marks among its additional fields, in the order of their keys."""
    extras = {**extras_of(package), DATASET: dataset, RELEASE: release}
    return {**package, "extras": [{"key": key, "value": extras[key]} for key in sorted(extras)]}


def unmarked(package: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """The package without some of its additional fields."""
    return {**package, "extras": [extra for extra in package.get("extras") or [] if extra["key"] not in keys]}
