"""The ``crs`` member of older GeoJSON: what GDAL passes over without a word when it does not understand it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["named_system"]

_PART = 1 << 16
_MEMBER = re.compile(r'"crs"\s*:\s*')
_FEATURES = re.compile(r'"(?:features|geometry|coordinates|geometries)"\s*:')


def named_system(path: Path) -> str | None:
    """Return the system that a GeoJSON file names; ``""`` if it names one in no known way, ``None`` if it names none.

    The member stands before the features or after them; what lies among these is somebody's attribute.
    """
    for text in _ends(path):
        for found in _MEMBER.finditer(text):
            try:
                value, _ = json.JSONDecoder().raw_decode(text, found.end())
            except (ValueError, RecursionError):
                continue
            return _name_of(value)
    return None


def _ends(path: Path) -> Iterator[str]:
    """Yield the text before the features and the text after them."""
    with path.open("rb") as file:
        head = file.read(_PART).decode("utf-8", errors="replace")
        file.seek(max(0, path.stat().st_size - _PART))
        tail = file.read().decode("utf-8", errors="replace")
    yield _FEATURES.split(head, maxsplit=1)[0]
    yield tail.rpartition("]")[2]


def _name_of(value: object) -> str:
    """Return the name of the system in a ``crs`` member.

    >>> _name_of({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6668"}})
    'urn:ogc:def:crs:EPSG::6668'
    >>> _name_of({"type": "EPSG", "properties": {"code": 4301}}), _name_of({"properties": {"href": "x"}})
    ('EPSG:4301', '')
    """
    if isinstance(value, str):
        return value
    held = value.get("properties") if isinstance(value, dict) else None
    known = held if isinstance(held, dict) else {}
    if "code" in known:
        return f"EPSG:{known['code']}"
    return str(known.get("name") or "")
