"""``geo import-boundary``: the area of a municipality, to check points against."""

from __future__ import annotations

from pathlib import Path

import click

from ... import console, options

FORMAT = "meguro-opendata/boundary@1"
_NAMED = 5


@click.command("import-boundary")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--municipality", metavar="CODE", help="ファイルに名前がないときの自治体 / Whose it is, if not said.")
@options.output_format
@options.common
def command(file: Path, municipality: str | None, output_format: str) -> None:
    """自治体の区域（国土数値情報などのGeoJSON）を取り込む / Import the boundary of a municipality."""
    from meguro_opendata.geo import boundary
    from meguro_opendata.messages import message
    from meguro_opendata.municipality import municipality as of_code

    lang = options.settings().lang
    kept = boundary.import_boundary(file, of_code(municipality) if municipality else None)
    if output_format == "json":
        console.result_json({"format": FORMAT, "file": str(file), "polygons": kept})
        return
    names = [of_code(code).full_name for code in kept]
    shown = names if len(names) <= _NAMED else [*names[:_NAMED], f"... ({len(names)})"]
    console.result(message("boundary-imported", lang, names=shown, count=sum(kept.values())))
    console.say(message("boundary-kept", lang, path=boundary.boundary_path(next(iter(kept))).parent))
