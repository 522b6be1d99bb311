"""The values of one mapping rule: one column or joined columns, then split, lookup, zero fill and default."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from meguro_opendata.cleaning.roles import role_of
from meguro_opendata.files.declarations import suggest
from meguro_opendata.findings import Change, Finding
from meguro_opendata.japan.folding import folded
from meguro_opendata.mapping.address import join_address
from meguro_opendata.mapping.addressparts import address_parts
from meguro_opendata.recipe.words import MappingRule, Split
from meguro_opendata.sources import Table
from meguro_opendata.workspace.city import City

__all__ = ["BETWEEN", "Made", "address_finding", "lookup", "make_values"]

BETWEEN = " / "  # between the cells of a join in changes.csv, where one column takes the value before the change
_ORGANISATION = "地方公共団体名"  # the standard's name for prefecture and municipality together


@dataclass(frozen=True)
class Made:
    """The values of one field, the changes that made them, and the findings on values that could not be made."""

    values: pl.Series
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()


def make_values(
    field: str, rule: MappingRule | None, table: Table, city: City | None, buildings: Collection[str] = ()
) -> Made:
    """Return the values of a field, one for each row; empty values for a field without a rule.

    Args:
        field: The field's name.
        rule: The recipe's rule for the field.
        table: The source; it has every column that the rule names.
        city: The city whose facts can be constants, and whose addresses are split.
        buildings: The columns of addresses whose building fills a field.
    """
    if rule is None or not rule.columns:
        return Made(_repeated(_fixed(rule, city), table))
    changes: list[Change] = []
    findings: list[Finding] = []
    column = rule.columns[0]
    values = table.frame[column]
    if rule.join is not None:
        values, rewritten, lacking = _joined(rule.join, rule.separator, field, table)
        changes += rewritten
        findings += lacking
    if rule.split is not None:
        values, rewritten, lacking = _split(values, rule.split, field, table, city, column in buildings)
        changes += rewritten
        findings += lacking
    if rule.lookup is not None:
        values, rewritten, lacking = lookup(values, rule.lookup, field, column, table)
        changes += rewritten
        findings += lacking
    values, rewritten = _filled(values, rule, field, column, table)
    return Made(values, (*changes, *rewritten), tuple(findings))


def lookup(
    values: pl.Series, known: Mapping[str, str], field: str, column: str, table: Table
) -> tuple[pl.Series, list[Change], list[Finding]]:
    """Return the values replaced by a list of the recipe; empty cells stay empty, a value outside the list is an error.

    Keys are compared after folding, so that width and spaces do not matter.
    """
    distinct = values.unique().to_list()
    folded_keys = {folded(key): after for key, after in known.items()}
    translated = {value: folded_keys.get(folded(value)) if value else "" for value in distinct}
    after = values.replace_strict(translated, return_dtype=pl.String, default=None)
    unknown = [_unknown_value(table, at, column, field, list(known)) for at in after.is_null().arg_true()]
    after = after.fill_null(values)
    return after, _changes(values, after, field, column, "lookup", table), unknown


def _fixed(rule: MappingRule | None, city: City | None) -> str:
    if rule is None:
        return ""
    if rule.city is None:
        return rule.constant or ""
    return str(getattr(city, rule.city)) if city is not None else ""


def _repeated(value: str, table: Table) -> pl.Series:
    return pl.Series([value] * table.frame.height, dtype=pl.String)


def _joined(
    columns: tuple[str, ...], separator: str, field: str, table: Table
) -> tuple[pl.Series, list[Change], list[Finding]]:
    """Return the cells of several columns joined, without the empty ones; changes show them with a slash between.

    A joined address contains its prefecture and municipality once, however often the cells name them.
    """
    stripped = [pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name).str.strip_chars()) for name in columns]
    joined = table.frame.select(
        after=pl.concat_str(stripped, separator=separator, ignore_nulls=True),
        before=pl.concat_str(stripped, separator=BETWEEN, ignore_nulls=True),
    ).fill_null("")
    if separator == "" and field.endswith(_ORGANISATION):
        return _joined_names(columns, field, table, joined)
    if separator or role_of(field) != "address":
        return joined["after"], _changes(joined["before"], joined["after"], field, columns[0], "join", table), []
    after, findings = _joined_addresses(columns, field, table)
    return after, _changes(joined["before"], after, field, columns[0], "join", table), findings


def _joined_names(
    columns: tuple[str, ...], field: str, table: Table, joined: pl.DataFrame
) -> tuple[pl.Series, list[Change], list[Finding]]:
    """Return prefecture and municipality joined to one name; empty for a row with a number instead of a name."""
    cells = table.frame.select(pl.any_horizontal(pl.col(name).str.contains(r"^\s*\d+\s*$") for name in columns))
    numbered = cells.to_series()
    after = joined.select(pl.when(numbered).then(pl.lit("")).otherwise(pl.col("after")).alias("after")).to_series()
    left = [table.rows[at] for at in numbered.arg_true()]
    findings = []
    if left:
        params = {"rows": len(left), "first": left[0]}
        findings.append(table.header_finding("not-carried", "info", columns[-1], field=field, params=params))
    return after, _changes(joined["before"], after, field, columns[0], "join", table), findings


def _joined_addresses(columns: tuple[str, ...], field: str, table: Table) -> tuple[pl.Series, list[Finding]]:
    """Return the addresses joined from some columns, and a warning for each that is not whole."""
    rows = list(table.frame.select(columns).iter_rows())
    made = {cells: join_address(cells) for cells in dict.fromkeys(rows)}
    wrong = [at for at, cells in enumerate(rows) if made[cells].problem]
    findings = [address_finding(table, at, columns[-1], field, made[rows[at]].problem, rows[at][:-1]) for at in wrong]
    return pl.Series([made[cells].text for cells in rows], dtype=pl.String), findings


def address_finding(
    table: Table, position: int, column: str, field: str, problem: str, places: Sequence[str]
) -> Finding:
    """Return the warning on an unchanged address, with the place that its row names."""
    params = {"place": "".join(places)}
    return table.cell_finding(problem, "warning", position, column, field=field, params=params)


def _split(
    values: pl.Series, split: Split, field: str, table: Table, city: City | None, with_building: bool
) -> tuple[pl.Series, list[Change], list[Finding]]:
    """Return one part of each cell; a cell without that part becomes empty and leads to a warning."""
    column = values.name
    if split.address:
        parts = address_parts(values, split.address, city, with_building=with_building)
    else:
        parts = _text_parts(values, split)
    filled = values.str.strip_chars() != ""
    lost = (parts.is_null() & filled).arg_true()
    lacking = [table.cell_finding("split-no-part", "warning", at, column, field=field) for at in lost]
    after = parts.fill_null("")
    return after, _changes(values, after, field, column, "split", table), lacking


def _text_parts(values: pl.Series, split: Split) -> pl.Series:
    if split.pattern is not None:
        return values.str.extract(split.pattern, split.part)
    return values.str.split(str(split.by)).list.get(split.part - 1, null_on_oob=True).str.strip_chars()


def _filled(
    values: pl.Series, rule: MappingRule, field: str, column: str, table: Table
) -> tuple[pl.Series, list[Change]]:
    """Return the values with restored leading zeros and with the default in empty cells, and the changes."""
    changes: list[Change] = []
    if rule.zero_fill is not None:
        # An empty cell stays empty: zeros alone would be a code.
        after = _where(values != "", values.str.zfill(rule.zero_fill), values)
        changes += _changes(values, after, field, column, "zero_fill", table)
        values = after
    if rule.default is not None:
        after = _where(values.str.strip_chars() == "", pl.lit(rule.default), values)
        changes += _changes(values, after, field, column, "default", table)
        values = after
    return values, changes


def _where(condition: pl.Series, then: pl.Series | pl.Expr, otherwise: pl.Series) -> pl.Series:
    return pl.select(pl.when(condition).then(then).otherwise(otherwise)).to_series()


def _changes(before: pl.Series, after: pl.Series, field: str, column: str, rule: str, table: Table) -> list[Change]:
    differs = (before != after).arg_true()
    return [Change(table.rows[at], column, field, rule, before[at], after[at]) for at in differs]


def _unknown_value(table: Table, position: int, column: str, field: str, known: list[str]) -> Finding:
    near = suggest(str(table.frame[column][position]), known)
    return table.cell_finding(
        "lookup-unknown", "error", position, column, field=field, suggestion=near[0] if near else None
    )
