"""``--deep`` and ``--files``: how closely ``plan``, ``publish`` and ``status`` look at a portal."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

__all__ = ["depth"]


def depth(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add both options to a command, which gets them as one ``look``.

    The command raises ``MeguroOpendataError`` if ``--files`` is given without ``--deep``.
    """

    @click.option(
        "--deep",
        is_flag=True,
        help="DataStore の表と、表示（ビュー）があるかも確かめる / Also check tables and views.",
    )
    @click.option(
        "--files",
        is_flag=True,
        help="--deep に加えて、ファイルと表の中身を全部読んで比べる / With --deep: compare all contents.",
    )
    @wraps(command)
    def with_look(*, deep: bool, files: bool, **others: Any) -> Any:
        from meguro_opendata.publication.looking import Look

        return command(look=Look(deep=deep, files=files), **others)

    return with_look
