"""``geo import-boundary``: the area of a municipality, to check points against."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ... import console, options

FORMAT = "meguro-opendata/boundary@1"

if TYPE_CHECKING:
    from meguro_opendata.geo.gis.words import LayerWords


@click.command("import-boundary")
@click.argument("file", type=options.InputFile())
@click.option("--municipality", metavar="CODE", help="ファイルに名前がないときの自治体 / Whose it is, if not said.")
@options.gis_words
@click.option(
    "--allow-approximate", is_flag=True, help="誤差を承知で近似の変換を許す / Allow an approximate operation."
)
@options.output_format
@options.common
def command(
    file: Path,
    municipality: str | None,
    words: LayerWords,
    allow_approximate: bool,
    output_format: str,
) -> None:
    """自治体の区域（国土数値情報などのGISのファイル）を取り込む / Import the boundary of a municipality."""
    from meguro_opendata.geo.places import boundary
    from meguro_opendata.japan.municipalities import municipality as of_code
    from meguro_opendata.messages import message

    from ...texts.lists import first_names

    lang = options.settings().lang
    home = of_code(municipality) if municipality else None
    kept = boundary.import_boundary(file, home, words, allow_approximate=allow_approximate)
    error = max(known.error for code in kept if (known := boundary.boundary_of(code)))
    if error:
        console.say(message("boundary-approximate", lang, error=f"{error:g}"))
    if output_format == "json":
        console.result_json({"format": FORMAT, "file": str(file), "polygons": kept})
        return
    names = [of_code(code).full_name for code in kept]
    console.result(message("boundary-imported", lang, names=first_names(names), count=sum(kept.values())))
    console.say(message("boundary-kept", lang, path=boundary.boundary_path(next(iter(kept))).parent))
