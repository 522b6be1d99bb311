"""A whole catalogue as a file: DCAT, CKAN or the national list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from meguro_opendata.catalog.entry import CatalogEntry
from meguro_opendata.catalog.forms.ckan import to_ckan
from meguro_opendata.catalog.forms.dcat import dcat_text
from meguro_opendata.catalog.package import Package
from meguro_opendata.workspace.city import City

__all__ = ["Form", "catalog_bytes"]

Form = Literal["dcat", "ckan", "open_data_list"]


def catalog_bytes(
    entries: Sequence[CatalogEntry], city: City, form: Form, packages: Sequence[Package | None] = ()
) -> bytes:
    """Return the datasets as JSON-LD (DCAT), as JSON Lines of CKAN's packages, or as the national list in CSV.

    Args:
        entries: The datasets.
        city: The publisher.
        form: The form.
        packages: The CKAN package from which each dataset was made, or ``None``. The CKAN form writes it unchanged,
            with ids, groups, dates and other fields that our own form lacks.
    """
    if form == "dcat":
        return b"".join(piece.encode("utf-8") for piece in dcat_text(entries, city))
    if form == "open_data_list":
        # Here, not above: the list is a table, for which polars is needed.
        from meguro_opendata.catalog.forms.openlist import list_csv

        return list_csv(entries, city)
    originals = packages or [None] * len(entries)
    made = (package or to_ckan(entry, city) for entry, package in zip(entries, originals, strict=True))
    lines = (json.dumps(package.to_ckan(), ensure_ascii=False) + "\n" for package in made)
    return "".join(lines).encode("utf-8")
