"""The mapping of a source's columns to the fields of the published table, exactly as the recipe declares it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files.declarations import suggest
from meguro_opendata.findings import Change, Finding
from meguro_opendata.japan.folding import folded
from meguro_opendata.mapping.valueforms import value_kinds_of
from meguro_opendata.mapping.values import make_values
from meguro_opendata.recipe import Extension, MappingRule, Recipe
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import schema_fields
from meguro_opendata.workspace.city import City

__all__ = ["Mapped", "apply_mapping"]


@dataclass(frozen=True)
class Mapped:
    """A source's rows under the field names of the published table.

    Attributes:
        frame: One text column for each field, in the order of the recipe's schema, with the rows of the source.
        origins: The source column of each field, ``None`` for constants and fields without a rule.
        reasons: The origin of each mapped field's values: ``column``, ``split``, ``join``, ``constant``, ``city`` or
            ``name``.
        unmapped: Source columns that the recipe neither maps nor drops.
        changes: Values rewritten by the mapping itself (join, split, lookup, zero fill, default).
        findings: Findings on values that a lookup lacks, and on unmapped columns.
        confidences: The confidence of each proposed field; empty if a recipe declares the mapping.
    """

    frame: pl.DataFrame
    origins: dict[str, str | None]
    reasons: dict[str, str]
    unmapped: tuple[str, ...]
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    confidences: Mapping[str, float] = dataclasses.field(default_factory=dict)


def apply_mapping(table: Table, recipe: Recipe, city: City) -> Mapped:
    """Return the table's rows under the recipe's fields.

    Raises:
        ConfigurationError: If the recipe names columns that the source no longer has. It lists all of them, with
            the present columns that are probably meant.
    """
    rules = _all_rules(recipe, table)
    _refuse_lost_columns(table, recipe, rules)
    buildings = {
        str(rule.column) for rule in rules.values() if rule.split is not None and rule.split.address == "building"
    }
    columns: dict[str, pl.Series] = {}
    changes: list[Change] = []
    findings: list[Finding] = []
    for field in schema_fields(recipe.schema):
        made = make_values(field.name, rules.get(field.name), table, city, buildings)
        changes += made.changes
        findings += made.findings
        columns[field.name] = made.values.alias(field.name)
    origins = {name: next(iter(rule.columns), None) for name, rule in rules.items()}
    unmapped = _unmapped(table, recipe, rules)
    findings += [table.header_finding("column-unmapped", "info", name) for name in unmapped]
    return Mapped(
        frame=pl.DataFrame(columns),
        origins={name: origins.get(name) for name in columns},
        reasons={name: _reason(name, rule, recipe) for name, rule in rules.items()},
        unmapped=unmapped,
        changes=tuple(changes),
        findings=tuple(findings),
    )


def _all_rules(recipe: Recipe, table: Table) -> dict[str, MappingRule]:
    mapped = _same_names(recipe, table) if recipe.same_names else recipe.mapping
    return {**mapped, **{extension.name: _extension_rule(extension) for extension in recipe.extensions}}


def _same_names(recipe: Recipe, table: Table) -> dict[str, MappingRule]:
    """Return a rule for each column with exactly a field's name; a recipe without a mapping needs at least one."""
    # To the letter: a similar name is a proposal, and a build never applies proposals.
    here = [name for name in recipe.base_fields if name in table.frame.columns and name not in recipe.drop]
    if not here:
        shown: dict[str, object] = {"columns": table.frame.columns, "row": table.header_row}
        raise ConfigurationError(recipe.path, [Fault("mapping", "mapping-none-alike", shown)])
    return {name: MappingRule(column=name) for name in here}


def _extension_rule(extension: Extension) -> MappingRule:
    return MappingRule(column=extension.column, keep=extension.keep)


def _reason(name: str, rule: MappingRule, recipe: Recipe) -> str:
    if recipe.same_names and name in recipe.base_fields:
        return "name"
    if rule.join is not None:
        return "join"
    if rule.column is not None:
        return "column" if rule.split is None else "split"
    return "constant" if rule.constant is not None else "city"


def _refuse_lost_columns(table: Table, recipe: Recipe, rules: Mapping[str, MappingRule]) -> None:
    faults = list(_lost_columns(table, recipe, rules))
    if faults:
        raise ConfigurationError(recipe.path, faults)


def _lost_columns(table: Table, recipe: Recipe, rules: Mapping[str, MappingRule]) -> Iterator[Fault]:
    used = list(_used_columns(recipe, rules))
    taken = {column for _, column, _ in used}
    for place, column, kind in used:
        if column not in table.frame.columns:
            yield _lost_column(place, column, kind, table, taken, recipe.source.file)


def _used_columns(recipe: Recipe, rules: Mapping[str, MappingRule]) -> Iterator[tuple[str, str, str]]:
    """Yield each use of a column: its place in the recipe, the column, and the field's kind of value."""
    kinds = {field.name: field.kind for field in schema_fields(recipe.schema)}
    for name, rule in rules.items():
        yield from ((f"mapping.{name}", column, kinds.get(name, "")) for column in rule.columns)
    yield from ((f"drop.{column}", column, "") for column in recipe.drop)


def _lost_column(place: str, column: str, kind: str, table: Table, taken: set[str], file: str) -> Fault:
    """Return the fault of a lost column, with the columns that are probably meant now.

    These are spelling variants of the name; without such a one, unused columns of a similar name; without such a one,
    unused columns with values of the wanted kind.
    """
    here = table.frame.columns
    free = [name for name in here if name not in taken]
    near = [name for name in here if folded(name) == folded(column)] or suggest(column, free)
    alike = [] if near else [name for name in free if kind in value_kinds_of(table.frame[name])]
    code = "column-gone-near" if near else "column-gone-values" if alike else "column-gone"
    shown = {"column": column, "near": near or alike, "columns": here, "file": file, "row": table.header_row}
    return Fault(place, code, shown)


def _unmapped(table: Table, recipe: Recipe, rules: Mapping[str, MappingRule]) -> tuple[str, ...]:
    used = {*recipe.drop, *(column for rule in rules.values() for column in rule.columns)}
    return tuple(
        name for name in table.frame.columns if name not in used and any(table.frame[name].str.strip_chars() != "")
    )
