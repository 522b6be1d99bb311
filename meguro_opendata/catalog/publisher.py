"""``Publisher``: the publisher of a dataset: the workspace's city, another municipality or a portal's organisation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from meguro_opendata.catalog.entry import CatalogEntry
from meguro_opendata.errors import UnknownMunicipalityError
from meguro_opendata.japan.municipalities import municipality
from meguro_opendata.workspace.city import City

__all__ = ["Publisher", "publisher_of"]


@dataclass(frozen=True)
class Publisher:
    """The municipality's code, empty if unknown, and full name of a publisher."""

    code: str
    full_name: str


def publisher_of(entry: CatalogEntry, city: City) -> Publisher:
    """Return the publisher of a dataset by the name of the portal's organisation; without one, the city.

    Args:
        entry: The dataset; ``publisher_id`` is such as ``131105`` (BODIK) or ``t131105`` (Tokyo).
        city: The workspace's city.
    """
    if entry.publisher_id is None:
        return Publisher(city.code, city.full_name)
    # BODIK names an organisation 131105, Tokyo t131105.
    digits = re.search("[0-9]{6}", entry.publisher_id)
    if digits is not None and digits[0] == city.code:
        return Publisher(city.code, city.full_name)
    known = _municipality_of(digits[0]) if digits is not None else None
    return known or Publisher("", entry.publisher or entry.publisher_id)


# For an unknown code the nearest known ones are searched, which takes 30 ms; a large catalogue has tens of thousands of
# files but few organisations.
@lru_cache(maxsize=4096)
def _municipality_of(code: str) -> Publisher | None:
    try:
        found = municipality(code)
    except UnknownMunicipalityError:
        return None
    return Publisher(found.code, found.full_name)
