"""``--remove``, ``--overwrite``, ``--release`` and ``--again``: what is asked for by name beyond the releases."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from meguro_opendata.publication import Wishes

__all__ = ["by_name"]


def by_name(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command, which gets them as ``wishes``.

    The command raises ``MeguroOpendataError`` if ``--release`` is given without exactly one dataset, or ``--again``
    without any.
    """

    @click.option(
        "--remove",
        multiple=True,
        metavar="NAME[/FILE|/ID]",
        help="ポータルから取り下げる / Take a dataset or a file off the portal.",
    )
    @click.option(
        "--overwrite",
        multiple=True,
        metavar="SLUG",
        help="ポータルでの書き換えを手元の内容で上書きする / Overwrite edits made on the portal.",
    )
    @click.option(
        "--release",
        metavar="ID",
        help="以前に公開した版に戻す（データセットは1つ）/ Publish an earlier release of one dataset.",
    )
    @click.option(
        "--again",
        is_flag=True,
        help="名前を書いた取り下げ済みのデータセットを公開し直す / Publish the named withdrawn datasets anew.",
    )
    @wraps(command)
    def with_wishes(
        *,
        slugs: tuple[str, ...],
        remove: tuple[str, ...],
        overwrite: tuple[str, ...],
        release: str | None,
        again: bool,
        **others: Any,
    ) -> Any:
        return command(slugs=slugs, wishes=_wishes(slugs, remove, overwrite, release, again=again), **others)

    return with_wishes


def _wishes(
    slugs: tuple[str, ...], remove: tuple[str, ...], overwrite: tuple[str, ...], release: str | None, *, again: bool
) -> Wishes:
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.publication import Wishes

    if release is not None and len(slugs) != 1:
        raise MeguroOpendataError("release-one-dataset")
    if again and not slugs:
        raise MeguroOpendataError("again-without-dataset")
    earlier = ((slugs[0], release),) if release is not None else ()
    return Wishes(remove, overwrite, earlier, slugs if again else ())
