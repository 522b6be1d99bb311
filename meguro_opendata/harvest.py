"""Other catalogues → our catalogue form: a saved CKAN ``package_show`` dump (JSON Lines)."""

from __future__ import annotations

import json
from pathlib import Path

from meguro_opendata.catalog import CatalogEntry, from_ckan
from meguro_opendata.errors import SourceError

__all__ = ["read_dump"]


def read_dump(path: Path) -> list[CatalogEntry]:
    """The datasets of a dump, one ``package_show`` result a line, in its order.

    Raises:
        SourceError: If the file is missing or empty, or a line is no CKAN package.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SourceError("file-missing", file=path) from None
    entries = [_package(path, number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not entries:
        raise SourceError("file-empty", file=path)
    return entries


def _package(path: Path, number: int, line: str) -> CatalogEntry:
    try:
        package = json.loads(line)
        return from_ckan(package.get("result", package))
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise SourceError("catalog-line-broken", file=path, line=number) from None
