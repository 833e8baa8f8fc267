"""Joins islands of the road graph to the network that serves their landmass, and finds that network."""

from __future__ import annotations

from collections import Counter

import numpy as np
import shapely
from scipy.spatial import cKDTree

from network_build.countries import Land, locate
from network_build.graph import Graph, add_edges, keep_edges, label_components, place_on_sphere
from network_build.log import RepairLog

MAX_GAP = 30.0  # km, widest gap that is joined by geometry; wider ones want an authored leg
LEAST_NODES = 30  # an island of fewer nodes is joined only where a city, port or authored place lies on it
LARGE = 300  # a component of at least so many nodes serves its region though its landmass has a larger one
TRIES = 40  # pairs of nodes tried for each island
WET = 1.0  # km of a joint that may lie on water
COAST = 0.015  # degrees by which the generalised coast may lie inland of the real one


def mass_of(land: Land, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Landmass of each point, the nearest one where it lies off the coast."""
    return locate(land.masses, lat, lon)


def find_serving(graph: Graph, mass: np.ndarray) -> np.ndarray:
    """Whether each node belongs to the largest component of its landmass, or to one of at least LARGE nodes."""
    label = label_components(graph)
    pair, inverse, count = np.unique(
        np.column_stack((mass, label)), axis=0, return_inverse=True, return_counts=True
    )
    order = np.lexsort((-count, pair[:, 0]))
    first = order[np.concatenate(([True], pair[order][1:, 0] != pair[order][:-1, 0]))]
    best = np.bincount(label)[pair[:, 1]] >= LARGE
    best[first] = True
    return best[inverse.reshape(-1)]


def join_islands(graph: Graph, land: Land, log: RepairLog, *, mass: np.ndarray, wanted: np.ndarray) -> Graph:
    """The road graph with islands joined to a larger network of their landmass, by the shortest dry gap.

    `wanted` bool[n] marks nodes near cities, ports and authored places. A joint is at most MAX_GAP km, within one
    country, on land. A round joins each island once; islands that were joined to islands go on in the next round.
    """
    for _ in range(6):
        joints = _find_joints(graph, land, mass, wanted)
        if not len(joints[0]):
            break
        graph = add_edges(graph, joints[0], joints[1], km=joints[2])
        for a, b, km in zip(*joints, strict=True):
            log.add(
                "road", "island", graph, a, b, km=km, why="part of the road graph cut off from its landmass"
            )
    return graph


def drop_islands(graph: Graph, serving: np.ndarray) -> Graph:
    """The graph without the edges of islands to which no place is snapped, authored legs kept."""
    label = label_components(graph)
    alive = np.zeros(label.max() + 1, bool)
    alive[label[serving]] = True
    alive[label[graph.tail[graph.leg >= 0]]] = True
    return keep_edges(graph, alive[label[graph.tail]])


def _find_joints(graph: Graph, land: Land, mass: np.ndarray, wanted: np.ndarray):
    label = label_components(graph)
    serving = find_serving(graph, mass)
    size = np.bincount(label)
    needed = (np.bincount(label, wanted) > 0) | (size >= LEAST_NODES)
    points = place_on_sphere(graph.lat, graph.lon)
    small = np.flatnonzero(~serving & needed[label])
    tries = [_gaps(points, small, np.flatnonzero(serving))]
    for part in np.flatnonzero(size >= LARGE):
        larger = serving & (size[label] > size[part])
        if larger.any():
            tries.append(_gaps(points, np.flatnonzero(label == part), np.flatnonzero(larger)))
    a, b, km = (np.concatenate(parts) for parts in zip(*tries, strict=True))
    fits = (graph.country[a] == graph.country[b]) & (mass[a] == mass[b])
    a, b, km = a[fits], b[fits], km[fits]
    chosen = _choose_dry(graph, land, label[a], (a, b, km))
    return a[chosen], b[chosen], km[chosen]


def _gaps(points: np.ndarray, island: np.ndarray, main: np.ndarray):
    """Pairs of an island's node and one of its eight nearest nodes of the main network, with their distance."""
    gap, at = cKDTree(points[main]).query(points[island], k=8, distance_upper_bound=MAX_GAP)
    row, col = np.nonzero(np.isfinite(gap))
    return island[row], main[at[row, col]], gap[row, col]


def _choose_dry(graph: Graph, land: Land, part: np.ndarray, pairs) -> list[int]:
    """The shortest pair of each part whose chord stays on land; 40 pairs are tried."""
    a, b, km = pairs
    chosen: list[int] = []
    tries: Counter[int] = Counter()
    for k in np.lexsort((b, a, km)).tolist():
        if tries[part[k]] < TRIES:
            tries[part[k]] += 1
            if measure_wet(graph, land, a[k], b[k], km=km[k]) <= WET:
                chosen.append(k)
                tries[part[k]] = TRIES
    return chosen


def measure_wet(graph: Graph, land: Land, a: int, b: int, *, km: float) -> float:
    """Length in km of a chord that lies further than COAST off the country of its tail, by a point every half km."""
    share = np.linspace(0, 1, max(2, int(2 * km) + 1))
    lat = graph.lat[a] + share * (graph.lat[b] - graph.lat[a])
    lon = graph.lon[a] + share * (graph.lon[b] - graph.lon[a])
    shape = land.shapes[graph.country[a]]
    shapely.prepare(shape)
    return float((~shapely.dwithin(shape, shapely.points(lon, lat), COAST)).mean()) * km
