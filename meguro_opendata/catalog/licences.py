"""``Licence``: a licence, found by any of the spellings of its id that portals use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from meguro_opendata.packaged import packaged_toml

__all__ = ["Licence", "find_licence"]


@dataclass(frozen=True)
class Licence:
    """One licence.

    Attributes:
        id: The id that this program writes.
        name: The name for readers.
        url: The page for readers.
        iri: The IRI for RDF.
        title: The title in CKAN's own list of licences.
        also: Other spellings, ids of portals, and parts of addresses.
        open: Whether all users may use, change and pass on the data, also commercially.
        crawler: Whether BODIK's crawler takes data under it.
    """

    id: str
    name: str
    url: str
    iri: str
    title: str
    also: tuple[str, ...]
    open: bool
    crawler: bool


@lru_cache(maxsize=4096)
def find_licence(licence_id: str, url: str = "") -> Licence | None:
    """Return the licence of an id or, if the id is unknown, of an address; ``None`` if both are unknown.

    >>> [found.id for name in ("cc-by-40-intl", "CC-BY-4.0", "cc-zero") if (found := find_licence(name))]
    ['CC-BY-4.0', 'CC-BY-4.0', 'CC0-1.0']
    >>> find_licence("other", "https://creativecommons.org/licenses/by/4.0/").name, find_licence("notspecified")
    ('CC BY 4.0', None)
    """
    written = licence_id.strip().lower()
    known = next((one for one in _licences() if written in _spellings(one)), None)
    return known or next((one for one in _licences() if any(_is_address_of(part, url) for part in one.also)), None)


def _spellings(licence: Licence) -> list[str]:
    return [text.lower() for text in (licence.id, licence.name, *licence.also)]


def _is_address_of(part: str, url: str) -> bool:
    return "/" in part and part in url


@cache
def _licences() -> tuple[Licence, ...]:
    loaded = packaged_toml(__package__, "licences.toml")
    return tuple(Licence(**{**one, "also": tuple(one["also"])}) for one in loaded["licence"])
