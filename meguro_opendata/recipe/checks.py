"""Checks of a recipe's content against its schema, its workspace and itself; every fault with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from meguro_opendata import messages
from meguro_opendata.errors import Fault
from meguro_opendata.files.declarations import unknown
from meguro_opendata.files.whole import is_plain_name
from meguro_opendata.geo.places.gazetteer.base import gazetteer_data
from meguro_opendata.privacy.data import CODES as PRIVACY_CODES
from meguro_opendata.recipe.blockwords import block_faults, row_faults
from meguro_opendata.recipe.sourcewords import (
    FileSettings,
    crs_faults,
    id_faults,
    point_faults,
    series_faults,
    setting_faults,
    sources_faults,
)
from meguro_opendata.recipe.words import Bounds, MappingRule, RecipeFile, SourceSettings
from meguro_opendata.standard.model import Field as StandardField
from meguro_opendata.standard.model import coordinate_fields, schema_fields, value_kinds
from meguro_opendata.workspace.city import Workspace

__all__ = ["faults"]

# Faults that have one cause where a recipe has a schema of its own: the schema names no field of coordinates.
_NEED_POINTS = ("crs-without-coordinates", "geocode-without-coordinates", "no-coordinates")


def faults(written: RecipeFile, schema: Mapping[str, Any], workspace: Workspace) -> Iterator[Fault]:
    """Yield every fault in the content of a well-formed recipe: unknown names, rows and columns used twice, and more.

    All faults come at once, so that a person corrects the file in one go.
    """
    fields = schema_fields(schema)
    found = list(_all_faults(written, fields, workspace))
    yield from found
    if written.schema_file is not None and any(fault.code in _NEED_POINTS for fault in found):
        yield _points_fault(written.schema_file, fields)


def _points_fault(file: str, fields: Sequence[StandardField]) -> Fault:
    """Return the fault of an own schema that marks no pair of coordinate fields, or more than one."""
    named = {kind: [field.name for field in fields if field.kind == kind] for kind in ("latitude", "longitude")}
    missing = [f'"mo:kind": "{kind}"' for kind, names in named.items() if not names]
    if missing:
        return Fault("schema", "schema-without-points", {"file": file, "kinds": missing})
    return Fault("schema", "schema-several-points", {"file": file, "names": [*named["latitude"], *named["longitude"]]})


def _all_faults(written: RecipeFile, fields: Sequence[StandardField], workspace: Workspace) -> Iterator[Fault]:
    names = [field.name for field in fields]
    every = [*names, *(extension.name for extension in written.extensions)]
    with_points = coordinate_fields(fields) is not None
    yield from _mapping_faults(written, names)
    yield from _unknown_names("key", list(written.key), every)
    yield from _rule_faults(written.mapping, fields)
    yield from _part_faults(written)
    yield from _column_faults(written)
    yield from _format_faults(written, with_points)
    yield from _extension_faults(written, names)
    yield from _waiver_faults(written, every)
    yield from _allowance_faults(written, every)
    yield from _expectation_faults(written, every)
    yield from _geocode_faults(written, every, with_points)
    yield from _department_faults(written.metadata.department, workspace.city.departments)
    yield from _source_faults(written, every)
    for place, settings in _file_settings(written):
        yield from setting_faults(place, settings)
        yield from point_faults(place, settings, with_points)


def _mapping_faults(written: RecipeFile, names: list[str]) -> Iterator[Fault]:
    """Yield a fault for each mapped field that the schema lacks, and for an empty mapping."""
    yield from _unknown_names("mapping", list(written.mapping), names)
    # A recipe without the word maps columns by name; an empty mapping would publish a table without columns.
    if written.mapping == {} and "mapping" in written.model_fields_set and not written.extensions:
        yield Fault("mapping", "mapping-empty", {})


def _rule_faults(mapping: Mapping[str, MappingRule], fields: Sequence[StandardField]) -> Iterator[Fault]:
    """Yield a fault for each kept rule that a field does not have, and for each pattern that cannot split."""
    kinds = {field.name: field.kind for field in fields}
    for name, rule in mapping.items():
        yield from _unknown_rules(f"mapping.{name}.keep", rule.keep, kinds.get(name, ""))
        yield from _pattern_faults(f"mapping.{name}.split", rule)


def _department_faults(department: str, known: Sequence[str]) -> Iterator[Fault]:
    if not department:
        yield Fault("metadata.department", "department-missing", {"known": list(known)})
    elif department not in known:
        yield unknown("metadata.department", "department-unknown", department, known)


def _file_settings(written: RecipeFile) -> Iterator[tuple[str, FileSettings]]:
    """Yield the settings of each file, with their place in the recipe."""
    if written.source is not None:
        yield "source", written.source
    if written.sources is not None:
        yield from written.sources.places()


def _source_faults(written: RecipeFile, fields: list[str]) -> Iterator[Fault]:
    if written.source is None:
        if written.sources is None:
            yield Fault("source", "key-missing", {"key": "source"})
        yield from series_faults(None, None, written.series, fields)
    else:
        if written.sources is not None:
            yield Fault("sources", "source-and-sources", {})
        yield from _single_faults(written.source)
        yield from series_faults(written.source.series, written.source.period, written.series, fields)
    if written.sources is not None:
        yield from sources_faults(written.sources)
    if written.ids is not None:
        yield from id_faults(written.ids, fields, written.mapping)


def _single_faults(source: SourceSettings) -> Iterator[Fault]:
    """Yield the faults in the words of a single file, and words that are not for a series."""
    if source.series is not None:
        if source.kind == "catalog":
            yield Fault("source.kind", "series-of-catalog", {})
        return
    # A source lies beside its recipe: a path elsewhere would publish files from outside the dataset's folder.
    if not is_plain_name(source.file):
        yield Fault("source.file", "path-not-inside", {"value": source.file})
    if source.leave_out:
        yield Fault("source.leave_out", "word-needs-series", {"key": "leave_out"})


def _unknown_names(place: str, used: list[str], known: list[str]) -> Iterator[Fault]:
    for name in used:
        if name not in known:
            yield unknown(f"{place}.{name}", "field-unknown", name, known)


def _unknown_rules(place: str, keep: tuple[str, ...], kind: str) -> Iterator[Fault]:
    known = value_kinds()[kind]["clean"] if kind in value_kinds() else list(keep)
    for rule in keep:
        if rule not in known:
            yield unknown(place, "rule-unknown", rule, known)


def _pattern_faults(place: str, rule: MappingRule) -> Iterator[Fault]:
    """Yield a fault for a pattern that cannot be read, or that has fewer groups than the rule asks for."""
    if rule.split is None or rule.split.pattern is None:
        return
    shown: dict[str, object] = {"value": rule.split.pattern, "part": rule.split.part}
    # polars is asked, not `re`: it splits the column, in linear time, and its patterns lack lookaround.
    try:
        groups = pl.Series([""]).str.extract_groups(rule.split.pattern).struct.fields
    except pl.exceptions.ComputeError:
        yield Fault(f"{place}.pattern", "split-pattern", shown)
        return
    if len(groups) < rule.split.part:
        yield Fault(f"{place}.part", "split-no-group", shown)


def _extension_faults(written: RecipeFile, names: list[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, extension in enumerate(written.extensions):
        place = f"extensions.{number}"
        if extension.name in names:
            yield Fault(f"{place}.name", "extension-is-field", {"value": extension.name})
        if extension.name in seen:
            yield Fault(f"{place}.name", "extension-twice", {"value": extension.name})
        seen.add(extension.name)
        if extension.kind not in value_kinds():
            yield unknown(f"{place}.kind", "kind-unknown", extension.kind, list(value_kinds()))
        yield from _unknown_rules(f"{place}.keep", extension.keep, extension.kind)


def _waiver_faults(written: RecipeFile, names: list[str]) -> Iterator[Fault]:
    known = messages.codes("findings")
    for number, waiver in enumerate(written.waive):
        if waiver.code not in known:
            yield unknown(f"waive.{number}.code", "code-unknown", waiver.code, known)
        yield from _unknown_names(f"waive.{number}.field", [waiver.field], names)


def _expectation_faults(written: RecipeFile, names: list[str]) -> Iterator[Fault]:
    """Yield a fault for each total of an unknown field, and for bounds that no number can meet."""
    expected = written.expect
    if expected is None:
        return
    yield from _unknown_names("expect.totals", list(expected.totals), names)
    if expected.change is not None and (written.source is None or written.source.series is None):
        yield Fault("expect.change", "word-needs-series", {"key": "change"})
    if expected.earlier is not None and not is_plain_name(expected.earlier):
        yield Fault("expect.earlier", "path-not-inside", {"value": expected.earlier})
    yield from _bounds_faults(
        {"expect.rows": expected.rows, **{f"expect.totals.{name}": one for name, one in expected.totals.items()}}
    )


def _bounds_faults(bounds: Mapping[str, Bounds | None]) -> Iterator[Fault]:
    """Yield a fault for bounds without any number, and for bounds that exclude each other."""
    for place, one in bounds.items():
        if one is None:
            continue
        if one.min is None and one.max is None:
            yield Fault(place, "expect-empty", {})
        elif one.min is not None and one.max is not None and one.min > one.max:
            yield Fault(place, "expect-bounds", {"least": one.min, "most": one.max})


def _geocode_faults(written: RecipeFile, names: list[str], with_points: bool) -> Iterator[Fault]:
    """Yield the faults of ``geocode``: an unknown field, a schema without coordinates, flags whose names are taken."""
    if written.geocode is None:
        return
    if written.geocode.address not in names:
        yield unknown("geocode.address", "field-unknown", written.geocode.address, names)
    if not with_points:
        yield Fault("geocode", "geocode-without-coordinates", {})
    for flag in gazetteer_data()["flags"].values():
        if flag["name"] in names:
            yield Fault("geocode", "geocode-flag-taken", {"value": flag["name"]})


def _allowance_faults(written: RecipeFile, names: list[str]) -> Iterator[Fault]:
    for number, allowance in enumerate(written.allow):
        if allowance.code not in PRIVACY_CODES:
            yield unknown(f"allow.{number}.code", "code-unknown", allowance.code, PRIVACY_CODES)
        if allowance.field is not None:
            yield from _unknown_names(f"allow.{number}.field", [allowance.field], names)


def _part_faults(written: RecipeFile) -> Iterator[Fault]:
    """Yield the faults of the rows and blocks that the recipe names."""
    ways: dict[str | None, list[FileSettings]] = {}
    if written.source is not None:
        ways[None] = [written.source]
    for source in written.sources.every if written.sources else ():
        ways.setdefault(source.file, []).append(source)
    several = written.sources is not None or (written.source is not None and written.source.series is not None)
    yield from row_faults(written.skip_rows, ways, several=several)
    # The files of a series are not known until it is read, so that their names cannot be checked here.
    if written.source is None or written.source.series is None:
        yield from block_faults(written.blocks, [name for name in ways if name is not None])


def _column_faults(written: RecipeFile) -> Iterator[Fault]:
    # `drop` means that a column is not published; a column that fills a field is.
    used = {column for rule in written.mapping.values() for column in rule.columns}
    used |= {extension.column for extension in written.extensions}
    for column in written.drop:
        if column in used:
            yield Fault(f"drop.{column}", "dropped-and-used", {"value": column})


def _format_faults(written: RecipeFile, with_points: bool) -> Iterator[Fault]:
    # The CSV is the release's data: row counts, differences and the preview are read from it.
    if "csv" not in written.formats:
        yield Fault("formats", "formats-need-csv", {})
    for form in written.formats:
        if form not in ("csv", "xlsx") and not with_points:
            yield Fault("formats", "no-coordinates", {"format": form})
    yield from crs_faults("gis.crs", written.gis.crs)
