"""Proposals for plane coordinates in metres, whose X points to the north and whose Y points to the east."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from meguro_opendata.mapping.proposal import Proposal
from meguro_opendata.mapping.valueforms import METRES
from meguro_opendata.standard.recognition.headernames import confidence, loose, meaning

__all__ = ["in_metres"]

# 平面直角座標系 (平成14年国土交通省告示第9号): X is the northing. For degrees offices use X for the longitude instead.
_NORTH = ("x", "x座標")


def in_metres(found: Mapping[str, Proposal]) -> dict[str, Proposal]:
    """Return the proposals, with a pair of columns in metres for latitude and longitude to be confirmed.

    The column X is proposed for the latitude. A single column in metres is dropped: it makes no point.
    """
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
