"""``docs/recipe.md``: every example is a recipe that opens."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from locations import DATA, ROOT

import meguro_opendata as mo
from meguro_opendata.recipe import open_recipe

TEXT = (ROOT / "docs" / "recipe.md").read_text(encoding="utf-8")
EXAMPLES = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)]
# An example city profile and example data, not the ward's own.
PROFILE = (DATA / "example_city.toml").read_text(encoding="utf-8")
REST: dict[str, Any] = {
    "title": "見本",
    "source": {"file": "見本.csv"},
    "formats": ["csv"],
    "metadata": {"description": "見本。", "department": "見本部見本課", "frequency": "随時"},
}


@pytest.mark.parametrize("example", EXAMPLES, ids=[next(iter(example)) for example in EXAMPLES])
def test_every_example_opens(tmp_path: Path, example: dict[str, Any]) -> None:
    """What the page shows can be written into a recipe as it stands."""
    home = tmp_path / "datasets" / "example"
    home.mkdir(parents=True)
    (home.parent / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    rest = {name: part for name, part in REST.items() if not (name == "source" and "sources" in example)}
    standard = "population@2026" if "series" in example else "aed@2026"
    recipe = yaml.safe_dump({**rest, "standard": standard, **example}, allow_unicode=True)
    (home / "dataset.yaml").write_text(recipe, encoding="utf-8")
    assert open_recipe("example", mo.open_workspace(home.parent)).title == "見本"


def test_the_page_names_every_finding() -> None:
    """The findings on series, joins and IDs stand in the page, each under its code."""
    codes = [code for code in mo.messages.codes("findings") if code.startswith(("series-", "join-", "id-"))]
    assert [code for code in codes if f"`{code}`" not in TEXT] == []
