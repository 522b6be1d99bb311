"""What ``standards show`` prints of a standard that is a set of files (GTFS-JP)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .. import console

if TYPE_CHECKING:
    from meguro_opendata.standard.filesets import FileStandard

__all__ = ["show_files"]

SHOW_FORMAT = "meguro-opendata/standard@1"


def show_files(standard_id: str, output_format: str, lang: str) -> bool:
    """Print files and required fields if the standard is a set of files; ``False``, and nothing printed, if not."""
    from meguro_opendata.standard.filesets import load_file_standard

    found = load_file_standard(standard_id)
    if found is None:
        return False
    if output_format == "json":
        console.result_json(_described(found))
    else:
        console.result("\n".join(_lines(found, lang)))
    return True


def _described(found: FileStandard) -> dict[str, Any]:
    """As ``standard@1`` has it: no items, everything that is known under our own prefix."""
    entry = found.standard
    return {
        "format": SHOW_FORMAT,
        "id": entry.id,
        "number": entry.number,
        "title": entry.title,
        "title_en": entry.title_en,
        "version": found.version,
        "versions": [found.version],
        "status": entry.status,
        "file_name": entry.file_name,
        "schema": {"fields": [], **{f"mo:{name}": value for name, value in found.descriptor.items()}},
    }


def _lines(found: FileStandard, lang: str) -> Iterator[str]:
    from meguro_opendata.messages import word

    entry = found.standard
    title = entry.title if lang == "ja" else entry.title_en
    yield f"{entry.number or '-'} {title} ({entry.id}@{found.version})"
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
