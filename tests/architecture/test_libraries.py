"""Which room may use which library."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from imports import ROOT_PACKAGE, Module, project_modules, short

# Every outside library, with the rooms or modules that may name it; and two parts of Python's own library.
LIBRARIES: Mapping[str, Collection[str]] = {
    "ckanapi": ("portals.ckan",),
    "click": ("cli",),
    "frictionless": ("validation.engine",),
    "geopandas": ("geo.gis", "geo.places", "release", "pipeline"),  # in the last two as a type
    "http.client": ("catalog.harvest",),
    "ipadic": ("privacy",),
    "MeCab": ("privacy",),
    "jinja2": ("pages", "standard_schemas"),
    "jsonschema": ("validation.specification.jsonschemas",),
    "msgspec": ("geo.gis", "ledger", "kpi", "release", "sources.transfer"),
    "numpy": ("geo", "georeferencing", "sources", "validation.rules", "pipeline"),
    "polars": (
        "catalog", "cleaning", "files", "geo", "georeferencing", "inspection", "japan", "mapping", "maps", "pipeline",
        "privacy", "recipe", "release", "sources", "validation",
    ),
    "pydantic": ("files.declarations", "kpi", "recipe", "workspace"),
    "pyogrio": ("geo.gis", "geo.places"),
    "pyproj": ("geo.datum",),
    "python_calamine": ("sources.workbook",),
    "referencing": ("validation.specification.jsonschemas",),
    "requests": ("portals.ckan",),
    "requests_toolbelt": ("portals.ckan",),
    "rich": ("cli",),
    "shapely": ("geo.gis", "geo.places", "maps"),
    "sqlite3": ("geo.places",),
    "stamina": ("portals.ckan",),
    "xlsxwriter": ("files.tables", "authoring"),
    "yaml": ("authoring", "files.declarations", "standard", "standard_schemas"),
}  # fmt: skip


def library_faults(known: Iterable[Module]) -> Iterator[str]:
    """Imports of a library outside its room, or of one that has none."""
    for module in known:
        for name in module.imported:
            library = next((row for row in LIBRARIES if f"{name}.".startswith(f"{row}.")), name.partition(".")[0])
            if library == ROOT_PACKAGE or (library not in LIBRARIES and library in sys.stdlib_module_names):
                continue
            homes = LIBRARIES.get(library, ())
            if not any(f"{short(module.name)}.".startswith(f"{home}.") for home in homes):
                yield f"{short(module.name)} -> {library}"


def test_an_outside_library_is_named_in_its_room_only() -> None:
    """Every library has its room; a new one needs a row, and a reason in ``docs/dependencies.md``."""
    assert list(library_faults(project_modules().values())) == []


def test_every_row_of_the_libraries_is_used() -> None:
    """A library that is gone leaves the table."""
    named = [f"{name}." for module in project_modules().values() for name in module.imported]
    assert [library for library in LIBRARIES if not any(name.startswith(f"{library}.") for name in named)] == []


@pytest.mark.parametrize(
    ("name", "text", "faults"),
    [
        ("portals.ckan.client", "import requests.adapters", []),
        ("portals.ckans", "import requests", ["portals.ckans -> requests"]),
        ("portals.folder", "def f():\n    from requests import get", ["portals.folder -> requests"]),
        ("portals.folder", "import http, json", []),
        ("portals.folder", "from http.client import HTTPConnection", ["portals.folder -> http.client"]),
        ("portals.folder", "import pandas", ["portals.folder -> pandas"]),
    ],
)
def test_a_library_outside_its_room_is_found(name: str, text: str, faults: list[str]) -> None:
    """Also one that no row names, but nothing of Python's own that is free to all."""
    assert list(library_faults([Module(f"meguro_opendata.{name}", Path("x.py"), text)])) == faults
