"""Recipes (``dataset.yaml``): the source of a dataset and its conversion to the published table, parsed strictly."""

from __future__ import annotations

from meguro_opendata.recipe.model import Recipe, one_shot_recipe, open_recipe
from meguro_opendata.recipe.words import (
    Allowance,
    Expectations,
    Extension,
    MappingRule,
    Metadata,
    SourceSettings,
    Waiver,
)

__all__ = [
    "Allowance",
    "Expectations",
    "Extension",
    "MappingRule",
    "Metadata",
    "Recipe",
    "SourceSettings",
    "Waiver",
    "one_shot_recipe",
    "open_recipe",
]
