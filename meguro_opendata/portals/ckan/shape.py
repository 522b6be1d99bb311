"""Checks of a portal's answers before anything relies on them: every part of a package has CKAN's kind of value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from meguro_opendata.catalog.package import Package, Part, Resource
from meguro_opendata.errors import PortalError

__all__ = ["shaped", "understood"]

# CKAN leaves out lists that are empty; they are added in this order.
_LISTS = ("extras", "tags", "groups", "resources")
_TEXTS = ("name", "id", "metadata_modified")
_TEXTS_OF_PART = ("name", "id", "url", "url_type", "hash", "sha256", "mo_bytes", "mo_datastore")


@contextmanager
def understood(portal: str) -> Iterator[None]:
    """Turn errors of reading an unexpected answer into an error that names the portal.

    A proxy's login page or another program at the address answers with 200 and anything in it.

    Raises:
        PortalError: In place of the KeyError, TypeError and the like of the code inside.
    """
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError):
        raise PortalError("portal-no-answer", name=portal) from None


def shaped(package: Package) -> Package:
    """Return a package with all lists, which CKAN can leave out, and a name (possibly empty) for each resource.

    Raises:
        TypeError: If a part has another kind of value than CKAN gives.

    >>> shaped(Package.from_ckan({"name": "aed", "resources": [{"name": None, "url": "https://example.org/"}]})).resources
    (Resource(fields={'name': '', 'url': 'https://example.org/'}),)
    """
    _refuse_others(package, ("name",), _TEXTS)
    _refuse_others(package.organization, (), ("name",))
    for extra in package.extras:
        _refuse_others(extra, ("key", "value"), ())
    for named in (*package.tags, *package.groups):
        _refuse_others(named, ("name",), ())
    for file in package.resources:
        _refuse_others(file, (), _TEXTS_OF_PART)
    return replace(
        package.with_fields(**{kind: [] for kind in _LISTS}), resources=tuple(map(_with_name, package.resources))
    )


def _with_name(part: Resource) -> Resource:
    return part.with_fields(name=part.optional("name") or "")


def _refuse_others(part: Part, needed: tuple[str, ...], texts: tuple[str, ...]) -> None:
    """Raise TypeError unless each field of ``needed`` is text and each field of ``texts`` is text or absent."""
    if not all(isinstance(part.fields.get(name), str) for name in needed):
        raise TypeError(needed)
    if not all(isinstance(part.fields.get(name), str | None) for name in texts):
        raise TypeError(texts)
