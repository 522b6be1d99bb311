"""Proposals for fields without a column of their own: both coordinates in one cell, parts and wholes, city facts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from meguro_opendata.japan.addresses.places import find_place
from meguro_opendata.japan.addresses.spelling import plain_address
from meguro_opendata.mapping.proposal import Proposal
from meguro_opendata.mapping.valueforms import value_kinds_of
from meguro_opendata.recipe.words import MappingRule, Split
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import Standard
from meguro_opendata.standard.recognition.headernames import confidence, loose, mapping_words

__all__ = ["as_rules", "city_facts", "from_one_cell", "parts_and_whole"]

Found = Mapping[str, Proposal]
DerivedRule = Mapping[str, Any]


def from_one_cell(table: Table, standard: Standard, found: Found) -> Iterator[Proposal]:
    """Yield latitude and longitude from the only column whose cells contain both; sure if its header fits, too."""
    places = _open_places(standard, found)
    columns = [name for name in table.frame.columns if places and "place" in value_kinds_of(table.frame[name])]
    # Two such columns, as of an entrance and a building, are for a person to choose from.
    if len(columns) != 1:
        return
    words = mapping_words()["place"]
    label = table.labels[table.frame.columns.index(columns[0])]
    reason = "place" if loose(label) in map(loose, words["headers"]) else "values"
    for part, name in enumerate(places, start=1):
        made = MappingRule(column=columns[0], split=Split(pattern=words["pattern"], part=part))
        yield Proposal(name, (columns[0],), reason, confidence(reason), seen="place", made=made)


def _open_places(standard: Standard, found: Found) -> list[str]:
    """Return the standard's latitude and longitude; empty unless it has one of each and neither is surely filled."""
    places = {field.name: field.kind for field in standard.fields if field.kind in ("latitude", "longitude")}
    filled = any(name in found and found[name].sure for name in places)
    return [] if filled or list(places.values()) != ["latitude", "longitude"] else list(places)


def parts_and_whole(table: Table, standard: Standard, found: Found) -> Iterator[Proposal]:
    """Yield a whole that is joined from sure parts, or parts that are split from their whole and to be confirmed."""
    names = {field.name for field in standard.fields}
    for rule in mapping_words()["derived"]:
        if names.issuperset([rule["whole"], *rule["parts"]]):
            yield from _parts_of(rule, found) if rule["whole"] in found else _whole_of(rule, found)


def _whole_of(rule: DerivedRule, found: Found) -> Iterator[Proposal]:
    """Yield the whole, if each of its parts surely has a column."""
    if all(_is_sure_column(name, found) for name in rule["parts"]):
        columns = tuple(found[name].columns[0] for name in rule["parts"])
        yield Proposal(rule["whole"], columns, "joined", confidence("joined"), made=MappingRule(join=columns))


def _parts_of(rule: DerivedRule, found: Found) -> Iterator[Proposal]:
    """Yield the parts that have no column, if the whole surely has one."""
    if _is_sure_column(rule["whole"], found):
        column = found[rule["whole"]].columns[0]
        yield from (_address_part(name, column, rule) for name in rule["parts"] if name not in found)


def _is_sure_column(name: str, found: Found) -> bool:
    return name in found and found[name].sure and found[name].made is None


def _address_part(name: str, column: str, rule: DerivedRule) -> Proposal:
    made = MappingRule(column=column, split=Split.model_validate({"address": rule["parts"][name]}))
    return Proposal(name, (column,), "address-part", confidence("address-part"), made=made)


def as_rules(table: Table, found: Found) -> dict[str, Proposal]:
    """Return the proposals as rules of a recipe: an older version's address as a column, joined, or split.

    Fields that only a conversion can fill (町字ID and others) are left out.
    """
    return {name: ruled for name, proposal in found.items() if (ruled := _ruled(table, proposal, found)) is not None}


def _ruled(table: Table, proposal: Proposal, found: Found) -> Proposal | None:
    if proposal.reason != "old-address":
        return proposal
    column = proposal.columns[0]
    for rule in mapping_words()["derived"]:
        if proposal.field == rule["whole"]:
            made = MappingRule(column=column)
            above = found.get(mapping_words()["place"]["municipality"])
            if above is not None and len(above.columns) > 1 and not _are_whole(table, column):
                made = MappingRule(join=(*above.columns, column))
            return dataclasses.replace(proposal, columns=made.columns, made=made)
        if proposal.field in rule["parts"]:
            return _address_part(proposal.field, column, rule)
    return None


def _are_whole(table: Table, column: str) -> bool:
    """Return whether every address names its municipality; if not, a join adds it to those addresses only."""
    values = table.frame[column].unique().to_list()
    plain = [plain_address(value) for value in values if value.strip()]
    return bool(plain) and all(_names_municipality(text) for text in plain)


def _names_municipality(plain: str) -> bool:
    """Return whether an address begins with its prefecture and a municipality of it."""
    place = find_place(plain)
    return place.municipality is not None and plain.startswith(place.prefecture)


def city_facts(standard: Standard, found: Found) -> Iterator[Proposal]:
    """Yield facts of the city profile for fields without a proposal."""
    for degree, reason in (("sure", "city"), ("likely", "city-likely")):
        for name, fact in mapping_words()["city"][degree].items():
            if standard.field(name) is not None and name not in found:
                made = MappingRule.model_validate({"city": fact})
                yield Proposal(name, (), reason, confidence(reason), made=made)
