"""The next steps of departments: datasets and figures that are one step from done, with the command for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.kpi.counting import rules
from meguro_opendata.kpi.situation import Situation
from meguro_opendata.recipe import Recipe, open_recipe
from meguro_opendata.release.descriptor import Descriptor

__all__ = ["Step", "next_steps"]

# The nearest to publication first: a built dataset needs one command, a planned one a table that has yet to be made.
_RANKS = ("publish", "build", "mend", "update", "soon", "supply", "record")


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        kind: One of the kinds below, by which the report's words are chosen (``step-…`` in the message catalogue).
            A dataset is built but not published (``publish``), has a recipe without a release (``build``) or a recipe
            with faults; it is late (``update``) or late within days (``soon``). A planned kind has no recipe
            (``supply``), or an indicator has no record (``record``).
        what: The title of the dataset, standard or indicator.
        department: The department whose step it is; empty if it is unknown.
        command: The command to type.
        detail: The due day, or the number of files that the step would add.
        files: Number of files that it would publish for the first time.
    """

    kind: str
    what: str
    department: str = ""
    command: str = ""
    detail: str = ""
    files: int = 0

    @property
    def rank(self) -> int:
        """Return the step's place in the order of steps; 0 is the nearest to publication."""
        return _RANKS.index(self.kind)


def next_steps(situation: Situation) -> list[Step]:
    """Return every step, the nearest to publication first."""
    found = [_recipe_steps, _supply_steps, _update_steps, _record_steps]
    return sorted((step for part in found for step in part(situation)), key=lambda step: step.rank)


def _recipe_steps(situation: Situation) -> Iterator[Step]:
    """Yield a step for each dataset with a recipe that no portal has, unless it was withdrawn on purpose."""
    known = situation.history.datasets
    settled = {one.dataset for one in situation.current} | {name for name, one in known.items() if one.withdrawn}
    for slug in situation.workspace.slugs():
        if slug in settled:
            continue
        try:
            recipe = open_recipe(slug, situation.workspace)
            built = Descriptor.read(situation.workspace.releases / slug)
        except MeguroOpendataError:
            yield Step("mend", slug, command=f"meguro-opendata build {slug}")
            continue
        kind, verb = ("publish", "publish") if built else ("build", "build")
        files = len(built.files) if built else len(recipe.formats)
        # Publishing a dataset again that was public before adds nothing new to the year's figures.
        new = 0 if slug in known else files
        yield Step(kind, recipe.title, recipe.metadata.department, f"meguro-opendata {verb} {slug}", str(files), new)


def _supply_steps(situation: Situation) -> Iterator[Step]:
    """Yield a step for each kind that the city plans and for which there is no recipe."""
    made = {recipe.standard.id for recipe in _recipes(situation) if recipe.standard}
    for kind in situation.kinds:
        if kind.state == "planned" and kind.id not in made:
            yield Step("supply", kind.title, command=f"meguro-opendata standards template {kind.id} -o {kind.id}.xlsx")


def _recipes(situation: Situation) -> Iterator[Recipe]:
    for slug in situation.workspace.slugs():
        try:
            yield open_recipe(slug, situation.workspace)
        except MeguroOpendataError:
            continue


def _update_steps(situation: Situation) -> Iterator[Step]:
    soon = (situation.until + timedelta(days=rules()["report"]["soon"])).isoformat()
    for one in sorted(situation.kept, key=lambda kept: kept.due):
        kind = "update" if one.state == "late" else "soon"
        if one.state in ("late", "on_time") and one.due <= soon:
            newest = one.current.newest
            yield Step(kind, newest.title or one.current.dataset, newest.department, detail=one.due)


def _record_steps(situation: Situation) -> Iterator[Step]:
    """Yield a step for each target without any record in the year."""
    done = {record.indicator for _, record in situation.history.records if _in_year(record.day, situation)}
    targets = situation.strategy.targets if situation.strategy else {}
    known = situation.strategy.results if situation.strategy else {}
    for name in targets:
        if name in situation.recordable and name not in done and name not in known:
            command = f"meguro-opendata kpi record {name} --value … --evidence …"
            yield Step("record", targets[name][1].name, command=command)


def _in_year(day: str, situation: Situation) -> bool:
    return situation.first.isoformat() <= day <= situation.until.isoformat()
