"""One part of each address in a column, for ``split: {address: …}``; only of addresses that are wholly understood."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from meguro_opendata.geo.places.geocoding import Geocoder
from meguro_opendata.japan.addresses.places import find_place
from meguro_opendata.japan.addresses.spelling import plain_address
from meguro_opendata.japan.municipalities import Municipality, home_of
from meguro_opendata.mapping.address import split_address
from meguro_opendata.workspace.city import City

__all__ = ["address_parts"]


def address_parts(values: pl.Series, part: str, city: City | None, *, with_building: bool) -> pl.Series:
    """Return one part of each address, ``None`` where the address cannot be split with certainty.

    A gazetteer of the city separates town and number exactly, and knows the town's ID. Without a gazetteer the form of
    the address decides.

    Args:
        values: Addresses.
        part: ``prefecture``, ``city``, ``town``, ``town_id``, ``lot`` or ``building``.
        city: The city of the addresses; an address in another municipality has no part.
        with_building: Whether another field takes the building; otherwise an address with a building is not split, as
            the building would be lost.
    """
    home = home_of(city.code) if city is not None else None
    finder = Geocoder(home)
    if home is not None and finder.towns(home.code) is not None:
        split = _by_gazetteer(finder, home, part, with_building=with_building)
    else:
        split = _by_form(city, part)
    # Once for each distinct value: many rows of a list share an address.
    known = {value: split(value) for value in values.unique().to_list()}
    return values.replace_strict(known, return_dtype=pl.String, default=None)


def _by_gazetteer(
    finder: Geocoder, home: Municipality, part: str, *, with_building: bool
) -> Callable[[str], str | None]:
    def split(text: str) -> str | None:
        found = finder.find(text).address
        certain = not found.problem and found.level in ("lot", "town") and found.code == home.code
        if not certain or found.note or (found.building and not with_building):
            return None
        return str(getattr(found, part))

    return split


def _by_form(city: City | None, part: str) -> Callable[[str], str | None]:
    prefecture, name = (city.prefecture, city.name) if city is not None else ("", "")

    def split(text: str) -> str | None:
        found = split_address(text, prefecture, name)
        if found is None or part not in _FORM_PARTS:
            return None
        # Without a number and a municipality any words look like a town (目黒駅前): form alone cannot decide.
        if not any(sign.isdigit() for sign in text) and find_place(plain_address(text)).municipality is None:
            return None
        return str(getattr(found, part, ""))

    return split


_FORM_PARTS = ("prefecture", "city", "town", "lot", "building")
