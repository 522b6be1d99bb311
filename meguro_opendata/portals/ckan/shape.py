"""What a portal answers, before anything relies on it: every part of a package is of the kind that CKAN gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from meguro_opendata.errors import PortalError

__all__ = ["shaped", "understood"]

_NAMED = {"extras": ("key", "value"), "tags": ("name",), "groups": ("name",), "resources": ()}
_TEXTS = ("name", "id", "metadata_modified")
_TEXTS_OF_PART = ("name", "id", "url", "url_type", "hash", "sha256", "mo_bytes", "mo_datastore")


@contextmanager
def understood(portal: str) -> Iterator[None]:
    """Whatever turns out inside not to be as CKAN answers becomes an error that names the portal.

    Raises:
        PortalError: Instead of what reading an odd answer raises.
    """
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError):
        raise PortalError("portal-no-answer", name=portal) from None


def shaped(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A package with all of its lists, which CKAN may leave out, and a name for each of its files, maybe an empty one.

    Raises:
        TypeError: If a part is not of the kind that CKAN gives.

    >>> shaped({"name": "aed", "id": "1", "resources": [{"name": None, "url": "https://example.org/"}]})["resources"]
    [{'name': '', 'url': 'https://example.org/'}]
    """
    lists = {kind: [dict(part) for part in raw.get(kind) or ()] for kind in _NAMED}
    _refuse_others(raw, ("name",), _TEXTS)
    _refuse_others(dict(raw.get("organization") or {}), (), ("name",))
    for kind, keys in _NAMED.items():
        for part in lists[kind]:
            _refuse_others(part, keys, _TEXTS_OF_PART if kind == "resources" else ())
    lists["resources"] = [{**part, "name": part.get("name") or ""} for part in lists["resources"]]
    return {**raw, **lists}


def _refuse_others(part: Mapping[str, Any], needed: tuple[str, ...], texts: tuple[str, ...]) -> None:
    """Stop unless what is needed is text, and what is to be text is that or absent."""
    if not all(isinstance(part.get(name), str) for name in needed):
        raise TypeError(needed)
    if not all(isinstance(part.get(name), str | None) for name in texts):
        raise TypeError(texts)
