"""Every table of a package against its schema, and what could not be checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from meguro_opendata.errors import MeguroOpendataError, SourceError
from meguro_opendata.findings import Finding, NotChecked, Report
from meguro_opendata.reports.overview import Overview, PassedOver, Unchecked
from meguro_opendata.sources import read_bytes
from meguro_opendata.validation.byspecification import specification_report
from meguro_opendata.validation.datapackage.descriptor import (
    DescribedPackage,
    DescribedResource,
    package_words,
    read_package,
)
from meguro_opendata.validation.datapackage.tables import ReadTable, read_table
from meguro_opendata.validation.engine.boundedpatterns import within_limits
from meguro_opendata.validation.engine.choice import Engine, refuse_unknown_engine, table_errors
from meguro_opendata.validation.engine.frictionless import TextTable
from meguro_opendata.validation.onetable import engine_report
from meguro_opendata.validation.references import with_types
from meguro_opendata.validation.specification import refuse_unknown_references
from meguro_opendata.validation.specification.keys import reference_of

__all__ = ["CheckedResource", "check_resources", "passed_over", "validate_package"]


@dataclass(frozen=True)
class CheckedResource:
    """What came of a resource; ``plain`` if its file is cut into cells as it would be without a dialect."""

    resource: DescribedResource
    result: Report | Unchecked
    plain: bool = False


def validate_package(
    path: Path | str, engine: Engine = "fast", *, specification: bool = False, lang: str = "ja"
) -> Overview:
    """Check every table of a data package, and the foreign keys between them.

    Args:
        path: Its ``datapackage.json``, of version 1 or 2.
        engine: ``"fast"`` or ``"frictionless"``; the findings are the same.
        specification: Whether Data Package 2 is the judge.
        lang: Language of the reasons why a table could not be checked.

    Raises:
        ConfigurationError: If the descriptor has faults; all are named.
    """
    package = read_package(Path(path))
    done = list(check_resources(package, engine, specification=specification, lang=lang))
    return Overview(tuple(one.result for one in done), tuple(passed_over(package)))


def passed_over(package: DescribedPackage) -> Iterator[PassedOver]:
    """Yield the resources that are no tables."""
    for one in package.resources:
        if not _is_table(one):
            yield PassedOver(str(one.file or one.name), "no-schema")


def _is_table(one: DescribedResource) -> bool:
    """Return whether a resource is to be checked: it has a schema, or says that it is a table."""
    return (
        one.schema is not None
        or one.content.get("type") == "table"
        or (one.content.get("profile") == "tabular-data-resource")
    )


def check_resources(
    package: DescribedPackage, engine: Engine, *, specification: bool, lang: str
) -> Iterator[CheckedResource]:
    """Yield what came of each table of a package, in the order of its resources."""
    refuse_unknown_engine(engine)
    read: dict[str, ReadTable | MeguroOpendataError] = {}
    for one in package.resources:
        if _is_table(one) or _is_referred(one, package):
            read[one.name] = _read(one)
    for one in package.resources:
        if _is_table(one):
            yield _checked(one, read, engine, lang, specification=specification)


def _is_referred(one: DescribedResource, package: DescribedPackage) -> bool:
    keys = (key for other in package.resources for key in (other.schema or {}).get("foreignKeys") or ())
    return any(reference_of(key) == one.name for key in keys)


def _read(one: DescribedResource) -> ReadTable | MeguroOpendataError:
    if one.file is None:
        code = "package-inline" if "data" in one.content else "package-parts"
        return MeguroOpendataError(code, name=one.name)
    if not one.file.is_file():
        return SourceError("package-file-missing", name=one.name, file=one.file)
    if one.schema is None and _is_table(one):
        return MeguroOpendataError("package-schema-missing", name=one.name)
    try:
        return read_table(one, one.file)
    except MeguroOpendataError as error:
        return error


def _checked(
    one: DescribedResource,
    read: Mapping[str, ReadTable | MeguroOpendataError],
    engine: Engine,
    lang: str,
    *,
    specification: bool,
) -> CheckedResource:
    own, name = read[one.name], str(one.file or one.name)
    if isinstance(own, MeguroOpendataError):
        return CheckedResource(one, Unchecked(name, own.code, own.text(lang), own.exit_code))
    try:
        report = _report(one, own, read, engine, specification=specification)
    except MeguroOpendataError as error:
        return CheckedResource(one, Unchecked(name, error.code, error.text(lang), error.exit_code))
    found = (*_file_findings(one), *report.findings)
    left = (*report.not_checked, *_unchecked_words(one))
    return CheckedResource(one, replace(report, findings=found, not_checked=left), plain=own.plain)


@within_limits
def _report(
    one: DescribedResource,
    own: ReadTable,
    read: Mapping[str, ReadTable | MeguroOpendataError],
    engine: Engine,
    *,
    specification: bool,
) -> Report:
    schema, left = _with_readable_keys(one, read)
    others = _others(one, schema, read)
    refuse_unknown_references(schema, others, one.name)
    table = own.table
    shell = Report(str(one.file), None, table.cells.height, 0, (), encoding=own.encoding, header=tuple(table.header))
    if specification:
        report = specification_report(shell, table, schema, engine, others, own.places)
    else:
        raw = table_errors(engine, table, schema, by_name=False, others=others)
        report = engine_report(shell, raw, schema, own.places)
    return replace(report, not_checked=(*report.not_checked, *left))


def _with_readable_keys(
    one: DescribedResource, read: Mapping[str, ReadTable | MeguroOpendataError]
) -> tuple[dict[str, Any], list[NotChecked]]:
    """The schema without foreign keys to tables that could not be read, and those; its own name is the table itself."""
    schema, keys, left = dict(one.schema or {}), [], list[NotChecked]()
    for key in schema.get("foreignKeys") or ():
        name = reference_of(key)
        if name == one.name:
            keys.append({**key, "reference": {**key["reference"], "resource": ""}})
        elif name and isinstance(read.get(name), MeguroOpendataError):
            left.append(NotChecked(f"foreignKeys: {name}", None, "unchecked-reference"))
        else:
            keys.append(key)
    return {**schema, "foreignKeys": keys} if keys else _without(schema, "foreignKeys"), left


def _without(schema: Mapping[str, Any], part: str) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != part}


def _others(
    one: DescribedResource, schema: Mapping[str, Any], read: Mapping[str, ReadTable | MeguroOpendataError]
) -> dict[str, TextTable]:
    """Return the tables that a schema's foreign keys refer to."""
    wanted = dict.fromkeys(filter(None, map(reference_of, schema.get("foreignKeys") or ())))
    found: dict[str, TextTable] = {}
    for name in wanted:
        given = read[name]
        if isinstance(given, ReadTable):
            found[name] = with_types(name, given.table, schema)
    return found


