"""``publish``: do exactly what a plan says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.portals import Portal
    from meguro_opendata.publication import Plan
    from meguro_opendata.workspace import Workspace

FORMAT = "meguro-opendata/outcome@1"


@click.command("publish")
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@options.portal
@click.option(
    "--plan", "plan_file", type=click.Path(path_type=Path), metavar="plan.json", help="実行する計画 / The plan."
)
@click.option("--yes", is_flag=True, help="確かめずに公開する / Do not ask.")
@click.option(
    "--allow",
    multiple=True,
    type=click.Choice(("row-loss",)),
    help="止める仕組みを名指しで許す / Allow a guard by name.",
)
@options.output_format
@options.common
def command(
    slugs: tuple[str, ...],
    portal: str | None,
    plan_file: Path | None,
    yes: bool,
    allow: tuple[str, ...],
    output_format: str,
) -> None:
    """計画のとおりに公開する / Publish exactly what the plan says."""
    from meguro_opendata.messages import message
    from meguro_opendata.portals import open_portal
    from meguro_opendata.publication import publish

    lang = options.settings().lang
    _refuse_unattended(yes, plan_file)
    workspace = options.settings().open_workspace()
    target = open_portal(workspace, portal)
    plan = _plan(workspace, target, slugs, plan_file)
    if not _confirmed(plan, yes or plan_file is not None, lang):
        console.say(message("publish-cancelled", lang))
        raise SystemExit(1)
    outcome, events = publish(plan, target, workspace, allow)
    if output_format == "json":
        done = {"portal": outcome.portal, "datasets": list(outcome.datasets), "resources": list(outcome.resources)}
        console.result_json({"format": FORMAT, **done, "events": events, "pages": outcome.pages})
    else:
        from ..texts import publish_lines

        console.result("\n".join(publish_lines(outcome, events, workspace, lang)))


def _refuse_unattended(yes: bool, plan_file: Path | None) -> None:
    from meguro_opendata.errors import MeguroOpendataError

    if not yes and plan_file is None and not sys.stdin.isatty():
        raise MeguroOpendataError("needs-yes")


def _plan(workspace: Workspace, portal: Portal, slugs: tuple[str, ...], plan_file: Path | None) -> Plan:
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.publication import agreed_plan, plan_publication

    if plan_file and slugs:
        raise MeguroOpendataError("plan-and-slugs")
    return agreed_plan(plan_file, workspace, portal) if plan_file else plan_publication(workspace, portal, slugs)


def _confirmed(plan: Plan, assured: bool, lang: str) -> bool:
    from meguro_opendata.messages import message

    from ..texts import plan_lines

    if assured or not plan.pending:
        return True
    console.say("\n".join(plan_lines(plan, lang)))
    return click.confirm(message("publish-ask", lang), err=True)
