"""Our own catalogue form: JSON Lines, one dataset a line."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from meguro_opendata.catalog.entry import Box, CatalogEntry, Contact, Distribution
from meguro_opendata.catalog.forms.ckan import from_ckan
from meguro_opendata.errors import SourceError
from meguro_opendata.files.whole import numbered_lines

__all__ = ["read_any", "read_entries", "read_lines", "write_entries"]

_Form = TypeVar("_Form", CatalogEntry, Contact, Distribution)
_NOTHING: tuple[object, ...] = (None, "", (), {})


def write_entries(entries: Iterable[CatalogEntry]) -> str:
    """Our own catalogue form: JSON Lines, one dataset a line, empty parts left out."""
    return "".join(json.dumps(_written(entry), ensure_ascii=False) + "\n" for entry in entries)


def _written(entry: CatalogEntry) -> dict[str, Any]:
    kept = _filled({**asdict(entry), "extras": dict(entry.extras), "contact": _filled(asdict(entry.contact))})
    if kept.get("language") == CatalogEntry.language:
        del kept["language"]
    return kept


def _filled(part: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in part.items() if value not in _NOTHING}
    if "distributions" in kept:
        kept["distributions"] = [_filled(item) for item in kept["distributions"]]
    return kept


def read_entries(path: Path) -> list[CatalogEntry]:
    """The datasets of a file in our own catalogue form.

    Raises:
        SourceError: If the file is missing, or a line is no dataset.
    """
    return read_lines(path, _entry)


def read_any(path: Path) -> list[CatalogEntry]:
    """The datasets of a file of JSON Lines, each line in our own form or as CKAN's ``package_show`` gives it.

    Raises:
        SourceError: If the file is missing, or a line is neither.
    """
    return read_lines(path, _either)


def read_lines(path: Path, parse: Callable[[str], CatalogEntry]) -> list[CatalogEntry]:
    """The datasets of a file that has one a line, in its order.

    Args:
        path: The file.
        parse: What makes a dataset of a line; whatever of ``JSONDecodeError``, ``KeyError``, ``TypeError`` and
            ``AttributeError`` it raises tells that the line is none.

    Raises:
        SourceError: If the file is missing, empty or no text, or a line is no dataset.
    """
    return [_parsed(path, number, line, parse) for number, line in numbered_lines(path)]


def _parsed(path: Path, number: int, line: str, parse: Callable[[str], CatalogEntry]) -> CatalogEntry:
    try:
        return parse(line)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise SourceError("catalog-line-broken", file=path, line=number) from None


def _entry(line: str) -> CatalogEntry:
    return _of_our_form(json.loads(line))


def _either(line: str) -> CatalogEntry:
    loaded = json.loads(line)
    package = loaded.get("result", loaded)
    return from_ckan(package) if "resources" in package or package is not loaded else _of_our_form(loaded)


def _of_our_form(loaded: dict[str, Any]) -> CatalogEntry:
    parts = tuple(_plain(Distribution, part) for part in loaded.pop("distributions", ()))
    lists: dict[str, Any] = {name: _texts(loaded.pop(name, ())) for name in ("keywords", "groups", "documents")}
    box = _corners(loaded.pop("bbox", None))
    contact = _plain(Contact, loaded.pop("contact", {}))
    extras = tuple((key, str(value)) for key, value in loaded.pop("extras", {}).items())
    defaults = {"description": "", "department": "", "frequency": "", "license_id": ""}
    entry = _plain(CatalogEntry, {**defaults, **loaded})
    return replace(entry, **lists, bbox=box, contact=contact, extras=extras, distributions=parts)


def _plain(form: type[_Form], loaded: Mapping[str, Any]) -> _Form:
    """A dataclass of texts and numbers, each value being what its field holds.

    Raises:
        TypeError: If a field is unknown, missing or of another kind.
    """
    kinds = {part.name: str(part.type) for part in fields(form)}
    for name, value in loaded.items():
        kind = kinds[name].removesuffix(" | None")
        if not (value is None and kind != kinds[name]) and type(value).__name__ != kind:
            raise TypeError(name)
    return form(**loaded)


def _corners(value: Any) -> Box | None:
    if value is None:
        return None
    west, south, east, north = map(float, value)
    if not all(map(math.isfinite, (west, south, east, north))):
        raise ValueError(value)
    return west, south, east, north


def _texts(values: object) -> tuple[str, ...]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise TypeError(values)
    return tuple(map(str, values))
