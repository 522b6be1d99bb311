"""From a recipe to a release, step by step."""
