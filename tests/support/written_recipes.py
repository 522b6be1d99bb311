"""A workspace with one recipe, for tests: the smallest right recipe, with parts of it changed."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from locations import DATA

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError
from meguro_opendata.recipe import Recipe, open_recipe
from meguro_opendata.workspace.city import Workspace

# An example city profile and example data, not the ward's own.
PROFILE = (DATA / "example_city.toml").read_text(encoding="utf-8")
MINIMAL: dict[str, Any] = {
    "title": "AED設置箇所一覧（見本）",
    "standard": "aed@2026",
    "source": {"file": "見本.csv"},
    "mapping": {"名称": "施設名"},
    "metadata": {"description": "見本。", "department": "見本部見本課", "frequency": "随時"},
}
OWN_SCHEMA = {"fields": [{"name": "名称", "type": "string"}, {"name": "面積", "type": "number", "mo:kind": "decimal"}]}
EXTENSION = {"name": "設置階", "column": "階", "description": "見本の独自の列。"}
WAIVER = {"code": "constraint-required", "field": "名称", "reason": "見本"}
LACKING = object()


class _Spelled(yaml.SafeDumper):
    """Writes a part that is used twice twice: recipes refuse the aliases of YAML."""

    def ignore_aliases(self, data: object) -> bool:
        """No part is written as an alias."""
        return True


def workspace_with(folder: Path, changes: dict[str, Any]) -> Workspace:
    """An example workspace whose one recipe is the minimal one with some parts changed (``a.b`` is b inside a)."""
    recipe = copy.deepcopy(MINIMAL)
    for place, value in changes.items():
        *above, last = place.split(".")
        part = recipe
        for name in above:
            part = part.setdefault(name, {})
        if value is LACKING:
            del part[last]
        else:
            part[last] = value
    home = folder / "datasets" / "aed"
    home.mkdir(parents=True, exist_ok=True)
    (home.parent / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    text = yaml.dump(recipe, Dumper=_Spelled, allow_unicode=True, sort_keys=False)
    (home / "dataset.yaml").write_text(text, encoding="utf-8")
    (home / "schema.json").write_text(json.dumps(OWN_SCHEMA), encoding="utf-8")
    return mo.open_workspace(home.parent)


def opened(folder: Path, **changes: Any) -> Recipe:
    """The recipe of the example workspace; ``__`` in a name stands for a dot."""
    return open_recipe(
        "aed", workspace_with(folder, {name.replace("__", "."): value for name, value in changes.items()})
    )


def recipe_faults(folder: Path, changes: dict[str, Any]) -> list[tuple[str, str]]:
    """Path and code of each fault of a recipe; the error names the file and can be said in both languages."""
    workspace = workspace_with(folder, changes)
    with pytest.raises(ConfigurationError) as error:
        open_recipe("aed", workspace)
    assert str(workspace.root / "aed") in error.value.text("ja")
    assert error.value.text("ja") != error.value.text("en")
    return [(fault.path, fault.code) for fault in error.value.faults]


def faults_if_any(folder: Path, changes: dict[str, Any]) -> list[tuple[str, str]]:
    """Path and code of each fault of a recipe; empty for a recipe that opens."""
    try:
        open_recipe("aed", workspace_with(folder, changes))
    except ConfigurationError as error:
        return [(fault.path, fault.code) for fault in error.faults]
    return []
