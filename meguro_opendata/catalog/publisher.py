"""``Publisher``: who publishes a dataset: the workspace's city, another municipality, or whom a portal names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from meguro_opendata.catalog.entry import CatalogEntry
from meguro_opendata.errors import UnknownMunicipalityError
from meguro_opendata.japan.municipalities import municipality
from meguro_opendata.workspace.city import City

__all__ = ["Publisher", "publisher_of"]


@dataclass(frozen=True)
class Publisher:
    """A municipality's code, which may be unknown and is then empty, and its full name."""

    code: str
    full_name: str


def publisher_of(entry: CatalogEntry, city: City) -> Publisher:
    """Who publishes a dataset, from the name of the portal's organisation; without one, the city.

    Args:
        entry: The dataset; ``publisher_id`` is such as ``131105`` (BODIK) or ``t131105`` (Tokyo).
        city: The workspace's city.
    """
    if entry.publisher_id is None:
        return Publisher(city.code, city.full_name)
    digits = re.search("[0-9]{6}", entry.publisher_id)
    if digits is not None and digits[0] == city.code:
        return Publisher(city.code, city.full_name)
    try:
        found = municipality(digits[0] if digits else "")
    except UnknownMunicipalityError:
        return Publisher("", entry.publisher or entry.publisher_id)
    return Publisher(found.code, found.full_name)
