"""``convert``: one file into a standard's form, without a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.pipeline.outcome import Release


@click.command("convert")
@click.argument("file", type=click.Path(path_type=Path))
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
@options.output_format
@options.common
def command(file: Path, standard: str, out: Path, xlsx: Path | None, output_format: str) -> None:
    """1つの表を標準の形に直す（確かな対応だけ）/ Convert one file, applying sure matches only."""
    from meguro_opendata.pipeline.conversion import convert_file
    from meguro_opendata.pipeline.outcome import BUILD_FORMAT

    from ..texts.conversion import conversion_lines

    lang = options.settings().lang
    release = convert_file(file, standard, out, lang)
    if xlsx is not None:
        _write_marked(file, release, xlsx, lang)
    if output_format == "json":
        console.result_json({"format": BUILD_FORMAT, "releases": [release.to_dict(lang)]})
    else:
        console.result("\n".join(conversion_lines(release, lang)))
    raise SystemExit(release.report.exit_code)


def _write_marked(file: Path, release: Release, out: Path, lang: str) -> None:
    from meguro_opendata.reports.workbook.marked import mark_table, marked_lines, write_marked
    from meguro_opendata.sources import read_source

    source = release.recipe.source
    table = read_source(
        file,
        sheet=source.sheet,
        header_row=source.header_row,
        header_rows=source.header_rows,
        encoding=source.encoding,
        keep_all=True,
    )
    marked = mark_table(table, release.report.findings, lang)
    write_marked(marked, out, file)
    console.say("\n".join(marked_lines(marked, out, lang)))
