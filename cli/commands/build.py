"""``build``: sources → releases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.pipeline.outcome import Release


@click.command("build")
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--out", type=click.Path(path_type=Path), help="版の置き場 / Folder of the releases.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="同時に作る数 / Processes.")
@options.output_format
@options.common
def command(slugs: tuple[str, ...], out: Path | None, jobs: int, output_format: str) -> None:
    """元の表から公開用のファイルを作る / Build releases from the sources."""
    from meguro_opendata.errors import ExitCode, MeguroOpendataError
    from meguro_opendata.pipeline.many import build_many
    from meguro_opendata.pipeline.outcome import BUILD_FORMAT

    from ..texts.build import build_lines

    lang = options.settings().lang
    workspace = options.settings().open_workspace()
    exit_code = ExitCode.DONE
    releases: list[Release] = []
    for built in build_many(workspace.choose(slugs), workspace, out, lang, jobs):
        if isinstance(built, MeguroOpendataError):
            console.say(built.text(lang))
            exit_code = max(exit_code, built.exit_code)
            continue
        releases.append(built)
        exit_code = max(exit_code, built.report.exit_code)
        if output_format == "text":
            console.result("\n".join(build_lines(built, lang)))
    if output_format == "json":
        console.result_json({"format": BUILD_FORMAT, "releases": [release.to_dict(lang) for release in releases]})
    raise SystemExit(exit_code)
