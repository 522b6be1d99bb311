"""Proposals for a mapping: the source column of each field of a standard, with reason and confidence."""

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
    """Return the best proposal for each field that has one, in the standard's order; a column serves one field only.

    Args:
        table: The source.
        standard: The standard of the published table.
        older: An older version of the same standard, if the source has that version's header.
        city: The city, if the proposals are for a recipe. Its facts can fill fields without a column, and every
            proposal then has a recipe's rule.
    """
    found = in_metres(_exchanged({proposal.field: proposal for proposal in _by_name(table, standard)}))
    if older is not None:
        found = _with_carried(found, list(_carried(table, older)))
    # In this order: parts of a whole can only be found once every column of its own has been proposed.
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
    """Yield one proposal for each field that a header names; it is not sure if several headers name it equally well."""
    claims: dict[str, list[Proposal]] = {}
    for column, label in zip(table.frame.columns, table.labels, strict=True):
        named = named_item(label, standard)
        if named is not None:
            judged = _judged(Proposal(named[0], (column,), named[1], confidence(named[1])), table, standard)
            claims.setdefault(named[0], []).append(judged)
    for proposals in claims.values():
        yield _one_under_a_wide_header(proposals, table, standard) or _best(proposals)


def _one_under_a_wide_header(proposals: Sequence[Proposal], table: Table, standard: Standard) -> Proposal | None:
    """Return adjacent columns with the same header as one joined proposal, if the joined values have the field's kind.

    A merged header cell over two columns gives both of them its text: 電話番号 over 03- and 5722-1111.
    """
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
    """Return the proposals; two columns of coordinates with each other's values are proposed for each other's field."""
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
    """Return the surest of a field's proposals; if another is equally sure, the proposal is not sure and names both.

    Among proposals to be confirmed, the only one whose values have the field's kind is preferred.
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
    """Return the proposal, with a lower confidence if the column's values contradict the field's kind."""
    field = standard.field(proposal.field)
    if field is None:
        return proposal
    values = table.frame[proposal.columns[0]]
    other = contradiction(_kind(field), values)
    if other is None:
        return dataclasses.replace(proposal, seen=field.kind) if field.kind in value_kinds_of(values) else proposal
    return dataclasses.replace(proposal, reason="values-differ", confidence=confidence("values-differ"), seen=other)


def _kind(field: Field) -> str:
    """Return the field's kind of value; for a name or an address in plain text ``name``."""
    return "name" if field.kind == "text" and meaning(field.name) in _NAMELIKE else field.kind


def _by_values(table: Table, standard: Standard, found: Mapping[str, Proposal]) -> Iterator[Proposal]:
    """Yield a proposal for each field that is the only one of its kind, if exactly one free column has such values."""
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
    """Return the fields whose kind no other field has, and whose kind can be recognised by values alone."""
    count = Counter(field.kind for field in standard.fields)
    return [field for field in standard.fields if count[field.kind] == 1 and field.kind in telling_kinds()]


def _with_carried(found: Mapping[str, Proposal], carried: Iterable[Proposal]) -> dict[str, Proposal]:
    """Return the proposals; those by the older version's table of changes replace others for the same columns."""
    chosen = dict(found)
    for proposal in carried:
        before = chosen.get(proposal.field)
        if before is not None and before.reason == "values-exchanged":
            continue
        if before is None or before.confidence < SURE or set(before.columns) <= set(proposal.columns):
            chosen[proposal.field] = proposal
    return chosen


def _carried(table: Table, older: Standard) -> Iterator[Proposal]:
    """Yield a proposal for each field of an older version, by the standard's own table of changes."""
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
