"""``FileStandard``: a standard that is a set of files instead of one table (GTFS-JP), from its ``files.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from meguro_opendata.errors import UnknownStandardError
from meguro_opendata.standard.definitions import definition_yaml
from meguro_opendata.standard.model import Standard, standards

__all__ = ["FileField", "FileStandard", "StandardFile", "load_file_standard"]


@dataclass(frozen=True)
class FileField:
    """One column of one file.

    Attributes:
        requirement: ``required``, ``conditional_required``, ``recommended``, ``optional``, ``conditional_forbidden``,
            ``not_used`` or ``unknown``.
        values: The values that it may have, empty where any may stand.
        description: What it means, in Japanese; empty where the evidence does not say.
        may_be_empty: Whether its cells may be empty although the column is required.
    """

    name: str
    requirement: str
    values: tuple[str, ...] = ()
    description: str = ""
    may_be_empty: bool = False

    @property
    def must_be_filled(self) -> bool:
        """Return whether an empty cell is an error."""
        return self.requirement == "required" and not self.may_be_empty


@dataclass(frozen=True)
class StandardFile:
    """One file of the set; ``requirement`` is also ``legacy`` for a file of earlier editions only."""

    name: str
    title: str
    requirement: str
    fields: tuple[FileField, ...]

    @property
    def is_table(self) -> bool:
        """Return whether its columns are known, so that it can be checked as a table."""
        return bool(self.fields)

    def names(self, requirement: str) -> tuple[str, ...]:
        """Return the names of its columns of one requirement."""
        return tuple(field.name for field in self.fields if field.requirement == requirement)


@dataclass(frozen=True)
class FileStandard:
    """A standard that is checked file by file.

    Attributes:
        standard: Its entry in the catalogue.
        version: The year of the edition.
        edition: The edition that the facts are from, in Japanese.
        known_gaps: Facts that the evidence lacks.
        files: In the standard's order, those of earlier editions last.
        descriptor: The content of ``files.yaml``.
    """

    standard: Standard
    version: str
    edition: str
    known_gaps: tuple[str, ...]
    files: tuple[StandardFile, ...]
    descriptor: dict[str, Any]

    def file(self, name: str) -> StandardFile | None:
        """Return the file of that exact name, or ``None``."""
        return next((file for file in self.files if file.name == name), None)


@cache
def load_file_standard(standard_id: str) -> FileStandard | None:
    """Return the standard of that id (or ``id@version``) if it is a set of files, ``None`` if it is a table or unknown.

    Raises:
        UnknownStandardError: If there is no such version, or its file is missing or damaged.
    """
    name, _, version = standard_id.partition("@")
    entry = next((entry for entry in standards() if entry.id == name and entry.status == "files"), None)
    if entry is None:
        return None
    path = f"{name}/files.yaml"
    loaded = _read(path)
    try:
        found = _from_file(entry, loaded)
    except (KeyError, TypeError, AttributeError):
        raise UnknownStandardError("schema-damaged", file=path, line=1) from None
    if version and version != found.version:
        raise UnknownStandardError("unknown-version", id=name, version=version, versions=[found.version])
    return found


def _from_file(entry: Standard, loaded: dict[str, Any]) -> FileStandard:
    return FileStandard(
        standard=entry,
        version=loaded["version"],
        edition=loaded["edition"],
        known_gaps=tuple(loaded["known_gaps"]),
        files=tuple(_file(item) for item in [*loaded["files"], *loaded["legacy_files"]]),
        descriptor=loaded,
    )


def _file(item: dict[str, Any]) -> StandardFile:
    fields = tuple(
        FileField(
            name=field["name"],
            requirement=field["requirement"],
            values=tuple(field.get("values", ())),
            description=field.get("description", ""),
            may_be_empty=field.get("may_be_empty", False),
        )
        for field in item["fields"]
    )
    return StandardFile(item["name"], item["title"], item["requirement"], fields)


def _read(path: str) -> Any:
    try:
        return definition_yaml(path)
    except FileNotFoundError:
        raise UnknownStandardError("schema-missing", file=path) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UnknownStandardError("schema-damaged", file=path, line=line) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise UnknownStandardError("schema-damaged", file=path, line=1) from None
