"""Source columns → the fields of the published table, exactly as the recipe says."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from meguro_opendata.declarations import suggest
from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.findings import Change, Finding
from meguro_opendata.recipe import Extension, MappingRule, Recipe
from meguro_opendata.sources import Table, folded
from meguro_opendata.standard import schema_fields
from meguro_opendata.workspace import City

__all__ = ["Mapped", "apply_mapping", "lookup"]


@dataclass(frozen=True)
class Mapped:
    """A table under the names of the published one.

    Attributes:
        frame: One text column a field, in the order of the recipe's schema; row by row the source's rows.
        origins: The source column of each field, ``None`` for constants and fields without a rule.
        reasons: Why each mapped field has its values: ``column``, ``constant``, ``city`` or ``name``.
        unmapped: Source columns that the recipe neither maps nor drops.
        changes: Values rewritten by the mapping itself (lookup, zero fill).
        findings: Values that a lookup does not know; columns left over.
        confidences: How sure each proposed field is; empty where a recipe says what is what.
    """

    frame: pl.DataFrame
    origins: dict[str, str | None]
    reasons: dict[str, str]
    unmapped: tuple[str, ...]
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    confidences: Mapping[str, float] = dataclasses.field(default_factory=dict)


def apply_mapping(table: Table, recipe: Recipe, city: City) -> Mapped:
    """The table's rows under the recipe's fields.

    Raises:
        ConfigurationError: If the recipe names columns that the source no longer has; all at once, with the
            columns that they probably are now.
    """
    rules = _all_rules(recipe, table)
    _refuse_lost_columns(table, recipe, rules)
    columns: dict[str, pl.Series] = {}
    changes: list[Change] = []
    findings: list[Finding] = []
    for field in schema_fields(recipe.schema):
        rule = rules.get(field.name)
        values = _origin_values(rule, table, city)
        if rule and rule.lookup is not None:
            values, rewritten, unknown = lookup(values, rule.lookup, field.name, str(rule.column), table)
            changes += rewritten
            findings += unknown
        if rule and rule.zero_fill:
            values, rewritten = _zero_fill(values, rule.zero_fill, field.name, str(rule.column), table)
            changes += rewritten
        columns[field.name] = values.alias(field.name)
    origins = {name: rule.column for name, rule in rules.items()}
    unmapped = _unmapped(table, recipe, origins)
    findings += [table.header_finding("column-unmapped", "info", name) for name in unmapped]
    return Mapped(
        frame=pl.DataFrame(columns),
        origins={name: origins.get(name) for name in columns},
        reasons={name: _reason(name, rule, recipe) for name, rule in rules.items()},
        unmapped=unmapped,
        changes=tuple(changes),
        findings=tuple(findings),
    )


def lookup(
    values: pl.Series, known: Mapping[str, str], field: str, column: str, table: Table
) -> tuple[pl.Series, list[Change], list[Finding]]:
    """Values replaced by a list of the recipe; empty cells stay empty, a value that the list lacks is an error."""
    distinct = values.unique().to_list()
    folded_keys = {folded(key): after for key, after in known.items()}
    translated = {value: folded_keys.get(folded(value)) if value else "" for value in distinct}
    after = values.replace_strict(translated, return_dtype=pl.String, default=None)
    unknown = [_unknown_value(table, position, column, field, list(known)) for position in after.is_null().arg_true()]
    after = after.fill_null(values)
    return after, _changes(values, after, field, column, "lookup", table), unknown


def _zero_fill(values: pl.Series, width: int, field: str, column: str, table: Table) -> tuple[pl.Series, list[Change]]:
    after = pl.Series([value.zfill(width) if value else value for value in values], dtype=pl.String)
    return after, _changes(values, after, field, column, "zero_fill", table)


def _changes(before: pl.Series, after: pl.Series, field: str, column: str, rule: str, table: Table) -> list[Change]:
    differs = (before != after).arg_true()
    return [Change(table.rows[at], column, field, rule, before[at], after[at]) for at in differs]


def _all_rules(recipe: Recipe, table: Table) -> dict[str, MappingRule]:
    mapped = _same_names(recipe, table) if recipe.same_names else recipe.mapping
    return {**mapped, **{extension.name: _extension_rule(extension) for extension in recipe.extensions}}


def _same_names(recipe: Recipe, table: Table) -> dict[str, MappingRule]:
    """Each column whose header is a field's name, to the letter; a recipe without a mapping needs at least one."""
    here = [name for name in recipe.base_fields if name in table.frame.columns and name not in recipe.drop]
    if not here:
        shown: dict[str, object] = {"columns": table.frame.columns, "row": table.header_row}
        raise ConfigurationError(recipe.path, [Fault("mapping", "mapping-none-alike", shown)])
    return {name: MappingRule(column=name) for name in here}


def _extension_rule(extension: Extension) -> MappingRule:
    return MappingRule(column=extension.column, keep=extension.keep)


def _origin_values(rule: MappingRule | None, table: Table, city: City) -> pl.Series:
    if rule is None:
        return _repeated("", table)
    if rule.column is not None:
        return table.frame[rule.column]
    return _repeated(rule.constant if rule.city is None else getattr(city, rule.city), table)


def _repeated(value: str | None, table: Table) -> pl.Series:
    return pl.Series([value or ""] * table.frame.height, dtype=pl.String)


def _reason(name: str, rule: MappingRule, recipe: Recipe) -> str:
    if recipe.same_names and name in recipe.base_fields:
        return "name"
    return "column" if rule.column is not None else "constant" if rule.constant is not None else "city"


def _refuse_lost_columns(table: Table, recipe: Recipe, rules: Mapping[str, MappingRule]) -> None:
    faults = list(_lost_columns(table, recipe, rules))
    if faults:
        raise ConfigurationError(recipe.path, faults)


def _lost_columns(table: Table, recipe: Recipe, rules: Mapping[str, MappingRule]) -> Iterator[Fault]:
    here = table.frame.columns
    used = {f"mapping.{name}": rule.column for name, rule in rules.items()}
    used |= {f"drop.{column}": column for column in recipe.drop}
    for place, column in used.items():
        if column is None or column in here:
            continue
        near = _probably_now(column, here, {rule.column for rule in rules.values()})
        code = "column-gone-near" if near else "column-gone"
        shown = {"column": column, "near": near, "columns": here, "file": recipe.source.file, "row": table.header_row}
        yield Fault(place, code, shown)


def _probably_now(column: str, here: list[str], taken: set[str | None]) -> list[str]:
    """What a lost column is probably called now: a spelling variant, else a similar name that no rule uses."""
    variants = [name for name in here if folded(name) == folded(column)]
    return variants or suggest(column, [name for name in here if name not in taken])


def _unmapped(table: Table, recipe: Recipe, origins: Mapping[str, str | None]) -> tuple[str, ...]:
    used = {*origins.values(), *recipe.drop}
    return tuple(
        name for name in table.frame.columns if name not in used and any(table.frame[name].str.strip_chars() != "")
    )


def _unknown_value(table: Table, position: int, column: str, field: str, known: list[str]) -> Finding:
    near = suggest(str(table.frame[column][position]), known)
    return table.cell_finding(
        "lookup-unknown", "error", position, column, field=field, suggestion=near[0] if near else None
    )
