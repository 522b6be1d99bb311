"""Addresses: their spellings, the place with which they begin, and their parts in the standard's spelling."""

from meguro_opendata.japan.addresses.parse import Address, TownsOf, parse_address, split_town
from meguro_opendata.japan.addresses.towns import Town, Towns, town_of_name

__all__ = ["Address", "Town", "Towns", "TownsOf", "parse_address", "split_town", "town_of_name"]
