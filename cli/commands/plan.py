"""``plan``: what publishing would do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, looking, options
from ..wishes import by_name

if TYPE_CHECKING:
    from meguro_opendata.publication.looking import Look

if TYPE_CHECKING:
    from meguro_opendata.errors import ExitCode
    from meguro_opendata.publication import Plan, Wishes
    from meguro_opendata.workspace.city import Workspace


@click.command("plan")
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@options.portal
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="plan.json", help="計画をファイルに書く / Write the plan."
)
@click.option(
    "--html",
    type=click.Path(path_type=Path),
    metavar="plan.html",
    help="決裁用のページを書く / Write a page for approval.",
)
@click.option(
    "--portal-state",
    type=options.InputFile(),
    metavar="FILE",
    help="公開先の代わりに portal snapshot のファイルと比べる / Compare with a saved state.",
)
@by_name
@looking.depth
@options.insecure_http
@options.output_format
@options.common
def command(
    slugs: tuple[str, ...],
    portal: str | None,
    out: Path | None,
    html: Path | None,
    portal_state: Path | None,
    wishes: Wishes,
    look: Look,
    insecure_http: bool,
    output_format: str,
) -> None:
    """公開すると何が変わるかを見る / Show what publishing would do (exit 1 if changes are pending)."""
    from meguro_opendata.files.whole import write_whole
    from meguro_opendata.messages import message
    from meguro_opendata.portals import open_portal
    from meguro_opendata.publication import plan_page, plan_publication

    lang = options.settings().lang
    workspace = options.settings().open_workspace()
    target = open_portal(workspace, portal, insecure_http=insecure_http)
    if portal_state is not None:
        from meguro_opendata.portals.snapshot import SnapshotPortal

        target = SnapshotPortal(target, portal_state)
    plan = plan_publication(workspace, target, slugs, wishes, look)
    if out is not None:
        write_whole(out, (json.dumps(plan.to_dict(), ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
        console.say(message("plan-written", lang, path=out))
    if html is not None:
        write_whole(html, plan_page(plan, workspace, lang).encode("utf-8"))
        console.say(message("plan-page-written", lang, path=html))
    raise SystemExit(_show(plan, workspace, output_format))


def _show(plan: Plan, workspace: Workspace, output_format: str) -> ExitCode:
    from meguro_opendata.errors import ExitCode

    from ..texts.pending import pending_told
    from ..texts.plan import plan_lines

    lang = options.settings().lang
    told = pending_told(workspace, lang)
    console.say_lines(told.lines)
    if output_format == "json":
        console.result_json(plan.to_dict() | told.to_dict())
    else:
        console.result("\n".join(plan_lines(plan, lang)))
    return ExitCode.of(clean=not plan.pending and told.clean(plan.portal))
