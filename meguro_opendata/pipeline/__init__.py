"""The steps from a recipe to a release: read, map, clean, identify, validate, write."""
