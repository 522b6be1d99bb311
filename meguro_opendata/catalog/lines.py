"""Our own catalogue form: JSON Lines, one dataset a line."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TypeVar

from meguro_opendata.catalog.entry import Box, CatalogEntry, Contact, Distribution
from meguro_opendata.catalog.forms.ckan import from_ckan
from meguro_opendata.catalog.package import Json, JsonObject, Package, list_of, object_of
from meguro_opendata.errors import SourceError
from meguro_opendata.files.jsontext import HalfSignError, parsed_json
from meguro_opendata.files.whole import numbered_lines

__all__ = ["read_any", "read_entries", "read_lines", "read_originals", "write_entries"]

_Form = TypeVar("_Form", CatalogEntry, Contact, Distribution)
_Line = TypeVar("_Line")
# Empty parts are left out of a line: most of an entry's thirty parts are empty.
_NOTHING: tuple[object, ...] = (None, "", (), {})


def write_entries(entries: Iterable[CatalogEntry]) -> str:
    """Return datasets in our own catalogue form: JSON Lines, one dataset a line, empty parts left out."""
    return "".join(json.dumps(_written(entry), ensure_ascii=False) + "\n" for entry in entries)


def _written(entry: CatalogEntry) -> JsonObject:
    kept = _filled({**asdict(entry), "extras": dict(entry.extras), "contact": _filled(asdict(entry.contact))})
    if kept.get("language") == CatalogEntry.language:
        del kept["language"]
    return kept


def _filled(part: Mapping[str, Json]) -> JsonObject:
    kept = {name: value for name, value in part.items() if value not in _NOTHING}
    if "distributions" in kept:
        kept["distributions"] = [_filled(object_of(item)) for item in list_of(kept["distributions"])]
    return kept


def read_entries(path: Path) -> list[CatalogEntry]:
    """Return the datasets of a file in our own catalogue form.

    Raises:
        SourceError: If the file is missing, or a line is no dataset.
    """
    return read_lines(path, _entry)


def read_any(path: Path) -> list[CatalogEntry]:
    """Return the datasets of a file of JSON Lines, each line in our own form or as CKAN's ``package_show`` gives it.

    Raises:
        SourceError: If the file is missing, or a line is neither.
    """
    return [entry for entry, _ in read_originals(path)]


def read_originals(path: Path) -> list[tuple[CatalogEntry, Package | None]]:
    """Return the datasets of a file as :func:`read_any` does, each with CKAN's package if it was made of one.

    Raises:
        SourceError: If the file is missing, or a line is neither.
    """
    return read_lines(path, _either)


def read_lines(path: Path, parse: Callable[[str], _Line]) -> list[_Line]:
    """Return the datasets of a file that has one a line, in its order.

    Args:
        path: The file.
        parse: The function that makes a dataset of a line; it raises ``ValueError``, ``KeyError``, ``TypeError`` or
            ``AttributeError`` for a line that is no dataset.

    Raises:
        SourceError: If the file is missing, empty or no text, or a line is no dataset.
    """
    return [_parsed(path, number, line, parse) for number, line in numbered_lines(path)]


def _parsed(path: Path, number: int, line: str, parse: Callable[[str], _Line]) -> _Line:
    try:
        return parse(line)
    except HalfSignError as half:
        raise SourceError("half-sign", place=f"{path}:{number} {half.place}", sign=half.sign) from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise SourceError("catalog-line-broken", file=path, line=number) from None


def _entry(line: str) -> CatalogEntry:
    return _of_our_form(parsed_json(line))


def _either(line: str) -> tuple[CatalogEntry, Package | None]:
    loaded = parsed_json(line)
    raw = loaded.get("result", loaded)
    if "resources" in raw or raw is not loaded:
        package = Package.from_ckan(raw)
        return from_ckan(package), package
    return _of_our_form(loaded), None


def _of_our_form(loaded: JsonObject) -> CatalogEntry:
    parts = tuple(_plain(Distribution, object_of(part)) for part in list_of(loaded.pop("distributions", ())))
    keywords, groups, documents = (_texts(loaded.pop(name, ())) for name in ("keywords", "groups", "documents"))
    box = _corners(loaded.pop("bbox", None))
    contact = _plain(Contact, object_of(loaded.pop("contact", {})))
    extras = tuple((key, str(value)) for key, value in object_of(loaded.pop("extras", {})).items())
    defaults = {"description": "", "department": "", "frequency": "", "license_id": ""}
    return replace(
        _plain(CatalogEntry, {**defaults, **loaded}),
        keywords=keywords,
        groups=groups,
        documents=documents,
        bbox=box,
        contact=contact,
        extras=extras,
        distributions=parts,
    )


def _plain(form: type[_Form], loaded: Mapping[str, Json]) -> _Form:
    """Return a dataclass of texts and numbers from the values of its fields.

    Raises:
        TypeError: If a field is unknown, missing or of another kind.
    """
    kinds = {part.name: str(part.type) for part in fields(form)}
    for name, value in loaded.items():
        kind = kinds[name].removesuffix(" | None")
        if not (value is None and kind != kinds[name]) and type(value).__name__ != kind:
            raise TypeError(name)
    made: Callable[..., _Form] = form
    return made(**loaded)


def _corners(value: Json) -> Box | None:
    if value is None:
        return None
    west, south, east, north = map(_number, list_of(value))
    # JSON of Python and others writes NaN and Infinity, which no box on a map can have.
    if not all(map(math.isfinite, (west, south, east, north))):
        raise ValueError(value)
    return west, south, east, north


def _number(value: Json) -> float:
    """Return a number, which may be written as text.

    Raises:
        TypeError: If the value is neither text nor number.
        ValueError: If the text is no number.
    """
    if not isinstance(value, str | int | float):
        raise TypeError(type(value))
    return float(value)


def _texts(values: object) -> tuple[str, ...]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise TypeError(values)
    return tuple(map(str, values))
