"""Joins loose ends: rails and city roads that stop short of a line that they join in fact."""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from network_build.countries import Land
from network_build.graph import Graph, add_edges, place_on_sphere, to_matrix
from network_build.islands import measure_wet
from network_build.log import RepairLog
from network_build.search import search_near


@dataclass(frozen=True)
class JointRule:
    """An end of degree 1 is joined to its nearest node within `gap` km that lies over `ratio` times the gap, and
    over `detour` km, away along the graph."""

    name: str
    gap: float
    ratio: float
    detour: float


RAIL_RULES = (JointRule("A", 0.6, 4, 2.0), JointRule("B", 3.0, 8, 2.0))
CITY_RULE = JointRule("city", 5.0, 4, 15.0)
CITY_WET = 2.5  # km of water that the bridges of a city may cross


def mend_rails(graph: Graph, log: RepairLog, *, closed: set[tuple[int, int]]) -> Graph:
    """The rail graph with its loose ends joined, rule by rule; none across a closed border."""
    for rule in RAIL_RULES:
        ends = np.flatnonzero(count_degrees(graph) == 1)
        graph = _join(graph, ends, rule, log=log, mode="rail", closed=closed)
    return graph


def mend_city_roads(graph: Graph, log: RepairLog, *, land: Land, places: pd.DataFrame) -> Graph:
    """The road graph with loose ends in cities of over 50,000 people joined: there the streets do it, which the
    graph of main roads leaves out. A city reaches 3 km and the root of its people / 200 km. On land only."""
    cities = places[(places["kind"] == "city") & (places["population"] >= 50_000)]
    ends = np.flatnonzero(count_degrees(graph) == 1)
    tree = cKDTree(place_on_sphere(cities["lat"], cities["lon"]))
    near = tree.query_ball_point(place_on_sphere(graph.lat[ends], graph.lon[ends]), 25.0)
    reach = 3 + np.sqrt(cities["population"].to_numpy()) / 200
    at = place_on_sphere(graph.lat[ends], graph.lon[ends])
    inside = [
        any(np.linalg.norm(tree.data[c] - at[k]) <= reach[c] for c in found) for k, found in enumerate(near)
    ]
    return _join(graph, ends[np.array(inside, bool)], CITY_RULE, log=log, mode="road", closed=None, land=land)


def count_degrees(graph: Graph) -> np.ndarray:
    """Number of different neighbours of each node."""
    return np.diff(to_matrix(graph).indptr)


def _join(
    graph: Graph, ends: np.ndarray, rule: JointRule, *, log, mode, closed, land: Land | None = None
) -> Graph:
    end, node, gap = _find_joints(graph, rule, ends)
    pairs = np.sort(np.column_stack((graph.country[end], graph.country[node])), axis=1)
    if land is None:
        fine = np.array([tuple(p) not in closed for p in pairs.tolist()], bool)
    else:
        same = pairs[:, 0] == pairs[:, 1]
        wet = [measure_wet(graph, land, a, b, km=km) for a, b, km in zip(end, node, gap, strict=True)]
        fine = same & (np.array(wet) <= CITY_WET)
    end, node, gap = end[fine], node[fine], gap[fine]
    for a, b, km in zip(end, node, gap, strict=True):
        log.add(mode, f"joint_{rule.name}", graph, a, b, km=km, why="end of line short of the next line")
    return add_edges(graph, end, node, km=gap)


def _find_joints(graph: Graph, rule: JointRule, ends: np.ndarray):
    """End, node and km of each joint, none twice."""
    matrix = to_matrix(graph)
    points = place_on_sphere(graph.lat, graph.lon)
    near = cKDTree(points).query_ball_point(points[ends], rule.gap)
    start = np.concatenate(([0], np.cumsum([len(x) for x in near])))
    flat = np.concatenate([np.asarray(x, np.int64) for x in near])
    gap = np.linalg.norm(points[flat] - points[np.repeat(ends, np.diff(start))], axis=1)
    order = np.lexsort((flat, gap, np.repeat(np.arange(len(ends)), np.diff(start))))
    pick = _choose_joints(
        matrix.indptr,
        matrix.indices,
        matrix.data,
        ends,
        start,
        flat[order],
        gap[order],
        rule.ratio,
        rule.detour,
    )
    hit = np.flatnonzero(pick >= 0)
    end, node, km = ends[hit], flat[order][pick[hit]], gap[order][pick[hit]]
    once = np.unique(np.sort(np.column_stack((end, node)), axis=1), axis=0, return_index=True)[1]
    once.sort()
    return end[once], node[once], km[once]


@nb.njit
def _choose_joints(indptr, indices, km, ends, start, near, gap, ratio, detour):
    """Position in `near` of the first candidate of each end that is far along the graph, -1 if none."""
    dist = np.full(len(indptr) - 1, np.inf)
    pick = np.full(len(ends), -1, np.int64)
    for k in range(len(ends)):
        if start[k + 1] - start[k] < 2:
            continue
        limit = max(detour, ratio * gap[start[k + 1] - 1])
        reached = search_near(indptr, indices, km, np.int64(ends[k]), limit, dist)
        for c in range(start[k], start[k + 1]):
            if near[c] != ends[k] and dist[near[c]] > max(detour, ratio * gap[c]):
                pick[k] = c
                break
        for v in reached:
            dist[v] = np.inf
    return pick
