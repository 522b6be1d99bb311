"""``status``: what a portal and the workspace differ in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.publication.status import Status


@click.command("status")
@options.portal
@click.option("--links", is_flag=True, help="ほかのサイトへのリンクも確かめる / Check links to other sites, too.")
@click.option("--allow-private", is_flag=True, help="庁内のアドレスも確かめる / Check private addresses, too.")
@options.insecure_http
@options.output_format
@options.common
def command(portal: str | None, *, links: bool, allow_private: bool, insecure_http: bool, output_format: str) -> None:
    """公開先と手元の違いを、直すコマンドとともに見る / Show how a portal differs from here (exit 1 if it does)."""
    from meguro_opendata.catalog.harvest import Manners
    from meguro_opendata.portals import open_portal
    from meguro_opendata.publication.status import status

    workspace = options.settings().open_workspace()
    target = open_portal(workspace, portal, insecure_http=insecure_http)
    found = status(workspace, target, Manners(allow_private=allow_private) if links else None)
    if output_format == "json":
        console.result_json(found.to_dict())
    else:
        console.result_lines(_lines(found, options.settings().lang))
    raise SystemExit(found.exit_code)


def _lines(found: Status, lang: str) -> Iterator[str]:
    from meguro_opendata.messages import message, word

    for drift in found.drifts:
        details = f": {', '.join(drift.details)}" if drift.details else ""
        yield f"[{word('drift-' + drift.kind, lang)}] {drift.dataset}{details}"
        if drift.edit:
            yield "  " + message("status-edit", lang, file=drift.edit)
        yield f"  -> {drift.command}" if drift.command else "  " + message("status-elsewhere", lang)
    if not found.drifts:
        yield message("status-same", lang, portal=found.portal, datasets=found.datasets)
    taken = [pickup.name for pickup in found.pickups if pickup.picked_up]
    passed = [pickup.name for pickup in found.pickups if pickup.standard and not pickup.picked_up]
    yield message("status-pickup", lang, taken=len(taken), standard=len(taken) + len(passed))
    if passed:
        yield "  " + message("status-passed-over", lang, names=passed)
