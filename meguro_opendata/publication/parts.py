"""Removal of single resources: finding the resources by name or id, and the plan of a dataset that has no recipe."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from meguro_opendata.catalog import Package
from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger import PublishedFiles
from meguro_opendata.publication.guards import foreign_guards
from meguro_opendata.publication.matching import is_foreign
from meguro_opendata.publication.plan import DatasetPlan, ResourcePlan

__all__ = ["parts_plan", "places_to_remove", "removed_resources"]


def parts_plan(
    old: Package, slug: str, published: PublishedFiles, marked: Sequence[Package], leaving: Collection[int]
) -> DatasetPlan:
    """Return the plan that removes single resources from a dataset without a recipe and leaves the rest unchanged.

    Args:
        old: The dataset as the portal has it.
        slug: The dataset's slug, or its name on the portal.
        published: The dataset's files on this portal by the ledger.
        marked: The packages that bear the dataset's mark.
        leaving: Indexes in ``old.resources`` of the resources to remove.
    """
    resources = removed_resources(old, published, marked, leaving)
    return DatasetPlan(
        dataset=slug,
        name=old.name,
        action="update" if leaving else "unchanged",
        metadata=(),
        resources=resources,
        guards=tuple(foreign_guards(resources)),
        package=replace(old, resources=tuple(p for place, p in enumerate(old.resources) if place not in leaving)),
        standard=None,
        department=old.text("maintainer"),
        rows=0,
        before=old,
    )


def removed_resources(
    old: Package, published: PublishedFiles, marked: Sequence[Package], leaving: Collection[int] | None = None
) -> tuple[ResourcePlan, ...]:
    """Return the plan of each resource of a dataset of which some or all resources are removed.

    Args:
        old: The dataset as the portal has it.
        published: The dataset's files on this portal by the ledger.
        marked: The packages that bear the dataset's mark; several where an editor copied the dataset.
        leaving: Indexes in ``old.resources`` of the resources to remove; default all.
    """
    removed = range(len(old.resources)) if leaving is None else leaving
    known = [not is_foreign(part, published, old) for part in old.resources]
    # A dataset copied in CKAN's editor keeps our marks. Only the ids in the ledger distinguish the original from the
    # copy, and a resource of the copy must not count as ours.
    if len(marked) > 1:
        known = [ours and (part.id or "") in published.names for part, ours in zip(old.resources, known, strict=True)]
    return tuple(
        ResourcePlan.other(part, removed=place in removed, ours=ours)
        for place, (part, ours) in enumerate(zip(old.resources, known, strict=True))
    )


def places_to_remove(old: Package | None, names: Collection[str], asked: Sequence[str]) -> frozenset[int]:
    """Return the indexes of the resources that ``--remove NAME/FILE`` or ``--remove NAME/ID`` asks to remove.

    Args:
        old: The dataset as the portal has it.
        names: The dataset's slug and its name on the portal.
        asked: All values of ``--remove``.

    Raises:
        MeguroOpendataError: If a file name fits several resources; the error lists their ids.
    """
    targets = [target for dataset, _, target in (one.partition("/") for one in asked) if dataset in names and target]
    return frozenset(place for target in targets for place in _places(old, target))


def _places(old: Package | None, target: str) -> Iterator[int]:
    parts = old.resources if old else ()
    # An id comes first: it is unique on a CKAN, whereas resources of one name are ordinary there.
    found = [place for place, part in enumerate(parts) if part.id == target]
    found = found or [place for place, part in enumerate(parts) if part.name == target]
    if len(found) > 1 and old is not None:
        ids = [f"{parts[place].id or '?'} ({parts[place].text('url')})" for place in found]
        raise MeguroOpendataError("remove-doubled", dataset=old.name, file=target, ids=ids, count=len(found))
    yield from found
