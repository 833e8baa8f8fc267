"""Lays authored legs into the graphs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from network_build.countries import Land, locate
from network_build.graph import Graph, add_edges, add_nodes, label_components, place_on_sphere, to_matrix
from network_build.log import RepairLog
from network_build.places import make_key
from network_build.tables import unify_gauge

if TYPE_CHECKING:
    from network_build.layers import Base

END_REACH = 3.0  # km within which the end of a leg is an existing node
LANE_SHORT, LANE_LONG = (
    0.6,
    1.3,
)  # share of an authored length that a way along the lanes has to be the same one
LINK_REACH = (
    10.0  # km within which a new node at the end of a leg is joined to the network by a link of that length
)
LEAST_KM = 20.0  # km of a component whose nodes are taken before those of scraps


class PlaceIndex:
    """Finds the row of a place by id, UN/LOCODE or name (largest first)."""

    def __init__(self, places: pd.DataFrame, names: pd.DataFrame) -> None:
        self.ids = {place: row for row, place in enumerate(places["id"])}
        order = names.assign(population=places["population"].to_numpy()[names["place"]])
        order = order.sort_values(["weight", "population", "place"], ascending=[False, False, True])
        self.keys = order.drop_duplicates("key").set_index("key")["place"].to_dict()

    def find(self, text: str) -> int:
        """Row of the place, -1 if unknown."""
        return self.ids.get(text, self.keys.get(make_key(text), -1))


def lay_legs(graph: Graph, base: Base, *, layer: str) -> Graph:
    """The graph with the authored legs of a layer; the mark of an edge is the row of its leg in `base.legs`.

    Ids of legs whose ends are unknown places are added to `base.log.lost`.
    """
    rows = base.legs[_find_layers(base.legs) == layer]
    found = [[base.index.find(end) for end in pair] for pair in zip(rows["from"], rows["to"], strict=True)]
    ends = np.array(found).reshape(-1, 2)
    known = (ends >= 0).all(axis=1)
    base.log.lost.extend(rows.loc[~known, "id"])
    rows, ends = rows[known], ends[known]
    if not len(rows):
        return graph
    places = base.places.iloc[np.unique(ends)]
    if layer == "river":
        graph, node = _port_nodes(graph, places, base.land)
    else:
        graph, node = _end_nodes(graph, places, base.land, layer=layer, log=base.log)
    at = dict(zip(np.unique(ends).tolist(), node, strict=True))
    tail = np.array([at[a] for a in ends[:, 0]])
    head = np.array([at[b] for b in ends[:, 1]])
    gauge = np.array([unify_gauge(g) if g and layer == "rail" else -1 for g in rows["gauge"]])
    km, number = rows["distance"].astype(float).to_numpy(), rows.index.to_numpy()
    marks = {"leg": number, "gauge": gauge}
    if layer == "water":
        graph, new = _mark_lanes(graph, tail, head, km=km, number=number)
        tail, head, km, marks = tail[new], head[new], km[new], {"leg": number[new]}
        marks["water"] = _waters(graph, tail, head)
    return add_edges(graph, tail, head, km=km, **marks)


def _find_layers(legs: pd.DataFrame) -> np.ndarray:
    """Layer of each leg: waterways of river-sea and deep-sea ships lie on the sea lanes, the others on their own."""
    barge = (legs["mode"] == "inland_water") & ~legs["vessels"].isin(["river_sea", "deep_sea"])
    return np.where(barge, "river", legs["mode"].replace({"sea": "water", "inland_water": "water"}))


def _mark_lanes(graph: Graph, tail: np.ndarray, head: np.ndarray, *, km: np.ndarray, number: np.ndarray):
    """Where the lanes already have a way of about the authored length, it becomes the leg, stretched to that length.

    Returns the graph and a mask of the legs for which they have none.
    """
    matrix, new = to_matrix(graph), np.ones(len(tail), bool)
    length, leg = graph.km.copy(), graph.leg.copy()
    low, high = np.minimum(graph.tail, graph.head), np.maximum(graph.tail, graph.head)
    for k in range(len(tail)):
        dist, before = dijkstra(matrix, indices=tail[k], limit=LANE_LONG * km[k], return_predecessors=True)
        if dist[head[k]] < LANE_SHORT * km[k] or not np.isfinite(dist[head[k]]):
            continue
        steps, node = [], int(head[k])
        while node != tail[k]:
            step = int(before[node])
            steps.append((min(node, step), max(node, step)))
            node = step
        edges = np.array([np.flatnonzero((low == a) & (high == b))[0] for a, b in steps])
        free = edges[leg[edges] < 0]
        rest = km[k] - (length[edges].sum() - length[free].sum())
        if LANE_SHORT * rest < length[free].sum() <= LANE_LONG * rest:
            length[free] *= rest / length[free].sum()
            leg[free] = number[k]
            new[k] = False
    return replace(graph, km=length, leg=leg), new


def _port_nodes(graph: Graph, ports: pd.DataFrame, land: Land) -> tuple[Graph, np.ndarray]:
    """A new node at each port of the inland waterways, in the country of the port."""
    number = {code: k for k, code in enumerate(land.codes)}
    country = ports["country"].map(number).fillna(-1).to_numpy()
    node = graph.n + np.arange(len(ports))
    return add_nodes(graph, ports["lat"].to_numpy(), ports["lon"].to_numpy(), country=country), node


def _end_nodes(
    graph: Graph, ends: pd.DataFrame, land: Land, *, layer: str, log: RepairLog
) -> tuple[Graph, np.ndarray]:
    water = layer == "water"
    label = label_components(graph)
    size = np.bincount(label[graph.tail], graph.km, minlength=label.max() + 1)
    points = place_on_sphere(graph.lat, graph.lon)
    targets = place_on_sphere(ends["lat"], ends["lon"])
    node = np.full(len(ends), -1, np.int64)
    nodes = np.flatnonzero(size[label] >= LEAST_KM)
    gap, at = cKDTree(points[nodes]).query(targets, distance_upper_bound=LINK_REACH)
    link = np.where(np.isfinite(gap), nodes[np.minimum(at, len(nodes) - 1)], -1)
    close = gap <= END_REACH
    node[close] = link[close]
    new = node < 0
    node[new] = graph.n + np.arange(new.sum())
    lat, lon = ends["lat"].to_numpy()[new], ends["lon"].to_numpy()[new]
    country = np.full(new.sum(), -1) if water else locate(land.shapes, lat, lon)
    graph = add_nodes(graph, lat, lon, country=country)
    far = np.flatnonzero(new & (link >= 0))
    far = far[graph.country[node[far]] == graph.country[link[far]]] if not water else far[:0]
    for k in far:
        log.add(
            layer,
            "leg_end",
            graph,
            node[k],
            link[k],
            km=gap[k],
            why=f"end of an authored leg at {ends['id'].iloc[k]}",
        )
    return add_edges(graph, node[far], link[far], km=gap[far]), node


def _waters(graph: Graph, tail: np.ndarray, head: np.ndarray) -> np.ndarray:
    """Water of a new edge: that of the edges at its ends, the sea before the river."""
    water = np.full(graph.n, 9)
    for end in (graph.tail, graph.head):
        np.minimum.at(water, end, np.where(graph.water == 2, 8, graph.water))
    best = np.minimum(water[tail], water[head])
    return np.where(best >= 8, np.where(best == 8, 2, 0), best)
