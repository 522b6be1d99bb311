"""``geo mesh``: the mesh codes of the points of a file."""

from __future__ import annotations

from pathlib import Path

import click

from ... import console, options


@click.command("mesh")
@click.argument("file", type=options.InputFile())
@click.option(
    "--from", "source", default="EPSG:6668", show_default=True, metavar="CRS", help="座標系 / System of the file."
)
@click.option("--first", required=True, metavar="COL", help="第1軸（緯度、X）の列 / Column of the first axis.")
@click.option("--second", required=True, metavar="COL", help="第2軸（経度、Y）の列 / Column of the second axis.")
@click.option(
    "--level",
    type=click.Choice(("1", "2", "3", "1/2", "1/4", "1/8")),
    default="3",
    show_default=True,
    help="メッシュの大きさ（3が約1km）/ Size of the meshes (3: 1 km).",
)
@click.option(
    "-o",
    "--out",
    required=True,
    metavar="OUT",
    type=click.Path(dir_okay=False, path_type=Path),
    help="書き出すファイル（.csv は行ごとのコード、.geojson は区画ごとの件数）/ .csv or .geojson to write.",
)
@options.output_format
@options.common
def command(file: Path, source: str, first: str, second: str, level: str, out: Path, output_format: str) -> None:
    """点のメッシュコードを求める / Mesh codes of points."""
    from meguro_opendata import reports
    from meguro_opendata.geo.datum.crs import parse_crs
    from meguro_opendata.geo.mesh import LEVELS
    from meguro_opendata.georeferencing.column_pairs import PointWords
    from meguro_opendata.georeferencing.files.meshes import mesh_file
    from meguro_opendata.messages import message

    lang = options.settings().lang
    size = LEVELS[LEVELS.index(level)]
    done = mesh_file(file, out, (first, second), PointWords(parse_crs(source)), size, lang)
    if output_format == "json":
        console.result_json(done.to_dict(lang))
    else:
        if done.report.findings:
            console.result(reports.as_text(done.report, lang) + "\n")
        counts = {"points": sum(done.counts.values()), "meshes": len(done.counts), "blank": done.blank}
        if done.out is None:
            console.result(message("transform-refused", lang))
        else:
            console.result(message("mesh-done", lang, rows=done.report.rows, out=done.out, **counts))
    raise SystemExit(done.report.exit_code)
