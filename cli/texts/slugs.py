"""What the options of ``plan`` and ``publish`` ask for by name, as the library takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meguro_opendata.publication import Wishes

__all__ = ["wished"]


def wished(slugs: tuple[str, ...], remove: tuple[str, ...], overwrite: tuple[str, ...], release: str | None) -> Wishes:
    """The wishes; an earlier release is one of exactly one dataset.

    Raises:
        MeguroOpendataError: If ``release`` is given without exactly one dataset.
    """
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.publication import Wishes

    if release is not None and len(slugs) != 1:
        raise MeguroOpendataError("release-one-dataset")
    return Wishes(remove, overwrite, ((slugs[0], release),) if release is not None else ())
