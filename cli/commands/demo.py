"""``demo``: the main job on a copy of the shipped workspace."""

from __future__ import annotations

from pathlib import Path

import click

from .. import console, options


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
    from meguro_opendata.kpi.provenance import head_fact
    from meguro_opendata.ledger import check_ledger
    from meguro_opendata.messages import message
    from meguro_opendata.onboarding import demo

    lang = options.settings().lang
    done = demo.run_demo(out, lang)
    if output_format == "json":
        console.result_json(done.to_dict(lang))
        return
    from ..texts.build import build_lines
    from ..texts.plan import publish_lines

    for release in done.releases:
        console.result("\n".join(build_lines(release, lang, show_report=False)))
    console.result("\n".join(publish_lines(done.outcome, done.events, done.workspace, lang)))
    console.result(message("demo-folder", lang, path=done.workspace.root))
    if done.kept:
        names = [str(path.relative_to(done.workspace.root)) for path in done.kept]
        console.result(message("demo-kept", lang, count=len(names), names=names))
        console.result(message("demo-kept-how", lang))
    console.result(": ".join(head_fact(check_ledger(done.workspace.ledger), lang)))
    console.result(message("open-this", lang, path=done.start.resolve()))
