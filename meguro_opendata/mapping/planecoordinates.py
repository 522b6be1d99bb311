"""Columns of plane coordinates: in metres, X to the north and Y to the east, whatever degrees are called."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from meguro_opendata.mapping.proposal import Proposal
from meguro_opendata.mapping.valueforms import METRES
from meguro_opendata.standard.recognition.headernames import confidence, loose, meaning

__all__ = ["in_metres"]

_NORTH = ("x", "x座標")  # of plane coordinates; as names of degrees the two are the other way round


def in_metres(found: Mapping[str, Proposal]) -> dict[str, Proposal]:
    """The proposals; a pair of metres is to be confirmed, the column X for latitude, and one alone is none at all."""
    pair = {name: one for name, one in found.items() if one.seen == METRES}
    if not pair:
        return dict(found)
    kept = {name: one for name, one in found.items() if name not in pair}
    if len(pair) != len(("latitude", "longitude")):
        return kept
    lat, lon = sorted(pair, key=lambda name: meaning(name) != "latitude")
    north, east = pair[lat], pair[lon]
    if loose(east.columns[0]) in _NORTH:
        north, east = east, north
    tier = confidence(METRES)
    made = {
        name: dataclasses.replace(one, field=name, reason=METRES, confidence=tier)
        for name, one in ((lat, north), (lon, east))
    }
    return {name: made.get(name, found[name]) for name in found}
