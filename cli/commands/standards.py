"""``standards``: the national standard, listed, explained, and as a workbook to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.workspace.city import City

LIST_FORMAT = "meguro-opendata/standards@1"


@click.group("standards", cls=options.Group, no_args_is_help=True)
def command() -> None:
    """国の標準（自治体標準オープンデータセット）を調べる / The national standard."""


@command.command("list")
@options.output_format
@options.common
def list_(output_format: str) -> None:
    """標準の一覧を表示する / List every dataset of the standard."""
    from meguro_opendata.standard.model import load_standard, standards

    from ..texts.standards import standard_counts, standard_entry, standards_text

    lang = options.settings().lang
    city = _city(lang)
    newest = [load_standard(standard.id) if standard.versions else standard for standard in standards()]
    if output_format == "json":
        listed = [{**standard_entry(standard), **standard_counts(standard, city)} for standard in newest]
        console.result_json({"format": LIST_FORMAT, "standards": listed})
        return
    console.result(standards_text(newest, city, lang))


def _city(lang: str) -> City | None:
    """Return the city of the nearest workspace, if any; the list also helps to fix a workspace with wrong settings."""
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


@command.command("show")
@click.argument("standard_id", metavar="ID[@VERSION]")
@options.output_format
@options.common
def show(standard_id: str, output_format: str) -> None:
    """標準の項目を表示する / Show the fields of one standard."""
    from meguro_opendata.standard.filesets import load_file_standard
    from meguro_opendata.standard.model import load_standard

    from ..texts.filesets import fileset_dict, fileset_lines
    from ..texts.standards import standard_dict, standard_lines

    lang = options.settings().lang
    files = load_file_standard(standard_id)
    if files is not None:
        shown, lines = fileset_dict(files), fileset_lines(files, lang)
    else:
        standard = load_standard(standard_id)
        shown, lines = standard_dict(standard), standard_lines(standard, lang)
    if output_format == "json":
        console.result_json(shown)
    else:
        console.result_lines(lines)


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

    from ..texts.standards import standard_title

    lang = options.settings().lang
    standard = load_standard(standard_id)
    workspace = options.settings().nearest_workspace()
    city = workspace.city if workspace else None
    write_template(standard, out, city)
    named = {"title": standard_title(standard, lang), "standard": f"{standard.id}@{standard.version}"}
    console.result(message("template-done", lang, path=out, count=len(standard.fields), **named))
    if city is not None:
        filled = list(city_constants(standard.fields, city))
        console.result(message("template-constants", lang, city=city.full_name, fields=filled))
