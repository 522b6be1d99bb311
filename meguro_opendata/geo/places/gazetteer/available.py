"""Gazetteers: what the towns of a municipality are called, and where towns, blocks and residences lie."""

from __future__ import annotations

from meguro_opendata.geo.places.gazetteer.base import Gazetteer, Several
from meguro_opendata.geo.places.gazetteer.builtin import Builtin
from meguro_opendata.geo.places.gazetteer.index import open_index

__all__ = ["open_gazetteer"]


def open_gazetteer() -> Gazetteer:
    """Return the imported gazetteers and those of the project.

    Raises:
        SourceError: If the user's index cannot be read.
    """
    index = open_index()
    return Several((index, Builtin()) if index else (Builtin(),))
