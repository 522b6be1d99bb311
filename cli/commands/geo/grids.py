"""``geo grids``: the correction grids of this user."""

from __future__ import annotations

from pathlib import Path

import click

from ... import console, options

LIST_FORMAT = "meguro-opendata/grids@1"
ADD_FORMAT = "meguro-opendata/grid@1"


@click.group("grids", cls=options.Group, no_args_is_help=True)
@options.common
def command() -> None:
    """測地系の変換に使う補正ファイル / Correction grids for changes of datum."""


@command.command("add")
@click.argument("file", type=options.InputFile())
@click.option(
    "--from", "source", metavar="DATUM", help="元の測地系（ファイルから分からないとき）/ Datum that it starts from."
)
@click.option("--to", "target", metavar="DATUM", help="変換後の測地系（同上）/ Datum that it leads to.")
@options.output_format
@options.common
def add(file: Path, source: str | None, target: str | None, output_format: str) -> None:
    """国土地理院の補正ファイル（.par、GeoTIFF）を登録する / Add a correction grid."""
    from meguro_opendata.geo.datum.grids import add_grid
    from meguro_opendata.messages import message

    from ...texts.grids import grid_ends

    lang = options.settings().lang
    grid, is_new = add_grid(file, source=_datum(source), target=_datum(target))
    if output_format == "json":
        console.result_json({"format": ADD_FORMAT, "added": is_new, "grid": grid.to_dict()})
        return
    shown = {"name": grid.name, "version": grid.version, "nodes": grid.nodes, **grid_ends(grid)}
    console.result(message("grid-added" if is_new else "grid-known", lang, **shown))


def _datum(name: str | None) -> str | None:
    from meguro_opendata.geo.datum.crs import parse_crs

    return parse_crs(name).datum if name else None


@command.command("list")
@options.output_format
@options.common
def list_(output_format: str) -> None:
    """登録した補正ファイルの一覧を表示する / List the correction grids."""
    from meguro_opendata.geo.datum.grids import known_grids
    from meguro_opendata.messages import message

    from ...texts.grids import grid_lines

    lang = options.settings().lang
    grids = known_grids()
    if output_format == "json":
        console.result_json({"format": LIST_FORMAT, "grids": [grid.to_dict() for grid in grids]})
        return
    if not grids:
        console.result(message("grids-none", lang))
        return
    console.result("\n\n".join("\n".join(grid_lines(grid, lang)) for grid in grids))
