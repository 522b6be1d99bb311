"""Messages about withdrawn datasets that are left out or are on the portal again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import console, options

if TYPE_CHECKING:
    from meguro_opendata.portals.backup import Backup
    from meguro_opendata.workspace.city import Workspace

__all__ = ["say_brought_back", "say_left_out"]


def say_left_out(workspace: Workspace, slugs: Sequence[str], portal: str | None) -> None:
    """Name the datasets that a portal's catalogue leaves out because they are withdrawn from it."""
    from meguro_opendata.ledger import read_portal
    from meguro_opendata.messages import message

    if portal is None:
        return
    gone = read_portal(workspace.ledger, portal, workspace.former_names(portal)).withdrawals
    names = [slug for slug in workspace.choose(tuple(slugs)) if slug in gone]
    if names:
        console.say(message("catalog-withdrawn", options.settings().lang, portal=portal, names=names))


def say_brought_back(workspace: Workspace, portal: str, saved: Backup, names: Sequence[str]) -> None:
    """Name the datasets that a restore brought back although they are withdrawn."""
    from meguro_opendata.messages import message
    from meguro_opendata.publication.withdrawal import withdrawn_among

    back = withdrawn_among([package for package in saved.packages if package.name in names], portal, workspace)
    if back:
        told = message("restore-withdrawn", options.settings().lang, portal=portal, names=back, first=back[0])
        console.say(told)
