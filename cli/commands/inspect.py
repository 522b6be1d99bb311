"""``inspect``: what a file really is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.geo.gis.words import LayerWords


@click.command("inspect")
@click.argument("file", type=options.InputFile())
@options.gis_words
@options.municipality
@options.output_format
@options.common
def command(
    file: Path,
    words: LayerWords,
    municipality: str | None,
    output_format: str,
) -> None:
    """ファイルの中身を調べる / Say what a file really is and which standard it may follow."""
    from meguro_opendata.inspection.profiler import inspect_file
    from meguro_opendata.messages.harmless import one_line

    from ..texts.inspection import inspection_lines

    lang = options.settings().lang
    near, named = options.near_municipality(), options.named_municipality(municipality)
    seen = inspect_file(file, words, workspace=near, named=named)
    if output_format == "json":
        console.result_json(seen.to_dict(lang))
    else:
        console.result_lines(map(one_line, inspection_lines(seen, lang)))
    if seen.refusal is not None:
        console.say(seen.refusal.text(lang))
    raise SystemExit(seen.exit_code)
