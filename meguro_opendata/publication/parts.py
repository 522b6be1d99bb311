"""Taking single resources off a dataset: which of them are meant, and the plan of a dataset that no recipe makes."""

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
    """Return the plan that takes single resources off a dataset that no recipe makes; all else of it stays.

    Args:
        old: The dataset as the portal has it.
        slug: Its slug, or its name on the portal.
        published: What the ledger knows of it on this portal.
        marked: The packages with its mark.
        leaving: The places of the resources that are taken away.
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
    """Return the plan of the resources of a dataset of which some are taken away; those of a copy of ours are not ours.

    Args:
        old: The dataset as the portal has it.
        published: What the ledger knows of it on this portal.
        marked: The packages with its mark.
        leaving: The places of those that are taken away; default all.
    """
    removed = range(len(old.resources)) if leaving is None else leaving
    known = [not is_foreign(part, published, old) for part in old.resources]
    if len(marked) > 1:
        known = [ours and (part.id or "") in published.names for part, ours in zip(old.resources, known, strict=True)]
    return tuple(
        ResourcePlan.other(part, removed=place in removed, ours=ours)
        for place, (part, ours) in enumerate(zip(old.resources, known, strict=True))
    )


def places_to_remove(old: Package | None, names: Collection[str], asked: Sequence[str]) -> frozenset[int]:
    """Return the places of the resources that are to be taken away, asked for as ``NAME/FILE`` or ``NAME/ID``.

    Args:
        old: The dataset as the portal has it.
        names: What it can be called: its slug and its name there.
        asked: Everything that is to be taken away.

    Raises:
        MeguroOpendataError: If a name stands for several resources; it lists their ids.
    """
    targets = [target for dataset, _, target in (one.partition("/") for one in asked) if dataset in names and target]
    return frozenset(place for target in targets for place in _places(old, target))


def _places(old: Package | None, target: str) -> Iterator[int]:
    parts = old.resources if old else ()
    found = [place for place, part in enumerate(parts) if part.id == target]
    found = found or [place for place, part in enumerate(parts) if part.name == target]
    if len(found) > 1 and old is not None:
        ids = [f"{parts[place].id or '?'} ({parts[place].text('url')})" for place in found]
        raise MeguroOpendataError("remove-doubled", dataset=old.name, file=target, ids=ids, count=len(found))
    yield from found
