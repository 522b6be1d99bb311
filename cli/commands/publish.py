"""``publish``: do exactly what a plan says, withdrawals included."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import console, looking, options
from ..wishes import by_name

if TYPE_CHECKING:
    from meguro_opendata.portals import Portal
    from meguro_opendata.publication import Outcome, Plan, Wishes
    from meguro_opendata.publication.looking import Look
    from meguro_opendata.publication.recovery import Recovery
    from meguro_opendata.workspace.city import Workspace

FORMAT = "meguro-opendata/outcome@1"


class _Moment(click.ParamType[datetime]):
    """A time as ISO 8601 writes it; without a zone it is Japan's."""

    name = "datetime"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the time.

        Raises:
            MeguroOpendataError: If it is none.
        """
        from meguro_opendata.errors import MeguroOpendataError

        try:
            return value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            raise MeguroOpendataError("bad-moment", value=value) from None


@click.command("publish")
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@options.portal
@click.option("--plan", "plan_file", type=options.InputFile(), metavar="plan.json", help="実行する計画 / The plan.")
@click.option("--approval", metavar="番号", help="決裁の文書番号（台帳に残す）/ Number of the approving document.")
@click.option("--plan-hash", metavar="HASH", help="決裁した計画の照合番号 / Hash of the approved plan.")
@click.option("--not-before", type=_Moment(), metavar="日時", help="この日時より前は公開しない / Not before this time.")
@click.option("--yes", is_flag=True, help="確かめずに公開する / Do not ask.")
@click.option(
    "--allow",
    multiple=True,
    type=click.Choice(("row-loss", "columns-gone", "link-changes", "name-taken", "foreign-resource")),
    help="止める仕組みを名指しで許す / Allow a guard by name.",
)
@by_name
@looking.depth
@options.insecure_http
@options.output_format
@options.common
def command(
    slugs: tuple[str, ...],
    portal: str | None,
    plan_file: Path | None,
    approval: str | None,
    plan_hash: str | None,
    not_before: datetime | None,
    yes: bool,
    allow: tuple[str, ...],
    wishes: Wishes,
    look: Look,
    insecure_http: bool,
    output_format: str,
) -> None:
    """計画のとおりに公開・取り下げをする / Publish or withdraw exactly what the plan says."""
    from meguro_opendata.portals import open_portal
    from meguro_opendata.publication import publish

    lang = options.settings().lang
    _refuse_unattended(yes, plan_file)
    _refuse_half_approval(plan_file, approval, plan_hash)
    workspace = options.settings().open_workspace()
    _refuse_early(not_before)
    target = open_portal(workspace, portal, insecure_http=insecure_http)
    past = _recover(workspace, target, lang)
    plan = _plan(workspace, target, slugs, plan_file, plan_hash, wishes, past, look)
    asked = not yes and plan_file is None and plan.pending
    if asked:
        _confirm(plan, lang)
    with console.progress(sum(change.action != "unchanged" for change in plan.changes)) as advance:
        # While somebody is asked, the portal may change: then it is read again.
        seen = None if asked else plan.seen
        outcome, events = publish(
            plan, target, workspace, allow, approval=approval, seen=seen, progress=lambda _: advance()
        )
    _show(outcome, events, plan, workspace, output_format, lang, past)
    raise SystemExit(outcome.exit_code)


def _recover(workspace: Workspace, portal: Portal, lang: str) -> Recovery | None:
    """Complete an interrupted publication to the portal, and name those to other portals."""
    from meguro_opendata.publication.recovery import recover

    from ..texts.pending import pending_told, recovery_lines

    past = recover(workspace, portal)
    console.say_lines(recovery_lines(past, lang))
    console.say_lines(pending_told(workspace, lang, without=portal.name).lines)
    return past


def _show(
    outcome: Outcome,
    events: int,
    plan: Plan,
    workspace: Workspace,
    output_format: str,
    lang: str,
    past: Recovery | None,
) -> None:
    from ..texts.pending import recovery_dict
    from ..texts.plan import failure_lines, not_looked_lines, publish_lines
    from ..texts.withdrawal import kept_withdrawn_lines, withdrawn_dicts

    console.say_lines(failure_lines(outcome, lang))
    console.say_lines(kept_withdrawn_lines(plan, lang))
    if output_format == "json":
        done = {"portal": outcome.portal, "datasets": list(outcome.datasets), "resources": list(outcome.resources)}
        results = [result.to_dict(lang) for result in outcome.results]
        console.result_json(
            {
                "format": FORMAT,
                **done,
                "removed": list(outcome.withdrawn),
                "withdrawn": withdrawn_dicts(plan),
                "events": events,
                "pages": outcome.pages,
                "results": results,
            }
            | recovery_dict(past),
        )
    else:
        console.result_lines(publish_lines(outcome, events, workspace, lang, kept=bool(plan.kept_withdrawn)))
        console.result_lines(not_looked_lines(plan.not_looked_at, lang))


def _refuse_unattended(yes: bool, plan_file: Path | None) -> None:
    from meguro_opendata.errors import MeguroOpendataError

    if not yes and plan_file is None and not sys.stdin.isatty():
        raise MeguroOpendataError("needs-yes")


def _refuse_half_approval(plan_file: Path | None, approval: str | None, plan_hash: str | None) -> None:
    from meguro_opendata.errors import MeguroOpendataError

    if plan_file is None and (approval is not None or plan_hash is not None):
        raise MeguroOpendataError("approval-without-plan")
    if approval is not None and not approval.strip():
        raise MeguroOpendataError("approval-empty")


def _refuse_early(not_before: datetime | None) -> None:
    from datetime import UTC

    from meguro_opendata.publication import refuse_early

    if not_before is not None:
        refuse_early(not_before, datetime.now(UTC))


def _plan(
    workspace: Workspace,
    portal: Portal,
    slugs: tuple[str, ...],
    plan_file: Path | None,
    plan_hash: str | None,
    wishes: Wishes,
    past: Recovery | None,
    look: Look,
) -> Plan:
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.publication import Wishes, agreed_plan, refuse_other_hash
    from meguro_opendata.publication.recovery import remaining_plan

    if plan_file is None:
        return remaining_plan(workspace, portal, slugs, wishes, past, look)
    if slugs or wishes != Wishes():
        raise MeguroOpendataError("plan-and-slugs")
    if look.deep:
        raise MeguroOpendataError("plan-and-depth")
    plan = agreed_plan(plan_file, workspace, portal, past)
    if plan_hash is not None:
        refuse_other_hash(plan, plan_hash)
    return plan


def _confirm(plan: Plan, lang: str) -> None:
    """Show the plan and ask; without a yes the command ends."""
    from meguro_opendata.errors import ExitCode

    from ..texts.plan import plan_lines
    from ..texts.withdrawal import ask_text, cancelled_text

    console.say("\n".join(plan_lines(plan, lang)))
    if not console.ask(ask_text(plan, lang)):
        console.say(cancelled_text(plan, lang))
        raise SystemExit(ExitCode.NOT_CLEAN)
