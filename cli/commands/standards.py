"""``standards``: the national standard, listed and explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.standard import Standard

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
    from meguro_opendata.messages import word
    from meguro_opendata.standard import standards

    lang = options.settings().lang
    if output_format == "json":
        console.result_json({"format": LIST_FORMAT, "standards": [_entry(standard) for standard in standards()]})
        return
    header = [word(name, lang) for name in ("number", "id", "title", "versions")]
    rows = [
        [standard.number or "-", standard.id, _title(standard, lang), ", ".join(standard.versions) or "-"]
        for standard in standards()
    ]
    console.result(console.table_text(header, rows))


@command.command("show")
@click.argument("standard_id", metavar="ID[@VERSION]")
@options.output_format
@options.common
def show(standard_id: str, output_format: str) -> None:
    """標準の項目を表示する / Show the fields of one standard."""
    from meguro_opendata.messages import form, word
    from meguro_opendata.standard import load_standard

    lang = options.settings().lang
    standard = load_standard(standard_id)
    if output_format == "json":
        console.result_json({"format": SHOW_FORMAT, **_entry(standard), "schema": standard.schema})
        return
    console.result(f"{standard.number or '-'} {_title(standard, lang)} ({standard.id}@{standard.version})")
    header = [word(name, lang) for name in ("field", "requirement", "kind", "meaning", "example")]
    rows = [
        [
            field.name,
            word(field.requirement, lang),
            form(field.kind, lang),
            field.description,
            str(field.descriptor.get("example", "")),
        ]
        for field in standard.fields
    ]
    console.result(console.table_text(header, rows))


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
