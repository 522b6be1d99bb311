"""The departments that get a follow-up sheet: all departments that the workspace names anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.kpi.next_steps import Step
from meguro_opendata.kpi.situation import Situation
from meguro_opendata.recipe import open_recipe

__all__ = ["departments_of"]


def departments_of(situation: Situation, steps: Iterable[Step]) -> list[str]:
    """Return the departments of ``opendata.toml`` in its order, then all others that publish, own or have a step.

    A department without any data gets a sheet, too, which shows that nothing was published.
    """
    listed = situation.workspace.city.departments
    others = {one.newest.department for one in situation.current} | {step.department for step in steps}
    others |= {*_owners(situation), *_of_recipes(situation)}
    return [*dict.fromkeys(filter(None, listed)), *sorted(filter(None, others - set(listed)))]


def _owners(situation: Situation) -> Iterator[str]:
    if situation.strategy:
        yield from (target.owner or "" for _, target in situation.strategy.targets.values())


def _of_recipes(situation: Situation) -> Iterator[str]:
    """Yield the departments of readable recipes; a recipe with faults is among the next steps instead."""
    for slug in situation.workspace.slugs():
        try:
            yield open_recipe(slug, situation.workspace).metadata.department
        except MeguroOpendataError:
            continue
