"""Withdrawn datasets: ``--again``, with which they are published anew, and what is said where they are left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from . import console, options

if TYPE_CHECKING:
    from meguro_opendata.portals.backup import Backup
    from meguro_opendata.publication import Wishes
    from meguro_opendata.workspace.city import Workspace

__all__ = ["again_option", "say_brought_back", "say_left_out", "with_again"]

Command = TypeVar("Command", bound=Callable[..., Any])


def again_option(command: Command) -> Command:
    """``--again``."""
    return click.option(
        "--again",
        is_flag=True,
        help="名前を書いた取り下げ済みのデータセットを公開し直す / Publish the named withdrawn datasets anew.",
    )(command)


def with_again(wishes: Wishes, slugs: tuple[str, ...], *, again: bool) -> Wishes:
    """The wishes with the datasets that are published anew.

    Raises:
        MeguroOpendataError: If ``--again`` is given without any name.
    """
    from meguro_opendata.errors import MeguroOpendataError

    if again and not slugs:
        raise MeguroOpendataError("again-without-dataset")
    return replace(wishes, again=slugs) if again else wishes


def say_left_out(workspace: Workspace, slugs: Sequence[str], portal: str | None) -> None:
    """Name the datasets that a portal's catalogue leaves out because they are withdrawn from it."""
    from meguro_opendata.ledger import read_portal
    from meguro_opendata.messages import message

    if portal is None:
        return
    gone = read_portal(workspace.ledger, portal).withdrawals
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
