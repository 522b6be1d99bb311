"""Saved catalogues → our catalogue form: JSON Lines of CKAN packages or of our own form, or DCAT as JSON-LD."""

from __future__ import annotations

from pathlib import Path

from meguro_opendata.catalog import CatalogEntry, Package, from_ckan, from_dcat, read_lines, read_originals
from meguro_opendata.catalog.harvest.harvested import Harvest
from meguro_opendata.files.jsontext import parsed_json
from meguro_opendata.files.whole import plain_text

__all__ = ["harvest_file", "read_dump"]

_DCAT_ENDINGS = (".jsonld", ".json")


def harvest_file(path: Path) -> Harvest:
    """Return the datasets of a saved catalogue; a file that ends in ``.jsonld`` or ``.json`` is DCAT.

    Raises:
        SourceError: If the file is missing, empty or no catalogue.
    """
    read = _dcat(path) if path.suffix.lower() in _DCAT_ENDINGS else read_originals(path)
    entries, packages = tuple(entry for entry, _ in read), tuple(package for _, package in read)
    return Harvest(str(path), entries, len(entries), packages=packages)


def _dcat(path: Path) -> list[tuple[CatalogEntry, Package | None]]:
    return [(entry, None) for entry in from_dcat(plain_text(path), str(path))]


def read_dump(path: Path) -> list[CatalogEntry]:
    """Return the datasets of a dump, one ``package_show`` result a line, in its order.

    Raises:
        SourceError: If the file is missing, empty or no text, or a line is no CKAN package.
    """
    return read_lines(path, _package)


def _package(line: str) -> CatalogEntry:
    package = parsed_json(line)
    return from_ckan(Package.from_ckan(package.get("result", package)))
