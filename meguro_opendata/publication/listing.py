"""The workspace's own catalogue: its releases as entries, with the addresses that a portal gave their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urljoin

from meguro_opendata.catalog import CatalogEntry, Package
from meguro_opendata.ledger import withdrawals
from meguro_opendata.portals import open_portal
from meguro_opendata.release.dataset import load_releases
from meguro_opendata.workspace.city import Workspace

__all__ = ["workspace_entries"]


def workspace_entries(
    workspace: Workspace, slugs: Sequence[str] = (), portal: str | None = None
) -> tuple[CatalogEntry, ...]:
    """Return the releases of a workspace as a catalogue has them; of a portal's, without those withdrawn from it.

    Args:
        workspace: The workspace.
        slugs: Which datasets; default all.
        portal: The portal whose addresses the files have; without one they have none yet.

    Raises:
        MeguroOpendataError: If a dataset has no release, or one older than its source.
    """
    chosen = workspace.choose(tuple(slugs))
    if portal is None:
        return tuple(_addressed(release.entry, None, "") for release in load_releases(workspace, chosen))
    target = open_portal(workspace, portal)
    gone = withdrawals(workspace.ledger, portal)
    ready = load_releases(workspace, [slug for slug in chosen if slug not in gone])
    names = [target.wanted(release.slug, release.entry).name for release in ready]
    held = target.state(names).packages
    base = (workspace.portals[portal].url or "").rstrip("/") + "/"
    return tuple(_addressed(release.entry, held.get(name), base) for release, name in zip(ready, names, strict=True))


def _addressed(entry: CatalogEntry, package: Package | None, base: str) -> CatalogEntry:
    urls = {part.name: part.text("url") for part in package.resources} if package else {}
    parts = (replace(part, url=_address(urls.get(part.name, ""), base)) for part in entry.distributions)
    return replace(entry, distributions=tuple(parts))


def _address(url: str, base: str) -> str:
    """Return a portal's address of a file in full; empty where the portal's own address is not known.

    >>> _address("dataset/a/b.csv", "https://example.com/data/"), _address("dataset/a/b.csv", "/"), _address("", "/")
    ('https://example.com/data/dataset/a/b.csv', '', '')
    """
    full = urljoin(base, url) if url else ""
    return full if "://" in full else ""
