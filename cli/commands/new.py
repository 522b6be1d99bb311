"""``new``: a dataset's folder and recipe, drafted from a department's file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.geo.gis.words import LayerWords


@click.command("new")
@click.argument("slug")
@click.option(
    "--source",
    required=True,
    type=options.InputFile(),
    metavar="FILE",
    help="元のファイル（写しを置く）/ The source file; it is copied.",
)
@click.option("--standard", metavar="ID[@VERSION]", help="従う標準（省略時は見出しから）/ The standard to follow.")
@click.option("--mapping-sheet", is_flag=True, help="対応表を mapping.xlsx に書く / Keep the mapping in mapping.xlsx.")
@options.table_place
@options.gis_words
@options.output_format
@options.common
def command(
    slug: str,
    source: Path,
    standard: str | None,
    mapping_sheet: bool,
    sheet: str | None,
    header_row: int | None,
    words: LayerWords,
    output_format: str,
) -> None:
    """元のファイルからデータセットの下書きを作る / Draft a dataset from a source file."""
    from meguro_opendata.authoring import draft_dataset

    from ..texts.draft import draft_lines

    lang = options.settings().lang
    workspace = options.settings().open_workspace()
    draft = draft_dataset(
        slug,
        source,
        workspace,
        standard,
        words,
        as_sheet=mapping_sheet,
        lang=lang,
        sheet=sheet,
        header_row=header_row,
    )
    if output_format == "json":
        console.result_json(draft.to_dict(lang))
    else:
        console.result("\n".join(draft_lines(draft, lang)))
