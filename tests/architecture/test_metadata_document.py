"""``docs/metadata.md`` says what the program does: findings, numbers and words are those of the data."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from locations import ROOT

from meguro_opendata import messages
from meguro_opendata.recipe.words import Metadata

CATALOG = ROOT / "meguro_opendata" / "catalog"
TEXT = (ROOT / "docs" / "metadata.md").read_text(encoding="utf-8")
RECIPE = (ROOT / "docs" / "recipe.md").read_text(encoding="utf-8")


def data(path: Path) -> dict[str, Any]:
    """A data file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_every_finding_on_metadata_is_explained() -> None:
    """Each finding of this part stands in the page, and no other."""
    prefixes = ("dcat-", "ckan-", "crawler-", "catalog-")
    known = {code for code in messages.codes("findings") if code.startswith(prefixes)}
    named = {code for code in re.findall(r"`([a-z-]+)`", TEXT) if code.startswith(prefixes)}
    assert named == known


def test_the_numbers_are_those_of_the_data() -> None:
    """Questions, pages, pauses and limits are told as they are."""
    limits = data(CATALOG / "harvest" / "harvest.toml")
    assert f"asks {len(data(CATALOG / 'review' / 'quality.toml')['question'])} questions" in TEXT
    assert f"reads {limits['page']:,} datasets a request" in TEXT
    assert (limits["longest_pause"], limits["pause"], limits["longest_wait"], limits["longest"]) == (60, 1, 120, 300)
    assert (len(limits["waits"]), limits["redirects"], limits["most_bytes"]) == (3, 5, 100 * 2**20)
    assert f"{data(CATALOG / 'ckanlimits.toml')['extra']['longest_bytes']:,} bytes" in TEXT


def test_the_characteristics_are_all_named() -> None:
    """The page counts the characteristics that are measured, and the five that are not."""
    used = {question["characteristic"] for question in data(CATALOG / "review" / "quality.toml")["question"]}
    assert len(used) == 10
    assert all(messages.word(f"characteristic-{name}", "ja") in TEXT for name in used)


@pytest.mark.parametrize("name", sorted(Metadata.model_fields))
def test_every_word_of_the_recipe_is_shown(name: str) -> None:
    """Each word under metadata stands in the recipe's example, but for the one that it need not say."""
    example = RECIPE.partition("## The catalogue")[2]
    assert f"\n  {name}:" in example or name == "spatial"
