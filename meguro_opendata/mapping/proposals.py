"""Proposing a mapping: which column of a source is which item of a standard, with the reason and how sure that is."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from meguro_opendata.mapping.derivation import as_rules, city_facts, from_one_cell, parts_and_whole
from meguro_opendata.mapping.planecoordinates import in_metres
from meguro_opendata.mapping.proposal import SURE, Proposal
from meguro_opendata.mapping.valueforms import contradiction, telling_kinds, value_kinds_of
from meguro_opendata.recipe.words import MappingRule
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import Field, Standard
from meguro_opendata.standard.recognition.headernames import confidence, loose, meaning, named_item
from meguro_opendata.workspace.city import City

__all__ = ["SURE", "Proposal", "propose_mapping"]

_NAMELIKE = ("name", "address")


def propose_mapping(
    table: Table, standard: Standard, older: Standard | None = None, city: City | None = None
) -> list[Proposal]:
    """Return the best proposal for each item that has one, in the standard's order; each column serves one item only.

    Args:
        table: The source.
        standard: What its columns are to become.
        older: An older version of the same standard, if the header is that version's.
        city: Whose recipe it is for: its facts may fill items without a column, and all is in a recipe's words.
    """
    found = in_metres(_exchanged({proposal.field: proposal for proposal in _by_name(table, standard)}))
    if older is not None:
        found = _with_carried(found, list(_carried(table, older)))
    for more in (from_one_cell, _by_values, parts_and_whole):
        for proposal in more(table, standard, found):
            if proposal.field not in found or found[proposal.field].confidence < proposal.confidence:
                found[proposal.field] = proposal
    if city is not None:
        found = as_rules(table, found)
        for proposal in city_facts(standard, found):
            found[proposal.field] = proposal
    return [found[field.name] for field in standard.fields if field.name in found]


def _by_name(table: Table, standard: Standard) -> Iterator[Proposal]:
    """Yield one proposal for each item that headers name; if several name it equally well, none of them is sure."""
    claims: dict[str, list[Proposal]] = {}
    for column, label in zip(table.frame.columns, table.labels, strict=True):
        named = named_item(label, standard)
        if named is not None:
            judged = _judged(Proposal(named[0], (column,), named[1], confidence(named[1])), table, standard)
            claims.setdefault(named[0], []).append(judged)
    for proposals in claims.values():
        yield _one_under_a_wide_header(proposals, table, standard) or _best(proposals)


def _one_under_a_wide_header(proposals: Sequence[Proposal], table: Table, standard: Standard) -> Proposal | None:
    """Return columns side by side under the same header, joined, if what they hold together is of the item's kind."""
    field = standard.field(proposals[0].field)
    columns = [proposal.columns[0] for proposal in proposals]
    places = [table.frame.columns.index(column) for column in columns]
    alike = len({table.labels[place] for place in places}) == 1
    if len(columns) == 1 or field is None or not alike or places[-1] - places[0] != len(places) - 1:
        return None
    joined = table.frame.select(pl.concat_str([pl.col(name).str.strip_chars() for name in columns])).to_series()
    if field.kind not in value_kinds_of(joined):
        return None
    made = MappingRule(join=tuple(columns))
    return Proposal(field.name, tuple(columns), "wide-header", confidence("wide-header"), seen=field.kind, made=made)


def _exchanged(found: dict[str, Proposal]) -> dict[str, Proposal]:
    """Return the proposals; two columns whose values are each of the other's kind are proposed for the other's item."""
    other = {"latitude": "longitude", "longitude": "latitude"}
    wrong = {one.seen: one for one in found.values() if one.reason == "values-differ" and one.seen in other}
    if len(wrong) < len(other):
        return found
    tier = confidence("values-exchanged")
    swapped = [
        dataclasses.replace(one, columns=there.columns, seen=there.seen, reason="values-exchanged", confidence=tier)
        for one, there in itertools.permutations(wrong.values())
    ]
    return found | {proposal.field: proposal for proposal in swapped}


