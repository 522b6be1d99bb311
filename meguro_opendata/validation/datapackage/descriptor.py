"""``datapackage.json``, of version 1 or 2, as it is written by others: read with every fault named."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.files.nearwords import unknown
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.standard.schemafile import check_schema, read_json, read_schema
from meguro_opendata.validation.datapackage.places import path_fault
from meguro_opendata.validation.specification.keys import names_of, reference_of

__all__ = ["DescribedPackage", "DescribedResource", "is_package", "package_words", "read_package"]

Json = Mapping[str, Any]


@dataclass(frozen=True)
class DescribedResource:
    """A resource of a package.

    Attributes:
        name: Its name, which foreign keys use.
        file: Its only file; ``None`` if it has several, or its data stand in the descriptor.
        schema: Its Table Schema, if it has one.
        dialect: How its file is cut into cells.
        content: The resource as the descriptor has it.
    """

    name: str
    file: Path | None
    schema: Json | None
    dialect: Json
    content: Json


@dataclass(frozen=True)
class DescribedPackage:
    """A package: its descriptor's file, and its resources."""

    path: Path
    resources: tuple[DescribedResource, ...]


def package_words() -> Mapping[str, Any]:
    """Return what ``datapackage.toml`` says."""
    return packaged_toml(__package__, "datapackage.toml")


def is_package(path: Path) -> bool:
    """Return whether a file is the descriptor of a package: by its name, or because it lists resources."""
    if path.name == package_words()["descriptor"]:
        return True
    if path.suffix.lower() != ".json" or not path.is_file() or path.stat().st_size > package_words()["most_bytes"]:
        return False
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and "resources" in content


def read_package(path: Path) -> DescribedPackage:
    """Return the package that a descriptor describes.

    Raises:
        ConfigurationError: If it cannot be read, or with all its faults: names, paths that leave the folder, addresses,
            invalid schemas and dialects, foreign keys to nothing.
    """
    content = read_json(path)
    resources = content.get("resources") if isinstance(content, dict) else None
    if not isinstance(resources, list) or not resources:
        raise ConfigurationError(path, [Fault("resources", "package-no-resources", {})])
    faults = [fault for at, one in enumerate(resources) for fault in _resource_faults(f"resources.{at}", one, path)]
    faults += _repeated_names(resources)
    if faults:
        raise ConfigurationError(path, faults)
    described, more = _described(resources, path.parent)
    more += _reference_faults(described) if not more else []
    if more:
        raise ConfigurationError(path, more)
    return DescribedPackage(path, tuple(described))


def _resource_faults(place: str, one: object, path: Path) -> Iterator[Fault]:
    if not isinstance(one, dict):
        yield Fault(place, "package-resource", {})
        return
    if not isinstance(one.get("name"), str) or not one["name"]:
        yield Fault(f"{place}.name", "package-resource-name", {})
    if ("path" in one) == ("data" in one):
        yield Fault(place, "package-path-or-data", {})
    for part in ("path", "schema", "dialect"):
        yield from _path_faults(f"{place}.{part}", one.get(part), path.parent, required=part == "path")


def _path_faults(place: str, given: object, folder: Path, *, required: bool) -> Iterator[Fault]:
    """Yield faults of the paths in a property; schemas and dialects can also be inline."""
    if given is None or (isinstance(given, dict) and not required):
        return
    paths = given if isinstance(given, list) and required else [given]
    if not paths:
        yield Fault(place, "package-path", {"value": given})
    for one in paths:
        fault = path_fault(place, one, folder)
        if fault is not None:
            yield fault


def _repeated_names(resources: Sequence[Any]) -> Iterator[Fault]:
    names = [one.get("name") for one in resources if isinstance(one, dict)]
    for at, name in enumerate(names):
        if isinstance(name, str) and name in names[:at]:
            yield Fault(f"resources.{at}.name", "package-resource-twice", {"value": name})


def _described(resources: Sequence[Json], folder: Path) -> tuple[list[DescribedResource], list[Fault]]:
    made, faults = [], list[Fault]()
    for at, one in enumerate(resources):
        place = f"resources.{at}"
        try:
            schema = _schema_of(one, folder, f"{place}.schema")
            dialect = _dialect_of(one, folder)
        except ConfigurationError as error:
            faults += [Fault(f"{place}.{fault.path}", fault.code, fault.params) for fault in error.faults]
            continue
        faults += _dialect_faults(f"{place}.dialect", dialect)
        paths = [one["path"]] if isinstance(one.get("path"), str) else one.get("path") or []
        file = folder / paths[0] if len(paths) == 1 else None
        made.append(DescribedResource(one["name"], file, schema, dialect, one))
    return made, faults


def _schema_of(one: Json, folder: Path, place: str) -> dict[str, Any] | None:
    given = one.get("schema")
    if given is None or given == {}:
        return None
    return read_schema(folder / given) if isinstance(given, str) else check_schema(given, place)


def _dialect_of(one: Json, folder: Path) -> dict[str, Any]:
    """Return the dialect; frictionless puts that of CSV one step deeper than the specification."""
    given = one.get("dialect") or {}
    content = read_json(folder / given) if isinstance(given, str) else given
    inner = content.get("csv") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(inner or {}, dict):
        raise ConfigurationError("dialect", [Fault("dialect", "package-dialect", {})])
    return {**{name: value for name, value in content.items() if name != "csv"}, **(inner or {})}


def _dialect_faults(place: str, dialect: Json) -> Iterator[Fault]:
    """Yield values of a dialect that are not of their kind."""
    words = package_words()["dialects"]
    for name, value in dialect.items():
        kind = next((kind for kind in _IS_OF if name in words[kind]), None)
        allowed_none = value is None and name in ("quoteChar", "escapeChar", "commentChar")
        if kind is not None and not allowed_none and not _IS_OF[kind](value):
            yield Fault(f"{place}.{name}", "package-dialect-value", {"value": value})


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


_IS_OF: Mapping[str, Any] = {
    "sign": lambda value: isinstance(value, str) and len(value) == 1,
    "text": lambda value: isinstance(value, str),
    "flag": lambda value: isinstance(value, bool),
    "rows": lambda value: isinstance(value, list) and all(map(_is_number, value)),
    "number": _is_number,
}


def _reference_faults(resources: Sequence[DescribedResource]) -> list[Fault]:
    """Return faults for foreign keys to missing resources, or to fields missing from their schemas."""
    known = {one.name: one for one in resources}
    return [
        fault
        for at, one in enumerate(resources)
        for number, key in enumerate((one.schema or {}).get("foreignKeys") or ())
        for fault in _key_faults(f"resources.{at}.schema.foreignKeys.{number}.reference", one, key, known)
    ]


def _key_faults(
    place: str, one: DescribedResource, key: Json, known: Mapping[str, DescribedResource]
) -> Iterator[Fault]:
    name = reference_of(key) or one.name
    if name not in known:
        yield unknown(f"{place}.resource", "package-reference-unknown", name, list(known))
        return
    schema = known[name].schema
    fields = [field["name"] for field in schema["fields"]] if schema else []
    for wanted in names_of(key["reference"]["fields"]):
        if fields and wanted not in fields:
            params: dict[str, object] = {"value": wanted, "name": name, "known": fields}
            yield Fault(f"{place}.fields", "schema-reference-unknown", params)
