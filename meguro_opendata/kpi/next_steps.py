"""What is one step from done, and whose step it is: the shortest ways to close the gap."""

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

_RANKS = ("publish", "build", "mend", "update", "soon", "supply", "record")


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        kind: ``publish`` (built, not published), ``build`` (a recipe without release), ``mend`` (a recipe with faults),
            ``supply`` (planned, without a recipe), ``update`` (late), ``soon`` (late within days) or ``record``.
        what: The dataset's, the standard's or the indicator's title.
        department: Whose step it is; empty if nobody is named.
        command: What to type.
        detail: A day, or how much it would bring.
        files: How many files it would publish for the first time.
    """

    kind: str
    what: str
    department: str = ""
    command: str = ""
    detail: str = ""
    files: int = 0

    @property
    def rank(self) -> int:
        """Return how near to publication the step is, the nearest first."""
        return _RANKS.index(self.kind)


def next_steps(situation: Situation) -> list[Step]:
    """Return every step, the nearest to publication first."""
    found = [_recipe_steps, _supply_steps, _update_steps, _record_steps]
    return sorted((step for part in found for step in part(situation)), key=lambda step: step.rank)


def _recipe_steps(situation: Situation) -> Iterator[Step]:
    """Yield datasets with a recipe that no portal has and that were not withdrawn."""
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
        new = 0 if slug in known else files
        yield Step(kind, recipe.title, recipe.metadata.department, f"meguro-opendata {verb} {slug}", str(files), new)


def _supply_steps(situation: Situation) -> Iterator[Step]:
    """Yield kinds that the city plans and that no recipe makes."""
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
    """Yield targets for which nothing has been recorded."""
    done = {record.indicator for _, record in situation.history.records if _in_year(record.day, situation)}
    targets = situation.strategy.targets if situation.strategy else {}
    known = situation.strategy.results if situation.strategy else {}
    for name in targets:
        if name in situation.recordable and name not in done and name not in known:
            command = f"meguro-opendata kpi record {name} --value … --evidence …"
            yield Step("record", targets[name][1].name, command=command)


def _in_year(day: str, situation: Situation) -> bool:
    return situation.first.isoformat() <= day <= situation.until.isoformat()
