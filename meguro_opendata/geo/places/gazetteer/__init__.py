"""Gazetteers: what the towns of a municipality are called, and where towns, blocks and residences lie."""

from __future__ import annotations

from meguro_opendata.geo.places.gazetteer.available import open_gazetteer
from meguro_opendata.geo.places.gazetteer.base import Gazetteer, Point, Several
from meguro_opendata.geo.places.gazetteer.builtin import Builtin
from meguro_opendata.geo.places.gazetteer.index import index_path, open_index

__all__ = ["Builtin", "Gazetteer", "Point", "Several", "index_path", "open_gazetteer", "open_index"]
