"""The workspace's own catalogue: its releases as entries, with the addresses that a portal gave their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urljoin

from meguro_opendata.catalog import CatalogEntry, Resource
from meguro_opendata.ledger import read_portal
from meguro_opendata.portals import open_portal
from meguro_opendata.publication.matching import our_files
from meguro_opendata.release.dataset import load_releases
from meguro_opendata.workspace.city import Workspace

__all__ = ["workspace_entries"]


def workspace_entries(
    workspace: Workspace, slugs: Sequence[str] = (), portal: str | None = None
) -> tuple[CatalogEntry, ...]:
    """Return the releases of a workspace as catalogue entries.

    With a portal, datasets withdrawn from it are left out and each file has its address there.

    Args:
        workspace: The workspace.
        slugs: The datasets to list; default all.
        portal: The name of the portal that gives the addresses; without it the files have no addresses.

    Raises:
        MeguroOpendataError: If a dataset has no release, or one older than its source.
    """
    chosen = workspace.choose(tuple(slugs))
    if portal is None:
        return tuple(_addressed(release.entry, {}, "") for release in load_releases(workspace, chosen))
    target = open_portal(workspace, portal)
    ledger = read_portal(workspace.ledger, portal, workspace.former_names(portal))
    # Withdrawn datasets go first: they need no release, and a stale one must not stop the export.
    ready = load_releases(workspace, [slug for slug in chosen if slug not in ledger.withdrawals])
    wanted = {release.slug: target.wanted(release.slug, release.entry) for release in ready}
    held = target.state([package.name for package in wanted.values()]).packages
    base = (workspace.portals[portal].url or "").rstrip("/") + "/"
    matched = {
        slug: our_files(package, held.get(package.name), ledger.files(slug), trusted=target.exclusive)
        for slug, package in wanted.items()
    }
    return tuple(_addressed(release.entry, matched[release.slug], base) for release in ready)


def _addressed(entry: CatalogEntry, files: Mapping[str, Resource], base: str) -> CatalogEntry:
    urls = {name: part.text("url") for name, part in files.items()}
    parts = (replace(part, url=_address(urls.get(part.name, ""), base)) for part in entry.distributions)
    return replace(entry, distributions=tuple(parts))


def _address(url: str, base: str) -> str:
    """Return the absolute address of a file on a portal; empty where the portal's own address is unknown.

    >>> _address("dataset/a/b.csv", "https://example.com/data/"), _address("dataset/a/b.csv", "/"), _address("", "/")
    ('https://example.com/data/dataset/a/b.csv', '', '')
    """
    full = urljoin(base, url) if url else ""
    return full if "://" in full else ""
