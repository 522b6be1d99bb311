"""A standard that is a set of files (GTFS-JP), as lines of text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from meguro_opendata.messages import word

from .. import console
from .standards import SHOW_FORMAT, standard_entry, standard_title

if TYPE_CHECKING:
    from meguro_opendata.standard.filesets import FileStandard

__all__ = ["fileset_dict", "fileset_lines"]


def fileset_dict(found: FileStandard) -> dict[str, Any]:
    """Return the standard as ``standard@1`` has it: no items, all that is known under our own prefix."""
    known = {f"mo:{name}": value for name, value in found.descriptor.items()}
    versions = {"version": found.version, "versions": [found.version]}
    return {"format": SHOW_FORMAT, **standard_entry(found.standard), **versions, "schema": {"fields": [], **known}}


def fileset_lines(found: FileStandard, lang: str) -> Iterator[str]:
    """Yield the files, the required fields and what the standard leaves open."""
    entry = found.standard
    yield f"{entry.number or '-'} {standard_title(entry, lang)} ({entry.id}@{found.version})"
    yield f"{word('edition', lang)}: {found.edition}"
    yield ""
    header = [word(name, lang) for name in ("file", "requirement", "title", "fields")]
    files = [[file.name, word(file.requirement, lang), file.title, str(len(file.fields))] for file in found.files]
    yield console.table_text(header, files, numbers=(3,))
    yield ""
    yield f"{word('required', lang)}:"
    header = [word(name, lang) for name in ("file", "field", "meaning", "values")]
    fields = [
        [file.name, field.name, field.description, ", ".join(field.values)]
        for file in found.files
        for field in file.fields
        if field.requirement == "required"
    ]
    yield console.table_text(header, fields)
    yield ""
    yield f"{word('known-gaps', lang)}:"
    yield from (f"- {gap}" for gap in found.known_gaps)
