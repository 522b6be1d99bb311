"""``geo grids``: the correction grids of this user."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ... import console, options

if TYPE_CHECKING:
    from meguro_opendata.geo.datum.gridlist import GridFile

LIST_FORMAT = "meguro-opendata/grids@1"
ADD_FORMAT = "meguro-opendata/grid@1"


@click.group("grids", cls=options.Group, no_args_is_help=True)
@options.common
def command() -> None:
    """測地系の変換に使う補正ファイル / Correction grids for changes of datum."""


@command.command("add")
@click.argument("file", type=click.Path(path_type=Path))
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

    lang = options.settings().lang
    grid, is_new = add_grid(file, source=_datum(source), target=_datum(target))
    if output_format == "json":
        console.result_json({"format": ADD_FORMAT, "added": is_new, "grid": grid.to_dict()})
        return
    shown = {"name": grid.name, "version": grid.version, "nodes": grid.nodes, **_ends(grid)}
    console.result(message("grid-added" if is_new else "grid-known", lang, **shown))


def _datum(name: str | None) -> str | None:
    from meguro_opendata.geo.datum.crs import parse_crs

    return parse_crs(name).datum if name else None


def _ends(grid: GridFile) -> dict[str, str]:
    from meguro_opendata.geo.datum.crs import datum_title

    return {"source": datum_title(grid.source), "target": datum_title(grid.target)}


@command.command("list")
@options.output_format
@options.common
def list_(output_format: str) -> None:
    """登録した補正ファイルの一覧を表示する / List the correction grids."""
    from meguro_opendata.geo.datum.grids import known_grids
    from meguro_opendata.messages import message

    lang = options.settings().lang
    grids = known_grids()
    if output_format == "json":
        console.result_json({"format": LIST_FORMAT, "grids": [grid.to_dict() for grid in grids]})
        return
    if not grids:
        console.result(message("grids-none", lang))
        return
    console.result("\n\n".join("\n".join(_lines(grid, lang)) for grid in grids))


def _lines(grid: GridFile, lang: str) -> Iterator[str]:
    """A grid as its name and a labelled line for each thing to know of it."""
    from meguro_opendata.messages import word

    ends = _ends(grid)
    yield f"{grid.name} {grid.version}".rstrip()
    yield f"  {word('datums', lang)}: {ends['source']} - {ends['target']}"
    yield f"  {word('extent', lang)}: {', '.join(f'{edge:.4f}' for edge in grid.extent)}"
    yield f"  {word('nodes', lang)}: {grid.nodes}"
    yield f"  {word('checksum', lang)}: {grid.checksum}"
