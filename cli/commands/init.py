"""``init``: a new workspace for any municipality."""

from __future__ import annotations

from pathlib import Path

import click

from .. import console, options


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--municipality",
    required=True,
    metavar="CODE",
    help="全国地方公共団体コード（6桁）/ Municipality code, six digits.",
)
@options.output_format
@options.common
def command(folder: Path, municipality: str, output_format: str) -> None:
    """自治体のワークスペースを新しく作る / Make a workspace for a municipality."""
    from meguro_opendata.messages import message
    from meguro_opendata.onboarding.initialise import INIT_FORMAT, init_workspace

    lang = options.settings().lang
    workspace = init_workspace(folder, municipality)
    city = workspace.city
    if output_format == "json":
        named = {"code": city.code, "prefecture": city.prefecture, "name": city.name}
        console.result_json({"format": INIT_FORMAT, "workspace": str(workspace.root), "city": named})
        return
    console.result(message("init-done", lang, city=city.full_name, number=city.code, path=workspace.root))
    console.result(message("init-next", lang, file=workspace.root / "opendata.toml"))
