"""Other catalogues → our catalogue form: a saved CKAN ``package_show`` dump (JSON Lines)."""

from __future__ import annotations

import json
from pathlib import Path

from meguro_opendata.catalog import CatalogEntry, from_ckan, read_lines

__all__ = ["read_dump"]


def read_dump(path: Path) -> list[CatalogEntry]:
    """The datasets of a dump, one ``package_show`` result a line, in its order.

    Raises:
        SourceError: If the file is missing, empty or no text, or a line is no CKAN package.
    """
    return read_lines(path, _package)


def _package(line: str) -> CatalogEntry:
    package = json.loads(line)
    return from_ckan(package.get("result", package))
