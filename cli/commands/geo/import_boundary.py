"""``geo import-boundary``: the area of a municipality, to check points against."""

from __future__ import annotations

from pathlib import Path

import click

from ... import console, options

FORMAT = "meguro-opendata/boundary@1"


@click.command("import-boundary")
@click.argument("file", type=options.InputFile())
@click.option("--municipality", metavar="CODE", help="ファイルに名前がないときの自治体 / Whose it is, if not said.")
@click.option("--from", "source", metavar="CRS", help="元の座標系（ファイルから分からないとき）/ System, if not said.")
@click.option("--layer", metavar="NAME", help="レイヤー（2つ以上あるとき）/ The layer, where there are several.")
@click.option(
    "--encoding", type=click.Choice(("utf-8", "cp932", "utf-16")), help="属性の文字コード / Encoding of its texts."
)
@click.option(
    "--allow-approximate", is_flag=True, help="誤差を承知で近似の変換を許す / Allow an approximate operation."
)
@options.output_format
@options.common
def command(
    file: Path,
    municipality: str | None,
    source: str | None,
    layer: str | None,
    encoding: str | None,
    allow_approximate: bool,
    output_format: str,
) -> None:
    """自治体の区域（国土数値情報などのGISのファイル）を取り込む / Import the boundary of a municipality."""
    from meguro_opendata.geo.gis.files import LayerWords
    from meguro_opendata.geo.places import boundary
    from meguro_opendata.japan.municipalities import municipality as of_code
    from meguro_opendata.messages import message

    from ...texts.lists import first_names

    lang = options.settings().lang
    home = of_code(municipality) if municipality else None
    words = LayerWords(layer, source, encoding)
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
