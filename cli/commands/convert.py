"""``convert``: one file into a standard's form, without a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.geo.gis.words import LayerWords


@click.command("convert")
@click.argument("file", type=options.InputFile())
@click.option("--standard", required=True, metavar="ID[@VERSION]", help="変換先の標準 / The standard to convert to.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="結果の置き場 / Result folder."
)
@click.option(
    "--xlsx",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="元の表に印を付けたブックを書く / Write a copy of the source with marked cells and notes.",
)
@options.table_place
@options.gis_words
@options.output_format
@options.common
def command(
    file: Path,
    standard: str,
    out: Path,
    xlsx: Path | None,
    sheet: str | None,
    header_row: int | None,
    words: LayerWords,
    output_format: str,
) -> None:
    """1つの表を標準の形に直す（確かな対応だけ）/ Convert one file, applying sure matches only."""
    from meguro_opendata.pipeline.conversion import convert_file, mark_source
    from meguro_opendata.pipeline.outcome import BUILD_FORMAT

    from ..texts.conversion import conversion_lines

    lang = options.settings().lang
    release = convert_file(file, standard, out, lang, words, sheet=sheet, header_row=header_row)
    if xlsx is not None:
        from meguro_opendata.reports.workbook.marked import marked_lines, write_marked

        marked = mark_source(file, release, lang)
        write_marked(marked, xlsx, file)
        console.say("\n".join(marked_lines(marked, xlsx, lang)))
    if output_format == "json":
        console.result_json({"format": BUILD_FORMAT, "releases": [release.to_dict(lang)]})
    else:
        console.result("\n".join(conversion_lines(release, lang)))
    raise SystemExit(release.report.exit_code)
