"""``geo``: coordinates, places and the files that they need; one module a sub-command."""

from __future__ import annotations

import click

from ... import options

# One name a line, sorted; the module has the name with ``_`` for ``-`` and holds ``command``.
_COMMANDS: tuple[str, ...] = (
    "geocode",
    "grids",
    "import-addresses",
    "import-boundary",
    "mesh",
    "setup",
    "transform",
)


@click.group("geo", cls=options.LazyGroup, package=__name__, names=_COMMANDS, no_args_is_help=True)
@options.common
def command() -> None:
    """座標を変換し、住所から位置を求める / Transform coordinates, find places."""