def _file_findings(one: DescribedResource) -> Iterator[Finding]:
    """Yield a finding where the declared size or checksum differs from the file's."""
    size, stamp = one.content.get("bytes"), one.content.get("hash")
    if one.file is None or (size is None and stamp is None):
        return
    raw = read_bytes(one.file)
    if isinstance(size, int) and size != len(raw):
        yield Finding("package-bytes", "error", params={"said": f"{size:,}", "found": f"{len(raw):,}"})
    kind, digest = _stamp(stamp)
    if kind in package_words()["hashes"] and hashlib.new(kind, raw, usedforsecurity=False).hexdigest() != digest:
        yield Finding("package-hash", "error", params={"said": digest, "kind_of_hash": kind})


def _stamp(stamp: object) -> tuple[str, str]:
    """Return the kind of a checksum, MD5 where none is named, and its digits.

    >>> _stamp("SHA256:AB"), _stamp("ab"), _stamp(None)
    (('sha256', 'ab'), ('md5', 'ab'), ('', ''))
    """
    if not isinstance(stamp, str):
        return "", ""
    kind, sign, digest = stamp.rpartition(":")
    return (kind.lower() if sign else "md5"), digest.lower()


def _unchecked_words(one: DescribedResource) -> Iterator[NotChecked]:
    """Yield a finding for each property of a resource that was not applied to its file."""
    words = package_words()["dialects"]
    known = {name for kind in words.values() for name in kind}
    for name in one.dialect:
        if name not in known:
            yield NotChecked(f"dialect.{name}", None, "unchecked-dialect")
    kind, _ = _stamp(one.content.get("hash"))
    if kind and kind not in package_words()["hashes"]:
        yield NotChecked(f"hash {kind}", None, "unchecked-hash")
