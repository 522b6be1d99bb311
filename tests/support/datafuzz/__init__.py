"""Damaged files of data that people and programs write: recipes, settings, ledgers, plans, dumps, schemas."""
