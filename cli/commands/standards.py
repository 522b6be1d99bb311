"""``standards``: the national standard, listed, explained, and as a workbook to fill in."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.standard.model import Field, Standard
    from meguro_opendata.workspace.city import City

LIST_FORMAT = "meguro-opendata/standards@1"
SHOW_FORMAT = "meguro-opendata/standard@1"


@click.group("standards", cls=options.Group, no_args_is_help=True)
def command() -> None:
    """国の標準（自治体標準オープンデータセット）を調べる / The national standard."""


@command.command("list")
@options.output_format
@options.common
def list_(output_format: str) -> None:
    """標準の一覧を表示する / List every dataset of the standard."""
    from meguro_opendata.standard.model import load_standard, standards

    lang = options.settings().lang
    city = _city(lang)
    newest = [load_standard(standard.id) if standard.versions else standard for standard in standards()]
    if output_format == "json":
        listed = [{**_entry(standard), **_counts(standard, city)} for standard in newest]
        console.result_json({"format": LIST_FORMAT, "standards": listed})
        return
    console.result(_list_text(newest, city, lang))


def _city(lang: str) -> City | None:
    """The city of the nearest workspace, if any; the list also serves to mend a workspace whose settings are wrong."""
    from meguro_opendata.errors import ConfigurationError
    from meguro_opendata.messages import message

    try:
        workspace = options.settings().nearest_workspace()
    except ConfigurationError:
        if options.settings().workspace is not None:
            raise
        console.say(message("planned-unreadable", lang))
        return None
    return workspace.city if workspace else None


def _counts(standard: Standard, city: City | None) -> dict[str, int | bool | None]:
    known = bool(standard.versions)
    return {
        "fields": len(standard.fields) if known else None,
        "requirement_known": standard.requirements_known if known else None,
        "planned": standard.id in city.planned_standards if city else None,
    }


def _list_text(newest: list[Standard], city: City | None, lang: str) -> str:
    from meguro_opendata.messages import word

    header = ("number", "id", "title", "versions", "fields", "requirement-known", "planned")
    rows = []
    for standard in newest:
        counts = _counts(standard, city)
        of_all = f"{counts['requirement_known']}/{counts['fields']}" if standard.versions else "-"
        versions = ", ".join(standard.versions) or "-"
        fields = str(counts["fields"]) if standard.versions else "-"
        planned = word("yes", lang) if counts["planned"] else ""
        rows.append([standard.number or "-", standard.id, _title(standard, lang), versions, fields, of_all, planned])
    return console.table_text([word(name, lang) for name in header], rows, numbers=(4, 5))


@command.command("show")
@click.argument("standard_id", metavar="ID[@VERSION]")
@options.output_format
@options.common
def show(standard_id: str, output_format: str) -> None:
    """標準の項目を表示する / Show the fields of one standard."""
    from meguro_opendata.messages import message
    from meguro_opendata.standard.model import load_standard

    from ..texts import gtfs as gtfs_text

    lang = options.settings().lang
    if gtfs_text.show_files(standard_id, output_format, lang):
        return
    standard = load_standard(standard_id)
    if output_format == "json":
        console.result_json({"format": SHOW_FORMAT, **_entry(standard), "schema": standard.schema})
        return
    marks = Counter({"required": 0, "recommended": 0, "optional": 0, "unknown": 0})
    marks.update(field.requirement for field in standard.fields)
    console.result(f"{standard.number or '-'} {_title(standard, lang)} ({standard.id}@{standard.version})")
    console.result(message("show-counts", lang, count=len(standard.fields), **marks))
    console.result(message("show-versions", lang, versions=standard.versions) + "\n")
    sections = [_section(number, field, lang) for number, field in enumerate(standard.fields, start=1)]
    console.result(console.sections_text(sections))


def _section(number: int, field: Field, lang: str) -> tuple[str, list[tuple[str, str]]]:
    from meguro_opendata.messages import word
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


@command.command("template")
@click.argument("standard_id", metavar="ID[@VERSION]")
@click.option(
    "-o",
    "--out",
    required=True,
    metavar="FILE.xlsx",
    type=click.Path(path_type=Path),
    help="書き出すブック / The workbook to write.",
)
@options.common
def template(standard_id: str, out: Path) -> None:
    """担当課に渡す入力用のブックを作る / Write an entry workbook for departments."""
    from meguro_opendata.authoring.entry_workbook import city_constants, write_template
    from meguro_opendata.messages import message
    from meguro_opendata.standard.model import load_standard

    lang = options.settings().lang
    standard = load_standard(standard_id)
    workspace = options.settings().nearest_workspace()
    city = workspace.city if workspace else None
    write_template(standard, out, city)
    named = f"{standard.id}@{standard.version}"
    count = len(standard.fields)
    console.result(message("template-done", lang, path=out, title=_title(standard, lang), standard=named, count=count))
    if city is not None:
        filled = list(city_constants(standard.fields, city))
        console.result(message("template-constants", lang, city=city.full_name, fields=filled))


def _title(standard: Standard, lang: str) -> str:
    return standard.title if lang == "ja" else standard.title_en


def _entry(standard: Standard) -> dict[str, Any]:
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
