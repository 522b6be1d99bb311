"""``geo transform``: the coordinates of a file in another reference system."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ... import console, options

if TYPE_CHECKING:
    from meguro_opendata.geo.gis.words import LayerWords
    from meguro_opendata.geo.places.filepoints import Homes
    from meguro_opendata.georeferencing.files.points import TransformedFile


@click.command("transform")
@click.argument("file", type=options.InputFile())
@click.option(
    "--to", "target", required=True, metavar="CRS", help="変換後の座標系 / System that is wanted (EPSG:6668)."
)
@options.gis_words
@click.option("--first", metavar="COL", help="第1軸（緯度、X）の列 / Column of the first axis (of a table).")
@click.option("--second", metavar="COL", help="第2軸（経度、Y）の列 / Column of the second axis (of a table).")
@click.option(
    "--names", nargs=2, metavar="COL COL", help="2つの列の新しい名前 / New names of both columns (of a table)."
)
@click.option(
    "-o",
    "--out",
    required=True,
    metavar="OUT.csv",
    type=click.Path(dir_okay=False, path_type=Path),
    help="書き出すCSV、GISのファイルなら .gpkg .fgb .zip .geojson .kml / The file to write.",
)
@click.option(
    "--notation",
    type=click.Choice(("decimal", "dms")),
    help="35.3829 のような値の読み方 / What values such as 35.3829 are.",
)
@click.option(
    "--allow-approximate", is_flag=True, help="誤差を承知で近似の変換を許す / Allow an approximate operation."
)
@options.municipality
@options.output_format
@options.common
def command(
    file: Path,
    words: LayerWords,
    target: str,
    first: str | None,
    second: str | None,
    names: tuple[str, str] | None,
    out: Path,
    notation: str | None,
    allow_approximate: bool,
    municipality: str | None,
    output_format: str,
) -> None:
    """表やGISのファイルの座標を別の座標系に変換する / Transform the coordinates of a table or a GIS file."""
    from meguro_opendata.geo.datum.crs import parse_crs
    from meguro_opendata.geo.gis.opening import is_geo_file
    from meguro_opendata.georeferencing.files.layers import transform_layer

    from ...texts.coordinates import transformation_lines

    lang = options.settings().lang
    homes = options.near_municipality(), options.named_municipality(municipality)
    if is_geo_file(file):
        done = transform_layer(file, out, parse_crs(target), words, allow_approximate=allow_approximate, homes=homes)
    else:
        replace(words, crs=None).refuse_for(file)
        done = _table(file, out, (words.crs, target, first, second), names, notation, allow_approximate, homes)
    if output_format == "json":
        console.result_json(done.to_dict(lang))
    else:
        console.result("\n".join(transformation_lines(done, lang)))
    raise SystemExit(done.report.exit_code)


def _table(
    file: Path,
    out: Path,
    named: tuple[str | None, str, str | None, str | None],
    names: tuple[str, str] | None,
    notation: str | None,
    allow_approximate: bool,
    homes: Homes,
) -> TransformedFile:
    """Transform two columns of a table, all of which has to be named."""
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.geo.datum.crs import parse_crs
    from meguro_opendata.geo.notation import NOTATIONS
    from meguro_opendata.georeferencing.column_pairs import PointWords
    from meguro_opendata.georeferencing.files.points import transform_file

    source, target, first, second = named
    if source is None or first is None or second is None:
        raise MeguroOpendataError("table-needs-columns", file=file)
    declared = next((known for known in NOTATIONS if known == notation), None)
    words = PointWords(parse_crs(source), notation=declared, allow_approximate=allow_approximate)
    return transform_file(file, out, (first, second), words, parse_crs(target), names, homes)
