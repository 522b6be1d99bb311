"""``build``: sources → releases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.pipeline.outcome import Release
    from meguro_opendata.workspace.city import Workspace


@click.command("build")
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--out", type=click.Path(path_type=Path), help="版の置き場 / Folder of the releases.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="同時に作る数 / Processes.")
@options.output_format
@options.common
def command(slugs: tuple[str, ...], out: Path | None, jobs: int, output_format: str) -> None:
    """元の表から公開用のファイルを作る / Build releases from the sources."""
    from meguro_opendata.pipeline.outcome import BUILD_FORMAT, Release

    lang = options.settings().lang
    workspace = options.settings().open_workspace()
    exit_code = 0
    built: list[Release] = []
    for made in _built(workspace, workspace.choose(slugs), out, jobs, lang):
        if not isinstance(made, Release):
            console.say(made.text(lang))
            exit_code = max(exit_code, made.exit_code)
            continue
        built.append(made)
        exit_code = max(exit_code, made.report.exit_code)
        if output_format == "text":
            from ..texts.build import build_lines

            console.result("\n".join(build_lines(made, lang)))
    if output_format == "json":
        console.result_json({"format": BUILD_FORMAT, "releases": [release.to_dict(lang) for release in built]})
    raise SystemExit(exit_code)


def _built(
    workspace: Workspace, slugs: list[str], out: Path | None, jobs: int, lang: str
) -> Iterator[Release | MeguroOpendataError]:
    """Every dataset's release, or the error that stopped it; one that stops does not stop the others."""
    tasks = [(slug, workspace.root, out, lang) for slug in slugs]
    if jobs == 1:
        yield from map(_build_one, tasks)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(max_workers=jobs) as pool:
        yield from pool.map(_build_one, tasks)


def _build_one(task: tuple[str, Path, Path | None, str]) -> Release | MeguroOpendataError:
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.pipeline.build import build_release

    slug, root, out, lang = task
    try:
        return build_release(slug, root, out, lang)
    except MeguroOpendataError as error:
        return error
