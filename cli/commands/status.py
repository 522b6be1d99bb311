"""``status``: what a portal and the workspace differ in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import console, looking, options

if TYPE_CHECKING:
    from meguro_opendata.publication.looking import Look


@click.command("status")
@options.portal
@click.option("--links", is_flag=True, help="ほかのサイトへのリンクも確かめる / Check links to other sites, too.")
@click.option("--allow-private", is_flag=True, help="庁内のアドレスも確かめる / Check private addresses, too.")
@looking.depth
@options.insecure_http
@options.output_format
@options.common
def command(
    portal: str | None,
    *,
    links: bool,
    allow_private: bool,
    look: Look,
    insecure_http: bool,
    output_format: str,
) -> None:
    """公開先と手元の違いを、直すコマンドとともに見る / Show how a portal differs from here (exit 1 if it does)."""
    from meguro_opendata.catalog.harvest import Manners
    from meguro_opendata.errors import ExitCode
    from meguro_opendata.kpi.provenance import ledger_dict, unverified_text
    from meguro_opendata.ledger import check_ledger
    from meguro_opendata.portals import open_portal
    from meguro_opendata.publication.status import status

    from ..texts.pending import pending_told
    from ..texts.status import status_lines

    workspace = options.settings().open_workspace()
    target = open_portal(workspace, portal, insecure_http=insecure_http)
    manners = Manners(allow_private=allow_private) if links else None
    found = status(workspace, target, manners, look)
    told = pending_told(workspace, options.settings().lang)
    console.say_lines(told.lines)
    trust = check_ledger(workspace.ledger)
    if output_format == "json":
        console.result_json(found.to_dict() | ledger_dict(trust) | told.to_dict())
    else:
        console.result_lines(filter(None, [unverified_text(trust, options.settings().lang)]))
        console.result_lines(status_lines(found, options.settings().lang))
    raise SystemExit(max(found.exit_code, ExitCode.of(clean=told.clean(target.name) and trust.verified)))
