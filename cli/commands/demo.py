"""``demo``: the main job on a copy of the shipped workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.onboarding.demo import Demo

FORMAT = "meguro-opendata/demo@1"


@click.command("demo")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="結果の置き場 / Result folder.",
)
@options.output_format
@options.common
def command(out: Path, output_format: str) -> None:
    """見本のデータで一連の仕事を試す / Run the whole job on the shipped sample workspace."""
    from meguro_opendata.messages import message
    from meguro_opendata.onboarding import demo

    lang = options.settings().lang
    done = demo.run_demo(out, lang)
    if output_format == "json":
        console.result_json(_as_dict(done, lang))
        return
    from ..texts.build import build_lines
    from ..texts.plan import publish_lines

    for release in done.releases:
        console.result("\n".join(build_lines(release, lang, show_report=False)))
    console.result("\n".join(publish_lines(done.outcome, done.events, done.workspace, lang)))
    console.result(message("demo-folder", lang, path=done.workspace.root))
    console.result(message("open-this", lang, path=done.start.resolve()))


def _as_dict(done: Demo, lang: str) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "start": str(done.start.resolve()),
        "portal": str(done.portal.resolve()),
        "workspace": str(done.workspace.root),
        "kpi": {str(year): str(path.resolve()) for year, path in done.boards},
        "releases": [release.to_dict(lang) for release in done.releases],
        "events": done.events,
    }