def _best(proposals: Sequence[Proposal]) -> Proposal:
    """Return the surest of an item's proposals; if another is as sure, both are shown and neither is sure.

    Among those that are to be confirmed anyway, one whose values alone are of the item's kind stands out.
    """
    ranked = sorted(proposals, key=lambda proposal: -proposal.confidence)
    equal = [proposal for proposal in ranked if proposal.confidence == ranked[0].confidence]
    fitting = [proposal for proposal in equal if proposal.seen is not None]
    if not ranked[0].sure and len(fitting) == 1:
        return fitting[0]
    others = tuple(proposal.columns[0] for proposal in equal[1:])
    if not others:
        return ranked[0]
    lowered = min(ranked[0].confidence, confidence("several"))
    return dataclasses.replace(ranked[0], reason="several", confidence=lowered, others=others)


def _judged(proposal: Proposal, table: Table, standard: Standard) -> Proposal:
    """Return the proposal, lowered if the column's values are of another kind than the item."""
    field = standard.field(proposal.field)
    if field is None:
        return proposal
    values = table.frame[proposal.columns[0]]
    other = contradiction(_kind(field), values)
    if other is None:
        return dataclasses.replace(proposal, seen=field.kind) if field.kind in value_kinds_of(values) else proposal
    return dataclasses.replace(proposal, reason="values-differ", confidence=confidence("values-differ"), seen=other)


def _kind(field: Field) -> str:
    """Return the item's kind of value; that of a name or an address in plain text is ``name``."""
    return "name" if field.kind == "text" and meaning(field.name) in _NAMELIKE else field.kind


def _by_values(table: Table, standard: Standard, found: Mapping[str, Proposal]) -> Iterator[Proposal]:
    """Yield items without a sure column, if they alone are of a kind and one free column alone holds such values."""
    taken = {column for proposal in found.values() if proposal.sure for column in proposal.columns}
    for field in _alone_of_their_kind(standard):
        if field.name in found:
            continue
        columns = [name for name in table.frame.columns if name not in taken]
        alike = [name for name in columns if field.kind in value_kinds_of(table.frame[name])]
        if len(alike) == 1:
            taken.add(alike[0])
            yield Proposal(field.name, (alike[0],), "values", confidence("values"), seen=field.kind)


def _alone_of_their_kind(standard: Standard) -> list[Field]:
    """Return the items whose kind of value no other item has, and which values alone can tell."""
    count = Counter(field.kind for field in standard.fields)
    return [field for field in standard.fields if count[field.kind] == 1 and field.kind in telling_kinds()]


def _with_carried(found: Mapping[str, Proposal], carried: Iterable[Proposal]) -> dict[str, Proposal]:
    """Return the proposals, those by the older version's table of changes in place of others for the same columns."""
    chosen = dict(found)
    for proposal in carried:
        before = chosen.get(proposal.field)
        if before is not None and before.reason == "values-exchanged":
            continue
        if before is None or before.confidence < SURE or set(before.columns) <= set(proposal.columns):
            chosen[proposal.field] = proposal
    return chosen


def _carried(table: Table, older: Standard) -> Iterator[Proposal]:
    """What the older version's items become, by the standard's own table of changes."""
    here = {loose(label): column for column, label in zip(table.frame.columns, table.labels, strict=True) if label}
    by_target: dict[str, list[tuple[str, str]]] = {}
    for item in (older.schema or {}).get("mo:carry", ()):
        column = here.get(loose(item["from"]))
        for target in item["to"] if column else ():
            by_target.setdefault(target, []).append((str(column), item["how"]))
    for target, sources in by_target.items():
        reason = _carry_reason([how for _, how in sources])
        yield Proposal(target, tuple(column for column, _ in sources), reason, confidence(reason))


def _carry_reason(ways: Sequence[str]) -> str:
    names: Mapping[str, str] = {
        "copy": "old-name",
        "join": "old-join",
        "address": "old-address",
        "features": "old-features",
    }
    return names.get(ways[0], "old-unsure")
