"""Standards as lines of text, and as the JSON of ``standards``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from meguro_opendata.messages import message, word

from .. import console

if TYPE_CHECKING:
    from meguro_opendata.standard.model import Field, Standard
    from meguro_opendata.workspace.city import City

__all__ = [
    "SHOW_FORMAT",
    "standard_counts",
    "standard_dict",
    "standard_entry",
    "standard_lines",
    "standard_title",
    "standards_text",
]

SHOW_FORMAT = "meguro-opendata/standard@1"


def standard_title(standard: Standard, lang: str) -> str:
    """Return the title in a language."""
    return standard.title if lang == "ja" else standard.title_en


def standards_text(newest: Iterable[Standard], city: City | None, lang: str) -> str:
    """Return all standards as a table: versions, fields, how many of them have a known requirement, planned or not."""
    header = ("number", "id", "title", "versions", "fields", "requirement-known", "planned")
    rows = []
    for standard in newest:
        counts = standard_counts(standard, city)
        of_all = f"{counts['requirement_known']}/{counts['fields']}" if standard.versions else "-"
        versions = ", ".join(standard.versions) or "-"
        fields = str(counts["fields"]) if standard.versions else "-"
        planned = word("yes", lang) if counts["planned"] else ""
        rows.append(
            [standard.number or "-", standard.id, standard_title(standard, lang), versions, fields, of_all, planned]
        )
    return console.table_text([word(name, lang) for name in header], rows, numbers=(4, 5))


def standard_entry(standard: Standard) -> dict[str, Any]:
    """Return what a list says of a standard, as JSON has it."""
    return {
        "id": standard.id,
        "number": standard.number,
        "title": standard.title,
        "title_en": standard.title_en,
        "version": standard.version,
        "versions": list(standard.versions),
        "status": standard.status,
        "file_name": standard.file_name,
    }


def standard_dict(standard: Standard) -> dict[str, Any]:
    """Return a standard with its schema, as ``standard@1`` has it."""
    return {"format": SHOW_FORMAT, **standard_entry(standard), "schema": standard.schema}


def standard_counts(standard: Standard, city: City | None) -> dict[str, int | bool | None]:
    """Return what is counted of a standard, and whether the city plans it; ``None`` where that is not known."""
    known = bool(standard.versions)
    return {
        "fields": len(standard.fields) if known else None,
        "requirement_known": standard.requirements_known if known else None,
        "planned": standard.id in city.planned_standards if city else None,
    }


def standard_lines(standard: Standard, lang: str) -> Iterator[str]:
    """Yield a standard's head and each of its fields with what it means."""
    marks = Counter({"required": 0, "recommended": 0, "optional": 0, "unknown": 0})
    marks.update(field.requirement for field in standard.fields)
    yield f"{standard.number or '-'} {standard_title(standard, lang)} ({standard.id}@{standard.version})"
    yield message("show-counts", lang, count=len(standard.fields), **marks)
    yield message("show-versions", lang, versions=standard.versions) + "\n"
    yield console.sections_text(
        [_section(number, field, lang) for number, field in enumerate(standard.fields, start=1)]
    )


def _section(number: int, field: Field, lang: str) -> tuple[str, list[tuple[str, str]]]:
    from meguro_opendata.standard.field_help import explain

    told = explain(field, lang)
    lines = [
        (word("meaning", lang), told.meaning),
        (word("requirement", lang), told.requirement),
        (word("kind", lang), told.form),
        (word("allowed-values" if told.closed else "usual-values", lang), " / ".join(told.values)),
        (word("example", lang), told.example),
    ]
    return f"{number}. {told.name}", lines
