"""Proposing a mapping: which column of a source is which item of a standard, with the reason and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from meguro_opendata.recognition import field_names
from meguro_opendata.sources import Table, folded
from meguro_opendata.standard import Standard

__all__ = ["SURE", "Proposal", "propose_mapping"]

SURE = 0.95
_CONFIDENCE = {"name": 1.0, "spelling": 0.99, "synonym": 0.97, "old-name": 0.96, "old-join": 0.96, "old-address": 0.96}
_CONFIDENCE |= {"old-features": 0.96, "old-unsure": 0.5}


@dataclass(frozen=True)
class Proposal:
    """One proposal.

    Attributes:
        field: The item of the standard.
        columns: The source columns that it is made from, mostly one.
        reason: ``name``, ``spelling`` (width or spaces differ), ``synonym``, or ``old-…``: how the older version's item
            is carried over.
        confidence: From 0 to 1; proposals below :data:`SURE` are shown, never applied.
    """

    field: str
    columns: tuple[str, ...]
    reason: str
    confidence: float


def propose_mapping(table: Table, standard: Standard, older: Standard | None = None) -> list[Proposal]:
    """The best proposal for each item that has one, in the standard's order; each column serves one rule only.

    Args:
        table: The source.
        standard: What its columns are to become.
        older: An older version of the same standard, if the header is that version's.
    """
    by_name = {proposal.field: proposal for proposal in _by_name(table, standard)}
    carried = {proposal.field: proposal for proposal in _carried(table, older)} if older else {}
    chosen = {**by_name, **carried}
    return [chosen[field.name] for field in standard.fields if field.name in chosen]


def _by_name(table: Table, standard: Standard) -> Iterator[Proposal]:
    exact = {field.name for field in standard.fields}
    spelled = {folded(name): name for name in exact}
    known = field_names(standard)
    taken: set[str] = set()
    for reason, names in (("name", {name: name for name in exact}), ("spelling", spelled), ("synonym", known)):
        for column, label in zip(table.frame.columns, table.labels, strict=True):
            name = names.get(label if reason == "name" else folded(label))
            if name is not None and name not in taken and label:
                taken.add(name)
                yield Proposal(name, (column,), reason, _CONFIDENCE[reason])


def _carried(table: Table, older: Standard) -> Iterator[Proposal]:
    """What the older version's items become, by the standard's own table of changes."""
    here = {folded(label): column for column, label in zip(table.frame.columns, table.labels, strict=True) if label}
    by_target: dict[str, list[tuple[str, str]]] = {}
    for item in (older.schema or {}).get("mo:carry", ()):
        column = here.get(folded(item["from"]))
        for target in item["to"] if column else ():
            by_target.setdefault(target, []).append((str(column), item["how"]))
    for target, sources in by_target.items():
        reason = _carry_reason([how for _, how in sources])
        yield Proposal(target, tuple(column for column, _ in sources), reason, _CONFIDENCE[reason])


def _carry_reason(ways: Sequence[str]) -> str:
    names: Mapping[str, str] = {
        "copy": "old-name",
        "join": "old-join",
        "address": "old-address",
        "features": "old-features",
    }
    return names.get(ways[0], "old-unsure")
