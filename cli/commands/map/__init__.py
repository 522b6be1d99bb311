"""``map``: places on a page; one module a sub-command."""

from __future__ import annotations

import click

from ... import options

# One name a line, sorted; the module has the name with ``_`` for ``-`` and holds ``command``.
_COMMANDS: tuple[str, ...] = ("preview",)


@click.group("map", cls=options.LazyGroup, package=__name__, names=_COMMANDS, no_args_is_help=True)
@options.common
def command() -> None:
    """表の場所を地図で確かめる / See the places of a table on a map."""
