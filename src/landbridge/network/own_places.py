"""Places of a study that its own legs join: a state of their own where no node of the world network is at hand.

Such a place stands where it was drawn. Its legs meet there at their own lengths, and the way to the network that the
world has nearby, if any, is driven on: 1.3 times the straight line, as between any place and its network.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from landbridge.network.places import list_place_ids
from landbridge.network.terminals import LEG_LAYERS, NEAR_KM, ROAD_DETOUR, Stop, Surroundings, site_of
from landbridge.network.virtual import LAND_LAYERS, RAIL, ArcDraft
from landbridge.schema.rows import read_rows

SAME_GAUGE = 6.0  # mm: 1520 and 1524 run through


def settle_own_places(
    draft: ArcDraft, around: Surroundings, stops: Mapping[str, Stop], legs: pd.DataFrame
) -> dict[str, Stop]:
    """Stops of the study's own places by id, with a node on every layer that a leg of the study comes to them by.

    Where the world's node is within half a kilometre, and of the same gauge, it is that one.
    """
    shipped = list_place_ids(around.world)
    settled: dict[str, Stop] = {}
    for row in read_rows(legs):
        layer = LEG_LAYERS.get(row["mode"], -1)
        for place in (row["from"], row["to"]):
            stop = settled.get(place) or stops.get(place)
            if stop is not None and layer >= 0 and place not in shipped:
                settled[place] = _settle(draft, around, stop, layer, float(row["gauge"]))
    return settled


def _settle(draft: ArcDraft, around: Surroundings, stop: Stop, layer: int, gauge: float) -> Stop:
    base = stop.nodes.get(layer, -1)
    if base >= draft.node_count or (base >= 0 and layer >= LAND_LAYERS):
        return stop
    fits = base >= 0 and (layer != RAIL or _fits(around, base, gauge))
    if fits and stop.gaps[layer] <= NEAR_KM:
        return stop
    node = draft.add_node(stop.lat, stop.lon)
    if fits:
        code = draft.codes.land_at(layer, around.country_code(stop.country))
        move = (stop.gaps[layer] * ROAD_DETOUR, code)
        site = draft.add_site(site_of(stop))
        for ends in ((node, base), (base, node)):
            draft.add_arc(ends, steps=(), site=site, move=move)
    return replace(stop, nodes={**stop.nodes, layer: node}, gaps={**stop.gaps, layer: 0.0})


def _fits(around: Surroundings, node: int, gauge: float) -> bool:
    """Whether a railway of `gauge` (mm, NaN: unknown) runs through onto the world's rails at a node."""
    there = float(around.world.node_gauge[node])
    return bool(np.isnan(gauge)) or not there or abs(there - gauge) <= SAME_GAUGE
